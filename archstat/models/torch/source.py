"""A PyTorch model as it was found, with all that its MODEL argument tells of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn

from archstat.graph import Graph
from archstat.layers.base import Shape
from archstat.models.inputs import InputSpec
from archstat.models.torch.module import build_module, draw

if TYPE_CHECKING:
    from archstat.models.torch.loading.home import Home


@dataclass(frozen=True)
class Source:
    """A model as it was found.

    Attributes:
        make: Builds it on the CPU, with values; None for a model that was there already.
        input: The shape of one example that its authors use; None if nobody says.
        takes_list: Whether it takes a list of images instead of a batch.
        images: How many images of that shape it takes.
        stated: The inputs that it was made for, where there are several, or of several types.
        are_usual: Whether these are the usual ones of such models, and not the model's own.
        notes: What is to be said of how it was made.
        home: Where its code finds its own modules; None for code that anybody can import.
    """

    name: str
    model: nn.Module
    make: Callable[[], nn.Module] | None = None
    input: Shape | None = None
    takes_list: bool = False
    images: int = 1
    stated: tuple[InputSpec, ...] = ()
    are_usual: bool = False
    notes: tuple[str, ...] = ()
    home: Home | None = None

    def at_home(self) -> AbstractContextManager[None]:
        """Let the model's code, which runs meanwhile, find its own modules by name."""
        return nullcontext() if self.home is None else self.home.entered()


def built_from(graph: Graph) -> Source:
    """Return a network built of torch's layers; its parameters are drawn when it is made."""

    def make() -> nn.Module:
        module = build_module(graph, torch.device("cpu"))
        draw(module)
        return module

    return Source(graph.name, build_module(graph, torch.device("meta")), make, graph.input_shape)
