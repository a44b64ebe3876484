"""Topics: what a brand counts beside the four indicators (definitions.md section 7), one noun a module."""
