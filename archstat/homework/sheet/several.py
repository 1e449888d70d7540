"""Rows that name several layers: `Flatten + Linear(2048→256) + ReLU`, `up6 + conv6 ×2`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from archstat.homework.answers.blocks import ATTACHED
from archstat.homework.answers.places import WEIGHTED, Key, Place, spelled
from archstat.homework.sheet.labels import in_general, label

MOST_PARTS = 8

_SIGN = re.compile(r"\s*[+&]\s*(?![^()]*\))")  # not within brackets
_TIMES = re.compile(r"\s*[×x*] ?[0-9]+\s*$")


def together(text: str, key: Key) -> Iterator[Place]:
    """Yield the layers in a row that a label names one after the other, of all that it may mean.

    Blocks that are known already are left out.

    Args:
        text: The label.
        key: The places of the network.
    """
    parts = _SIGN.split(text)
    if not 1 < len(parts) <= MOST_PARTS:
        return
    if all(in_general(str(label(part).family)) in ATTACHED for part in parts[1:]):
        return  # C1 + tanh
    known = {block.span for block in key.blocks}
    for start in range(len(key.layers)):
        for stop in sorted(_stops(parts, start, key)):
            if (start, stop) not in known and stop - start > 1:
                names = tuple(key.order[start:stop])
                yield Place(f"{names[0]} … {names[-1]}", names, (start, stop), holds_several=True)


def _stops(parts: Sequence[str], start: int, key: Key) -> set[int]:
    """Return where the layers may end that these words name from one layer on."""
    stops = set(_named(parts[0], start, key))
    for part in parts[1:]:
        starts = {one for stop in stops for one in _next(stop, key)}
        stops = {stop for at in starts for stop in _named(part, at, key)}
    return stops


def _next(stop: int, key: Key) -> Iterator[int]:
    """Yield where the next layer that is named may start: others that hold no weights are not."""
    for at in range(stop, len(key.layers)):
        yield at
        if key.layers[at].general in WEIGHTED | {"pool"}:
            return


def _named(part: str, start: int, key: Key) -> Iterator[int]:
    """Yield where what one word names may end, that starts at a layer."""
    name = spelled(_TIMES.sub("", part))
    for place in (key.layers[start], *key.starting(start)):
        module = spelled(place.name.rpartition(".")[0])  # merge7, of merge7.concat
        if place.span is not None and name in place.spelled | {module} - {""}:
            yield place.span[1]
    said = label(part)
    layers = key.layers[start : start + said.times]
    families = {one for place in layers for one in (place.family, place.general)}
    is_alike = len({place.general for place in layers}) == 1
    if is_alike and said.family and families & {said.family, in_general(said.family)}:
        yield start + said.times
