"""The settings of a layer: what values each may take, checked in one place.

A layer kind declares its settings as dataclass fields, with torch's argument names:

    kernel_size: Size = size()
    stride: Size = size(default=1)

`Layer.from_settings` reads them from plain values (TOML, the command line, an attribute of a torch
module) and reports every bad one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import MISSING, field
from typing import Any, TypeAlias

from archstat.errors import ShapeError, shown
from archstat.record import record

Size: TypeAlias = tuple[int, ...]
"""One whole number an axis, rows before columns; settings may be given as a single number."""

LARGEST = 2**31 - 1
"""The largest size that is believed: no axis of a tensor and no count of channels is larger."""


class Setting(ABC):
    """A rule for the values of one setting."""

    @abstractmethod
    def read(self, value: object, *, axes: int) -> object:
        """Return `value` as the layer keeps it.

        Raises:
            ShapeError: The value is not one that the setting may take.
        """


def whole_number(value: object, minimum: int) -> int:
    """Return `value` if it is a whole number from `minimum` to `LARGEST`."""
    if type(value) is int and minimum <= value <= LARGEST:
        return value
    if isinstance(value, bool) or not isinstance(value, int):
        raise ShapeError(
            f"must be a whole number, got {shown(value)}",
            hint="a whole number has no quotation marks and no decimal point; "
            "one for each axis is a list, as in [7, 5]",
        )
    if value < minimum:
        raise ShapeError(f"must be at least {minimum}, got {shown(value)}")
    if value > LARGEST:
        raise ShapeError(f"must be at most {LARGEST:,}, got {shown(value)}")
    return value


@record
class Whole(Setting):
    """A whole number."""

    minimum: int

    def read(self, value: object, *, axes: int) -> int:
        """See `Setting.read`."""
        return whole_number(value, self.minimum)


@record
class AxesSetting(Setting):
    """A whole number for all axes, or a list of one for each; or one of a few words."""

    minimum: int
    words: tuple[str, ...] = ()

    def read(self, value: object, *, axes: int) -> Size | str:
        """See `Setting.read`."""
        if isinstance(value, (list, tuple)) and len(value) == axes:
            return tuple([whole_number(item, self.minimum) for item in value])
        if isinstance(value, str) and self.words:
            if value in self.words:
                return value
            choices = " or ".join(repr(word) for word in self.words)
            raise ShapeError(f"must be a whole number or {choices}, got {shown(value)}")
        if not isinstance(value, (list, tuple)):
            return (whole_number(value, self.minimum),) * axes
        raise ShapeError(
            f"must be one number or a list of {axes}, got {shown(value)}",
            hint="rows before columns, as in [5, 3]" if axes > 1 else None,
        )


@record
class NumberSetting(Setting):
    """A number, whole or not, within bounds."""

    minimum: float | None = None
    maximum: float | None = None

    def read(self, value: object, *, axes: int) -> float:
        """See `Setting.read`."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ShapeError(f"must be a number, got {shown(value)}")
        if not abs(value) < float("inf"):
            raise ShapeError(f"must be a finite number, got {value}")
        if self.minimum is not None and value < self.minimum:
            raise ShapeError(f"must be at least {self.minimum:g}, got {shown(value)}")
        if self.maximum is not None and value > self.maximum:
            raise ShapeError(f"must be at most {self.maximum:g}, got {shown(value)}")
        return value


@record
class Numbers(Setting):
    """A list of whole numbers, of any length but 0."""

    minimum: int

    def read(self, value: object, *, axes: int) -> Size:
        """See `Setting.read`."""
        if not isinstance(value, (list, tuple)) or not value:
            raise ShapeError(
                f"must be a list of whole numbers, got {shown(value)}", hint="as in [0, 1, 2]"
            )
        return tuple(whole_number(item, self.minimum) for item in value)


@record
class WordSetting(Setting):
    """One of a few words."""

    words: tuple[str, ...]

    def read(self, value: object, *, axes: int) -> str:
        """See `Setting.read`."""
        if not isinstance(value, str) or value not in self.words:
            choices = " or ".join(repr(word) for word in self.words)
            raise ShapeError(f"must be {choices}, got {shown(value)}")
        return value


@record
class Flag(Setting):
    """True or false."""

    def read(self, value: object, *, axes: int) -> bool:
        """See `Setting.read`."""
        if not isinstance(value, bool):
            raise ShapeError(
                f"must be true or false, got {shown(value)}", hint="in lower case, without quotes"
            )
        return value


def _declare(setting: Setting, default: object) -> Any:
    return field(default=default, metadata={"setting": setting})


def whole(*, minimum: int = 1, default: int | None = MISSING) -> Any:  # type: ignore[assignment]
    """Declare a whole number; required unless there is a default."""
    return _declare(Whole(minimum), default)


def size(
    *,
    minimum: int = 1,
    default: int | None = MISSING,  # type: ignore[assignment]
    words: Sequence[str] = (),
) -> Any:
    """Declare a whole number per axis; required unless there is a default (for each axis)."""
    return _declare(AxesSetting(minimum, tuple(words)), default)


def number(
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    default: float = MISSING,  # type: ignore[assignment]
) -> Any:
    """Declare a number; required unless there is a default."""
    return _declare(NumberSetting(minimum, maximum), default)


def numbers(*, minimum: int = 0) -> Any:
    """Declare a list of whole numbers, which is required."""
    return _declare(Numbers(minimum), MISSING)


def choice(*words: str) -> Any:
    """Declare a choice between words, the first of which is the default."""
    return _declare(WordSetting(words), words[0])


def flag(*, default: bool | None) -> Any:
    """Declare a choice between true and false."""
    return _declare(Flag(), default)
