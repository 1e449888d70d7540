"""Models that torch.export has written: a program of operators, under the names of its modules."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from archstat.errors import UsageError
from archstat.files import is_file, no_file
from archstat.models.inputs import InputSpec
from archstat.models.torch.private import tree_leaves
from archstat.models.torch.source import Source


def from_exported(name: str) -> Source:
    """Return the model of a .pt2 file, with the inputs that it was exported for.

    Raises:
        UsageError: There is no such file, or torch cannot load it.
    """
    path = Path(name)
    if not is_file(path):
        raise no_file(name, [".pt2"])
    try:
        with _silence():
            program = torch.export.load(path)
    except Exception as error:  # noqa: BLE001  a file may hold anything
        first, _, _ = str(error).strip().partition("\n")
        raise UsageError(
            f"{name} is no exported program that this torch loads: {type(error).__name__}: {first}",
            hint="write one: torch.export.save(torch.export.export(model, (x,)), 'net.pt2')",
        ) from None
    return Source(name, module_of(program), stated=inputs_of(program))


@contextmanager
def _silence() -> Iterator[None]:
    """Let torch say nothing inside: it logs a traceback of what it then raises."""
    before = logging.root.manager.disable
    logging.disable()
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    finally:
        logging.disable(before)


def module_of(program: Any) -> nn.Module:
    """Return a module for an exported program, with those that it was made of inside."""
    with warnings.catch_warnings(action="ignore"):
        try:
            return torch.export.unflatten(program)
        except Exception:  # noqa: BLE001  not every program tells its modules
            return program.module()


def inputs_of(program: Any) -> tuple[InputSpec, ...]:
    """Return the inputs that a program was exported for, if it keeps them."""
    if program.example_inputs is None:
        return ()
    args, kwargs = program.example_inputs
    if any(not isinstance(leaf, Tensor) for leaf in tree_leaves((args, kwargs))):
        return ()
    named = [(None, each) for each in args] + [*kwargs.items()]
    return tuple(
        InputSpec(tuple(each.shape[1:]), str(each.dtype).removeprefix("torch."), name)
        for name, each in named
        if isinstance(each, Tensor) and each.dim()
    )
