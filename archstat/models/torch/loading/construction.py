"""A model out of a class, a function or an instance: on meta, and with values only if need be."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, redirect_stdout
from typing import Any, NamedTuple

import torch
from torch import nn
from torch.export import ExportedProgram
from torch.nn.modules import module as global_hooks

from archstat.errors import Stopped, UsageError, shown
from archstat.models.inputs import InputSpec, require_call
from archstat.models.torch.failures.hints import hint_for
from archstat.models.torch.failures.users_code import held_back, users_traceback
from archstat.models.torch.loading.arguments import typed
from archstat.models.torch.loading.exported import inputs_of, module_of
from archstat.models.torch.loading.home import Home
from archstat.models.torch.wrapped import unwrapped

OF_SETTINGS = frozenset(
    "arg args cfg conf config configs configuration hparams hps opt options opts".split()  # noqa: SIM905
)
"""What parameters are called that take an object with many settings."""


class Built(NamedTuple):
    """A model, what builds it on the CPU with values, what is to be said of it, and its inputs."""

    model: nn.Module
    make: Callable[[], nn.Module] | None
    notes: tuple[str, ...] = ()
    stated: tuple[InputSpec, ...] = ()


def built(target: Any, arguments: Mapping[str, Any], name: str, home: Home | None = None) -> Built:
    """Return the model that a class or a function makes.

    Raises:
        UsageError: It makes none, or cannot be called so.
    """
    if isinstance(target, (nn.Module, ExportedProgram)):
        if arguments:
            raise UsageError(
                f"{name} is a model already; arguments go with a class or a function"
            ).within("arguments")
        return Built(_module(target, name), None, stated=_stated(target))
    if not callable(target):
        raise UsageError(f"{name} is neither a model nor what makes one: {shown(target)}")
    missing = _missing(target, arguments)
    if missing in OF_SETTINGS:
        hint = (
            f"make it in a function, def net(): return {name.rpartition(':')[2]}(…), and name that"
        )
        instead = {}
    else:
        hint, instead = "state its arguments", {"arguments": {missing or "num_classes": 10}}
    require_call(target, (), arguments, name=name, hint=hint, instead=instead)
    arguments = typed(target, arguments)

    def make() -> nn.Module:
        with users_code(name, home), _random_state_kept():
            return _module(target(**arguments), name)

    first = _on_meta(target, arguments, home)
    if isinstance(first, BaseException):
        return _with_values(make, first)
    return Built(_module(first, name), make, stated=_stated(first))


def _module(made: Any, name: str) -> nn.Module:
    """Return the module that was made; that of a program which torch.export has made."""
    if isinstance(made, ExportedProgram):
        return module_of(made)
    if not isinstance(made, nn.Module):
        raise UsageError(f"{name} makes {shown(made)}, which is not an nn.Module")
    return unwrapped(made)


def _stated(made: Any) -> tuple[InputSpec, ...]:
    """Return the inputs that a program was exported for; none of a module, which tells none."""
    return inputs_of(made) if isinstance(made, ExportedProgram) else ()


def _missing(target: Callable[..., object], given: Mapping[str, Any]) -> str | None:
    """Return the first argument that a class or a function needs and is not given."""
    try:
        parameters = inspect.signature(target).parameters.values()
    except (TypeError, ValueError):  # what is written in C says nothing
        return None
    needed = (p.name for p in parameters if p.default is p.empty and p.kind < p.VAR_POSITIONAL)
    return next((name for name in needed if name not in given), None)


def _on_meta(target: Callable[..., Any], arguments: Mapping[str, Any], home: Home | None) -> Any:
    """Return what a call makes on meta, or the exception by which it fails there."""
    with held_back() as printed, redirect_stdout(printed):
        try:
            with torch.device("meta"), _random_state_kept(), _at(home):
                return target(**arguments)
        except (KeyboardInterrupt, Stopped):
            raise
        except BaseException as error:  # noqa: BLE001  if it is broken, it breaks again
            printed.truncate(0)  # and prints again
            printed.seek(0)
            return error


def _with_values(make: Callable[[], nn.Module], first: BaseException) -> Built:
    """Return a model whose constructor fails on meta: its parameters are moved there if they can.

    Raises:
        UsageError: It fails everywhere.
    """
    why = f"its constructor fails on meta ({summary(first)})"
    moved: list[int] = []
    with held_back() as printed, redirect_stdout(printed):
        try:
            with parameters_on_meta(moved):
                note = f"built a second time, with values: {why}"
                return Built(make(), make, (note,))
        except UsageError:
            if not moved:  # then it fails whatever its parameters are
                raise
            printed.truncate(0)
            printed.seek(0)
    note = f"built with values, {sum(moved):,} bytes of parameters or more: {why}"
    return Built(make(), make, (note,))


def summary(error: BaseException) -> str:
    r"""Return an exception on one line.

    >>> summary(ValueError("two\nlines"))
    'ValueError: two'
    """
    first, _, _ = str(error).strip().partition("\n")
    return f"{type(error).__name__}: {first}" if first else type(error).__name__


@contextmanager
def parameters_on_meta(moved: list[int] | None = None) -> Iterator[None]:
    """Move every parameter to meta as soon as a module has it; all other tensors have values.

    Memory is taken for one parameter at a time, and never touched: modules fill their parameters
    with numbers after they have registered them.

    Args:
        moved: Gets the bytes of each parameter that is moved.
    """

    def on_meta(_: nn.Module, __: str, parameter: nn.Parameter) -> nn.Parameter:
        if parameter.is_meta:
            return parameter
        if moved is not None:
            moved.append(parameter.nbytes)
        return nn.Parameter(parameter.to("meta"), requires_grad=parameter.requires_grad)

    handle = global_hooks.register_module_parameter_registration_hook(on_meta)
    try:
        yield
    finally:
        handle.remove()


def _random_state_kept() -> AbstractContextManager[None]:
    return torch.random.fork_rng(devices=[])


def _at(home: Home | None) -> AbstractContextManager[None]:
    return nullcontext() if home is None else home.entered()


@contextmanager
def users_code(name: str, home: Home | None) -> Iterator[None]:
    """Run a user's code: what it prints goes to stderr, and what it raises is told as its own.

    Raises:
        UsageError: It raised something; the message holds the traceback from the user's file on.
    """
    try:
        with redirect_stdout(sys.stderr), _at(home):
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
        if home is None and error.name == name:
            raise
        raise UsageError(f"{name} needs {error.name}, which is not installed") from None
    except (KeyboardInterrupt, Stopped):
        raise
    except BaseException as error:  # noqa: BLE001  the user's code may raise anything
        what = f"{name} fails:\n{users_traceback(error)}"
        raise UsageError(what, hint=hint_for(error)) from None
