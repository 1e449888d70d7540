"""What a person sees on a terminal: colours, bars, groups of commands, and what is being done."""

from __future__ import annotations

import io
import time

import pytest

from archstat.cli import progress
from archstat.cli.app import COMMANDS, GROUPS
from archstat.documents.letters import display_width
from tests.cli.running import invoke

HEAVY, SOME = "\x1b[1;36m", "\x1b[36m"


def line_of(text, layer):
    return next(line for line in text.splitlines() if line.split()[:1] == [layer])


def test_colours_lead_to_where_macs_and_weights_are():
    text = invoke("table", "paper-alexnet", "--color", "always").stdout
    assert f"{HEAVY}223,948,800" in text  # 31 % of 724,406,816
    assert f"{SOME}105,415,200" in text  # 15 %
    assert f"{HEAVY} 37,748,736" not in text  # the MACs of fc6: 5.2 %
    assert f"{HEAVY}37,748,736" in text  # its weights: 62 % of 60,954,656
    assert f"{SOME} 4,096,000" in text  # the weights of fc8: 6.7 %


def test_never_is_stronger_than_a_terminal(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b" not in invoke("table", "lenet5", "-f", "terminal", "--color", "never").stdout


def test_always_is_stronger_than_no_color(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[1m" in invoke("table", "lenet5", "--color", "always").stdout


def test_without_a_word_a_pipe_has_no_colours():
    assert "\x1b" not in invoke("table", "lenet5").stdout


def test_a_file_has_no_colours_whatever_is_wanted(tmp_path):
    invoke("table", "lenet5", "--color", "always", "-o", tmp_path / "t.txt")
    assert "\x1b" not in (tmp_path / "t.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_takes_color(name):
    assert "--color <auto|always|never>" in invoke(name, "--help").stdout


def test_bars_show_shares_the_longest_of_the_largest():
    text = invoke("table", "paper-alexnet", "--bars").stdout
    # 223,948,800 of 724,406,816 MACs is the most; 105,415,200 is 0.471 of it: 30 of 64 eighths
    assert line_of(text, "conv2").endswith("223,948,800  ████████  31 %")
    assert line_of(text, "conv1").endswith("105,415,200  ███▊      15 %")
    assert "37,752,832  ████████  62 %" in line_of(text, "fc6")
    assert line_of(text, "relu1").split() == ["relu1", "ReLU", "55×55×96", "–", "–"]
    assert "%" not in line_of(text, "total")


def test_bars_fit_a_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    text = invoke("table", "resnet18", "--bars", "-f", "terminal").stdout
    assert max(map(display_width, text.splitlines())) <= 80
    assert sum(line.endswith("6.4 %") for line in text.splitlines()) >= 4


@pytest.mark.parametrize("format_name", ["csv", "json", "markdown", "latex"])
def test_bars_are_for_people_alone(format_name):
    text = invoke("table", "lenet5", "--bars", "-f", format_name).stdout
    assert "█" not in text


def test_every_command_is_in_a_group_with_its_whole_sentence():
    text = invoke("--help").stdout
    assert {command.group for command in COMMANDS.values()} == set(GROUPS)
    assert [group for group in GROUPS if f"\n{group} (" not in text] == []
    assert "..." not in text.replace("COMMAND [ARGS]...", "")
    words = " ".join(text.split())
    assert "table Print what each layer is worth: feature map, weights, neurons, MACs" in words
    assert "receptive field." in words
    assert all(len(line) <= 80 for line in text.splitlines())


class Watched(io.StringIO):
    def isatty(self):
        return True


def test_who_waits_is_told_what_is_done_and_nothing_of_it_stays(monkeypatch):
    stderr = Watched()
    monkeypatch.setattr("sys.stderr", stderr)
    monkeypatch.setattr(progress, "EVERY_S", 0.01)
    monkeypatch.setenv("TERM", "xterm")
    with progress.waiting("reading net", after_s=0.01):
        time.sleep(0.1)
    said = stderr.getvalue()
    assert said.startswith("\rreading net … 0 s\r")
    assert said.endswith(f"\r{' ' * len('reading net … 0 s')}\r")


def test_nothing_is_said_of_what_is_quick(monkeypatch):
    stderr = Watched()
    monkeypatch.setattr("sys.stderr", stderr)
    monkeypatch.setenv("TERM", "xterm")
    with progress.waiting("reading net"):
        pass
    assert stderr.getvalue() == ""


def test_nothing_is_said_where_nobody_watches(monkeypatch):
    stderr = io.StringIO()
    monkeypatch.setattr("sys.stderr", stderr)
    monkeypatch.setattr(progress, "PATIENCE_S", 0.0)
    with progress.waiting("reading net"):
        time.sleep(0.02)
    assert stderr.getvalue() == ""
