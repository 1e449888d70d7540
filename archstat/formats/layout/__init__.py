"""What formats have in common: how tables fit, and how texts are escaped."""
