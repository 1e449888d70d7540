"""What torch itself counts of a model: parameters, products forward, and both sides backward.

The model runs as it is, in a copy of it: on meta where it can, and else on the CPU, where attention
and recurrent layers are taken apart as on meta. What torch's counter has no formula for is listed
by name, with the count of a formula that stands here.
"""

from __future__ import annotations

import copy
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import prod
from typing import Any

import torch
from case import Given
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map_only
from torch.utils.flop_counter import FlopCounterMode

from archstat.models.torch.running import in_mode
from archstat.witnesses.sides import Sides

DEVICES = ("meta", "cpu")


def _stages(size: int) -> int:
    return (size - 1).bit_length()


def _transform(whole: Tensor, dims: list[int], share: int) -> int:
    return 2 * whole.numel() * sum(_stages(whole.shape[dim]) for dim in dims) // share


PASSED_OVER: Mapping[str, Callable[[Any, Any], int]] = {
    "mv": lambda args, _: args[0].numel(),
    "addmv": lambda args, _: args[1].numel(),
    "dot": lambda args, _: args[0].numel(),
    "vdot": lambda args, _: args[0].numel(),
    "_trilinear": lambda args, _: prod(args[1].shape) * args[0].shape[0],
    "_fft_r2c": lambda args, _: _transform(args[0], args[1], 2),
    "_fft_c2r": lambda args, out: _transform(out, args[1], 2),
    "_fft_c2c": lambda args, _: _transform(args[0], args[1], 1),
    "_cdist_forward": lambda args, out: (
        out.numel() * args[0].shape[-1] if args[2] == 2 else 0  # noqa: PLR2004  Euclid's
    ),
    "_euclidean_dist": lambda args, out: out.numel() * args[0].shape[-1],
    "deform_conv2d": lambda args, out: out.numel() * prod(args[1].shape[1:]),
    "_grouped_mm": lambda args, _: args[0].numel() * args[1].shape[-1],
}
"""Products for which torch's counter has no formula, by hand."""

COMPLEX = "complex products, 4 real ones each"


@dataclass
class Counts:
    """What torch counts.

    Attributes:
        params: The parameters, shared ones once.
        macs: Half of the operations that its counter counts.
        passed_over: What it has no formula for, by name.
        device: Where the forward pass ran.
        sides: The products of gradients of inputs and of weights, by module; None where it cannot
            be trained.
        unclear: Why not.
    """

    params: int = 0
    macs: int = 0
    passed_over: Counter[str] = field(default_factory=Counter)
    device: str = ""
    sides: Mapping[str, tuple[int, int]] | None = None
    unclear: str = ""


class Passed(TorchDispatchMode):
    """Counts the products that torch's counter passes over."""

    def __init__(self) -> None:
        super().__init__()
        self.found: Counter[str] = Counter()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run an operator, and count it."""
        out = func(*args, **(kwargs or {}))
        name = str(getattr(func, "overloadpacket", func)).rpartition(".")[2]
        formula = PASSED_OVER.get(name)
        if formula is not None and not has_formula(func):
            self.found[name] += formula(args, out)
        if name in {"mm", "bmm", "addmm", "baddbmm"} and out.is_complex():
            left = args[-2] if name in {"mm", "bmm"} else args[1]
            self.found[COMPLEX] += 3 * left.numel() * out.shape[-1]
        return out


def has_formula(func: Any) -> bool:
    """Return whether torch's counter counts an operator."""
    return func.overloadpacket in FlopCounterMode(display=False).flop_registry


def torch_counts(given: Given, *, backward: bool = True) -> Counts:
    """Return what torch counts of a model.

    Raises:
        Exception: It cannot run at all.
    """
    counts = Counts(params=sum(each.numel() for each in given.model.parameters()))
    _forward(given, counts)
    for device in DEVICES[DEVICES.index(counts.device) :] if backward else ():
        try:
            _backward(given, counts, device)
        except Exception as error:  # noqa: BLE001  many models cannot be trained as they stand
            counts.unclear = f"{type(error).__name__}: {str(error).partition(chr(10))[0][:80]}"
        else:
            break
    return counts


def _forward(given: Given, counts: Counts) -> None:
    for device in DEVICES:
        try:
            with _quiet(), torch.no_grad():
                model, args, kwargs = _copied(given, device)
                model.requires_grad_(requires_grad=False)  # else the counter follows gradients, too
                counter, passed = FlopCounterMode(display=False), Passed()
                with in_mode(model, training=False), _apart(device), passed, counter:
                    model(*args, **kwargs)
        except Exception:
            if device == DEVICES[-1]:
                raise
        else:
            counts.macs, counts.passed_over = counter.get_total_flops() // 2, passed.found
            counts.device = device
            return


def _backward(given: Given, counts: Counts, device: str) -> None:
    with _quiet():
        torch.manual_seed(0)
        model, args, kwargs = _copied(given, device)
        sides = Sides(model, [leaf for leaf in tree_leaves((args, kwargs)) if _is_tensor(leaf)])
        with in_mode(model, training=True), _apart(device), torch.enable_grad():
            with sides.watching():
                out = model(*args, **kwargs)
            sides.count(out)
    counts.unclear = ", ".join(sorted(sides.unclear))
    if not sides.unclear:
        counts.sides = {path: (both[0], both[1]) for path, both in sides.macs.items() if any(both)}


def _is_tensor(value: Any) -> bool:
    return isinstance(value, Tensor)


def _copied(given: Given, device: str) -> tuple[nn.Module, Any, Any]:
    """Return a copy of a model and of its inputs on a device."""
    model = copy.deepcopy(given.model).to(device)
    args, kwargs = tree_map_only(
        Tensor, lambda tensor: tensor.detach().clone().to(device), (given.args, dict(given.kwargs))
    )
    return model, args, kwargs


@contextmanager
def _apart(device: str) -> Iterator[None]:
    """Take attention and recurrent layers apart, as meta does anyway."""
    fused = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        if device == "meta":
            yield
        else:
            with sdpa_kernel(SDPBackend.MATH), torch.backends.mkldnn.flags(enabled=False):
                yield
    finally:
        torch.backends.mha.set_fastpath_enabled(fused)


@contextmanager
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings(action="ignore"):
        yield
