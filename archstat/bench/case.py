"""What is measured: a model on a device, with a batch, a type and a mode; a row of the table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from archstat.devices import kind_of, kinds
from archstat.devices.device import (
    BFLOAT16,
    COMPILE,
    EAGER,
    FLOAT16,
    FLOAT32,
    GRAPH,
    TF32,
    Device,
)

MODES = (EAGER, GRAPH, COMPILE)

BYTES = {FLOAT32: 4, TF32: 4, BFLOAT16: 2, FLOAT16: 2}
"""Of a number of each type, as it lies in memory."""

DTYPES = tuple(BYTES)

OPTIMIZERS = ("sgd", "adam")


@dataclass(frozen=True)
class Case:
    """One thing to measure.

    Attributes:
        model: The MODEL argument.
        device: "cpu", "cuda:0", "mps".
        dtype: One of `DTYPES`; TF32 is float32 in memory.
        mode: One of `MODES`.
        channels_last: Whether images lie in memory with their channels last.
        threads: Of the CPU; 0 on other devices.
        optimizer: One of `OPTIMIZERS` for a whole training step; empty for a forward pass.
        copy: 2, 3, … for a model that is measured against its own copy; else 1.
    """

    model: str
    device: str
    batch_size: int
    dtype: str = FLOAT32
    mode: str = EAGER
    channels_last: bool = False
    threads: int = 0
    optimizer: str = ""
    copy: int = 1

    @property
    def name(self) -> str:
        """What the model is called beside others."""
        return self.model if self.copy == 1 else f"{self.model} (copy {self.copy})"

    @property
    def surroundings(self) -> tuple[str, str, int]:
        """What its ceilings depend on: device, type and threads."""
        return self.device, self.dtype, self.threads

    @property
    def objection(self) -> str:
        """Why it cannot be measured; empty if it can."""
        kind = kind_of(self.device)
        if self.dtype not in kind.dtypes:
            return _elsewhere("type", self.dtype, lambda known: known.dtypes)
        if self.mode not in kind.modes:
            return _elsewhere("mode", self.mode, lambda known: known.modes)
        if self.mode == GRAPH and self.optimizer:
            return "training steps are not captured as graphs; use the mode eager or compile"
        return ""

    def __str__(self) -> str:
        """Return it in words, as messages name it."""
        words = [
            self.name,
            self.device,
            f"batch {self.batch_size}",
            self.dtype,
            self.mode,
            "channels last" if self.channels_last else "",
            f"{self.threads} threads" if self.threads else "",
            f"training with {self.optimizer}" if self.optimizer else "",
        ]
        return ", ".join(word for word in words if word)

    def to_dict(self) -> dict[str, Any]:
        """Return the case as the JSON contract has it."""
        return dict(vars(self))


def _elsewhere(what: str, name: str, of: Callable[[type[Device]], Sequence[str]]) -> str:
    """Return on which devices there is something that a device has not."""
    having = [kind for kind, known in kinds().items() if known.computes and name in of(known)]
    return f"{name} is a {what} of {' and '.join(having)} devices"
