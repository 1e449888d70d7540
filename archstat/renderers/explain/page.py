"""What a page of explanations holds, and how numbers stand in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archstat.report.explanation import Explained, Explanation


@dataclass(frozen=True)
class Page:
    """A network's explanations.

    Attributes:
        title: What the network is.
        layers: Its layers, with how their numbers come about.
        for_students: Whether it says what each quantity means.
    """

    title: str
    layers: Sequence[Explained]
    for_students: bool = False


def title_of(line: Explanation) -> str:
    """Return what an explanation is about.

    >>> title_of(Explanation("feature_map", 27, axis="rows"))
    'feature map, rows'
    """
    words = name_of(line.quantity)
    return f"{words}, {line.axis}" if line.axis else words


def name_of(quantity: str) -> str:
    """Return a quantity as a sentence names it.

    >>> name_of("macs"), name_of("receptive_field")
    ('MACs', 'receptive field')
    """
    own = {"macs": "MACs", "params": "parameters", "kept_bytes": "bytes kept for backward"}
    return own.get(quantity, quantity.replace("_", " ").replace(" macs", " MACs"))
