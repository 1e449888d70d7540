"""An operator of a pass, as torch's profiler names it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archstat.layers.base import Shape


@dataclass(frozen=True)
class PassOperator:
    """An operator that no other one calls, as a model's forward pass has it.

    Attributes:
        name: Its name, "aten::conv2d".
        shapes: Those of its arguments; empty for what is no tensor.
        nodes: The layers that it is of: several where one operator does the work of several.
    """

    name: str
    shapes: tuple[Shape, ...]
    nodes: tuple[str, ...]


@dataclass(frozen=True)
class TracedOperator:
    """An operator that no other one calls, as a trace has it.

    Attributes:
        name: Its name, "aten::conv2d".
        start_ns: When it began, by the clock of the trace.
        end_ns: When it ended on the host.
        device_ns: What its kernels took on a device; 0 without any.
        shapes: Those of its arguments; None where the trace does not have them.
        types: Those of its arguments, as torch calls them.
    """

    name: str
    start_ns: int
    end_ns: int
    device_ns: int = 0
    shapes: tuple[Shape, ...] | None = None
    types: Sequence[str] = ()


@dataclass(frozen=True)
class Trace:
    """What a file of torch.profiler holds.

    Attributes:
        threads: The operators of each thread, in their order.
        device: The name of the GPU; empty if nobody used one.
        has_kernels: Whether a device did some of the work.
    """

    threads: tuple[tuple[TracedOperator, ...], ...]
    device: str = ""
    has_kernels: bool = False

    @property
    def total_ns(self) -> int:
        """The time of all operators: of their kernels, where a device did the work."""
        return sum(self.ns(each) for thread in self.threads for each in thread)

    def ns(self, operator: TracedOperator) -> int:
        """Return what an operator took: its kernels, or else the host."""
        return operator.device_ns if self.has_kernels else operator.end_ns - operator.start_ns
