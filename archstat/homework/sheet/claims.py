"""What a cell claims of the layer that its row is about, and how much that says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from archstat.homework.answers.quantities import ColumnRule, Quantity, WrittenCell
from archstat.homework.answers.truth import Answer
from archstat.homework.sheet.columns import Way

ZERO, SMALL, SIZE, FIELD = 0.3, 0.8, 1.3, 1.6
MOST = 4.5
OF_PRODUCT = 0.5


def information(quantity: Quantity, written: WrittenCell) -> float:
    """Return how much it says that a cell agrees with an answer; chance gives small numbers."""
    if quantity.is_telling:
        number = next(iter(written.counts), None)
        if number is None or not number.value:
            return ZERO
        digits = number.digits or len(str(abs(int(number.value))))
        is_product = not written.numbers  # 32×32×64, which may be a map as well
        return min(MOST, 0.4 + 0.7 * digits) * (OF_PRODUCT if is_product else 1)
    if quantity.key in {"feature_map", "in_shape", "weight_shape"}:
        axes = written.shapes[0].axes() if written.shapes else 1
        return SIZE if axes == 1 else 2.0 if axes == 2 else 3.0  # noqa: PLR2004  sizes of a map
    return SMALL if quantity.is_setting else FIELD


@dataclass(frozen=True, eq=False)
class Reads:
    """A way to read a column that its values allow.

    Attributes:
        readings: The rules other than ours under which cells are right.
        claims: What each row says then, by its number.
    """

    way: Way
    readings: Mapping[str, tuple[ColumnRule, ...]]
    claims: dict[int, tuple[Claim, ...]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Claim:
    """What a cell says, held against all answers at once.

    Attributes:
        right, wrong, unknown: What it counts for a place that has such an answer, another one, or
            none.
        answers: The answers that it says.
        under: The answers under other rules, each with what it counts then.
    """

    quantity: str
    right: float
    wrong: float
    unknown: float
    answers: frozenset[Answer]
    under: tuple[tuple[ColumnRule, float, frozenset[Answer]], ...] = ()
