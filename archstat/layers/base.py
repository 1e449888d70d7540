"""What every layer kind states about itself.

A kind is one class in one of the family modules beside this one. All that the package knows about
it follows from the few methods below; a new kind is one class and one row of its family's test
table.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields
from functools import cache
from math import prod
from typing import Any, ClassVar, Self, TypeAlias

from archstat.errors import Problem, ShapeError
from archstat.layers.kept import Kept
from archstat.layers.naming import TorchCall, TorchModule
from archstat.layers.reach import Mixing, Reach
from archstat.layers.settings import Setting
from archstat.layers.words import nearest
from archstat.record import record

Shape: TypeAlias = tuple[int, ...]
"""The shape of one example, without the batch: (C, H, W), (features,) or (tokens, features)."""

LAYER_KEYS = ("name", "kind", "inputs")
"""What a spec says about a layer apart from its settings."""

_KINDS: dict[str, type[Layer]] = {}


@record(kw_only=True)
class Layer(ABC):
    """One layer's settings, and every fact that follows from them and from an input shape.

    A kind that declares settings is a dataclass like this one, without the methods that stand here
    once for all, which start-up would pay for kind by kind; a kind that declares none of its own
    inherits them, and needs no decorator. Values are checked on construction. Shapes hold no batch;
    rows come before columns.

    Raises:
        ShapeError: A setting has a value that it may not take; all such settings are reported.
    """

    kind: ClassVar[str]
    """The name in a spec."""
    label: ClassVar[str]
    """The name in a table, short."""
    torch_name: ClassVar[str]
    """The class below `torch.nn` that the kind stands for."""
    family: ClassVar[str] = ""
    """What layers like it are called together, where people count them together."""
    axes: ClassVar[int] = 2
    """How many spatial axes a setting like `kernel_size` has."""
    names_channels: ClassVar[bool] = False
    """Whether it tells which axis holds channels, although it reads each place by itself."""
    keeps: ClassVar[Kept] = Kept()
    """What is kept for the backward pass, where it is the same for every input."""
    inferred: ClassVar[tuple[str, ...]] = ()
    """The settings that follow from the input and that torch wants first, by position."""
    has_formulas: ClassVar[bool] = True
    """Whether its numbers follow from its settings; those of others were observed."""
    is_view: ClassVar[bool] = False
    """Whether it only arranges the values anew, and holds none itself."""
    terms: ClassVar[int] = 0
    """How many products each value of its output sums, where no formula says so."""
    uncounted: ClassVar[tuple[str, ...]] = ()
    """What of it nobody knows how to count."""

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and vars(other) == vars(self)

    def __hash__(self) -> int:
        return hash((type(self), *vars(self).values()))

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={value!r}" for name, value in self.settings().items())
        return f"{type(self).__name__}({settings})"

    def __init_subclass__(cls, **keywords: object) -> None:
        super().__init_subclass__(**keywords)
        if "kind" in vars(cls):
            _KINDS[cls.kind] = cls

    def __post_init__(self) -> None:
        problems: list[Problem] = []
        own, axes = vars(self), self.axes
        for name, setting, default in _settings(type(self)):
            value = own[name]
            if value is None and default is None:
                own[name] = self.implied(name)
                continue
            try:
                own[name] = setting.read(value, axes=axes)
            except ShapeError as error:
                problems += error.within(name).problems
        if problems:
            raise ShapeError.of(problems)

    @classmethod
    def from_settings(cls, settings: Mapping[str, object]) -> Self:
        """Return the layer with these settings.

        Raises:
            ShapeError: A setting is unknown, missing or has a bad value; all are reported.
        """
        known, required = _defaults(cls)
        has_none = any([value is None for value in settings.values()])  # noqa: C419  takes longer
        if not has_none and required <= settings.keys() <= known.keys():
            return cls(**settings)  # which reads them
        problems = [
            Problem(
                f"{cls.kind} has no setting {name!r}",
                nearest(name, [*known, *LAYER_KEYS]) or f"it has {', '.join(known) or 'none'}",
            )
            for name in settings
            if name not in known
        ]
        problems += [
            Problem(f"{name!r} is missing", f"every {cls.kind} needs it")
            for name, default in known.items()
            if default is MISSING and name not in settings
        ]
        for name, setting, _ in _settings(cls):
            if name in settings:
                try:
                    setting.read(settings[name], axes=cls.axes)
                except ShapeError as error:
                    problems += error.within(name).problems
        if problems:
            raise ShapeError.of(problems)
        return cls(**settings)

    @classmethod
    def setting_names(cls) -> tuple[str, ...]:
        """Return the names of the settings, in the order in which torch takes them."""
        return tuple(name for name, _, _ in _settings(cls))

    @classmethod
    def signature(cls) -> list[str]:
        """Return the settings as people write them: required ones bare, others with defaults.

        A setting that is left out and has no default follows from the input or from the others.
        """
        written = []
        for name, _, default in _settings(cls):
            if default is MISSING:
                written.append(name)
            elif default is None:
                written.append(f"[{name}]")
            else:
                value = str(default).lower() if isinstance(default, bool) else default
                written.append(f"{name} = {value}")
        return sorted(written, key=lambda text: " = " in text or text.startswith("["))

    def settings(self) -> dict[str, Any]:
        """Return the settings by name."""
        own = vars(self)
        return {name: own[name] for name, _, _ in _settings(type(self))}

    def changed_settings(self) -> dict[str, object]:
        """Return the settings that differ from their defaults, sizes as short as possible."""
        own, changed = vars(self), {}
        for name, default in _defaults_read(type(self)).items():
            value = own[name]
            if value != (self.implied(name) if default is None else default):
                changed[name] = shortest(value)
        return changed

    def implied(self, name: str) -> object:
        """Return the value of an optional setting that is left out; None if the input decides."""
        return None

    def combine(self, in_shapes: Sequence[Shape]) -> Shape:
        """Return the one shape that the layer works on; kinds with several inputs override this.

        Raises:
            ShapeError: The inputs do not fit together.
        """
        if len(in_shapes) != 1:
            raise ShapeError(
                f"takes one input, got {len(in_shapes)}",
                hint="join them first, with an add or a concat layer",
            )
        return in_shapes[0]

    @abstractmethod
    def out_shape(self, in_shape: Shape) -> Shape:
        """Return the shape of the layer's output.

        Raises:
            ShapeError: The layer cannot work on `in_shape`.
        """

    def returning(self, out_shape: Shape) -> Self:
        """Return the layer as if its output had this shape, whatever its input.

        For those who work with other numbers than the right ones, or with the names of numbers.
        """
        layer = object.__new__(type(self))
        vars(layer).update(vars(self), out_shape=lambda _: out_shape)
        return layer

    def param_shapes(self, in_shape: Shape) -> dict[str, Shape]:
        """Return the learnable tensors by torch's names; those called "bias…" are biases."""
        return {}

    def macs(self, in_shape: Shape) -> int:
        """Return the multiply–accumulates of one example; biases add none."""
        return 0

    def input_gradient_macs(self, in_shape: Shape) -> int:
        """Return the multiply–accumulates of the gradient of the input, of one example.

        As many as forward: each product of a weight and an input is one of that weight and the
        output's gradient.
        """
        return self.macs(in_shape)

    def weight_gradient_macs(self, in_shape: Shape) -> int:
        """Return the multiply–accumulates of the gradient of the weights, of one example.

        As many as forward: each product of a weight and an input is one of that input and the
        output's gradient.
        """
        return self.macs(in_shape)

    def kept(self, in_shape: Shape, *, batch_size: int, learns: Sequence[bool]) -> Kept:
        """Return what is kept for the backward pass; `learns` says which inputs need gradients."""
        return self.keeps

    def works_in_place(self) -> bool:
        """Return whether the output lies where the input was: overwritten, or a view of it."""
        return False

    def has_features_last(self) -> bool:
        """Return whether it works on the last axis, whatever stands in front of it."""
        return False

    def neurons(self, in_shape: Shape) -> int:
        """Return the output units if the layer holds weights and connects units; else 0."""
        return 0

    def reach(self, in_shape: Shape) -> Reach:
        """Return what each output unit reads, and what becomes of the axes."""
        return Mixing.NONE

    def torch_arguments(self, in_shape: Shape) -> tuple[object, ...]:
        """Return the arguments that torch takes first and that a spec need not state."""
        return ()

    def torch_call(self, in_shape: Shape) -> TorchCall:
        """Return how torch makes the layer, for an input of this shape."""
        keywords = {
            name: value
            for name, value in self.changed_settings().items()
            if name not in self.inferred
        }
        return TorchModule(self.torch_name, self.torch_arguments(in_shape), keywords)


@cache
def _settings(kind: type[Layer]) -> tuple[tuple[str, Setting, Any], ...]:
    """Return name, rule and default (or MISSING) of each setting of a layer kind."""
    declared: tuple[Field[Any], ...] = fields(kind)
    return tuple(
        (field.name, field.metadata["setting"], field.default)
        for field in declared
        if "setting" in field.metadata
    )


@cache
def _defaults(kind: type[Layer]) -> tuple[dict[str, Any], frozenset[str]]:
    """Return the default (or MISSING) of each setting of a layer kind, and those that have none."""
    defaults = {name: default for name, _, default in _settings(kind)}
    return defaults, frozenset(name for name, default in defaults.items() if default is MISSING)


@cache
def _defaults_read(kind: type[Layer]) -> dict[str, Any]:
    """Return the default (or MISSING) of each setting of a layer kind, as a layer keeps it."""
    return {
        name: default
        if default is None or default is MISSING
        else setting.read(default, axes=kind.axes)
        for name, setting, default in _settings(kind)
    }


def layer_kinds() -> dict[str, type[Layer]]:
    """Return every layer kind by its name in a spec."""
    return dict(sorted(_KINDS.items()))


def shortest(value: object) -> object:
    """Return one number for a size that is the same along all axes, any other value unchanged.

    >>> shortest((3, 3)), shortest((5, 3))
    (3, (5, 3))
    """
    if isinstance(value, tuple) and len(set(value)) == 1:
        return value[0]
    return value


def times(parts: Sequence[object]) -> str:
    """Return a shape as people write it.

    >>> times((256, 6, 6))
    '256×6×6'
    """
    return "×".join(map(str, parts))


class AxesError(ShapeError):
    """A shape of more or fewer axes than a layer works on."""


def require_axes(in_shape: Shape, spatial_axes: int) -> None:
    """Check that a map has channels and `spatial_axes` spatial axes.

    Raises:
        AxesError: It has more or fewer.
    """
    if len(in_shape) == spatial_axes + 1:
        return
    expected = times(("C", *("D", "H", "W")[-spatial_axes:]))
    flattened = len(in_shape) == 1
    raise AxesError(
        f"expects a map {expected}, got {times(in_shape)}",
        hint="put it before the layer that flattens the map" if flattened else None,
    )


def require_divides(in_channels: int, out_channels: int, groups: int) -> None:
    """Check that channels can be split into groups.

    Raises:
        ShapeError: `groups` does not divide both.
    """
    for name, channels in (("input", in_channels), ("output", out_channels)):
        if channels % groups:
            raise ShapeError(
                f"{channels} {name} channels cannot be split into {groups} groups",
                hint=f"groups must divide both {in_channels} and {out_channels}",
            )


class StatedSizeError(ShapeError):
    """A size that is stated although it follows from the input, and that is another one.

    Attributes:
        reason: What has led to it, as far as the layers before show it.
    """

    def __init__(
        self, what: str, *, name: str, stated: int, given: int, reason: str | None = None
    ) -> None:
        why = f"{reason}; " if reason else ""
        super().__init__(what, hint=f"{why}leave {name} out, or write {given}")
        self.name = name
        self.stated = stated
        self.given = given
        self.reason = reason


def require_stated(name: str, stated: int | None, given: int) -> None:
    """Check a size that a spec states although it follows from the input.

    Raises:
        StatedSizeError: It is not the one that follows.
    """
    if stated is not None and stated != given:
        what = f"states {name} = {stated}, but is given {given}"
        raise StatedSizeError(what, name=name, stated=stated, given=given)


def is_bias(name: str) -> bool:
    """Return whether a learnable tensor of this name is added, not multiplied."""
    word = name.rpartition(".")[2]
    return word.startswith("bias") or word.endswith("bias")


def param_count(shapes: Mapping[str, Shape]) -> tuple[int, int]:
    """Return how many weights and how many biases tensors of these names and shapes hold.

    >>> param_count({"weight": (96, 3, 11, 11), "bias": (96,)})
    (34848, 96)
    """
    weights = biases = 0
    for name, shape in shapes.items():
        if is_bias(name):
            biases += prod(shape)
        else:
            weights += prod(shape)
    return weights, biases
