"""`archstat mistakes`."""

from __future__ import annotations

from archstat.homework.mistakes import MISTAKES
from tests.cli.running import invoke


def lines_of(*words):
    """Return the line of every mistake by its key, cut into columns."""
    lines = invoke("mistakes", *words).stdout.partition("\n\n")[0].splitlines()
    return {line.split("  ")[0]: [part.strip() for part in line.split("  ") if part]
            for line in lines}  # fmt: skip


def test_every_mistake_has_a_line_with_what_is_done_and_where():
    found = lines_of()
    assert list(found) == ["mistake", *(mistake.key for mistake in MISTAKES)]
    assert found["groups-twice"] == [
        "groups-twice",
        "the weights are divided by the groups twice",
        "weights, params, macs, flops",
    ]


def test_in_a_network_the_wrong_cells_of_a_mistake_are_counted():
    # conv2, conv4 and conv5 have groups
    found = lines_of("paper-alexnet")["groups-left-out"]
    assert found[1].startswith("filter_depth 3, weights 3, params 3, macs 3")
    assert found[2] == "-"


def test_mistakes_that_look_the_same_are_named():
    # pool5 is 2×2 without padding, with strides of 3, and without the + 1: fc6 reads 256·2·2
    assert lines_of("paper-alexnet")["padding-left-out"][2] == (
        "pool-stride-is-kernel, one-missing in weights, params, param_bytes"
    )


def test_a_mistake_that_changes_nothing_is_not_seen():
    result = invoke("mistakes", "paper-alexnet", "--input", "3x227x227")
    assert result.stdout.splitlines()[-1] == (
        "not seen in this network: input-227, rounded-up, rounded-down, dilation-left-out, "
        "dilation-as-stride, dilation-not-seen, branches-chained, joins-added"
    )


def test_the_options_change_the_network():
    assert "groups-left-out" not in lines_of(
        "paper-alexnet", "--set", "conv2.groups=1", "--set", "conv4.groups=1",
        "--set", "conv5.groups=1",
    )  # fmt: skip


def test_options_without_a_network_are_refused():
    result = invoke("mistakes", "--classes", "10")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "error: options that change a network need one\n  hint: name a MODEL\n"
    )
