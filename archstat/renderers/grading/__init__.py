"""A graded class: a row for each submission, grades for a system that keeps them, and a report."""
