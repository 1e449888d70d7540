"""The commands for many models on many devices."""
