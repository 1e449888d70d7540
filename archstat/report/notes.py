"""What is to be said of a network beside its rows and totals: sentences without a full stop."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from archstat.analyses.receptive_field import ReceptiveField
from archstat.graph import Training
from archstat.layers.base import Shape, times

MOST_NOTES = 3
"""As many notes on receptive fields are shown; on a large model there are hundreds."""

IMAGE_AXES = 2
MOST_COLOURS = 4


class Noted(Protocol):
    """A row, as far as notes look at it."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def receptive_field(self) -> ReceptiveField | None:
        """What its units see."""

    @property
    def uncounted(self) -> tuple[str, ...]:
        """The operators whose MACs are not known."""

    @property
    def training(self) -> Training:
        """What its backward pass costs."""

    @property
    def is_placed(self) -> bool:
        """Whether it is known what it is given."""


def notes_on(rows: Sequence[Noted], image: Shape, on_fields: Sequence[str]) -> Iterator[str]:
    """Yield what is to be said of rows for an input, with the first notes on receptive fields."""
    yield from _channels_last(image)
    yield from _first_of(on_fields)
    yield from _whole_image(rows, image)
    yield from _not_counted(rows)


def _first_of(notes: Sequence[str]) -> list[str]:
    """Return the first few notes, and how many more there are."""
    more = len(notes) - MOST_NOTES
    return [
        *notes[:MOST_NOTES],
        *([f"and {more} more notes on receptive fields"] if more > 0 else []),
    ]


def _channels_last(image: Shape) -> list[str]:
    """Return a note if an image has few columns and many channels, as if written the other way."""
    channels, *sizes = image or (0,)
    if len(sizes) != IMAGE_AXES or not min(channels, sizes[0]) > MOST_COLOURS >= sizes[-1]:
        return []
    meant = times((sizes[-1], channels, sizes[0]))
    return [f"the input is {channels} channels of {times(sizes)}; channels come first: {meant}?"]


def _not_counted(rows: Sequence[Noted]) -> list[str]:
    """Return a note that names the operators that were not counted, and how often they ran."""
    if not any(row.is_placed for row in rows):  # of a file of parameters nothing is counted
        return []
    counts = Counter(operator for row in rows for operator in row.uncounted)
    if not counts:
        return []
    return [f"MACs are at least those shown: not counted is {_in_rows(counts)}"]


def gradients_not_known(rows: Iterable[Noted]) -> list[str]:
    """Return a note that names what makes a backward pass unknown, and in how many rows."""
    of_gradients: Counter[str] = Counter()
    of_bytes: Counter[str] = Counter()
    for row in rows:
        counts = of_gradients if row.training.backward_macs is None else of_bytes
        counts.update(row.training.unknown)
    parts = [
        f"{what} {_in_rows(counts)}"
        for what, counts in (("the gradients of", of_gradients), ("the bytes kept for", of_bytes))
        if counts
    ]
    if not parts:
        return []
    return [f"a training step costs at least what is shown: not known are {' and '.join(parts)}"]


def _in_rows(counts: Counter[str]) -> str:
    return ", ".join(
        f"{name} in {n} {'row' if n == 1 else 'rows'}" for name, n in sorted(counts.items())
    )


def _whole_image(rows: Iterable[Noted], image: Shape) -> list[str]:
    """Return a note on the first layer whose units see more pixels than the image has."""
    for row in rows:
        field = row.receptive_field
        if field and all(size > side for size, side in zip(field.size, image[1:], strict=True)):
            what, unit = (
                ("image", "pixels") if len(image) == 1 + IMAGE_AXES else ("input", "places")
            )
            size = field.size[0] if len(set(field.size)) == 1 else times(field.size)
            sees = f"from {row.name} on, a unit sees the whole {what}"
            size = f"its receptive field of {size} {unit}"
            return [f"{sees}: {size} is not clipped to the {what}'s {times(image[1:])}"]
    return []
