"""The mistakes that people make in homework tables, one place each."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from archstat.homework.answers.truth import Account, Truth
from archstat.homework.mistakes import (
    branches,
    feature_map,
    operations,
    printed,
    receptive_field,
    settings,
    weights,
)
from archstat.homework.mistakes.base import Mistake

MISTAKES: tuple[Mistake, ...] = (
    *feature_map.MISTAKES,
    *weights.MISTAKES,
    *operations.MISTAKES,
    *printed.MISTAKES,
    *receptive_field.MISTAKES,
    *branches.MISTAKES,
    *settings.MISTAKES,
)
"""Every mistake; where two explain the same cells, the earlier is named."""


@lru_cache(maxsize=8)
def accounts_of(truth: Truth) -> Mapping[str, Account]:
    """Return what a sheet says that is filled in with a mistake, by the mistake's key."""
    return {mistake.key: mistake.account(truth) for mistake in MISTAKES}


__all__ = ["MISTAKES", "Mistake", "accounts_of"]
