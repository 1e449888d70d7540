"""A report as rows of text for people: what the table and Markdown have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar
from unicodedata import combining, east_asian_width

from archstat.analyses.training import OPTIMIZERS, Step
from archstat.layers.base import Shape
from archstat.renderers.cells import Layout, for_people, with_unit
from archstat.renderers.view import View
from archstat.report.columns import Column, Map, Value
from archstat.report.report import Report

T = TypeVar("T")

GAP = "  "
"""What stands between two columns."""


@dataclass(frozen=True)
class Grid:
    """Titles, a line of cells for each layer, and the foot."""

    columns: tuple[Column, ...]
    titles: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    foot: tuple[str, ...]

    def widths(self) -> list[int]:
        """Return the characters that each column needs, its title broken into words."""
        words = [title.split() for title in self.titles]
        texts = zip(*self.lines, self.foot, strict=True)
        return [
            max(map(display_width, (*titles, *cells)))
            for titles, cells in zip(words, texts, strict=True)
        ]

    def with_short_titles(self) -> Grid:
        """Return the grid with the titles of narrow terminals."""
        return replace(self, titles=tuple(c.short_title or c.title for c in self.columns))

    def without(self, column: Column) -> Grid:
        """Return the grid without one of its columns."""
        at = self.columns.index(column)
        return Grid(
            _without(self.columns, at),
            _without(self.titles, at),
            tuple(_without(line, at) for line in self.lines),
            _without(self.foot, at),
        )


def grid(report: Report, view: View, *, blank: str = "") -> Grid:
    """Return the cells of a report; its foot is empty where a column does not add up.

    Args:
        report: What to show.
        view: Which columns.
        blank: What stands in a cell that is to be filled in.
    """
    totals, columns = report.totals, tuple(view.chosen())

    def text(column: Column, value: Value) -> str:
        return blank if view.is_blank(column) else for_people(value, view.layout)

    return Grid(
        columns,
        tuple(column.title for column in columns),
        tuple(
            tuple(text(column, column.value(row, totals)) for column in columns)
            for row in report.layers
        ),
        tuple(
            "" if (total := column.total(totals)) == "" else text(column, total)
            for column in columns
        ),
    )


def heading(report: Report, view: View) -> tuple[str, str]:
    """Return what the report is about: the network, and how it was looked at or is to be."""
    title = f"{report.model}: {report.title}" if report.title else report.model
    inputs = [f"input {_shape(report.input, view.layout)}"]
    inputs += [f"{name} {_shape(shape, view.layout)}" for name, shape in report.more_inputs.items()]
    if view.is_homework:
        axes = "C×H×W" if view.layout == "chw" else "H×W×C"
        conventions = [column.convention.format(axes=axes) for column in view.chosen()]
        return title, "; ".join([", ".join(inputs), *dict.fromkeys(filter(None, conventions))])
    proof = "by formula"
    if report.traced_on is not None:
        proof = f"traced on {report.traced_on}"
        if not report.modules:  # a spec, whose formulas were there before
            proof = f"shapes, parameters and MACs confirmed by a forward pass on {report.traced_on}"
    batch = (
        "batch of 1"
        if report.batch_size == 1
        else f"batch of {report.batch_size:,} (MACs and bytes are those of the whole batch)"
    )
    return title, f"{', '.join(inputs)}, {batch}, {proof}"


def _shape(shape: Shape, layout: Layout) -> str:
    return for_people(Map(shape[0], shape[1:]), layout) if shape else "of one number"


def summary(report: Report) -> str:
    """Return the totals in one sentence."""
    totals = report.totals
    return (
        f"{totals.params:,} params = {totals.weights:,} weights + {totals.biases:,} biases "
        f"({with_unit(totals.param_bytes)}); activations {with_unit(totals.activation_bytes)}"
    )


def summaries(report: Report) -> list[str]:
    """Return the totals in a sentence, and what a training step costs if that was asked."""
    return [summary(report), *(_training(report.totals.step) if report.trains else [])]


def _training(cost: Step) -> list[str]:
    """Return multiply–accumulates and memory of a training step, with each optimizer."""
    least = "at least " if cost.unknown else ""
    held = ", ".join(
        f"{with_unit(cost.memory_bytes(name))} with {optimizer.title}"
        + (f" (state {with_unit(state)})" if (state := cost.optimizer_bytes[name]) else "")
        for name, optimizer in OPTIMIZERS.items()
    )
    work = f"{cost.forward_macs:,} forward + {cost.input_gradient_macs:,} for gradients of inputs"
    work += f" + {cost.weight_gradient_macs:,} for gradients of weights"
    parts = f"params {with_unit(cost.param_bytes)} + gradients {with_unit(cost.gradient_bytes)}"
    kept = f"kept for backward {with_unit(cost.kept_bytes)}"
    return [
        f"a training step: {least}{cost.step_macs:,} MACs = {work}",
        f"its memory: {least}{held} = {parts} + {kept} + state",
    ]


def aligned(lines: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> str:
    """Return lines of texts in columns; those numbered in `right` line up on the right."""
    widths = [max(map(display_width, column)) for column in zip(*lines, strict=True)]
    return "".join(
        GAP.join(
            padded(text, width, is_text=number not in right)
            for number, (text, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        + "\n"
        for line in lines
    )


def title_lines(titles: Sequence[str], widths: Sequence[int]) -> list[tuple[str, ...]]:
    """Return titles broken into lines that fit their columns, the last line full."""
    broken = [folded(title, width) for title, width in zip(titles, widths, strict=True)]
    height = max(map(len, broken))
    full = [[""] * (height - len(lines)) + lines for lines in broken]
    return list(zip(*full, strict=True))


def folded(text: str, width: int) -> list[str]:
    """Return a text in lines of whole words; one that is wider has a line to itself.

    >>> folded("합성곱 층의 kernel size", 11)
    ['합성곱 층의', 'kernel size']
    """
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and display_width(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def padded(text: str, width: int, *, is_text: bool) -> str:
    """Return a text filled up with blanks: behind a text, before a number."""
    blanks = " " * (width - display_width(text))
    return text + blanks if is_text else blanks + text


def display_width(text: str) -> int:
    """Return the columns of a terminal that a text takes: 2 an East Asian letter, 0 an accent.

    >>> display_width("conv1"), display_width("합성곱"), display_width("e\u0301")
    (5, 6, 1)
    """
    letters = (letter for letter in text if not combining(letter))
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in letters)


def _without(items: tuple[T, ...], at: int) -> tuple[T, ...]:
    return items[:at] + items[at + 1 :]
