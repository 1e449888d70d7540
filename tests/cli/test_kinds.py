"""`archstat kinds`."""

from __future__ import annotations

from archstat.layers import layer_kinds
from tests.cli.running import invoke


def test_every_kind_has_a_line():
    lines = invoke("kinds").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["kind", *layer_kinds()]


def test_settings_that_are_required_come_first_and_others_have_their_defaults():
    assert invoke("kinds", "conv2d").stdout.splitlines()[1] == (
        "conv2d  out_channels, kernel_size, [in_channels], stride = 1, padding = 0, dilation = 1, "
        "groups = 1, bias = true"
    )


def test_an_unknown_kind_is_refused_with_the_nearest():
    result = invoke("kinds", "Conv2d")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "error: there is no kind 'Conv2d'\n  hint: did you mean 'conv2d'?\n"
