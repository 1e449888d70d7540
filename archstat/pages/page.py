"""A page: one file, which asks nothing of anyone."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from importlib.resources import files
from string import Template

from archstat.documents.comparison import comparison_document
from archstat.documents.document import Table
from archstat.formats import html
from archstat.pages import shares
from archstat.pages.formulas import formulas, meanings, sheets
from archstat.pages.formulas import links as links_of
from archstat.pages.layers import layers
from archstat.pages.markup import lines, tag, words
from archstat.pages.overview import figures, heads, title_of, training
from archstat.pages.subject import PageNetwork, PageSubject
from archstat.pictures.network import field_picture, network_picture, picture_style
from archstat.report.comparison import compare

MAY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{}'; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)
"""What the page may do: nothing from elsewhere, and no script but its own."""


def page(subject: PageSubject) -> str:
    """Return a whole page."""
    script = asset("page.js")
    digest = b64encode(sha256(script.encode()).digest()).decode()
    parts = [part for part in (_part(*each, subject) for each in PARTS) if part]
    return Template(asset("page.html")).substitute(
        policy=MAY.format(digest),
        title=words(title_of(subject)),
        style=picture_style() + asset("page.css"),
        contents=lines(link for link, _ in parts),
        heads=lines(heads(subject)),
        figures=figures(subject),
        parts=lines(content for _, content in parts),
        meanings=meanings(subject),
        command=words(subject.command),
        script=script,
    )


def asset(name: str) -> str:
    """Return a file that lies beside this one."""
    return files("archstat.pages").joinpath("assets", name).read_text(encoding="utf-8")


def _part(
    key: str,
    title: str,
    said: str,
    write: Callable[[PageSubject], str],
    subject: PageSubject,
) -> tuple[str, str] | None:
    """Return a part of the page and the link to it; None where there is nothing to show."""
    content = write(subject)
    if not content:
        return None
    head = tag("h2", words(title), id=f"{key}-title")
    intro = tag("p", words(said), class_="intro") if said else ""
    section = tag("section", head, intro, content, id=key, aria_labelledby=f"{key}-title")
    return tag("li", tag("a", words(title), href=f"#{key}")), section


def _for_each(write: Callable[[PageNetwork], str]) -> Callable[[PageSubject], str]:
    """Return what writes something of each network, beside one another where there are two."""

    def write_all(subject: PageSubject) -> str:
        found = [(network, write(network)) for network in subject.networks]
        if len(found) == 1:
            return found[0][1]
        columns = (
            tag("div", tag("h3", words(network.report.model)), content)
            for network, content in found
            if content
        )
        inside = "".join(columns)
        return tag("div", inside, class_="pair") if inside else ""

    return write_all


def _picture(network: PageNetwork) -> str:
    if not network.report.is_placed:  # parameters alone have no maps
        return ""
    return tag("div", network_picture(network.report), class_="wide picture")


def _fields(network: PageNetwork) -> str:
    drawn = field_picture(network.report, is_part=True)
    if not drawn:
        return ""
    button = tag("button", "Play from layer to layer", type="button", data_play="")
    player = tag("div", button, class_="tools player needs-js")
    return player + tag("div", drawn, class_="wide picture")


def _training(network: PageNetwork) -> str:
    return training(network) if network.report.trains and network.report.is_placed else ""


def _layers(network: PageNetwork) -> str:
    return layers(network, links_of(sheets(network)))


def _formulas(network: PageNetwork) -> str:
    return formulas(network, sheets(network))


def _notes(network: PageNetwork) -> str:
    notes = [tag("li", words(note)) for note in network.report.notes]
    return tag("ul", *notes) if notes else ""


def _measured(subject: PageSubject) -> str:
    if subject.record is None:
        return ""
    from archstat.documents.bench.record import record_document  # noqa: PLC0415  only with a record
    from archstat.pictures.record import picture_of  # noqa: PLC0415  likewise

    document = record_document(subject.record)
    about = (tag("p", words(text), class_="weak") for text in document.about)
    picture = tag("div", picture_of(subject.record, is_part=True), class_="wide picture")
    return lines((*about, picture, *html.FORMAT.blocks(document)))


def _differences(subject: PageSubject) -> str:
    """Return the layers that two networks do not have in common, side by side."""
    reports = [network.report for network in subject.networks]
    if len(reports) == 1 or not all(report.is_placed for report in reports):
        return ""
    found = compare(reports).changes()
    document = comparison_document(found)
    layers = _without_first(next(iter(document.tables)))  # a sign that they differ, which all do
    same = f"{found.hidden} layers are the same in both." if found.hidden else ""
    return lines((tag("p", same, class_="intro"), *html.FORMAT.table(layers, document)))


def _without_first(table: Table) -> Table:
    """Return a table without its first column."""
    lines = (replace(line, cells=line.cells[1:]) for line in table.lines)
    return replace(table, columns=table.columns[1:], lines=tuple(lines), fixed=1)


def _titled(write: Callable[[PageNetwork], str]) -> Callable[[PageSubject], str]:
    """Return what writes something of each network, below one another."""

    def write_all(subject: PageSubject) -> str:
        return lines(_with_heads(write, subject))

    return write_all


def _with_heads(write: Callable[[PageNetwork], str], subject: PageSubject) -> Iterator[str]:
    for network in subject.networks:
        if content := write(network):
            if len(subject.networks) > 1:
                yield tag("h3", words(network.report.model))
            yield content


INTRO = (
    "Feature maps in the order in which they are computed. Point at a layer anywhere on this page, "
    "and it lights up everywhere."
)
PARTS: tuple[tuple[str, str, str, Callable[[PageSubject], str]], ...] = (
    (
        "network",
        "The network",
        INTRO,
        _titled(_picture),
    ),
    (
        "shares",
        "Where the work and the memory are",
        "",
        _for_each(shares.shares),
    ),
    (
        "layers",
        "Layer by layer",
        "A number opens to its formula; a title sorts.",
        _titled(_layers),
    ),
    ("differences", "What differs", "", _differences),
    (
        "fields",
        "Receptive fields",
        "How many pixels of the input one unit sees, in the middle of the image (framed).",
        _for_each(_fields),
    ),
    ("measured", "Measured", "", _measured),
    ("training", "Training", "", _for_each(_training)),
    ("notes", "Notes", "", _for_each(_notes)),
    (
        "formulas",
        "How each number comes about",
        "By formula, with the numbers of the layer, for one example.",
        _titled(_formulas),
    ),
)
"""The parts of a page: id, title, what is said of it, and what writes it."""
