"""Which row of a sheet is which layer of a network.

Rows and layers are aligned as sequences, as words are in a translation: every pair has a score, a
layer that is left out costs little if sheets usually leave it out, and the best way through is
taken. Names help; they do not decide.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from archstat.homework.answers.quantities import QUANTITIES, Written
from archstat.homework.answers.truth import Answers, Truth
from archstat.homework.cells.settings import Settings
from archstat.homework.sheet import labels
from archstat.homework.sheet.labels import Label
from archstat.homework.sheet.sheet import Sheet, SheetRow
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
_SETTINGS = ("filters", "kernel_size", "stride", "padding")

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
        score: How much better the whole fits than no row at all.
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
    scores = [_scores(row, candidates) for row in rows]
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
    """A layer as rows are held against it.

    Attributes:
        spelled: Its name without what people write differently.
        numbers: What may tell it from others of its family: its place among them, its name's end.
    """

    name: str
    spelled: str
    family: str
    general: str
    numbers: tuple[str, ...]
    answers: Answers


def _candidates(truth: Truth) -> list[_Candidate]:
    counts: Counter[str] = Counter()
    found = []
    for node in truth.graph.nodes:
        if node.name not in truth.account:
            continue
        family, general = family_of(node.layer), general_family(node.layer.kind)
        counts[general] += 1
        of_name = re.findall(r"[0-9]+$", node.name)
        numbers = (str(counts[general]), *of_name)
        answers = truth.account[node.name]
        found.append(_Candidate(node.name, _spelled(node.name), family, general, numbers, answers))
    return found


def _scores(row: SheetRow, candidates: Sequence[_Candidate]) -> list[float]:
    """Return how well a row fits every layer."""
    spelled = {_spelled(name) for name in row.names} - {""}
    written = {
        entry.quantity: entry.written
        for entry in reversed(row.entries)  # so that the first of a quantity counts
        if entry.quantity in {*_EVIDENCE, *_SETTINGS} and not entry.written.is_blank
    }
    return [
        _label_score(row.label, spelled, candidate)
        + _values_score(written, candidate.answers)
        + _settings_score(row.label.settings, written, candidate.answers)
        for candidate in candidates
    ]


def _label_score(label: Label, spelled: Collection[str], candidate: _Candidate) -> float:
    score = 0.0
    is_namesake = candidate.spelled in spelled
    if label.family not in {None, "output"}:
        fits = (
            is_namesake
            or label.family in {candidate.family, candidate.general}
            or (_GENERAL.get(str(label.family), label.family) == candidate.general == "pool")
        )
        score += _SAME_FAMILY if fits else _OTHER_FAMILY
    if is_namesake:
        score += _SAME_NAME
    return score + (_SAME_NUMBER if label.number in candidate.numbers else 0.0)


def _values_score(written: Mapping[str, Written], answers: Answers) -> float:
    return sum(
        _SAME_VALUE
        for quantity in _EVIDENCE
        if quantity in written
        and (answer := answers.get(quantity))
        and QUANTITIES[quantity].agrees(written[quantity], answer)
    )


def _settings_score(stated: Settings, written: Mapping[str, Written], answers: Answers) -> float:
    score = 0.0
    for quantity, value in stated.items():
        true = answers.get(quantity)
        if isinstance(true, int):
            true = (true,)
        if isinstance(true, tuple) and isinstance(value, tuple):
            score += 1.0 if set(value) == set(true) else _OTHER_SETTING
    for quantity in _SETTINGS:
        if quantity not in written:
            continue
        true = answers.get(quantity)
        if true is None:
            score += _OTHER_SETTING
        else:
            says = QUANTITIES[quantity].agrees(written[quantity], true)
            score += 1.0 if says else _OTHER_SETTING / 2
    return score


def _left_out(candidate: _Candidate) -> float:
    return _MISSING_ROW.get(candidate.general, _MISSING_OTHER)


def _spelled(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def _best_path(
    scores: Sequence[Sequence[float]], left_out: Sequence[float]
) -> tuple[list[tuple[int, int]], float]:
    """Return the pairs of the best alignment in order, and what it gains over none.

    See Needleman & Wunsch (1970).
    """
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
    return pairs[::-1], best[rows][columns] - best[0][columns]
