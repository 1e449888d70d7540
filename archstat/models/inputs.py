"""The inputs of a PyTorch model, as `--input` states them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence

from archstat.errors import UsageError, did_you_mean, shown
from archstat.layers.base import Shape
from archstat.layers.words import nearest
from archstat.models.spec.resolve import parse_input
from archstat.record import record

DTYPES = (
    "float32", "float64", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool",
    "complex64",
)  # fmt: skip


@record
class InputSpec:
    """One input: the shape of one example, and perhaps a type and the name of an argument."""

    shape: Shape
    dtype: str = "float32"
    name: str | None = None


def parse_model_input(text: str) -> InputSpec:
    """Return the input that an `--input` option states: [NAME=|NAME:][DTYPE:]SHAPE.

    Raises:
        UsageError: It has another form.

    >>> parse_model_input("ids:int64:16")
    InputSpec(shape=(16,), dtype='int64', name='ids')
    >>> parse_model_input("image=3x224x224")
    InputSpec(shape=(3, 224, 224), dtype='float32', name='image')
    """
    *words, shape = text.replace("=", ":").split(":")
    dtypes = [word for word in words if word in DTYPES]
    names = [word for word in words if word not in DTYPES]
    like_dtypes = [name for name in names if re.fullmatch(r"[a-z]*(int|float|complex)\d+", name)]
    if like_dtypes:
        raise UsageError(
            f"--input {shown(text)}: there is no type {shown(like_dtypes[0])}",
            hint=f"types are {', '.join(DTYPES)}",
        )
    wrong = [name for name in names if not name.isidentifier()]
    if len(dtypes) > 1 or len(names) > 1 or wrong:
        raise UsageError(
            f"--input {shown(text)} is not an input",
            hint=(did_you_mean(wrong[0], DTYPES) if wrong else None)
            or "write --input ids:int64:16 or --input image=3x224x224",
        )
    return InputSpec(
        parse_input(shape), dtypes[0] if dtypes else "float32", names[0] if names else None
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
