"""HTML and LaTeX: tags, commands, and the tables written with them."""
