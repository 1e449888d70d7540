"""Where the work and the memory are, as bars: a line a layer, a column a quantity."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from archstat.documents.cells import UNKNOWN, with_unit
from archstat.pictures.drawing import SMALL_LETTER, cut, element, label
from archstat.pictures.families import family, tokens
from archstat.report.folding import Section, sections
from archstat.report.report import NetworkReport, Row

LINE, BAR, TOP = 20, 12, 46
NAME_WIDTH, GAP, PERCENT, PANEL = 170, 28, 48, 220

PANELS: tuple[tuple[str, Callable[[Row], int | None], Callable[[int], str]], ...] = (
    ("MACs", lambda row: row.macs, "{:,}".format),
    ("parameters", lambda row: row.params, "{:,}".format),
    ("activation memory", lambda row: row.activation_bytes, with_unit),
)
"""What is shared out: its title, what a layer has of it, and an amount as people read it."""


def shares(report: NetworkReport) -> tuple[float, float, list[str]]:
    """Return the width, the height and the elements of a picture."""
    shown = [
        each
        for each in sections(report)
        if any(of(row) != 0 for row in each.rows for _, of, _ in PANELS)
    ]
    names = min(NAME_WIDTH, max((len(each.whole.name) for each in shown), default=0) * SMALL_LETTER)
    elements = [*_names(shown, names)]
    for at, (title, of, written) in enumerate(PANELS):
        left = names + GAP / 2 + at * (PANEL + GAP)
        parts = [[of(row) for row in each.rows] for each in shown]
        sums = [sum(part or 0 for part in each) for each in parts]
        unknown = [None in each for each in parts]
        whole = "≥ " * any(unknown) + written(sum(sums))
        elements.append(label(left, 12, title, look="ink"))
        elements.append(label(left, 28, whole, look="weak small"))
        elements += _bars(shown, sums, unknown, left)
    return names + len(PANELS) * (PANEL + GAP), TOP + LINE * len(shown), elements


def _names(shown: list[Section], width: float) -> Iterator[str]:
    for at, section in enumerate(shown):
        name = cut(section.whole.name, NAME_WIDTH)
        y = TOP + at * LINE + BAR - 2
        yield label(width, y, name, look="ink small", text_anchor="end")


def _bars(
    shown: list[Section], parts: list[int], unknown: list[bool], left: float
) -> Iterator[str]:
    whole = sum(parts)
    longest = max(parts, default=0)
    for at, (section, part) in enumerate(zip(shown, parts, strict=True)):
        y = TOP + at * LINE
        if not part:
            if unknown[at]:
                yield label(left, y + BAR - 2, UNKNOWN, look="weak small")
            continue
        width = max(1.0, (PANEL - PERCENT) * part / longest)
        bar = element(
            "rect", x=left, y=y, width=width, height=BAR, rx=1.5, class_=f"k-{family(section.rows)}"
        )
        said = f"{'≥ ' * unknown[at]}{100 * part / whole:.1f} %"
        text = label(left + width + 6, y + BAR - 2, said, look="weak small")
        yield element("g", bar + text, data_layers=tokens(section.rows, section.whole.name))
