"""Work that repeats: loops, when they are due, and the one thread that runs them. What they do is handed in."""
