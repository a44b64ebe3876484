"""Rows of the canonical kinds as JSON, from any system that can sign: {"kind": "orders", "rows": [{...}]}."""
