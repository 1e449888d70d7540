"""Tracing any torch module: the counts of small networks, worked out by hand."""

from __future__ import annotations

import sys
from fractions import Fraction

import pytest
import torch
import torch.nn.functional as F  # noqa: N812  the field's name for it
from torch import nn
from torch.nn.utils import parametrizations

from archstat.api import analyze
from archstat.errors import ArchstatError
from archstat.graph import ForwardError
from archstat.models.inputs import InputSpec
from archstat.models.torch.source import Source
from archstat.models.torch.tracing import trace_source
from archstat.report.report import report_on


def report_of(model, *inputs, batch_size=1, device="none"):
    """Return the report on a model for inputs given as shapes or as `InputSpec`."""
    given = [item if isinstance(item, InputSpec) else InputSpec(item) for item in inputs]
    graph, traced_on = trace_source(
        Source("model", model), given, batch_size=batch_size, device_name=device
    )
    return report_on(graph, batch_size=batch_size, traced_on=traced_on)


class Call(nn.Module):
    """A module around a function of the module itself and its input."""

    def __init__(self, function, **parts):
        super().__init__()
        self.function = function
        for name, part in parts.items():
            setattr(self, name, part)

    def forward(self, *inputs):
        return self.function(self, *inputs)


def attention_by_hand(_, x):
    """Return self-attention with 2 heads of 4 features, written with @."""
    q = x.view(*x.shape[:2], 2, 4).transpose(1, 2)
    return (q @ q.transpose(-2, -1)).softmax(-1) @ q


def attention_by_sdpa(_, x):
    q = x.view(*x.shape[:2], 2, 4).transpose(1, 2)
    return F.scaled_dot_product_attention(q, q, q)


def attention_by_einsum(_, x):
    q = x.view(*x.shape[:2], 2, 4).transpose(1, 2)
    weights = torch.einsum("bhqd,bhkd->bhqk", q, q).softmax(-1)
    return torch.einsum("bhqk,bhkd->bhqd", weights, q)


CASES = {
    # 8*3*3*3 weights on 6*6 outputs
    "conv": (nn.Conv2d(3, 8, 3), (3, 8, 8), 7_776, 224),
    # 4 of 8 input channels a filter: 8*4*9 * 36
    "grouped conv": (nn.Conv2d(8, 8, 3, groups=2), (8, 8, 8), 10_368, 296),
    # 'same' with an even kernel keeps 9*9: 4*3*16 * 81
    "same": (
        nn.Conv2d(3, 4, 4, padding="same", bias=False),
        (3, 9, 9),
        15_552,
        192,
    ),
    # each of 3*5*5 inputs meets 4*3*3 weights
    "transposed": (nn.ConvTranspose2d(3, 4, 3, stride=2), (3, 5, 5), 2_700, 112),
    # each of 4*5*5 inputs meets 2*3*3 weights
    "grouped transposed": (
        nn.ConvTranspose2d(4, 4, 3, stride=2, groups=2, bias=False),
        (4, 5, 5),
        1_800,
        72,
    ),
    "conv 1d": (nn.Conv1d(2, 4, 3), (2, 10), 192, 28),  # 4*2*3 * 8
    "conv 3d": (nn.Conv3d(1, 2, 2), (1, 4, 4, 4), 432, 18),  # 2*8 * 27
    "functional conv": (
        Call(lambda self, x: F.conv2d(x, self.w), w=nn.Parameter(torch.zeros(8, 3, 3, 3))),
        (3, 8, 8),
        7_776,
        216,
    ),
    "functional linear": (
        Call(lambda self, x: F.linear(x, self.w), w=nn.Parameter(torch.zeros(5, 7))),
        (7,),
        35,
        35,
    ),
    "linear on tokens": (nn.Linear(8, 4), (6, 8), 192, 36),  # 6 * 8*4
    # q, k, v, out: 4 * 8*8 on 6 tokens; scores and values: 2 * 6*6*8
    "attention module": (
        Call(lambda self, x: self.a(x, x, x)[0], a=nn.MultiheadAttention(8, 2, batch_first=True)),
        (6, 8),
        2_112,
        288,
    ),
    "attention module without weights": (
        Call(
            lambda self, x: self.a(x, x, x, need_weights=False)[0],
            a=nn.MultiheadAttention(8, 2, batch_first=True),
        ),
        (6, 8),
        2_112,
        288,
    ),
    "attention with @": (Call(attention_by_hand), (6, 8), 576, 0),
    "attention function": (Call(attention_by_sdpa), (6, 8), 576, 0),
    "attention by einsum": (Call(attention_by_einsum), (6, 8), 576, 0),
    # attention 2,112; 8*16 and 16*8 on 6 tokens
    "encoder layer": (
        nn.TransformerEncoderLayer(8, 2, 16, batch_first=True),
        (6, 8),
        2_112 + 1_536,
        600,
    ),
    # 4 gates of 8*5 + 5*5 weights, 6 steps; two biases each
    "lstm": (
        Call(lambda self, x: self.r(x)[0], r=nn.LSTM(8, 5, batch_first=True)),
        (6, 8),
        1_560,
        300,
    ),
    "gru": (
        Call(lambda self, x: self.r(x)[0], r=nn.GRU(8, 5, batch_first=True)),
        (6, 8),
        1_170,
        225,
    ),
    "bmm": (Call(lambda _, x: torch.bmm(x, x.transpose(1, 2))), (6, 8), 288, 0),  # 6*8*6
    "baddbmm": (
        Call(lambda _, x: torch.baddbmm(x.new_zeros(1), x, x.transpose(1, 2))),
        (6, 8),
        288,
        0,
    ),
    "matrix times vector": (
        Call(lambda self, x: torch.mv(x[0], self.v), v=nn.Parameter(torch.zeros(8))),
        (6, 8),
        48,
        8,
    ),
    # the same 8*8 weights three times
    "called three times": (
        Call(lambda self, x: self.f(self.f(self.f(x))), f=nn.Linear(8, 8)),
        (8,),
        192,
        72,
    ),
    "through .forward": (Call(lambda self, x: self.f.forward(x), f=nn.Linear(8, 4)), (8,), 32, 36),
    "weight norm": (parametrizations.weight_norm(nn.Linear(8, 4)), (8,), 32, 40),  # 32 + 4 + 4
    "never called": (Call(lambda _, x: x + 1, f=nn.Linear(8, 4)), (8,), 0, 36),
    "loose parameter": (
        Call(lambda self, x: x * self.scale, scale=nn.Parameter(torch.ones(8))),
        (8,),
        0,
        8,
    ),
    "loose and never read": (
        Call(lambda _, x: x, scale=nn.Parameter(torch.ones(8))),
        (8,),
        0,
        8,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_counts_are_those_worked_out_by_hand(name):
    model, shape, macs, params = CASES[name]
    totals = report_of(model, shape).totals
    assert (totals.macs, totals.params, totals.uncounted) == (macs, params, ())


@pytest.mark.parametrize("name", CASES)
def test_a_batch_of_three_costs_three_times_as_much(name):
    model, shape, macs, params = CASES[name]
    if name == "matrix times vector":
        macs //= 3  # it takes the first example only
    totals = report_of(model, shape, batch_size=3).totals
    assert (totals.macs, totals.params) == (3 * macs, params)


@pytest.mark.parametrize(
    "name", [name for name in CASES if name not in {"lstm", "gru", "encoder layer"}]
)
def test_counts_do_not_depend_on_the_device(name):
    model, shape, macs, params = CASES[name]
    totals = report_of(model, shape, device="cpu").totals
    assert (totals.macs, totals.params) == (macs, params)


@pytest.mark.parametrize("mode", [True, False])
def test_counts_do_not_depend_on_the_mode_of_the_model(mode):
    model = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True).train(mode)
    assert report_of(model, (6, 8)).totals.macs == 2_112 + 1_536


def test_a_subclass_that_changes_nothing_is_its_parent():
    class Mine(nn.Conv2d):
        pass

    assert [row.kind for row in report_of(Mine(3, 4, 3), (3, 5, 5)).layers] == ["conv2d"]


def test_a_subclass_with_a_forward_of_its_own_opens_up():
    class Twice(nn.Linear):
        def forward(self, x):
            return super().forward(x) * 2

    report = report_of(Twice(8, 4), (8,))
    assert report.totals.macs == 32
    assert [row.kind for row in report.layers] == ["addmm", "mul"]


def test_tied_weights_count_once():
    model = nn.Sequential(nn.Linear(8, 8, bias=False), nn.Linear(8, 8, bias=False))
    model[1].weight = model[0].weight
    report = report_of(model, (8,))
    assert [row.params for row in report.layers] == [64, 0]
    assert report.totals.macs == 128


def test_a_module_called_again_is_a_row_of_its_own_without_parameters():
    report = report_of(CASES["called three times"][0], (8,))
    assert [(row.name, row.params) for row in report.layers] == [
        ("f", 72),
        ("f (2)", 0),
        ("f (3)", 0),
    ]


def test_what_is_never_called_is_said_to_be():
    rows = report_of(CASES["never called"][0], (8,)).layers
    assert [(row.name, row.params) for row in rows] == [("add", 0), ("f (not called)", 36)]


def test_an_operator_outside_of_the_ledger_is_named_and_the_total_is_a_lower_bound():
    model = Call(lambda self, x: torch.linalg.qr(self.f(x)).Q, f=nn.Linear(4, 4))
    report = report_of(model, (4, 4))
    assert report.totals.macs == 64  # 4 rows * 4*4
    assert report.totals.uncounted == ("linalg_qr",)
    assert [row.macs for row in report.layers][:2] == [64, None]
    assert "not counted is linalg_qr in 1 row" in report.notes[-1]


def test_unbatched_calls_inside_of_a_model_count_the_same():
    model = Call(lambda self, x: self.c(x[0]), c=nn.Conv2d(3, 8, 3))
    report = report_of(model, (3, 8, 8))
    assert (report.totals.macs, report.layers[-1].out_shape) == (7_776, (8, 6, 6))


def test_several_inputs_by_place_and_by_name():
    def forward(self, ids, *, image):
        return self.e(ids).sum() + self.c(image).sum()

    model = Call(forward, e=nn.Embedding(10, 4), c=nn.Conv2d(3, 2, 1))
    model.forward = lambda ids, image: forward(model, ids, image=image)
    report = report_of(model, InputSpec((5,), "int64"), InputSpec((3, 2, 2), name="image"))
    assert (report.totals.macs, report.totals.params) == (24, 48)  # 3*2 * 2*2; 40 + 6 + 2


def test_receptive_fields_are_those_in_the_first_input():
    model = Call(
        lambda self, x, y: self.a(x) + self.b(y), a=nn.Conv2d(3, 2, 3), b=nn.Conv2d(3, 2, 5)
    )
    rows = report_of(model, (3, 8, 8), (3, 10, 10)).layers
    fields = [row.receptive_field and row.receptive_field.size for row in rows]
    assert fields == [(3, 3), None, None]


RESIDUAL = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 4, 3, padding=1))


def test_branches_are_followed_and_joined():
    def forward(self, x):
        y = self.body[1](self.body[0](x))
        return torch.cat([self.body[2](y) + y, y], 1).flatten(1)

    report = report_of(Call(forward, body=RESIDUAL), (3, 8, 8))
    assert [(row.kind, row.receptive_field.size[0]) for row in report.layers] == [
        ("conv2d", 3),
        ("relu", 3),
        ("conv2d", 5),
        ("add", 5),
        ("concat", 5),
        ("flatten", 5),
    ]


class Messy(nn.Module):
    """A model with everything that a careless tracer would change."""

    def __init__(self):
        super().__init__()
        self.conv, self.norm, self.drop = nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Dropout()
        self.conv.eval()  # modes differ from module to module
        self.conv.weight.requires_grad_(requires_grad=False)

    def forward(self, x, fail=None):
        if fail:
            raise RuntimeError("broken")
        return self.drop(self.norm(self.conv(x)))


def state_of(model):
    return {
        "modes": [module.training for module in model.modules()],
        "tensors": {name: tensor.clone() for name, tensor in model.state_dict().items()},
        "grads": [(p.requires_grad, p.grad) for p in model.parameters()],
        "hooks": [
            {name: len(value) for name, value in vars(module).items() if name.endswith("_hooks")}
            for module in model.modules()
        ],
        "attributes": [sorted(vars(module)) for module in model.modules()],
        "functions": [dict(vars(place)) for place in (F, torch.Tensor, nn.Module, nn.Linear)],
        "switches": (
            torch.is_grad_enabled(),
            torch.get_default_dtype(),
            torch.get_default_device(),
            torch.backends.mha.get_fastpath_enabled(),
        ),
    }


def assert_same_state(before, after):
    tensors, others = before.pop("tensors"), after.pop("tensors")
    assert tensors.keys() == others.keys()
    assert all(torch.equal(tensors[name], others[name]) for name in tensors)
    assert before == after


@pytest.mark.parametrize("device", ["none", "cpu"])
@pytest.mark.parametrize("inputs", [[(3, 8, 8)], [(3, 8, 8), InputSpec((1,), name="fail")]])
def test_nothing_is_left_behind(device, inputs):
    model = Messy().train()
    model.conv.eval()
    before, random_state = state_of(model), torch.random.get_rng_state()
    try:
        report_of(model, *inputs, device=device)
    except ArchstatError:
        assert len(inputs) == 2
    assert_same_state(before, state_of(model))
    assert torch.equal(random_state, torch.random.get_rng_state())
    assert not torch.nn.modules.module._global_forward_hooks
    assert not torch.nn.modules.module._global_forward_pre_hooks


class Broken(nn.Module):
    """A network of the write-ups in one of its broken forms."""

    def __init__(self, head, *, flatten=True, first=None):
        super().__init__()
        self.conv = nn.Sequential(
            first or nn.Conv2d(3, 6, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 4, 3)
        )
        self.head, self.flatten = head, flatten

    def forward(self, x):
        x = self.conv(x)
        return self.head(x.flatten(1) if self.flatten else x)


def test_a_broken_model_has_the_layers_that_ran_before():
    with pytest.raises(ForwardError) as caught:
        report_of(Broken(nn.Linear(24, 2)), (3, 10, 10))
    assert [node.name for node in caught.value.graph.nodes] == [
        "conv.0",
        "conv.1",
        "conv.2",
        "conv.3",
        "flatten",
    ]


def test_a_map_made_larger_by_repeating_is_followed():
    def forward(self, x):
        return self.last(F.interpolate(self.first(x), scale_factor=2))

    model = Call(forward, first=nn.Conv2d(1, 1, 3), last=nn.Conv2d(1, 1, 3))
    fields = [row.receptive_field for row in report_of(model, (1, 9, 9)).layers]
    # unit i of the first sees pixels i, i + 1, i + 2; repeated, units 2i and 2i + 1 do; the last
    # looks at three of these in a row, which are two different ones: four pixels, half a pixel on
    assert [(field.size, field.effective_stride) for field in fields] == [
        ((3, 3), (1, 1)),
        ((3, 3), (Fraction(1, 2), Fraction(1, 2))),
        ((4, 4), (Fraction(1, 2), Fraction(1, 2))),
    ]
    # units 0 … 3 look at the repeated units 0 … 2, 1 … 3, 2 … 4 and 3 … 5
    last = fields[-1].tracks[0]
    assert [last.interval(unit) for unit in range(4)] == [(0, 3), (0, 3), (1, 4), (1, 4)]


def test_a_model_of_another_type_takes_inputs_of_that_type():
    report = report_of(nn.Sequential(nn.Linear(8, 4).double()), InputSpec((8,), "float64"))
    assert (report.totals.macs, report.traced_on) == (32, "meta")


def test_a_module_that_fails_and_is_caught_has_no_part_in_what_follows():
    def forward(self, x):
        try:
            return self.wrong(x)
        except RuntimeError:
            return self.right(x)

    model = Call(forward, wrong=nn.Linear(3, 2), right=nn.Linear(4, 2))
    rows = report_of(model, (4,)).layers
    assert [(row.name, row.macs) for row in rows] == [("right", 8), ("wrong (not called)", 0)]


def test_a_failure_behind_one_that_was_caught_is_that_of_its_own_module():
    def forward(self, x):
        try:
            self.wrong(x)
        except RuntimeError:
            return self.last(x)

    model = Call(forward, wrong=nn.Linear(3, 2), last=nn.Linear(5, 2))
    with pytest.raises(ForwardError, match="module 'last'"):
        report_of(model, (4,))


def test_a_module_may_be_called_as_inputs_are():
    model = Call(lambda self, x, mask: self.mask(self.input(x)) * mask)
    model.input, model.mask = nn.Conv2d(1, 1, 3), nn.Conv2d(1, 1, 3)
    model.forward = lambda x, mask: model.function(model, x, mask)
    rows = report_of(model, (1, 8, 8), InputSpec((1, 4, 4), name="mask")).layers
    # each kernel sees two pixels more; each of 6·6 and of 4·4 places has 9 weights
    assert [(row.receptive_field and row.receptive_field.size, row.macs) for row in rows[:2]] == [
        ((3, 3), 324),
        ((5, 5), 144),
    ]


def test_any_exception_of_a_forward_pass_is_told():
    def forward(_, x):
        raise KeyError(x.shape)

    with pytest.raises(ForwardError, match=r"model: the forward pass fails: KeyError"):
        report_of(Call(forward), (3,))


def test_a_model_without_a_stated_input_asks_for_it():
    with pytest.raises(ArchstatError, match="does not say what its input is"):
        trace_source(Source("net.py:Net", nn.ReLU()), [], batch_size=1, device_name="none")


def test_where_no_usual_input_fits_it_is_said():
    odd = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(4 * 5 * 11, 2))
    with pytest.raises(ArchstatError) as caught:
        trace_source(Source("net.py:Net", odd), [], batch_size=1, device_name="none")
    hint = caught.value.problems[0].hint
    assert hint == "its forward takes input, and with no usual size it runs; state its own, as in"


def test_what_a_forward_pass_prints_goes_to_stderr(capsys):
    report_of(Call(lambda _, x: print("hello") or x + 1), (3,))  # noqa: T201  the point
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "hello\n")


def test_channels_last_are_refused_where_the_usual_input_is_known():
    source = Source("model", nn.Conv2d(3, 4, 3), None, (3, 8, 8))
    with pytest.raises(ArchstatError, match="input: 9×9×3 has 9 channels"):
        trace_source(source, [InputSpec((9, 9, 3))], batch_size=1, device_name="none")


def test_the_random_state_stays_where_a_forward_pass_draws_numbers():
    before = torch.random.get_rng_state()
    report_of(Call(lambda _, x: x + torch.rand(3)), (3,), device="cpu")
    assert torch.equal(before, torch.random.get_rng_state())


def test_a_forward_pass_that_exits_is_told():
    def forward(_, x):
        sys.exit(x.dim())

    with pytest.raises(ForwardError, match=r"the forward pass fails: SystemExit: 2"):
        report_of(Call(forward), (3,))


def test_functional_pooling_and_activations_are_followed():
    def forward(self, x):
        return F.max_pool2d(self.act(self.conv(x)), 2)

    model = Call(forward, conv=nn.Conv2d(3, 4, 3), act=nn.Hardswish())
    rows = report_of(model, (3, 8, 8)).layers
    # the kernel of 3, which the activation keeps, and one pixel more through the pool
    assert [(row.kind, row.receptive_field.size) for row in rows] == [
        ("conv2d", (3, 3)),
        ("Hardswish", (3, 3)),
        ("max_pool2d", (4, 4)),
    ]


@pytest.mark.parametrize(
    "call",
    [
        lambda x: x.sum().view(1, 1, 1).view(()),
        lambda x: x.sum().sum(-1),
        lambda x: x.sum().amax(0),
        lambda x: x.sum().logsumexp(0),
        lambda x: x.sum().softmax(-1),
    ],
    ids=["view", "sum", "amax", "logsumexp", "softmax"],
)
def test_single_numbers_have_no_axes(call):
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(4, 3)

        def forward(self, x):
            return call(self.layer(x))

    assert analyze(Net(), (5, 4)).totals.macs == 60
