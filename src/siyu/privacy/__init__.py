"""What the law asks of a brand that holds people's data: erasure, access, retention, and copies that respect both."""
