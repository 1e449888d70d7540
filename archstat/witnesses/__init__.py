"""Independent counters that the numbers are held against."""
