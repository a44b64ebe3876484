"""The steps of one load: what arrives is prepared, kept, and told in a report."""
