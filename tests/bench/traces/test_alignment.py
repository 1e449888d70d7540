from __future__ import annotations

from archstat.bench.traces.alignment import aligned

PASS = ["conv", "relu", "conv", "relu", "linear"]


def test_every_pass_is_found_between_what_is_of_none():
    found = ["to", *PASS, "loss", *PASS, "step"]
    assert aligned(PASS, found) == [
        {0: 1, 1: 2, 2: 3, 3: 4, 4: 5},
        {0: 7, 1: 8, 2: 9, 3: 10, 4: 11},
    ]


def test_what_stands_inside_of_a_pass_and_is_of_none_is_left_out():
    assert aligned(PASS, ["conv", "print", "relu", "conv", "relu", "linear"]) == [
        {0: 0, 1: 2, 2: 3, 3: 4, 4: 5}
    ]


def test_a_pass_in_which_a_layer_runs_as_another_operator_is_ours_but_for_that():
    wanted = ["norm", "linear", "softmax", "matmul", "linear", "norm", "relu"]
    found = ["norm", "attention", "norm", "relu"] * 2
    first, second = aligned(wanted, found)
    assert first == {0: 0, 5: 2, 6: 3}
    assert second == {0: 4, 5: 6, 6: 7}


def test_another_model_has_little_in_common():
    assert aligned(["a", "b", "c", "d"], ["x", "a", "y"]) == [{0: 1}]
    assert aligned(["a"], ["b"]) == []
