"""Small sheets of every kind that courses hand in, each with the verdicts that are right.

The networks are those of `networks` below; every number was worked out by hand.
"""

from __future__ import annotations

import pytest

from archstat.homework.answers.truth import Truth, truth_of
from archstat.homework.marking.matching import marked
from archstat.homework.marking.policy import Policy
from archstat.homework.reading import read_text
from archstat.models.spec.resolve import resolve
from archstat.report.report import report_on

TINY = """
conv1 conv2d out_channels=16 kernel_size=3 padding=1
pool1 max_pool2d kernel_size=2
conv2 conv2d out_channels=32 kernel_size=3 padding=1
gap avg_pool2d kernel_size=16
flatten flatten
fc linear out_features=10
"""
UNPOOLED = TINY.replace("gap avg_pool2d kernel_size=16\n", "")
DENSE = """
conv1 conv2d out_channels=16 kernel_size=3 padding=1
fc2 conv2d out_channels=10 kernel_size=32
"""
TRANSPOSED = """
conv1 conv2d out_channels=16 kernel_size=3 padding=1
up conv_transpose2d out_channels=16 kernel_size=2 stride=2
conv2 conv2d out_channels=8 kernel_size=3 padding=1
"""
NORMED = """
conv2d conv2d out_channels=16 kernel_size=3 padding=1
bn batch_norm2d
relu relu
flatten flatten
dense linear out_features=10
"""

BRANCHED = """
conv1 conv2d out_channels=16 kernel_size=3 padding=1
pool1 max_pool2d kernel_size=2
mix_a_1x1 conv2d out_channels=8 kernel_size=1 inputs=["pool1"]
mix_a_3x3 conv2d out_channels=8 kernel_size=3 padding=1 inputs=["pool1"]
mix_a concat inputs=["mix_a_1x1","mix_a_3x3"]
mix_b_1x1 conv2d out_channels=8 kernel_size=1 inputs=["mix_a"]
mix_b_5x5 conv2d out_channels=24 kernel_size=5 padding=2 inputs=["mix_a"]
mix_b concat inputs=["mix_b_1x1","mix_b_5x5"]
"""


def truth(layers: str, folder) -> Truth:
    if "\n" not in layers:
        graph = resolve(layers)
        return truth_of(graph, report_on(graph))
    lines = []
    for line in layers.strip().splitlines():
        name, kind, *settings = line.split()
        stated = "".join(f", {setting.replace('=', ' = ')}" for setting in settings)
        lines.append(f'  {{ name = "{name}", kind = "{kind}"{stated} }},')
    text = 'name = "net"\ntitle = "net"\ninput = [3, 32, 32]\nlayers = [\n'
    (folder / "net.toml").write_text(text + "\n".join(lines) + "\n]\n", encoding="utf-8")
    graph = resolve(str(folder / "net.toml"))
    return truth_of(graph, report_on(graph))


def table(header: str, *rows: str) -> str:
    titles = header.split("|")
    return (
        "\n".join([f"|{header}|", "|---" * len(titles) + "|", *(f"|{row}|" for row in rows)]) + "\n"
    )


CASES = {
    "a map without channels may be 1×1": (
        TINY,
        table("Layer|Output size", "conv1|32x32", "pool1|16x16", "conv2|16x16", "gap|1x1"),
        "✓✓✓✓",
    ),
    "the input of a linear layer before it is flattened": (
        UNPOOLED,
        table("Layer|Input size|Output size", "conv2|16x16x16|16x16x32", "FC|16x16x32|10"),
        "✓✓✓✓",
    ),
    "a size over settings is one": (
        TINY,
        table(
            "Layer|Filters|Size/Stride|Output", "conv1|16|3x3/1|32x32x16", "conv2|32|3x3/1|16x16x32"
        ),
        "✓✓✓✓✓✓✓✓",
    ),
    "values say what a title means": (
        TINY,
        table("Layer|Feature map|Output", "conv1|3x3|32x32x16", "pool1|2x2|16x16x16"),
        "✓✓✓✓",
    ),
    "before and behind the layer": (
        TINY,
        table("Layer|J_in|J_out|R_in|R_out", "conv1|1|1|1|3", "pool1|1|2|3|4", "conv2|2|2|4|8"),
        "✓✓✓✓✓✓✓✓✓✓✓✓",
    ),
    "FC is the convolution that sees its whole map": (
        DENSE,
        table("Layer|K|Output size|Params", "conv1|3|32x32x16|448", "FC|32|1x1x10|163850"),
        "✓✓✓✓✓✓",
    ),
    "a batch of 32": (  # 32 · 442,368 and 32 · 1,179,648
        TINY,
        table("Layer|Params|MACs", "conv1|448|14,155,776", "conv2|4640|37,748,736"),
        "✓≡✓≡",
    ),
    "442K and 1200K for 442,368 and 1,179,648": (
        TINY,
        table("Layer|MACs", "conv1|32*32*16*27 = 442K", "conv2|16*16*32*144=1200K"),
        "≈≈",
    ),
    "one digit is a digit": (
        "paper-alexnet",
        table("Layer|Weights", "conv1|0.03M", "conv2|0.3M", "conv3|0.9M", "fc6|38M", "fc8|4M"),
        "≈≈≈≈≈",
    ),
    "three tables": (
        TINY,
        table("Layer|Output size", "conv1|32x32x16")
        + "\n"
        + table("Layer|Params", "conv1|448", "conv2|9999")
        + "\n"
        + table("Layer|Receptive field", "conv1|3", "pool1|4", "conv2|77"),
        "✓✓✗✓✓✗",
    ),
    "sums of parts": (  # fc6 was taken for 37,352,832 instead of 37,752,832
        "torchvision-alexnet",
        table("Part|Parameters", "features|2,469,696", "classifier|58,231,144", "total|60,700,840"),
        "✓✗→",
    ),
    "a calculation that comes to something else is no mistake": (
        TINY,
        table("Layer|Params|Receptive field", "pool1|0|3+(2-1)*2 = 4", "fc|32*11+10 = 330|"),
        "✓✓✓·",
    ),
    "a row that holds the next": (  # conv4's cells are conv5's
        "ungrouped-alexnet",
        table(
            "layer|weights|biases",
            "conv1|34848|96",
            "conv2|614400|256",
            "conv3|884736|384",
            "conv4|884736|256",
        ),
        "✓✓✓✓✓✓✗✗",
    ),
    "one wrong receptive field": (
        "ungrouped-alexnet",
        table(
            "Layer|Receptive field",
            "conv1|11",
            "pool1|19",
            "conv2|51",
            "pool2|67",
            "conv3|98",
            "conv4|131",
        ),
        "✓✓✓✓✗✓",
    ),
    "a transposed convolution": (
        TRANSPOSED,
        table(
            "Layer|Output shape|Params",
            "Conv2D|32x32x16|448",
            "Conv2DTranspose|32x32x16|1040",
            "Conv2D|64x64x8|1160",
        ),
        "✓✓✗✓✓✓",
    ),
    "wrong values move no row": (
        TINY,
        table(
            "Layer|Output|Params",
            "conv1|32x32x16|448",
            "pool1|15x15x16|0",
            "conv2|16x16x32|4640",
            "gap|2x2x32|0",
            "fc|11|331",
        ),
        "✓✓✗✓✓✓✗✓✗✗",
    ),
    "a wrong batch norm": (
        NORMED,
        table(
            "Layer|Output shape|Params", "conv2d|32x32x16|448", "bn|31x31x16|77", "dense|10|163850"
        ),
        "✓✓✗✗✓✓",
    ),
    "Keras's batch norm, and its total": (
        NORMED,
        table("Layer|Params", "conv2d|448", "BatchNorm|64", "dense|163850", "total|164,362"),
        "✓≡✓≡",
    ),
    "a total in the text": (  # 448 + 4,640 + 330 = 5,418
        TINY,
        table("Layer|Params", "conv1|448", "conv2|4640", "fc|330") + "\nTotal params: 9999\n",
        "✓✓✓✗",
    ),
    "branches with their join": (  # 136 + 1,160; 136 + 9,624; 4 + 2·2; 8 + 4·2
        BRANCHED,
        table(
            "Layer|Output|Params|RF",
            "conv1|32x32x16|448|3",
            "pool1|16x16x16|0|4",
            "Inception (a)|16x16x16|1296|8",
            "Inception (b)|16x16x32|9760|16",
        ),
        "✓✓✓✓✓✓✓✓✓✓✓✓",
    ),
    "shapes of a batch of 8": (  # 8 · 442,368
        TINY,
        table(
            "Layer|Output shape|MACs",
            "conv1|[8, 16, 32, 32]|3,538,944",
            "conv2|[8, 32, 16, 16]|9,437,184",
            "flatten|[8, 32]|",
            "fc|[8, 10]|2,560",
        ),
        "✓≡✓≡✓✓≡",
    ),
    "values under a title that nobody knows": (
        TINY,
        table("Layer|Zahlenwerk", "conv1|448", "conv2|4640", "fc|330"),
        "✓✓✓",
    ),
    "titles without blanks": (
        TINY,
        table("层|卷积核的尺寸|每层参数的数量", "conv1|3x3|448", "conv2|3x3|4641"),
        "✓✓✓✗",
    ),
    "the row of the input": (
        TINY,
        table("Layer|Output|Params|Jump", "input|32x32x3|0|1", "conv1|32x32x16|448|1"),
        "✓✓✓✓✓✓",
    ),
    "workings a line each": (  # 330; the total is right all the same
        TINY,
        (
            "conv1:  3×3×3×16 + 16 = 448\nconv2:  3×3×16×32 + 32 = 4,640\n"
            "fc:     32×10 + 10 = 331\nTotal:  5,418\n"
        ),
        "✓✓✗✓",
    ),
    "sections with the pool behind": (
        TINY,
        (
            "1. Convolution layer\n- Input: 32x32x3\n- Output size: 32x32x16\n"
            "- Output size after pooling: 16x16x16\n2. Convolution layer\n- Output size: 16x16x32\n"
        ),
        "✓✓○✓○✓",
    ),
    "parts and shares in running text": (  # 5,088 of 5,418 are 93.91 %
        TINY,
        table("Layer|Output", "conv1|32x32x16")
        + "\nConv layers: 5.1K parameters (93.9% of the total)\n",
        "✓≈✓",
    ),
    "a total under another title": (
        TINY,
        table(
            "Layer|Output|Weights|Params",
            "conv1|32x32x16|432|448",
            "conv2|16x16x32|4608|4640",
            "fc|10|320|330",
            "Total|5,418||",
        ),
        "✓✓✓✓✓✓✓✓✓✓",
    ),
    "strides before the layer under a title for those behind it": (
        TINY,
        table("Layer|Kernel|J(out)", "conv1|3|1", "pool1|2|1", "conv2|3|2", "gap|16|2"),
        "✓✓✓✗✓✓✓✗",
    ),
    "a field from a kernel that is not less one": (  # 3 + 2·1 = 5, and 5 + 2·2 = 9 follows
        TINY,
        table("Layer|RF", "conv1|3", "pool1|5", "conv2|9"),
        "✓✗→",
    ),
    "a total alone": ("torchvision-alexnet", table("Layer|Params", "Total|61,100,840"), "✓"),
}


@pytest.mark.parametrize("name", CASES)
def test_each_cell_has_its_verdict(name, tmp_path):
    layers, text, verdicts = CASES[name]
    result = marked(read_text(text, name="sheet.md"), truth(layers, tmp_path), Policy())

    said = [one for one in result.marks if one.entry.written.text or one.verdict.value != "·"]
    assert "".join(one.verdict.value for one in said) == verdicts.replace("·", "")
