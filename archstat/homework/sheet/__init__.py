"""What a table asks for: the meaning of its columns, and the layer of each row."""
