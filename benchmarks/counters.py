"""What the benchmarks share: the counters, the models that they count, clocks and Markdown.

Each counter is called as its documentation says; those that run the forward pass on real tensors
get zeros on the CPU.
"""

from __future__ import annotations

import contextlib
import copy
import importlib.util
import io
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from statistics import median
from typing import TYPE_CHECKING, TypeAlias

import archstat

if TYPE_CHECKING:
    from torch import nn

Shape: TypeAlias = tuple[int, ...]

ARGUMENTS = {
    "googlenet": {"aux_logits": False},  # published without the heads that only training uses
    "vit_h_14": {"image_size": 518},  # built for 224, published at 518
}
"""What torchvision's builders need to make the model that torchvision's numbers are of."""


@dataclass(frozen=True)
class Counter:
    """A tool that counts operations.

    Attributes:
        package: What is imported for it.
        count: Returns what it counts for one example; in its own convention.
        is_functional: Whether it sees functions, and not modules alone.
    """

    package: str
    count: Callable[[nn.Module, Shape], int]
    is_functional: bool = False

    @property
    def is_installed(self) -> bool:
        """Whether it can be asked here."""
        return importlib.util.find_spec(self.package) is not None

    def quietly(self, model: nn.Module, shape: Shape) -> int:
        """Return what it counts, and show nothing of what it prints."""
        with contextlib.redirect_stdout(io.StringIO()):
            return self.count(model, shape)


def _archstat(model: nn.Module, shape: Shape) -> int:
    return archstat.analyze(model, shape).totals.macs


def _torchinfo(model: nn.Module, shape: Shape) -> int:
    import torchinfo  # noqa: PLC0415  each tool loads when its turn comes

    return torchinfo.summary(model, input_size=(1, *shape), verbose=0).total_mult_adds


def _fvcore(model: nn.Module, shape: Shape) -> int:
    import torch  # noqa: PLC0415  likewise
    from fvcore.nn import FlopCountAnalysis  # noqa: PLC0415  likewise

    analysis = FlopCountAnalysis(model, torch.zeros(1, *shape))
    analysis.unsupported_ops_warnings(enabled=False).uncalled_modules_warnings(enabled=False)
    return int(analysis.total())


def _flop_counter_mode(model: nn.Module, shape: Shape) -> int:
    """Return half of torch's FLOPs: it counts two a MAC."""
    import torch  # noqa: PLC0415  likewise
    from torch.utils.flop_counter import FlopCounterMode  # noqa: PLC0415  likewise

    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model(torch.zeros(1, *shape))
    return counter.get_total_flops() // 2


def _torchscan(model: nn.Module, shape: Shape) -> int:
    from torchscan import crawl_module  # noqa: PLC0415  likewise

    return int(crawl_module(model, shape)["totals"]["macs"]["known_value"])


def _of(tool: str) -> Callable[[nn.Module, Shape], int]:
    """Return what asks one of the tools that archstat can ask."""

    def count(model: nn.Module, shape: Shape) -> int:
        import torch  # noqa: PLC0415  likewise

        from archstat.witnesses.tools import TOOLS  # noqa: PLC0415  likewise

        return int(TOOLS[tool].counter(model, [torch.zeros(1, *shape)]) or 0)

    return count


COUNTERS = {
    "archstat": Counter("archstat", _archstat, is_functional=True),
    "FlopCounterMode": Counter("torch", _flop_counter_mode, is_functional=True),
    "fvcore": Counter("fvcore", _fvcore, is_functional=True),
    "torchinfo": Counter("torchinfo", _torchinfo),
    "ptflops": Counter("ptflops", _of("ptflops")),
    "thop": Counter("thop", _of("thop")),
    "torchscan": Counter("torchscan", _torchscan),
}


def classification_models() -> dict[str, tuple[int, float]]:
    """Return parameters and billions of MACs of torchvision's models by name, as it states them.

    Both stand with its weights, none of which are loaded.
    """
    from torchvision import models  # noqa: PLC0415  a second of imports

    names = models.list_models(module=models)
    metas = {name: models.get_model_weights(name).DEFAULT.meta for name in names}
    return {name: (meta["num_params"], meta["_ops"]) for name, meta in metas.items()}


def build(name: str) -> tuple[nn.Module, Shape]:
    """Return a model of torchvision on the CPU, and the input that its numbers are for."""
    from torchvision import models  # noqa: PLC0415  likewise

    arguments = ARGUMENTS.get(name, {})
    shape = archstat.analyze(f"torchvision/{name}", arguments=arguments).input
    return models.get_model(name, weights=None, **arguments).eval(), shape


ROUNDS = 3
LONG = 30.0
"""Seconds after which there is no other round."""


def times_archstats(
    model: nn.Module, shape: Shape, tools: Sequence[str]
) -> tuple[dict[str, float], dict[str, int]]:
    """Return how many times archstat's time each tool takes, and what it counts.

    The tools count copies of the model in turn; the median is taken over the rounds.
    """
    ratios: dict[str, list[float]] = {tool: [] for tool in tools}
    counts: dict[str, int] = {}
    start = time.perf_counter()
    for number in range(ROUNDS):
        if number and time.perf_counter() - start > LONG:
            break
        seconds: dict[str, float] = {}
        order = list(dict.fromkeys(("archstat", *tools)))
        for tool in random.sample(order, len(order)):
            own = copy.deepcopy(model)  # a tool may leave things behind
            begin = time.perf_counter()
            counts[tool] = COUNTERS[tool].quietly(own, shape)
            seconds[tool] = time.perf_counter() - begin
        for tool in tools:
            ratios[tool].append(seconds[tool] / seconds["archstat"])
    return {tool: median(found) for tool, found in ratios.items()}, counts


PEAK = """
import resource, sys
import torch, torchvision

def peak():
    unit = 1 if sys.platform == "darwin" else 1024
    return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

before = peak()
{use}
print(before, peak())
"""
STARTER = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]], check=True)"


def peak_bytes(use: str) -> tuple[int, int]:
    """Return the peak memory of a process with torch and torchvision, and when it has used them.

    On Linux a process begins with the peak of the one that starts it, so a small one starts it.
    """
    command = (sys.executable, "-c", STARTER, PEAK.format(use=use))
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    before, after = map(int, done.stdout.split())
    return before, after


def print_table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print Markdown, each row at once: the next one may take a while."""
    rules = (":---", *("---:" for _ in titles[1:]))
    for row in chain((titles, rules), rows):
        print(f"| {' | '.join(row)} |", flush=True)
