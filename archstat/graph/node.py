"""A layer at its place in a network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from fractions import Fraction
from functools import cached_property
from math import prod

from archstat.layers.base import Layer, Shape, param_count
from archstat.record import record

BYTES_PER_NUMBER = 4
"""Bytes of a float32, torch's default type."""


@record
class Training:
    """What the backward pass of one batch costs at a node; None where it is not known.

    Attributes:
        input_gradient_macs: The multiply–accumulates of the gradients of what the layer reads.
        weight_gradient_macs: Those of the gradients of its weights.
        kept_bytes: What it is the first to keep for the backward pass, parameters left out.
        unknown: Why something is not known.
        again_macs: Those of the forward pass that a checkpoint runs once more.
    """

    input_gradient_macs: int | None = 0
    weight_gradient_macs: int | None = 0
    kept_bytes: int | None = 0
    unknown: tuple[str, ...] = ()
    again_macs: int = 0

    @property
    def backward_macs(self) -> int | None:
        """The multiply–accumulates of all gradients."""
        if self.input_gradient_macs is None or self.weight_gradient_macs is None:
            return None
        return self.input_gradient_macs + self.weight_gradient_macs


@record
class Node:
    """A layer at its place in a network.

    Attributes:
        name: Its name, unique in the graph.
        inputs: The names of the nodes that it reads, or `INPUT`.
        in_shape: The one shape that the layer works on; for a join, what it made of its inputs.
        examples: How many examples it works on in one pass, where a forward pass showed it; None
            for as many as the batch has.
        params: The learnable tensors that count here, where a forward pass showed them: each counts
            at the node that reads it first; None for those of the layer.
        is_call: Whether a forward pass showed a function that was called, and not a module.
        frozen: The names of those that do not learn.
        training: What a forward pass in training mode showed of its backward pass, if there was
            one.
        value_bytes: The bytes of each value that it returns.
        param_sizes: The bytes of each number of a learnable tensor, where they are not four.
        read_again: How many learnable numbers it reads that count at a node before.
    """

    name: str
    layer: Layer
    inputs: tuple[str, ...]
    in_shape: Shape
    out_shape: Shape
    examples: int | None = None
    params: Mapping[str, Shape] | None = None
    is_call: bool = False
    frozen: frozenset[str] = frozenset()
    training: Training | None = None
    value_bytes: int = BYTES_PER_NUMBER
    param_sizes: Mapping[str, int | Fraction] = field(default_factory=dict)
    read_again: int = 0

    @cached_property
    def param_shapes(self) -> Mapping[str, Shape]:
        """The learnable tensors, by torch's names."""
        if self.params is not None:
            return self.params
        return self.layer.param_shapes(self.in_shape)

    @property
    def learning(self) -> list[tuple[int, int]]:
        """The tensors that an optimizer changes: how many numbers each has, in how many bytes."""
        return [
            (prod(shape), int(prod(shape) * self.param_sizes.get(name, BYTES_PER_NUMBER)))
            for name, shape in self.param_shapes.items()
            if name not in self.frozen
        ]

    @property
    def param_bytes(self) -> int:
        """The bytes of its learnable tensors."""
        return int(
            sum(
                prod(shape) * self.param_sizes.get(name, BYTES_PER_NUMBER)
                for name, shape in self.param_shapes.items()
            )
        )

    def knowing(self, macs: int, neurons: int) -> Node:
        """Return the node, which need not work these numbers out from its formulas again."""
        vars(self).update(macs=macs, neurons=neurons)
        return self

    @property
    def weights(self) -> int:
        """The number of learnable values that are not biases."""
        return param_count(self.param_shapes)[0]

    @property
    def biases(self) -> int:
        """The number of learnable values that are added."""
        return param_count(self.param_shapes)[1]

    @cached_property
    def macs(self) -> int:
        """The multiply–accumulates of one example."""
        return self.layer.macs(self.in_shape)

    @cached_property
    def neurons(self) -> int:
        """The output units, if the layer holds weights and connects units; else 0."""
        return self.layer.neurons(self.in_shape)

    @property
    def is_view(self) -> bool:
        """Whether it only arranges values anew, and learns nothing."""
        return self.layer.is_view and not self.param_shapes

    @property
    def place(self) -> str:
        """The words by which messages name the node."""
        return f"layer {self.name!r} ({self.layer.kind})"
