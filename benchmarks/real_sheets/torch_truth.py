"""What is true of a PyTorch model: shapes by hooks, parameters by numel, MACs as torch counts."""

from __future__ import annotations

import re
import runpy
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from truth import Layer, Sizes


def modules(against: str, inputs: Sequence[str], folder: Path) -> dict[str, Layer]:
    """Return every module by its path as a layer, and the whole as `*`, from one forward pass."""
    import torch  # noqa: PLC0415  most sheets need no torch
    from torch.utils.flop_counter import FlopCounterMode  # noqa: PLC0415

    with torch.device("meta"):
        model = _built(against, folder).eval()
    shapes: dict[str, tuple[Sizes, Sizes]] = {}

    def watch(name: str) -> Any:
        def hook(_: object, given: Any, out: Any) -> None:
            shapes.setdefault(name, (_shape(given), _shape(out)))

        return hook

    for name, module in model.named_modules():
        module.register_forward_hook(watch(name))
    counter = FlopCounterMode(display=False)
    with counter, torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of padding that is not the same on both sides
        model(*map(_example, inputs))
    flops = counter.get_flop_counts()
    root = type(model).__name__
    return {
        name or "*": _layer(
            name or "*",
            module,
            shapes[name],
            sum(flops.get(f"{root}.{name}" if name else "Global", {}).values()) // 2,
        )
        for name, module in model.named_modules()
        if name in shapes
    }


def _built(against: str, folder: Path) -> Any:
    path, _, name = against.partition(":")
    if against.startswith("torchvision/"):
        import torchvision  # noqa: PLC0415

        return torchvision.models.get_model(against.removeprefix("torchvision/"), weights=None)
    return runpy.run_path(str(folder / path))[name]()


def _example(stated: str) -> Any:
    """Return a tensor of `[NAME=][DTYPE:]AxBxC`, with a batch of 1."""
    import torch  # noqa: PLC0415

    parts = re.split(r"[=:]", stated)
    sizes = [int(side) for side in parts[-1].split("x")]
    kind = getattr(torch, parts[-2]) if ":" in stated else torch.float32
    return torch.zeros(1, *sizes, dtype=kind, device="meta")


def _shape(value: Any) -> Sizes:
    while isinstance(value, (tuple, list)):
        value = value[0] if value else None
    return tuple(value.shape[1:]) if hasattr(value, "shape") else ()


def _layer(name: str, module: Any, shapes: tuple[Sizes, Sizes], macs: int) -> Layer:
    kind = type(module).__name__
    learnt = {id(one): (key, one) for key, one in module.named_parameters()}.values()
    biases = sum(one.numel() for key, one in learnt if "bias" in key.rpartition(".")[2])
    second = sum(one.numel() for key, one in learnt if "bias_hh" in key)
    kept = sum(one.numel() for one in module.buffers() if one.ndim)
    settings = {
        key: getattr(module, attribute)
        for key, attribute in (
            ("kernel", "kernel_size"),
            ("stride", "stride"),
            ("padding", "padding"),
        )
        if isinstance(getattr(module, attribute, None), (int, tuple))
    }
    axes = len(shapes[0]) - 1
    return Layer(
        name,
        {"Linear": "linear"}.get(kind, "conv" if kind.startswith("Conv") else kind),
        *shapes,
        settings={k: v if isinstance(v, tuple) else (v,) * axes for k, v in settings.items()},
        weights=sum(one.numel() for _, one in learnt) - biases,
        biases=biases,
        buffers=kept,
        second_biases=second,
        macs=macs,
    )
