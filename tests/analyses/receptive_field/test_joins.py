"""What the units of a join see, where its inputs hold their places differently."""

from __future__ import annotations

import pytest

from archstat.analyses.receptive_field.branches import UnknownReachError
from archstat.analyses.receptive_field.joins import aligned
from archstat.analyses.receptive_field.layout import AxisFactor, axes_of
from archstat.analyses.receptive_field.moves import moved
from archstat.analyses.receptive_field.tracks import united
from archstat.analyses.receptive_field.view import FieldView
from archstat.layers.reach import Mixing, Permuted, Reshaped
from archstat.layers.window import Sliding

# three channels and four columns
IMAGE = moved(FieldView.of_image((3, 4), is_clipped=False), (Sliding(kernel_size=1),), (3, 4))


def joined(*views):
    """Return the layout of a join, and what its units see."""
    views = aligned(views)
    track = united([view.tracks[0] for view in views])
    return views[0].layout, [track.interval(unit) for unit in range(track.units)]


GATE = moved(IMAGE, (Sliding(kernel_size=4),), (3, 1))


def test_what_was_read_as_a_whole_is_seen_at_each_place():
    # as in squeeze and excitation: each column times what all four give
    assert joined(IMAGE, GATE) == (IMAGE.layout, [(0, 3)] * 4)


def test_the_order_of_inputs_does_not_matter():
    assert joined(GATE, IMAGE) == (IMAGE.layout, [(0, 3)] * 4)


def test_what_sees_nothing_adds_nothing():
    image, nothing = aligned([IMAGE, FieldView.of_nothing((3, 4))])
    assert united([image.tracks[0], nothing.tracks[0]]) == IMAGE.tracks[0]


def test_what_was_read_as_a_whole_on_all_sides_has_no_place():
    layout, seen = joined(GATE, GATE)
    assert (layout, seen) == (GATE.layout, [(0, 3)])


QUERIES = moved(IMAGE, Permuted((1, 0)), (4, 3))  # columns by channels


def test_keys_that_meet_queries_count_as_channels():
    # each of four columns meets each of the four: it sees all of them
    layout, seen = joined(moved(QUERIES, (Mixing.EVERYTHING,), (4, 1)), IMAGE)
    assert [axes_of(axis) for axis in layout] == [(0,), ()]
    assert seen == [(0, 3)] * 4


def test_keys_meet_queries_of_their_block_alone():
    # columns 0 and 1 are a block, 2 and 3 another: queries stand first in it, keys last
    blocks = moved(IMAGE, Reshaped((3, 4), (3, 2, 2)), (3, 2, 2))  # channels, blocks, places
    queries = moved(blocks, Permuted((1, 2, 0)), (2, 2, 3))
    keys = moved(blocks, Permuted((1, 0, 2)), (2, 3, 2))
    layout, seen = joined(
        moved(queries, (Mixing.EVERYTHING,), (2, 2, 1)),
        moved(keys, (Mixing.EVERYTHING, Mixing.NONE), (2, 1, 2)),
    )
    assert layout[:2] == ((AxisFactor(2, 0, step=2),), (AxisFactor(2, 0),))
    assert axes_of(layout[2]) == ()
    assert seen == [(0, 1), (0, 1), (2, 3), (2, 3)]


def test_a_class_token_beside_keys_is_read_with_them():
    tokens = moved(QUERIES, (Mixing.AMONG_OTHERS, Mixing.NONE), (5, 3))
    keys = moved(tokens, Permuted((1, 0)), (3, 5))
    queries = moved(tokens, (Mixing.EVERYTHING,), (5, 1))
    layout, seen = joined(queries, moved(keys, (Mixing.EVERYTHING, Mixing.NONE), (1, 5)))
    assert [axes_of(axis) for axis in layout] == [(0,), ()]
    assert seen == [(0, 3)] * 4


DIFFERENT = {
    "units of other sizes": moved(IMAGE, (Sliding(kernel_size=2, stride=2),), (3, 2)),
    "flattened with channels": moved(IMAGE, Reshaped((3, 4), (12,)), (12,)),
    "cut into blocks at the same axis": moved(
        moved(IMAGE, Reshaped((3, 4), (3, 2, 2)), (3, 2, 2)), Permuted((2, 0, 1)), (2, 3, 2)
    ),
}


@pytest.mark.parametrize("other", DIFFERENT.values(), ids=DIFFERENT)
def test_units_that_stand_elsewhere_cannot_be_joined(other):
    with pytest.raises(UnknownReachError) as caught:
        aligned([IMAGE, other])
    assert str(caught.value) == "its inputs have different places"


def test_a_map_and_its_mirror_image_cannot_be_joined():
    # pixel (i, j) and pixel (j, i): what a unit sees does not go by rows and columns
    square = FieldView.of_image((1, 4, 4), is_clipped=False)
    with pytest.raises(UnknownReachError) as caught:
        aligned([square, moved(square, Permuted((0, 2, 1)), (1, 4, 4))])
    assert str(caught.value) == "its inputs have different places"


def test_columns_and_blocks_of_the_same_columns_cannot_be_joined():
    # each of four columns with each of two by two: a column would be counted twice
    columns = FieldView.of_image((1, 4), is_clipped=False)
    blocks = moved(columns, Reshaped((1, 4), (2, 2, 1)), (2, 2, 1))
    with pytest.raises(UnknownReachError) as caught:
        aligned([columns, blocks])
    assert str(caught.value) == "its inputs have different places"


@pytest.mark.parametrize("is_clipped", [False, True])
def test_fewer_keys_than_queries_are_read_by_each(is_clipped):
    # four columns meet two units of two columns each, on another axis
    image = FieldView.of_image((1, 4), is_clipped=is_clipped)
    keys = moved(image, (Sliding(kernel_size=2, stride=2),), (1, 2))
    queries = moved(image, Permuted((1, 0)), (4, 1))
    layout, seen = joined(moved(queries, (Mixing.EVERYTHING,), (4, 1)), keys)
    assert [axes_of(axis) for axis in layout] == [(0,), ()]
    assert seen == [(0, 3)] * 4
