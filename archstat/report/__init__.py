"""What is shown of a graph: rows, columns, totals and notes."""
