"""Which row of a sheet is about which place of a network: the best way through both, and others.

Rows and layers are aligned as sequences, as words are in a translation (Needleman & Wunsch, 1970).
A row takes a layer, or a block of layers that follow one another; or it stands above or below the
rows of a block's own layers, or adds layers up; or it is no layer at all. A layer that is left out
costs little if sheets usually leave it out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise, takewhile
from typing import NamedTuple

from archstat.homework.answers.places import TOTAL, Key, Place, spelled
from archstat.homework.reading import limits
from archstat.homework.sheet.evidence import SAME_FAMILY, Evidence
from archstat.homework.sheet.labels import in_general, sums_of
from archstat.homework.sheet.several import together
from archstat.homework.sheet.sheet import SheetRow
from archstat.homework.sheet.titles import TOTAL as TOTAL_WORDS

ASKED = ("conv", "conv_transpose", "linear", "pool")
"""The families whose layers a sheet is expected to have."""

_PREPARING = re.compile(
    r"(?i)rescal|resiz|lambda|crop|random_?\w|augment|preprocess|normali[sz]er?\b"
)
"""What is done to an image in front of a network, and stands above its layers."""

_EXTRA_ROW = -1.0
_CLEARLY = 5.0
"""What a row out of its place must score with a place to be called reordered."""

_ABOVE = -0.2
"""What it costs to stand above or below the rows of a block's own layers."""

_WORST = -4.0
"""What fits worse is not looked at."""

_NEVER = float("-inf")

_NO_ROW_OF_BLOCK = -3.0
"""What it costs at most that a sheet of modules has no row for one."""

_FEWEST_OF_BLOCKS = 3
"""Rows with the names of modules in a sheet of modules."""

UNSURE = 1.5
"""As much less an alignment may score to be possible, too."""


@dataclass(frozen=True)
class Alignment:
    """Which row is about which place.

    Attributes:
        places: The layers, blocks and sums by the numbers of their rows.
        inputs: The rows that state the network's input.
        extra: The rows that are no layer of the network.
        reordered: The rows that stand at another place than their layer.
        others: Other places that a row may as well be about, by its number.
        score: How much better the whole fits than no row at all.
    """

    places: Mapping[int, Place]
    inputs: tuple[int, ...]
    extra: tuple[int, ...]
    reordered: tuple[int, ...]
    others: Mapping[int, tuple[Place, ...]]
    score: float

    @property
    def layers(self) -> dict[int, str]:
        """The names of the layers and blocks by the numbers of their rows, sums left out."""
        return {row: place.name for row, place in self.places.items() if not place.is_sum}

    @property
    def totals(self) -> tuple[int, ...]:
        """The rows that add up."""
        return tuple(row for row, place in self.places.items() if place.is_sum)


class _Move(NamedTuple):
    """What a row may be: it takes the layers from `start` up to `stop`, or none where it stands."""

    place: Place | None
    start: int | None
    stop: int | None
    score: float


def aligned(evidence: Evidence) -> Alignment:
    """Return which row of a sheet is about which place."""
    key, sheet = evidence.key, evidence.sheet
    inputs = tuple(
        row.index
        for row in takewhile(_is_before_layers, sheet.rows)
        if row.label.family == "input" or _PREPARING.search(row.text) or evidence.is_input(row)
    )
    places: dict[int, Place] = {}
    rows = []
    for row in sheet.rows:
        if row.label.family == "total":
            places[row.index] = _named(row, key) or _sums(row, key)[0]
        elif row.index not in inputs:
            rows.append(row)
    moves = [_moves(row, evidence) for row in limits.timely(rows)]
    path = _Path(moves, [key.left_out(place) for place in key.layers], _modules(rows, evidence))
    taken = path.best()
    others: dict[int, tuple[Place, ...]] = {}
    for number, row in enumerate(rows):
        if (place := taken[number].place) is not None:
            places[row.index] = place
        others[row.index] = path.others(number, taken[number])
    score, reordered = path.total, []
    held = {name for place in places.values() if not place.is_sum for name in place.members}
    for number, row in enumerate(rows):
        if row.index in places:
            continue
        free = [
            move
            for move in moves[number]
            if move.place is not None and held.isdisjoint(move.place.members)
        ]
        best = max(free, key=lambda move: move.score, default=None)
        if best is not None and best.place is not None and best.score >= _CLEARLY:
            places[row.index] = best.place
            held.update(best.place.members)
            reordered.append(row.index)
            score += best.score / 2
    extra = tuple(row.index for row in rows if row.index not in places)
    return Alignment(places, inputs, extra, tuple(reordered), others, score)


def _modules(rows: Sequence[SheetRow], evidence: Evidence) -> list[tuple[int, int]]:
    """Return the spans of the modules that a sheet of modules may leave out as a whole."""
    blocks = [one for one in evidence.key.blocks if "…" not in one.name or one.classes]
    named = sum(any(evidence.is_called(row, block) for block in blocks) for row in rows)
    return [one.span for one in blocks if one.span] if named >= _FEWEST_OF_BLOCKS else []


def _is_before_layers(row: SheetRow) -> bool:
    return row.label.family in {"input", None} or _PREPARING.search(row.text) is not None


def _sums(row: SheetRow, key: Key) -> list[Place]:
    """Return the sums that a row may be."""
    parts = [key.sums[name] for name in sums_of(row.text) if name in key.sums]
    return parts if len(parts) == 1 or row.label.family != "total" else [key.sums[TOTAL]]


def _named(row: SheetRow, key: Key) -> Place | None:
    """Return the module that a row adds up, if it names it: Pooler total."""
    rest = spelled(TOTAL_WORDS.sub(" ", row.text))
    names = {rest, f"{rest}s"} if rest else set()
    found = [place for place in (*key.blocks, *key.layers) if names & place.spelled]
    return found[0] if len(found) == 1 else None


def _moves(row: SheetRow, evidence: Evidence) -> list[_Move]:
    """Return what a row may be, no layer at all included."""
    return [
        _Move(None, None, None, _EXTRA_ROW),
        *_of_places(row, evidence),
        *(
            _Move(place, *place.span, evidence.together(row, place))
            for place in together(row.text, evidence.key)
            if place.span is not None
        ),
        *_of_sums(row, evidence),
    ]


def _of_places(row: SheetRow, evidence: Evidence) -> Iterator[_Move]:
    """Yield the layers and blocks that a row may be, or stand above or below the rows of."""
    key = evidence.key
    is_named = any(map(str.isalnum, row.text)) and not row.text.strip(" .#()").isdigit()
    is_unknown = row.label.family in {None, "output"} and is_named
    worst = 0.0 if is_unknown else _WORST
    for place in (*key.layers, *key.blocks):
        score = evidence.score(row, place)
        if score > worst and place.span is not None:
            yield _Move(place, *place.span, score)
            start, stop = place.span
            if not place.is_layer and evidence.is_of_blocks(row, place):
                yield _Move(place, start, start, score + _ABOVE)
                yield _Move(place, stop, stop, score + _ABOVE)
            elif row.label.family is None and evidence.is_namesake(row, place):
                yield _Move(place, start, start, score + _ABOVE)
            if row.counted and place.is_layer:
                yield _Move(place, stop, stop, score + _ABOVE)


def _of_sums(row: SheetRow, evidence: Evidence) -> Iterator[_Move]:
    """Yield the sums that a row may be."""
    key = evidence.key
    parts = [part for part in key.parts if part.general == in_general(str(row.label.family))]
    for place in (*_sums(row, key), *parts):
        is_told = row.label.times > 1 and place.times % row.label.times == 0
        score = evidence.values(row, place) + 1.0
        if is_told and (
            score > 1.0 or place.times == row.label.times
        ):  # its layers have no rows of their own
            score += SAME_FAMILY - sum(map(key.left_out, map(key.layer, place.members)))
        if score > _EXTRA_ROW:
            yield _Move(place, None, None, score)


class _Path:
    """The best way through rows and layers, and what each other way is worth.

    `_from[i][j]` is the best that i rows and j layers can score, `_to[i][j]` the best of the rest.
    """

    def __init__(
        self,
        moves: Sequence[Sequence[_Move]],
        left_out: Sequence[float],
        modules: Sequence[tuple[int, int]],
    ) -> None:
        self._moves = moves
        self._skip = [0.0, *accumulate(left_out)]
        self._modules: dict[int, dict[int, list[int]]] = {1: {}, -1: {}}
        for start, stop in modules:
            self._modules[1].setdefault(stop, []).append(start)
            self._modules[-1].setdefault(start, []).append(stop)
        self._from = self._scores(moves, is_forward=True)
        self._to = self._scores(moves[::-1], is_forward=False)[::-1]

    @property
    def total(self) -> float:
        """What the best way gains over no row at all."""
        return self._from[-1][-1] - self._skip[-1]

    def _scores(self, moves: Sequence[Sequence[_Move]], *, is_forward: bool) -> list[list[float]]:
        """Return the best scores, row by row from one end; layers may be left out anywhere."""
        size = len(self._skip)
        start = [_NEVER] * size
        start[0 if is_forward else -1] = 0.0
        scores = [self._relaxed(start, is_forward=is_forward)]
        for options in moves:
            before = scores[-1]
            after = [_NEVER] * size
            stay = _NEVER
            for move in options:
                if move.start is None or move.stop is None:
                    stay = max(stay, move.score)
                    continue
                start_at, stop = (move.start, move.stop) if is_forward else (move.stop, move.start)
                after[stop] = max(after[stop], before[start_at] + move.score)
            after = [max(here, there + stay) for here, there in zip(after, before, strict=True)]
            scores.append(self._relaxed(after, is_forward=is_forward))
        return scores

    def _relaxed(self, scores: Sequence[float], *, is_forward: bool) -> list[float]:
        """Return scores where layers may be left out before going on."""
        skip = self._skip if is_forward else [-cost for cost in self._skip[::-1]]
        ordered = scores if is_forward else scores[::-1]
        best = accumulate((score - cost for score, cost in zip(ordered, skip, strict=True)), max)
        found = [gain + cost for gain, cost in zip(best, skip, strict=True)]
        found = found if is_forward else found[::-1]
        return self._without_modules(found, is_forward=is_forward) if self._modules[1] else found

    def _without_modules(self, scores: list[float], *, is_forward: bool) -> list[float]:
        """Return scores where whole modules may be left out for what a row of one costs."""
        step = 1 if is_forward else -1
        for before, at in pairwise(range(len(scores))[::step]):
            cost = self._skip[max(at, before)] - self._skip[min(at, before)]
            starts = self._modules[step].get(at, ())
            whole = max((scores[start] for start in starts), default=_NEVER)
            scores[at] = max(scores[at], scores[before] + cost, whole + _NO_ROW_OF_BLOCK)
        return scores

    def _to_reach(self, stop: int) -> list[float]:
        """Return what it costs that there is no row from each layer up to one."""
        start = [_NEVER] * len(self._skip)
        start[stop] = 0.0
        return self._relaxed(start, is_forward=False)

    def best(self) -> list[_Move]:
        """Return what each row is in the best way."""
        taken = []
        j = len(self._skip) - 1
        for i in range(len(self._moves), 0, -1):
            gaps = self._to_reach(j)
            move = max(self._moves[i - 1], key=lambda move: self._through(i - 1, j, move, gaps))
            taken.append(move)
            j = j if move.start is None else move.start
        return taken[::-1]

    def _through(self, i: int, j: int, move: _Move, gaps: Sequence[float]) -> float:
        """Return the best score of i + 1 rows and j layers where row i is this."""
        before = self._from[i]
        if move.start is None or move.stop is None:
            return before[j] + move.score
        if move.stop > j:
            return _NEVER
        return before[move.start] + move.score + gaps[move.stop]

    def others(self, i: int, taken: _Move) -> tuple[Place, ...]:
        """Return the other places of row i in ways that are nearly as good as the best."""
        before, after = self._from[i], self._to[i + 1]
        found = {}
        for move in self._moves[i]:
            if move.place is None or move.place is taken.place:
                continue
            if move.start is None or move.stop is None:
                score = max(map(sum, zip(before, after, strict=True))) + move.score
            else:
                score = before[move.start] + move.score + after[move.stop]
            if score >= self._from[-1][-1] - UNSURE:
                found[move.place] = score
        return tuple(sorted(found, key=lambda place: -found[place]))
