"""Other tools, each asked as its documentation says: what it counts for one example."""

from __future__ import annotations

import copy
import io
import logging
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, TypeAlias

import torch
import torch.nn.functional as F  # noqa: N812  the field's name for it
from torch import nn

from archstat.analyses.conventions.convention import Convention
from archstat.analyses.conventions.deepspeed import CALFLOPS, DEEPSPEED
from archstat.analyses.conventions.fvcore import FVCORE
from archstat.analyses.conventions.plain import FLOPS
from archstat.analyses.conventions.ptflops import PTFLOPS, PTFLOPS_ATEN
from archstat.analyses.conventions.thop import THOP
from archstat.analyses.conventions.torchinfo import TORCHINFO
from archstat.analyses.conventions.torchscan import TORCHSCAN
from archstat.errors import UsageError, did_you_mean, shown
from archstat.models.torch.running import in_mode

Counter: TypeAlias = Callable[[nn.Module, Sequence[Any]], "int | None"]
"""From a model and its inputs to what a tool counts; None if it gives up."""


@dataclass(frozen=True)
class Tool:
    """A tool that counts operations.

    Attributes:
        name: What it is called on the command line; a back end has its own.
        package: What is imported for it, and what pip calls it.
        unit: What it calls what it counts.
        convention: What that is.
        counter: Asks it.
        needs: What else it imports and does not install.
        device: Where it is asked: on meta, as a table is traced, if it needs no values. On the CPU
            torch's attention is an operator that torch's own counter has no rule for.
    """

    name: str
    package: str
    unit: str
    convention: Convention
    counter: Counter
    needs: tuple[str, ...] = ()
    device: str = "cpu"

    def require(self) -> None:
        """Check that the tool is installed, without importing it.

        Raises:
            UsageError: It is not.
        """
        missing = [name for name in (self.package, *self.needs) if find_spec(name) is None]
        if missing:
            raise UsageError(
                f"{self.name} needs {' and '.join(missing)}, which this Python does not have",
                hint=f"pip install {' '.join(missing)}",
            ).within("tool")

    def count(self, model: nn.Module, args: Sequence[Any]) -> int:
        """Return what it counts in a copy of a model; nothing is left behind, nothing printed.

        Raises:
            UsageError: It fails.
        """
        own, printed = copy.deepcopy(model).to(self.device), io.StringIO()
        try:
            with _held_back(printed), _functions_kept(), in_mode(own, training=False):
                counted = self.counter(own, args)
        except Exception as error:  # a user's model, and a tool that asserts much of it
            first_line = str(error).strip().partition("\n")[0]
            raise UsageError(
                f"{self.package} fails: {type(error).__name__}: {first_line}"
            ) from error
        if counted is None:
            last_line = printed.getvalue().strip().rpartition("\n")[2]
            raise UsageError(f"{self.package} gives up: {last_line}")
        return int(counted)


@contextmanager
def _held_back(printed: io.StringIO) -> Iterator[None]:
    """Keep what a tool prints, logs and warns of from standard output and error."""
    level = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with (
            redirect_stdout(printed),
            redirect_stderr(printed),
            warnings.catch_warnings(action="ignore"),
        ):
            yield
    finally:
        logging.disable(level)


@contextmanager
def _functions_kept() -> Iterator[None]:
    """Put back those of torch's functions that a tool replaces by its own and leaves so."""
    places = (torch, F, torch.Tensor)
    before = [dict(vars(place)) for place in places]
    try:
        yield
    finally:
        for place, functions in zip(places, before, strict=True):
            for name, function in functions.items():
                if vars(place).get(name) is not function:
                    setattr(place, name, function)


def _torchinfo(model: nn.Module, args: Sequence[Any]) -> int:
    import torchinfo  # noqa: PLC0415  each tool loads when it is asked

    return torchinfo.summary(model, input_data=list(args), verbose=0, device="cpu").total_mult_adds


def _fvcore(model: nn.Module, args: Sequence[Any]) -> int:
    from fvcore.nn import FlopCountAnalysis  # noqa: PLC0415  likewise

    return int(FlopCountAnalysis(model, tuple(args)).total())


def _torch(model: nn.Module, args: Sequence[Any]) -> int:
    from torch.utils.flop_counter import FlopCounterMode  # noqa: PLC0415  likewise

    with FlopCounterMode(display=False) as counter:
        model(*args)
    return counter.get_total_flops()


def _thop(model: nn.Module, args: Sequence[Any]) -> int:
    import thop  # noqa: PLC0415  likewise

    return int(thop.profile(model, inputs=tuple(args), verbose=False)[0])


def _ptflops(backend: str) -> Counter:
    def count(model: nn.Module, args: Sequence[Any]) -> int | None:
        from ptflops import get_model_complexity_info  # noqa: PLC0415  likewise

        (first,) = args
        counted, _ = get_model_complexity_info(
            model,
            tuple(first.shape[1:]),
            input_constructor=lambda _: first,
            as_strings=False,
            print_per_layer_stat=False,
            backend=backend,
        )
        return None if counted is None else int(counted)

    return count


def _torchscan(model: nn.Module, args: Sequence[Any]) -> int | None:
    from torchscan import crawl_module  # noqa: PLC0415  likewise

    counted: int | None = crawl_module(model, args=tuple(args))["totals"]["macs"]["known_value"]
    return counted


def _deepspeed(model: nn.Module, args: Sequence[Any]) -> int:
    from deepspeed.profiling.flops_profiler import get_model_profile  # noqa: PLC0415  likewise

    asked = {"print_profile": False, "warm_up": 0, "as_string": False}
    return int(get_model_profile(model, args=list(args), **asked)[0])


def _calflops(model: nn.Module, args: Sequence[Any]) -> int:
    from calflops import calculate_flops  # noqa: PLC0415  likewise

    asked = {"print_results": False, "output_as_string": False}
    return int(calculate_flops(model, args=list(args), **asked)[0])


TOOLS: Mapping[str, Tool] = {
    tool.name: tool
    for tool in (
        Tool("torchinfo", "torchinfo", "mult-adds", TORCHINFO, _torchinfo),
        Tool("fvcore", "fvcore", "flops", FVCORE, _fvcore),
        Tool("torch", "torch", "FLOPs", FLOPS, _torch, device="meta"),
        Tool("thop", "thop", "MACs", THOP, _thop),
        Tool("ptflops", "ptflops", "MACs", PTFLOPS, _ptflops("pytorch")),
        Tool("ptflops-aten", "ptflops", "MACs", PTFLOPS_ATEN, _ptflops("aten")),
        Tool("torchscan", "torchscan", "MACs", TORCHSCAN, _torchscan),
        Tool("deepspeed", "deepspeed", "flops", DEEPSPEED, _deepspeed),
        Tool("calflops", "calflops", "FLOPs", CALFLOPS, _calflops, needs=("transformers",)),
    )
}
"""Every tool by its name; `torch` is torch's own FlopCounterMode."""


def tool_named(name: str) -> Tool:
    """Return the tool of this name.

    Raises:
        UsageError: There is none, or it is not installed.
    """
    if name not in TOOLS:
        raise UsageError(
            f"there is no tool {shown(name)}",
            hint=did_you_mean(name, list(TOOLS)) or f"there are {', '.join(TOOLS)}",
        ).within("tool")
    TOOLS[name].require()
    return TOOLS[name]
