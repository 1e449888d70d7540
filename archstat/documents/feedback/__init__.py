"""A marked hand-in: its tables with their marks, and what is said of them."""
