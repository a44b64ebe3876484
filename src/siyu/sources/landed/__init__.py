"""What is kept as it came: landed raw rows, rows in quarantine, messages and loads once seen."""
