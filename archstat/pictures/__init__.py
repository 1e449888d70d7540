"""Pictures: SVG by hand, in plain numbers and a few classes of style."""
