"""The format GGUF of llama.cpp: a head of values by name, and of tensors by name, shape and type.

Of a quantized type, some numbers share a block of bytes; what a number takes is a part of it.
Source: the page of the format in the repository of ggml, and the blocks of its ggml-common.h.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import IO, Any, NamedTuple

from archstat.errors import UsageError, shown
from archstat.files import is_file
from archstat.models.tensors import HeldTensor, shape_held

MAGIC = b"GGUF"
VERSIONS = (2, 3)
MOST_NESTED = 4  # lists in lists
MOST_LETTERS = 16 << 20  # of a name, or of a template for chats
MOST_HEAD_BYTES = 64 << 20
"""Of a head: half a million words of a vocabulary, and how they are made, take a fifth."""
MOST_TENSORS = 100_000

SCALARS: Mapping[int, str] = {
    0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d",
}  # fmt: skip
"""The types of single values, as Python's struct calls them."""
STRING, ARRAY = 8, 9

PLAIN: Mapping[int, str] = {
    0: "float32", 1: "float16", 28: "float64", 30: "bfloat16",
    24: "int8", 25: "int16", 26: "int32", 27: "int64",
}  # fmt: skip

BLOCKS: Mapping[int, tuple[str, int, int]] = {
    2: ("Q4_0", 32, 18), 3: ("Q4_1", 32, 20), 6: ("Q5_0", 32, 22), 7: ("Q5_1", 32, 24),
    8: ("Q8_0", 32, 34), 9: ("Q8_1", 32, 40), 10: ("Q2_K", 256, 84), 11: ("Q3_K", 256, 110),
    12: ("Q4_K", 256, 144), 13: ("Q5_K", 256, 176), 14: ("Q6_K", 256, 210), 15: ("Q8_K", 256, 292),
    16: ("IQ2_XXS", 256, 66), 17: ("IQ2_XS", 256, 74), 18: ("IQ3_XXS", 256, 98),
    19: ("IQ1_S", 256, 50), 20: ("IQ4_NL", 32, 18), 21: ("IQ3_S", 256, 110),
    22: ("IQ2_S", 256, 82), 23: ("IQ4_XS", 256, 136), 29: ("IQ1_M", 256, 56),
    34: ("TQ1_0", 256, 54), 35: ("TQ2_0", 256, 66), 39: ("MXFP4", 32, 17), 40: ("NVFP4", 64, 36),
}  # fmt: skip
"""The quantized types: their names, the numbers in a block, and its bytes."""

PART = re.compile(r"(.*-)(\d{5})-of-(\d{5})\.gguf")
"""How a file is called that is one of several."""


class Head(NamedTuple):
    """What a file says of itself, and its tensors."""

    values: Mapping[str, Any]
    tensors: Mapping[str, HeldTensor]


def read_gguf(path: Path) -> tuple[dict[str, HeldTensor], tuple[str, ...]]:
    """Return the tensors of a file and of those that belong to it, and notes; no value is read.

    Raises:
        UsageError: It is none, or a part of it is missing.
    """
    files = list(_parts(path))
    if missing := [file for file in files if not is_file(file)]:
        raise UsageError(f"{path.name} is one of {len(files)} files, and {missing[0]} is missing")
    heads = [_head(file) for file in files]
    kind = heads[0].values.get("general.architecture")
    notes = [f"of the architecture {kind!r}, with the names of llama.cpp"] if kind else []
    if len(files) > 1:
        notes.append(f"{len(files)} files, {files[0].name} and those that follow it")
    return {name: each for head in heads for name, each in head.tensors.items()}, tuple(notes)


def _parts(path: Path) -> Iterator[Path]:
    """Yield the files that a model was split into; one file alone is its own part."""
    found = PART.fullmatch(path.name)
    if found is None:
        yield path
        return
    start, _, count = found.groups()
    for number in range(1, int(count) + 1):
        yield path.with_name(f"{start}{number:05}-of-{count}.gguf")


def _head(path: Path) -> Head:
    try:
        with path.open("rb") as file:
            return _read(file)
    except UsageError:
        raise
    except Exception as error:  # noqa: BLE001  a file may hold anything
        what = "ends within its head" if isinstance(error, struct.error) else type(error).__name__
        raise UsageError(f"{shown(str(path))} is no file of GGUF: {what}") from None


def _read(file: IO[bytes]) -> Head:
    if file.read(len(MAGIC)) != MAGIC:
        raise UsageError(f"{shown(file.name)} is no file of GGUF: it does not begin as one")
    if (version := _scalar(file, "I")) not in VERSIONS:
        known = " and ".join(map(str, VERSIONS))
        what = f"{shown(file.name)} is GGUF of version {version}, and {known} are read"
        raise UsageError(what, hint="llama.cpp converts older files; byte order is little-endian")
    tensors, values = _scalar(file, "Q"), _scalar(file, "Q")
    if tensors > MOST_TENSORS:
        raise UsageError(f"{shown(file.name)} states more than {MOST_TENSORS:,} tensors")
    stated = {_string(file): _value(file, _scalar(file, "I")) for _ in range(values)}
    return Head(stated, {_string(file): _tensor(file) for _ in range(tensors)})


def _scalar(file: IO[bytes], code: str) -> Any:
    if file.tell() > MOST_HEAD_BYTES:
        raise UsageError(f"{shown(file.name)} has a head of more than {MOST_HEAD_BYTES:,} bytes")
    return struct.unpack(f"<{code}", file.read(struct.calcsize(f"<{code}")))[0]


def _string(file: IO[bytes]) -> str:
    if (length := _scalar(file, "Q")) > MOST_LETTERS:
        raise ValueError(length)
    return file.read(length).decode("utf-8", errors="replace")


def _value(file: IO[bytes], kind: int, depth: int = 0) -> Any:
    """Return a value; of a list nothing, as all that matters here are words."""
    if kind in SCALARS:
        return _scalar(file, SCALARS[kind])
    if kind == STRING:
        return _string(file)
    if kind != ARRAY or depth > MOST_NESTED:
        raise ValueError(kind)
    inner, count = _scalar(file, "I"), _scalar(file, "Q")
    if inner in SCALARS:
        file.seek(count * struct.calcsize(SCALARS[inner]), 1)
    else:
        for _ in range(count):
            _value(file, inner, depth + 1)
    return None


def _tensor(file: IO[bytes]) -> HeldTensor:
    """Return a tensor: its axes stand from the last to the first, and after them its type."""
    axes = [_scalar(file, "Q") for _ in range(_scalar(file, "I"))]
    kind, _ = _scalar(file, "I"), _scalar(file, "Q")
    shape = shape_held(axes[::-1])
    if kind in PLAIN:
        return HeldTensor(shape, PLAIN[kind])
    if kind not in BLOCKS:
        raise UsageError(f"{shown(file.name)} holds tensors of the type {kind}, which is not known")
    name, numbers, size = BLOCKS[kind]
    return HeldTensor(shape, name, block=Fraction(size, numbers))
