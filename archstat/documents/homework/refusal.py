"""What a student is told whose hand-in could not be marked: what to hand in instead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from archstat.documents.document import Document, Sentences
from archstat.homework.grading.outcome import CODE_RUN, Outcome, Status
from archstat.homework.marking.feedback import line
from archstat.homework.marking.language import Language

READABLE = (
    "What can be read: Word, Excel, OpenDocument, CSV, Markdown, HTML, LaTeX, a notebook, or a "
    "PDF with text."
)

BY_SUFFIX = {
    ".pdf": "This PDF cannot be read: hand in the file that it was made from.",
    ".py": "Python is not run here: hand in the table that is asked for.",
    ".zip": "The archive is damaged: pack it again, or hand in the file itself.",
    ".doc": "Save it in a newer format: .docx or .xlsx.",
    ".png": "A picture cannot be read: type the table.",
}
"""What helps, by the suffix of a file that cannot be read."""

SAME = {
    ".pyw": ".py",
    **dict.fromkeys((".jpg", ".jpeg", ".heic", ".gif", ".webp", ".bmp", ".tif", ".tiff"), ".png"),
    **dict.fromkeys((".7z", ".rar", ".gz", ".tar"), ".zip"),
    **dict.fromkeys((".xls", ".hwp", ".pages", ".numbers", ".rtf", ".key", ".ppt"), ".doc"),
}
"""Suffixes of which the same is said."""

NO_TEXT = (
    "The PDF holds no text, as a scan or a photo does: hand in a PDF that you export from your "
    "editor, or the table itself."
)
EMPTY = "The file is empty: save it once more, and look into it before you hand it in."
NO_TABLE = (
    "There is no table in it with a column that is asked for: fill in the sheet that was handed "
    "out."
)
TOO_LONG = "It took too long to read. Hand in the table alone."
CODE_FAILED = (
    "Your code was run, and made no network that can be counted: see that it is made and called "
    "without an error where nothing else is installed."
)
FAILED = "It could not be read by machine; somebody will look at it."


def refusal_document(
    outcome: Outcome, files: Sequence[str], title: str, language: Language
) -> Document:
    """Return what is said of a hand-in that could not be marked.

    Args:
        outcome: What came of it.
        files: What the student calls the files.
        title: What the homework is called.
        language: In which it is said.
    """
    said = dict.fromkeys(_said(outcome, files))
    head = language("What you handed in could not be marked, so there are no points for it yet.")
    names = ", ".join(map(line, files))
    return Document(
        "feedback",
        language("{title}: not marked", title=line(title)),
        about=(language("handed in: {names}", names=names),) if names else (),
        parts=(Sentences((head, *map(language, said), language(READABLE))),),
        language=language.key,
    )


def refused_briefly(outcome: Outcome, files: Sequence[str], language: Language) -> str:
    """Return what is said of a hand-in that could not be marked, in a line."""
    return " ".join(map(language, (*dict.fromkeys(_said(outcome, files)), READABLE)))


def _said(outcome: Outcome, files: Sequence[str]) -> Iterator[str]:
    if outcome.status is Status.TIMEOUT:
        yield TOO_LONG
    elif outcome.status is Status.ERROR:
        yield FAILED
    elif "is empty" in outcome.message:
        yield EMPTY
    elif "without text" in outcome.message:
        yield NO_TEXT
    elif outcome.message.startswith(CODE_RUN):
        yield CODE_FAILED
    elif outcome.status is Status.NO_TABLE:
        yield NO_TABLE
    else:
        suffixes = (PurePosixPath(name).suffix.lower() for name in files)
        yield from filter(None, (BY_SUFFIX.get(SAME.get(one, one)) for one in suffixes))
