"""Python that was handed in: where it runs, and what is made of it."""
