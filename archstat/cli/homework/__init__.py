"""The commands on homework, and what they have in common."""
