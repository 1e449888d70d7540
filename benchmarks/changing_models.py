"""Small models that change as they run, in all the ways that people's models do."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrizations, prune, spectral_norm, weight_norm

SHAPE = (3, 12, 12)
MOST_FEATURES = 4


class Changing(nn.Module):
    """A network of a few layers, with whatever features have done to it."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv, self.norm = nn.Conv2d(3, width, 3), nn.BatchNorm2d(width)
        self.drop, self.head = nn.Dropout(0.3), nn.Linear(width * 100, 2)
        self.before: list[Callable[[Changing, Tensor], object]] = []
        self.is_broken = False

    def forward(self, x: Tensor) -> Tensor:
        """Run, and change."""
        for act in self.before:
            act(self, x)
        x = self.drop(self.norm(self.conv(x)))
        if self.is_broken:
            raise RuntimeError("as it was made")
        return self.head(x.flatten(1))


def _counts(net: Any) -> None:
    net.calls = 0
    net.before.append(lambda own, _: setattr(own, "calls", own.calls + 1))


def _collects(net: Any) -> None:
    net.seen, net.by_name = [], {"shapes": []}
    net.before.append(lambda own, x: own.seen.append(tuple(x.shape)))
    net.before.append(lambda own, x: own.by_name["shapes"].append(x.dtype))


def _caches(net: Any) -> None:
    net.cache = None
    net.before.append(lambda own, x: setattr(own, "cache", x))


def _writes_a_tensor(net: Any) -> None:
    net.plain = torch.zeros(3)
    net.before.append(lambda own, _: own.plain.add_(1))


def _writes_a_buffer(net: Any) -> None:
    net.register_buffer("steps", torch.zeros(1))
    net.before.append(lambda own, _: own.steps.add_(1))


def _assigns_a_buffer(net: Any) -> None:
    net.register_buffer("last", torch.zeros(1), persistent=False)
    net.before.append(lambda own, _: setattr(own, "last", own.last + 1))


def _writes_a_parameter(net: Any) -> None:
    net.before.append(lambda own, _: own.head.bias.data.add_(1))


def _freezes(net: Any) -> None:
    net.conv.bias.requires_grad_(requires_grad=False)
    net.before.append(lambda own, _: own.head.weight.requires_grad_(requires_grad=False))


def _switches(net: Any) -> None:
    net.before.append(lambda own, _: own.drop.eval())


def _hooks(net: Any) -> None:
    held: list[int] = []
    net.held = held
    net.conv.register_forward_hook(lambda *_: held.append(1))
    net.norm.register_forward_pre_hook(lambda module, _: setattr(module, "runs", 1))


def _adds_hooks(net: Any) -> None:
    net.before.append(lambda own, _: own.head.register_forward_hook(lambda *_: None))


def _adds_modules(net: Any) -> None:
    net.before.append(lambda own, _: setattr(own, "late", nn.Identity()))


def _draws(net: Any) -> None:
    net.before.append(lambda *_: (torch.rand(3), random.random(), np.random.rand()))  # noqa: NPY002, S311  whatever draws


def _reseeds(net: Any) -> None:
    net.before.append(lambda *_: (torch.manual_seed(3), random.seed(3), np.random.seed(3)))  # noqa: NPY002


def _prunes(net: Any) -> None:
    prune.l1_unstructured(net.conv, "weight", amount=0.5)


def _norms_weights(net: Any) -> None:
    weight_norm(net.head)


def _parametrizes(net: Any) -> None:
    parametrizations.weight_norm(net.conv)


def _norms_spectra(net: Any) -> None:
    spectral_norm(net.head)


def _orthogonal(net: Any) -> None:
    parametrizations.spectral_norm(net.head)


def _breaks(net: Any) -> None:
    net.is_broken = True


def _has_gradients(net: Any) -> None:
    for parameter in net.parameters():
        parameter.grad = torch.ones_like(parameter)


FEATURES = (
    *(_counts, _collects, _caches, _writes_a_tensor, _writes_a_buffer, _assigns_a_buffer),
    *(_writes_a_parameter, _freezes, _switches, _hooks, _adds_hooks, _adds_modules, _draws),
    *(_reseeds, _prunes, _norms_weights, _parametrizes, _norms_spectra, _orthogonal, _breaks),
    _has_gradients,
)
CLASHING = ({_norms_weights, _norms_spectra, _orthogonal}, {_prunes, _parametrizes})
"""Of which a model has one: they change the same weight."""


def changing(seed: int) -> tuple[Changing, list[str]]:
    """Return a model, and what it does; the same for a seed each time."""
    chance = random.Random(seed)  # noqa: S311  a seed makes the same model each time
    torch.manual_seed(seed)
    net = Changing(chance.randint(1, 5)).train(chance.random() < 0.5)  # noqa: PLR2004  a coin
    chosen = chance.sample(FEATURES, chance.randint(1, MOST_FEATURES))
    for clashing in CLASHING:
        first = next((each for each in chosen if each in clashing), None)
        chosen = [each for each in chosen if each not in clashing or each is first]
    for feature in chosen:
        feature(net)
    return net, [feature.__name__.strip("_").replace("_", " ") for feature in chosen]


def everything(net: nn.Module) -> dict[str, object]:
    """Return all that a count could change: in the model, in its tensors, in what draws."""
    found: dict[str, object] = {
        "random states": (
            torch.get_rng_state().tolist(),
            repr(random.getstate()),
            repr(np.random.get_state()),  # noqa: NPY002
        )
    }
    for path, module in net.named_modules():
        for name, value in vars(module).items():
            found[f"{path}.{name}"] = _plain(value)
    return found


def _plain(value: object) -> object:
    """Return what can be compared: contents of tensors, and which tensor it is."""
    if isinstance(value, Tensor):
        grad = None if value.grad is None else _plain(value.grad)
        about = (id(value), value.requires_grad, str(value.device), tuple(value.shape), grad)
        return (*about, value.detach().tolist())
    if isinstance(value, nn.Module):
        return id(value)
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [_plain(each) for each in value]
    return repr(value)
