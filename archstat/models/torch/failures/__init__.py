"""A forward pass that fails, and what it means for its author."""
