"""What `torch.save` writes, without torch: the pickle in it names types and shapes of tensors.

Nothing of a pickle is imported or run, so that a file from anybody can be read: whatever is neither
a tensor nor a plain value becomes an object without behaviour. Values stay in the file.
"""

from __future__ import annotations

import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import IO, Any, NamedTuple, Self

from archstat.errors import UsageError, shown
from archstat.layers.base import Shape
from archstat.models.tensors import SIZES

MAGIC = 0x1950A86A20F9469CFC6C
"""The number with which torch's format of before 1.6 begins."""

MOST_PICKLE_BYTES = 16 << 20
"""Of what tells names and shapes: a model of ten thousand tensors has a tenth."""

BEFORE_THE_OBJECT = 3  # the magic number, the version of the protocol, sizes of the machine's types

STORAGES: Mapping[str, str] = {
    "DoubleStorage": "float64", "FloatStorage": "float32", "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16", "LongStorage": "int64", "IntStorage": "int32",
    "ShortStorage": "int16", "CharStorage": "int8", "ByteStorage": "uint8", "BoolStorage": "bool",
    "ComplexFloatStorage": "complex64", "ComplexDoubleStorage": "complex128",
    "QInt8Storage": "qint8", "QUInt8Storage": "quint8", "QInt32Storage": "qint32",
    "UntypedStorage": "uint8",
}  # fmt: skip


class Pickled(NamedTuple):
    """A tensor in a pickle; tensors of equal places are the same memory."""

    shape: Shape
    dtype: str
    place: object = None
    learns: bool | None = None


class Inert:
    """An object of which a pickle tells the class and the attributes."""

    attributes: Mapping[str, Any]

    def __new__(cls, *_: object, **__: object) -> Self:
        """Return an object without attributes, whatever its class takes."""
        made = super().__new__(cls)
        made.attributes = {}
        return made

    def __init__(self, *_: object, **__: object) -> None:
        """Take anything."""

    def __setstate__(self, state: object) -> None:
        """Keep the attributes that a pickle states."""
        for part in state if isinstance(state, tuple) else (state,):
            if isinstance(part, dict):
                self.attributes = {**self.attributes, **part}

    def __setitem__(self, *_: object) -> None:
        """Hold nothing."""

    def append(self, _: object) -> None:
        """Hold nothing."""

    def extend(self, _: object) -> None:
        """Hold nothing."""

    def add(self, _: object) -> None:
        """Hold nothing."""


class _Storage(NamedTuple):
    dtype: str
    key: object


def _dense(storage: Any, offset: Any, size: Any, *_: object) -> Pickled:
    return Pickled(tuple(size), storage.dtype, (storage.key, offset, tuple(size)))


def _typed(storage: Any, offset: Any, size: Any, *rest: Any) -> Pickled:
    dtype = next(part for part in rest if isinstance(part, str))
    return Pickled(tuple(size), dtype, (storage.key, offset, tuple(size)))


def _on_meta(dtype: Any, size: Any, *_: object) -> Pickled:
    return Pickled(tuple(size), dtype)


def _parameter(data: Any, learns: Any = True, *_: object) -> Any:  # noqa: FBT002  a pickle's call
    return data._replace(learns=bool(learns)) if isinstance(data, Pickled) else data


def _subclass(rebuild: Callable[..., Any], _: object, arguments: Any, *__: object) -> Any:
    return rebuild(*arguments)


PLAIN = (set, frozenset, list, tuple, dict)

KNOWN: Mapping[str, Any] = {
    "collections.OrderedDict": OrderedDict,
    **{f"{home}.{kind.__name__}": kind for home in ("builtins", "__builtin__") for kind in PLAIN},
    "torch.Size": tuple,
    "torch._utils._rebuild_tensor": _dense,
    "torch._utils._rebuild_tensor_v2": _dense,
    "torch._utils._rebuild_tensor_v3": _typed,
    "torch._utils._rebuild_qtensor": _dense,
    "torch._utils._rebuild_meta_tensor_no_storage": _on_meta,
    "torch._utils._rebuild_parameter": _parameter,
    "torch._utils._rebuild_parameter_with_state": _parameter,
    "torch._tensor._rebuild_from_type_v2": _subclass,
}
"""What a pickle may call."""


class _Reader(pickle.Unpickler):
    """Reads a pickle; its classes become classes without behaviour, by their names."""

    def find_class(self, module: str, name: str) -> Any:
        """Return what stands for a class or a function; nothing is imported."""
        if known := KNOWN.get(f"{module}.{name}"):
            return known
        if module == "torch" and name in SIZES:
            return name
        if name in STORAGES and module.startswith("torch"):
            return _Storage(STORAGES[name], None)
        return type(name, (Inert,), {"__module__": module})

    def persistent_load(self, pid: Any) -> Any:
        """Return a storage without its values, or what an old format keeps beside a class."""
        if pid[0] == "storage":
            return _Storage(pid[1].dtype, pid[2])
        return pid[1]


def read_pickled(path: Path) -> Any:
    """Return the object that a file holds, its tensors as `Pickled`.

    Raises:
        UsageError: `torch.save` did not write it.
    """
    try:
        if zipfile.is_zipfile(path):
            return _from_archive(path)
        with path.open("rb") as file:
            return _from_old_format(file, path)
    except UsageError:
        raise
    except Exception as error:  # noqa: BLE001  a file may hold anything
        raise _not_saved(path, f"cannot be read: {type(error).__name__}") from None


def _from_archive(path: Path) -> Any:
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.endswith("data.pkl")]
        if not names:
            raise _not_saved(path, "is an archive without a data.pkl")
        if archive.getinfo(names[0]).file_size > MOST_PICKLE_BYTES:
            raise _not_saved(path, f"has a pickle of more than {MOST_PICKLE_BYTES:,} bytes")
        with archive.open(names[0]) as file:
            return _Reader(BytesIO(file.read(MOST_PICKLE_BYTES))).load()


def _from_old_format(file: IO[bytes], path: Path) -> Any:
    if _Reader(file).load() != MAGIC:
        raise _not_saved(path, "is a pickle, but not torch's")
    for _ in range(BEFORE_THE_OBJECT - 1):
        _Reader(file).load()
    return _Reader(file).load()


def _not_saved(path: Path, why: str) -> UsageError:
    return UsageError(f"{shown(str(path))} {why}", hint="torch.save(model.state_dict(), 'net.pt')")
