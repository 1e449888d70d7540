"""A page on networks in which everything is linked: pictures, numbers, formulas, times."""
