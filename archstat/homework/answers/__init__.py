"""What is true in a cell: the quantities, and the answers of each layer."""
