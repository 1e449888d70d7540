"""A network as `print(model)` shows it: a text with its modules and settings, without torch."""
