"""What is asked of a model, and what is answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any, NamedTuple

from archstat.graph import Graph
from archstat.layers.base import Shape
from archstat.models.inputs import InputSpec
from archstat.models.spec.build import Settings
from archstat.record import record

NONE = "none"
"""The device of those who want no forward pass."""

ZEROS = "zeros"
FILLINGS = (ZEROS, "ones", "random")
"""What inputs may be filled with of which the shape alone is stated."""


@record
class Question:
    """What somebody wants to know about a model.

    Attributes:
        inputs: The inputs that were stated; none for the model's own.
        classes: The number of classes of a spec.
        settings: What to change in a spec's layers.
        arguments: What a class or a function is called with to make a PyTorch model.
        batch_size: Examples a pass.
        device: Where to run a forward pass; "none" for a spec by formula alone, and for a PyTorch
            model the meta device.
        each_operator: Whether every operator of a PyTorch model is a node, also those of modules
            that are known.
        train: Whether a PyTorch model is to be traced in training mode.
        input_file: A file with example inputs, in place of `inputs`; empty for none.
        tokens: How many tokens a model's own inputs have, in place of the usual number.
        image: The rows and columns of an image in its own inputs, likewise.
        run_file: Whether all statements of a Python file are run, and not its definitions alone.
        values: One of `FILLINGS`, which inputs hold for a pass that reads them; empty for zeros.
    """

    inputs: Sequence[InputSpec] = ()
    classes: int | None = None
    settings: Settings = field(default_factory=dict)
    arguments: Mapping[str, Any] = field(default_factory=dict)
    batch_size: int = 1
    device: str = NONE
    each_operator: bool = False
    train: bool = False
    run_file: bool = False
    input_file: str = ""
    tokens: int | None = None
    image: Shape | None = None
    values: str = ""


class Loaded(NamedTuple):
    """A model's graph, the device of the forward pass that it was held against, and its batch."""

    graph: Graph
    traced_on: str | None
    batch_size: int
