"""Readers: one per file format, each turning a file into batches of text cells."""
