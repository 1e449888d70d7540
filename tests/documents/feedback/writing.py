"""Ways to write feedback, for tests."""

from __future__ import annotations

from archstat.documents.homework.sheet import feedback_document
from archstat.formats import format_named, text_in
from archstat.formats.special import GRADERS
from tests.formats.writing import texts_of

FORMATS = ("text", "markdown", "html", "json", "csv", *GRADERS)
"""Those that feedback is usually given in."""

JSON = ("json", *GRADERS)


def written(format_name, feedback):
    """Return feedback in a format."""
    document = feedback_document(feedback)
    if format_name in GRADERS:
        return format_named(format_name, GRADERS).write(document)
    return text_in(format_name, document)


def refusal(format_name, error):
    """Return what a grading system is told of a hand-in that cannot be marked."""
    return format_named(format_name, GRADERS).refusal(error)


def printed_at(feedback, width):
    """Return the lines that a terminal so wide shows."""
    return texts_of(feedback_document(feedback), width)
