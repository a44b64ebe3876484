"""What we know: spans, FAST+, AIPL. Each measure is a function from tables to an Ibis expression."""
