"""The MODEL argument and its options, as people write them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from archstat.errors import ArchstatError, SpecError, UsageError
from archstat.models.spec.catalogue import catalogue
from archstat.models.spec.resolve import (
    Variant,
    parse_input,
    parse_settings,
    positive,
    resolve,
)


def assert_refused(error: type[ArchstatError], call: Callable[[], object], message: str) -> None:
    """Check the class of the error in which a call ends, and all of its text."""
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == message


# --input


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("3x227x227", (3, 227, 227)),
        ("3X227X227", (3, 227, 227)),
        ("3×227×227", (3, 227, 227)),
        ("3*227*227", (3, 227, 227)),
        ("3,227,227", (3, 227, 227)),
        (" 3 x 227 x 227 ", (3, 227, 227)),
        ("784", (784,)),
        ("1x16000", (1, 16_000)),
        ("3x16x112x112", (3, 16, 112, 112)),
    ],
)
def test_an_input_is_sizes_joined_by_a_times_sign(text, shape):
    assert parse_input(text) == shape


@pytest.mark.parametrize(
    "text", ["", "axb", "3x", "x3", "3xx3", "3x2.5x3", "1e3", "3 227 227", "[3,227,227]", "+3"]
)
def test_what_is_no_shape_is_refused(text):
    assert_refused(
        UsageError,
        lambda: parse_input(text),
        f"--input {text!r} is not a shape\n  hint: write --input 3x227x227",
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("3x0x3", "must be at least 1, got 0"),
        ("3x-1x2", "must be at least 1, got -1"),
        ("3x4294967296x3", "must be at most 2,147,483,647, got 4294967296"),
        (
            "1x3x16x112x112",
            (
                "must be a list of 1 to 4 sizes, got [1, 3, 16, 112, 112]\n"
                "  hint: channels, rows, columns: [3, 227, 227]"
            ),
        ),
    ],
    ids=["zero", "negative", "huge", "five axes"],
)
def test_sizes_that_no_input_has_are_refused(text, problem):
    assert_refused(UsageError, lambda: parse_input(text), f"--input {text}: {problem}")


def test_a_number_of_a_thousand_digits_is_no_shape():
    message = f"--input '{'9' * 59}… is not a shape\n  hint: write --input 3x227x227"
    assert_refused(UsageError, lambda: parse_input("9" * 1000), message)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            (227, 227, 3),
            (
                "--input 227x227x3 has 227 channels, and the network takes 3\n"
                "  hint: channels come first: --input 3x227x227"
            ),
        ),
        (
            (300, 200, 3),
            (
                "--input 300x200x3 has 300 channels, and the network takes 3\n"
                "  hint: channels come first: --input 3x300x200"
            ),
        ),
        (
            (1, 3, 227, 227),
            (
                "--input 1x3x227x227 has an axis too many\n"
                "  hint: it is the shape of one example: --input 3x227x227 --batch 1"
            ),
        ),
        (
            (32, 3, 224, 224),
            (
                "--input 32x3x224x224 has an axis too many\n"
                "  hint: it is the shape of one example: --input 3x224x224 --batch 32"
            ),
        ),
    ],
)
def test_an_input_in_another_order_or_with_a_batch_is_refused(given, message):
    assert_refused(UsageError, lambda: resolve("paper-alexnet", Variant(given)), message)


def test_an_input_that_ends_in_the_number_of_channels_is_no_mistake(tmp_path):
    file = tmp_path / "net.toml"
    file.write_text(
        'input = [3, 9, 9]\nlayers = [ { name = "r", kind = "relu" } ]', encoding="utf-8"
    )
    assert resolve(str(file), Variant((3, 9, 3))).input_shape == (3, 9, 3)


# --set


@pytest.mark.parametrize(
    ("assignment", "layer", "key", "value"),
    [
        ("conv2.groups=1", "conv2", "groups", 1),
        ("conv1.kernel_size=[11, 7]", "conv1", "kernel_size", [11, 7]),
        ("norm1.alpha=1e-4", "norm1", "alpha", 1e-4),
        ("fc6.bias=false", "fc6", "bias", False),
        ("conv2.padding=same", "conv2", "padding", "same"),
        ('conv2.padding="same"', "conv2", "padding", "same"),
        (" conv2 . groups = 1 ", "conv2", "groups", 1),
        # what is no TOML is a text, and the layer says what is wrong with it
        ("fc6.bias=False", "fc6", "bias", "False"),
        ("conv1.stride=[4", "conv1", "stride", "[4"),
        ("conv1.stride=4\ngroups=2", "conv1", "stride", "4\ngroups=2"),
        ("conv1.stride=" + "[" * 5000, "conv1", "stride", "[" * 5000),
        ("conv1.stride=" + "9" * 5000, "conv1", "stride", "9" * 5000),
    ],
    ids=[
        "number",
        "list",
        "fraction",
        "truth",
        "word",
        "text",
        "blanks",
        "truth as in Python",
        "bracket missing",
        "two lines",
        "deep nesting",
        "long number",
    ],
)
def test_a_change_is_a_layer_a_key_and_a_value(assignment, layer, key, value):
    assert parse_settings([assignment]) == {layer: {key: value}}


def test_several_changes_are_gathered_and_the_last_one_counts():
    changes = parse_settings(
        ["conv1.stride=2", "conv2.groups=1", "conv1.padding=1", "conv1.stride=3"]
    )
    assert changes == {"conv1": {"stride": 3, "padding": 1}, "conv2": {"groups": 1}}


@pytest.mark.parametrize(
    "assignment", ["", "conv1", "conv1=1", "conv1.stride", "conv1.stride=", "conv1.=1", ".stride=1"]
)
def test_what_is_no_change_is_refused(assignment):
    assert_refused(
        UsageError,
        lambda: parse_settings([assignment]),
        f"--set {assignment!r} does not say what to change\n"
        "  hint: write --set layer.key=value, as in --set conv2.groups=1",
    )


# Other options


def test_a_number_from_1_on_is_kept():
    assert positive(1000, "--classes") == 1000


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (0, "must be at least 1, got 0"),
        (-5, "must be at least 1, got -5"),
        (2**40, "must be at most 2,147,483,647, got 1099511627776"),
    ],
)
def test_other_numbers_are_refused_with_their_option(value, problem):
    assert_refused(ArchstatError, lambda: positive(value, "--batch"), f"--batch: {problem}")


# MODEL


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Work in an empty folder, where no file is called as a model."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", catalogue())
def test_every_spec_of_the_catalogue_is_a_network(name):
    assert resolve(name).nodes


def test_a_name_of_the_catalogue_is_a_network():
    assert resolve("paper-alexnet").nodes[0].out_shape == (96, 55, 55)


SPEC = 'input = [3, 9, 9]\nlayers = [ { name = "relu1", kind = "relu" } ]'


@pytest.mark.usefixtures("folder")
def test_a_file_is_a_network():
    Path("net.toml").write_text(SPEC, encoding="utf-8")
    assert resolve("net.toml").name == "net"


@pytest.mark.usefixtures("folder")
def test_a_file_may_extend_a_spec_of_the_catalogue():
    text = 'extends = "paper-alexnet"\n[set]\nconv2.groups = 1'
    Path("net.toml").write_text(text, encoding="utf-8")
    # 256·96·5·5
    assert resolve("net.toml").nodes[4].weights == 614_400


# Variants


def test_an_input_takes_the_place_of_the_spec_s():
    graph = resolve("paper-alexnet", Variant(input=(3, 231, 231)))
    # four pixels more are one place more: (231 - 11) / 4 + 1
    assert graph.nodes[0].out_shape == (96, 56, 56)


@pytest.mark.parametrize(
    ("text", "given"), [("227", "227"), ("3x227", "3×227")], ids=["one size", "two sizes"]
)
def test_an_input_without_all_sizes_of_an_image_is_recognized(text, given):
    assert_refused(
        SpecError,
        lambda: resolve("paper-alexnet", Variant(input=parse_input(text))),
        f"paper-alexnet: layer 'conv1' (conv2d): expects a map C×H×W, got {given}\n"
        f"  hint: the input of the network is {given}; "
        "an image has channels, rows and columns, as in 3×227×227",
    )


def test_a_number_of_classes_changes_the_last_linear_layer():
    graph = resolve("paper-alexnet", Variant(classes=10))
    assert graph.nodes[-1].out_shape == (10,)


def test_settings_change_layers():
    graph = resolve("paper-alexnet", Variant(settings=parse_settings(["conv2.groups=1"])))
    # 256·96·5·5
    assert graph.nodes[4].weights == 614_400


def test_a_change_of_no_layer_is_refused_by_the_name_of_the_model():
    variant = Variant(settings=parse_settings(["conv22.groups=1"]))
    assert_refused(
        SpecError,
        lambda: resolve("paper-alexnet", variant),
        "paper-alexnet: there is no layer 'conv22'\n  hint: did you mean 'conv2'?",
    )


def test_a_change_to_a_bad_value_is_refused_by_the_layer():
    variant = Variant(settings=parse_settings(["fc6.bias=False", "conv1.kernel=3"]))
    assert_refused(
        SpecError,
        lambda: resolve("paper-alexnet", variant),
        "paper-alexnet: layer 'conv1' (conv2d): conv2d has no setting 'kernel'\n"
        "  hint: did you mean 'kernel_size'?\n"
        "paper-alexnet: layer 'fc6' (linear): bias: must be true or false, got 'False'\n"
        "  hint: in lower case, without quotes",
    )


@pytest.mark.usefixtures("folder")
def test_a_network_without_classes_is_refused_by_its_name():
    Path("net.toml").write_text(SPEC, encoding="utf-8")
    assert_refused(
        SpecError,
        lambda: resolve("net.toml", Variant(classes=10)),
        "net.toml: has no linear layer, and names no classifier, whose outputs would be the "
        "classes\n"
        '  hint: write classifier = "conv10" into the spec, or use --set conv10.out_channels=…',
    )
