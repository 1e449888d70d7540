"""Models of transformers by their configuration alone: no weights, no network, on meta."""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from torch import nn

from archstat.errors import UsageError, shown
from archstat.extras import Extra, require
from archstat.files import is_file, read_file
from archstat.models.torch.loading.arguments import typed
from archstat.models.torch.loading.construction import built, summary
from archstat.models.torch.loading.usual_inputs import of_diffusers, of_transformers
from archstat.models.torch.source import Source

TRANSFORMERS = Extra("torch", ("transformers",))
DIFFUSERS = Extra("torch", ("diffusers",))
OF_A_REPOSITORY = 2  # words of a name: who, and what; a part of a pipeline is the third
PREFIX = "hf/"
MOST_BYTES = 16 << 20
"""Of a configuration."""

CONFIGURATION = "config.json"


def from_hugging_face(name: str, arguments: Mapping[str, Any]) -> Source:
    """Return the model of a configuration: of one in the cache, or in a folder.

    Raises:
        UsageError: There is no such configuration, or it makes no model.
    """
    if (kind := _class_of_diffusers(name)) is not None:
        return _from_diffusers(name, kind, arguments)
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
    stated = tuple(of_transformers(found.model, config))
    return Source(
        PREFIX + name, found.model, found.make, stated=stated, are_usual=True, notes=found.notes
    )


def _refusal_of_folder(folder: Path, name: str) -> UsageError:
    """Return what to say of a folder that is no model's: its parts, if it is a pipeline."""
    parts = sorted(each.parent.name for each in folder.glob(f"*/{CONFIGURATION}"))
    if parts:
        hint = "name one: " + ", ".join(f"{PREFIX}{name.rstrip('/')}/{part}" for part in parts)
        return UsageError(f"the folder {shown(name)} holds several models", hint=hint)
    return UsageError(f"the folder {shown(name)} has no {CONFIGURATION}")


def _class_of_diffusers(name: str) -> str | None:
    """Return the class that a folder's configuration names, if it is one of diffusers."""
    try:
        stated = json.loads(read_file(Path(name) / CONFIGURATION, MOST_BYTES))
        kind = stated.get("_class_name")
    except (UsageError, ValueError, AttributeError, RecursionError):
        return None
    return kind if isinstance(kind, str) else None


def _from_diffusers(name: str, kind: str, arguments: Mapping[str, Any]) -> Source:
    """Return a part of a pipeline of diffusers.

    Raises:
        UsageError: diffusers is missing, or makes no model of it.
    """
    require(DIFFUSERS, purpose=PREFIX + name)
    with _offline():
        diffusers = importlib.import_module("diffusers")
    maker: Any = getattr(diffusers, kind, None)
    is_model = isinstance(maker, type) and issubclass(maker, nn.Module)
    if not is_model:
        raise UsageError(f"{name}/{CONFIGURATION} names {shown(kind)}, which is no model here")
    config = {
        key: value
        for key, value in json.loads(read_file(Path(name) / CONFIGURATION, MOST_BYTES)).items()
        if not key.startswith("_")
    }
    if unknown := [key for key in arguments if key not in config]:
        what = f"the configuration of {name} has no {unknown[0]!r}"
        raise UsageError(what).within("arguments")

    def create(**settings: Any) -> nn.Module:
        made: nn.Module = maker.from_config({**config, **settings})
        return made

    found = built(create, typed(create, arguments), PREFIX + name)
    stated = tuple(of_diffusers(kind, {**config, **arguments}))
    return Source(
        PREFIX + name, found.model, found.make, stated=stated, are_usual=True, notes=found.notes
    )


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
    if is_folder and not is_file(folder / CONFIGURATION):
        raise _refusal_of_folder(folder, name)
    online = os.environ.get("HF_HUB_OFFLINE") == "0"
    words = name.split("/")
    part = "/".join(words[OF_A_REPOSITORY:]) if not is_folder else ""
    repository = "/".join(words[:OF_A_REPOSITORY]) if part else name
    try:
        return transformers.AutoConfig.from_pretrained(
            repository, subfolder=part, local_files_only=not online
        )
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
    if known:
        return known[0]
    if type(config) in transformers.MODEL_MAPPING:
        return transformers.AutoModel.from_config
    return _made_for(transformers, config)


def _made_for(transformers: Any, config: Any) -> Any:
    """Return the class that is made for a configuration which no base model is known for.

    Raises:
        UsageError: There is none.
    """
    kind = type(config)
    module = importlib.import_module(kind.__module__.replace(".configuration_", ".modeling_"))
    own: list[Any] = [
        each
        for each in vars(module).values()
        if isinstance(each, type)
        and issubclass(each, transformers.PreTrainedModel)
        and getattr(each, "config_class", None) is kind
        and not each.__name__.endswith("PreTrainedModel")
    ]
    if not own:
        raise UsageError(
            f"transformers has no model for {shown(config.model_type)} alone",
            hint="name the configuration of the model that it is a part of",
        )
    return min(own, key=lambda each: not each.__name__.endswith("Model"))
