"""What `print(model)` gives as MODEL: parameters by hand, shapes as far as a chain tells."""

from __future__ import annotations

import pytest

import archstat
from archstat.errors import UsageError
from tests.cli.running import invoke

LENET = """\
Files already downloaded and verified
Net(
  (features): Sequential(
    (0): Conv2d(3, 6, kernel_size=(5, 5), stride=(1, 1))
    (1): ReLU(inplace=True)
    (2): MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)
    (3): Conv2d(6, 16, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1), bias=False)
    (4): BatchNorm2d(16, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)
  )
  (dropout): Dropout(p=0.5, inplace=False)
  (fc): Linear(in_features=3136, out_features=10, bias=True)
)
epoch 1
"""
# 6·3·25 + 6, 16·6·9, 16 + 16, 3136·10 + 10
PARAMS = [456, 0, 0, 864, 32, 0, 31_370]


def analyzed(tmp_path, text, shape=None):
    file = tmp_path / "net.txt"
    file.write_text(text, encoding="utf-8")
    return archstat.analyze(str(file), shape)


def test_parameters_are_known_and_nothing_else(tmp_path):
    report = analyzed(tmp_path, LENET)
    assert [row.params for row in report.layers] == PARAMS
    assert report.layers[0].name == "features.0"
    assert report.layers[0].kernel_size == (5, 5)
    assert [row.is_placed for row in report.layers] == [False] * 7
    assert report.layers[0].macs is None
    assert report.layers[1].macs == 0  # a ReLU multiplies nothing, whatever it is given


def test_shapes_are_known_where_a_linear_layer_confirms_the_chain(tmp_path):
    report = analyzed(tmp_path, LENET, (3, 32, 32))
    shapes = [row.out_shape for row in report.layers]
    # 32 − 5 + 1 = 28, halved 14; 16·14·14 = 3136
    assert shapes[0] == (6, 28, 28)
    assert shapes[2] == (6, 14, 14)
    assert shapes[4] == (16, 14, 14)
    assert shapes[-2:] == [(3136,), (10,)]
    macs = 6 * 28 * 28 * 75 + 16 * 14 * 14 * 54 + 31_360
    assert report.totals.macs == macs
    assert report.layers[3].receptive_field.size == (10, 10)  # 5, 6 behind the pool, 6 + 2·2


def test_beyond_a_chain_shapes_are_not_known(tmp_path):
    report = analyzed(tmp_path, LENET, (3, 40, 40))  # then fc does not fit
    known = [row.is_placed for row in report.layers]
    assert known == [True] * 5 + [False] * 2
    assert report.totals.uncounted == ("layers of unknown shape",)
    assert report.layers[-1].to_dict()["out_shape"] is None
    assert "the shapes of 2 of 7 layers are not told by a print" in report.notes


BERT = """\
BertModel(
  (embeddings): BertEmbeddings(
    (word_embeddings): Embedding(100, 8, padding_idx=0)
    (LayerNorm): LayerNorm((8,), eps=1e-12, elementwise_affine=True)
  )
  (layer): ModuleList(
    (0-2): 3 x BertLayer(
      (query): Linear(in_features=8, out_features=8, bias=False)
      (norm): LlamaRMSNorm((8,), eps=1e-06)
      (c_fc): Conv1D(nf=16, nx=8)
      (act): GELUActivation()
    )
  )
  (rnn): LSTM(4, 5, num_layers=2, batch_first=True, bidirectional=True)
  (attn): MultiheadAttention(
    (out_proj): NonDynamicallyQuantizableLinear(in_features=8, out_features=8, bias=True)
  )
  (odd): Mystery()
)
"""


def test_repeated_modules_and_classes_of_libraries_are_read(tmp_path):
    report = analyzed(tmp_path, BERT)
    params = {row.name: row.params for row in report.layers}
    assert params["embeddings.word_embeddings"] == 800
    assert params["embeddings.LayerNorm"] == 16
    assert [params[f"layer.{n}.query"] for n in range(3)] == [64] * 3
    assert (params["layer.1.norm"], params["layer.1.c_fc"]) == (8, 16 * 8 + 16)
    # each direction: 4·5·(4 + 5) + 2·4·5 = 220, then 4·5·(10 + 5) + 40 = 340
    assert params["rnn"] == 2 * (220 + 340)
    assert params["attn.out_proj"] == 72


def test_what_may_hold_more_is_unknown_and_named(tmp_path):
    (tmp_path / "net.txt").write_text(BERT, encoding="utf-8")
    told = invoke("table", tmp_path / "net.txt", "--columns", "layer,params").stdout
    rows = dict(line.split()[:2] for line in told.splitlines() if line.count("  ") and line)
    assert rows["odd"] == rows["attn"] == "?"
    assert "≥" in next(line for line in told.splitlines() if line.startswith("total"))
    assert "not printed: MultiheadAttention (1), Mystery (1)" in told


def test_a_text_comes_from_standard_input():
    result = invoke("table", "-", "--columns", "layer,params", stdin=LENET)
    assert result.exit_code == 0
    assert "32,722 params" in result.stdout  # 456 + 864 + 32 + 31,370


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("hello\n", "shows no network as PyTorch prints it"),
        ("", "shows no network as PyTorch prints it"),
        ("Net(\n  (a): ReLU()\n", r"line 1: Net\(… is not closed"),
        ("print(\n" * 200, r"is not closed"),
    ],
)
def test_a_text_without_a_network_is_refused(tmp_path, text, why):
    with pytest.raises(UsageError, match=why):
        analyzed(tmp_path, text)


def test_a_print_is_held_against_parameters(tmp_path):
    torch = pytest.importorskip("torch")
    model = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2))
    (tmp_path / "net.txt").write_text(repr(model), encoding="utf-8")
    torch.save(model.state_dict(), tmp_path / "w.pt")
    told = invoke("compare", tmp_path / "net.txt", tmp_path / "w.pt")
    assert told.stdout.splitlines()[-1] == "all 4 tensors fit, by name and shape"
    assert invoke("verify", tmp_path / "net.txt").exit_code == 2


def test_shared_weights_and_experts_are_named(tmp_path):
    text = (
        "Net(\n  (table): Embedding(10, 4)\n  (experts): Experts(\n    (act): SiLU()\n  )\n"
        "  (head): Linear(in_features=4, out_features=10, bias=False)\n)\n"
    )
    report = analyzed(tmp_path, text)
    assert report.totals.is_untold  # experts hold matrices that no print shows
    assert any("head may share its weight with an embedding" in note for note in report.notes)
