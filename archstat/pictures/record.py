"""A record as one picture: throughput and latency against the batch, and a roofline a device."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping

from archstat.bench.case import Case
from archstat.bench.layer_summary import layer_seconds
from archstat.bench.record import Record
from archstat.bench.summary import Verdict
from archstat.documents.bench import words
from archstat.documents.bench.sheet import CaseSheet, sheet
from archstat.pictures import batches, roofline
from archstat.pictures.drawing import element, label, number, style
from archstat.pictures.drawing import words as content
from archstat.pictures.series import series_of

WIDTH = 820
MARGIN = 24
LETTERS = {"ink": 100, "weak small": 122}
"""Of a line of text across the picture."""


def picture_of(record: Record, layer_s: Mapping[Case, Mapping[str, float]] | None = None) -> str:
    """Return a whole file.

    Args:
        record: What to show.
        layer_s: The seconds of each layer, by its case; None for those of the record.
    """
    found = sheet(record)
    if layer_s is None:
        layer_s = {result.case: layer_seconds(result) for result in record.results if result.layers}
    elements, y = [], float(MARGIN)
    for height, drawn in _panels(found, layer_s):
        moved = f"translate({MARGIN} {number(y)})"
        elements.append(element("g", "\n" + "\n".join(drawn) + "\n", transform=moved))
        y += height + MARGIN
    title = ", ".join(words.models(found)) or words.NOTHING_MEASURED
    whole = [
        element("title", content(title)),
        element("style", f"\n{style()}"),
        element("rect", class_="paper", width="100%", height="100%"),
        *elements,
    ]
    return (
        element(
            "svg",
            "\n" + "\n".join(whole) + "\n",
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {WIDTH} {number(y)}",
            width=WIDTH,
            height=y,
            role="img",
            aria_label=title,
        )
        + "\n"
    )


def _panels(
    found: CaseSheet, layer_s: Mapping[Case, Mapping[str, float]]
) -> Iterator[tuple[float, list[str]]]:
    series, width = series_of(found), WIDTH - 2 * MARGIN
    yield _heading(found, has_figures=bool(series))
    if not series:
        return
    for quantity in batches.quantities(found):
        yield batches.draw(found, series, quantity, width)
    for device in found.threads:
        picture = roofline.draw(found, series, device, layer_s, width)
        if picture is not None:
            yield picture


def _heading(found: CaseSheet, *, has_figures: bool) -> tuple[float, list[str]]:
    lines = [(text, "ink") for text in words.models(found)]
    lines += [(text, "weak small") for text in (words.common(found), *words.devices(found))]
    lines += [(f"{verdict.value}  {why}", "ink") for verdict, why in words.verdicts(found)]
    if found.record.is_quick:
        lines.append((words.QUICK, "ink"))
    lines.append((_legend(found), "weak small") if has_figures else (words.NOTHING_MEASURED, "ink"))
    elements, y = [], 0.0
    for text, look in lines:
        for part in textwrap.wrap(text, LETTERS[look]):
            y += 17
            elements.append(label(0, y, part, look=look))
    return y, elements


def _legend(found: CaseSheet) -> str:
    known = [row.figures for row in found.rows if row.figures is not None]
    meanings = {
        "dashed: the limit": any(each.limit is not None for each in known),
        "bars: where another run lies with 95 %": any(each.interval is not None for each in known),
        "hollow: not VALID": any(each.verdict is not Verdict.VALID for each in known),
    }
    return "; ".join(text for text, is_there in meanings.items() if is_there)
