"""What is said of homework: a marked hand-in, a graded class, and the mistakes that are known."""
