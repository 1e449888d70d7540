"""The quantities that a homework table can ask for: what is true, and what a cell says of it.

A quantity has one reading that is ours, and others by which the same column is often filled in:
biases with the weights, two operations a multiply–accumulate, a receptive field that ends at the
border of the image. Each has a name, and is a rule, not a tolerance.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from archstat.homework.answers import readings as r
from archstat.homework.answers.readings import ColumnRule, LayerInGraph
from archstat.homework.answers.truth import Answer
from archstat.homework.answers.written import (
    WrittenCell,
    map_of,
    reads_bytes,
    reads_number,
    reads_per_axis,
    reads_shape,
    reads_share,
    says_bytes,
    says_kernel,
    says_map,
    says_number,
    says_padding,
    says_per_axis,
    says_share,
    says_sizes,
)

Agrees: TypeAlias = Callable[[WrittenCell, Answer], bool]
Reads: TypeAlias = Callable[[WrittenCell], Answer]


@dataclass(frozen=True)
class Quantity:
    """What a column asks for.

    Attributes:
        key: The key of the account's answer, and of the table's column.
        title: Its name in sentences.
        agrees: Whether a cell says what an answer says.
        reads: The one value that a cell states, for what follows from it; None if it states none.
        readings: Other rules of filling it in.
        is_telling: Whether a wrong value seldom agrees with a mistake by chance: large numbers do
            not, small sizes do.
        is_setting: Whether it is given with the layer, and not worked out.
        is_summed: Whether a block of layers has the sum of theirs.
    """

    key: str
    title: str
    agrees: Agrees
    reads: Reads
    readings: tuple[ColumnRule, ...] = ()
    is_telling: bool = False
    is_setting: bool = False
    is_summed: bool = False


def _count(key: str, title: str, *readings: ColumnRule) -> Quantity:
    """Return a number that adds up over layers."""
    return Quantity(
        key, title, says_number, reads_number, readings, is_telling=True, is_summed=True
    )


def _bytes(key: str, title: str, *readings: ColumnRule) -> Quantity:
    """Return a number of bytes, which is never told as a product of sizes."""
    return Quantity(key, title, says_bytes, reads_bytes, readings, is_telling=True, is_summed=True)


def _given(key: str, title: str, *readings: ColumnRule) -> Quantity:
    """Return a number that is a setting."""
    return Quantity(key, title, says_number, reads_number, readings, is_setting=True)


def _per_axis(key: str, title: str, *readings: ColumnRule, is_setting: bool = False) -> Quantity:
    return Quantity(key, title, says_per_axis, reads_per_axis, readings, is_setting=is_setting)


_MAC_READINGS = (*r.OPERATIONS, r.per_device("macs"))

_ALL = (
    _given("filters", "number of filters", r.CHANNELS, r.per_device("filters")),
    _given("filter_depth", "filter depth", r.DEPTHWISE),
    _given("in_channels", "input channels", r.per_device("in_channels")),
    Quantity(
        "kernel_size", "kernel size", says_kernel, reads_per_axis, (r.EXTENT,), is_setting=True
    ),
    _per_axis("stride", "stride", is_setting=True),
    Quantity("padding", "padding", says_padding, reads_per_axis, is_setting=True),
    _per_axis("dilation", "dilation", r.NO_DILATION, is_setting=True),
    _given("groups", "groups"),
    Quantity(
        "in_shape",
        "input",
        says_map,
        reads_shape,
        (r.BEFORE_FLATTENING, r.VOCABULARY, r.per_device("in_shape")),
    ),
    Quantity("feature_map", "feature map", says_map, reads_shape, (r.per_device("feature_map"),)),
    Quantity("weight_shape", "shape of the weights", says_sizes, reads_shape, is_setting=True),
    _count("weights", "weights", r.WITH_BIASES, r.KERAS, r.per_device("weights")),
    _count("biases", "biases"),
    _count(
        "params", "parameters", r.WITHOUT_BIASES, r.KERAS, r.KERAS_LEARNS, r.per_device("params")
    ),
    _count("buffers", "parameters that do not learn"),
    Quantity("params_share", "share of parameters", says_share, reads_share, is_summed=True),
    _count("neurons", "neurons", r.EVERY_OUTPUT, r.per_device("neurons")),
    _count("activations", "output values", r.OF_LAST),
    _count("macs", "MACs", *_MAC_READINGS),
    Quantity("macs_share", "share of MACs", says_share, reads_share, is_summed=True),
    _count("flops", "FLOPs", r.ONE_A_MAC, *_MAC_READINGS[1:]),
    _bytes("activation_bytes", "activation bytes", r.in_halves("activations"), r.BYTES_OF_LAST),
    _bytes("param_bytes", "parameter bytes", r.WITHOUT_BIAS_BYTES, r.in_halves("params")),
    _bytes("weight_bytes", "weight bytes", r.WITH_BIAS_BYTES, r.in_halves("weights")),
    _per_axis("receptive_field", "receptive field", r.CLIPPED),
    _per_axis("in_receptive_field", "receptive field of the input"),
    _per_axis("effective_stride", "effective stride"),
    _per_axis("in_effective_stride", "effective stride of the input"),
    _per_axis("effective_padding", "effective padding"),
    Quantity("start", "first unit's centre", says_number, reads_number, (r.FROM_ZERO,)),
)

QUANTITIES: Mapping[str, Quantity] = {quantity.key: quantity for quantity in _ALL}
"""Every quantity by its key."""

READINGS: Mapping[str, str] = {
    reading.name: reading.words
    for quantity in _ALL
    for reading in quantity.readings
    if not reading.is_plain
} | {"batch": "of a whole batch"}
"""The readings that may be declared, in words, by their names."""

__all__ = [
    "QUANTITIES",
    "READINGS",
    "ColumnRule",
    "LayerInGraph",
    "Quantity",
    "WrittenCell",
    "map_of",
]


OF_MAPS = frozenset({"feature_map", "in_shape"})
OF_WINDOWS = frozenset(
    {
        "receptive_field",
        "in_receptive_field",
        "effective_stride",
        "in_effective_stride",
        "effective_padding",
        "start",
    }
)
"""The quantities of feature maps, and of what a unit sees of the image."""
