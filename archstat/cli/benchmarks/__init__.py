"""The commands that measure, and where their results go."""
