"""One case of a sweep: what is asked of one model, as the command that answers it."""

from __future__ import annotations

import hashlib
import json
import shlex
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from archstat.bench.run import START_S

BENCH = "bench"
TABLE = "table"
WHAT = (BENCH, TABLE)

ID_LETTERS = 16
"""Of the hash of a case; two of a billion cases share them once in 37 sweeps of that size."""

QUICK_S = 12.0
TABLE_S = 2.0


@dataclass(frozen=True)
class SweepCase:
    """What is asked of one model.

    Attributes:
        model: The MODEL argument.
        what: "bench" measures a pass, "table" only counts.
        inputs: The shapes of the inputs, as `--input` has them; none for the model's own.
        arguments: What a PyTorch class is called with, as `--arg` has it.
        batch_size: Examples a pass.
        device: Where it runs; "none" where it is only counted.
        dtype, mode, threads, channels_last: As `archstat bench` has them; 0 threads are all cores.
        optimizer: "sgd" or "adam" for training steps, "train" for what they cost where it is only
            counted; empty for a forward pass.
        processes, seconds: How thoroughly it is measured; one process of 0 seconds is a quick look.
    """

    model: str
    what: str = BENCH
    inputs: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    batch_size: int = 1
    device: str = "cpu"
    dtype: str = "float32"
    mode: str = "eager"
    threads: int = 0
    channels_last: bool = False
    optimizer: str = ""
    processes: int = 3
    seconds: float = 6.0

    @cached_property
    def id(self) -> str:
        """The hash of what is asked: the same on every machine, whatever else stands in a plan."""
        canonical = json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:ID_LETTERS]

    @property
    def is_quick(self) -> bool:
        """Whether it is a look, and not a figure."""
        return self.seconds == 0

    @property
    def estimate_s(self) -> float:
        """How long it takes, about."""
        if self.what == TABLE:
            return TABLE_S
        return QUICK_S if self.is_quick else self.seconds + START_S * self.processes

    @property
    def words(self) -> list[str]:
        """The words behind `archstat` that ask it."""
        words = [self.what, self.model]
        for name, values in (("--input", self.inputs), ("--arg", self.arguments)):
            words += [word for value in values for word in (name, value)]
        words += ["--batch", str(self.batch_size)]
        if self.what == TABLE:
            return [*words, *(["--train"] if self.optimizer else [])]
        words += ["--device", self.device, "--dtype", self.dtype, "--mode", self.mode]
        words += ["--threads", str(self.threads)] if self.threads else []
        words += ["--channels-last"] if self.channels_last else []
        words += ["--train", self.optimizer] if self.optimizer else []
        if self.is_quick:
            return [*words, "--quick"]
        return [*words, "--processes", str(self.processes), "--seconds", f"{self.seconds:g}"]

    @property
    def command(self) -> str:
        """The command that asks it, as people type it."""
        return shlex.join(["archstat", *self.words])

    def __str__(self) -> str:
        """Return it in words, as progress and messages name it."""
        words = [
            self.model,
            *self.inputs,
            *self.arguments,
            f"batch {self.batch_size}",
            *(() if self.what == TABLE else (self.device, self.dtype)),
            "" if self.mode == "eager" else self.mode,
            f"{self.threads} threads" if self.threads else "",
            "channels last" if self.channels_last else "",
            "training" if self.optimizer else "",
            "counted" if self.what == TABLE else "",
        ]
        return ", ".join(word for word in words if word)

    def to_dict(self) -> dict[str, Any]:
        """Return it as records have it."""
        values = ((key, getattr(self, key)) for key in self.__dataclass_fields__)
        return {key: list(value) if isinstance(value, tuple) else value for key, value in values}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> SweepCase:
        """Return what a record has; keys of later versions are left out."""
        known: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value
            for key, value in data.items()
            if key in cls.__dataclass_fields__
        }
        return cls(**known)
