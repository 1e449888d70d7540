"""What formats of feedback have in common."""

from __future__ import annotations

from archstat.documents.document import Document
from archstat.documents.homework.sheet import feedback_document
from archstat.documents.report import report_document
from archstat.documents.view import View
from archstat.errors import UsageError
from archstat.formats import text_in
from archstat.graph import Graph
from archstat.homework.marking.feedback import Feedback
from archstat.report.report import report_on


def feedback_of(document: Document) -> Feedback:
    """Return the feedback that a document is about.

    Raises:
        UsageError: It is about something else.
    """
    if not isinstance(document.subject, Feedback):
        raise UsageError(f"a {document.kind} is nothing that grading systems read")
    return document.subject


def for_students(feedback: Feedback) -> str:
    """Return what a student is given."""
    return text_in("markdown", feedback_document(feedback))


def as_table(graph: Graph) -> str:
    """Return the table of a network as a student would hand it in."""
    return text_in("csv", report_document(report_on(graph), View()))
