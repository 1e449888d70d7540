"""Messages: where, what, and what to change."""

from __future__ import annotations

import pytest

from archstat.errors import ArchstatError, Problem, ShapeError, did_you_mean, shown, within


def test_a_problem_is_places_then_what_then_a_hint():
    problem = Problem("too many groups", "write groups = 1", ("net.toml", "layer 'conv1'"))
    assert str(problem) == "net.toml: layer 'conv1': too many groups\n  hint: write groups = 1"


def test_a_problem_without_a_hint_is_one_line():
    assert str(Problem("is a directory", places=("specs",))) == "specs: is a directory"


def test_every_caller_puts_its_place_in_front():
    error = ShapeError("too many groups", hint="write groups = 1")
    error.within("layer 'conv1'").within("net.toml")
    assert str(error) == "net.toml: layer 'conv1': too many groups\n  hint: write groups = 1"


def test_a_place_is_put_in_front_of_all_problems():
    error = ShapeError.of([Problem("one"), Problem("two", "a hint")]).within("net.toml")
    assert str(error) == "net.toml: one\nnet.toml: two\n  hint: a hint"


def test_an_error_keeps_its_class_on_the_way_up():
    with pytest.raises(ShapeError, match=r"net\.toml: too many groups"), within("net.toml"):
        raise ShapeError("too many groups")


def test_other_errors_pass_unchanged():
    with pytest.raises(KeyError) as caught, within("net.toml"):
        raise KeyError("a bug")
    assert caught.value.args == ("a bug",)


def test_an_error_is_one_of_ours():
    assert issubclass(ShapeError, ArchstatError)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("conv1", "'conv1'"),
        (["a", 1], "['a', 1]"),
        ("two\nlines", r"'two\nlines'"),
        ("\x1b[31mred", r"'\x1b[31mred'"),
        ("a\u202eb", r"'a\u202eb'"),
        ("façade", "'façade'"),
        ("x" * 59, "'" + "x" * 59 + "…"),
        ("x" * 58, "'" + "x" * 58 + "'"),
        (10**5000, "a number of more than 4,300 digits"),
        ([10**5000], "a number of more than 4,300 digits"),
    ],
    ids=[
        "text",
        "list",
        "line break",
        "terminal codes",
        "right to left",
        "letters of any language",
        "long text",
        "text of the longest length",
        "number too long for Python",
        "list of such numbers",
    ],
)
def test_a_value_is_shown(value, text):
    assert shown(value) == text


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("relu7", "did you mean 'relu'?"),
        ("RELU", "did you mean 'relu'?"),
        ("conv2", "did you mean 'conv2d'?"),
        ("conv", "did you mean 'conv1d' or 'conv2d'?"),
        ("co", None),
        ("banana", None),
    ],
)
def test_near_words_are_suggested(word, hint):
    assert did_you_mean(word, ["relu", "conv1d", "conv2d", "linear"]) == hint


def test_capitals_do_not_matter():
    assert did_you_mean("c1", ["C1", "S2"]) == "did you mean 'C1'?"


def test_only_a_few_words_are_suggested():
    hint = did_you_mean("conv", ["conv1", "conv2", "conv3", "conv4", "conv5"], at_most=2)
    assert hint is not None
    assert hint.count("conv") == 2


def test_words_that_begin_with_what_was_written_come_first():
    hint = did_you_mean("resnet5", ["deeplab_resnet50", "fast_resnet50", "resnet50"])
    assert hint == "did you mean 'resnet50' or 'deeplab_resnet50' or 'fast_resnet50'?"
