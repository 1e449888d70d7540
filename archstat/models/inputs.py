"""The inputs of a model, as a question states them: shapes of one example, types and names."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from archstat.errors import ArchstatError, UsageError, did_you_mean, shown
from archstat.layers.base import Shape, times
from archstat.layers.settings import whole_number
from archstat.layers.words import nearest

DTYPES = (
    "float32", "float64", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool",
    "complex64",
)  # fmt: skip

FORMS = "it is a shape, behind a type and a name if it has them: 3x224x224, int64:16, ids=int64:16"
MOST_AXES = 5  # a batch of one video: examples, channels, frames, rows, columns
USUAL = {"input": (3, 227, 227)}


INDICES = frozenset({"int64", "int32"})
"""The types of tokens and of other places in a table."""

EDGES = "edges"
WHOLE = "whole"
CONSTANTS: Mapping[str, object] = {"None": None, "True": True, "False": False}


@dataclass(frozen=True)
class InputSpec:
    """One input: the shape of one example, and perhaps a type and the name of an argument.

    A shape without axes is one number for each example.

    Attributes:
        is_whole: Whether the shape is that of all examples together: no axis is put before it.
        parts: What a list, a tuple or a dictionary holds, each an input; None for a tensor.
        holds: What a tensor holds, row by row, where its values are known; empty otherwise.
        constant: What is no tensor: `None`, `True` or `False`, in a list of one; empty otherwise.
    """

    shape: Shape
    dtype: str = "float32"
    name: str | None = None
    is_whole: bool = False
    parts: Mapping[str, InputSpec] | Sequence[InputSpec] | None = None
    constant: tuple[object, ...] = ()
    holds: tuple[tuple[int, ...], ...] = ()

    def tensors(self) -> Iterator[InputSpec]:
        """Yield the tensors in it."""
        if self.parts is not None:
            each = self.parts.values() if isinstance(self.parts, Mapping) else self.parts
            for part in each:
                yield from part.tensors()
        elif not self.constant:
            yield self


class Written(str):
    """A value as somebody wrote it: what type it is of, the signature tells that it is for."""

    __slots__ = ()


def parse_model_input(text: str) -> InputSpec:
    """Return the input that a text states: [NAME=|NAME:][DTYPE:]SHAPE, or what holds such.

    `edges:40` are 40 pairs of nodes, `whole:10x16` has no axis of examples before it, and brackets
    hold several as a list, a tuple or a dictionary does.

    Raises:
        UsageError: It has another form.

    >>> [(found.name, found.dtype, found.shape) for found in map(parse_model_input,
    ...     ("ids:int64:16", "image=3x224x224", "step=int64:"))]  # doctest: +NORMALIZE_WHITESPACE
    [('ids', 'int64', (16,)), ('image', 'float32', (3, 224, 224)), ('step', 'int64', ())]
    """
    name, equals, value = text.partition("=")
    if not equals and (found := re.match(r"\s*(\w+):\s*(?=[\[({])", text)):
        name, equals, value = found[1], ":", text[found.end() :]
    if equals and name.strip().isidentifier() and _is_nested(value):
        return replace(_nested(value.strip(), text), name=name.strip())
    if _is_nested(text):
        return _nested(text.strip(), text)
    return _single(text)


def _is_nested(text: str) -> bool:
    """Return whether a text is something in brackets, or no tensor."""
    return text.strip()[:1] in {*BRACKETS} or text.strip() in CONSTANTS


BRACKETS: Mapping[str, str] = {"{": "}", "[": "]", "(": ")"}


def _nested(text: str, whole: str) -> InputSpec:
    """Return what a text in brackets holds.

    Raises:
        UsageError: It cannot be read.
    """
    if text in CONSTANTS:
        return InputSpec((), constant=(CONSTANTS[text],))
    end = BRACKETS.get(text[:1])
    if end is None:
        return _single(text)
    if not text.endswith(end):
        what = f"{shown(whole)} is not an input: {text[0]} is not closed by {end}"
        raise UsageError(what, instead={"input": "batch={image: 3x32x32, sizes: [4, 8]}"}).within(
            "input"
        )
    items = list(_items(text[1:-1]))
    if text[0] != "{":
        parts = [_nested(item, whole) for item in items]
        return InputSpec((), parts=tuple(parts) if text[0] == "(" else parts)
    found = {}
    for item in items:
        key, colon, value = item.partition(":")
        key = key.strip().strip("'\"")
        if not colon or not key:
            raise UsageError(
                f"{shown(item)} has no key before it",
                instead={"input": "batch={image: 3x32x32, mask: bool:32}"},
            ).within("input")
        found[key] = _nested(value.strip(), whole)
    return InputSpec((), parts=found)


def _items(text: str) -> Iterator[str]:
    """Yield what stands between the commas that are in no brackets."""
    depth, item = 0, ""
    for letter in text:
        depth += (letter in BRACKETS) - (letter in BRACKETS.values())
        if letter == "," and depth == 0:
            yield item.strip()
            item = ""
        else:
            item += letter
    if item.strip():
        yield item.strip()


def _single(text: str) -> InputSpec:
    """Return the tensor that a text states.

    Raises:
        UsageError: It states none.
    """
    *words, shape = text.replace("=", ":").split(":")
    forms = [word for word in words if word in {EDGES, WHOLE}]
    if EDGES in forms and re.fullmatch(r"\s*\d+\s*", shape):
        shape = f"2x{shape.strip()}"
        words = [*(word for word in words if word not in DTYPES), "int64"]
    words = [word for word in words if word not in forms]
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
        if shape.strip() in DTYPES and len(wrong) == 1:  # the type behind the shape
            *before, last = text.replace("=", ":").rsplit(":", 2)[:-1]
            start = f"{before[0]}=" if before else ""
            raise UsageError(
                f"{shown(text)} is not an input: a type stands before the shape",
                instead={"input": f"{start}{shape.strip()}:{last}"},
            ).within("input")
        hint = did_you_mean(wrong[0], DTYPES) if wrong else None
        raise UsageError(f"{shown(text)} is not an input", hint=hint or FORMS).within("input")
    sizes = () if (words or forms) and not shape.strip() else parse_shape(shape)
    dtype, name = dtypes[0] if dtypes else "float32", names[0] if names else None
    return InputSpec(sizes, dtype, name, is_whole=bool(forms))


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
    if given.is_whole or given.parts is not None or given.constant:
        return given
    if len(usual) == 1 and len(shape) == 2 and shape[0] == 1 and given.dtype in INDICES:  # noqa: PLR2004  a batch of tokens
        return replace(given, shape=shape[1:])
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
