"""The inputs of a question as a model takes them, or what to state instead."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import torch

from archstat.errors import INSTEAD, TraceError, UsageError
from archstat.layers.words import nearest
from archstat.models.inputs import InputSpec, require_call
from archstat.models.torch.examples import example_inputs, stated_inputs
from archstat.models.torch.private import pre_hooks
from archstat.models.torch.source import Source
from archstat.models.torch.suggestions import needed, suggested, written


def asked_inputs(
    source: Source, inputs: Sequence[InputSpec], runs: Callable[[Sequence[InputSpec]], bool]
) -> Sequence[InputSpec]:
    """Return the inputs that were stated, or the model's own.

    Raises:
        UsageError: Nobody says what they are, or a model cannot be called so; the hint has inputs
            with which it runs.
    """
    try:
        stated = stated_inputs(source, inputs)
    except UsageError:
        if inputs:
            raise
        stated = ()
    if stated and (source.takes_list or _binds(source, stated)):
        return stated
    names = needed(source.model)
    if stated and (renamed := _renamed(source, stated, names, runs)) is not None:
        raise UsageError(
            f"{_call(source)} takes no {_unknown(source, stated)[0]!r}",
            instead={"input": written(renamed, names)},
        )
    found = suggested(source.model, runs)
    known = ", ".join(names)
    if found is None:
        usual = f"{names[0]}=3x224x224" if names and names != ["x"] else (3, 224, 224)
        instead: Mapping[str, object] = {"input": usual}
        hint = f"its forward takes {known}, and with no usual size it runs; state its own, as in"
    else:
        instead = {"input": written(found, names)}
        hint = f"its forward takes {known}"
    if not stated:
        raise UsageError(
            f"{source.name} does not say what its input is",
            hint=hint if found is None or len(names) > 1 else None,
            instead=instead,
        )
    if unknown := _unknown(source, stated):
        what = f"{_call(source)} takes no {unknown[0]!r}"
        if near := nearest(unknown[0], [*inspect.signature(source.model.forward).parameters]):
            raise UsageError(what, hint=near)
        raise UsageError(what, hint=hint, instead=instead)
    args, kwargs = example_inputs(source, stated, 1, torch.device("meta"))
    hint = "state them in its order, or by name"
    if found is None:
        left = [name for name in names[len(args) :] if name not in kwargs]
        hint = f"{hint}, as in"
        instead = {"input": f"{left[0]}=3x224x224"} if left else instead
    name = f"{source.name}: forward"
    require_call(source.model.forward, args, kwargs, name=name, hint=hint, instead=instead)
    return stated


@contextmanager
def usual_ones_named(source: Source, inputs: Sequence[InputSpec]) -> Iterator[None]:
    """Say of a pass that fails with inputs which nobody stated that they are the usual ones."""
    try:
        yield
    except TraceError as error:
        if source.are_usual and not inputs:
            error.problems = tuple(
                each if each.hint or each.instead else replace(each, **_of_usual(source.stated))
                for each in error.problems
            )
        raise


def _of_usual(stated: Sequence[InputSpec]) -> dict[str, Any]:
    """Return the hint of a pass that fails with the usual inputs of a model's kind."""
    given = "it was given the usual inputs of its kind"
    to_do = "state others, or what its configuration lacks"
    if any(each.holds for each in stated):  # which no words state
        return {"hint": f"{given}: {to_do}"}
    return {
        "hint": f"{given}, {INSTEAD}: {to_do}",
        "instead": {"input": written(stated, [each.name or "" for each in stated])},
    }


def _call(source: Source) -> str:
    parameters = inspect.signature(source.model.forward).parameters
    return f"{source.name}: forward({', '.join(parameters)})"


def _unknown(source: Source, stated: Sequence[InputSpec]) -> list[str]:
    """Return the names among inputs that `forward` does not know."""
    try:
        parameters = inspect.signature(source.model.forward).parameters
    except (TypeError, ValueError):  # what is written in C says nothing
        return []
    if any(each.kind is each.VAR_KEYWORD for each in parameters.values()):
        return []
    return [each.name for each in stated if each.name is not None and each.name not in parameters]


def _renamed(
    source: Source,
    stated: Sequence[InputSpec],
    names: Sequence[str],
    runs: Callable[[Sequence[InputSpec]], bool],
) -> Sequence[InputSpec] | None:
    """Return inputs under the names that `forward` knows, if only names were wrong."""
    unknown = _unknown(source, stated)
    if not unknown or len(stated) != len(names) or any(each.name is None for each in stated):
        return None
    taken = {each.name for each in stated}
    left = iter([name for name in names if name not in taken])
    found = [replace(each, name=next(left)) if each.name in unknown else each for each in stated]
    in_order = sorted(found, key=lambda each: names.index(each.name or ""))
    return in_order if runs(in_order) else None


def _binds(source: Source, stated: Sequence[InputSpec]) -> bool:
    """Return whether a model's `forward` can be called with so many inputs of such names."""
    if pre_hooks(source.model):  # which may change what forward is given
        return True
    args, kwargs = example_inputs(source, stated, 1, torch.device("meta"))
    try:
        inspect.signature(source.model.forward).bind(*args, **kwargs)
    except TypeError:
        return False
    except ValueError:  # what is written in C says nothing
        return True
    return True
