"""A model of the yardstick: how it is built, and what it is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import nn


@dataclass(frozen=True)
class Given:
    """A model with the inputs that it takes."""

    model: nn.Module
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """A model of a library, small, with random weights and no network.

    Attributes:
        library: The package that it is of.
        name: What it is called there.
        build: Makes it, with its inputs.
    """

    library: str
    name: str
    build: Callable[[], Given]

    @property
    def whole(self) -> str:
        """Its library and its name."""
        return f"{self.library}/{self.name}"
