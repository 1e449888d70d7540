"""A record as one picture: throughput and latency against the batch, and a roofline a device."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping

from archstat.bench.case import Case
from archstat.bench.layer_summary import layer_seconds
from archstat.bench.record import Record
from archstat.documents.bench import words
from archstat.documents.bench.sheet import CaseSheet, sheet
from archstat.pictures import batches, roofline, samples
from archstat.pictures.drawing import element, label, number, style
from archstat.pictures.drawing import words as content
from archstat.pictures.legend import legend
from archstat.pictures.series import series_of

WIDTH = 820
MARGIN = 24
LETTERS = {"ink": 100, "weak small": 122}
"""Of a line of text across the picture."""


def picture_of(
    record: Record,
    layer_s: Mapping[Case, Mapping[str, float]] | None = None,
    *,
    is_part: bool = False,
) -> str:
    """Return a whole file.

    Args:
        record: What to show.
        layer_s: The seconds of each layer, by its case; None for those of the record.
        is_part: Whether what is around it says what was measured.
    """
    found = sheet(record)
    if layer_s is None:
        layer_s = {result.case: layer_seconds(result) for result in record.results if result.layers}
    elements, y = [], float(MARGIN)
    for height, drawn in _panels(found, layer_s, is_part=is_part):
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
    found: CaseSheet, layer_s: Mapping[Case, Mapping[str, float]], *, is_part: bool
) -> Iterator[tuple[float, list[str]]]:
    series, width = series_of(found), WIDTH - 2 * MARGIN
    yield legend(found) if is_part else _heading(found, has_figures=bool(series))
    if not series:
        return
    for quantity in batches.quantities(found):
        yield batches.draw(found, series, quantity, width)
    distribution = samples.draw(found, series, width)
    if distribution is not None:
        yield distribution
    for device in found.threads:
        if not any(row.case.device == device for each in series for row, _ in each.rows):
            continue
        picture = roofline.draw(found, series, device, layer_s, width)
        yield picture or _missing(device, roofline.missing(found, series, device))


def _heading(found: CaseSheet, *, has_figures: bool) -> tuple[float, list[str]]:
    lines = [(text, "ink") for text in words.models(found)]
    lines += [(text, "weak small") for text in (words.common(found), *words.devices(found))]
    lines += [(f"{verdict.value}  {why}", "ink") for verdict, why in words.verdicts(found)]
    if found.record.is_quick:
        lines.append((words.QUICK, "ink"))
    if not has_figures:
        lines.append((words.NOTHING_MEASURED, "ink"))
    elements, y = [], 0.0
    for text, look in lines:
        for part in textwrap.wrap(text, LETTERS[look]):
            y += 17
            elements.append(label(0, y, part, look=look))
    height, marks = legend(found)
    moved = [element("g", "".join(marks), transform=f"translate(0 {number(y + 8)})")]
    return y + height + 8 * bool(marks), [*elements, *(moved if marks else [])]


def _missing(device: str, why: str) -> tuple[float, list[str]]:
    """Return what stands where there is no roofline."""
    lines = textwrap.wrap(f"None, as {why}.", LETTERS["weak small"])
    said = (label(0, 36 + 15 * at, text, look="weak small") for at, text in enumerate(lines))
    return 24 + 15 * len(lines), [label(0, 16, f"Roofline of {device}", look="ink title"), *said]
