"""Shared words: kinds, identifiers, money, time, errors, settings. Knows nothing of stores or screens."""
