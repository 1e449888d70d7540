"""Reports with fewer rows: what is folded, what stays apart, and what the sums are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archstat.errors import UsageError
from archstat.report.folding import by_kind, depth_of_sections, folded, folded_to_fit, largest
from archstat.report.report import report_on
from tests.renderers.networks import branching, network

CONV = {"out_channels": 3, "kernel_size": 3, "padding": 1}  # 81 weights, 3 biases
WIDE = {"out_channels": 6, "kernel_size": 3, "padding": 1}


def nested(*names, kinds=None, modules=None):
    """Return the report on 3×3 convolutions of 3 channels with the names of nested modules."""
    layers = [(f"l{number}", "conv2d", CONV) for number in range(len(names))]
    plain = report_on(network(*layers, input_shape=(3, 4, 4)))
    rows = [
        replace(row, name=name, depth=name.count("."))
        for row, name in zip(plain.layers, names, strict=True)
    ]
    for at, changes in (kinds or {}).items():
        rows[at] = replace(rows[at], **changes)
    return replace(plain, layers=tuple(rows), modules=modules or {})


def names(report):
    return [(row.name, row.label) for row in report.layers]


BLOCKS = {"": "Net", "body": "Sequential", "body.0": "Block", "body.1": "Block", "body.2": "Block"}


def test_modules_below_a_depth_are_one_row_each():
    report = nested("stem", "body.0.conv", "body.1.conv", "head", modules=BLOCKS)
    assert names(folded(report, 1)) == [("stem", "conv"), ("body", "Sequential"), ("head", "conv")]


def test_a_folded_row_is_the_sum_of_its_layers():
    row = folded(nested("body.0.conv", "body.1.conv", modules=BLOCKS), 1).layers[0]
    # 81 weights and 3 biases each, on 16 places with 3 units and 81 products; 4 bytes a unit
    assert (row.weights, row.biases, row.params) == (162, 6, 168)
    assert (row.neurons, row.macs, row.activation_bytes) == (96, 2_592, 384)


def test_a_folded_row_goes_from_the_first_input_to_the_last_output():
    layers = (("a", "conv2d", WIDE), ("b", "conv2d", {**CONV, "stride": 2}))
    plain = report_on(network(*layers, input_shape=(3, 4, 4)))
    rows = tuple(replace(row, name=f"m.{row.name}") for row in plain.layers)
    row = folded(replace(plain, layers=rows), 1).layers[0]
    assert (row.in_shape, row.out_shape, row.receptive_field.size) == ((3, 4, 4), (3, 2, 2), (5, 5))


def test_a_module_of_one_layer_is_folded_too():
    row = folded(nested("body.0.conv", "head", modules=BLOCKS), 2).layers[0]
    assert (row.name, row.label, row.kernel_size) == ("body.0", "Block", None)


def test_a_layer_of_the_depth_itself_stays_as_it_is():
    report = nested("stem", "body.0.conv", modules=BLOCKS)
    assert folded(report, 1).layers[0] == report.layers[0]


def test_layers_deep_enough_stay_as_they_are():
    report = nested("stem", "body.0.conv", modules=BLOCKS)
    assert folded(report, 3).layers == report.layers


def test_a_spec_has_nothing_to_fold():
    report = report_on(branching())
    assert folded(report, 1) == report


def test_totals_are_those_of_all_layers():
    report = nested("stem", "body.0.conv", "body.1.conv", modules=BLOCKS)
    assert folded(report, 1).totals == report.totals


def test_equal_modules_in_a_row_are_one():
    report = nested("body.0.conv", "body.1.conv", "body.2.conv", modules=BLOCKS)
    (row,) = folded(report, 2).layers
    assert (row.name, row.label, row.macs) == ("body.0 … body.2", "Block × 3", 3_888)


def test_an_equal_module_further_on_is_apart():
    report = nested("body.0.conv", "stem", "body.1.conv", modules=BLOCKS)
    assert names(folded(report, 2)) == [
        ("body.0", "Block"),
        ("stem", "conv"),
        ("body.1", "Block"),
    ]


@pytest.mark.parametrize(
    "difference",
    [{"out_shape": (3, 2, 2)}, {"weights": 80}, {"biases": 0}, {"macs": 1}, {"neurons": 1}],
    ids=lambda difference: next(iter(difference)),
)
def test_modules_that_differ_are_apart(difference):
    report = nested("body.0.conv", "body.1.conv", kinds={1: difference}, modules=BLOCKS)
    assert [row.name for row in folded(report, 2).layers] == ["body.0", "body.1"]


def test_modules_of_different_classes_are_apart():
    modules = {**BLOCKS, "body.1": "Other"}
    report = nested("body.0.conv", "body.1.conv", modules=modules)
    assert names(folded(report, 2)) == [("body.0", "Block"), ("body.1", "Other")]


def test_equal_layers_in_a_row_stay_apart():
    report = nested("body.0", "body.1", modules=BLOCKS)
    assert folded(report, 2).layers == report.layers


def test_what_a_folded_layer_did_not_count_the_row_does_not_know():
    uncounted = {0: {"macs": None, "uncounted": ("fft",)}, 1: {"uncounted": ("fft", "erf")}}
    row = folded(nested("body.0.a", "body.0.b", kinds=uncounted, modules=BLOCKS), 2).layers[0]
    assert (row.macs, row.uncounted) == (None, ("erf", "fft"))


def test_kinds_are_in_the_order_in_which_they_first_appear():
    rows = by_kind(report_on(branching())).layers
    assert [(row.name, row.label) for row in rows] == [
        ("2 layers", "conv"),
        ("1 layer", "batch norm"),
        ("1 layer", "LRN"),
        ("1 layer", "add"),
        ("1 layer", "max pool"),
        ("1 layer", "flatten"),
        ("1 layer", "linear"),
    ]


def test_a_kind_is_the_sum_of_its_layers():
    row = by_kind(report_on(branching())).layers[0]
    # 4·3·9 and 4·2·15 weights, 4 biases each, on 6·6 places
    assert (row.weights, row.biases, row.macs) == (228, 8, 8_208)


def test_a_kind_has_no_receptive_field():
    assert [row.receptive_field for row in by_kind(report_on(branching())).layers] == [None] * 7


def test_the_largest_come_first():
    report = largest(report_on(branching()), "macs", 3)
    # wide 120·36, conv1 108·36, fc 4·3·3·10 of which pooling leaves 3·3 places
    assert [(row.name, row.macs) for row in report.layers] == [
        ("wide", 4_320),
        ("conv1", 3_888),
        ("fc", 360),
    ]


def test_equally_large_rows_keep_their_order():
    rows = largest(report_on(branching()), "macs", None).layers
    assert [row.name for row in rows[3:]] == ["norm1", "lrn", "join", "pool", "flat"]


def test_unknown_macs_are_the_smallest():
    report = nested("a", "b", kinds={0: {"macs": None}})
    assert [row.name for row in largest(report, "macs", None).layers] == ["b", "a"]


def test_without_a_key_the_first_rows_are_shown():
    report = largest(report_on(branching()), None, 2)
    assert [row.name for row in report.layers] == ["conv1", "norm1"]
    assert report.notes[-1] == "2 of 8 rows are shown; totals are those of all"


@pytest.mark.parametrize("count", [8, 9, None])
def test_nothing_is_said_where_all_rows_are_shown(count):
    report = report_on(branching())
    assert largest(report, None, count) == report


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("mac", "did you mean 'macs' or 'backward_macs'?"),
        (
            "receptive_field",
            (
                "there are weights, biases, params, neurons, macs, activation_bytes, "
                "backward_macs, kept_bytes"
            ),
        ),
    ],
)
def test_what_cannot_be_sorted_by_is_refused(key, hint):
    with pytest.raises(UsageError) as caught:
        largest(report_on(branching()), key, None)
    assert str(caught.value) == f"sort: cannot sort by {key!r}\n  hint: {hint}"


def many(count, width):
    """Return a spec's report of equal blocks, each of a convolution and a ReLU."""
    layers = [("stem", "conv2d", {"out_channels": width, "kernel_size": 1})]
    for number in range(count):
        settings = {"out_channels": width, "kernel_size": 3, "padding": 1}
        layers += [
            (f"blocks.{number}.conv", "conv2d", settings),
            (f"blocks.{number}.relu", "relu", {}),
        ]
    return report_on(network(*layers))


def test_equal_blocks_are_folded_to_fit():
    report = many(40, 4)  # 81 rows
    rows = folded_to_fit(report).layers
    assert [row.name for row in rows] == ["stem", "blocks.0 … blocks.39"]
    assert rows[1].label == "module × 40"
    assert rows[1].params == 40 * (4 * 4 * 9 + 4)


def test_modules_are_opened_as_far_as_they_fit():
    layers = [
        (f"{part}.{name}", "conv2d", {"out_channels": size, "kernel_size": 1})
        for part, sizes in (("a", range(1, 6)), ("b", range(1, 41)))
        for size in sizes
        for name in [f"conv{size}"]
    ]
    rows = folded_to_fit(report_on(network(*layers)), most=20).layers
    assert [row.name for row in rows] == [*(f"a.conv{size}" for size in range(1, 6)), "b"]
    assert len(folded_to_fit(report_on(network(*layers)), most=60).layers) == 45


def test_a_norm_that_is_written_out_is_one_row():
    torch = pytest.importorskip("torch")

    class Norm(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.ones(4))

        def forward(self, x):
            return self.weight * x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6)

    import archstat

    model = torch.nn.Sequential(Norm(), torch.nn.Linear(4, 4))
    report = archstat.analyze(model, (4,))
    rows = folded_to_fit(report).layers
    assert [(row.name, row.label, row.params) for row in rows] == [
        ("0", "Norm", 4),
        ("1", "linear", 20),
    ]


def test_a_stack_in_one_list_is_no_section():
    # 70 layers, more than are shown as sections, and nothing beside them
    assert depth_of_sections(nested(*(f"layers.{n}" for n in range(70)))) == 2
    # five blocks of 14 are
    names = [f"layers.{block}.{n}" for block in range(5) for n in range(14)]
    assert depth_of_sections(nested(*names)) == 2
