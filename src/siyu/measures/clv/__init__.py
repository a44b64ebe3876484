"""What a buyer will buy: the papers' purchase and spend models on arrays. No tables, no engine."""
