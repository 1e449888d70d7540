"""The inputs of PyTorch models, as `--input` states them."""

from __future__ import annotations

import pytest

from archstat.errors import UsageError
from archstat.models.inputs import InputSpec, parse_model_input


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3x224x224", InputSpec((3, 224, 224))),
        ("int64:16", InputSpec((16,), "int64")),
        ("ids:int64:16", InputSpec((16,), "int64", "ids")),
        ("image=3x8x8", InputSpec((3, 8, 8), "float32", "image")),
        ("image=float16:3x8x8", InputSpec((3, 8, 8), "float16", "image")),
    ],
)
def test_an_input_has_a_shape_and_perhaps_a_type_and_a_name(text, expected):
    assert parse_model_input(text) == expected


@pytest.mark.parametrize("text", ["a:b:3x4", "int64:int32:3", "3x4:3x4", "int65!:3"])
def test_what_is_no_input_is_refused(text):
    with pytest.raises(UsageError, match=r"is not an input"):
        parse_model_input(text)


def test_a_misspelt_type_is_refused():
    with pytest.raises(UsageError) as caught:
        parse_model_input("float99:3x8x8")
    assert str(caught.value) == (
        "--input 'float99:3x8x8': there is no type 'float99'\n"
        "  hint: types are float32, float64, float16, bfloat16, int64, int32, int16, int8, uint8, "
        "bool, complex64"
    )


def test_a_misspelt_shape_is_refused():
    with pytest.raises(UsageError, match=r"is not a shape"):
        parse_model_input("int64:axb")
