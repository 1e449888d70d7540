"""What a sweep asks, what came of it, and what its store answers."""
