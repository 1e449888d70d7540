"""What a class or a function is called with, where somebody wrote it as text."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Mapping
from typing import Any, get_args, get_origin, get_type_hints

from archstat.errors import UsageError, shown
from archstat.models.inputs import Written

WORDS: Mapping[str, object] = {"true": True, "false": False, "none": None, "null": None}
NUMBERS = {bool, int, float}


def typed(target: Callable[..., object], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return arguments with those that were written as text read as the signature says.

    Raises:
        UsageError: A text is not of the type that the signature states.
    """
    wanted = _types(target)
    names = getattr(target, "__globals__", None) or _globals_of(target)
    return {
        name: _read(name, value, wanted.get(name, ()), names)
        if isinstance(value, Written)
        else value
        for name, value in arguments.items()
    }


def _types(target: Callable[..., object]) -> dict[str, tuple[type, ...]]:
    """Return the types that each parameter takes, by what is written of it or by its default."""
    try:
        parameters = inspect.signature(target).parameters.values()
    except (TypeError, ValueError):  # what is written in C says nothing
        return {}
    made: Any = getattr(target, "__init__", target) if isinstance(target, type) else target
    try:
        hints = get_type_hints(made)
    except Exception:  # noqa: BLE001  an annotation may be any text
        hints = {}
    found = {}
    for parameter in parameters:
        types = _named(hints[parameter.name]) if parameter.name in hints else ()
        if not types and parameter.default not in (parameter.empty, None):
            types = (type(parameter.default),)
        found[parameter.name] = types
    return found


def _named(hint: Any) -> tuple[type, ...]:
    """Return the classes that an annotation consists of.

    >>> _named(int | None), _named(tuple[int, ...]), _named("anything")
    ((<class 'int'>, <class 'NoneType'>), (<class 'tuple'>,), ())
    """
    origin = get_origin(hint)
    if isinstance(hint, type) and origin is None:
        return (hint,)
    if isinstance(origin, type) and origin.__name__ != "UnionType":
        return (origin,)
    return tuple(each for part in get_args(hint) for each in _named(part))


def _globals_of(target: Callable[..., object]) -> Mapping[str, object]:
    made = getattr(target, "__init__", None)
    return getattr(made, "__globals__", {})


def _read(name: str, text: str, types: tuple[type, ...], names: Mapping[str, object]) -> object:
    value = _literal(text, names)
    if str in types and not isinstance(value, str):
        return None if value is None and type(None) in types else str(text)
    if isinstance(value, (list, tuple)) and {list, tuple} & {*types} and type(value) not in types:
        return (tuple if tuple in types else list)(value)
    if float in types and int not in types and type(value) is int:
        return float(value)
    if bool in types and int not in types and value in (0, 1):
        return bool(value)
    if types and NUMBERS.issuperset(types) and type(value) not in types:
        known = " or ".join(each.__name__ for each in types)
        raise UsageError(f"{name} takes {known}, got {shown(str(text))}").within("arguments")
    return value


def _literal(text: str, names: Mapping[str, object]) -> object:
    """Return a value of Python; a name that the function's file knows; or else the text."""
    if text.lower() in WORDS:
        return WORDS[text.lower()]
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        first, *rest = text.split(".")
    value = names.get(first)
    for word in rest:
        value = getattr(value, word, None)
    return value if callable(value) else str(text)
