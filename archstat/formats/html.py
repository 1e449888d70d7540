"""One HTML page: no scripts, nothing loaded, light and dark, fit to print."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from archstat.documents.cells import Blank, Cell, Formula, Look, Sign, Signed, for_people
from archstat.documents.document import (
    Column,
    Document,
    Legend,
    Line,
    Listing,
    Notes,
    Picture,
    Remarks,
    Saying,
    Sentences,
    Table,
)
from archstat.documents.letters import capital, printable, sentence
from archstat.formats.layout.flow import FlowFormat

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
STYLE = """\
:root { color-scheme: light dark; --good: #1a7f37; --other: #0969da; --doubt: #9a6700;
  --bad: #cf222e; --absent: #8250df; --weak: #59636e; --line: #d0d7de; --head: #f6f8fa; }
@media (prefers-color-scheme: dark) { :root { --good: #3fb950; --other: #58a6ff;
  --doubt: #d29922; --bad: #ff7b72; --absent: #bc8cff; --weak: #9198a1; --line: #3d444d;
  --head: #212830; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.25rem; overflow-wrap: anywhere; }
h2 { font-size: 1rem; }
.conclusion { font-size: 1.25rem; font-weight: bold; }
.wide { overflow-x: auto; margin-block: 1rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { text-align: start; font-weight: bold; padding-block: .5rem; }
caption.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%); }
th, td { border: 1px solid var(--line); padding: .25rem .5rem; text-align: start;
  vertical-align: top; }
thead th, tfoot tr { background: var(--head); }
tbody th { font-weight: normal; }
:is(tbody, tfoot) th, thead th:first-child { position: sticky; inset-inline-start: 0; }
:is(tbody, tfoot) th { background: Canvas; }
.number { text-align: end; white-space: nowrap; }
.blank { min-width: 6rem; }
.mark { font-weight: bold; white-space: nowrap; color: var(--mark); }
.mark a { font-size: .75em; vertical-align: super; color: inherit; }
.strong { font-weight: bold; }
.weak { color: var(--weak); }
.good { --mark: var(--good); }
.other { --mark: var(--other); }
.doubt { --mark: var(--doubt); }
.bad { --mark: var(--bad); }
.absent { --mark: var(--absent); }
tbody :is(.bad, .absent) { outline: 2px solid var(--mark); outline-offset: -2px; }
.legend { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; }
.remarks li { margin-block: .5rem; }
pre { overflow-x: auto; padding: 1rem; background: var(--head); }
figure { margin: 1rem 0; }
svg { max-width: 100%; height: auto; }
@media print { body { margin: 0; max-width: none; font-size: 10pt; } .wide { overflow: visible; }
  tr, li { break-inside: avoid; } }
"""


class Html(FlowFormat):
    """A document as a page of its own."""

    suffix = ".html"

    def write(self, document: Document) -> str:
        """Return a whole page."""
        title = _safe(document.title or capital(document.kind))
        return "\n".join(
            (
                "<!DOCTYPE html>",
                f'<html lang="{document.language}" dir="ltr">',
                "<head>",
                '<meta charset="utf-8">',
                '<meta name="viewport" content="width=device-width, initial-scale=1">',
                f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
                f"<title>{title}</title>",
                f"<style>\n{STYLE}</style>",
                "</head>",
                "<body>",
                f'<h1 dir="auto">{title}</h1>',
                *_about(document),
                *self.blocks(document),
                "</body>",
                "</html>\n",
            )
        )

    def table(self, table: Table, document: Document) -> Iterator[str]:
        """Yield a table with its caption."""
        return _table(table, document)

    def words(self, words: Sentences, document: Document) -> Iterator[str]:  # noqa: ARG002
        """Yield a paragraph a sentence, or a list."""
        if words.is_list:
            yield from _list(words.sentences)
        else:
            look = _class(words.look)
            yield from (f"<p{look}>{_sentence(text)}</p>" for text in words.sentences)

    def legend(self, legend: Legend) -> Iterator[str]:
        """Yield a list of the marks."""
        yield '<ul class="legend">'
        for mark, said in legend.marks:
            sign = f'<span class="mark">{_safe(mark.sign)}</span>'
            yield f"<li{_class(mark.look)}>{sign} {_safe(said)}</li>"
        yield "</ul>"

    def notes(self, notes: Notes, document: Document) -> Iterator[str]:  # noqa: ARG002
        """Yield a list under a heading."""
        yield from (f"<h2>{_safe(notes.title)}</h2>", *_list(notes.notes))

    def remarks(self, remarks: Remarks) -> Iterator[str]:
        """Yield a numbered list, to which marks link."""
        items = (_remark(*numbered) for numbered in enumerate(remarks.remarks, 1))
        yield from (f"<h2>{_safe(remarks.title)}</h2>", '<ol class="remarks">', *items, "</ol>")

    def listing(self, listing: Listing) -> Iterator[str]:
        """Yield source code as it is."""
        yield f"<pre><code>{escape(chr(10).join(listing.lines))}</code></pre>"

    def picture(self, picture: Picture) -> Iterator[str]:
        """Yield a picture in the page itself."""
        yield f"<figure>\n{picture.draw()}</figure>"


def _list(texts: Iterable[str]) -> Iterator[str]:
    items = (f'<li dir="auto">{_safe(text)}</li>' for text in texts)
    yield from ("<ul>", *items, "</ul>")


def _about(document: Document) -> Iterator[str]:
    if document.has_list_of_facts:
        yield from _list(document.about)
    else:
        yield from (f'<p class="weak">{_sentence(text)}</p>' for text in document.about)
    if document.conclusion:
        yield f'<p class="conclusion">{_sentence(document.conclusion)}</p>'


def _remark(number: int, remark: Saying) -> str:
    said = "<br>".join(map(_safe, remark.said))
    return f'<li id="remark-{number}"><b dir="auto">{_safe(remark.heading)}</b><br>{said}</li>'


def _table(table: Table, document: Document) -> Iterator[str]:
    yield '<div class="wide">\n<table>'
    if table.title:
        yield f"<caption>{_safe(table.title)}</caption>"
    else:
        yield f'<caption class="unseen">{_safe(document.title)}</caption>'
    columns = [column for column in table.columns if not column.is_picture]
    shown = [at for at, column in enumerate(table.columns) if not column.is_picture]
    yield "<thead>"
    if any(column.group for column in columns):
        yield f"<tr>{''.join(_groups(columns))}</tr>"
    yield f"<tr>{''.join(map(_head, columns))}</tr>"
    yield "</thead>\n<tbody>"
    for line in table.lines:
        yield _line(line, table, shown)
    yield "</tbody>"
    if table.foot:
        yield from ("<tfoot>", *(_line(line, table, shown) for line in table.foot), "</tfoot>")
    yield "</table>\n</div>"
    yield from (f"<p>{_safe(text)}</p>" for text in table.below)


def _groups(columns: Sequence[Column]) -> Iterator[str]:
    at = 0
    while at < len(columns):
        group, first = columns[at].group, at
        while at < len(columns) and (at == first or (group and columns[at].group == group)):
            at += 1
        yield f'<th scope="colgroup" colspan="{at - first}">{_safe(group)}</th>'


def _head(column: Column) -> str:
    unit = f" [{column.unit}]" if column.unit else ""
    number = "" if column.is_text else ' class="number"'
    return f'<th scope="col"{number} dir="auto">{_safe(column.title + unit)}</th>'


def _line(line: Line, table: Table, shown: Sequence[int]) -> str:
    cells = [
        _cell(
            line.cells[at], table.columns[at], "th" if number == max(0, table.fixed - 1) else "td"
        )
        for number, at in enumerate(shown)
        if at < len(line.cells)
    ]
    missing = len(shown) - len(cells)
    if line.rest:
        cells.append(f'<td colspan="{missing}"{_class(line.rest_look)}>{_safe(line.rest)}</td>')
    else:
        cells += ["<td></td>"] * missing
    return f"<tr{_class(line.look)}>{''.join(cells)}</tr>"


def _cell(cell: Cell, column: Column, tag: str) -> str:
    names = [] if column.is_text else ["number"]
    names += [column.look.value] if column.look.value else []
    scope = ' scope="row"' if tag == "th" else ""
    title = ""
    text = _text(cell) and f"<bdi>{_text(cell)}</bdi>"
    mark = cell.mark if isinstance(cell, Signed) else cell if isinstance(cell, Sign) else None
    if isinstance(cell, Blank):
        names.append("blank")
    if mark is not None and mark.sign:
        names.append(mark.look.value)
        meaning = _safe(mark.meaning or mark.name)
        sign = f'<span role="img" aria-label="{meaning}">{_safe(mark.sign)}</span>'
        if isinstance(cell, Signed):
            number = f'<a href="#remark-{cell.remark}">{cell.remark}</a>' if cell.remark else ""
            text += f'&nbsp;<span class="mark">{sign}{number}</span>'
            title = f' title="{_safe(cell.said)}"' if cell.said else ""
        else:
            text = f'<span class="mark">{sign}</span>'
    looks = f' class="{" ".join(filter(None, names))}"' if any(names) else ""
    return f"<{tag}{scope}{looks}{title}>{text}</{tag}>"


def _text(cell: Cell) -> str:
    if isinstance(cell, Formula):
        return re.sub(r"_(\w+)", r"<sub>\1</sub>", _safe(for_people(cell)))
    return _safe(for_people(cell.value if isinstance(cell, Signed) else cell))


def _class(look: Look) -> str:
    return f' class="{look.value}"' if look.value else ""


def _sentence(text: str) -> str:
    return _safe(sentence(text))


def _safe(text: str) -> str:
    return escape(printable(text))


FORMAT = Html()
