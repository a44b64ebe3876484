"""The four drivers of FAST+: capital (F), conversion (A), connection (T), value (S)."""
