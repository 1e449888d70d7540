"""One forward pass, as it is seen from outside: the nodes, where tensors come from, the costs."""
