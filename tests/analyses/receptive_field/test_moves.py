"""Positions through axes in another order, cut and joined: cases worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archstat.analyses.receptive_field.branches import UnknownReachError
from archstat.analyses.receptive_field.layout import AxisFactor, Medley, reshaped
from archstat.analyses.receptive_field.moves import moved
from archstat.analyses.receptive_field.view import FieldView
from archstat.layers.reach import Mixing, Permuted, Reshaped, Unknown
from archstat.layers.window import Sliding

ROWS, COLUMNS = 0, 1

IMAGE = FieldView.of_image((3, 4, 6), is_clipped=False)

TOKENS = Reshaped((3, 4, 6), (3, 24))


def seen(view, axis=ROWS):
    """Return what the units see along an axis of the image."""
    return [view.tracks[axis].interval(unit) for unit in range(view.tracks[axis].units)]


def after(view, *moves):
    """Return the view behind moves, each with the shape of its output."""
    for move, shape in moves:
        view = moved(view, move, shape)
    return view


def assert_unknown(view, move, shape, reason):
    with pytest.raises(UnknownReachError) as caught:
        moved(view, move, shape)
    assert str(caught.value) == reason


def test_an_image_has_channels_rows_and_columns():
    assert IMAGE.layout == ((AxisFactor(3),), (AxisFactor(4, ROWS),), (AxisFactor(6, COLUMNS),))


def test_permuted_axes_keep_their_units():
    view = moved(IMAGE, Permuted((1, 2, 0)), (4, 6, 3))
    assert view.layout == ((AxisFactor(4, ROWS),), (AxisFactor(6, COLUMNS),), (AxisFactor(3),))
    assert view.tracks == IMAGE.tracks


def test_flattened_axes_are_one_of_several_factors():
    view = moved(IMAGE, TOKENS, (3, 24))
    assert view.layout == ((AxisFactor(3),), (AxisFactor(4, ROWS), AxisFactor(6, COLUMNS)))


def test_a_flattened_axis_can_be_cut_again_where_rows_end():
    view = after(IMAGE, (TOKENS, (3, 24)), (Reshaped((3, 24), (3, 4, 6)), (3, 4, 6)))
    assert view == IMAGE


def test_an_axis_can_be_cut_into_blocks_and_joined_again():
    # columns 0 … 5 are two blocks of three: column = 3·block + place
    cut = moved(IMAGE, Reshaped((3, 4, 6), (3, 4, 2, 3)), (3, 4, 2, 3))
    assert cut.layout[2:] == ((AxisFactor(2, COLUMNS, step=3),), (AxisFactor(3, COLUMNS),))
    assert moved(cut, Reshaped((3, 4, 2, 3), (3, 4, 6)), (3, 4, 6)) == IMAGE


def test_blocks_that_change_places_are_not_the_axis_that_they_were():
    # columns 0 … 5 as two blocks of three, by places first: 0, 3, 1, 4, 2, 5; then two in a row
    view = after(
        IMAGE,
        (Reshaped((3, 4, 6), (3, 4, 2, 3)), (3, 4, 2, 3)),
        (Permuted((0, 1, 3, 2)), (3, 4, 3, 2)),
        (Reshaped((3, 4, 3, 2), (3, 4, 6)), (3, 4, 6)),
        ((Sliding(kernel_size=2),), (3, 4, 5)),
    )
    assert seen(view, COLUMNS) == [(0, 3), (1, 3), (1, 4), (2, 4), (2, 5)]


def test_channels_can_be_cut_anywhere():
    # 3 channels and a batch of 4 are 12 of something, then 2 and 6
    layout = reshaped((), (4, 3), (12,))
    assert reshaped(layout, (12,), (2, 6)) == ((AxisFactor(2),), (AxisFactor(6),))


def test_an_axis_of_places_cannot_be_cut_where_none_ends():
    # 24 tokens as 3 times 8: 8 is a row and a third
    tokens = moved(IMAGE, TOKENS, (3, 24))
    reason = "its new axes cut an axis of the image where no unit ends"
    assert_unknown(tokens, Reshaped((3, 24), (3, 3, 8)), (3, 3, 8), reason)


def test_a_linear_layer_over_channels_leaves_the_places():
    last = moved(IMAGE, Permuted((1, 2, 0)), (4, 6, 3))
    assert moved(last, (Mixing.EVERYTHING,), (4, 6, 8)).tracks == IMAGE.tracks


def test_a_linear_layer_over_columns_reads_all_of_them():
    view = moved(IMAGE, (Mixing.EVERYTHING,), (3, 4, 8))
    assert seen(view, ROWS) == [(0, 0), (1, 1), (2, 2), (3, 3)]
    assert seen(view, COLUMNS) == [(0, 5)]


def test_a_norm_over_columns_reads_all_of_them_in_place():
    view = moved(IMAGE, (Mixing.EVERYTHING_IN_PLACE,), (3, 4, 6))
    assert seen(view, COLUMNS) == [(0, 5)] * 6


def test_a_linear_layer_over_all_values_is_a_window_as_large_as_the_map():
    view = after(IMAGE, (Reshaped((3, 4, 6), (72,)), (72,)), ((Mixing.EVERYTHING,), (10,)))
    assert (seen(view, ROWS), seen(view, COLUMNS)) == ([(0, 3)], [(0, 5)])
    assert view.tracks[ROWS].stride == 1


PATCHES = (
    # blocks of 2 rows and 3 columns: two of each; then blocks first, the values of one behind
    (Reshaped((3, 4, 6), (3, 2, 2, 2, 3)), (3, 2, 2, 2, 3)),
    (Permuted((1, 3, 0, 2, 4)), (2, 2, 3, 2, 3)),
    (Reshaped((2, 2, 3, 2, 3), (4, 18)), (4, 18)),
)


def test_a_linear_layer_over_patches_is_a_convolution_of_that_stride():
    view = after(IMAGE, *PATCHES, ((Mixing.EVERYTHING,), (4, 8))).compact()
    assert view.layout == ((AxisFactor(2, ROWS), AxisFactor(2, COLUMNS)), ())
    assert (seen(view, ROWS), seen(view, COLUMNS)) == ([(0, 1), (2, 3)], [(0, 2), (3, 5)])
    assert [track.stride for track in view.tracks] == [2, 3]


def test_a_norm_over_patches_keeps_each_pixel_in_its_patch():
    view = after(IMAGE, *PATCHES, ((Mixing.EVERYTHING_IN_PLACE,), (4, 18)))
    assert seen(view, COLUMNS) == [(0, 2)] * 3 + [(3, 5)] * 3


def test_a_norm_over_the_patches_joins_pixels_at_the_same_place_of_each():
    # over the four patches: rows 0 and 2, rows 1 and 3; columns 0 and 3, 1 and 4, 2 and 5
    view = after(IMAGE, *PATCHES, ((Mixing.EVERYTHING_IN_PLACE, Mixing.NONE), (4, 18)))
    assert seen(view, ROWS) == [(0, 2), (1, 3), (0, 2), (1, 3)]
    assert seen(view, COLUMNS) == [(0, 3), (1, 4), (2, 5), (0, 3), (1, 4), (2, 5)]


def test_channels_beside_places_become_units_between_them():
    # six columns of two channels each are twelve columns; two in a row, one apart, see:
    # 0 and 0, 0 and 1, 1 and 1, 1 and 2 …
    view = after(
        moved(IMAGE, Reshaped((3, 4, 6), (3, 4, 6, 1)), (3, 4, 6, 1)),
        ((Mixing.EVERYTHING,), (3, 4, 6, 2)),
        (Reshaped((3, 4, 6, 2), (3, 4, 12)), (3, 4, 12)),
        ((Sliding(kernel_size=2),), (3, 4, 11)),
    )
    assert seen(view, COLUMNS)[:4] == [(0, 0), (0, 1), (1, 1), (1, 2)]
    assert len(seen(view, COLUMNS)) == 11


def test_a_window_over_patches_moves_by_their_stride():
    # patches of three columns, and two patches in a row: six columns
    cut = after(
        IMAGE,
        (Reshaped((3, 4, 6), (3, 4, 2, 3)), (3, 4, 2, 3)),
        ((Mixing.EVERYTHING,), (3, 4, 2, 5)),
        (Permuted((0, 3, 1, 2)), (3, 5, 4, 2)),
        ((Sliding(kernel_size=2),), (3, 5, 4, 1)),
    )
    assert seen(cut, COLUMNS) == [(0, 5)]


WITH_CLASS_TOKEN = (
    (TOKENS, (3, 24)),
    (Permuted((1, 0)), (24, 3)),
    ((Mixing.AMONG_OTHERS, Mixing.NONE), (25, 3)),
)


def test_beside_a_class_token_the_tokens_still_see_what_they_saw():
    view = after(IMAGE, *WITH_CLASS_TOKEN)
    assert view.layout == ((Medley(25, (ROWS, COLUMNS)),), (AxisFactor(3),))
    assert [track.size for track in view.tracks] == [1, 1]


def test_a_window_over_tokens_and_a_class_token_is_unknown():
    view = after(IMAGE, *WITH_CLASS_TOKEN)
    reason = "it works along places that have others among them"
    assert_unknown(view, (Sliding(kernel_size=3), Mixing.NONE), (23, 3), reason)


def test_where_all_tokens_were_read_the_class_token_sees_the_image_too():
    view = after(
        IMAGE,
        *WITH_CLASS_TOKEN,
        ((Mixing.EVERYTHING_IN_PLACE, Mixing.NONE), (25, 3)),
        ((Sliding(kernel_size=1), Mixing.NONE), (1, 3)),  # the first token
        (Reshaped((1, 3), (3,)), (3,)),
    )
    assert (seen(view, ROWS), seen(view, COLUMNS)) == ([(0, 3)], [(0, 5)])
    assert view.tracks[ROWS].stride == 0


UNKNOWN = {
    "rows and columns at once": (
        TOKENS,
        (Sliding(kernel_size=3),),
        (3, 22),
        "it works along several axes of the image at once",
    ),
    "a part of the columns": (
        Reshaped((3, 4, 6), (3, 4, 2, 3)),
        (Sliding(kernel_size=3),),
        (3, 4, 2, 1),
        "it works along a part of an axis of the image",
    ),
    "other units than before": (
        Reshaped((3, 4, 6), (3, 4, 6)),
        Mixing.NONE,
        (3, 4, 5),
        "the places of its output are not those of its input",
    ),
    "no rule": (Reshaped((3, 4, 6), (3, 4, 6)), Unknown("why not"), (3, 4, 6), "why not"),
}


@pytest.mark.parametrize(("before", "move", "shape", "reason"), UNKNOWN.values(), ids=UNKNOWN)
def test_what_cannot_be_followed_says_why(before, move, shape, reason):
    view = moved(IMAGE, before, before.after)
    assert_unknown(view, move, shape, reason)


def test_where_all_units_see_the_same_anything_can_be_followed():
    view = after(
        IMAGE,
        ((Mixing.EVERYTHING_IN_PLACE,) * 3, (3, 4, 6)),
        (Unknown("why not"), (7, 7)),
        ((Sliding(kernel_size=3),) * 2, (5, 5)),
    )
    assert (seen(view, ROWS), seen(view, COLUMNS)) == ([(0, 3)], [(0, 5)])


def test_windows_clip_at_the_border_of_a_clipped_image():
    # three columns in a row, one of padding before and behind: 0 and 1; 0 … 2; … 4 and 5
    image = FieldView.of_image((3, 4, 6), is_clipped=True)
    view = moved(image, (Sliding(kernel_size=3, padding=1),), (3, 4, 6))
    assert seen(view, COLUMNS) == [(0, 1), (0, 2), (1, 3), (2, 4), (3, 5), (4, 5)]


def test_a_single_unit_of_a_clipped_image_is_read_between_its_padding():
    image = FieldView.of_image((1, 1), is_clipped=True)
    view = moved(image, (Sliding(kernel_size=3, padding=1),), (1, 1))
    assert seen(view) == [(0, 0)]


SIGNAL = FieldView.of_image((5, 8), is_clipped=False)


def test_of_an_input_of_two_axes_the_second_may_be_features():
    reason = "the axes of the input do not tell which of them are places"
    assert_unknown(SIGNAL, (Mixing.EVERYTHING,), (5, 2), reason)


def test_a_window_tells_that_the_second_axis_is_places():
    view = after(SIGNAL, ((Sliding(kernel_size=3),), (5, 6)), ((Mixing.EVERYTHING,), (5, 2)))
    assert seen(view) == [(0, 7)]


def test_it_does_not_matter_which_axis_is_places_if_both_are_read():
    view = moved(SIGNAL, (Mixing.EVERYTHING_IN_PLACE,) * 2, (5, 8))
    assert seen(view) == [(0, 7)] * 8


def test_channels_of_one_value_leave_no_doubt():
    view = moved(FieldView.of_image((1, 8), is_clipped=False), (Mixing.EVERYTHING,), (1, 2))
    assert seen(view) == [(0, 7)]


def test_a_place_that_many_values_share_is_none_any_more():
    pooled = moved(IMAGE, (Sliding(kernel_size=4), Mixing.NONE), (3, 1, 6))
    assert pooled.layout[1] == (AxisFactor(1, ROWS),)
    assert moved(pooled, Mixing.NONE, (3, 9, 6)) == replace(
        pooled, layout=((AxisFactor(3),), (), (AxisFactor(6, COLUMNS),))
    )
