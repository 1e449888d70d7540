"""Lists that say what a table would."""

from __future__ import annotations

import pytest

from archstat.errors import NoTableError
from archstat.homework.reading import read_text
from tests.homework.reading.reading import read

LISTING = """INPUT: [224x224x3]      memory:  224*224*3=150K   params: 0
CONV3-64: [224x224x64]  memory:  224*224*64=3.2M   params: (3*3*3)*64 = 1,728
POOL2: [112x112x64]     memory:  112*112*64=800K   params: 0

TOTAL memory: 24M * 4 bytes ~= 93MB / image
TOTAL params: 138M parameters
"""
LISTED = [
    ("layer", "output", "memory", "params"),
    ("INPUT", "[224x224x3]", "224*224*3=150K", "0"),
    ("CONV3-64", "[224x224x64]", "224*224*64=3.2M", "(3*3*3)*64 = 1,728"),
    ("POOL2", "[112x112x64]", "112*112*64=800K", "0"),
]


def test_a_listing_of_shapes_and_calculations():
    assert read(LISTING) == LISTED


def test_the_totals_below_a_listing_are_no_layers():
    (table,) = read_text(LISTING, name="sheet").tables

    assert table.after.lines == (
        "TOTAL memory: 24M * 4 bytes ~= 93MB / image",
        "TOTAL params: 138M parameters",
    )


def test_a_listing_that_lost_its_blanks():
    assert read("\n".join(" ".join(line.split()) for line in LISTING.split("\n"))) == LISTED


MAPS = [("layer", "output", "params"), ("Conv1", "55x55x96", "34,944"), ("Pool1", "27x27x96", "0")]


@pytest.mark.parametrize(
    "text",
    [
        "Conv1: output 55x55x96, params 34,944\nPool1: output 27x27x96, params 0",
        "1. Conv1: output 55x55x96; params = 34,944\n2. Pool1: output 27x27x96; params = 0",
        "- **Conv1** → 55x55x96, params: 34,944\n- **Pool1** → 27x27x96, params: 0",
        "* Conv1 -- 55x55x96, params: 34,944\n\n* Pool1 -- 27x27x96, params: 0",
        (
            "- Conv1\n  - output: 55x55x96\n  - params: 34,944\n- Pool1\n  - output: 27x27x96\n"
            "  - params: 0"
        ),
        (
            "### Conv1\n- output: 55x55x96\n- params: 34,944\n\n### Pool1\n- output: 27x27x96\n"
            "- params: 0"
        ),
        (
            "Layer: Conv1\noutput: 55x55x96\nparams: 34,944\n\nLayer: Pool1\noutput: 27x27x96\n"
            "params: 0"
        ),
        "Conv1 has output 55x55x96 and params 34,944.\nPool1 has output 27x27x96 and params 0.",
        "* Conv1 (output: 55x55x96; params: 34,944)\n* Pool1 (output: 27x27x96; params: 0)",
        "Conv1 → 55x55x96 (34,944 params)\nPool1 → 27x27x96 (0 params)",
        (
            "Conv1 → output: 55x55x96 | params: 34,944\nPool1 → output: 27x27x96 | params: 0\n\n"
            "The end"
        ),
    ],
)
def test_forms_of_a_list(text):
    assert read(text) == MAPS


def test_words_behind_a_value_are_its_title():
    text = "conv1: 3x3, 16 filters, 0.4 M MACs, 448 params\nfc: 0 MACs, 330 params"

    assert read(text) == [
        ("layer", "filters", "MACs", "params"),
        ("conv1, 3x3", "16", "0.4 M", "448"),
        ("fc", "", "0", "330"),
    ]


def test_settings_without_a_title_stay_with_the_name():
    text = "C1: 5x5 conv, stride 1, RF = 5\nS2: 2x2 pool, stride 2, RF = 6"

    assert read(text)[1:] == [("C1, 5x5 conv", "1", "5"), ("S2, 2x2 pool", "2", "6")]


def test_values_without_words():
    text = "conv1: 448\npool1: 0\nLinear(400, 10): (400+1)×10 = 4,010"

    assert read(text) == [
        ("layer", "value"),
        ("conv1", "448"),
        ("pool1", "0"),
        ("Linear(400, 10)", "(400+1)×10 = 4,010"),
    ]


def test_values_under_words_that_nobody_knows():
    text = "conv1: output 26x26x32, dakz: 448\nfc: output 10, dakz: 330"

    assert read(text)[0] == ("layer", "output", "dakz")


def test_what_is_before_a_layer_and_behind_it():
    text = "FC1: 400 -> 120 (48,120 parameters)\nFC2: 120 -> 84 (10,164 parameters)"

    assert read(text)[1:] == [("FC1", "400 → 120", "48,120"), ("FC2", "120 → 84", "10,164")]


def test_a_map_behind_settings_and_a_colon():
    text = "Conv 1 : 11x11 kernel, 4 stride : 54x54x96\nPool 1 : 3x3 kernel, 2 stride : 26x26x96"

    assert [row[-1] for row in read(text)] == ["output", "54x54x96", "26x26x96"]


def test_a_heading_says_what_values_are():
    text = "## Parameter count\n### conv_1:156=(1×5×5+1)×6, +1(bias)\n### dense_1:330=(32+1)×10"

    assert read(text) == [
        ("layer", "Parameter count"),
        ("conv_1", "156=(1×5×5+1)×6"),
        ("dense_1", "330=(32+1)×10"),
    ]


def test_maps_behind_arrows_of_their_own():
    text = (
        "Input (28x28x1)\n  ↓\nConv2D (6 filters, 5x5)\n  ↓ [(28-5)/1 + 1 = 24] = 24x24x6\n"
        "MaxPool (2x2)\n  ↓ 12x12x6"
    )

    assert read(text)[1:] == [
        ("Input", "(28x28x1)"),
        ("Conv2D (6 filters, 5x5)", "24x24x6"),
        ("MaxPool (2x2)", "12x12x6"),
    ]


def test_lists_in_boxes():
    text = (
        "╔══════════════════════╗\n║  BLOCK               ║\n╠══════════════════════╣\n"
        "║ ┌──────────────────┐ ║\n║ │ Conv2D(64, 3×3)  │ ║\n║ │ • Output: 9×9×64 │ ║\n"
        "║ └──────────────────┘ ║\n║          ↓           ║\n║ ┌──────────────────┐ ║\n"
        "║ │ MaxPool(2×2)     │ ║\n║ │ • Output: 4×4×64 │ ║\n║ └──────────────────┘ ║\n"
        "╚══════════════════════╝"
    )

    assert read(text) == [
        ("layer", "Output"),
        ("Conv2D(64, 3×3)", "9×9×64"),
        ("MaxPool(2×2)", "4×4×64"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Input 28x28x1 -> Conv1 24x24x6 -> Pool1 12x12x6 -> FC 10 -> 10",
        "INPUT (28x28x1) ==> Conv1 (24x24x6) ==> Pool1 [12x12x6] ==> FC 10 ==> 10",
    ],
)
def test_a_network_in_a_line(text):
    values = [[value.strip("()[]") for value in row] for row in read(text)[2:]]

    assert values == [["Conv1", "24x24x6"], ["Pool1", "12x12x6"], ["FC 10", "10"]]


def test_layers_between_their_maps():
    text = "64×64×8 → MaxPool → 32×32×8\n32×32×16 → MaxPool → 16×16×16"

    assert read(text)[1:] == [
        ("MaxPool", "64×64×8 → 32×32×8"),
        ("MaxPool", "32×32×16 → 16×16×16"),
    ]


def test_items_under_headings_in_bold():
    text = (
        "**Conv1 (kernel=11, stride=4)**\n```\nInput: 227×227\nOutput: 55×55, depth=96\n```\n\n"
        "**Pool1 (kernel=3, stride=2)**\n```\nInput: 55×55\nOutput: 27×27, depth=96\n```"
    )

    assert [row[:3] for row in read(text)[1:]] == [
        ("Conv1 (kernel=11, stride=4)", "227×227", "55×55"),
        ("Pool1 (kernel=3, stride=2)", "55×55", "27×27"),
    ]


def test_a_map_on_a_line_below_the_settings():
    text = "conv1, 32 filters:\n(28, 28, 32)\nmaxpool1, 2x2:\n(14, 14, 32) => 14*14*32 outputs\n"

    assert [row[-1] for row in read(text)[1:]] == ["(28, 28, 32)", "(14, 14, 32)"]


def test_a_heading_within_an_item_ends_nothing():
    text = (
        "Convolution 1:\n  • Kernels: 20\nOutput size calculation:\n  • Output size: 222x222x20\n"
        "Pooling 1:\n  • Stride: 2\nOutput size calculation:\n  • Output size: 111x111x20\n"
    )

    assert read(text) == [
        ("layer", "Kernels", "Output size", "Stride"),
        ("Convolution 1", "20", "222x222x20", ""),
        ("Pooling 1", "", "111x111x20", "2"),
    ]


def test_maps_of_a_size():
    text = "Layer 1 C1:\n- 6 feature maps of size 28x28.\nLayer 2 S2:\n- 6 feature maps of 14x14\n"

    assert [row[1] for row in read(text)[1:]] == [
        "6 feature maps of size 28x28",
        "6 feature maps of 14x14",
    ]


def test_formulas_in_a_line():
    text = (
        "\\(Conv\\enspace1\\): \\(96\\) filters, stride \\(4\\): \\(55\\times55\\times96\\)\n"
        "\\(Pool\\enspace1\\): 3x3, stride \\(2\\): \\(55\\times55\\times96\\) to "
        "\\(27\\times27\\times96\\)"
    )

    assert [row[-1] for row in read(text)] == ["output", "55×55×96", "55×55×96 → 27×27×96"]


def test_maps_alone_in_a_line():
    text = "100 x 1 → 1024 x 4 x 4 → 512 x 8 x 8\n→ 64 x 16 x 16\n"

    assert read(text)[1:] == [
        ("input", "100 x 1"),
        ("", "1024 x 4 x 4"),
        ("", "512 x 8 x 8"),
        ("", "64 x 16 x 16"),
    ]


def test_numbers_under_titles_are_no_list():
    text = (
        "Layer             params       macs\n-----------------------------------\n"
        "Conv2d_0:            864    10,838\nConv2d_1:            288     3,612\n"
    )

    assert read(text)[0] == ("Layer", "params", "macs")


def test_a_list_in_a_page():
    text = "<html><ul><li>conv1: 448 params<li>fc: 330 params</ul>"

    assert read(text) == [("layer", "params"), ("conv1", "448"), ("fc", "330")]


@pytest.mark.parametrize(
    "text",
    [
        "Batch size: 32\nLearning rate: 0.1\nEpochs: 20",
        "Epoch 1: loss 0.5\nEpoch 2: loss 0.4",
        "conv1: 448 params",
        "Note: the first layer has many filters.\nNote: the second has few.",
        "conv1: kernel 3x3, stride 1, pad 1\npool1: kernel 2x2, stride 2",
        "In [1]:\nimport torch\nIn [2]:\noptimizer = Adam(params=net.parameters())",
        "import torch\nx = torch.zeros(1)\nkernel = 3\nstride = 1",
    ],
)
def test_what_is_no_list_of_layers(text):
    with pytest.raises(NoTableError, match="holds no table"):
        read(text)


def test_items_under_headings_with_all_that_a_layer_is_given():
    text = (
        "## Input\n* Input size: 227 x 227 x 3\n\n"
        "## Layer 1 (Conv1)\n* Layer type: Convolutional\n* Output size: 55 x 55 x 96\n"
        "* Activation: ReLU\n* Parameters: 34,944\n\n"
        "## Layer 2 (Pool1)\n* Layer type: Max Pooling\n* Output size: 27 x 27 x 96\n"
        "* Parameters: 0\n"
    )

    assert read(text) == [
        ("layer", "Input size", "Layer type", "Output size", "Activation", "Parameters"),
        ("Input", "227 x 227 x 3", "", "", "", ""),
        ("Layer 1 (Conv1)", "", "Convolutional", "55 x 55 x 96", "ReLU", "34,944"),
        ("Layer 2 (Pool1)", "", "Max Pooling", "27 x 27 x 96", "", "0"),
    ]


def test_a_list_in_chinese():
    text = (
        "CNN1: 96个11x11x3的卷积核,\n节点数量为:55x55x48x2=290400\n参数数量:34944\n"
        "CNN2: 256个5x5x48卷积核,\n节点数量为:186624\n参数数量:307456\n"
    )

    assert read(text) == [
        ("layer", "节点数量", "参数数量"),
        ("CNN1, 96个11x11x3的卷积核", "55x55x48x2=290400", "34944"),
        ("CNN2, 256个5x5x48卷积核", "186624", "307456"),
    ]


def test_shapes_that_a_program_prints():
    text = "input shape: torch.Size([1, 3, 8, 8])\nconv1 shape: torch.Size([1, 4, 8, 8])\n"

    assert read(text)[1:] == [
        ("input shape", "torch.Size([1, 3, 8, 8])"),
        ("conv1", "torch.Size([1, 4, 8, 8])"),
    ]


def test_a_shape_behind_a_name_and_numbers_about_something_else():
    text = (
        "conv (32x32x16)\nfilter size 5x5x3\nmax gradient: 0.04, min: -0.03\nparameters: 1216\n\n"
        "pool (16x16x16)\nmax gradient: 0.04, min: -0.03\nparameters: 0\n"
    )

    assert read(text) == [
        ("layer", "output", "filter size", "parameters"),
        ("conv", "32x32x16", "5x5x3", "1216"),
        ("pool", "16x16x16", "", "0"),
    ]


def test_words_behind_the_shape_of_the_input():
    text = "input: (9, 9, 1) Pictures of size 9x9\nconv1: (7, 7, 4)\nconv2: (5, 5, 8)"

    assert read(text)[1:] == [
        ("input", "(9, 9, 1)"),
        ("conv1", "(7, 7, 4)"),
        ("conv2", "(5, 5, 8)"),
    ]


def test_a_map_behind_a_padding_in_words():
    text = "Conv 1: filter size f=5, same: 27×27×256\nConv 2: filter size f=3, valid: 25×25×8"

    assert read(text)[1:] == [("Conv 1", "5", "27×27×256"), ("Conv 2", "3", "25×25×8")]


def test_a_map_behind_that_of_the_input():
    text = "C3: 卷积层\n- 输入 5 × 5,1 × 1 × 120\nC4: 卷积层\n- 输入 1 × 1,1 × 1 × 84"

    assert read(text)[1:] == [("C3", "5 × 5", "1 × 1 × 120"), ("C4", "1 × 1", "1 × 1 × 84")]
