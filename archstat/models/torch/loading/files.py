"""Models out of Python files, and out of modules that can be imported."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from torch import nn

from archstat.errors import UsageError, did_you_mean, shown
from archstat.models.torch.loading.construction import users_code
from archstat.models.torch.loading.home import Home


def from_file(home: Home) -> ModuleType:
    """Return the module that a Python file is.

    Raises:
        UsageError: There is no such file, or it fails.
    """
    path = home.file
    if not path.is_file():
        near = did_you_mean(path.name, [file.name for file in path.parent.glob("*.py")])
        raise UsageError(f"there is no file {shown(str(path))}", hint=near)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise UsageError(f"{shown(str(path))} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    with users_code(str(path), home):
        sys.modules.setdefault(path.stem, module)  # dataclasses and pickle look a class's module up
        spec.loader.exec_module(module)
    return module


def from_package(name: str) -> ModuleType:
    """Return a module that can be imported from here.

    Raises:
        UsageError: There is none, or it fails.
    """
    here = Home(Path(name))
    try:
        with users_code(name, None), here.on_the_path():
            return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise UsageError(
            f"there is no module {shown(name)}: {error}",
            hint="a file ends in .py, as in homework.py:AlexNet",
        ) from None


def attribute(module: ModuleType, name: str, model: str) -> Any:
    """Return what a module calls so; without a name, its only class of modules.

    Raises:
        UsageError: There is none of this name, or not one class.
    """
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
