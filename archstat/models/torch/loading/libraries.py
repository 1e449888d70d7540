"""Models of torchvision and timm, by name; no weights are loaded."""

from __future__ import annotations

import importlib
import inspect
import warnings
from collections.abc import Callable, Mapping
from functools import partial
from types import ModuleType
from typing import Any

from torch import nn

from archstat.errors import UsageError, did_you_mean, shown
from archstat.layers.base import Shape
from archstat.models.torch.loading.arguments import typed
from archstat.models.torch.loading.construction import built
from archstat.models.torch.source import Source

DEFAULT_IMAGE = (3, 224, 224)


def from_torchvision(name: str, arguments: Mapping[str, Any]) -> Source:
    """Return a model of torchvision.

    Raises:
        UsageError: There is none of this name, or it cannot be built so.
    """
    from torchvision import models  # noqa: PLC0415  a second of imports, only when asked for

    if name not in models.list_models():
        raise UsageError(
            f"torchvision has no model {shown(name)}",
            hint=did_you_mean(name, models.list_models()),
        )
    builder = models.get_model_builder(name)
    accepted = inspect.signature(builder).parameters
    without = {key: None for key in ("weights", "weights_backbone") if key in accepted}
    settings = {**without, **arguments}
    settings = typed(builder, settings)
    create = partial(_quietly, models.get_model, name)
    model, make, *_ = built(create, settings, f"torchvision/{name}")
    family = type(model).__module__
    return Source(
        f"torchvision/{name}",
        model,
        make,
        _published_input(models, name, model),
        takes_list=family.startswith("torchvision.models.detection"),
        images=2 if family.startswith("torchvision.models.optical_flow") else 1,
    )


def _published_input(models: ModuleType, name: str, model: nn.Module) -> Shape:
    """Return the input for which torchvision publishes a model's accuracy; reads no weights."""
    family = type(model).__module__
    side = getattr(model, "image_size", None)
    if isinstance(side, int):  # a vision transformer, which is built for one size
        return (3, side, side)
    if family.startswith("torchvision.models.detection"):
        return (3, 300, 300) if name.startswith("ssd300") else (3, 800, 800)
    if family.startswith("torchvision.models.optical_flow"):
        return (3, 520, 960)
    if family.startswith("torchvision.models.segmentation"):
        return (3, 520, 520)
    transforms = models.get_model_weights(name).DEFAULT.transforms()
    crop = [int(size) for size in getattr(transforms, "crop_size", [])]
    sides = tuple(crop * 2 if len(crop) == 1 else crop) or DEFAULT_IMAGE[1:]
    return (3, 16, *sides) if family.startswith("torchvision.models.video") else (3, *sides)


def from_timm(name: str, arguments: Mapping[str, Any]) -> Source:
    """Return a model of timm.

    Raises:
        UsageError: There is none of this name, or it cannot be built so.
    """
    try:
        timm = importlib.import_module("timm")
    except ModuleNotFoundError:
        raise UsageError("timm is not installed", hint="pip install timm") from None
    if not timm.is_model(name):
        raise UsageError(
            f"timm has no model {shown(name)}", hint=did_you_mean(name, timm.list_models())
        )
    create = partial(_quietly, timm.create_model, name, pretrained=False)
    model, make, *_ = built(create, arguments, f"timm/{name}")
    size = getattr(model, "pretrained_cfg", {}).get("input_size", DEFAULT_IMAGE)
    return Source(f"timm/{name}", model, make, tuple(size))


def _quietly(create: Callable[..., nn.Module], *args: object, **settings: object) -> nn.Module:
    """Build a library's model without its warnings, which are about weights that we do not load."""
    with warnings.catch_warnings(action="ignore"):
        return create(*args, **settings)
