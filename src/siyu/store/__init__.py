"""Where rows live: the data dictionary, the warehouse (facts and measures), operations (transactions)."""
