"""The words that people write instead of ours."""

from __future__ import annotations

import pytest

from archstat.layers import layer_kinds
from archstat.layers.words import OTHER_WORDS, nearest

KINDS = list(layer_kinds())


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("fc", "did you mean 'linear'?"),
        ("FC", "did you mean 'linear'?"),
        ("fully-connected", "did you mean 'linear'?"),
        ("fully connected", "did you mean 'linear'?"),
        ("LRN", "did you mean 'local_response_norm'?"),
        ("conv", "did you mean 'conv2d'?"),
        ("ReLU", "did you mean 'relu'?"),
        ("MaxPool2d", "did you mean 'max_pool2d'?"),
        ("Batch-Norm", "did you mean 'batch_norm2d'?"),
        ("con2d", "did you mean 'conv2d'?"),
        ("quantum", None),
        ("", None),
    ],
    ids=repr,
)
def test_another_word_for_a_kind(word, hint):
    assert nearest(word, KINDS) == hint


def test_another_word_is_no_hint_where_its_meaning_is_unknown():
    assert nearest("fc", ["relu"]) is None


def test_every_other_word_means_a_kind_or_a_setting_or_a_key():
    settings = {name for kind in layer_kinds().values() for name in kind.__dataclass_fields__}
    keys = {"inputs", "kind", "input", "title", "extends"}
    assert set(OTHER_WORDS.values()) <= settings | keys | set(KINDS)


def test_no_word_of_ours_has_another_meaning():
    settings = {name for kind in layer_kinds().values() for name in kind.__dataclass_fields__}
    assert not set(OTHER_WORDS) & (settings | set(KINDS))
