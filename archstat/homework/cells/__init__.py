"""What the text of one cell states: a number, a shape, a calculation, settings."""
