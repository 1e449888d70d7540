"""Models of transformers by their configuration alone: no weights, no network, on meta."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from torch import nn

from archstat.errors import UsageError, shown
from archstat.extras import Extra, require
from archstat.models.inputs import InputSpec
from archstat.models.torch.loading.arguments import typed
from archstat.models.torch.loading.construction import built, summary
from archstat.models.torch.source import Source

TRANSFORMERS = Extra("torch", ("transformers",))
TOKENS = 128
IMAGE = 224
SAMPLES = 16_000  # a second of speech
FRAMES = 3_000  # half a minute of speech, as Whisper takes it
PREFIX = "hf/"


def from_hugging_face(name: str, arguments: Mapping[str, Any]) -> Source:
    """Return the model of a configuration: of one in the cache, or in a folder.

    Raises:
        UsageError: There is no such configuration, or it makes no model.
    """
    require(TRANSFORMERS, purpose=PREFIX + name)
    with _offline():
        transformers = importlib.import_module("transformers")
        config = _configuration(transformers, name)
        maker = _class_of(transformers, config)

    def create(**settings: Any) -> nn.Module:
        for key, value in settings.items():
            setattr(config, key, value)
        made: nn.Module = maker(config)
        return made

    if unknown := [key for key in arguments if not hasattr(config, key)]:
        what = f"the configuration of {name} has no {unknown[0]!r}"
        raise UsageError(what).within("arguments")
    found = built(create, typed(create, arguments), PREFIX + name)
    stated = tuple(_inputs(found.model, config))
    return Source(PREFIX + name, found.model, found.make, stated=stated, notes=found.notes)


@contextmanager
def _offline() -> Iterator[None]:
    """Let nothing be fetched, unless the user has said otherwise."""
    before = os.environ.get("HF_HUB_OFFLINE")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    try:
        yield
    finally:
        if before is None:
            del os.environ["HF_HUB_OFFLINE"]


def _configuration(transformers: Any, name: str) -> Any:
    folder = Path(name)
    is_folder = folder.is_dir()
    if is_folder and not (folder / "config.json").is_file():
        raise UsageError(f"the folder {shown(name)} has no config.json")
    online = os.environ.get("HF_HUB_OFFLINE") == "0"
    try:
        return transformers.AutoConfig.from_pretrained(name, local_files_only=not online)
    except Exception as error:  # noqa: BLE001  a configuration may be anything
        if is_folder:
            what = f"{name}/config.json is no configuration of transformers: {summary(error)}"
            raise UsageError(what) from None
        raise UsageError(
            f"no configuration of {shown(name)} is in the cache",
            hint=f"hf download {name} config.json, or set HF_HUB_OFFLINE=0 to allow the network",
        ) from None


def _class_of(transformers: Any, config: Any) -> Any:
    """Return what makes the model that a configuration was saved with, or else its base."""
    names = getattr(config, "architectures", None) or []
    known = [getattr(transformers, name) for name in names if hasattr(transformers, name)]
    return known[0] if known else transformers.AutoModel.from_config


def _inputs(model: nn.Module, config: Any) -> list[InputSpec]:
    """Return the usual inputs of a model's task."""
    name = str(getattr(model, "main_input_name", "input_ids"))
    if name == "pixel_values":
        vision = getattr(config, "vision_config", config)
        channels = getattr(vision, "num_channels", 3)
        side = getattr(vision, "image_size", None) or IMAGE
        sides = tuple(side) if isinstance(side, (list, tuple)) else (side, side)
        found = [InputSpec((channels, *sides), "float32", name)]
        if hasattr(config, "text_config") and hasattr(config, "vision_config"):  # as in CLIP
            found.insert(0, InputSpec((_tokens(config.text_config),), "int64", "input_ids"))
    elif name == "input_values":
        found = [InputSpec((SAMPLES,), "float32", name)]
    elif name == "input_features":
        bins = getattr(config, "num_mel_bins", 80)
        found = [InputSpec((bins, FRAMES), "float32", name)]
    else:
        text = getattr(config, "text_config", config)
        found = [InputSpec((_tokens(text),), "int64", name)]
    if getattr(config, "is_encoder_decoder", False):
        found.append(InputSpec((_tokens(config),), "int64", "decoder_input_ids"))
    return found


def _tokens(config: Any) -> int:
    """Return how many tokens are usual, or as many as there are positions."""
    most = [
        getattr(config, key, None)
        for key in ("max_position_embeddings", "n_positions", "max_target_positions")
    ]
    return min([TOKENS, *(size for size in most if isinstance(size, int) and size > 0)])
