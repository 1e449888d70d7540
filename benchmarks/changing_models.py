"""Small models that change as they run, in all the ways that people's models do."""

from __future__ import annotations

import contextlib
import io
import random
import sys
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

sys.path.insert(0, str(Path(__file__).parent / "models"))

import numpy as np
import torch
from likeness import differences, likeness
from torch import Tensor, nn
from torch.nn.utils import parametrizations, prune, spectral_norm, weight_norm

import archstat

MOST_WAYS = 4
MUCH = 1e9
Setup = Callable[[Any], object]
Act = Callable[[Any, Tensor], object]


class Net(nn.Module):
    """A small model that changes something, and then ends as it is told.

    Args:
        ways: What makes what is changed, and what changes it in each forward pass.
        ending: What happens then.
    """

    def __init__(self, ways: Sequence[tuple[Setup, Act]], ending: str) -> None:
        super().__init__()
        self.conv, self.norm, self.drop = nn.Conv1d(4, 4, 3), nn.BatchNorm1d(4), nn.Dropout()
        self.blocks = nn.ModuleList(nn.Linear(6, 6) for _ in range(2))
        self.acts, self.ending = [act for _, act in ways], ending
        self.conv.weight.requires_grad_(requires_grad=False)
        for setup, _ in ways:
            setup(self)

    def forward(self, x: Tensor) -> Tensor:
        """Return what the layers make of an image, or end as it was told."""
        x = self.drop(self.norm(self.conv(x)))
        for act in self.acts:
            act(self, x)
        for block in self.blocks:
            x = block(x)
        if self.ending == "values" and x.sum().item() > MUCH:
            return x + 1
        if self.ending == "exception":
            raise RuntimeError("as it was told")
        if self.ending == "Ctrl-C":
            raise KeyboardInterrupt
        return x


def nothing(_: Any) -> None:
    """Make nothing."""


def keep(name: str, value: Callable[[], object]) -> Setup:
    """Return what gives a model an attribute."""
    return lambda net: setattr(net, name, value())


def hooked(net: Any) -> None:
    """Let hooks keep what modules give."""
    net.seen = []
    net.conv.register_forward_hook(lambda _, __, out: net.seen.append(out))
    net.blocks[0].register_forward_pre_hook(lambda _, args: net.seen.append(args[0]))


def closed_over(net: Any) -> None:
    """Let a function hold a list."""
    seen: list[Tensor] = []
    net.note = seen.append
    net.shown = seen


def draw(_: Any, x: Tensor) -> object:
    """Draw from all generators."""
    return torch.rand(3), np.random.rand(), random.random(), x  # noqa: NPY002, S311  the states


WAYS: dict[str, tuple[Setup, Act]] = {
    "nothing": (nothing, lambda _, x: x),
    "a plain tensor": (keep("mask", lambda: None), lambda s, x: setattr(s, "mask", x + 1)),
    "a tensor in place": (keep("memo", lambda: torch.ones(3)), lambda s, x: s.memo.mul_(2)),
    "a list": (keep("seen", list), lambda s, x: s.seen.append(x)),
    "a list in a list": (keep("seen", lambda: [[1], [2]]), lambda s, x: s.seen[1].append(x)),
    "a dictionary": (keep("cache", dict), lambda s, x: s.cache.update(last=x)),
    "a list in a dictionary": (
        keep("cache", lambda: {"a": []}),
        lambda s, x: s.cache["a"].append(x),
    ),
    "a set": (keep("sizes", set), lambda s, x: s.sizes.add(x.shape)),
    "a queue": (keep("last", lambda: deque(maxlen=2)), lambda s, x: s.last.append(x)),
    "an object": (
        keep("state", lambda: SimpleNamespace(n=0)),
        lambda s, x: vars(s.state).update(n=x),
    ),
    "a number": (keep("calls", lambda: 0), lambda s, x: setattr(s, "calls", s.calls + 1)),
    "a new attribute": (nothing, lambda s, x: setattr(s, "fresh", x)),
    "an attribute taken away": (keep("extra", lambda: 1), lambda s, x: delattr(s, "extra")),
    "a buffer in place": (
        lambda s: s.register_buffer("count", torch.zeros(3)),
        lambda s, x: s.count.add_(1),
    ),
    "a buffer replaced": (
        lambda s: s.register_buffer("count", torch.zeros(3)),
        lambda s, x: setattr(s, "count", s.count + 1),
    ),
    "a buffer that is not saved": (
        lambda s: s.register_buffer("count", torch.zeros(3), persistent=False),
        lambda s, x: s.count.fill_(7),
    ),
    "a parameter in place": (nothing, lambda s, x: s.blocks[0].weight.data.mul_(2)),
    "a parameter frozen": (nothing, lambda s, x: s.blocks[0].weight.requires_grad_(False)),
    "a module more": (nothing, lambda s, x: s.add_module("more", nn.Linear(6, 6))),
    "a module in a list": (nothing, lambda s, x: s.blocks.append(nn.Linear(6, 6))),
    "a module taken away": (
        lambda s: s.add_module("old", nn.ReLU()),
        lambda s, x: delattr(s, "old"),
    ),
    "modes": (lambda s: s.norm.eval(), lambda s, x: (s.train(), s.norm.train())),
    "hooks that keep": (hooked, lambda s, x: x),
    "hooks that are added": (nothing, lambda s, x: s.conv.register_forward_hook(lambda *_: None)),
    "a function's list": (closed_over, lambda s, x: s.note(x)),
    "pruning": (lambda s: prune.l1_unstructured(s.blocks[0], "weight", 0.5), lambda s, x: x),
    "weight norm": (lambda s: parametrizations.weight_norm(s.blocks[0]), lambda s, x: x),
    "spectral norm": (lambda s: parametrizations.spectral_norm(s.blocks[0]), lambda s, x: x),
    "the older weight norm": (lambda s: weight_norm(s.blocks[0]), lambda s, x: x),
    "the older spectral norm": (lambda s: spectral_norm(s.blocks[0]), lambda s, x: x),
    "orthogonal weights": (lambda s: parametrizations.orthogonal(s.blocks[0]), lambda s, x: x),
    "gradients that are there": (
        lambda s: setattr(s.blocks[0].weight, "grad", torch.ones(6, 6)),
        lambda s, x: x,
    ),
    "random states": (nothing, draw),
    "a seed": (nothing, lambda s, x: (torch.manual_seed(3), random.seed(3), np.random.seed(3))),  # noqa: NPY002
    "the default type": (nothing, lambda s, x: torch.set_default_dtype(torch.float64)),
    "threads": (nothing, lambda s, x: torch.set_num_threads(1 + torch.get_num_threads() % 2)),
    "determinism": (nothing, lambda s, x: torch.use_deterministic_algorithms(True, warn_only=True)),
    "autocast": (nothing, lambda s, x: torch.set_autocast_enabled("cpu", True)),
    "the gradient mode": (
        nothing,
        lambda s, x: torch.set_grad_enabled(not torch.is_grad_enabled()),
    ),
}
"""What a forward pass changes: what makes it, and what changes it."""

ENDINGS: dict[str, dict[str, Any]] = {
    "as usual": {},
    "training": {"train": True},
    "each operator": {"each_operator": True},
    "examples": {},
    "values": {},
    "exception": {},
    "Ctrl-C": {},
}
"""How a trace goes, and what is asked for it."""


OF_ONE_WEIGHT = {name for name in WAYS if " norm" in name} | {"pruning", "orthogonal weights"}
"""Of which a model has one: they change the same weight."""


def mixed(seed: int) -> tuple[list[str], str]:
    """Return some ways and an ending; the same for a seed each time."""
    chance = random.Random(seed)  # noqa: S311  a seed makes the same model each time
    chosen = chance.sample(list(WAYS), chance.randint(2, MOST_WAYS))
    of_one = [name for name in chosen if name in OF_ONE_WEIGHT]
    return [name for name in chosen if name not in of_one[1:]], chance.choice(list(ENDINGS))


def changed(ways: Sequence[str], ending: str) -> list[str]:
    """Return what is not as it was after a trace."""
    torch.manual_seed(0)
    with contextlib.redirect_stderr(io.StringIO()):
        net = Net([WAYS[way] for way in ways], ending)
        examples = (torch.rand(2, 4, 8),)
        before = likeness(net, examples)
        given: Any = (
            {"inputs": examples} if ending == "examples" else {"input": (4, 8), "batch_size": 2}
        )
        with contextlib.suppress(archstat.ArchstatError, KeyboardInterrupt):
            archstat.analyze(net, **given, **ENDINGS[ending])
        return differences(before, likeness(net, examples))
