"""siyu: one consumer base from a brand's exports, measured with FAST+."""
