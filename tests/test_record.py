from __future__ import annotations

from dataclasses import FrozenInstanceError, asdict, field, replace

import pytest

from archstat.record import record


@record
class Box:
    width: int
    height: int = 2
    tags: list[str] = field(default_factory=list, compare=False)

    def __post_init__(self):
        if self.width < 0:
            raise ValueError("a width is not negative")


@record(kw_only=True)
class Crate(Box):
    depth: int

    def __repr__(self):
        return "a crate"


def test_fields_come_by_place_by_name_and_by_default():
    assert vars(Box(3)) == {"width": 3, "height": 2, "tags": []}
    assert vars(Box(3, height=4)) == {"width": 3, "height": 4, "tags": []}
    assert vars(Crate(1, depth=5)) == {"width": 1, "height": 2, "tags": [], "depth": 5}


def test_a_default_that_is_made_is_made_anew():
    assert Box(1).tags is not Box(1).tags


@pytest.mark.parametrize(
    ("args", "kwargs", "message"),
    [
        ((), {}, r"Box misses \['width'\], got 0 values and \[\]"),
        ((1, 2, [], 4), {}, r"Box takes \['width', 'height', 'tags'\], got 4 values and \[\]"),
        ((1,), {"width": 2}, r"Box takes .*, got 1 values and \['width'\]"),
        ((1,), {"color": 2}, r"Box takes .*, got 1 values and \['color'\]"),
    ],
)
def test_a_wrong_call_is_refused(args, kwargs, message):
    with pytest.raises(TypeError, match=message):
        Box(*args, **kwargs)


def test_a_field_for_names_alone_has_no_place():
    with pytest.raises(TypeError, match="got 4 values"):
        Crate(1, 2, [], 5)


def test_records_are_equal_by_what_they_compare():
    assert Box(1, tags=["a"]) == Box(1, tags=["b"]) != Box(2)
    assert Box(1) != Crate(1, depth=1)
    assert len({Box(1), Box(1, 2), Box(1, 3)}) == 2


def test_a_record_cannot_be_changed():
    box = Box(1)
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'width'"):
        box.width = 2
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'width'"):
        del box.width


def test_records_check_themselves_and_keep_methods_of_their_own():
    with pytest.raises(ValueError, match="a width is not negative"):
        Box(-1)
    assert repr(Box(1)) == "Box(width=1, height=2, tags=[])"
    assert repr(Crate(1, depth=2)) == "a crate"


def test_dataclasses_treat_records_as_their_own():
    assert replace(Box(1), height=7) == Box(1, 7)
    assert asdict(Box(1)) == {"width": 1, "height": 2, "tags": []}
