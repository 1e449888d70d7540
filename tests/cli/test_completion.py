"""Completion: the shell offers the networks of the catalogue, with their titles."""

from __future__ import annotations

import pytest

from archstat.cli.shared import complete_model
from tests.cli.running import ALL_FORMATS, start


def test_all_networks_are_offered_with_their_titles():
    offered = dict(complete_model(""))
    assert len(offered) == 20
    assert offered["vgg16"] == (
        "VGG-16: configuration D, nothing but 3×3 convolutions and 2×2 pooling"
    )


def test_only_names_that_begin_so_are_offered():
    assert [name for name, _ in complete_model("c")] == [
        "caffenet",
        "cifar-alexnet",
        "cifar-bn-alexnet",
        "cifar-tutorial",
    ]
    assert list(complete_model("alexnet")) == []


@pytest.mark.parametrize("command", ["table", "verify", "show", "code"])
def test_a_shell_is_offered_networks(command):
    done = start(_ARCHSTAT_COMPLETE="complete_zsh", _TYPER_COMPLETE_ARGS=f"archstat {command} cif")
    assert done.stderr == b""
    assert b'"cifar-alexnet":"AlexNet for 32' in done.stdout
    assert b"vgg16" not in done.stdout


def test_bash_is_offered_commands():
    done = start(_ARCHSTAT_COMPLETE="complete_bash", COMP_WORDS="archstat ", COMP_CWORD="1")
    assert set(done.stdout.decode().split()) >= {"table", "verify", "list", "show", "code"}


def test_an_option_with_few_values_offers_them():
    done = start(
        _ARCHSTAT_COMPLETE="complete_bash",
        COMP_WORDS="archstat table vgg16 --format ",
        COMP_CWORD="4",
    )
    offered = done.stdout.decode().split()
    assert offered == ALL_FORMATS.split(", ")
