"""The MODEL argument and its options, as people write them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from archstat.errors import ArchstatError, SpecError, UsageError
from archstat.models.inputs import parse_shape
from archstat.models.spec.catalogue import catalogue
from archstat.models.spec.resolve import (
    Variant,
    positive,
    resolve,
)


def assert_refused(error: type[ArchstatError], call: Callable[[], object], message: str) -> None:
    """Check the class of the error in which a call ends, and all of its text."""
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == message


# Inputs


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            (227, 227, 3),
            (
                "input: 227×227×3 has 227 channels, and the network takes 3\n"
                "  hint: channels come first: input=(3, 227, 227)"
            ),
        ),
        (
            (300, 200, 3),
            (
                "input: 300×200×3 has 300 channels, and the network takes 3\n"
                "  hint: channels come first: input=(3, 300, 200)"
            ),
        ),
        (
            (32, 3, 224, 224),
            (
                "input: 32×3×224×224 has an axis too many\n"
                "  hint: it is the shape of one example: input=(3, 224, 224) batch_size=32"
            ),
        ),
    ],
)
def test_an_input_in_another_order_or_with_a_batch_is_refused(given, message):
    assert_refused(UsageError, lambda: resolve("paper-alexnet", Variant(given)), message)


def test_a_batch_of_one_is_read_as_such_and_said():
    graph = resolve("paper-alexnet", Variant((1, 3, 227, 227)))
    assert graph.input_shape == (3, 227, 227)
    assert graph.notes[-1] == "the input 1×3×227×227 was read as a batch of one 3×227×227"


def test_an_input_that_changes_parameters_says_which_and_what_the_source_says():
    (note,) = resolve("paper-alexnet", Variant((3, 224, 224))).notes
    # at 224 conv1 gives 54×54 and pool5 5×5: 256·25·4096 weights in place of 256·36·4096
    assert note == (
        "at 3×224×224 fc6 has 26,218,496 parameters, at the spec's own 3×227×227 it has "
        "37,752,832; source: Krizhevsky, Sutskever & Hinton, NeurIPS 2012, section 3.5; 227 for "
        "the stated 224, as 55 = (227 - 11) / 4 + 1"
    )


def test_an_input_that_changes_no_parameters_is_not_remarked():
    assert resolve("torchvision-alexnet", Variant((3, 256, 256))).notes == ()


def test_an_input_that_ends_in_the_number_of_channels_is_no_mistake(tmp_path):
    file = tmp_path / "net.toml"
    file.write_text(
        'input = [3, 9, 9]\nlayers = [ { name = "r", kind = "relu" } ]', encoding="utf-8"
    )
    assert resolve(str(file), Variant((3, 9, 3))).input_shape == (3, 9, 3)


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
        lambda: resolve("paper-alexnet", Variant(input=parse_shape(text))),
        f"paper-alexnet: layer 'conv1' (conv2d): expects a map C×H×W, got {given}\n"
        f"  hint: the input of the network is {given}; "
        "an image has channels, rows and columns, as in 3×227×227",
    )


def test_a_number_of_classes_changes_the_last_linear_layer():
    graph = resolve("paper-alexnet", Variant(classes=10))
    assert graph.nodes[-1].out_shape == (10,)


def test_settings_change_layers():
    graph = resolve("paper-alexnet", Variant(settings={"conv2": {"groups": 1}}))
    # 256·96·5·5
    assert graph.nodes[4].weights == 614_400


def test_a_change_of_no_layer_is_refused_by_the_name_of_the_model():
    variant = Variant(settings={"conv22": {"groups": 1}})
    assert_refused(
        SpecError,
        lambda: resolve("paper-alexnet", variant),
        "paper-alexnet: there is no layer 'conv22'\n  hint: did you mean 'conv2'?",
    )


def test_a_change_to_a_bad_value_is_refused_by_the_layer():
    variant = Variant(settings={"fc6": {"bias": "False"}, "conv1": {"kernel": 3}})
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
        '  hint: write classifier = "conv10" into the spec, or use '
        "settings={'conv10': {'out_channels': 10}}",
    )
