"""Ways to get a graph."""
