"""Feedback as one HTML page: no scripts, nothing loaded, light and dark, fit to print."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from archstat.homework.marking.feedback import Feedback, Remark, line
from archstat.homework.sheet.sheet import Sheet
from archstat.renderers.feedback import words
from archstat.renderers.feedback.cells import Shown, shown

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
STYLE = """\
:root { color-scheme: light dark; --right: #1a7f37; --other: #0969da; --follows: #9a6700;
  --wrong: #cf222e; --missing: #8250df; --line: #d0d7de; --head: #f6f8fa; }
@media (prefers-color-scheme: dark) { :root { --right: #3fb950; --other: #58a6ff;
  --follows: #d29922; --wrong: #ff7b72; --missing: #bc8cff; --line: #3d444d; --head: #212830; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.25rem; overflow-wrap: anywhere; }
.score { font-size: 1.5rem; font-weight: bold; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { border: 1px solid var(--line); padding: .25rem .5rem; text-align: start;
  vertical-align: top; }
thead th { background: var(--head); }
tbody th { font-weight: normal; }
.mark { font-weight: bold; white-space: nowrap; color: var(--mark); }
.mark a { font-size: .75em; vertical-align: super; color: inherit; }
.right, .rounded { --mark: var(--right); }
.convention { --mark: var(--other); }
.follows, .not_sure { --mark: var(--follows); }
.wrong { --mark: var(--wrong); }
.missing, .unreadable { --mark: var(--missing); }
tbody :is(.wrong, .missing, .unreadable) { outline: 2px solid var(--mark); outline-offset: -2px; }
.legend { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; }
.remarks li { margin-block: .5rem; }
@media print { body { margin: 0; max-width: none; font-size: 10pt; } .wide { overflow: visible; }
  tr, li { break-inside: avoid; } }
"""


def render(feedback: Feedback) -> str:
    """Return a whole page."""
    title = escape(words.headline(feedback))
    return "\n".join(
        (
            "<!DOCTYPE html>",
            '<html lang="en" dir="ltr">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
            f"<title>{title}</title>",
            f"<style>\n{STYLE}</style>",
            "</head>",
            "<body>",
            f'<h1 dir="auto">{title}</h1>',
            *_body(feedback),
            "</body>",
            "</html>\n",
        )
    )


def _body(feedback: Feedback) -> Iterator[str]:
    if feedback.shows_score:
        yield f'<p class="score">{escape(words.score(feedback))}</p>'
    if feedback.shows_marks:
        for held in feedback.marked.sheets:
            yield from _table(feedback, held.sheet)
        yield '<ul class="legend">'
        for verdict, text in words.legend(feedback):
            sign = f'<span class="mark">{escape(verdict.value)}</span>'
            yield f'<li class="{verdict.word}">{sign} {escape(text)}</li>'
        yield "</ul>"
    if feedback.remarks:
        yield '<h2>Remarks</h2>\n<ol class="remarks">'
        for number, remark in enumerate(feedback.remarks, 1):
            yield _remark(number, remark)
        yield "</ol>"
    if feedback.notes:
        yield "<h2>Notes</h2>\n<ul>"
        for note in feedback.notes:
            yield f'<li dir="auto">{escape(note)}</li>'
        yield "</ul>"


def _table(feedback: Feedback, sheet: Sheet) -> Iterator[str]:
    titles = map(line, sheet.table.header)
    yield '<div class="wide">\n<table>\n<thead>'
    heads = "".join(f'<th scope="col" dir="auto">{escape(title)}</th>' for title in titles)
    yield f"<tr>{heads}</tr>"
    yield "</thead>\n<tbody>"
    for first, *others in shown(feedback, sheet):
        cells = "".join(_cell(feedback, cell, "td") for cell in others)
        yield f"<tr>{_cell(feedback, first, 'th')}{cells}</tr>"
    yield "</tbody>\n</table>\n</div>"


def _cell(feedback: Feedback, cell: Shown, tag: str) -> str:
    scope = ' scope="row"' if tag == "th" else ""
    text = f"<bdi>{escape(cell.text)}</bdi>"
    if not cell.mark:
        return f"<{tag}{scope}>{text}</{tag}>"
    worst = [mark for mark in cell.marks if mark.verdict is cell.verdict]
    said = " ".join(dict.fromkeys(words.explained(feedback, mark) for mark in worst))
    sign, meaning = escape(cell.verdict.value), escape(words.MEANINGS[cell.verdict])
    number = f'<a href="#remark-{cell.remark}">{cell.remark}</a>' if cell.remark else ""
    mark = (
        f'<span class="mark"><span role="img" aria-label="{meaning}">{sign}</span>{number}</span>'
    )
    opening = f'{tag}{scope} class="{cell.verdict.word}" title="{escape(said)}"'
    return f"<{opening}>{text} {mark}</{tag}>"


def _remark(number: int, remark: Remark) -> str:
    parts = (words.sentences(remark), words.right_answers(remark))
    said = "<br>".join(escape(part) for part in parts if part)
    return (
        f'<li id="remark-{number}"><b dir="auto">{escape(words.heading(remark))}</b><br>{said}</li>'
    )
