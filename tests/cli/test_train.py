"""`archstat table --train`: columns, foot lines, JSON, and what is refused."""

from __future__ import annotations

import csv
import io
import json

import pytest

from tests.cli.running import assert_refused, invoke
from tests.torches import telling


def printed(*words):
    result = invoke("table", *words)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def test_columns_of_training_are_added_to_the_usual_ones():
    head, first = printed("lenet5", "--train", "-f", "csv").splitlines()[:2]
    assert head.endswith("macs,receptive_field,input_gradient_macs,weight_gradient_macs,kept_bytes")
    assert first.endswith(",117600,5,0,117600,4096")


def test_columns_of_training_may_be_asked_for_without_the_rest():
    text = printed("lenet5", "--columns", "layer,backward_macs,kept_bytes", "-f", "csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert rows[3] == {"layer": "C3", "backward_macs": "480000", "kept_bytes": "4704"}


def test_the_foot_says_what_a_step_costs():
    lines = printed("lenet5", "--train").splitlines()
    # 416,520 forward, 298,920 + 416,520 backward; 246,824 bytes of parameters and of gradients,
    # 36,432 kept, 246,824 of momentum, 493,688 of Adam
    assert lines[-3:-1] == [
        (
            "a training step: 1,131,960 MACs = 416,520 forward + 298,920 for gradients of inputs + "
            "416,520 for gradients of weights"
        ),
        (
            "its memory: 517.7 KiB with SGD, 758.7 KiB with momentum (state 241.0 KiB), 999.8 KiB "
            "with Adam (state 482.1 KiB) = params 241.0 KiB + gradients 241.0 KiB + kept for "
            "backward 35.6 KiB + state"
        ),
    ]


@pytest.mark.parametrize("format_name", ["table", "markdown", "latex"])
def test_every_format_for_people_has_the_foot(format_name):
    assert "1,131,960 MACs = 416,520 forward" in printed("lenet5", "--train", "-f", format_name)
    assert "1,131,960" not in printed("lenet5", "-f", format_name)


def test_json_has_keys_of_training_where_it_is_asked_for():
    document = json.loads(printed("lenet5", "--train", "--batch", "2", "-f", "json"))
    first = document["layers"][0]
    assert first["input_gradient_macs"] == 0
    assert first["weight_gradient_macs"] == 235_200  # two images of 117,600
    assert first["kept_bytes"] == 8_192
    assert document["training"] == {
        "forward_macs": 833_040,
        "input_gradient_macs": 597_840,
        "weight_gradient_macs": 833_040,
        "backward_macs": 1_430_880,
        "step_macs": 2_263_920,
        "param_bytes": 246_824,
        "gradient_bytes": 246_824,
        "kept_bytes": 72_864,
        "optimizer_bytes": {"sgd": 0, "momentum": 246_824, "adam": 493_688},
        "memory_bytes": {"sgd": 566_512, "momentum": 813_336, "adam": 1_060_200},
        "unknown": [],
    }
    plain = json.loads(printed("lenet5", "-f", "json"))
    assert {"training", "kept_bytes"}.isdisjoint({*plain, *plain["layers"][0]})


@telling
def test_folded_rows_add_up():
    pytest.importorskip("torchvision")
    text = printed("torchvision/resnet18", "--train", "--depth", "1", "-f", "csv", "--batch", "2")
    rows = {row["layer"]: row for row in csv.DictReader(io.StringIO(text))}
    # conv1: 64·112·112 outputs of 3·7·7 products, twice; the image is the first layer's input
    assert rows["conv1"]["weight_gradient_macs"] == "236027904"
    assert sum(int(row["kept_bytes"]) for row in rows.values()) == 44_398_080  # as autograd keeps


def test_a_pytorch_model_tells_nothing_of_training_in_evaluation_mode():
    pytest.importorskip("torchvision")
    assert_refused(
        invoke("table", "torchvision/resnet18", "--columns", "+kept_bytes"),
        "error: --columns kept_bytes: a PyTorch model tells it in training mode only",
        "  hint: add --train",
    )


@telling
def test_one_value_of_a_channel_is_too_few_to_train_on(tmp_path):
    pytest.importorskip("torch")
    path = tmp_path / "net.py"
    path.write_text(
        "from torch import nn\nNet = lambda: nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4))\n",
        encoding="utf-8",
    )
    result = invoke("table", f"{path}:Net", "--input", "4", "--train")
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        (
            f"error: {path}:Net: module '1' (BatchNorm1d): the forward pass fails: ValueError: "
            "Expected more than 1 value per channel when training, got input size "
            "torch.Size([1, 4])"
        ),
        "  hint: a batch norm trains on several values of a channel: ask for a batch of 2 or more",
    ]


def test_a_torch_that_does_not_tell_who_keeps_tensors_is_refused(tmp_path, monkeypatch):
    torch = pytest.importorskip("torch")
    monkeypatch.delattr(torch._C._autograd, "_top_saved_tensors_default_hooks", raising=False)
    path = tmp_path / "net.py"
    path.write_text("from torch import nn\nNet = lambda: nn.Linear(4, 2)\n", encoding="utf-8")
    assert_refused(
        invoke("table", f"{path}:Net", "--input", "4", "--train"),
        f"error: torch {torch.__version__} does not tell what training a PyTorch model keeps",
        "  hint: use a newer torch; a spec is answered with any",
    )
