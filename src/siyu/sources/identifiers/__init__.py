"""Identifier texts become ids: keyed, found again, registered; and who stands on a record."""
