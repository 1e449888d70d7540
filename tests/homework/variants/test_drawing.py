"""Networks of one's own: fair ones, by numbers that are worked out here."""

from __future__ import annotations

import pytest

from archstat.errors import UsageError
from archstat.homework.mistakes import accounts_of
from archstat.homework.variants.drawing import COMMON, QUANTITIES, VARIED, Lottery
from archstat.models.spec.resolve import Variant, resolve
from tests.homework.networks import truth

NAME = "paper-alexnet"


def drawing(name=NAME, vary=VARIED, seed=7):
    def make(shape, settings):
        return resolve(name, Variant(input=shape, settings=settings))

    return Lottery(truth(name), make, vary, seed)


@pytest.fixture(scope="module")
def drawn():
    """Return a small class."""
    return list(drawing().draw(6))


def windows(one):
    """Yield a layer's map before, its kernel, stride and padding, along one axis."""
    for node in one.truth.graph.nodes:
        settings = node.layer.settings()
        if "kernel_size" in settings:
            pad = settings["padding"][0]
            yield node.in_shape[1], settings["kernel_size"][0], settings["stride"][0], pad


def test_every_window_fits_without_a_rest(drawn):
    for one in drawn:
        rests = [(side + 2 * pad - kernel) % stride for side, kernel, stride, pad in windows(one)]
        assert rests == [0] * 8  # 5 convolutions and 3 pools


def test_no_two_are_alike(drawn):
    answers = {
        tuple(one.truth.account[layer]["weights"] for layer in ("conv1", "conv2", "conv3", "fc6"))
        for one in drawn
    }
    assert len(answers) == 6


def test_they_are_as_hard(drawn):
    layers = ("conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "fc8")
    usual = [5, 6, 6, 6, 6, 8, 8, 7]  # digits of 34,848; 307,200; 884,736; …; 37,748,736; …
    for one in drawn:
        digits = [len(str(one.truth.account[layer]["weights"])) for layer in layers]
        assert max(abs(a - b) for a, b in zip(digits, usual, strict=True)) <= 1
        nodes = one.truth.graph.nodes
        assert [node.layer.kind for node in nodes] == [
            node.layer.kind for node in truth(NAME).graph.nodes
        ]
        grouped = [node for node in nodes if node.layer.settings().get("groups", 1) > 1]
        assert len(grouped) == 3  # as conv2, conv4 and conv5 in the paper


def test_common_mistakes_give_different_numbers(drawn):
    for one in drawn:
        accounts = accounts_of(one.truth)
        for quantity in QUANTITIES:
            wrong = {}
            for key in COMMON:
                told = {
                    layer: answers[quantity]
                    for layer, answers in accounts[key].items()
                    if quantity in answers
                    and one.truth.account[layer].get(quantity) not in {None, answers[quantity]}
                    and one.truth.nodes[layer].layer.kind not in {"relu", "flatten"}
                    and "norm" not in one.truth.nodes[layer].layer.kind
                }
                if told:
                    assert told not in wrong.values(), (quantity, key)
                    wrong[key] = told


def test_what_is_the_same_in_all_variants_is_let_be():
    # only pools have strides here: leaving out theirs is leaving out all
    lenet = drawing("lenet5")
    assert lenet.inseparable == {("receptive_field", "strides-left-out", "pool-strides-left-out")}
    assert len(list(lenet.draw(3))) == 3


def test_the_same_seed_draws_the_same(drawn):
    [again] = drawing().draw(1)
    assert (again.input, again.settings) == (drawn[0].input, drawn[0].settings)
    [other] = drawing(seed=8).draw(1)
    assert (other.input, other.settings) != (drawn[0].input, drawn[0].settings)


def test_only_what_is_asked_for_is_varied():
    for one in drawing(vary=("channels",)).draw(2):
        keys = {key for changes in one.settings.values() for key in changes}
        assert one.input == (3, 227, 227)
        assert keys <= {"out_channels", "out_features"}


def test_where_there_are_no_more_it_is_said(monkeypatch):
    monkeypatch.setattr("archstat.homework.variants.drawing.MOST_TRIES", 60)
    with pytest.raises(UsageError) as caught:
        list(drawing("lenet5", vary=("stride",)).draw(9))
    assert "lenet5 has no more than" in str(caught.value)
    assert "vary more of stride, groups, input, channels" in str(caught.value)
