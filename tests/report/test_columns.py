"""Columns: which there are, how they are chosen, and what is in them."""

from __future__ import annotations

from collections import Counter

import pytest

from archstat.documents import cells
from archstat.errors import UsageError
from archstat.models.spec.catalogue import catalogue
from archstat.models.spec.resolve import resolve
from archstat.report.columns import (
    COLUMNS,
    DEFAULT,
    choose_columns,
    for_machines,
)
from archstat.report.report import report_on
from archstat.report.values import Bytes, Map, Pair, PerAxis, Share
from tests.renderers.networks import branching


def keys(columns):
    return [column.key for column in columns]


def test_every_key_is_there_once():
    from archstat.report import columns

    assert len(columns._ALL) == len(COLUMNS)
    assert [key for key, column in COLUMNS.items() if column.key != key] == []
    titles = Counter(column.title for column in COLUMNS.values())
    assert {title: count for title, count in titles.items() if count > 1} == {
        "filters": 2  # for two readers
    }


def test_the_usual_columns_are_those_of_a_homework_table():
    assert DEFAULT == (
        "layer",
        "kind",
        "filters_and_size",
        "stride_and_padding",
        "feature_map",
        "weights",
        "neurons",
        "macs",
        "receptive_field",
    )


@pytest.mark.parametrize("name", catalogue())
def test_every_column_has_a_text_for_every_layer(name):
    report = report_on(resolve(name))
    for column in COLUMNS.values():
        for row in report.layers:
            value = column.value(row, report.totals)
            assert cells.for_people(value), column.key
            assert "×" not in cells.for_machines(value), column.key
        assert isinstance(cells.for_people(column.total(report.totals)), str), column.key


def test_columns_keep_the_order_they_are_asked_for():
    assert keys(choose_columns(["macs", "layer", "macs_share"])) == ["macs", "layer", "macs_share"]


def test_added_columns_stand_where_they_belong():
    assert keys(choose_columns(["+flops", "+params"])) == [
        "layer",
        "kind",
        "filters_and_size",
        "stride_and_padding",
        "feature_map",
        "weights",
        "params",
        "neurons",
        "macs",
        "flops",
        "receptive_field",
    ]


def test_one_plus_is_enough_to_add_columns():
    assert choose_columns(["+flops", "params"]) == choose_columns(["+flops", "+params"])


def test_a_usual_column_that_is_added_is_there_once():
    assert keys(choose_columns(["+macs"])) == list(DEFAULT)


@pytest.mark.parametrize("name", ["rf", "RF"])
def test_a_column_may_be_named_by_its_short_title(name):
    assert keys(choose_columns(["layer", name])) == ["layer", "receptive_field"]
    assert choose_columns([f"+{name}"]) == choose_columns(["+receptive_field"])


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (["layer", "neuron"], "there is no column 'neuron'\n  hint: did you mean 'neurons'?"),
        (["+neuron"], "there is no column 'neuron'\n  hint: did you mean 'neurons'?"),
        (["biass", "q"], "there is no column 'biass' and no 'q'\n  hint: did you mean 'biases'?"),
        (["+neuron", "macs"], "there is no column 'neuron'\n  hint: did you mean 'neurons'?"),
    ],
)  # fmt: skip
def test_unknown_columns_are_named(asked, message):
    with pytest.raises(UsageError) as caught:
        choose_columns(asked)
    assert str(caught.value) == message


def test_without_anything_near_all_columns_are_named():
    with pytest.raises(UsageError) as caught:
        choose_columns(["qqq"])
    assert str(caught.value).endswith(f"hint: there are {', '.join(COLUMNS)}")


def test_machines_get_one_value_a_column():
    asked = choose_columns(["layer", "filters_and_size", "stride_and_padding", "groups"])
    assert keys(for_machines(asked)) == [
        "layer",
        "filters",
        "filter_size",
        "groups",
        "stride",
        "padding",
    ]


def test_parts_are_columns_without_parts():
    parts = [part for column in COLUMNS.values() for part in column.parts]
    assert len(parts) == 5
    assert [part for part in parts if COLUMNS[part].parts] == []


def test_what_a_convolution_has_in_each_column():
    report = report_on(branching(), batch_size=2)
    row = report.layers[2]
    found = {key: column.value(row, report.totals) for key, column in COLUMNS.items()}
    field = {key: found.pop(key).values for key in
             ("receptive_field", "effective_stride", "effective_padding")}  # fmt: skip
    assert field == {
        "receptive_field": (11, 7), "effective_stride": (2, 2), "effective_padding": (5, 3),
    }  # fmt: skip
    kind = found.pop("kind")
    assert (kind.name, kind.label) == ("conv2d", "conv")
    assert found == {
        "layer": "wide",
        "filters_and_size": Pair(Map(4, ()), " @ ", Map(2, (5, 3))),
        "filters": 4,
        "filter_size": Map(2, (5, 3)),
        "groups": 2,
        "stride_and_padding": Pair(PerAxis((1, 1)), " / ", PerAxis((2, 1))),
        "stride": PerAxis((1, 1)),
        "padding": PerAxis((2, 1)),
        "feature_map": Map(4, (6, 6)),
        "in_shape": Map(4, (6, 6)),
        "out_shape": Map(4, (6, 6)),
        "weights": 120,
        "biases": 4,
        "params": 124,
        "params_share": Share(124, 604),
        "neurons": 144,
        "macs": 8_640,
        "macs_share": Share(8_640, 17_136),
        "flops": 17_280,
        "input_gradient_macs": 8_640,
        "weight_gradient_macs": 8_640,
        "backward_macs": 17_280,
        "kept_bytes": Bytes(1_152),  # its input, the output of the norm: 2 · 4·6·6 · 4
        "activation_bytes": Bytes(1_152),
        "param_bytes": Bytes(496),
    }


def test_what_the_foot_has_in_each_column():
    totals = report_on(branching()).totals
    found = {key: column.total(totals) for key, column in COLUMNS.items()}
    assert {key: total for key, total in found.items() if total != ""} == {
        "layer": "total",
        "weights": 592,
        "biases": 12,
        "params": 604,
        "params_share": Share(604, 604),
        "neurons": 298,
        "macs": 8_568,
        "macs_share": Share(8_568, 8_568),
        "flops": 17_136,
        "input_gradient_macs": 4_680,  # all but the 3,888 of conv1
        "weight_gradient_macs": 8_568,
        "backward_macs": 13_248,
        # numbers: image 432, conv1 144 + 8, norm1 144, wide 144 + padded 216 + 2·144, join 144,
        # pool 36; and 36 places of 8 bytes
        "kept_bytes": Bytes(6_512),
        "activation_bytes": Bytes(3_208),
        "param_bytes": Bytes(2_416),
    }


def test_what_a_join_has_not_is_empty_and_not_zero():
    report = report_on(branching())
    row = report.layers[4]
    nothing = ("filters", "filter_size", "groups", "stride", "padding", "stride_and_padding")
    assert [COLUMNS[key].value(row, report.totals) for key in nothing] == [""] * 6
    assert COLUMNS["weights"].value(row, report.totals) == 0


def test_an_unknown_field_is_unknown_in_each_of_its_columns():
    from dataclasses import replace

    report = report_on(branching())
    row = replace(report.layers[0], receptive_field=None)
    for key in ("receptive_field", "effective_stride", "effective_padding"):
        assert COLUMNS[key].value(row, report.totals) is None
