"""The inputs of a question as a model takes them, or what to state instead."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence

import torch

from archstat.errors import UsageError
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
    found = suggested(source.model, runs)
    known = ", ".join(names)
    if not stated:
        usual = (
            (3, 224, 224) if names == ["x"] else f"{names[0]}=3x224x224" if names else (3, 224, 224)
        )
        instead = usual if found is None else written(found, names)
        takes = f"its forward takes {known}"
        hint = takes if len(names) > 1 else None
        if found is None:
            hint = f"{takes}, and with no usual size it runs; state its own, as in"
        raise UsageError(
            f"{source.name} does not say what its input is", hint=hint, instead={"input": instead}
        )
    args, kwargs = example_inputs(source, stated, 1, torch.device("meta"))
    hint = "state them in its order, or by name"
    instead_of = {"input": "mask=bool:16"} if found is None else {"input": written(found, names)}
    name = f"{source.name}: forward"
    require_call(source.model.forward, args, kwargs, name=name, hint=hint, instead=instead_of)
    return stated


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
