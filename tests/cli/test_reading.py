"""Texts of options, as they are read."""

from __future__ import annotations

import pytest

from archstat.cli.reading import BYTES, COUNTS, amount, parse_settings
from archstat.errors import UsageError

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
    with pytest.raises(UsageError) as caught:
        parse_settings([assignment])
    assert str(caught.value) == (
        f"--set {assignment!r} does not say what to change\n"
        "  hint: write --set layer.key=value, as in --set conv2.groups=1"
    )


# Limits


@pytest.mark.parametrize(
    ("text", "units", "number"),
    [
        ("61706", COUNTS, 61_706),
        ("62M", COUNTS, 62_000_000),
        ("62_000_000", COUNTS, 62_000_000),
        ("1.5G", COUNTS, 1_500_000_000),
        ("61.706k", COUNTS, 61_706),
        ("0", COUNTS, 0),
        ("8MiB", BYTES, 8_388_608),
        ("250MB", BYTES, 250_000_000),
        ("1.5KiB", BYTES, 1_536),
        ("12", BYTES, 12),
    ],
)
def test_a_limit_is_digits_and_perhaps_a_unit(text, units, number):
    assert amount(text, units=units, option="--max") == number


@pytest.mark.parametrize(
    ("text", "units"),
    [
        *((text, COUNTS) for text in ("about 62M", "62만", "60MB", "8MiB", "62m", "62,000", "6 2")),
        *((text, COUNTS) for text in ("", "M", "-1", "1e6", "62_", "_62", "1__0", "٦٢", "1.")),
        *((text, BYTES) for text in ("62M", "8 MiB", "8mib", "8Mib")),
    ],
)
def test_whatever_else_a_limit_may_be_is_refused(text, units):
    with pytest.raises(UsageError) as caught:
        amount(text, units=units, option="--max")
    assert str(caught.value).startswith(f"--max: {text!r} is not a number\n  hint: write digits, ")


@pytest.mark.parametrize("text", ["61.706", "1.0", "1.0005k"])
def test_parts_of_one_are_refused(text):
    with pytest.raises(UsageError) as caught:
        amount(text, units=COUNTS, option="--max")
    assert str(caught.value) == f"--max: {text!r} is not a whole number"
