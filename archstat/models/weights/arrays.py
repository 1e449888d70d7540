"""The archives that numpy writes, .npz: the head of each array in it tells its shape and type."""

from __future__ import annotations

import ast
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from archstat.errors import UsageError, shown
from archstat.models.tensors import HeldTensor, shape_held

MAGIC = b"\x93NUMPY"
END = ".npy"

MOST_HEAD_BYTES = 1 << 16
"""Of an array: numpy itself reads 10,000 of one that it does not trust."""
MOST_ARRAYS = 100_000

TYPES: Mapping[str, str] = {
    "f8": "float64", "f4": "float32", "f2": "float16",
    "i8": "int64", "i4": "int32", "i2": "int16", "i1": "int8",
    "u8": "uint64", "u4": "uint32", "u2": "uint16", "u1": "uint8", "b1": "bool",
    "c8": "complex64", "c16": "complex128",
}  # fmt: skip


def read_arrays(path: Path) -> dict[str, HeldTensor]:
    """Return the arrays of an archive; only their heads are read.

    Raises:
        UsageError: It is none, or holds other things than numbers.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            found = {}
            for name in _names(archive):
                with archive.open(name) as file:
                    found[name.removesuffix(END).replace("/", ".")] = _head(file)
            return found
    except Exception as error:  # noqa: BLE001  a file may hold anything
        what = f"{shown(str(path))} is no archive of numpy: {type(error).__name__}"
        raise UsageError(what, hint="numpy.savez writes one, of arrays of numbers") from None


def _names(archive: zipfile.ZipFile) -> list[str]:
    names = archive.namelist()
    if len(names) > MOST_ARRAYS:
        raise ValueError(len(names))
    return names


def _head(file: IO[bytes]) -> HeldTensor:
    if file.read(len(MAGIC)) != MAGIC:
        raise ValueError(MAGIC)
    major = file.read(2)[0]
    length = int.from_bytes(file.read(2 if major == 1 else 4), "little")
    if length > MOST_HEAD_BYTES:
        raise ValueError(length)
    head = ast.literal_eval(file.read(length).decode("latin-1"))
    return HeldTensor(shape_held(head["shape"]), TYPES[str(head["descr"]).lstrip("<>|=")])
