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


def test_an_effective_stride_follows_from_the_one_before_the_layer():
    # conv1 moves by 4 and pool1 by 2: 8 pixels, which 3·2 for 4·2 makes 6; pool2 doubles it
    table = sheet(
        "layer | jump in | jump out",
        "conv1 | 1 | 4",
        "pool1 | 3 | 6",
        "conv2 | 8 | 8",
        "pool2 | 8 | 18",
    )
    result = marked(table, "paper-alexnet")

    assert "".join(one.verdict.value for one in result.marks) == "✓✓✗→✓✓✓✗"


def test_a_row_is_about_its_convolution_and_not_about_the_activations_around_it():
    """The name of relu5_1 and relu5_2, with conv5_2 between, is none of a block."""
    rows = (
        *("Conv 1 | 224x224x64", "Pool 1 | 112x112x64", "Conv 2 | 112x112x128"),
        *("Pool 2 | 56x56x128", "Conv 3 | 56x56x256", "Conv 4 | 56x56x256", "Pool 3 | 28x28x256"),
        *("Conv 5 | 28x28x512", "Conv 6 | 28x28x512", "Pool 4 | 14x14x512"),
        *("Conv 7 | 14x14x512", "Conv 8 | 13x13x512", "Pool 5 | 7x7x512"),
    )
    result = marked(sheet("layer | feature map", *rows), "vgg11")

    assert [one.layer for one in result.marks if one.verdict.value == "✗"] == ["conv5_2"]
