"""Rows become facts: their hashes and versions, the stage, snapshots, refunds worked out."""
