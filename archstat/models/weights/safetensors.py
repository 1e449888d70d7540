"""The format safetensors: the length of a header, the header in JSON, and the values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from archstat.errors import UsageError, shown
from archstat.models.tensors import HeldTensor, shape_held

LENGTH = 8  # bytes of the length of the header
MOST = 100_000_000  # bytes of a header, which is also the format's own limit

TYPES: Mapping[str, str] = {
    "F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16",
    "F8_E4M3": "float8_e4m3fn", "F8_E5M2": "float8_e5m2",
    "F8_E4M3FNUZ": "float8_e4m3fnuz", "F8_E5M2FNUZ": "float8_e5m2fnuz",
    "F8_E8M0": "float8_e8m0fnu",
    "I64": "int64", "I32": "int32", "I16": "int16", "I8": "int8",
    "U64": "uint64", "U32": "uint32", "U16": "uint16", "U8": "uint8", "BOOL": "bool",
    "C64": "complex64",
}  # fmt: skip


def read_safetensors(path: Path) -> dict[str, HeldTensor]:
    """Return the tensors of a file; only its header is read.

    Raises:
        UsageError: It is none.
    """
    with path.open("rb") as file:
        length = int.from_bytes(file.read(LENGTH), "little")
        if not 1 < length <= MOST or length + LENGTH > path.stat().st_size:
            raise _no_safetensors(path, f"it says that its header has {length:,} bytes")
        header = file.read(length)
    try:
        entries = json.loads(header)
        found = {name: _tensor(entry) for name, entry in entries.items() if name != "__metadata__"}
    except Exception as error:  # noqa: BLE001  a header may hold anything
        raise _no_safetensors(path, f"{type(error).__name__} in its header") from None
    return dict(sorted(found.items(), key=lambda each: natural(each[0])))


def _tensor(entry: Mapping[str, Any]) -> HeldTensor:
    return HeldTensor(shape_held(entry["shape"]), TYPES[entry["dtype"]])


def natural(name: str) -> list[tuple[int, str]]:
    """Return what sorts names with their numbers as numbers.

    >>> sorted(["a.10.b", "a.9.b"], key=natural)
    ['a.9.b', 'a.10.b']
    """
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in name.split(".")]


def _no_safetensors(path: Path, why: str) -> UsageError:
    return UsageError(f"{shown(str(path))} is no file of safetensors: {why}")
