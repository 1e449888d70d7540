"""The colours of a drawing: by kind, or by how much of a quantity a stop has."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import sqrt

from archstat.pictures.families import FAMILIES, LIGHT
from archstat.pictures.plans.stops import Stop
from archstat.record import record

INK, WEAK, LINE, PAPER = "#1f2328", "#57606a", "#8b96a5", "#ffffff"
INPUT_COLOUR, UNKNOWN_COLOUR = "#e3ded3", "#d8dee4"
LEAST, MOST = (222, 234, 247), (8, 62, 130)
"""The ends of the scale of a quantity, from none to the most."""

KIND = "kind"


def short(amount: float) -> str:
    """Return an amount to three digits, with a letter for thousands and so on.

    >>> short(723_456_789), short(96)
    ('723M', '96')
    """
    for letter, unit in (("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if amount >= unit:
            return f"{amount / unit:.3g}{letter}" if amount < 999.5 * unit else f"1{letter}"
    return f"{amount:.0f}"


@record
class ColourQuantity:
    """What colours can show.

    Attributes:
        name: Of the choice.
        title: What a legend calls it.
        of: Returns how much of it a stop has; None if that is not known.
        said: Returns an amount in words.
        is_share: Whether it is a share of something of the stop's own, which do not add up.
    """

    name: str
    title: str
    of: Callable[[Stop], float | None]
    said: Callable[[float], str]
    is_share: bool = False


def _macs(stop: Stop) -> float | None:
    macs = [row.macs for row in stop.all_rows]
    return None if None in macs else sum(each or 0 for each in macs)


QUANTITIES: Mapping[str, ColourQuantity] = {
    each.name: each
    for each in (
        ColourQuantity("macs", "MACs", _macs, short),
        ColourQuantity(
            "params", "parameters", lambda at: sum(row.params for row in at.all_rows), short
        ),
        ColourQuantity(
            "memory",
            "activation bytes",
            lambda at: sum(row.activation_bytes for row in at.all_rows),
            short,
        ),
    )
}


class Palette:
    """Which colour each stop has, and what a legend says of it.

    Args:
        stops: What is drawn.
        quantity: What colours show; None for the kinds of layers.
    """

    def __init__(self, stops: Sequence[Stop], quantity: ColourQuantity | None = None) -> None:
        self.quantity = quantity
        self._amounts = (
            {}
            if self.quantity is None
            else {id(stop): self.quantity.of(stop) for stop in stops if stop.row}
        )
        known = [amount for amount in self._amounts.values() if amount is not None]
        is_share = quantity is not None and quantity.is_share
        self.most, self.total = 1 if is_share else max(known, default=0), sum(known)
        self._families = {stop.family for stop in stops if stop.row is not None}
        self._drawn_behind: set[str] = set()

    def of(self, stop: Stop) -> str:
        """Return the colour of a stop."""
        if stop.row is None:
            return INPUT_COLOUR
        if self.quantity is None:
            return LIGHT[stop.family]
        amount = self._amounts[id(stop)]
        return UNKNOWN_COLOUR if amount is None else self._at(min(amount / (self.most or 1), 1))

    def behind(self, stop: Stop, which: str) -> str:
        """Return the colour of a layer that stands behind a stop."""
        if self.quantity is not None:
            return self.of(stop)
        self._drawn_behind.add(which)
        return LIGHT[which]

    def share(self, stop: Stop) -> str:
        """Return how much of the quantity a stop has, in words; empty by kind."""
        if self.quantity is None or stop.row is None:
            return ""
        amount = self._amounts[id(stop)]
        if amount is None:
            return f"? {self.quantity.title}"
        if self.quantity.is_share:
            return self.quantity.said(amount)
        return f"{100 * amount / (self.total or 1):.1f} %" if amount else "–"

    @staticmethod
    def _at(share: float) -> str:
        return mixed_rgb(LEAST, MOST, sqrt(share))

    def legend(self) -> list[tuple[str, str]]:
        """Return colours and what they mean."""
        if self.quantity is not None:
            ends = [(self._at(share), share) for share in (0, 1 / 16, 1 / 4, 9 / 16, 1)]
            said = [self.quantity.said(self.most * share) for _, share in ends]
            said[-1] += f" {self.quantity.title}"
            return [(colour, text) for (colour, _), text in zip(ends, said, strict=True)]
        there = self._families | self._drawn_behind
        return [(LIGHT[name], said) for name, said in FAMILIES.items() if name in there]


def mixed(colour: str, other: str, share: float) -> str:
    """Return a colour with a share of another one in it.

    >>> mixed("#000000", "#ffffff", 0.5)
    '#808080'
    """
    return mixed_rgb(_parts(colour), _parts(other), share)


def mixed_rgb(first: Sequence[int], second: Sequence[int], share: float) -> str:
    """Return what is between two colours, as an address of it."""
    parts = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return "#" + "".join(f"{part:02x}" for part in parts)


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
