"""Which row of a sheet is which layer of a network.

Rows and layers are aligned as sequences, as words are in a translation: every pair has a score, a
layer that is left out costs little if sheets usually leave it out, and the best way through is
taken. Names help; they do not decide.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archstat.homework import labels
from archstat.homework.quantities import QUANTITIES
from archstat.homework.sheet import Sheet, SheetRow
from archstat.homework.truth import Truth
from archstat.layers.base import Layer

ASKED = ("conv", "linear", "pool")
"""The families whose layers a sheet is expected to have."""

_SAME_FAMILY, _OTHER_FAMILY = 4.0, -9.0
_SAME_NAME, _SAME_NUMBER, _SAME_VALUE, _OTHER_SETTING = 6.0, 1.5, 3.0, -1.0
_MISSING_ROW = {"conv": -2.0, "linear": -2.0, "pool": -1.5}
_MISSING_OTHER, _EXTRA_ROW = -0.02, -1.0
_CLEARLY = 5.0
"""What a row out of its place must score with a layer to be called reordered."""

_EVIDENCE = ("feature_map", "weights", "params")

_GENERAL = {"max_pool": "pool", "avg_pool": "pool", "batch_norm": "norm", "relu": "activation"}


@dataclass(frozen=True)
class Alignment:
    """Which row is which layer.

    Attributes:
        layers: The layers by the numbers of their rows.
        inputs: The rows that state the network's input.
        totals: The rows that add up.
        extra: The rows that are no layer of the network.
        missing: The layers that a sheet is expected to have, and that this one has not.
        reordered: The rows that stand at another place than their layer.
        score: How good the whole fits.
    """

    layers: Mapping[int, str]
    inputs: tuple[int, ...]
    totals: tuple[int, ...]
    extra: tuple[int, ...]
    missing: tuple[str, ...]
    reordered: tuple[int, ...]
    score: float


def family_of(layer: Layer) -> str:
    """Return the family of a layer, in the words of labels."""
    return labels.family_of(layer.kind)


def general_family(kind: str) -> str:
    """Return the family of a kind of layer, either pooling in one.

    >>> general_family("adaptive_avg_pool2d"), general_family("conv1d")
    ('pool', 'conv')
    """
    family = labels.family_of(kind)
    return _GENERAL.get(family, family)


def aligned(sheet: Sheet, truth: Truth) -> Alignment:
    """Return which row of a sheet is which layer."""
    inputs = tuple(row.index for row in sheet.rows if row.label.family == "input")
    totals = tuple(row.index for row in sheet.rows if row.label.family == "total")
    rows = [row for row in sheet.rows if row.index not in {*inputs, *totals}]
    candidates = _candidates(truth)
    scores = [[_score(row, candidate, truth) for candidate in candidates] for row in rows]
    path, total = _best_path(scores, [_left_out(candidate) for candidate in candidates])
    layers = {rows[i].index: candidates[j].name for i, j in path}
    reordered = []
    for i, row in enumerate(rows):
        if row.index in layers:
            continue
        free = [j for j, one in enumerate(candidates) if one.name not in layers.values()]
        best = max(free, key=lambda j: scores[i][j], default=None)
        if best is not None and scores[i][best] >= _CLEARLY:
            layers[row.index] = candidates[best].name
            reordered.append(row.index)
            total += scores[i][best] / 2
    missing = (
        one.name for one in candidates if one.general in ASKED and one.name not in layers.values()
    )
    extra = tuple(row.index for row in rows if row.index not in layers)
    return Alignment(layers, inputs, totals, extra, tuple(missing), tuple(reordered), total)


@dataclass(frozen=True)
class _Candidate:
    """A layer as rows are held against it."""

    name: str
    family: str
    ordinal: int

    @property
    def general(self) -> str:
        return _GENERAL.get(self.family, self.family)


def _candidates(truth: Truth) -> list[_Candidate]:
    counts: Counter[str] = Counter()
    found = []
    for node in truth.graph.nodes:
        if node.name not in truth.account:
            continue
        family, general = family_of(node.layer), general_family(node.layer.kind)
        counts[general] += 1
        found.append(_Candidate(node.name, family, counts[general]))
    return found


def _score(row: SheetRow, candidate: _Candidate, truth: Truth) -> float:
    """Return how well a row fits a layer."""
    answers = truth.account[candidate.name]
    score = 0.0
    family = row.label.family
    is_namesake = _plain(row.text) != "" and _plain(row.text) == _plain(candidate.name)
    if family not in {None, "output"}:
        fits = (
            is_namesake
            or family in {candidate.family, candidate.general}
            or (_GENERAL.get(str(family), family) == candidate.general == "pool")
        )
        score += _SAME_FAMILY if fits else _OTHER_FAMILY
    if is_namesake:
        score += _SAME_NAME
    if row.label.number is not None:
        of_name = re.search(r"([0-9]+)$", candidate.name)
        numbers = {str(candidate.ordinal), of_name.group(1) if of_name else ""}
        score += _SAME_NUMBER if row.label.number in numbers else 0.0
    for quantity in _EVIDENCE:
        written = row.written(quantity)
        answer = answers.get(quantity)
        if written is None or written.is_blank or not answer:
            continue
        score += _SAME_VALUE if QUANTITIES[quantity].agrees(written, answer) else 0.0
    return score + _settings_score(row, answers)


def _settings_score(row: SheetRow, answers: Mapping[str, object]) -> float:
    score = 0.0
    for quantity, stated in row.label.settings.items():
        true = answers.get(quantity)
        if isinstance(true, int):
            true = (true,)
        if isinstance(true, tuple) and isinstance(stated, tuple):
            score += 1.0 if set(stated) == set(true) else _OTHER_SETTING
    for quantity in ("filters", "kernel_size", "stride", "padding"):
        written, true = row.written(quantity), answers.get(quantity)
        if written is None or written.is_blank:
            continue
        if true is None:
            score += _OTHER_SETTING
        else:
            says = QUANTITIES[quantity].agrees(written, true)  # type: ignore[arg-type]
            score += 1.0 if says else _OTHER_SETTING / 2
    return score


def _left_out(candidate: _Candidate) -> float:
    return _MISSING_ROW.get(candidate.general, _MISSING_OTHER)


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def _best_path(
    scores: Sequence[Sequence[float]], left_out: Sequence[float]
) -> tuple[list[tuple[int, int]], float]:
    """Return the pairs of the best alignment in order, and its score (Needleman & Wunsch 1970)."""
    rows, columns = len(scores), len(left_out)
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for j in range(columns):
        best[0][j + 1] = best[0][j] + left_out[j]
    for i in range(rows):
        best[i + 1][0] = best[i][0] + _EXTRA_ROW
        for j in range(columns):
            best[i + 1][j + 1] = max(
                best[i][j] + scores[i][j],
                best[i + 1][j] + left_out[j],
                best[i][j + 1] + _EXTRA_ROW,
            )
    pairs = []
    i, j = rows, columns
    while i and j:
        if best[i][j] == best[i][j - 1] + left_out[j - 1]:
            j -= 1
        elif best[i][j] == best[i - 1][j] + _EXTRA_ROW:
            i -= 1
        else:
            i, j = i - 1, j - 1
            if scores[i][j] > 0:
                pairs.append((i, j))
    return pairs[::-1], best[rows][columns]
