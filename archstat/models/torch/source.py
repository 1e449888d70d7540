"""PyTorch models by name: from torchvision or timm, from a Python file, from a module.

No weights are loaded: models are built on the meta device, where nothing is allocated, and on the
CPU only if they cannot be.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, redirect_stdout
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import nn
from torch.nn.modules import module as global_hooks

from archstat.errors import UsageError, did_you_mean, shown
from archstat.graph import Graph
from archstat.layers.base import Shape
from archstat.models.inputs import require_call
from archstat.models.torch.failures.hints import hint_for
from archstat.models.torch.failures.users_code import held_back, users_traceback
from archstat.models.torch.module import build_module, draw
from archstat.models.torch.wrapped import unwrapped

DEFAULT_IMAGE = (3, 224, 224)


@dataclass(frozen=True)
class Source:
    """A model as it was found.

    Attributes:
        make: Builds it on the CPU, with values; None for a model that was there already.
        input: The shape of one example that its authors use; None if nobody says.
        takes_list: Whether it takes a list of images instead of a batch.
        images: How many images of that shape it takes.
    """

    name: str
    model: nn.Module
    make: Callable[[], nn.Module] | None = None
    input: Shape | None = None
    takes_list: bool = False
    images: int = 1


def load_source(model: str, arguments: Mapping[str, Any]) -> Source:
    """Return the PyTorch model that a MODEL argument names.

    Raises:
        UsageError: There is none, or it cannot be built.
    """
    library, slash, name = model.partition("/")
    if slash and library == "torchvision" and ":" not in name:
        return _from_torchvision(name, arguments)
    if slash and library == "timm" and ":" not in name:
        return _from_timm(name, arguments)
    where, _, attribute = model.rpartition(":") if ":" in model else (model, "", "")
    module = _from_file(Path(where)) if where.endswith(".py") else _from_package(where)
    target = _attribute(module, attribute, model)
    built, make = _built(target, arguments, model)
    return Source(model, built, make)


def built_from(graph: Graph) -> Source:
    """Return a network built of torch's layers; its parameters are drawn when it is made."""

    def make() -> nn.Module:
        module = build_module(graph, torch.device("cpu"))
        draw(module)
        return module

    return Source(graph.name, build_module(graph, torch.device("meta")), make, graph.input_shape)


def _from_torchvision(name: str, arguments: Mapping[str, Any]) -> Source:
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
    create = partial(_quietly, models.get_model, name)
    model, make = _built(create, settings, f"torchvision/{name}")
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


def _from_timm(name: str, arguments: Mapping[str, Any]) -> Source:
    try:
        timm = importlib.import_module("timm")
    except ModuleNotFoundError:
        raise UsageError("timm is not installed", hint="pip install timm") from None
    if not timm.is_model(name):
        raise UsageError(
            f"timm has no model {shown(name)}", hint=did_you_mean(name, timm.list_models())
        )
    create = partial(_quietly, timm.create_model, name, pretrained=False)
    model, make = _built(create, arguments, f"timm/{name}")
    size = getattr(model, "pretrained_cfg", {}).get("input_size", DEFAULT_IMAGE)
    return Source(f"timm/{name}", model, make, tuple(size))


def _from_file(path: Path) -> ModuleType:
    if not path.is_file():
        near = did_you_mean(path.name, [file.name for file in path.parent.glob("*.py")])
        raise UsageError(f"there is no file {shown(str(path))}", hint=near)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise UsageError(f"{shown(str(path))} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(path.stem, module)  # dataclasses and pickle look a class's module up
    with _started_in(path.parent, str(path)), _users_code(str(path), path):
        spec.loader.exec_module(module)
    return module


def _from_package(name: str) -> ModuleType:
    try:
        with _started_in(Path(), name), _users_code(name, None):
            return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise UsageError(
            f"there is no module {shown(name)}: {error}",
            hint="a file ends in .py, as in homework.py:AlexNet",
        ) from None


@contextmanager
def _started_in(folder: Path, name: str) -> Iterator[None]:
    """Let code be imported from a folder, and see no arguments, as if Python had started it."""
    path, arguments = str(folder.resolve()), sys.argv
    sys.path.insert(0, path)
    sys.argv = [name]
    try:
        yield
    finally:
        sys.argv = arguments
        sys.path.remove(path)


def _attribute(module: ModuleType, name: str, model: str) -> Any:
    if name:
        if not hasattr(module, name):
            known = [word for word in vars(module) if not word.startswith("_")]
            raise UsageError(
                f"{model.rpartition(':')[0]} has no {shown(name)}", hint=did_you_mean(name, known)
            )
        return getattr(module, name)
    own = [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, nn.Module)
        and value.__module__ == module.__name__
    ]
    if len(own) == 1:
        return own[0]
    names = ", ".join(f"{model}:{value.__name__}" for value in own)
    raise UsageError(
        f"{model} defines {len(own) or 'no'} nn.Module classes",
        hint=f"say which: {names}" if own else "name a function or a model: file.py:name",
    )


def _missing(target: Callable[..., object], given: Mapping[str, Any]) -> str | None:
    """Return the first argument that a class or a function needs and is not given."""
    try:
        parameters = inspect.signature(target).parameters.values()
    except (TypeError, ValueError):  # what is written in C says nothing
        return None
    needed = (p.name for p in parameters if p.default is p.empty and p.kind < p.VAR_POSITIONAL)
    return next((name for name in needed if name not in given), None)


def _built(
    target: Any, arguments: Mapping[str, Any], model: str
) -> tuple[nn.Module, Callable[[], nn.Module] | None]:
    """Return the model that a class or a function makes, on meta, and what makes it on the CPU."""
    if isinstance(target, nn.Module):
        if arguments:
            raise UsageError(f"{model} is a model already; --arg goes with a class or a function")
        return unwrapped(target, model), None
    if not callable(target):
        raise UsageError(f"{model} is neither a model nor what makes one: {shown(target)}")
    hint = f"state its arguments: --arg {_missing(target, arguments) or 'num_classes'}=10"
    require_call(target, (), arguments, name=model, hint=hint)

    def make() -> nn.Module:
        with _users_code(model, None), _random_state_kept():
            return unwrapped(target(**arguments), model)

    made = _made_on_meta(target, arguments)
    if made is None:
        with parameters_on_meta():
            made = make()
    if not isinstance(made, nn.Module):
        raise UsageError(f"{model} makes {shown(made)}, which is not an nn.Module")
    return unwrapped(made, model), make


def _made_on_meta(target: Callable[..., Any], arguments: Mapping[str, Any]) -> Any:
    """Return what a call makes on meta; None if it fails, as it does where it reads values."""
    with held_back() as printed, redirect_stdout(printed):
        try:
            with torch.device("meta"), _random_state_kept():
                return target(**arguments)
        except Exception:  # noqa: BLE001  if it is broken, it breaks again, and prints again
            printed.truncate(0)
            return None


def _quietly(create: Callable[..., nn.Module], *args: object, **settings: object) -> nn.Module:
    """Build a library's model without its warnings, which are about weights that we do not load."""
    with warnings.catch_warnings(action="ignore"):
        return create(*args, **settings)


@contextmanager
def parameters_on_meta() -> Iterator[None]:
    """Move every parameter to meta as soon as a module has it; all other tensors have values.

    Memory is taken for one parameter at a time, and never touched: modules fill their parameters
    with numbers after they have registered them.
    """

    def moved(_: nn.Module, __: str, parameter: nn.Parameter) -> nn.Parameter:
        if parameter.is_meta:
            return parameter
        return nn.Parameter(parameter.to("meta"), requires_grad=parameter.requires_grad)

    handle = global_hooks.register_module_parameter_registration_hook(moved)
    try:
        yield
    finally:
        handle.remove()


def _random_state_kept() -> AbstractContextManager[None]:
    return torch.random.fork_rng(devices=[])


@contextmanager
def _users_code(name: str, path: Path | None) -> Iterator[None]:
    """Run a user's code: what it prints goes to stderr, and what it raises is told as its own.

    Raises:
        UsageError: It raised something; the message holds the traceback from the user's file on.
    """
    try:
        with redirect_stdout(sys.stderr):
            yield
    except UsageError:
        raise
    except SystemExit as error:
        raise UsageError(
            f"{name} calls sys.exit({'' if error.code is None else repr(error.code)}) "
            "while it is imported or built",
            hint='put what a script does under if __name__ == "__main__":',
        ) from None
    except ModuleNotFoundError as error:
        if path is None and error.name == name:
            raise
        raise UsageError(f"{name} needs {error.name}, which is not installed") from None
    except Exception as error:  # noqa: BLE001  the user's code may raise anything
        what = f"{name} fails:\n{users_traceback(error)}"
        raise UsageError(what, hint=hint_for(error)) from None
