"""Which mistakes stand behind the wrong cells of a sheet: as few as explain as many as can be."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

from archstat.homework.answers.places import TOTAL
from archstat.homework.answers.quantities import QUANTITIES
from archstat.homework.answers.truth import Answer, Truth
from archstat.homework.marking.marks import Cell, Mark, Verdict
from archstat.homework.mistakes import MISTAKES, Mistake, accounts_of
from archstat.homework.mistakes.slips import SUM_SLIPS, off_by_one, slip, sum_slip
from archstat.homework.sheet.labels import family_of
from archstat.layers.base import Shape

ENOUGH = 2
"""Cells that a mistake must explain to be more than consistent, where numbers are small."""

SIZES_OF_A_MAP = 3
"""Sizes that chance seldom makes those of another row."""

FIELD = "receptive_field"

FREQUENT = frozenset({"growth-left-out", "kernel-not-less-one"})
"""What is behind most receptive fields that are wrong, so that one cell is enough to tell."""

MOST_OTHERS = 1
"""As many other mistakes are named that explain the same cells."""


@dataclass(frozen=True)
class Cause:
    """A mistake, and the cells that it explains.

    Attributes:
        cells: The cells that are wrong by it.
        following: The cells that follow from these.
        is_certain: Whether it is more than consistent with what was written.
        others: Other mistakes that explain the same cells, in words.
        in_numbers: The words with {wrong} and {right} of a cell, for those who may see answers.
    """

    key: str
    words: str
    hint: str
    cells: tuple[Cell, ...]
    following: tuple[Cell, ...] = ()
    is_certain: bool = True
    others: tuple[str, ...] = ()
    in_numbers: str = ""


@dataclass(frozen=True)
class _Suspect:
    """A mistake that somebody may have made.

    Attributes:
        explained: The wrong cells that it gives, by their place among the marks.
        contradicted: How many right cells it would have made wrong.
        own: The wrong cells that it gives in one step from what the sheet says before them.
    """

    mistake: Mistake
    explained: frozenset[int]
    contradicted: int
    own: frozenset[int] = frozenset()

    def plausibility(self, roots: Collection[int]) -> tuple[int, int, int]:
        """Return how well it explains these cells, and what it gets wrong beside them."""
        return (
            len(self.explained.intersection(roots)),
            len(self.explained) - self.contradicted,
            -self.contradicted,
        )


def causes_of(marks: Sequence[Mark], truth: Truth, names: Mapping[str, str]) -> tuple[Cause, ...]:
    """Return the mistakes behind the wrong cells, the one behind most of them first.

    Cells that follow from others are explained by what explains these.

    Args:
        marks: What is said of each cell.
        truth: What is right.
        names: What the sheet calls the layers, where that is clear.
    """
    roots = {number for number, one in enumerate(marks) if one.verdict is Verdict.WRONG}
    if not roots:
        return ()
    fields = _fields(marks, roots, truth)
    suspects = [_suspect(mistake, marks, truth) for mistake in MISTAKES]
    suspects = [_in_steps(suspect, marks, roots, truth, fields) for suspect in suspects]
    found: list[Cause] = []
    open_roots = set(roots)
    while open_roots:
        likeness = [suspect.plausibility(open_roots) for suspect in suspects]
        best = suspects[likeness.index(max(likeness))]  # of equals, the first
        explained = best.explained & open_roots
        if not explained:
            break
        rivals = [
            suspect.mistake.words
            for suspect in suspects
            if suspect is not best
            and suspect.explained & open_roots == explained
            and suspect.plausibility(open_roots) == max(likeness)
        ]
        cause = _cause(best, explained, marks, rivals)
        only = marks[min(explained)]
        if len(best.explained) == 1 and _is_of_another_row(only, truth, names):
            cause = replace(cause, is_certain=False)
        found.append(cause)
        open_roots -= explained
    found = [cause for cause in found if not _is_slip(cause, marks, roots)]
    open_roots = roots - {
        number for number in roots if any(marks[number].cell in cause.cells for cause in found)
    }
    skipped = _skipped([marks[number] for number in sorted(open_roots)], truth, names)
    found += skipped
    told = {cell for cause in skipped for cell in cause.cells}
    found += [
        _slipped(marks[number], truth, names)
        for number in sorted(open_roots)
        if marks[number].cell not in told
    ]
    found = _merged(found)
    return tuple(
        sorted(
            (_with_following(cause, marks) for cause in found),
            key=lambda cause: -len(cause.cells) - len(cause.following),
        )
    )


def _suspect(mistake: Mistake, marks: Sequence[Mark], truth: Truth) -> _Suspect:
    account = accounts_of(truth)[mistake.key]
    explained, contradicted = set(), 0
    for number, one in enumerate(marks):
        told = account.get(one.layer, {})
        if one.quantity not in mistake.quantities or one.quantity not in told:
            continue
        answer, quantity = told[one.quantity], QUANTITIES[one.quantity]
        if answer is None or answer == one.answer:
            continue
        if one.verdict in {Verdict.WRONG, Verdict.FOLLOWS}:
            if quantity.agrees(one.entry.written, answer):
                explained.add(number)
        elif one.verdict.is_right and not quantity.agrees(one.entry.written, answer):
            contradicted += 1
    return _Suspect(mistake, frozenset(explained), contradicted)


def _fields(marks: Sequence[Mark], roots: Collection[int], truth: Truth) -> Mapping[str, Shape]:
    """Return the receptive fields that a sheet states, if some of them are wrong."""
    if not any(marks[number].quantity == FIELD for number in roots):
        return {}
    axes = len(truth.graph.input_shape) - 1
    found: dict[str, Shape] = {}
    for one in marks:
        value = QUANTITIES[FIELD].reads(one.entry.written) if one.quantity == FIELD else None
        if isinstance(value, tuple) and value:
            sizes = value * axes if len(value) == 1 else value
            for name in one.members[-1:] or (one.layer,):
                found[name] = sizes
    return found


def _in_steps(
    suspect: _Suspect,
    marks: Sequence[Mark],
    roots: Collection[int],
    truth: Truth,
    fields: Mapping[str, Shape],
) -> _Suspect:
    """Return a suspect with the cells that it explains from what the sheet says before them."""
    if not fields or suspect.mistake.own is None:
        return suspect
    told = suspect.mistake.own(truth, fields)
    agrees = QUANTITIES[FIELD].agrees
    own = {
        number
        for number in roots
        if marks[number].quantity == FIELD and not _joins(marks[number], truth)
        for name in marks[number].members[-1:] or (marks[number].layer,)
        if (answer := told.get(name, {}).get(FIELD)) is not None
        and answer != marks[number].answer
        and agrees(marks[number].entry.written, answer)
    }
    return replace(suspect, explained=suspect.explained | own, own=frozenset(own))


def _joins(one: Mark, truth: Truth) -> bool:
    """Return whether a cell is about a layer that only puts others together."""
    node = truth.nodes.get(one.layer)
    return node is not None and len(node.inputs) > 1


def _cause(
    suspect: _Suspect, explained: Iterable[int], marks: Sequence[Mark], rivals: Sequence[str]
) -> Cause:
    mistake = suspect.mistake
    cells = tuple(marks[number].cell for number in sorted(suspect.explained))
    return Cause(
        mistake.key,
        mistake.words,
        mistake.hint,
        cells,
        is_certain=_is_certain(suspect, [marks[number] for number in explained], marks, rivals),
        others=tuple(rivals[:MOST_OTHERS]),
        in_numbers=mistake.in_numbers,
    )


def _is_certain(
    suspect: _Suspect, own: Sequence[Mark], marks: Sequence[Mark], rivals: Sequence[str]
) -> bool:
    """Return whether chance hardly explains it: large numbers, or all that is wrong.

    Where numbers are small, it must explain every wrong cell of its columns, and contradict none.
    """
    if any(QUANTITIES[one.quantity].is_telling for one in own):
        return True
    if suspect.own and not rivals and suspect.mistake.key in FREQUENT:
        return True
    if own[0].quantity == "in_shape" and suspect.mistake.key.startswith("input-"):
        return True  # what the first layer is given is the input itself
    if len(suspect.own) >= ENOUGH and len(suspect.own) >= suspect.contradicted:
        return True
    is_given = any(QUANTITIES[one.quantity].is_setting for one in own)
    if len(suspect.explained) < ENOUGH + is_given:
        return False
    quantities = {one.quantity for one in own}
    wrong = {
        number
        for number, one in enumerate(marks)
        if one.verdict is Verdict.WRONG and one.quantity in quantities
    }
    return wrong <= suspect.explained and 2 * suspect.contradicted <= len(suspect.explained)


def _is_slip(cause: Cause, marks: Sequence[Mark], roots: Collection[int]) -> bool:
    """Return whether a single small number is rather one too large or too small."""
    own = [marks[number] for number in roots if marks[number].cell in cause.cells]
    if len(own) != 1 or len(cause.cells) != 1:
        return False
    quantity = QUANTITIES[own[0].quantity]
    if quantity.is_telling or quantity.is_setting or quantity.key == FIELD:
        return False
    return off_by_one(quantity.reads(own[0].entry.written), own[0].answer)


def _skipped(wrong: Sequence[Mark], truth: Truth, names: Mapping[str, str]) -> list[Cause]:
    """Return rows all of whose wrong cells are those of one other row."""
    rows: dict[tuple[int, int], list[Mark]] = {}
    for one in wrong:
        rows.setdefault((one.entry.table, one.entry.row), []).append(one)
    found = []
    for own in rows.values():
        if len(own) < ENOUGH or own[0].layer not in truth.nodes:
            continue
        for name, answers in truth.account.items():
            if name != own[0].layer and all(
                QUANTITIES[one.quantity].agrees(one.entry.written, answers.get(one.quantity))
                for one in own
            ):
                words = f"this is the row of {names.get(name, name)}: a row was skipped"
                cells = tuple(one.cell for one in own)
                found.append(Cause("row-skipped", words, "compare the two rows", cells))
                break
    return found


def _slipped(one: Mark, truth: Truth, names: Mapping[str, str]) -> Cause:
    """Return the slip that explains a cell, or that nothing known does."""
    others = {} if one.layer.startswith(TOTAL) else _others(one, truth, names)
    value = QUANTITIES[one.quantity].reads(one.entry.written)
    if one.layer == TOTAL and (key := _of_sum(one, value, truth)):
        return Cause(key, *SUM_SLIPS[key], (one.cell,))
    found = slip(QUANTITIES[one.quantity], one.entry.written, one.answer, others)
    if QUANTITIES[one.quantity].is_setting and (found is None or found.key != "arithmetic"):
        words = "the network has another setting here"
        return Cause("other-setting", words, "look at the description of the network", (one.cell,))
    if found is None:
        words = (
            "the rows do not add up to this"
            if one.layer.startswith(TOTAL)
            else "no known mistake leads here"
        )
        return Cause("unknown", words, "work it out again, step by step", (one.cell,))
    is_long = isinstance(value, tuple) and len(value) >= SIZES_OF_A_MAP
    is_open = found.key == "digit" or (found.key == "copied" and not is_long)
    certain = QUANTITIES[one.quantity].is_telling or not is_open
    return Cause(found.key, found.words, found.hint, (one.cell,), is_certain=certain)


def _is_of_another_row(one: Mark, truth: Truth, names: Mapping[str, str]) -> bool:
    """Return whether a number is what is true of another layer of its kind."""
    quantity = QUANTITIES[one.quantity]
    others = _others(one, truth, names).values()
    return any(other and quantity.agrees(one.entry.written, other) for other in others)


def _of_sum(one: Mark, value: Answer, truth: Truth) -> str | None:
    """Return what may have been done with a wrong sum over all layers."""
    parts = {name: answers.get(one.quantity) for name, answers in truth.account.items()}
    return sum_slip(value, one.answer, parts, prod(truth.graph.input_shape))


def _others(one: Mark, truth: Truth, names: Mapping[str, str]) -> Mapping[str, Answer]:
    """Return what is true of the layers of the same family, by what their rows are called."""
    nodes = truth.nodes
    if one.layer not in nodes:
        return {}
    family = family_of(nodes[one.layer].layer.kind)
    return {
        names.get(name, name): answers.get(one.quantity)
        for name, answers in truth.account.items()
        if name != one.layer and family_of(nodes[name].layer.kind) == family
    }


def _merged(causes: Sequence[Cause]) -> list[Cause]:
    """Return causes of which each is told once."""
    merged: dict[tuple[str, str], Cause] = {}
    for cause in causes:
        key = (cause.key, cause.words)
        before = merged.get(key)
        cells = cause.cells if before is None else (*before.cells, *cause.cells)
        merged[key] = replace(before or cause, cells=cells)
    return list(merged.values())


def _with_following(cause: Cause, marks: Sequence[Mark]) -> Cause:
    """Return a cause with the cells that follow from its own, near and far."""
    by_place = {one.place: one for one in marks}
    own = set(cause.cells)
    reached = set(own)
    grows = True
    while grows:
        grows = False
        for one in marks:
            if one.verdict is not Verdict.FOLLOWS or one.cell in reached:
                continue
            sources = (by_place[place].cell for place in one.follows_from if place in by_place)
            if any(source in reached for source in sources):
                reached.add(one.cell)
                grows = True
    following = tuple(one.cell for one in marks if one.cell in reached - own)
    return replace(cause, following=following)
