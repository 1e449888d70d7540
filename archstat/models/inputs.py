"""The inputs of a model, as a question states them: shapes of one example, types and names."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from archstat.errors import ArchstatError, UsageError, did_you_mean, shown
from archstat.layers.base import Shape, times
from archstat.layers.settings import whole_number
from archstat.layers.words import nearest

DTYPES = (
    "float32", "float64", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool",
    "complex64",
)  # fmt: skip

MOST_AXES = 5  # a batch of one video: examples, channels, frames, rows, columns
USUAL = {"input": (3, 227, 227)}


@dataclass(frozen=True)
class InputSpec:
    """One input: the shape of one example, and perhaps a type and the name of an argument.

    A shape without axes is one number for each example.
    """

    shape: Shape
    dtype: str = "float32"
    name: str | None = None


class Written(str):
    """A value as somebody wrote it: what type it is of, the signature tells that it is for."""

    __slots__ = ()


def parse_model_input(text: str) -> InputSpec:
    """Return the input that a text states: [NAME=|NAME:][DTYPE:]SHAPE.

    Raises:
        UsageError: It has another form.

    >>> parse_model_input("ids:int64:16")
    InputSpec(shape=(16,), dtype='int64', name='ids')
    >>> parse_model_input("image=3x224x224")
    InputSpec(shape=(3, 224, 224), dtype='float32', name='image')
    >>> parse_model_input("step=int64:")
    InputSpec(shape=(), dtype='int64', name='step')
    """
    *words, shape = text.replace("=", ":").split(":")
    dtypes = [word for word in words if word in DTYPES]
    names = [word for word in words if word not in DTYPES]
    like_dtypes = [name for name in names if re.fullmatch(r"[a-z]*(int|float|complex)\d+", name)]
    if like_dtypes:
        raise UsageError(
            f"{shown(text)}: there is no type {shown(like_dtypes[0])}",
            hint=f"types are {', '.join(DTYPES)}",
        ).within("input")
    wrong = [name for name in names if not name.isidentifier()]
    if len(dtypes) > 1 or len(names) > 1 or wrong:
        raise UsageError(
            f"{shown(text)} is not an input",
            hint=did_you_mean(wrong[0], DTYPES) if wrong else None,
            instead={"input": "ids=int64:16"},
        ).within("input")
    sizes = () if words and not shape.strip() else parse_shape(shape)
    return InputSpec(sizes, dtypes[0] if dtypes else "float32", names[0] if names else None)


def parse_shape(text: str) -> Shape:
    """Return the shape that a text states.

    Raises:
        UsageError: It is not channels, rows and columns (or fewer axes), joined by x.

    >>> parse_shape("3x227x227")
    (3, 227, 227)
    """
    parts = re.split(r"[xX×*,]", text.strip())
    if not all(re.fullmatch(r"\s*-?\d{1,18}\s*", part) for part in parts):
        raise UsageError(f"{shown(text)} is not a shape", instead=USUAL).within("input")
    return shape_of([int(part) for part in parts])


def shape_of(value: object) -> Shape:
    """Return the shape that a list of sizes is.

    Raises:
        UsageError: It is none that an input has.
    """
    if not isinstance(value, (list, tuple)) or not 1 <= len(value) <= MOST_AXES:
        what = f"must be a list of 1 to {MOST_AXES} sizes, got {shown(value)}"
        raise UsageError(what, instead=USUAL).within("input")
    try:
        return tuple(whole_number(size, 1) for size in value)
    except ArchstatError as error:
        raise UsageError.of(error.problems).within("input") from None


def fitted(given: InputSpec, usual: Shape) -> InputSpec:
    """Return an input as a network takes it that usually takes another: a batch of one is read so.

    Raises:
        UsageError: Its channels are last, or it is a whole batch.
    """
    shape = given.shape
    if len(shape) == len(usual) > 1 and shape[0] != usual[0] == shape[-1]:
        raise UsageError(
            f"{times(shape)} has {shape[0]} channels, and the network takes {usual[0]}",
            hint="channels come first",
            instead={"input": (shape[-1], *shape[:-1])},
        ).within("input")
    if len(shape) != len(usual) + 1 or shape[1] != usual[0]:
        return given
    if shape[0] == 1:
        return replace(given, shape=shape[1:])
    raise UsageError(
        f"{times(shape)} has an axis too many",
        hint="it is the shape of one example",
        instead={"input": shape[1:], "batch_size": shape[0]},
    ).within("input")


def reading(given: Sequence[InputSpec], read: Sequence[InputSpec]) -> tuple[str, ...]:
    """Return what is to be said of inputs that were not read as they were written."""
    return tuple(
        f"the input {times(before.shape)} was read as a batch of one {times(after.shape)}"
        for before, after in zip(given, read, strict=False)
        if before != after
    )


def require_call(  # noqa: PLR0913  a call, and what to say of it
    target: Callable[..., object],
    args: Sequence[object],
    kwargs: Mapping[str, object],
    *,
    name: str,
    hint: str,
    instead: Mapping[str, object],
) -> None:
    """Check that something can be called with these arguments.

    Raises:
        UsageError: It cannot; the hint is a name that was meant, or else what to ask instead.
    """
    try:
        signature = inspect.signature(target)
    except (TypeError, ValueError):  # what is written in C says nothing
        return
    known = list(signature.parameters)
    call = f"{name}({', '.join(known)})"
    try:
        signature.bind(*args, **kwargs)
    except TypeError as error:
        for key in kwargs:
            if near := key not in known and nearest(key, known):
                raise UsageError(f"{call} takes no {key!r}", hint=near) from None
        what = f"{call} cannot be called: {error}"
        if not known:
            hint = "it takes none; the first argument of a method is self"
            raise UsageError(what, hint=hint) from None
        raise UsageError(what, hint=hint, instead=instead) from None
