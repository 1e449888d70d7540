"""Settings: the values that each may take, and what is said about the others."""

from __future__ import annotations

import pytest

from archstat.layers import layer_kinds
from archstat.layers.activation import Dropout
from archstat.layers.conv import Conv1d, Conv2d
from archstat.layers.norm import BatchNorm2d
from archstat.layers.pool import MaxPool2d
from archstat.layers.settings import AxesSetting, Flag, NumberSetting, Whole
from tests.layers.table import assert_refuses

WHOLE_HINT = (
    "\n  hint: a whole number has no quotation marks and no decimal point; "
    "one for each axis is a list, as in [7, 5]"
)
FLAG_HINT = "\n  hint: in lower case, without quotes"
ROWS_HINT = "\n  hint: rows before columns, as in [5, 3]"

GOOD = {
    "whole number": (Whole(1), 96, 96),
    "smallest whole number": (Whole(0), 0, 0),
    "largest whole number": (Whole(1), 2_147_483_647, 2_147_483_647),
    "one for all axes": (AxesSetting(1), 3, (3, 3)),
    "one for each axis": (AxesSetting(1), [5, 3], (5, 3)),
    "one for each axis, from Python": (AxesSetting(1), (5, 3), (5, 3)),
    "no padding": (AxesSetting(0), 0, (0, 0)),
    "word": (AxesSetting(0, ("same", "valid")), "same", "same"),
    "number": (NumberSetting(0.0, 1.0), 0.5, 0.5),
    "whole number for a number": (NumberSetting(0.0, 1.0), 1, 1),
    "smallest number": (NumberSetting(0.0, 1.0), 0.0, 0.0),
    "any number": (NumberSetting(), -1e300, -1e300),
    "true": (Flag(), True, True),
}


@pytest.mark.parametrize(("setting", "value", "kept"), GOOD.values(), ids=GOOD)
def test_a_setting_keeps(setting, value, kept):
    assert setting.read(value, axes=2) == kept


BAD = {
    "zero": (Whole(1), 0, "must be at least 1, got 0"),
    "negative": (Whole(1), -3, "must be at least 1, got -3"),
    "too large": (Whole(1), 2**31, "must be at most 2,147,483,647, got 2147483648"),
    "fraction": (Whole(1), 3.0, "must be a whole number, got 3.0" + WHOLE_HINT),
    "text": (Whole(1), "3", "must be a whole number, got '3'" + WHOLE_HINT),
    "truth": (Whole(1), True, "must be a whole number, got True" + WHOLE_HINT),
    "list for a count": (Whole(1), [3], "must be a whole number, got [3]" + WHOLE_HINT),
    "nothing": (Whole(1), None, "must be a whole number, got None" + WHOLE_HINT),
    "zero in a list": (AxesSetting(1), [3, 0], "must be at least 1, got 0"),
    "truth in a list": (
        AxesSetting(1),
        [3, True],
        "must be a whole number, got True" + WHOLE_HINT,
    ),
    "three for two axes": (
        AxesSetting(1),
        [3, 3, 3],
        "must be one number or a list of 2, got [3, 3, 3]" + ROWS_HINT,
    ),
    "empty list": (AxesSetting(1), [], "must be one number or a list of 2, got []" + ROWS_HINT),
    "list of lists": (
        AxesSetting(1),
        [[3], [3]],
        "must be a whole number, got [3]" + WHOLE_HINT,
    ),
    "table": (AxesSetting(1), {"h": 3}, "must be a whole number, got {'h': 3}" + WHOLE_HINT),
    "unknown word": (
        AxesSetting(0, ("same", "valid")),
        "SAME",
        "must be a whole number or 'same' or 'valid', got 'SAME'",
    ),
    "word where none is": (
        AxesSetting(0),
        "same",
        "must be a whole number, got 'same'" + WHOLE_HINT,
    ),
    "text for a number": (NumberSetting(), "0.5", "must be a number, got '0.5'"),
    "truth for a number": (NumberSetting(), False, "must be a number, got False"),
    "not a number": (NumberSetting(), float("nan"), "must be a finite number, got nan"),
    "infinite": (NumberSetting(), float("-inf"), "must be a finite number, got -inf"),
    "below": (NumberSetting(0.0, 1.0), -0.1, "must be at least 0, got -0.1"),
    "above": (NumberSetting(0.0, 1.0), 1.5, "must be at most 1, got 1.5"),
    "number for a truth": (Flag(), 1, "must be true or false, got 1" + FLAG_HINT),
    "text for a truth": (Flag(), "no", "must be true or false, got 'no'" + FLAG_HINT),
}


@pytest.mark.parametrize(("setting", "value", "message"), BAD.values(), ids=BAD)
def test_a_setting_refuses(setting, value, message):
    assert_refuses(lambda: setting.read(value, axes=2), message)


def test_a_list_for_one_axis_has_one_number():
    assert_refuses(
        lambda: Conv1d(out_channels=1, kernel_size=[3, 3]),
        "kernel_size: must be one number or a list of 1, got [3, 3]",
    )


def test_a_long_value_is_cut():
    assert_refuses(
        lambda: Whole(1).read("9" * 100, axes=2),
        f"must be a whole number, got '{'9' * 59}…" + WHOLE_HINT,
    )


def test_a_number_too_long_to_print_is_refused():
    # Python turns at most 4,300 digits into text, but reads longer numbers in base 16
    assert_refuses(
        lambda: Whole(1).read(10**5000, axes=2),
        "must be at most 2,147,483,647, got a number of more than 4,300 digits",
    )


def test_all_problems_of_a_layer_are_reported_at_once():
    settings = {"filters": 96, "kernel_size": 0, "stride": "4", "groups": True}
    assert_refuses(
        lambda: Conv2d.from_settings(settings),
        "conv2d has no setting 'filters'\n"
        "  hint: did you mean 'out_channels'?\n"
        "'out_channels' is missing\n"
        "  hint: every conv2d needs it\n"
        "kernel_size: must be at least 1, got 0\n"
        f"stride: must be a whole number, got '4'{WHOLE_HINT}\n"
        f"groups: must be a whole number, got True{WHOLE_HINT}",
    )


def test_all_bad_values_are_reported_in_python_too():
    assert_refuses(
        lambda: MaxPool2d(kernel_size=0, padding=-1),
        "kernel_size: must be at least 1, got 0\npadding: must be at least 0, got -1",
    )


def test_an_unknown_setting_like_no_other_lists_those_that_there_are():
    assert_refuses(
        lambda: Dropout.from_settings({"banana": 1}),
        "dropout has no setting 'banana'\n  hint: it has p, inplace",
    )


def test_an_unknown_setting_of_a_kind_without_settings():
    assert_refuses(
        lambda: layer_kinds()["flatten"].from_settings({"banana": 1}),
        "flatten has no setting 'banana'\n  hint: it has none",
    )


def test_a_setting_of_another_word_is_guessed():
    assert_refuses(
        lambda: MaxPool2d.from_settings({"kernel_size": 3, "strides": 2}),
        "max_pool2d has no setting 'strides'\n  hint: did you mean 'stride'?",
    )


def test_settings_are_sizes_a_axis():
    layer = Conv2d.from_settings({"out_channels": 96, "kernel_size": 11, "stride": [4, 4]})
    assert layer == Conv2d(out_channels=96, kernel_size=(11, 11), stride=(4, 4))


def test_changed_settings_are_short_and_without_defaults():
    layer = Conv2d(out_channels=96, kernel_size=(11, 11), stride=4, padding=(0, 2), groups=1)
    changed = {"out_channels": 96, "kernel_size": 11, "stride": 4, "padding": (0, 2)}
    assert layer.changed_settings() == changed


def test_a_pool_that_strides_by_its_kernel_has_no_changed_stride():
    assert MaxPool2d(kernel_size=2, stride=2).changed_settings() == {"kernel_size": 2}


def test_a_stated_size_is_a_changed_setting():
    assert BatchNorm2d(num_features=64).changed_settings() == {"num_features": 64}
