"""What a forward pass on meta knows: what inputs, buffers and constants hold."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import archstat
from archstat.errors import ArchstatError
from archstat.graph import ForwardError
from archstat.models.inputs import InputSpec
from archstat.models.torch import examples, memory
from archstat.models.torch.source import Source
from archstat.models.torch.tracing import trace_source
from tests.torches import tracing_functions


class Net(nn.Module):
    """A layer of 8 by 8 weights, and a function that may use it."""

    def __init__(self, function, **attributes):
        super().__init__()
        self.fc = nn.Linear(8, 8, bias=False)
        self.function = function
        for name, value in attributes.items():
            if isinstance(value, torch.Tensor) and not isinstance(value, nn.Parameter):
                self.register_buffer(name, value)
            else:
                setattr(self, name, value)

    def forward(self, *args, **kwargs):
        return self.function(self, *args, **kwargs)


def rows(self, x, rows):
    """Use the layer on as many of the 5 rows as a mask has."""
    return self.fc(x[rows])


@pytest.mark.parametrize(
    ("function", "macs"),
    [
        pytest.param(lambda s, x, m: s.fc(x[m]), 3 * 64, id="a mask as an index"),
        pytest.param(lambda s, x, m: s.fc(x[: m.sum().item()]), 3 * 64, id="item"),
        pytest.param(lambda s, x, m: s.fc(x[m.nonzero()[:, 0]]), 3 * 64, id="nonzero"),
        pytest.param(
            lambda s, x, m: s.fc(torch.masked_select(x, m[:, None]).view(-1, 8)),
            3 * 64,
            id="masked select",
        ),
        pytest.param(lambda s, x, m: s.fc(x[: sum(m.tolist())]), 3 * 64, id="a list"),
        pytest.param(lambda s, x, m: s.fc(x[: int(m.numpy().sum())]), 3 * 64, id="numpy"),
        pytest.param(lambda s, x, m: s.fc(x[: int(m.cpu().sum())]), 3 * 64, id="the CPU"),
        pytest.param(lambda s, x, m: s.fc(x.repeat_interleave(m.long(), 0)), 3 * 64, id="repeated"),
        pytest.param(
            lambda s, x, m: s.fc(x[: int((torch.zeros_like(m).logical_or_(m)).sum())]),
            3 * 64,
            id="written in place",
        ),
        pytest.param(
            lambda s, x, m: s.fc(x) if True in m[[0, 1]] else x, 5 * 64, id="a list as an index"
        ),
    ],
)
def test_masks_are_read_on_meta(function, macs):
    mask = torch.tensor([True, False, True, True, False])  # 3 of 5 rows, of 8 · 8 products each
    report = archstat.analyze(Net(function), inputs=(torch.zeros(5, 8), mask))
    assert (report.traced_on, report.totals.macs) == ("meta", macs)
    (note,) = (note for note in report.notes if "forward reads" in note)
    assert note.startswith("values that forward reads are those of the examples, asked for in")


def test_what_shares_memory_with_what_is_written_is_not_known_any_more():
    def forward(self, x, mask):
        first = mask[:2]
        mask[0] = self.fc(x).sum() > 0  # which nobody knows
        return x[first]

    report = archstat.analyze(Net(forward), inputs=(torch.zeros(2, 8), torch.ones(2).bool()))
    assert report.traced_on == "cpu"


def test_the_users_examples_and_buffers_are_not_written_into():
    def forward(self, x, seen):
        seen += 1
        self.count += 1
        return self.fc(x[: int(self.count)])

    model = Net(forward, count=torch.tensor(1))
    seen = torch.zeros(3, dtype=torch.int64)
    report = archstat.analyze(model, inputs=(torch.zeros(5, 8), seen))
    assert report.totals.macs == 2 * 64  # the buffer held 1
    assert (seen.tolist(), model.count.item()) == ([0, 0, 0], 1)


def test_routes_that_parameters_decide_take_each_expert_in_turn(monkeypatch):
    monkeypatch.setattr(memory, "free_bytes", lambda: 0)  # nothing may be built for real

    def forward(self, x):
        weights, experts = self.router(x).topk(2)
        out = torch.zeros_like(x)
        for number, expert in enumerate(self.experts):
            row, place = torch.where(experts == number)
            out.index_add_(0, row, expert(x[row]) * weights[row, place, None])
        return out

    experts = nn.ModuleList(nn.Linear(8, 8) for _ in range(4))
    report = archstat.analyze(
        Net(forward, router=nn.Linear(8, 4), experts=experts), inputs=(torch.zeros(6, 8),)
    )
    # the router: 6 · 8 · 4; each of 6 rows goes to 2 experts of 8 · 8
    assert (report.traced_on, report.totals.macs) == ("meta", 192 + 6 * 2 * 64)
    assert [layer.macs for layer in report.layers if layer.name.startswith("experts")] == [192] * 4
    note = "choices that parameters decide, such as routes to experts, were made in turn, asked for"
    assert any(each.startswith(note) for each in report.notes)
    assert not any(each.startswith("values that forward reads") for each in report.notes)


def test_numbers_that_are_not_known_are_finite():
    def forward(self, x):
        y = self.fc(x)
        return y.clamp(-1, 1) if y.isnan().any() or not y.isfinite().all() else self.fc(y)

    report = archstat.analyze(Net(forward), (8,))
    assert (report.traced_on, report.totals.macs) == ("meta", 128)


class Positions(nn.Module):
    """Words, and a table of 16 positions."""

    def __init__(self):
        super().__init__()
        self.words, self.places = nn.Embedding(10, 8), nn.Embedding(16, 8)

    def forward(self, ids):
        return self.words(ids) + self.places(torch.arange(ids.shape[1], device=ids.device))


def test_positions_beyond_a_table_are_noticed():
    assert archstat.analyze(Positions(), "int64:16").totals.params == 10 * 8 + 16 * 8
    with pytest.raises(ArchstatError) as caught:
        archstat.analyze(Positions(), "int64:20")
    what, hint = str(caught.value).splitlines()
    assert what == (
        "Positions: module 'places' (Embedding): is asked for row 19, and has 16 rows, from 0 on"
    )
    assert hint.startswith("  hint: a longer table, or a shorter input, of at most 16 positions")


def test_words_beyond_a_table_are_noticed():
    with pytest.raises(ArchstatError, match="is asked for row 12 of 'input', and has 10 rows"):
        archstat.analyze(Positions(), inputs=(torch.tensor([[1, 12]]),))


def test_buffers_that_were_made_on_meta_get_values(tmp_path):
    file = tmp_path / "net.py"
    file.write_text(
        "import torch\nfrom torch import nn\n"
        "class Net(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.fc = nn.Linear(8, 8, bias=False)\n"
        "        self.register_buffer('rows', torch.tensor([0, 1, 1, 0]) > 0)\n"
        "    def forward(self, x):\n"
        "        return self.fc(x[:, self.rows])\n",
        encoding="utf-8",
    )
    report = archstat.analyze(f"{file}:Net", (4, 8))
    assert (report.traced_on, report.totals.macs) == ("meta", 2 * 64)


def test_nested_tensors_get_a_clear_word():
    def forward(self, x):
        return self.fc(torch.nested.nested_tensor([x[0], x[0, :2]]))

    with pytest.raises(ArchstatError, match="works on a nested tensor") as caught:
        archstat.analyze(Net(forward), (5, 8))
    assert "pad_sequence" in str(caught.value)


# Operators that are given functions.


@tracing_functions
def test_a_branch_is_chosen_by_what_is_known():
    def forward(self, x):
        return torch.cond(x.sum() > 0, lambda x: self.fc(self.fc(x)), self.fc, (x,))

    assert archstat.analyze(Net(forward), inputs=(torch.ones(1, 8),)).totals.macs == 2 * 64
    assert archstat.analyze(Net(forward), inputs=(-torch.ones(1, 8),)).totals.macs == 64


@tracing_functions
def test_of_a_branch_that_parameters_choose_the_dearer_is_counted():
    def forward(self, x):
        return torch.cond(self.fc(x).sum() > 0, lambda x: self.fc(self.fc(x)), self.fc, (x,))

    report = archstat.analyze(Net(forward), (8,))
    assert report.totals.macs == 64 + 2 * 64
    assert any(note.startswith("of torch.cond, the branch that costs") for note in report.notes)


@tracing_functions
def test_attention_with_rules_of_its_own_counts_all_pairs():
    def forward(self, x):
        from torch.nn.attention.flex_attention import flex_attention

        q = self.fc(x).view(1, 6, 2, 4).transpose(1, 2)
        return flex_attention(q, q, q)

    report = archstat.analyze(Net(forward), (6, 8))
    # the layer: 6 · 64; 2 heads of 6 · 6 pairs, of 4 products for the weight and 4 for the values
    assert (report.traced_on, report.totals.macs) == ("meta", 384 + 2 * 36 * 8)


# Complex numbers.


@pytest.mark.parametrize(
    ("layer", "shape", "macs"),
    [
        (nn.Linear(8, 4, dtype=torch.complex64), (5, 8), 4 * 5 * 8 * 4),  # 4 real ones each
        (nn.Conv1d(2, 3, 2, dtype=torch.complex64), (2, 5), 3 * (3 * 4) * (2 * 2)),  # 3 real ones
    ],
    ids=["linear", "convolution"],
)
def test_complex_numbers_count_by_a_convention_that_is_named(layer, shape, macs):
    report = archstat.analyze(layer, inputs=(torch.zeros(1, *shape, dtype=torch.complex64),))
    assert report.totals.macs == macs
    assert any(note.startswith("complex numbers count in real") for note in report.notes)


# What inputs hold of which the shape alone is stated.


@pytest.mark.parametrize(("values", "macs"), [("", 0), ("zeros", 0), ("ones", 5 * 64)])
def test_inputs_hold_what_was_asked_for(values, macs):
    model = Net(lambda self, x, mask: self.fc(x[mask]))
    report = archstat.analyze(model, ["5x8", "mask=bool:5"], values=values)
    assert report.totals.macs == macs


def test_random_inputs_are_the_same_every_time():
    model = Net(lambda self, x, mask: self.fc(x[mask]))
    inputs = ["64x8", "mask=bool:64"]
    one, other = (archstat.analyze(model, inputs, values="random").totals.macs for _ in range(2))
    assert one == other
    assert 0 < one < 64 * 64


def test_other_values_are_refused():
    with pytest.raises(ArchstatError, match="values: must be one of zeros, ones, random, got 'two"):
        archstat.analyze(Net(lambda self, x: self.fc(x)), (8,), values="twos")


def test_what_inputs_hold_is_made_only_where_somebody_looks(monkeypatch):
    made = []

    def zeros(size, dtype):
        made.append(size)
        return torch.zeros(size, dtype=dtype)

    monkeypatch.setitem(examples.FILLED, "zeros", zeros)
    archstat.analyze(nn.Conv2d(3, 8, 3), (3, 32, 32))
    assert not made
    archstat.analyze(Reading(), (3, 32, 32))
    assert made == [(1, 3, 32, 32)]


class Reading(nn.Module):
    """Takes a way that its input decides."""

    def forward(self, x):
        return x + 1 if x.sum() > 0 else x


def test_a_pass_that_fails_says_what_the_values_were():
    class Padded(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, 2)

        def forward(self, x, lengths):
            return self.fc(x.view(len(x), int(lengths.max()), 4))

    inputs = [InputSpec((5, 4)), InputSpec((), dtype="int64", name="lengths")]
    with pytest.raises(ForwardError) as caught:
        trace_source(Source("net", Padded()), inputs, batch_size=1, device_name="none")
    assert caught.value.graph.notes[0].startswith("values that forward reads are zeros")


@tracing_functions
def test_a_function_of_every_row_is_counted_for_each():
    def forward(self, x):
        from torch._higher_order_ops.map import map as each_of

        return each_of(self.fc, x[0])

    report = archstat.analyze(Net(forward), (5, 8))
    assert report.totals.macs == 5 * 64
    assert report.layers[-1].out_shape == (8,)  # five rows, put together again
