"""Frozen dataclasses without code of their own.

`dataclasses` writes and compiles the methods of each class, a millisecond a class, which a command
pays for before it prints anything. Those of a record are written once, below, for all of them;
`fields`, `replace` and `asdict` of `dataclasses` work on records as they do on dataclasses.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform, overload

T = TypeVar("T")


@overload
def record(cls: type[T], /) -> type[T]: ...
@overload
def record(*, kw_only: bool = False) -> Callable[[type[T]], type[T]]: ...
@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(cls: type[T] | None = None, /, *, kw_only: bool = False) -> Any:
    """Make a class a frozen dataclass; methods that it has or inherits stay as they are.

    >>> @record
    ... class Point:
    ...     x: int
    ...     y: int = 0
    >>> Point(3)
    Point(x=3, y=0)
    >>> Point(3) == Point(x=3, y=0) != Point(4)
    True
    """
    if cls is None:
        return lambda cls: _recorded(cls, kw_only=kw_only)
    return _recorded(cls, kw_only=kw_only)


def _recorded(cls: type[T], *, kw_only: bool) -> type[T]:
    made: Any = dataclass(init=False, repr=False, eq=False, kw_only=kw_only)(cls)
    own = fields(made)
    factories = {f.name: f.default_factory for f in own if f.default_factory is not MISSING}
    required = [f.name for f in own if f.default is MISSING and f.name not in factories]
    facts = {
        "_defaults": {f.name: f.default for f in own},
        "_factories": tuple(factories.items()),
        "_required": required,
        "_needed": frozenset(required),
        "_places": tuple(f.name for f in own if not f.kw_only),
        "_compared": _values_of([f.name for f in own if f.compare]),
        "_least": _least_places(own),
        "_is_checked": hasattr(made, "__post_init__"),
    }
    for name, fact in facts.items():
        setattr(made, name, fact)
    for method in _METHODS:
        if getattr(made, method.__name__) is getattr(object, method.__name__):
            setattr(made, method.__name__, method)
    return cls


def _values_of(names: Sequence[str]) -> Callable[[Any], object]:
    """Return what tells the values of fields of a record, without a call of Python for each."""
    return attrgetter(*names) if names else type


def _least_places(own: Sequence[Field[Any]]) -> int:
    """Return how many values by place are enough, where defaults that are there are the rest."""
    if any(f.kw_only or f.default_factory is not MISSING for f in own):
        return len(own)
    return sum(f.default is MISSING for f in own)


def __init__(self: Any, *args: object, **kwargs: object) -> None:  # noqa: N807  a method
    own = vars(self)
    if not kwargs and self._least <= len(args) <= len(self._places):  # the frequent cases
        if len(args) < len(self._defaults):
            own.update(self._defaults)
        own.update(zip(self._places, args, strict=False))
    elif not args and self._needed <= kwargs.keys() <= self._defaults.keys():
        own.update(self._defaults)
        own.update(kwargs)
        for name, factory in self._factories:
            if name not in kwargs:
                own[name] = factory()
    else:
        own.update(_checked(self, args, kwargs))
    if self._is_checked:
        self.__post_init__()


def _checked(self: Any, args: Sequence[object], kwargs: dict[str, object]) -> dict[str, object]:
    """Return the values of a record's fields.

    Raises:
        TypeError: Some are missing, or there are too many.
    """
    values: dict[str, object] = self._defaults.copy()
    if args:
        values.update(zip(self._places, args, strict=False))
    values.update(kwargs)
    for name, factory in self._factories:
        if values[name] is MISSING:
            values[name] = factory()
    missing = [name for name in self._required if values[name] is MISSING]
    is_too_much = len(values) > len(self._defaults) or len(args) > len(self._places)
    if missing or is_too_much or (args and not kwargs.keys().isdisjoint(self._places[: len(args)])):
        what = f"misses {missing}" if missing else f"takes {[*self._defaults]}"
        raise TypeError(f"{type(self).__name__} {what}, got {len(args)} values and {[*kwargs]}")
    return values


def __repr__(self: Any) -> str:  # noqa: N807  a method
    shown = [f"{one.name}={getattr(self, one.name)!r}" for one in fields(self) if one.repr]
    return f"{type(self).__qualname__.rpartition('.')[2]}({', '.join(shown)})"


def __eq__(self: Any, other: Any) -> bool:  # noqa: N807  a method
    if type(other) is not type(self):
        return NotImplemented
    return bool(self._compared(self) == self._compared(other))


def __hash__(self: Any) -> int:  # noqa: N807  a method
    return hash((type(self), self._compared(self)))


def __setattr__(_: Any, name: str, value: object) -> None:  # noqa: ARG001, N807  a method
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def __delattr__(_: Any, name: str) -> None:  # noqa: N807  a method
    raise FrozenInstanceError(f"cannot delete field {name!r}")


_METHODS = (__init__, __repr__, __eq__, __hash__, __setattr__, __delattr__)
