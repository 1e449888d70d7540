"""What tensors on meta hold is made when somebody asks, in the order in which it was written."""

from __future__ import annotations

import weakref

import pytest
import torch
from torch import nn

import archstat
from archstat.models.torch.recording import contents
from archstat.models.torch.recording.contents import Content, LateCall, LateCalls, waiting

ATEN = torch.ops.aten


class Picking(nn.Module):
    """A layer of 8 by 8 weights, for as many of 6 rows as a mask has that is written in place."""

    def __init__(self, *, is_asked: bool) -> None:
        super().__init__()
        self.fc = nn.Linear(8, 8, bias=False)
        self.is_asked = is_asked

    def forward(self, x):
        mask = x.new_zeros(6)
        first = mask + 1
        mask[1:3] = 1
        mask[2:6:2] += 1  # 0 1 2 0 1 0: three rows, not the two of before, nor the six of first
        chosen = mask.gt(0)
        first.zero_()
        return self.fc(x[chosen] if self.is_asked else x)


@pytest.mark.parametrize(("is_asked", "rows"), [(True, 3), (False, 6)])
def test_a_mask_is_what_was_written_into_it_when_it_is_asked_for(is_asked, rows):
    report = archstat.analyze(Picking(is_asked=is_asked), inputs=(torch.ones(6, 8),))
    assert report.totals.macs == rows * 64


def test_nothing_runs_for_what_nobody_asks_for(monkeypatch):
    ran = []
    monkeypatch.setattr(contents.LateCall, "run", lambda call: ran.append(call) or True)
    archstat.analyze(Picking(is_asked=False), inputs=(torch.ones(6, 8),))
    assert ran == []


def call(operator, given, made, content):
    links = [weakref.ref(made)]
    return LateCall(operator, [given], {}, links, [content], [made.shape])


def test_what_the_cpu_refuses_is_not_known_nor_what_is_made_of_it():
    lost = []
    calls = LateCalls(lost.extend)
    first, second, third = (torch.empty(2, device="meta") for _ in range(3))
    refused, of_it, other = (waiting(is_assumed=False) for _ in range(3))
    given = Content(lambda: torch.tensor([-4.0, 1.0]))
    calls.wait(call(ATEN.bitwise_not.default, given, first, refused))  # of fractions there is none
    calls.wait(call(ATEN.abs.default, refused, second, of_it))
    calls.wait(call(ATEN.abs.default, given, third, other))
    calls.run()
    assert [*map(id, lost)] == [id(first), id(second)]
    assert other.values.tolist() == [4.0, 1.0]


def test_where_a_write_is_refused_nothing_is_known_from_then_on():
    lost = []
    calls = LateCalls(lost.extend)
    written, made = torch.empty(2, device="meta"), torch.empty(2, device="meta")
    given = Content(lambda: torch.tensor([-4.0, 1.0]))
    calls.wait(LateCall(ATEN.bitwise_not_.default, [given], {}, [weakref.ref(written)]))
    calls.wait(call(ATEN.abs.default, given, made, waiting(is_assumed=False)))
    calls.run()
    assert [*map(id, lost)] == [id(written), id(made)]


def test_what_has_another_shape_than_on_meta_is_not_known():
    lost = []
    calls = LateCalls(lost.extend)
    made = torch.empty(3, device="meta")
    given = Content(lambda: torch.tensor([-4.0, 1.0]))
    calls.wait(call(ATEN.abs.default, given, made, waiting(is_assumed=False)))
    calls.run()
    assert [*map(id, lost)] == [id(made)]


class Changing(nn.Module):
    """A layer whose constant is not on meta, and changes after it was used."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(8, 8, bias=False)

    def forward(self, x):
        constant = torch.ones(6, device="cpu")
        chosen = (x.new_zeros(6) + constant).gt(0)
        constant.sub_(1)
        return self.fc(x[chosen])


def test_a_constant_elsewhere_is_looked_at_before_it_changes():
    report = archstat.analyze(Changing(), inputs=(torch.ones(6, 8),))
    assert report.totals.macs == 6 * 64
