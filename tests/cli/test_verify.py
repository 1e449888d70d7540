"""`archstat verify`: a line a witness, and an exit code that says whether all agree."""

from __future__ import annotations

import pytest

from archstat.report.finding import Agreement, Finding
from tests.cli.running import assert_refused, invoke

pytest.importorskip("torch")
pytest.importorskip("torchinfo")
pytest.importorskip("fvcore")

ONE_DIFFERS = "1 differs by a named convention, explained to the unit"
SAID = {
    Agreement.AGREES: Finding("a witness", "macs", Agreement.AGREES, "agrees on 3 layers"),
    Agreement.EXPLAINED: Finding("another", "macs", Agreement.EXPLAINED, "differs by 2"),
    Agreement.NOT_MEASURED: Finding("a third", "macs", Agreement.NOT_MEASURED, "not measured: why"),
    Agreement.DISAGREES: Finding("a fourth", "macs", Agreement.DISAGREES, "disagrees on C1"),
}


def verify_with(monkeypatch, *verdicts):
    """Return what `verify` says if witnesses say this."""
    said = [SAID[verdict] for verdict in verdicts]
    monkeypatch.setattr("archstat.witnesses.proof.findings", lambda *_: iter(said))
    return invoke("verify", "lenet5")


def test_it_prints_a_line_a_witness_and_a_conclusion():
    result = invoke("verify", "lenet5", "--device", "meta")
    assert result.exit_code == 0
    assert result.stderr == ""
    title, blank, *lines, blank_too, conclusion = result.stdout.splitlines()
    assert title.startswith("lenet5: LeNet-5")
    assert (blank, blank_too) == ("", "")
    assert [(line[0], *line[3:48].split("  ")[:1]) for line in lines] == [
        ("✓", "forward pass on meta"),
        ("✓", "forward pass on meta"),
        ("✓", "torchinfo"),
        ("✓", "torchinfo"),
        ("≈", "torchinfo"),
        ("?", "fvcore"),
        ("✓", "FlopCounterMode"),
        ("✓", "FlopCounterMode"),
        ("✓", "autograd"),
        ("✓", "autograd"),
        ("✓", "autograd"),
    ]
    assert conclusion == (
        f"proved: of 11 comparisons, 9 agree, {ONE_DIFFERS}, 1 could not be measured"
    )


def test_what_is_asked_for_is_what_is_verified():
    result = invoke(
        "verify", "lenet5", "--device", "meta", "--classes", 3, "--set", "C3.bias=false",
        "--input", "1x36x36",
    )  # fmt: skip
    assert result.exit_code == 0
    # C1 156, C3 2,400, C5 120·(16·6·6 + 1) = 69,240, F6 10,164, OUTPUT 3·85 = 255
    assert "agrees: 82,215" in result.stdout


@pytest.mark.parametrize(
    ("verdicts", "conclusion"),
    [
        ([Agreement.AGREES], "proved: of 1 comparison, 1 agrees"),
        (
            [Agreement.AGREES, Agreement.EXPLAINED, Agreement.NOT_MEASURED],
            f"proved: of 3 comparisons, 1 agrees, {ONE_DIFFERS}, 1 could not be measured",
        ),
    ],
)
def test_the_exit_code_is_0_if_no_witness_disagrees(monkeypatch, verdicts, conclusion):
    result = verify_with(monkeypatch, *verdicts)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == conclusion


def test_the_exit_code_is_1_if_a_witness_disagrees(monkeypatch):
    result = verify_with(monkeypatch, Agreement.AGREES, Agreement.DISAGREES, Agreement.EXPLAINED)
    assert result.exit_code == 1
    assert result.stderr == ""
    assert result.stdout.splitlines()[-1] == (
        f"NOT PROVED: of 3 comparisons, 1 agrees, {ONE_DIFFERS}, 1 disagrees"
    )
    assert "✗  a fourth                macs                disagrees on C1" in result.stdout


def test_a_wrong_formula_ends_with_1_and_names_the_layer(monkeypatch):
    from archstat.layers.conv import Conv2d

    right = Conv2d.macs
    monkeypatch.setattr(Conv2d, "macs", lambda self, in_shape: right(self, in_shape) + 1)
    result = invoke("verify", "lenet5", "--device", "meta")
    assert result.exit_code == 1
    assert "disagrees on C1 235200, ours 235202; C3 480000, ours 480002" in result.stdout


def test_without_a_forward_pass_there_is_nothing_to_verify():
    assert_refused(
        invoke("verify", "lenet5", "--device", "none"),
        "error: --device none: witnesses need a forward pass",
        "  hint: use cpu, meta or cuda",
    )


def test_an_unknown_device_is_refused():
    result = invoke("verify", "lenet5", "--device", "tpu")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: there is no device 'tpu'\n")


def test_an_unknown_model_is_refused():
    result = invoke("verify", "lenet6")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: there is no model 'lenet6'\n")


def test_missing_witnesses_are_named(monkeypatch):
    from archstat import extras

    there = extras.find_spec
    monkeypatch.setattr(
        extras, "find_spec", lambda name: None if name in {"fvcore", "torchinfo"} else there(name)
    )
    assert_refused(
        invoke("verify", "lenet5"),
        "error: verify needs torchinfo and fvcore, which this Python does not have",
        "  hint: pip install 'archstat[torch]'",
    )


def test_a_model_that_never_ends_is_stopped(tmp_path):
    file = tmp_path / "net.py"
    text = "import time\nfrom torch import nn\nclass Net(nn.Module):\n    def forward(self, x):\n"
    file.write_text(f"{text}        while True: time.sleep(0.01)\n", encoding="utf-8")
    result = invoke("verify", f"{file}:Net", "--input", "3", "--timeout", "0.2")
    assert (result.exit_code, result.stdout) == (2, f"{file}:Net\n\n")
    assert result.stderr == "error: no answer within 0.2 s\n  hint: allow more with --timeout\n"
