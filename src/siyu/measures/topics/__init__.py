"""Topics: what a brand counts beside the four indicators (metrics.md section 7), one noun a module."""
