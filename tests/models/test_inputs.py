"""The inputs of PyTorch models, as `--input` states them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archstat.errors import ArchstatError, UsageError
from archstat.models.inputs import InputSpec, parse_model_input, parse_shape


def assert_refused(error: type[ArchstatError], call: Callable[[], object], message: str) -> None:
    """Check the class of the error in which a call ends, and all of its text."""
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3x224x224", InputSpec((3, 224, 224))),
        ("int64:16", InputSpec((16,), "int64")),
        ("ids:int64:16", InputSpec((16,), "int64", "ids")),
        ("image=3x8x8", InputSpec((3, 8, 8), "float32", "image")),
        ("image=float16:3x8x8", InputSpec((3, 8, 8), "float16", "image")),
        ("t=int64:", InputSpec((), "int64", "t")),
        ("t=", InputSpec((), "float32", "t")),
    ],
)
def test_an_input_has_a_shape_and_perhaps_a_type_and_a_name(text, expected):
    assert parse_model_input(text) == expected


@pytest.mark.parametrize("text", ["a:b:3x4", "int64:int32:3", "3x4:3x4", "int65!:3"])
def test_what_is_no_input_is_refused(text):
    with pytest.raises(UsageError, match=r"is not an input"):
        parse_model_input(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [("16:int64", "int64:16"), ("ids=16:int64", "ids=int64:16"), ("3x4:bool", "bool:3x4")],
)
def test_a_type_behind_its_shape_is_told_where_it_stands(text, meant):
    with pytest.raises(UsageError, match="a type stands before the shape") as caught:
        parse_model_input(text)
    assert caught.value.problems[0].instead == {"input": meant}


def test_a_misspelt_type_is_refused():
    with pytest.raises(UsageError) as caught:
        parse_model_input("float99:3x8x8")
    assert str(caught.value) == (
        "input: 'float99:3x8x8': there is no type 'float99'\n"
        "  hint: types are float32, float64, float16, bfloat16, int64, int32, int16, int8, uint8, "
        "bool, complex64"
    )


def test_a_misspelt_shape_is_refused():
    with pytest.raises(UsageError, match=r"is not a shape"):
        parse_model_input("int64:axb")


# Shapes


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
    assert parse_shape(text) == shape


@pytest.mark.parametrize(
    "text", ["", "axb", "3x", "x3", "3xx3", "3x2.5x3", "1e3", "3 227 227", "[3,227,227]", "+3"]
)
def test_what_is_no_shape_is_refused(text):
    assert_refused(
        UsageError,
        lambda: parse_shape(text),
        f"input: {text!r} is not a shape\n  hint: write input=(3, 227, 227)",
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("3x0x3", "must be at least 1, got 0"),
        ("3x-1x2", "must be at least 1, got -1"),
        ("3x4294967296x3", "must be at most 2,147,483,647, got 4294967296"),
        (
            "1x1x3x16x112x112",
            (
                "must be a list of 1 to 5 sizes, got [1, 1, 3, 16, 112, 112]\n"
                "  hint: write input=(3, 227, 227)"
            ),
        ),
    ],
    ids=["zero", "negative", "huge", "six axes"],
)
def test_sizes_that_no_input_has_are_refused(text, problem):
    assert_refused(UsageError, lambda: parse_shape(text), f"input: {problem}")


def test_a_number_of_a_thousand_digits_is_no_shape():
    message = f"input: '{'9' * 59}… is not a shape\n  hint: write input=(3, 227, 227)"
    assert_refused(UsageError, lambda: parse_shape("9" * 1000), message)
