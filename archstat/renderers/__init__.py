"""A report in one format each."""
