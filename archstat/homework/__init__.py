"""Mark a homework table against a report, and find the cause of each mistake."""
