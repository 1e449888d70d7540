"""Which row is which layer: by kind, sizes and place, and by name."""

from __future__ import annotations

from archstat.homework.answers.places import key_of
from archstat.homework.sheet.alignment import aligned
from archstat.homework.sheet.columns import columns_of
from archstat.homework.sheet.evidence import Evidence
from archstat.homework.sheet.sheet import sheet_of
from tests.homework.networks import sheet, truth


def layers(table, name="paper-alexnet"):
    """Return the alignment, and the layers of the rows in their order."""
    found = aligned(Evidence(sheet_of(table, columns_of(table)), key_of(truth(name))))
    return found, [found.layers.get(row) for row in range(len(table.rows))]


def test_repeated_labels_are_told_apart_by_their_place():
    _, found = layers(
        sheet(
            "layer | stride",
            "conv | 4",
            "conv | 1",
            "conv | 1",
            "conv | 1",
            "conv | 1",
            "fc | -",
            "fc | -",
            "fc | -",
        )
    )
    assert found == ["conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "fc8"]


def test_repeated_labels_are_told_apart_by_their_values():
    _, found = layers(
        sheet("layer | weights", "conv | 884,736", "conv | 442,368", "fc | 4,096,000")
    )
    assert found == ["conv3", "conv5", "fc8"]


def test_numbers_may_count_the_layers_of_a_family():
    _, found = layers(sheet("layer | neurons", "FC1 | 4,096", "FC2 | 4,096", "FC3 | 1,000"))
    assert found == ["fc6", "fc7", "fc8"]


def test_values_outweigh_a_number_that_lies():
    _, found = layers(
        sheet(
            "layer | feature map | weights",
            "Convolution 1 | 27×27×256 | 307,200",
            "Convolution 2 | 13×13×384 | 884,736",
        )
    )
    assert found == ["conv2", "conv3"]


def test_a_layer_without_a_row_is_missing_and_a_row_without_a_layer_is_extra():
    alignment, found = layers(
        sheet("layer | weights", "conv1 | 34,848", "batch norm | 192", "conv2 | 307,200")
    )
    assert found == ["conv1", None, "conv2"]
    assert alignment.extra == (1,)


def test_inputs_and_totals_are_no_layers():
    alignment, found = layers(
        sheet("layer | weights", "input | -", "conv1 | 34,848", "합계 | 34,848")
    )
    assert found == [None, "conv1", None]
    assert (alignment.inputs, alignment.totals, alignment.extra) == ((0,), (2,), ())


def test_a_row_at_another_place_is_found_by_its_name_and_values():
    alignment, found = layers(
        sheet(
            "layer | weights",
            "conv1 | 34,848",
            "fc8 | 4,096,000",
            "conv2 | 307,200",
            "conv3 | 884,736",
        )
    )
    assert found == ["conv1", "fc8", "conv2", "conv3"]
    assert alignment.reordered == (1,)
