"""What a class is called with, as text: read by its signature."""

from __future__ import annotations

import pytest
from torch import nn

from archstat.errors import UsageError
from archstat.models.inputs import Written
from archstat.models.torch.loading.arguments import typed


def plain(a, b=1, *, c="b0", d=(1, 2), e=0.5, f=False, g=None, act=nn.ReLU):  # noqa: PLR0913
    """Take anything, with defaults of all types."""


def stated(a: int, b: float, c: str, d: list[int], e: int | None = None):
    """Say what it takes."""


@pytest.mark.parametrize(
    ("target", "name", "text", "value"),
    [
        (plain, "a", "10", 10),
        (plain, "a", "None", None),
        (plain, "a", "2,2,2,2", (2, 2, 2, 2)),
        (plain, "a", "[64, 'M', 128]", [64, "M", 128]),
        (plain, "a", "{'k': 1}", {"k": 1}),
        (plain, "a", "gelu", "gelu"),
        (plain, "a", "true", True),
        (plain, "c", "50", "50"),
        (plain, "c", "'b1'", "b1"),
        (plain, "d", "[3, 4]", (3, 4)),
        (plain, "e", "1", 1.0),
        (plain, "f", "1", True),
        (plain, "f", "False", False),
        (plain, "g", "7", 7),
        (plain, "act", "nn.GELU", nn.GELU),
        (stated, "b", "1", 1.0),
        (stated, "c", "50", "50"),
        (stated, "d", "1,2", [1, 2]),
        (stated, "e", "None", None),
        (stated, "e", "3", 3),
    ],
)
def test_a_text_is_what_the_signature_says(target, name, text, value):
    read = typed(target, {name: Written(text)})[name]
    assert (read, type(read)) == (value, type(value))


def test_values_of_a_program_stay_as_they_are():
    assert typed(plain, {"e": 1, "c": 50, "a": "10"}) == {"e": 1, "c": 50, "a": "10"}


def test_a_text_that_is_no_number_is_refused_where_one_is_taken():
    with pytest.raises(UsageError) as caught:
        typed(stated, {"a": Written("ten")})
    assert str(caught.value) == "arguments: a takes int, got 'ten'"
