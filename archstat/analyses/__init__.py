"""Graph to exact numbers; nothing is formatted here."""
