"""Example inputs out of a file: tensors of torch, arrays of numpy, numbers in JSON."""

from __future__ import annotations

import inspect
import json
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch

from archstat.errors import UsageError, shown
from archstat.files import is_file, note_read, read_file
from archstat.models.torch.recording.tensors import tensors_in

MOST_BYTES = 256 << 20
"""Of numbers in JSON."""


def read_examples(name: str) -> Any:
    """Return what a file holds, with tensors in it.

    Raises:
        UsageError: There is no such file, or it holds none.
    """
    path = Path(name)
    note_read(path)
    if not is_file(path):
        raise UsageError(f"there is no file {shown(name)}").within("input_file")
    read = READERS.get(path.suffix.lower())
    if read is None:
        raise UsageError(
            f"{shown(name)} is no file of tensors",
            hint=f"such files end in {', '.join(READERS)}",
        ).within("input_file")
    try:
        found = read(path)
    except Exception as error:  # noqa: BLE001  a file may hold anything
        first, _, _ = str(error).strip().partition("\n")
        raise UsageError(
            f"{shown(name)} cannot be read: {type(error).__name__}: {first[:120]}",
            hint="torch.save of tensors, in lists and dictionaries, writes one",
        ).within("input_file") from None
    if not tensors_in(found):
        raise UsageError(f"{shown(name)} holds no tensors").within("input_file")
    return found


def _arrays(path: Path) -> Any:
    import numpy  # noqa: PLC0415, ICN001  only where such a file is given

    if not zipfile.is_zipfile(path):
        return torch.from_numpy(numpy.load(path, allow_pickle=False))
    with numpy.load(path, allow_pickle=False) as archive:
        return {key: torch.from_numpy(archive[key]) for key in archive.files}


def _tensors(value: Any) -> Any:
    """Return a value of JSON with tensors in place of its lists of numbers."""
    if isinstance(value, dict):
        return {key: _tensors(each) for key, each in value.items()}
    if isinstance(value, list):
        try:
            return torch.tensor(value)
        except (ValueError, TypeError, RuntimeError):  # lists of other things
            return [_tensors(each) for each in value]
    return value


READERS: Mapping[str, Callable[[Path], Any]] = {
    **dict.fromkeys(
        (".pt", ".pth"), lambda path: torch.load(path, map_location="cpu", weights_only=True)
    ),
    **dict.fromkeys((".npz", ".npy"), _arrays),
    ".json": lambda path: _tensors(json.loads(read_file(path, MOST_BYTES))),
}
"""What reads a file that ends so."""


def as_call(found: Any, target: Callable[..., object]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return what a model is called with: by name, where all names are those of its parameters."""
    if isinstance(found, Mapping):
        known: Mapping[str, inspect.Parameter] = {}
        with suppress(TypeError, ValueError):  # what is written in C says nothing
            known = inspect.signature(target).parameters
        takes_any = any(each.kind is each.VAR_KEYWORD for each in known.values())
        if takes_any or all(key in known for key in found):
            return (), dict(found)
        return (next(iter(found.values())),) if len(found) == 1 else (dict(found),), {}
    if isinstance(found, (list, tuple)):
        return tuple(found), {}
    return (found,), {}
