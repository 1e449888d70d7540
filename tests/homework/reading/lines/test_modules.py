"""Networks that are printed as modules within one another."""

from __future__ import annotations

from archstat.homework.reading import read_text
from tests.homework.reading.reading import lines

TORCH = """Net(
  (features): Sequential(
    (0): Conv2d(3, 16, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
    (1): ReLU(inplace=True)
  )
  (fc): Linear(in_features=4096, out_features=10, bias=True)
)
"""
FVCORE = """Net(
  #params: 41.42K, #flops: 0.48M
  (fc): Linear(
    in_features=4096, out_features=10, bias=True
    #params: 40.97K, #flops: 40.96K
  )
)
"""
PTFLOPS = """Net(
  41.42 k, 100.000% Params, 532.49 KMac, 94.203% MACs,
  (0): Conv2d(448, 1.082% Params, 458.75 KMac, 81.158% MACs, 3, 16, kernel_size=(3, 3))
)
"""


def table_of(text):
    (table,) = read_text(text, name="sheet").tables
    return table


def test_what_torch_prints():
    table = table_of(TORCH)

    assert (table.tool, table.place) == ("torch", "line 1")
    assert lines(table)[0] == (
        *("layer", "type", "in_channels", "out_channels", "kernel_size", "stride", "padding"),
        *("in_features", "out_features"),
    )
    assert lines(table)[2] == (
        *("features.0", "Conv2d", "3", "16", "(3, 3)", "(1, 1)", "(1, 1)", "", ""),
    )
    assert [row[:2] for row in table.rows] == [
        *(("features", "Sequential"), ("features.0", "Conv2d"), ("features.1", "ReLU")),
        ("fc", "Linear"),
    ]


def test_what_fvcore_prints():
    table = table_of(FVCORE)

    assert table.tool == "fvcore"
    assert lines(table) == [
        ("layer", "type", "#params", "#flops", "in_features", "out_features"),
        ("total", "Net", "41.42K", "0.48M", "", ""),
        ("fc", "Linear", "40.97K", "40.96K", "4096", "10"),
    ]


def test_what_ptflops_prints():
    table = table_of(PTFLOPS)

    assert table.tool == "ptflops"
    assert lines(table)[0][:6] == ("layer", "type", "params", "% Params", "Mac", "% MACs")
    assert lines(table)[1][:5] == ("total", "Net", "41.42 k", "100.000% Params", "532.49 KMac")
    assert lines(table)[2][:5] == ("0", "Conv2d", "448", "1.082% Params", "458.75 KMac")


def test_a_print_that_never_ends_is_none():
    text = f"{TORCH[:-2]}\n| a | b |\n|---|---|\n| c | 5 |\n"

    assert [table.header for table in read_text(text, name="sheet").tables] == [("a", "b")]


def test_the_log_of_caffe():
    head = "I0320 17:58:08.744418  2344 net.cpp:122] "
    text = (
        f"{head}Setting up conv1\n{head}Top shape: 10 96 55 55 (2904000)\n"
        f"{head}Memory required for data: 16600\n"
        f"{head}Setting up pool1\n{head}Top shape: 10 96 27 27 (699840)\n"
    )
    table = table_of(text)

    assert table.tool == "caffe"
    assert lines(table) == [
        ("layer", "top shape"),
        ("conv1", "(10, 96, 55, 55)"),
        ("pool1", "(10, 96, 27, 27)"),
    ]


def test_a_module_with_something_behind_it_is_none():
    table = table_of("Conv2d(3, 8) + ReLU    (8, 30, 30)\nLinear(8, 3)     (3)\nReLU()    (3)\n")

    assert table.tool is None


def test_one_call_is_no_network():
    text = "Conv2D(64, (3, 3))\n  Params: 1,792\nConv2D(64, (3, 3))\n  Params: 36,928\n"
    (table,) = read_text(text, name="sheet").tables

    assert table.header == ("layer", "Params")
