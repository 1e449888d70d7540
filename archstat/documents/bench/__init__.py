"""What a benchmark says: the figures of a record, its layers, and figures side by side."""
