"""The report on a class as Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from archstat.formats.markdown import escaped, table_line
from archstat.homework.grading.report import ClassReport
from archstat.renderers.grading.sections import Section, headline, sections


def render(report: ClassReport) -> str:
    """Return a heading, and a table for each thing that there is to say."""
    lines = [f"# {escaped(headline(report))}"]
    for section in sections(report):
        lines += ["", *_section(section)]
    return "\n".join(lines) + "\n"


def _section(section: Section) -> Iterator[str]:
    columns = range(len(section.header))
    yield f"## {escaped(section.title)}"
    yield ""
    yield table_line([escaped(title) for title in section.header])
    yield table_line(["---:" if column in section.right else ":---" for column in columns])
    for row in section.rows:
        yield table_line([escaped(cell) for cell in row])
    if section.note:
        yield ""
        yield escaped(section.note)
