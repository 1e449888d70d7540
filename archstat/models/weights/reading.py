"""A file of parameters by what it is: one file, or an index of several."""

from __future__ import annotations

import json
from pathlib import Path

from archstat.errors import UsageError, shown, within
from archstat.files import is_file, no_file, read_file
from archstat.models.strangers import is_torchscript, torchscript_refusal
from archstat.models.weights.arrays import read_arrays
from archstat.models.weights.checkpoint import Checkpoint, model_of
from archstat.models.weights.gguf import read_gguf
from archstat.models.weights.pickled import read_pickled
from archstat.models.weights.safetensors import read_safetensors

SAVED = (".pt", ".pth", ".bin", ".ckpt")
"""How files end that `torch.save` writes."""

INDEX = ".index.json"
"""How the file ends that says which of several holds what."""

MOST_INDEX_BYTES = 32 << 20
"""Of such a file: a hundred thousand tensors take a fifth."""

ENDINGS = (*SAVED, ".safetensors", ".npz", ".gguf", INDEX)


def read_weights(argument: str) -> Checkpoint:
    """Return the tensors of the file that an argument names: FILE, or FILE:PART of a checkpoint.

    Raises:
        UsageError: There is no such file, or it holds no tensors.
    """
    name, _, part = argument.partition(":") if not is_file(Path(argument)) else (argument, "", "")
    path = Path(name)
    if not is_file(path):
        raise no_file(name, ENDINGS)
    ending = path.suffix.lower()
    if name.endswith(INDEX):
        found = _sharded(path)
    elif ending == ".safetensors":
        found = Checkpoint(read_safetensors(path), {})
    elif ending == ".gguf":
        tensors, notes = read_gguf(path)
        found = Checkpoint(tensors, {}, notes)
    elif ending == ".npz":
        found = Checkpoint(read_arrays(path), {})
    elif is_torchscript(path):
        raise torchscript_refusal(name)
    else:
        return model_of(read_pickled(path), part, name)
    if part:
        raise UsageError(f"{name} has no parts", hint=f"name the file alone: {name}")
    if not found.tensors:
        raise UsageError(f"{shown(name)} holds no tensors")
    return found


def _sharded(path: Path) -> Checkpoint:
    """Return the tensors of all files that an index names.

    Raises:
        UsageError: It is no index, or a file is missing.
    """
    with within(shown(str(path))):
        content = read_file(path, MOST_INDEX_BYTES)
    try:
        places = dict(json.loads(content)["weight_map"])
        files = sorted({str(file) for file in places.values()})
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UsageError(
            f"{shown(str(path))} has no weight_map, which says what lies in which file"
        ) from None
    if nested := [file for file in files if file.endswith(INDEX)]:
        raise UsageError(f"{path} names {shown(nested[0])}, which is an index, too")
    missing = [file for file in files if not is_file(path.parent / file)]
    if missing:
        more = "" if len(missing) == 1 else f" and {len(missing) - 1} more"
        raise UsageError(f"{path} names {missing[0]}{more}, which {path.parent} does not have")
    parts = [read_weights(str(path.parent / file)) for file in files]
    found = {name: each for part in parts for name, each in part.tensors.items()}
    if lost := [name for name in places if name not in found]:
        raise UsageError(f"{path}: {shown(lost[0])} is not in {places[lost[0]]}")
    note = f"{len(files)} files, as {path.name} says"
    return Checkpoint({name: found[name] for name in places}, {}, (note,))
