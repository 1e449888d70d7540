"""The front end of PyTorch: any module as a graph, by one forward pass."""
