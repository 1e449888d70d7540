"""What formats of feedback have in common."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from html import escape
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from archstat.documents.document import Document
from archstat.documents.homework.refusal import refusal_document, refused_briefly
from archstat.documents.homework.sheet import feedback_document
from archstat.documents.homework.words import comment_of, earned, points
from archstat.documents.letters import sentence
from archstat.documents.report import report_document
from archstat.documents.view import View
from archstat.errors import UsageError
from archstat.extras import TYPESET, require
from archstat.formats import format_named, pdf, text_in
from archstat.formats.markdown import escaped
from archstat.formats.typst import string
from archstat.graph import Graph
from archstat.homework.grading.finals import Final
from archstat.homework.grading.outcome import Outcome
from archstat.homework.marking.feedback import Feedback, line
from archstat.homework.marking.language import ENGLISH, language_named
from archstat.report.report import report_on


def feedback_of(document: Document) -> Feedback:
    """Return the feedback that a document is about.

    Raises:
        UsageError: It is about something else.
    """
    if not isinstance(document.subject, Feedback):
        raise UsageError(f"a {document.kind} is nothing that grading systems read")
    return document.subject


PACKED = (2000, 1, 1, 0, 0, 0)
"""The date of files in an archive: the same results give the same file."""

HANDED_OUT = ("markdown", "html", "pdf", "text")
"""The formats in which students are given their feedback."""


@dataclass(frozen=True)
class ForStudents:
    """Renders what students are given; it travels to other processes.

    Attributes:
        format_name: One of `HANDED_OUT`.
        title: What the homework is called.
        language: The code of the language.

    Raises:
        UsageError: What typesets it is not installed.
    """

    format_name: str = "markdown"
    title: str = ""
    language: str = ENGLISH

    def __post_init__(self) -> None:
        if self.format_name == "pdf":
            require(TYPESET, purpose="feedback as PDF")

    @property
    def suffix(self) -> str:
        """The suffix of a file with feedback."""
        return format_named(self.format_name).suffix

    def __call__(self, feedback: Feedback) -> str:
        """Return what the student is told of a marked sheet."""
        told = replace(feedback, title=self.title, language=language_named(self.language))
        return self._source(feedback_document(told))

    def comment(self, feedback: Feedback) -> str:
        """Return what a student is told in a few sentences, for a grade book."""
        told = replace(feedback, title=self.title, language=language_named(self.language))
        return comment_of(told)

    def afterwards(self, final: Final) -> str:
        """Return what else there is to say of points: what came late, what was decided by hand."""
        told = self._changes(final)
        if told and final.points is not None:
            say = language_named(self.language)
            told.append(say("Points in the end: {points}.", points=points(final.points)))
        return " ".join(told)

    def with_final(self, text: str, final: Final) -> str:
        """Return what a student is given with the points that count, and how they came about.

        They stand where those stood that were marked; below everything if these are not told.
        """
        changes = " ".join(self._changes(final))
        if not changes:
            return text
        if final.points is not None and final.marked is not None and final.out_of is not None:
            say = language_named(self.language)
            marked = earned(final.marked, final.out_of, say)
            before = self._conclusion(sentence(marked))
            if before in text:
                counts = self._conclusion(sentence(earned(final.points, final.out_of, say)))
                why = f"{say('Marked: {score}.', score=marked)} {changes}"
                return text.replace(before, f"{counts}{self._paragraph(why)}", 1)
        said = self.afterwards(final)
        if self.format_name == "html":
            return text.replace("</body>", f"{self._conclusion(said)}</body>")
        return f"{text}{self._paragraph(said)}"

    def _changes(self, final: Final) -> list[str]:
        say, told = language_named(self.language), list[str]()
        if final.lost:
            told.append(say("Late: {points} points are taken off.", points=points(final.lost)))
        return told + [say("Decided by hand: {reason}.", reason=line(one)) for one in final.reasons]

    def _conclusion(self, said: str) -> str:
        """Return a conclusion as the format writes it."""
        match self.format_name:
            case "html":
                return f'<p class="conclusion">{escape(said)}</p>\n'
            case "pdf":
                return f"#strong({string(said)})\n"
            case "markdown":
                return f"{escaped(said)}\n"
        return f"\n{said.removesuffix('.')}\n"

    def _paragraph(self, said: str) -> str:
        """Return a sentence that follows, as the format writes it."""
        match self.format_name:
            case "html":
                return f"<p>{escape(said)}</p>\n"
            case "pdf":
                return f"#par({string(said)})\n"
        return f"\n{escaped(said) if self.format_name == 'markdown' else said}\n"

    def refusal_comment(self, outcome: Outcome, files: Sequence[str]) -> str:
        """Return the same of what could not be marked."""
        return refused_briefly(outcome, files, language_named(self.language))

    def refusal(self, outcome: Outcome, files: Sequence[str]) -> str:
        """Return what the student is told of what could not be marked."""
        language = language_named(self.language)
        return self._source(refusal_document(outcome, files, self.title, language))

    def file(self, text: str) -> bytes:
        """Return a file of what a student is given.

        Raises:
            UsageError: It cannot be typeset here.
        """
        return pdf.FORMAT.typeset(text) if self.format_name == "pdf" else text.encode()

    def _source(self, document: Document) -> str:
        """Return a document as a text, also where its file is none."""
        if self.format_name == "pdf":
            return pdf.FORMAT.whole(document)
        return text_in(self.format_name, document)


def as_table(graph: Graph) -> str:
    """Return the table of a network as a student would hand it in."""
    return text_in("csv", report_document(report_on(graph), View()))


def packed(folder: Path, names: Iterable[str]) -> bytes:
    """Return a zip file of the feedback in a folder, as learning-management systems take it back.

    Args:
        folder: Where the files are.
        names: Which of them; one that is not there is left out.
    """
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name in sorted(names):
            path = folder / name
            if path.is_file():
                archive.writestr(ZipInfo(name, PACKED), path.read_bytes(), ZIP_DEFLATED)
    return file.getvalue()
