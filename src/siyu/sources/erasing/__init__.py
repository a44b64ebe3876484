"""Without the erased: in rows that arrive, in landed files, in quarantine, in facts."""
