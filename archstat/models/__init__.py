"""How to get a graph from a MODEL argument: one front end for each form that a model comes in."""
