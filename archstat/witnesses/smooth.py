"""Smooth functions in place of those that are flat somewhere, and the rows that they stand for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812  the field's name for it
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from archstat.graph import Node
from archstat.models.torch.private import tree_leaves, tree_map_only
from archstat.models.torch.recording.recorder import Recorder
from archstat.models.torch.recording.tensors import tensors_in
from archstat.witnesses.pixels import NotMeasurableError


def _mean_for_max(pool: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Return average pooling that reads what max pooling reads."""

    def mean(  # noqa: PLR0913, PLR0917  as torch calls it
        image: Tensor,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        ceil_mode: bool = False,  # noqa: FBT001, FBT002  likewise
        **_: object,
    ) -> Tensor:
        if {*tree_leaves(dilation)} != {1}:
            raise NotMeasurableError("nothing smooth stands in for a dilated maximum")
        return pool(image, kernel_size, stride or kernel_size, padding, ceil_mode)

    return mean


def _anywhere(image: Tensor, grid: Tensor) -> Tensor:
    """Return what reads all places that a grid may say, and the grid."""
    places = range(2, image.dim())
    return image.mean(tuple(places), keepdim=True) * grid.sum(dim=-1).unsqueeze(1)


FLAT = "relu relu_ relu6 hardtanh hardtanh_ hardshrink softshrink threshold threshold_ clamp clamp_"

SMOOTH: Mapping[str, Callable[..., Tensor]] = {
    **dict.fromkeys(FLAT.split(), lambda x, *_, **__: x * 1),
    "hardsigmoid": lambda x, *_, **__: torch.sigmoid(x),
    "hardswish": lambda x, *_, **__: F.silu(x),
    "grid_sample": lambda x, grid, *_, **__: _anywhere(x, grid),
    "amax": lambda x, dim, keepdim=False, **_: x.mean(dim, keepdim),
    "max_pool1d": _mean_for_max(F.avg_pool1d),
    "max_pool2d": _mean_for_max(F.avg_pool2d),
    "max_pool3d": _mean_for_max(F.avg_pool3d),
    "adaptive_max_pool2d": lambda x, size, *_, **__: F.adaptive_avg_pool2d(x, size),
}
"""What stands in for functions that are flat somewhere, by their names."""


class RowOutputs(Recorder):
    """Records a forward pass with gradients, and what each row returned in it.

    Args:
        see: What is told each row and what it returned, before anything writes into that.
    """

    def __init__(self, see: Callable[[Node, Tensor], None], **recorded: Any) -> None:
        super().__init__(**recorded, is_on_meta=False)
        self._see = see
        self._waiting: list[tuple[Node, Tensor]] = []
        self._is_paused = False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run an operator, and record it unless nothing is to be recorded."""
        if self._is_paused:
            return func(*args, **(kwargs or {}))
        return super().__torch_dispatch__(func, types, args, kwargs)

    def enter(self, module: nn.Module, args: tuple[Any, ...]) -> None:
        """Note that a module begins to run."""
        if not self._is_paused:
            super().enter(module, args)

    def leave(self, module: nn.Module, *given: Any) -> None:
        """Note that a module is done."""
        if not self._is_paused:
            super().leave(module, *given)
            self.settle()

    @contextmanager
    def pause(self) -> Iterator[None]:
        """Record nothing of what runs inside."""
        before, self._is_paused = self._is_paused, True
        try:
            yield
        finally:
            self._is_paused = before

    def settle(self) -> None:
        """Show the rows that have run since; by now, autograd knows what they have read."""
        waiting, self._waiting = self._waiting, []
        with self.pause(), torch.enable_grad():
            for node, tensor in waiting:
                self._see(node, tensor)

    def stand_in(self, run: Callable[[], Any], standin: Callable[[], Tensor]) -> Tensor:
        """Record what runs, and go on with what stands in for it."""
        with torch.no_grad():
            shown = tensors_in(run())[0]
        with self.pause():
            out = standin()
        rows = self._waiting
        if rows and rows[-1][1] is shown:
            rows[-1] = rows[-1][0], out
        self.provenance.is_same([out], shown)
        return out

    def _add(self, node: Node, outputs: Any) -> None:
        super()._add(node, outputs)
        self._waiting.append((self.nodes[-1], outputs[0]))


class Smooth(TorchFunctionMode):
    """Puts smooth functions in place of flat ones, and keeps what they save for gradients.

    A checkpoint would save nothing, and run the model once more: without any stand-in.

    Args:
        rows: What records them.
    """

    def __init__(self, rows: RowOutputs) -> None:
        super().__init__()
        self._rows = rows

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Call a function, or what stands in for it."""
        kwargs, standin = kwargs or {}, SMOOTH.get(getattr(func, "__name__", ""))
        with torch.autograd.graph.saved_tensors_hooks(_itself, _itself):
            if standin is None:
                out = func(*args, **kwargs)
            else:
                own = tree_map_only(Tensor, torch.clone, (args, kwargs))  # it may write into them
                out = self._rows.stand_in(
                    lambda: func(*own[0], **own[1]), lambda: standin(*args, **kwargs)
                )
            self._rows.settle()
        return out


def _itself(tensor: Tensor) -> Tensor:
    return tensor
