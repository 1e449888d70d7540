"""Receptive fields: published values, and cases worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import pytest

from archstat.analyses.receptive_field import (
    Fields,
    Interval,
    ReceptiveField,
    receptive_fields,
)
from archstat.graph import INPUT, Graph, GraphBuilder, Node
from archstat.layers import Layer, Shape
from archstat.layers.activation import ReLU, Softmax
from archstat.layers.combine import Add, Concat, Multiply
from archstat.layers.conv import Conv1d, Conv2d, ConvTranspose1d, ConvTranspose2d
from archstat.layers.linear import Linear
from archstat.layers.norm import BatchNorm2d, GroupNorm, LayerNorm, LocalResponseNorm
from archstat.layers.opaque import Observed
from archstat.layers.pool import AdaptiveAvgPool1d, AdaptiveAvgPool2d, MaxPool1d, MaxPool2d
from archstat.layers.reshape import Flatten, ZeroPad2d


def chain(input_shape: Shape, layers: Mapping[str, Layer]) -> Graph:
    """Return the graph of layers behind one another."""
    builder = GraphBuilder(input_shape)
    previous = INPUT
    for name, layer in layers.items():
        previous = builder.add(name, layer, [previous]).name
    return builder.build("chain")


def field_of(graph: Graph, name: str) -> ReceptiveField:
    """Return the receptive field of a layer that has one."""
    field = receptive_fields(graph).by_name[name]
    assert field is not None
    return field


def last_field(input_shape: Shape, *layers: Layer) -> ReceptiveField:
    """Return the receptive field behind layers in a row."""
    named = {f"layer{number}": layer for number, layer in enumerate(layers)}
    return field_of(chain(input_shape, named), f"layer{len(layers) - 1}")


def seen(field: ReceptiveField, units: int) -> list[Interval | None]:
    """Return what the first units see, along the first axis."""
    return [field.tracks[0].interval(unit) for unit in range(units)]


def assert_fields(fields: Fields, published: Mapping[str, tuple[int, int, int]]) -> None:
    """Check size, effective stride and effective padding, the same along both axes."""
    ours = {
        name: (field.size, field.effective_stride, field.effective_padding)
        for name, field in fields.by_name.items()
        if field is not None
    }
    theirs = {
        name: ((size, size), (stride, stride), (padding, padding))
        for name, (size, stride, padding) in published.items()
    }
    assert ours == theirs


def conv(kernel_size: int, *, stride: int = 1, padding: int = 0) -> Conv2d:
    return Conv2d(out_channels=4, kernel_size=kernel_size, stride=stride, padding=padding)


ALEXNET = {
    "conv1": conv(11, stride=4),
    "norm1": LocalResponseNorm(size=5),
    "pool1": MaxPool2d(kernel_size=3, stride=2),
    "conv2": conv(5, padding=2),
    "pool2": MaxPool2d(kernel_size=3, stride=2),
    "conv3": conv(3, padding=1),
    "conv4": conv(3, padding=1),
    "conv5": conv(3, padding=1),
    "relu5": ReLU(),
    "pool5": MaxPool2d(kernel_size=3, stride=2),
    "flatten": Flatten(),
    "fc6": Linear(out_features=4096),
    "relu6": ReLU(),
    "fc7": Linear(out_features=4096),
}

# Sizes and strides: Dang Ha The Hien, "A guide to receptive field arithmetic" (2017), and the
# table of Araujo, Norris & Sim (Distill, 2019), whose last row, 195/32/64, is pool5.
ALEXNET_PUBLISHED = {
    "conv1": (11, 4, 0),
    "norm1": (11, 4, 0),
    "pool1": (19, 8, 0),
    "conv2": (51, 8, 16),
    "pool2": (67, 16, 16),
    "conv3": (99, 16, 32),
    "conv4": (131, 16, 48),
    "conv5": (163, 16, 64),
    "relu5": (163, 16, 64),
    "pool5": (195, 32, 64),
    "flatten": (195, 32, 64),
    "fc6": (355, 32, 64),  # a 6×6 window: 195 + 5·32
    "relu6": (355, 32, 64),
    "fc7": (355, 32, 64),
}


def test_alexnet_sees_what_was_published():
    assert_fields(receptive_fields(chain((3, 227, 227), ALEXNET)), ALEXNET_PUBLISHED)


def test_alexnet_needs_no_remark():
    assert receptive_fields(chain((3, 227, 227), ALEXNET)).notes == ()


def vgg16() -> dict[str, Layer]:
    layers: dict[str, Layer] = {}
    for block, convolutions in enumerate((2, 2, 3, 3, 3), 1):
        layers |= {f"conv{block}_{n}": conv(3, padding=1) for n in range(1, convolutions + 1)}
        layers[f"pool{block}"] = MaxPool2d(kernel_size=2)
    return {**layers, "flatten": Flatten(), "fc6": Linear(out_features=4096)}


# Araujo, Norris & Sim (Distill, 2019): vgg_16 has 212/32/90; conv5_3 with one 3×3 convolution more
# sees the 228 pixels of Faster R-CNN (Ren et al., 2015, section 3.1): 196 + 2·16
VGG16_PUBLISHED = {
    "conv1_1": (3, 1, 1),
    "conv1_2": (5, 1, 2),
    "pool1": (6, 2, 2),
    "conv2_1": (10, 2, 4),
    "conv2_2": (14, 2, 6),
    "pool2": (16, 4, 6),
    "conv3_1": (24, 4, 10),
    "conv3_2": (32, 4, 14),
    "conv3_3": (40, 4, 18),
    "pool3": (44, 8, 18),
    "conv4_1": (60, 8, 26),
    "conv4_2": (76, 8, 34),
    "conv4_3": (92, 8, 42),
    "pool4": (100, 16, 42),
    "conv5_1": (132, 16, 58),
    "conv5_2": (164, 16, 74),
    "conv5_3": (196, 16, 90),
    "pool5": (212, 32, 90),
    "flatten": (212, 32, 90),
    "fc6": (404, 32, 90),  # a 7×7 window: 212 + 6·32
}


def test_vgg16_sees_what_was_published():
    assert_fields(receptive_fields(chain((3, 224, 224), vgg16())), VGG16_PUBLISHED)


ZFNET = {
    "conv1": conv(7, stride=2, padding=1),
    "pool1": MaxPool2d(kernel_size=3, stride=2, ceil_mode=True),
    "conv2": conv(5, stride=2),
    "pool2": MaxPool2d(kernel_size=3, stride=2, ceil_mode=True),
    "conv3": conv(3, padding=1),
    "conv4": conv(3, padding=1),
    "conv5": conv(3, padding=1),
    "pool5": MaxPool2d(kernel_size=3, stride=2),
}

# conv5 with one 3×3 convolution more sees the 171 pixels of Faster R-CNN (Ren et al., 2015,
# section 3.1): 139 + 2·16
ZFNET_PUBLISHED = {
    "conv1": (7, 2, 1),
    "pool1": (11, 4, 1),
    "conv2": (27, 8, 1),
    "pool2": (43, 16, 1),
    "conv3": (75, 16, 17),
    "conv4": (107, 16, 33),
    "conv5": (139, 16, 49),
    "pool5": (171, 32, 49),
}


def test_zfnet_sees_what_was_published():
    assert_fields(receptive_fields(chain((3, 224, 224), ZFNET)), ZFNET_PUBLISHED)


def test_rows_come_before_columns():
    layer = Conv2d(out_channels=1, kernel_size=(5, 3), stride=(2, 1), padding=(0, 1))
    field = last_field((1, 9, 9), layer)
    assert (field.size, field.effective_stride, field.effective_padding) == ((5, 3), (2, 1), (0, 1))


def test_dilation_spreads_the_kernel():
    # 1 + 2·(3 - 1) = 5, then 5 + 4·(3 - 1) = 13
    layers = [Conv1d(out_channels=1, kernel_size=3, dilation=d) for d in (2, 4)]
    assert last_field((1, 40), *layers).size == (13,)


def test_a_padding_layer_shifts_the_view():
    field = last_field((1, 9, 9), conv(3, stride=2), ZeroPad2d(padding=(1, 2)))
    assert field.effective_padding == (2, 4)


def test_even_same_padding_has_its_odd_pixel_behind():
    # 3 pixels of padding, 1 of them before
    layer = Conv1d(out_channels=1, kernel_size=4, padding="same")
    assert seen(last_field((1, 9), layer), 2) == [(-1, 2), (0, 3)]


def test_a_transposed_convolution_has_units_less_than_a_pixel_apart():
    # its units 2i and 2i + 1 read unit i, which sees the pixels i … i + 2
    layers = [
        Conv1d(out_channels=1, kernel_size=3),
        ConvTranspose1d(out_channels=1, kernel_size=2, stride=2),
    ]
    field = last_field((1, 9), *layers)
    assert field.effective_stride == (Fraction(1, 2),)
    assert seen(field, 4) == [(0, 2), (0, 2), (1, 3), (1, 3)]


def test_the_widest_view_behind_a_transposed_convolution_is_its_size():
    # pixel i is written to 2i - 1 … 2i + 1: even units read one pixel, odd units two
    layer = ConvTranspose1d(out_channels=1, kernel_size=3, stride=2, padding=1)
    field = last_field((1, 5), layer)
    assert field.size == (2,)
    assert seen(field, 4) == [(0, 0), (0, 1), (1, 1), (1, 2)]


def test_a_unit_that_nothing_is_written_to_sees_nothing():
    # pixel i is written to 3i alone
    layer = ConvTranspose1d(out_channels=1, kernel_size=1, stride=3, output_padding=2)
    field = last_field((1, 5), layer)
    assert seen(field, 5) == [(0, 0), None, None, (1, 1), None]


def test_no_padding_is_known_where_the_first_unit_sees_nothing():
    # pixel i is written to 3i - 1 alone
    layer = ConvTranspose1d(out_channels=1, kernel_size=1, stride=3, padding=1, output_padding=2)
    field = last_field((1, 5), layer)
    assert seen(field, 3) == [None, None, (1, 1)]
    assert field.effective_padding == (None,)


def test_a_convolution_looks_over_units_that_see_nothing():
    # three units in a row read one of pixel i, which is written to 3i alone
    layers = [
        ConvTranspose1d(out_channels=1, kernel_size=1, stride=3, output_padding=2),
        Conv1d(out_channels=1, kernel_size=3),
    ]
    assert seen(last_field((1, 5), *layers), 4) == [(0, 0), (1, 1), (1, 1), (1, 1)]


def test_adaptive_pooling_of_seven_to_three():
    # 7 places in 3 parts: 0 … 7/3, 7/3 … 14/3, 14/3 … 7; parts share what they cut
    field = last_field((1, 7), AdaptiveAvgPool1d(output_size=3))
    assert seen(field, 3) == [(0, 2), (2, 4), (4, 6)]
    assert field.effective_stride == (Fraction(7, 3),)


def test_adaptive_parts_may_differ_in_size():
    # 5 places in 3 parts: 0 … 5/3, 5/3 … 10/3, 10/3 … 5
    field = last_field((1, 5), AdaptiveAvgPool1d(output_size=3))
    assert seen(field, 3) == [(0, 1), (1, 3), (3, 4)]
    assert field.size == (3,)


def test_units_that_are_not_there_are_not_seen():
    # 7 places in 6 parts of two each: 0 and 1, 1 and 2, … 5 and 6; no unit 6 follows
    layers = {
        "conv": conv(1),
        "pool": AdaptiveAvgPool2d(output_size=6),
        "flatten": Flatten(),
        "fc": Linear(out_features=10),
    }
    fields = receptive_fields(chain((3, 7, 7), layers)).by_name
    assert [field.size for field in fields.values()] == [(1, 1), (2, 2), (2, 2), (7, 7)]


def test_global_pooling_sees_the_whole_map():
    # 3 + 6·2: seven units, two pixels apart, of three pixels each
    field = last_field((1, 15, 15), conv(3, stride=2), AdaptiveAvgPool2d(output_size=1))
    assert field.size == (15, 15)


def test_layers_without_a_window_change_nothing():
    field = last_field((1, 15, 15), conv(3, stride=2, padding=1), BatchNorm2d(), ReLU(), Flatten())
    assert (field.size, field.effective_stride, field.effective_padding) == ((3, 3), (2, 2), (1, 1))


def test_every_unit_behind_a_group_norm_sees_everything():
    # seven units of three pixels, two pixels apart: the pixels 0 … 14, wherever the unit is
    field = last_field((1, 15, 15), conv(3, stride=2), GroupNorm(num_groups=2))
    assert seen(field, 3) == [(0, 14)] * 3
    assert field.effective_stride == (0, 0)


def test_every_unit_behind_a_layer_norm_of_all_axes_sees_everything():
    field = last_field((2, 5), LayerNorm(normalized_axes=2))
    assert seen(field, 2) == [(0, 4)] * 2


def branches(input_shape: Shape, join: Layer, *layers: Sequence[Layer]) -> Graph:
    """Return a graph whose branches read the input and meet in "join"."""
    builder = GraphBuilder(input_shape)
    ends = []
    for branch, of_branch in enumerate(layers):
        previous = INPUT
        for number, layer in enumerate(of_branch):
            previous = builder.add(f"branch{branch}_{number}", layer, [previous]).name
        ends.append(previous)
    builder.add("join", join, ends)
    return builder.build("branches")


def test_a_join_sees_what_its_widest_branch_sees():
    wide, narrow = conv(5, padding=2), conv(3, padding=1)
    fields = receptive_fields(branches((1, 9, 9), Concat(), [wide], [narrow]))
    assert fields.by_name["join"] == fields.by_name["branch0_0"]
    assert fields.notes == ()


def test_a_residual_join_sees_what_its_branch_sees():
    graph = branches((4, 9, 9), Add(), [conv(3, padding=1)], [])
    assert receptive_fields(graph).by_name["join"] == field_of(graph, "branch0_0")


# unit u of the convolution sees the pixels 2u - 1 … 2u + 1, that of the pool 2u … 2u + 2
MISALIGNED = branches(
    (1, 8, 8),
    Concat(),
    [conv(3, stride=2, padding=1)],
    [MaxPool2d(kernel_size=3, stride=2, ceil_mode=True)],
)


def test_misaligned_branches_see_more_together_than_each():
    field = field_of(MISALIGNED, "join")
    assert seen(field, 2) == [(-1, 2), (1, 4)]
    assert (field.size, field.effective_stride, field.effective_padding) == ((4, 4), (2, 2), (1, 1))


def test_misaligned_branches_are_noted():
    assert receptive_fields(MISALIGNED).notes == (
        "join: the centres of its branches do not line up; the receptive field is their union",
    )


# unit u of the first branch sees the pixels u … u + 4, that of the second 2u … 2u + 1
UNEVEN = branches(
    (1, 8),
    Add(),
    [Conv1d(out_channels=1, kernel_size=5)],
    [Conv1d(out_channels=1, kernel_size=2, stride=2)],
)


def test_branches_of_different_strides_see_their_union_at_each_unit():
    field = field_of(UNEVEN, "join")
    assert seen(field, 4) == [(0, 4), (1, 5), (2, 6), (3, 7)]


def test_branches_of_different_strides_have_no_one_stride():
    field = field_of(UNEVEN, "join")
    assert field.effective_stride == (None,)
    assert field.size == (5,)


def test_branches_of_different_strides_are_noted():
    assert receptive_fields(UNEVEN).notes == (
        (
            "join: its branches have effective strides 1 and 2; "
            "the receptive field is the union at each unit, and the widest one is shown"
        ),
    )


def test_there_is_no_one_stride_behind_branches_of_different_strides_either():
    # the units 0 … 3 see 0 … 4, 1 … 5, 2 … 6 and 3 … 7; pairs of them, two apart
    builder = GraphBuilder((1, 8))
    builder.add("wide", Conv1d(out_channels=1, kernel_size=5), [INPUT])
    builder.add("fast", Conv1d(out_channels=1, kernel_size=2, stride=2), [INPUT])
    builder.add("join", Add(), ["wide", "fast"])
    builder.add("pool", MaxPool1d(kernel_size=2), ["join"])
    field = field_of(builder.build("uneven"), "pool")
    assert seen(field, 2) == [(0, 5), (2, 7)]
    assert field.effective_stride == (None,)


def test_there_is_no_one_stride_where_such_branches_meet_again():
    builder = GraphBuilder((1, 8))
    builder.add("wide", Conv1d(out_channels=1, kernel_size=5), [INPUT])
    builder.add("fast", Conv1d(out_channels=1, kernel_size=2, stride=2), [INPUT])
    builder.add("join", Add(), ["wide", "fast"])
    builder.add("relu", ReLU(), ["join"])
    builder.add("again", Add(), ["join", "relu"])
    assert field_of(builder.build("uneven"), "again").effective_stride == (None,)


def test_a_map_twice_as_large_and_back_is_aligned_with_the_image():
    # unit u of the transposed convolution reads pixel ⌊u / 2⌋; the pool joins two of them again
    layers = [ConvTranspose2d(out_channels=1, kernel_size=2, stride=2), MaxPool2d(kernel_size=2)]
    field = last_field((1, 5, 5), *layers)
    assert seen(field, 3) == [(0, 0), (1, 1), (2, 2)]
    assert field.effective_stride == (1, 1)


def test_a_layer_norm_of_the_last_axis_reads_each_row():
    field = last_field((3, 8, 8), LayerNorm())
    assert (field.size, field.effective_stride) == ((1, 8), (1, 0))


def test_a_linear_layer_of_the_last_axis_reads_each_row_once():
    # three columns a unit, of which the last axis has six: eight pixels
    field = last_field((3, 8, 8), conv(3), Linear(in_features=6, out_features=4))
    assert field.size == (3, 8)


def test_beyond_the_map_a_branch_of_another_stride_goes_on_by_itself():
    builder = GraphBuilder((1, 8))
    builder.add("fast", Conv1d(out_channels=1, kernel_size=3, stride=2, padding=1), [INPUT])
    builder.add("mean", AdaptiveAvgPool1d(output_size=1), [INPUT])
    builder.add("gate", Multiply(), ["fast", "mean"])
    builder.add("next", Conv1d(out_channels=1, kernel_size=3, padding=1), ["gate"])
    graph = builder.build("gate")
    # each unit sees 0 … 7; unit u of the fast branch 2u - 1 … 2u + 1: together -1 … 7, 0 … 7, …
    assert seen(field_of(graph, "gate"), 4) == [(-1, 7), (0, 7), (0, 7), (0, 7)]
    # unit -1 of the fast branch sees -3 … -1, unit 4 sees 7 … 9
    assert seen(field_of(graph, "next"), 4) == [(-3, 7), (-1, 7), (0, 7), (0, 9)]
    assert field_of(graph, "next").size == (11,)


def test_a_period_may_be_longer_than_the_map():
    field = last_field((1, 20_000), AdaptiveAvgPool1d(output_size=19_999))
    # unit u reads ⌊u·20000/19999⌋ … ⌈(u + 1)·20000/19999⌉ - 1
    assert (field.size, field.effective_stride) == ((2,), (Fraction(20_000, 19_999),))
    assert field.tracks[0].interval(19_998) == (19_998, 19_999)
    assert field.tracks[0].interval(19_999) == (20_000, 20_001)


def test_global_pooling_is_a_window_as_large_as_its_input():
    # four units, two apart, of three columns each: 3 + 3·2
    field = last_field(
        (1, 8),
        Conv1d(out_channels=1, kernel_size=3, stride=2, padding=1),
        AdaptiveAvgPool1d(output_size=1),
    )
    assert (field.size, field.effective_stride, field.effective_padding) == ((9,), (2,), (1,))


UNKNOWN = {
    # it may read the features of a token, or all places of a channel
    "layer norm of one axis of two": (
        (4, 8),
        {"norm": LayerNorm(), "relu": ReLU()},
        (
            "receptive field unknown from norm on (2 layers): "
            "the axes of the input do not tell which of them are places"
        ),
    ),
}


@pytest.mark.parametrize(("in_shape", "layers", "note"), UNKNOWN.values(), ids=UNKNOWN)
def test_what_cannot_be_followed_is_unknown_from_there_on_and_noted_once(in_shape, layers, note):
    fields = receptive_fields(chain(in_shape, layers))
    assert set(fields.by_name.values()) == {None}
    assert fields.notes == (note,)


def test_inputs_with_different_places_cannot_be_followed():
    # eight values each: two channels of four columns, and eight columns
    builder = GraphBuilder((1, 8))
    builder.add("conv", Conv1d(out_channels=2, kernel_size=2, stride=2), [INPUT])
    builder.add("narrow", Flatten(), ["conv"])
    builder.add("wide", Flatten(), [INPUT])
    builder.add("join", Add(), ["narrow", "wide"])
    fields = receptive_fields(builder.build("mixed"))
    assert fields.by_name["join"] is None
    assert fields.notes == (
        "receptive field unknown from join on (1 layer): its inputs have different places",
    )


def test_layers_that_are_unknown_for_one_reason_are_counted_together():
    builder = GraphBuilder((4, 8))
    for name in ("first", "second"):
        builder.add(name, LayerNorm(), [INPUT])
    builder.add("both", Add(), ["first", "second"])
    (note,) = receptive_fields(builder.build("mixed")).notes
    assert note.startswith("receptive field unknown from first on (3 layers): ")


def test_a_value_and_a_layer_of_all_values_together_see_all():
    builder = GraphBuilder((1, 8))
    builder.add("flatten", Flatten(), [INPUT])
    builder.add("linear", Linear(out_features=8), ["flatten"])
    builder.add("join", Add(), ["flatten", "linear"])
    field = field_of(builder.build("residual"), "join")
    assert seen(field, 8) == [(0, 7)] * 8
    assert field.effective_stride == (0,)


def test_flattened_maps_behind_one_another_are_read_together():
    # a unit sees 3 pixels of 4 units, 2 apart: 9 pixels, of both maps
    builder = GraphBuilder((1, 9, 9))
    builder.add("one", conv(3, stride=2), [INPUT])
    builder.add("other", conv(3, stride=2), [INPUT])
    for name in ("one", "other"):
        builder.add(f"flat {name}", Flatten(), [name])
    builder.add("both", Concat(), ["flat one", "flat other"])
    builder.add("linear", Linear(out_features=2), ["both"])
    graph = builder.build("two maps")
    assert [field_of(graph, name).size for name in ("both", "linear")] == [(3, 3), (9, 9)]


def test_what_reads_nothing_of_the_image_has_no_receptive_field():
    layer = Observed(kind="table", shape=(4,))
    nodes = (Node("table", layer, (), (), (4,), examples=1),)
    fields = receptive_fields(Graph("constant", (3, 8, 8), nodes))
    assert (fields.by_name, fields.notes) == ({"table": None}, ())


def test_without_an_image_there_is_nothing_to_see():
    fields = receptive_fields(chain((784,), {"fc1": Linear(out_features=10), "relu1": ReLU()}))
    assert fields.by_name == {"fc1": None, "relu1": None}
    assert fields.notes == ()


def test_batch_norm_without_running_statistics_sees_the_whole_map():
    builder = GraphBuilder((3, 8, 8))
    builder.add("conv", Conv2d(out_channels=4, kernel_size=3), [INPUT])
    builder.add("norm", BatchNorm2d(track_running_stats=False), ["conv"])
    field = receptive_fields(builder.build("net")).by_name["norm"]
    assert field is not None
    assert field.size == (8, 8)  # units 0 to 5 of the 6x6 map see pixels 0 to 7


def test_softmax_of_a_flattened_map_sees_all_of_it():
    builder = GraphBuilder((3, 8, 8))
    builder.add("conv", Conv2d(out_channels=4, kernel_size=3), [INPUT])
    builder.add("flat", Flatten(), ["conv"])
    builder.add("prob", Softmax(), ["flat"])
    field = receptive_fields(builder.build("net")).by_name["prob"]
    assert field is not None
    assert field.size == (8, 8)


def test_a_huge_window_behind_a_stride_takes_no_time():
    # of the map behind, 300,000,001 units are seen from -150,000,000 on; even unit 2u sees the
    # inputs u - 1 and u
    field = last_field(
        (1, 64),
        ConvTranspose1d(out_channels=1, kernel_size=3, stride=2),
        Conv1d(out_channels=1, kernel_size=300_000_001, padding=150_000_000),
    )
    assert seen(field, 1) == [(-75_000_001, 75_000_000)]


def test_units_that_are_too_many_to_follow_are_unknown():
    # each of the 9,000,000 units between two strides sees otherwise
    graph = chain(
        (1, 64),
        {
            "up": ConvTranspose1d(out_channels=1, kernel_size=3, stride=9_000_000),
            "all": AdaptiveAvgPool1d(output_size=1),
        },
    )
    assert receptive_fields(graph).by_name == {"up": None, "all": None}


@pytest.mark.slow
def test_units_that_read_too_many_by_several_layers_are_unknown():
    # 65,535 units read 5 each, which read 100 each, none of them like its neighbour
    graph = chain(
        (1, 100),
        {
            "up": ConvTranspose1d(out_channels=1, kernel_size=65_536, stride=65_535, dilation=2),
            "first": MaxPool1d(kernel_size=100, stride=65_536, padding=50),
            "second": MaxPool1d(kernel_size=5, stride=11, padding=2),
            "third": MaxPool1d(kernel_size=65_535, stride=3, padding=32_767),
        },
    )
    fields = receptive_fields(graph)
    assert fields.by_name["third"] is None
    assert any("more than 65,536 of its units see otherwise each" in one for one in fields.notes)
