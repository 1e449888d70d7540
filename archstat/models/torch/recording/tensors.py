"""The tensors among values, found without Python's help where a call is plain."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from archstat.models.torch.private import tree_leaves

PLAIN = frozenset({bool, complex, float, int, str, type(None)})
TENSORS = frozenset({Tensor, nn.Parameter})


def tensors_in(values: Any) -> list[Tensor]:
    """Return the tensors in nested containers, in their order."""
    found: list[Tensor] = []
    todo = [values]  # the next one last
    while todo:
        value = todo.pop()
        kind = type(value)
        if kind is tuple or kind is list:
            todo += value[::-1]
        elif kind is dict:
            todo += [*value.values()][::-1]
        elif kind in TENSORS or (kind not in PLAIN and isinstance(value, Tensor)):
            found.append(value)
        elif kind not in PLAIN:
            found += [leaf for leaf in tree_leaves(value) if isinstance(leaf, Tensor)]
    return found
