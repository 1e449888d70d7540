"""The mistakes that people make in homework tables, one place each."""

from archstat.homework.mistakes import (
    feature_map,
    operations,
    receptive_field,
    settings,
    weights,
)
from archstat.homework.mistakes.base import Mistake

MISTAKES: tuple[Mistake, ...] = (
    *feature_map.MISTAKES,
    *weights.MISTAKES,
    *operations.MISTAKES,
    *receptive_field.MISTAKES,
    *settings.MISTAKES,
)
"""Every mistake; where two explain the same cells, the earlier is named."""

__all__ = ["MISTAKES", "Mistake"]
