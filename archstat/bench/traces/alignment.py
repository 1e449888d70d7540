"""Which operators of a trace are which of a forward pass: by their names, in their order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

WINDOW = 3
"""Passes among which the first one that is like ours is looked for."""


def aligned(wanted: Sequence[str], found: Sequence[str]) -> list[dict[int, int]]:
    """Return for each pass in `found` which of its places is which of `wanted`.

    What is in `found` and not in a pass, such as what a loss needs, lies between; where a pass is
    not quite ours, as much of it as has the same names in the same order counts.
    """
    known = set(wanted)
    places = [place for place, name in enumerate(found) if name in known]
    names = [found[place] for place in places]
    exact = list(_occurrences(wanted, names))
    if exact:
        return [
            {number: places[start + number] for number in range(len(wanted))} for start in exact
        ]
    whole = list(found)
    matcher = SequenceMatcher(None, wanted, whole[: WINDOW * max(len(wanted), 1)], autojunk=False)
    block = matcher.find_longest_match()
    if not block.size:
        return []
    anchors = list(_occurrences(wanted[block.a : block.a + block.size], whole))
    ends = [*anchors[1:], anchors[-1] + 2 * len(wanted)]
    passes, begin = [], max(0, anchors[0] - 2 * block.a)
    for end in ends:
        passes.append(_like(wanted, whole, begin, end))
        begin = max(passes[-1].values()) + 1
    return passes


def _like(wanted: Sequence[str], found: Sequence[str], begin: int, end: int) -> dict[int, int]:
    matcher = SequenceMatcher(None, wanted, found[begin:end], autojunk=False)
    return {
        block.a + number: begin + block.b + number
        for block in matcher.get_matching_blocks()
        for number in range(block.size)
    }


def _occurrences(wanted: Sequence[str], found: Sequence[str]) -> Iterator[int]:
    """Yield where a row of names begins in another one, without overlap."""
    first, place, wanted = wanted[0], 0, list(wanted)
    while True:
        try:
            place = found.index(first, place)
        except ValueError:
            return
        if list(found[place : place + len(wanted)]) == wanted:
            yield place
            place += len(wanted)
        else:
            place += 1
