"""What `torch.save` writes, without torch: the pickle in it names types and shapes of tensors.

Nothing of a pickle is imported or run, so that a file from anybody can be read: whatever is neither
a tensor nor a plain value becomes an object without behaviour. Values stay in the file.
"""

from __future__ import annotations

import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import IO, Any, ClassVar, NamedTuple, Self

from archstat.errors import UsageError, shown
from archstat.layers.base import Shape
from archstat.models.tensors import SIZES

MAGIC = 0x1950A86A20F9469CFC6C
"""The number with which torch's format of before 1.6 begins."""

MOST_PICKLE_BYTES = 16 << 20
"""Of what tells names and shapes: a model of ten thousand tensors has a tenth."""

MOST_WORDS, MOST_CLASSES = 2_000_000, 10_000
"""Of a pickle: a tensor takes some forty words, each of which may make an object of 200 bytes, and
a class is one of two thousand."""

MOST_LEAVES = 100_000
"""Of what a tuple and those in it hold: sizes and places of tensors have a few."""

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


class _Tuple(tuple[Any, ...]):  # noqa: SLOT001  one with slots can hold nothing of its own
    """A tuple of a pickle, which may hold another one many times over, and that one likewise.

    Python looks at all of them wherever one is a key, for ever.
    """

    leaves: int

    @classmethod
    def of(cls, values: Any = ()) -> Self:
        """Return a tuple of values.

        Raises:
            ValueError: There are too many in it, and in those that it holds.
        """
        made = cls(values)
        made.leaves = 1 + sum(each.leaves if isinstance(each, _Tuple) else 1 for each in made)
        if made.leaves > MOST_LEAVES:
            raise ValueError(made.leaves)
        return made


def _flat(size: Any) -> Shape:
    """Return a size as a tuple of numbers.

    Raises:
        ValueError: It holds something else.
    """
    if not all(isinstance(each, int) for each in size):
        raise ValueError(size)
    return tuple(size)


def _dense(storage: Any, offset: Any, size: Any, *_: object) -> Pickled:
    shape, key = _flat(size), storage.key
    if not (isinstance(key, (str, int)) and isinstance(offset, int)):
        raise ValueError(key)  # noqa: TRY004  as of whatever else is wrong with a file
    return Pickled(shape, storage.dtype, (key, offset, shape))


def _typed(storage: Any, offset: Any, size: Any, *rest: Any) -> Pickled:
    dtype = next(part for part in rest if isinstance(part, str))
    return _dense(storage, offset, size)._replace(dtype=dtype)


def _on_meta(dtype: Any, size: Any, *_: object) -> Pickled:
    return Pickled(_flat(size), dtype)


def _parameter(data: Any, learns: Any = True, *_: object) -> Any:  # noqa: FBT002  a pickle's call
    return data._replace(learns=bool(learns)) if isinstance(data, Pickled) else data


def _subclass(rebuild: Callable[..., Any], _: object, arguments: Any, *__: object) -> Any:
    return rebuild(*arguments)


PLAIN = (set, frozenset, list, dict)

KNOWN: Mapping[str, Any] = {
    "collections.OrderedDict": OrderedDict,
    **{f"{home}.{kind.__name__}": kind for home in ("builtins", "__builtin__") for kind in PLAIN},
    **dict.fromkeys(("builtins.tuple", "__builtin__.tuple", "torch.Size"), _Tuple.of),
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


_InPython = pickle._Unpickler  # noqa: SLF001  there is no other name for it
WORDS: Mapping[int, Callable[[Any], None]] = _InPython.dispatch
"""What it does at each word of a pickle."""


class _Words(dict[int, Callable[[Any], None]]):
    """What is done at each word of one pickle, which may have only so many."""

    left = MOST_WORDS

    def __getitem__(self, word: int) -> Callable[[Any], None]:
        """Return what is done at a word.

        Raises:
            ValueError: It is one too many.
        """
        self.left -= 1
        if self.left < 0:
            raise ValueError(word)
        return super().__getitem__(word)


class _Reader(_InPython):
    """Reads a pickle; its classes become classes without behaviour, by their names.

    It is the one that is written in Python: the other makes room for what it keeps under a number
    as if it kept something under all numbers below, and its tuples cannot be looked at.
    """

    dispatch: ClassVar[dict[int, Callable[[Any], None]]] = dict(WORDS)
    stack: list[Any]

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file)
        vars(self)["dispatch"] = _Words(self.dispatch)  # in place of what all readers share
        self._classes: dict[tuple[str, str], type[Inert]] = {}

    def tuple_of(self, step: int) -> None:
        """Put a tuple in place of what is to be in it."""
        WORDS[step](self)
        self.stack[-1] = _Tuple.of(self.stack[-1])

    for _step in (pickle.TUPLE, pickle.TUPLE1, pickle.TUPLE2, pickle.TUPLE3):
        dispatch[_step[0]] = partial(tuple_of, step=_step[0])

    def large_bytes(self) -> None:
        """Refuse bytes that can be changed: Python makes room for as many as a file claims.

        Raises:
            ValueError: Always, as no tensor's name or shape is one.
        """
        raise ValueError(pickle.BYTEARRAY8)

    dispatch[pickle.BYTEARRAY8[0]] = large_bytes

    def find_class(self, module: str, name: str) -> Any:
        """Return what stands for a class or a function; nothing is imported."""
        if known := KNOWN.get(f"{module}.{name}"):
            return known
        if module == "torch" and name in SIZES:
            return name
        if name in STORAGES and module.startswith("torch"):
            return _Storage(STORAGES[name], None)
        if (module, name) not in self._classes:
            if len(self._classes) == MOST_CLASSES:
                raise ValueError(name)
            self._classes[module, name] = type(name, (Inert,), {"__module__": module})
        return self._classes[module, name]

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
    pickles = BytesIO(file.read(MOST_PICKLE_BYTES))  # behind them stand the values
    if _Reader(pickles).load() != MAGIC:
        raise _not_saved(path, "is a pickle, but not torch's")
    for _ in range(BEFORE_THE_OBJECT - 1):
        _Reader(pickles).load()
    return _Reader(pickles).load()


def _not_saved(path: Path, why: str) -> UsageError:
    return UsageError(f"{shown(str(path))} {why}", hint="torch.save(model.state_dict(), 'net.pt')")
