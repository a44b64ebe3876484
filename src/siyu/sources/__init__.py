"""What arrived: files, mappings, landing, loads, quality. Knows nothing of consumers or measures."""
