"""Pictures as lists of shapes, of which several formats are made."""
