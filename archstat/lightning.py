"""A callback for Lightning: what a model costs, and what of the device's peak training reaches.

It is the only module that imports Lightning, under either of its names.
"""

from __future__ import annotations

import inspect
import time
import warnings
from collections.abc import Mapping
from os import PathLike
from typing import TYPE_CHECKING, Any

from archstat.api import loaded_model
from archstat.bench.limits.device import limit_on
from archstat.bench.limits.named import limits_on
from archstat.bench.work import Work, work_of
from archstat.errors import ArchstatError
from archstat.models.question import Question
from archstat.report.report import report_on

if TYPE_CHECKING:
    from lightning.pytorch import Callback
else:
    try:
        from lightning.pytorch import Callback
    except ImportError:
        from pytorch_lightning import Callback

PREFIX = "archstat/"
DTYPES = {"bf16": "bfloat16", "16": "float16"}
"""Types by how Lightning calls its precisions; all else is float32."""


class ArchstatCallback(Callback):  # type: ignore[misc]  # it is of no known type
    """Logs what a model costs once, and what training reaches of it every few steps.

    At the first batch: `archstat/params`, and of a forward pass over this batch `archstat/macs` and
    `archstat/activation_bytes`. Then `archstat/examples_per_s`, `archstat/flop_per_s` (of forward
    and backward pass, two a MAC), and with ceilings `archstat/share_of_peak`. A model that cannot
    be counted is told in a warning, and training goes on.

    Args:
        ceilings: A file of `archstat ceilings`, measured on this device, or a name that `archstat
            limit` knows.
        every: Steps between two figures of the speed.
    """

    def __init__(self, ceilings: str | PathLike[str] | None = None, *, every: int = 50) -> None:
        super().__init__()
        self._limits = None if ceilings is None else limits_on(str(ceilings))
        self._every = every
        self._work: Work | None = None
        self._compute_s: float | None = None
        self._is_done = False
        self._batch_size = 0
        self._steps = 0
        self._began = 0.0

    def on_train_batch_start(
        self, trainer: Any, pl_module: Any, batch: Any, batch_idx: int
    ) -> None:
        """Count the model at the first batch, by the shapes that it has."""
        del batch_idx
        if self._is_done:
            return
        self._is_done = True
        try:
            found = self._count(trainer, pl_module, batch)
        except ArchstatError as error:
            warnings.warn(f"archstat: {error}", stacklevel=2)
            return
        _log(trainer, found)
        self._began = time.perf_counter()

    def on_train_batch_end(
        self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Log the speed of the last steps, with all that they wait for."""
        del pl_module, outputs, batch, batch_idx
        if self._work is None:
            return
        self._steps += 1
        if self._steps < self._every:
            return
        now = time.perf_counter()
        step_s = (now - self._began) / self._steps
        found = {"examples_per_s": self._batch_size / step_s}
        if not self._work.uncounted:
            found["flop_per_s"] = self._work.flops / step_s
            if self._compute_s is not None:
                found["share_of_peak"] = self._compute_s / step_s
        _log(trainer, found)
        self._steps, self._began = 0, now

    def _count(self, trainer: Any, model: Any, batch: Any) -> dict[str, float]:
        """Return what a model costs, and keep what a step of it does.

        Raises:
            ArchstatError: It cannot be traced, or the ceilings are of another device.
        """
        args, kwargs = _given(model, batch)
        graph, traced_on, size = loaded_model(model, Question(train=True), args, kwargs)
        report = report_on(graph, batch_size=size, traced_on=traced_on, trains=True)
        work = work_of(graph, batch_size=size, optimizer="sgd")
        if self._limits is not None:
            precision = str(trainer.precision).partition("-")[0]
            known = [*self._limits(work, [DTYPES.get(precision, "float32")])]
            limit = limit_on(known, is_gpu=model.device.type != "cpu")
            self._compute_s = limit.floor.compute_s
        self._work, self._batch_size = work, size
        totals = report.totals
        counted = {} if totals.uncounted else {"macs": totals.macs}
        return {"params": totals.params, **counted, "activation_bytes": totals.activation_bytes}


def _given(model: Any, batch: Any) -> tuple[list[Any], dict[str, Any]]:
    """Return of a batch what `forward` takes: as many as it asks for, or those of its names."""
    takes = inspect.signature(model.forward).parameters
    if isinstance(batch, Mapping):
        return [], {name: value for name, value in batch.items() if name in takes}
    if not isinstance(batch, list | tuple):
        return [batch], {}
    needed = [each for each in takes.values() if each.default is each.empty]
    return list(batch[: max(1, len(needed))]), {}


def _log(trainer: Any, found: Mapping[str, float]) -> None:
    for logger in trainer.loggers:
        logger.log_metrics(
            {f"{PREFIX}{name}": value for name, value in found.items()}, step=trainer.global_step
        )
