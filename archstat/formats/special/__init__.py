"""Formats that write some documents only: pictures, and what grading systems read."""

GRADERS = ("gradescope", "prairielearn", "github-classroom")
"""The formats of grading systems: they have tests, and say what cannot be marked in their form."""

SHEETS = ("docx",)
"""The formats of homework sheets alone."""
