"""`archstat reconcile --tool`: a tool's own number, taken apart."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from tests.cli.running import assert_refused, invoke

TOOLS = "torchinfo, fvcore, torch, thop, ptflops, ptflops-aten, torchscan, deepspeed, calflops"


@pytest.mark.parametrize("words", [[], ["--value", "1", "--tool", "torch"]])
def test_either_a_value_or_a_tool(words):
    result = invoke("reconcile", "lenet5", *words)
    both = ", not both" if words else ""
    assert_refused(
        result,
        f"error: reconcile takes a --value or a --tool{both}",
        "  hint: write --value 724406816, or --tool fvcore",
    )


def test_a_tool_s_number_without_what_the_paper_leaves_out():
    # of a model without the softmax that the paper's network ends with
    result = invoke("reconcile", "paper-alexnet", "--value", "729346320")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "729,346,320 is exactly this:"
    assert lines[2].startswith("ptflops: 729,346,320 = 724,406,816 (MACs) + 659,272 (")
    assert lines[3:] == ["  without its softmax"]


class TestWithTorch:
    pytest.importorskip("torch")

    def test_the_number_is_a_sum(self):
        pytest.importorskip("torchinfo")
        result = invoke("reconcile", "paper-alexnet", "--tool", "torchinfo")
        assert (result.exit_code, result.stderr) == (0, "")
        assert result.stdout == (
            "torchinfo counts 725,066,088 mult-adds in paper-alexnet:\n\n"
            "    724,406,816  MACs\n"
            "      + 659,272  one addition per output value, for its bias\n"
            "  = 725,066,088  what torchinfo says\n\n"
            "Its convention explains all of it, to the unit.\n"
        )

    def test_input_and_settings_are_those_of_the_question(self):
        words = ["--tool", "torch", "--input", "1x28x28", "--set", "C1.padding=2"]
        result = invoke("reconcile", "lenet5", *words)
        assert "counts 833,040 FLOPs in lenet5" in result.stdout  # as on 32×32: 2 · 416,520

    def test_what_is_left_over_is_named_layer_by_layer(self, monkeypatch):
        from archstat.witnesses import tools

        def lying(model, args):
            found = tools._torch(model, args)
            convolutions = [m for m in model.modules() if type(m).__name__ == "Conv2d"]
            return found + 5 * len(convolutions) + 1

        torchs = replace(tools.TOOLS["torch"], counter=lying)
        monkeypatch.setitem(tools.TOOLS, "torch", torchs)
        result = invoke("reconcile", "lenet5", "--tool", "torch")
        assert result.exit_code == 1
        # each layer asked alone gives 1 more, the two convolutions 6; once is 1 over 2 · 5
        lines = result.stdout.splitlines()
        assert lines[0] == "torch counts 833,051 FLOPs in lenet5:"
        assert [line.strip() for line in lines if "(conv2d)" in line] == [
            "+ 6  unexplained, in layer 'C1' (conv2d)",
            "+ 6  unexplained, in layer 'C3' (conv2d)",
        ]
        assert lines[-2].endswith("unexplained, in no layer alone")
        assert lines[-1].split() == ["=", "833,051", "what", "torch", "says"]

    def test_a_tool_that_there_is_not(self):
        result = invoke("reconcile", "lenet5", "--tool", "abacus")
        assert_refused(
            result, "error: --tool: there is no tool 'abacus'", f"  hint: there are {TOOLS}"
        )

    def test_a_tool_that_is_not_installed(self, monkeypatch):
        from archstat.witnesses import tools

        monkeypatch.setattr(tools, "find_spec", lambda _: None)
        result = invoke("reconcile", "lenet5", "--tool", "calflops")
        assert_refused(
            result,
            "error: --tool: calflops needs calflops and transformers, which this Python does not "
            "have",
            "  hint: pip install calflops transformers",
        )

    def test_a_tool_that_fails_is_told_with_its_own_words(self, monkeypatch):
        from archstat.witnesses import tools

        def failing(*_):
            raise RuntimeError("no such luck\nand more")

        torchs = replace(tools.TOOLS["torch"], counter=failing)
        monkeypatch.setitem(tools.TOOLS, "torch", torchs)
        result = invoke("reconcile", "lenet5", "--tool", "torch")
        assert_refused(result, "error: torch fails: RuntimeError: no such luck")

    def test_a_tool_that_gives_up_is_told_with_what_it_printed(self, monkeypatch):
        from archstat.witnesses import tools

        def printing(*_):
            sys.stdout.write("a long story\nI give up\n")

        torchs = replace(tools.TOOLS["torch"], counter=printing)
        monkeypatch.setitem(tools.TOOLS, "torch", torchs)
        result = invoke("reconcile", "lenet5", "--tool", "torch")
        assert_refused(result, "error: torch gives up: I give up")
