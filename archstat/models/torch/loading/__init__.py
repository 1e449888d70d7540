"""PyTorch models by name: where each kind of MODEL argument finds its module."""
