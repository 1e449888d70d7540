"""The answer key for network architectures."""
