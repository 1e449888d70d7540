"""The tensors among values, found without Python's help where a call is plain."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from archstat.models.torch.private import tree_leaves

PLAIN = frozenset({bool, complex, float, int, str, type(None)})


def tensors_in(values: Any) -> list[Tensor]:
    """Return the tensors in nested containers, in their order."""
    found: list[Tensor] = []
    _collect(values, found)
    return found


def _collect(value: Any, found: list[Tensor]) -> None:
    if isinstance(value, Tensor):
        found.append(value)
        return
    kind = type(value)
    if kind is tuple or kind is list:
        for each in value:
            _collect(each, found)
    elif kind is dict:
        for each in value.values():
            _collect(each, found)
    elif kind not in PLAIN:
        found += (leaf for leaf in tree_leaves(value) if isinstance(leaf, Tensor))
