"""Networks as source code in PyTorch."""
