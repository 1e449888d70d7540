"""A network of its own for every student: as hard as the next, and with mistakes that show."""
