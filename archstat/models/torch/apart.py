"""A model set apart from its user's: what a forward pass changes is changed in a copy.

Parameters and buffers are shared, or something stands in for them. Whatever else hangs on a module
and could be changed is copied: containers, objects, plain tensors, and what hooks hold.
"""

from __future__ import annotations

import copy
import inspect
import types
import weakref
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property, partial
from typing import Any

import torch
from torch import Tensor, nn

from archstat.models.torch.private import every_tensor

SHARED: tuple[type, ...] = (
    inspect.Signature,
    types.ModuleType,
    type,
    property,
    range,
    weakref.ref,
    torch.device,
    torch.dtype,
    torch.fx.Graph,
    torch.jit.ScriptFunction,
    torch.layout,
    torch.memory_format,
    torch.utils.hooks.RemovableHandle,
)
"""What nobody changes, or what belongs to all."""

OWN_WAYS = {"__copy__", "__deepcopy__", "__getstate__", "__reduce__", "__reduce_ex__", "__slots__"}
"""Methods by which a class says how its objects are copied, or that they are not plain."""

ATOMS = frozenset({bool, bytes, complex, float, int, str, types.NoneType, types.EllipsisType})

TORCHS = frozenset(vars(nn.Module()))
"""The attributes in which torch keeps what is registered with a module."""

CONTAINERS = (dict, list, set, deque)

EMPTY = frozenset({dict, set, OrderedDict})

KEPT_OF_CLASSES = ATOMS.union(CONTAINERS)
"""What classes hold that a forward pass may count or gather in."""

BASES: tuple[Any, ...] = (list, dict, set)
"""Of what an object may be, which then has parts beside its attributes."""

DEEP = 20
"""Objects that hold each other deeper than this are filled in turn, and not inside each other."""


def _cloned(tensor: Tensor) -> Tensor:
    made = tensor.detach().clone()
    if isinstance(tensor, nn.Parameter):
        return nn.Parameter(made, tensor.requires_grad)
    return made.requires_grad_(tensor.requires_grad)


class Copier:
    """Copies values so that nothing of the copy that can be changed is of the original.

    Args:
        tensor: What becomes of a tensor.
        memo: What stands for objects, by identity.
    """

    def __init__(
        self, tensor: Callable[[Tensor], Tensor] = _cloned, memo: dict[int, Any] | None = None
    ) -> None:
        self._tensor = tensor
        self._memo: dict[int, Any] = memo or {}
        self._kept = self._memo.setdefault(id(self._memo), [])  # so that no id is used again
        self.shared: list[Any] = []
        self._depth = 0
        self._empty: list[tuple[Any, Any]] = []

    def copy(self, value: Any) -> Any:
        """Return a copy; what cannot be copied is shared, and noted in `shared`."""
        made = self._copy(value)
        while self._empty and not self._depth:
            self._fill(*self._empty.pop())
        return made

    def _copy(self, value: Any) -> Any:
        kind = type(value)
        if kind in ATOMS:
            return value
        found = self._memo.get(id(value))
        if found is not None:
            return found
        way = self._ways.get(kind)
        if way is None and not isinstance(value, nn.Module) and isinstance(value, SHARED):
            return value
        made = self._made(value) if way is None else way(value)
        self._memo[id(value)] = made
        if made is not value:
            self._kept.append(value)
        return made

    def _made(self, value: Any) -> Any:
        if isinstance(value, Tensor):
            return self._tensor(value)
        if isinstance(value, nn.Module):
            return self._object(value)
        return self._tuple(value) if isinstance(value, tuple) else self._any(value)

    @cached_property
    def _ways(self) -> dict[type, Callable[[Any], Any]]:
        return {
            dict: lambda value: self._mapping(value, {}),
            OrderedDict: lambda value: self._mapping(value, OrderedDict()),
            defaultdict: lambda value: self._mapping(value, defaultdict(value.default_factory)),
            list: lambda value: self._filled(value, []),
            set: lambda value: self._filled(value, set()),
            tuple: self._tuple,
            deque: lambda value: self._filled(value, deque(maxlen=value.maxlen)),
            partial: self._partial,
            types.BuiltinFunctionType: self._builtin,
            weakref.ref: lambda value: self._weak(value, value(), weakref.ref),
            weakref.ProxyType: lambda value: self._weak(value, _behind(value), weakref.proxy),
            weakref.CallableProxyType: lambda value: self._weak(
                value, _behind(value), weakref.proxy
            ),
            types.FunctionType: self._function,
            types.MethodType: lambda value: types.MethodType(
                value.__func__, self.copy(value.__self__)
            ),
        }

    def _partial(self, value: Any) -> Any:
        args, keywords = self.copy(value.args), self.copy(value.keywords)
        return partial(self.copy(value.func), *args, **keywords)

    def _weak(self, value: Any, target: Any, refer: Callable[[Any], Any]) -> Any:
        """Return what refers weakly to the copy of a module; what is no module is not copied."""
        return refer(self.copy(target)) if isinstance(target, nn.Module) else value

    def _object(self, value: Any, made: Any = None) -> Any:
        made = object.__new__(type(value)) if made is None else made
        self._memo[id(value)] = made
        if self._depth < DEEP:
            self._fill(made, value)
        else:
            self._empty.append((made, value))
        return made

    def _fill(self, made: Any, value: Any) -> None:
        """Give a copy of an object its attributes, and its parts, if it is a container as well."""
        self._depth += 1
        if isinstance(value, list):
            list.extend(made, map(self.copy, list.__iter__(value)))
        elif isinstance(value, dict):
            dict.update(made, {self.copy(key): self.copy(each) for key, each in dict.items(value)})
        elif isinstance(value, set):
            set.update(made, map(self.copy, set.__iter__(value)))
        state = vars(made)
        for name, part in vars(value).items():
            of_part = type(part)
            if of_part in ATOMS:
                state[name] = part
            elif name in TORCHS and of_part in EMPTY and not part:  # nothing in it to share
                state[name] = of_part()
            else:
                state[name] = self.copy(part)
        kind = type(value)
        for slot in _slots(kind):
            with suppress(AttributeError):  # it may be empty
                slot.__set__(made, self.copy(slot.__get__(value)))
        self._depth -= 1

    def _mapping(self, value: Any, made: Any) -> Any:
        self._memo[id(value)] = made
        for key, part in value.items():
            made[key if type(key) in ATOMS else self.copy(key)] = self.copy(part)
        return made

    def _filled(self, value: Any, made: Any) -> Any:
        self._memo[id(value)] = made
        add = made.add if isinstance(made, set) else made.append
        for part in value:
            add(self.copy(part))
        return made

    def _tuple(self, value: Any) -> Any:
        kind: Any = type(value)
        if kind is tuple and ATOMS.issuperset(map(type, value)):
            return value
        parts = [self.copy(part) for part in value]
        if all(made is part for made, part in zip(parts, value, strict=True)):
            return value
        if kind is tuple:
            return tuple(parts)
        return kind._make(parts) if hasattr(kind, "_make") else self._any(value)

    def _builtin(self, value: types.BuiltinFunctionType) -> Any:
        """Return a function written in C; a container's own, as `seen.append`, is of its copy."""
        owner = value.__self__
        if not isinstance(owner, CONTAINERS):
            return value
        return getattr(self.copy(owner), value.__name__)

    def _function(self, value: types.FunctionType) -> Any:
        """Return a function that holds copies; one of torch's own holds what torch looks after."""
        cells = value.__closure__ or ()
        if not cells or value.__module__.startswith("torch."):
            return value
        made = tuple(map(self._cell, cells))
        if all(after is before for after, before in zip(made, cells, strict=True)):
            return value
        named = (value.__code__, value.__globals__, value.__name__, value.__defaults__)
        function = types.FunctionType(*named, made)
        function.__kwdefaults__ = value.__kwdefaults__
        vars(function).update(vars(value))
        return function

    def _cell(self, cell: types.CellType) -> types.CellType:
        if id(cell) in self._memo:
            return self._memo[id(cell)]
        made = cell
        with suppress(ValueError):  # it may be empty
            before = cell.cell_contents
            after = self.copy(before)
            made = cell if after is before else types.CellType(after)
        self._memo[id(cell)] = made
        return made

    def _any(self, value: Any) -> Any:
        """Return a copy of an object of whatever class."""
        if hasattr(value, "__dict__") and OWN_WAYS.isdisjoint(_names(type(value))):
            base = next((each for each in BASES if isinstance(value, each)), object)
            made = None
            with suppress(TypeError):  # a class written in C
                made = base.__new__(type(value))
            if made is not None:
                return self._object(value, made)
        try:
            return copy.deepcopy(value, self._memo)
        except Exception:  # noqa: BLE001  an object may refuse in any way
            self.shared.append(value)
            return value


def _behind(proxy: Any) -> Any:
    """Return the object that a proxy stands for; None if it is gone."""
    with suppress(ReferenceError):
        return proxy.__repr__.__self__  # which no proxy is
    return None


def _slots(kind: type) -> tuple[types.MemberDescriptorType, ...]:
    """Return the attributes that a class of Python's keeps beside the dictionary of its objects."""
    own = (each for each in kind.__mro__ if "__slots__" in vars(each))
    return tuple(
        slot
        for each in own
        for slot in vars(each).values()
        if isinstance(slot, types.MemberDescriptorType)
    )


def _names(kind: type) -> set[str]:
    """Return what a class and those above it define, up to Python's own."""
    own = (each for each in kind.__mro__ if each is not object and each not in BASES)
    return {name for each in own for name in vars(each)}


def _class_kept(kind: type) -> Callable[[], None]:
    """Return what puts back the numbers, words and lists that a class of a user's holds.

    So do the defaults of its methods.
    """
    if kind.__module__.startswith(("builtins", "torch.")):
        return lambda: None
    before = {name: each for name, each in vars(kind).items() if not name.startswith("__")}
    functions = (each for each in before.values() if isinstance(each, types.FunctionType))
    defaults = (default for each in functions for default in each.__defaults__ or ())
    held = [each for each in (*before.values(), *defaults) if type(each) in CONTAINERS]
    inside = [(each, each.copy()) for each in held]

    def put_back() -> None:
        for name, each in before.items():
            if type(each) in KEPT_OF_CLASSES and vars(kind).get(name) is not each:
                setattr(kind, name, each)
        for each, parts in inside:
            each.clear()
            (each.update if isinstance(each, (dict, set)) else each.extend)(parts)

    return put_back


@contextmanager
def set_apart(
    model: nn.Module, standins: Mapping[int, Tensor] | None = None
) -> Iterator[nn.Module]:
    """Yield a copy of a model that shares its parameters and buffers, and nothing that changes.

    Of objects that cannot be copied, the attributes are put back afterwards.

    Args:
        model: The model.
        standins: What the copy has in place of parameters and buffers, by their identity.
    """
    shared = standins or {id(tensor): tensor for tensor in every_tensor(model)}
    copier = Copier(memo=dict(shared))
    made = copier.copy(model)
    before = [(each, dict(vars(each))) for each in copier.shared if hasattr(each, "__dict__")]
    classes = {each for module in model.modules() for each in type(module).__mro__}
    counted = [*map(_class_kept, classes)]
    try:
        yield made
    finally:
        for put_back in counted:
            put_back()
        for each, attributes in before:
            vars(each).clear()
            vars(each).update(attributes)
