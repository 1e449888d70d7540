"""Formats that write some documents only: pictures, and what grading systems read."""
