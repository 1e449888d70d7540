"""What follows from an earlier wrong cell, where layers enlarge their maps."""

from __future__ import annotations

from tests.homework.networks import marked, sheet


def test_macs_of_a_transposed_convolution_follow_from_the_map_that_it_reads():
    # 27·27 places, each with 1024·512·2·2 weights; two apart, 54×54 come out
    table = sheet(
        "layer | feature map | MACs",
        "bottom.conv2 | 27x27x1024 | ",
        "up4.transposed | 54x54x512 | 1,528,823,808",
    )
    result = marked(table, "unet")
    verdicts = {one.place: one.verdict.value for one in result.marks}

    assert verdicts["bottom.conv2", "feature_map"] == "✗"
    assert verdicts["up4.transposed", "feature_map"] == "→"
    assert verdicts["up4.transposed", "macs"] == "→"


def test_a_field_behind_a_transposed_convolution_is_that_before_it():
    # 2×2 with a stride of 2: each value comes of one unit before; behind it, units stand 8 apart
    table = sheet(
        "layer | receptive field",
        "bottom.conv1 | 108",
        "bottom.conv2 | 142",
        "up4.transposed | 142",
        "up4.conv1 | 158",
        "up4.conv2 | 206",
    )
    result = marked(table, "unet")

    assert "".join(one.verdict.value for one in result.marks) == "✓✗→→✗"
