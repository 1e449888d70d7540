"""What a row of a report has in a column: the values behind the entries of `columns.py`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archstat.layers.base import Shape, times
from archstat.report.report import Row, Totals
from archstat.report.values import AtLeast, Bytes, Map, Named, Pair, PerAxis, Seconds, Value


def per_axis(value: Shape | str | None) -> Value:
    """Return what a setting is along each axis; its word, or nothing."""
    return PerAxis(value) if isinstance(value, tuple) else value or ""


def map_of(row: Row, shape: Shape) -> Value:
    """Return a shape, its channels first; unknown where the row has no place."""
    if not row.is_placed:
        return None
    return Map(shape[0], shape[1:]) if shape else ""


def out_map(row: Row) -> Value:
    """Return the shape of an output: where its channels come last, they stay there."""
    field, shape = row.receptive_field, row.out_shape
    is_last = field is not None and field.has_channels_last(len(shape))
    return Map(shape[-1], shape[:-1]) if is_last else map_of(row, shape)


def told(row: Row, count: int) -> Value:
    """Return a number of parameters; unknown where some may be untold."""
    return None if row.is_untold and not count else count


def sum_of(count: int | None, is_open: object) -> Value:
    """Return a sum, of which some parts may not be known."""
    return AtLeast(count or 0) if is_open else count


def tensors(row: Row, _: Totals) -> Value:
    """Return the shape of each tensor by its name."""
    people = (f"{name} {times(shape) or 1}" for name, shape in row.tensors.items())
    plain = (f"{name}:{'x'.join(map(str, shape)) or 1}" for name, shape in row.tensors.items())
    return Named(" ".join(plain), " + ".join(people)) if row.tensors else ""


def kept(row: Row, _: Totals) -> Value:
    """Return the bytes that are kept for the backward pass."""
    count = row.training.kept_bytes
    return None if count is None else Bytes(count)


def filter_size(row: Row) -> Value:
    """Return the size of a filter, its depth before its sides."""
    return "" if row.kernel_size is None else Map(row.filter_depth, row.kernel_size)


def filters_and_size(row: Row, _: Totals) -> Value:
    """Return how many filters there are, with their size."""
    if row.filters is None:
        return filter_size(row)
    return Pair(Map(row.filters, ()), " @ ", filter_size(row))  # no comma beside sizes: 1024 @ 3×3


def stride_and_padding(row: Row, _: Totals) -> Value:
    """Return the two in one cell."""
    if row.stride is None:
        return ""
    return Pair(per_axis(row.stride), " / ", per_axis(row.padding))


def field(row: Row, part: str) -> Value:
    """Return one number of the receptive field along each axis."""
    if not row.is_placed:
        return None
    if not row.out_shape:  # several layers in one row, or one that did not run
        return ""
    return None if row.receptive_field is None else PerAxis(getattr(row.receptive_field, part))


def seconds(count: float | None) -> Value:
    """Return a time; a layer that takes none has 0."""
    return Seconds(count) if count else None if count is None else 0


def stated(settings: Mapping[str, object]) -> Iterator[str]:
    """Yield settings in the words of torch.nn, those that are switched on by their names alone."""
    for key, value in settings.items():
        if value is True:
            yield key
        elif value is False:
            yield f"no {key}"
        elif isinstance(value, tuple):
            yield f"{key} {times(value)}"
        else:
            yield f"{key} {value}"
