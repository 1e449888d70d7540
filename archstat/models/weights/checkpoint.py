"""Which of the tensors in a saved object are those of a model: a state dict may lie anywhere in it.

A training script saves more than a state dict: a whole model, or a dictionary with the model, the
optimizer and the epoch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from archstat.errors import UsageError, did_you_mean, shown
from archstat.models.tensors import SIZES, HeldTensor, shape_held
from archstat.models.weights.pickled import Inert, Pickled
from archstat.record import record

MOST_MODULES = 100_000
DEEPEST_MODULE = 100
DEEPEST = 4  # dictionaries in dictionaries that are looked into

USUAL = ("state_dict", "model_state_dict", "model_state", "model", "net", "network", "module")
"""What the model's part of a checkpoint is mostly called."""

OTHERS = ("optim", "scheduler", "scaler", "rng", "lr_")
"""How the parts begin that hold tensors and no model."""


@record
class Checkpoint:
    """The tensors of a model in a file.

    Attributes:
        classes: The classes of the modules that hold them, by path, where the file tells.
        notes: What is to be said of where they lie.
    """

    tensors: Mapping[str, HeldTensor]
    classes: Mapping[str, str]
    notes: tuple[str, ...] = ()


def model_of(saved: Any, wanted: str, name: str) -> Checkpoint:
    """Return the model's tensors in what a file holds.

    Args:
        saved: What it holds.
        wanted: The part that is asked for, as in "ema"; empty for the usual one.
        name: What messages call the file.

    Raises:
        UsageError: There are none.
    """
    if isinstance(saved, Pickled):
        raise UsageError(
            f"{name} holds one tensor of {_words(saved)}, and no model",
            hint="as an input of a model it is --input-file on a command line",
        )
    parts = dict(_parts(saved))
    if not parts:
        raise UsageError(f"{name} holds no tensors by name, but {_kind(saved)}")
    if wanted and wanted not in parts:
        known = [path for path in parts if path]
        hint = did_you_mean(wanted, known) or f"there are {', '.join(known) or 'none'}"
        raise UsageError(f"{name} has no part {shown(wanted)} with tensors", hint=hint)
    chosen = wanted or min(parts, key=lambda path: _rank(path, parts[path]))
    tensors, classes = parts[chosen]
    return Checkpoint(_held(tensors), classes, tuple(_notes(saved, parts, chosen, name)))


def _parts(
    saved: Any, path: str = "", depth: int = 0, seen: set[int] | None = None
) -> Iterator[tuple[str, Any]]:
    """Yield each model and each dictionary with tensors, by its place in what was saved."""
    if seen is None:
        seen = set()
    if id(saved) in seen:  # a dictionary may hold another one many times, or itself
        return
    if isinstance(saved, (Inert, Mapping)):
        seen.add(id(saved))
    if isinstance(saved, Inert):
        classes: dict[str, str] = {}
        tensors = dict(_of_module(saved, "", classes))
        if tensors:
            yield path, (tensors, classes)
    elif isinstance(saved, Mapping) and depth < DEEPEST:
        own = {str(key): each for key, each in saved.items() if isinstance(each, Pickled)}
        if own:
            yield path, (own, {})
        for key, each in saved.items():
            yield from _parts(each, f"{path}.{key}" if path else str(key), depth + 1, seen)


def _of_module(module: Any, path: str, classes: dict[str, str]) -> Iterator[tuple[str, Pickled]]:
    """Yield the tensors of a pickled module, by their names in its state dict."""
    attributes = module.attributes if isinstance(module, Inert) else {}
    if "_modules" not in attributes:
        return
    if len(classes) >= MOST_MODULES or path.count(".") >= DEEPEST_MODULE:
        raise UsageError(
            f"holds more than {MOST_MODULES:,} modules, or one inside another for ever"
        )
    classes[path] = type(module).__name__
    start = f"{path}." if path else ""
    left = attributes.get("_non_persistent_buffers_set")
    left = left if isinstance(left, set | frozenset) else set()
    for group in ("_parameters", "_buffers"):
        for name, tensor in _named(attributes, group):
            if isinstance(tensor, Pickled) and name not in left:
                yield f"{start}{name}", tensor
    for name, child in _named(attributes, "_modules"):
        yield from _of_module(child, f"{start}{name}", classes)


def _named(attributes: Mapping[str, Any], group: str) -> Iterable[tuple[object, Any]]:
    """Return what a pickled module has by name; nothing where something else was put there."""
    group_of = attributes.get(group)
    return group_of.items() if isinstance(group_of, Mapping) else ()


def _rank(path: str, part: Any) -> tuple[bool, int, int]:
    """Return what sorts parts: the model first, by its usual names or as the largest."""
    first, last = path.partition(".")[0].lower(), path.rpartition(".")[2]
    is_other = any(word in first for word in OTHERS)
    place = USUAL.index(last) if last in USUAL else len(USUAL)
    numbers = sum(HeldTensor(each.shape, "float32").numbers for each in part[0].values())
    return is_other, 0 if not path else place + 1, -numbers


def _held(tensors: Mapping[str, Pickled]) -> dict[str, HeldTensor]:
    """Return tensors, each with the first name of what is the same memory."""
    first: dict[object, str] = {}
    found = {}
    for name, each in tensors.items():
        try:
            shape_held(each.shape)
        except ValueError:
            raise UsageError(f"{shown(name)} has a shape that no tensor has") from None
        other = name if each.place is None else first.setdefault(each.place, name)
        same = None if other == name else other
        found[name] = HeldTensor(each.shape, each.dtype, each.learns, same)
    return {name: each for name, each in found.items() if each.dtype in SIZES}


def _notes(saved: Any, parts: Mapping[str, Any], chosen: str, name: str) -> Iterator[str]:
    if isinstance(saved, Inert):
        yield f"a whole model was saved, of class {type(saved).__name__}; none of its code was run"
    if not chosen or not isinstance(saved, Mapping):
        return
    beside = [str(key) for key in saved if str(key) != chosen.partition(".")[0]]
    yield f"of what the file holds, {chosen!r}; beside it: {', '.join(beside) or 'nothing'}"
    models = [path for path in parts if path != chosen and not _rank(path, parts[path])[0]]
    if models:
        more = "" if len(models) == 1 else f" and {len(models) - 1} more"
        yield f"other tensors of it are {name}:{models[0]}{more}"


def _words(tensor: Pickled) -> str:
    return "×".join(map(str, tensor.shape)) or "one number"


def _kind(saved: Any) -> str:
    if isinstance(saved, Inert):
        return f"an object of class {type(saved).__name__}"
    if isinstance(saved, Mapping):
        return f"a dictionary of {', '.join(map(str, list(saved)[:5])) or 'nothing'}"
    return f"a {type(saved).__name__}"
