"""What checkpoints run once more in a backward pass.

A checkpoint keeps what it is given, and nothing of what runs inside. In the backward pass it runs
that again, and stops as soon as it has seen the last tensor that autograd wants: the last product
of a checkpoint is seldom run again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from archstat.models.torch.private import (
    checkpoint_of,
    checkpoints_running,
    hooks_on_kept_tensors,
)


class Again(Protocol):
    """What is told how much of it runs again."""

    again_macs: int


@dataclass
class Running:
    """A checkpoint that is running.

    Attributes:
        frame: What torch knows of it.
        waiting: The costs of what has run since a tensor was wanted, each with its products.
        wanted: How many tensors autograd has wanted so far.
    """

    frame: Any
    waiting: list[tuple[Again, int]] = field(default_factory=list)
    wanted: int = 0

    def look(self) -> None:
        """Note that what has run so far runs again, if another tensor is wanted meanwhile."""
        if len(self.frame.weak_holders) > self.wanted:
            self.wanted = len(self.frame.weak_holders)
            self.run_again()

    def run_again(self) -> None:
        """Note that all that waits runs again."""
        for cost, macs in self.waiting:
            cost.again_macs += macs
        self.waiting.clear()


class Checkpoints:
    """Knows what checkpoints run again, while a model runs.

    Attributes:
        is_nested: Whether one runs inside of another, so that parts run more than once again.
    """

    def __init__(self) -> None:
        self._running: Running | None = None
        self.is_nested = False

    def look(self) -> bool:
        """Look at what is running now; return whether that is a checkpoint."""
        frame = checkpoint_of(hooks_on_kept_tensors())
        running = self._running
        if running is not None:
            running.look()
            if frame is not running.frame:
                if not running.frame.early_stop:
                    running.run_again()
                self._running = None
        if frame is not None and self._running is None:
            self._running = Running(frame)
            self.is_nested |= checkpoints_running() > 1
        return frame is not None

    def ran(self, cost: Again, macs: int) -> None:
        """Note what an operator has cost that has run."""
        if self._running is not None and macs:
            self._running.waiting.append((cost, macs))
