"""HTTP in and out: the collector, keys of those who call, and what every handler shares."""
