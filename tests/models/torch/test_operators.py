"""Models operator by operator: the ledger, shortcuts, and both levels of a report."""

from __future__ import annotations

import pytest
import torch
import torchvision
from torch import nn

from archstat import analyze
from archstat.models.torch.operators.registry import REGISTRY
from archstat.models.torch.recording import answers
from archstat.models.torch.recording.facts import facts_of
from archstat.models.torch.recording.meta import Answers
from archstat.report.folding import folded

ADDMM = torch.ops.aten.addmm.default
BATCH_NORM = torch.ops.aten.native_batch_norm.default


def known_of(operator):
    """Return what torch says of an operator, and its entry in the ledger."""
    return facts_of(operator), REGISTRY.find(operator)


def answer(*call):
    """Return what an operator gives to whoever asks for the first time."""
    return Answers().call(*call)


def batch_norm_arguments(channels, image, *, dtype=torch.float32, is_training=False):
    vectors = [torch.ones(channels, dtype=dtype, device="meta") for _ in range(4)]
    return [image, *vectors, is_training, 0.1, 1e-5]


@pytest.mark.parametrize("shape", [(2, 5), (2, 5, 7), (2, 5, 7, 3), (1, 5, 7, 3, 2)])
@pytest.mark.parametrize("is_training", [False, True])
def test_batch_norm_on_meta_gives_what_torch_gives(shape, is_training):
    arguments = batch_norm_arguments(5, torch.ones(shape, device="meta"), is_training=is_training)
    ours, theirs = answer(*known_of(BATCH_NORM), arguments, {}), BATCH_NORM(*arguments)
    assert ours[0].shape == theirs[0].shape
    assert ours[0].dtype == theirs[0].dtype
    assert ours[0].is_meta


def test_batch_norm_of_other_channels_fails_as_torch_fails():
    arguments = batch_norm_arguments(4, torch.ones((2, 5, 7, 3), device="meta"))
    with pytest.raises(RuntimeError):
        answer(*known_of(BATCH_NORM), arguments, {})


@pytest.mark.parametrize("bias", [(3,), (1,), (2, 3), ()])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.int64])
def test_a_linear_layer_on_meta_gives_what_torch_gives(bias, dtype):
    shapes = (bias, (2, 5), (5, 3))
    arguments = [torch.ones(shape, dtype=dtype, device="meta") for shape in shapes]
    on_cpu = ADDMM(*(torch.ones_like(each, device="cpu") for each in arguments))
    ours = answer(*known_of(ADDMM), arguments, {})
    assert ours.is_meta
    assert (ours.shape, ours.stride(), ours.dtype) == (on_cpu.shape, on_cpu.stride(), dtype)


@pytest.mark.parametrize("shapes", [((3,), (2, 4), (5, 3)), ((4,), (2, 5), (5, 3))])
def test_a_linear_layer_of_another_width_fails_as_torch_fails(shapes):
    with pytest.raises(RuntimeError):
        answer(*known_of(ADDMM), [torch.ones(shape, device="meta") for shape in shapes], {})


def meta(*shape, dtype=torch.float32):
    return torch.zeros(shape, dtype=dtype, device="meta")


ALIKE = "add mul sub relu gelu hardtanh hardswish hardsigmoid leaky_relu elu celu selu mish silu"
IN_PLACE = "add_ mul_ relu_ gelu_ hardtanh_ hardswish_ hardsigmoid_ leaky_relu_ elu_ silu_"


def seen(out):
    """Return all that a tensor on meta is."""
    return tuple(out.shape), out.stride(), out.dtype, out.is_meta


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float64, torch.int64])
@pytest.mark.parametrize("name", [*ALIKE.split(), *IN_PLACE.split()])
def test_what_works_value_by_value_gives_on_meta_what_torch_gives_on_the_cpu(name, dtype):
    packet = getattr(torch.ops.aten, name)
    is_binary = name.removesuffix("_") in {"add", "mul", "sub"}
    operator = packet.Tensor if is_binary else packet.default
    for shape, turned in [
        ((2, 3, 4, 5), False),
        ((2, 3, 4, 5), True),
        ((), False),
        ((0, 3), False),
    ]:
        given = meta(*shape, dtype=dtype)
        given = given.transpose(0, -1) if turned else given
        arguments = [given, given.clone()] if is_binary else [given]
        there = [torch.empty_strided(t.shape, t.stride(), dtype=dtype).zero_() for t in arguments]
        try:
            theirs = operator(*there)
        except RuntimeError:
            continue  # as whole numbers have no such activation
        ours = answer(*known_of(operator), arguments, {})
        assert seen(ours) == (tuple(theirs.shape), theirs.stride(), theirs.dtype, True)
        assert (ours is given) is name.endswith("_")


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param(meta(2, 3), meta(3), id="another shape"),
        pytest.param(meta(2, 3), meta(2, 3, dtype=torch.float64), id="another type"),
        pytest.param(meta(2, 3), meta(3, 2).t(), id="another layout"),
        pytest.param(meta(2, 3), 1j, id="a complex number"),
        pytest.param(meta(2, 3, dtype=torch.int64), 0.5, id="whole numbers and a fraction"),
    ],
)
def test_a_sum_of_what_is_not_alike_is_left_to_torch(left, right):
    operator = torch.ops.aten.add.Tensor
    assert seen(answer(*known_of(operator), [left, right], {})) == seen(operator(left, right))


CAT = torch.ops.aten.cat.default


@pytest.mark.parametrize("axis", [(), (1,), (-1,)], ids=str)
def test_what_is_put_together_on_meta_is_what_torch_puts_together(axis):
    sizes = [[2, 3, 4], [2, 3, 4]]
    if axis:
        sizes[1][axis[0]] = 7
    arguments = [[meta(*size) for size in sizes], *axis]
    ours = answers.answer(*known_of(CAT), arguments, {})
    assert tuple(ours.shape) == {(): (4, 3, 4), (1,): (2, 10, 4), (-1,): (2, 3, 11)}[axis]
    assert seen(ours) == seen(CAT(*arguments))


@pytest.mark.parametrize(
    ("parts", "axis"),
    [
        pytest.param([meta(2, 3), meta(2, 3, dtype=torch.float64)], 0, id="two types"),
        pytest.param([meta(2, 3), meta(0)], 0, id="an empty one"),
        pytest.param([meta(2, 3), meta(3, 2).t()], 0, id="another layout"),
        pytest.param([meta(2, 3), meta(4, 5)], 0, id="what does not fit"),
        pytest.param([meta(2, 3), meta(2, 3)], 2, id="an axis that there is not"),
    ],
)
def test_what_is_not_alike_is_left_to_torch_to_put_together(parts, axis):
    assert answers.answer(*known_of(CAT), [parts, axis], {}) is None


@pytest.mark.parametrize("axes", [(5,), (4, 5)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float64])
@pytest.mark.parametrize("is_affine", [True, False])
def test_layer_norm_on_meta_gives_what_torch_gives(axes, dtype, is_affine):
    operator = torch.ops.aten.native_layer_norm.default
    params = [meta(*axes, dtype=dtype) if is_affine else None for _ in range(2)]
    arguments = [meta(2, 3, 4, 5, dtype=dtype), [*axes], *params, 1e-5]
    assert [*map(seen, answer(*known_of(operator), arguments, {}))] == [
        *map(seen, operator(*arguments))
    ]


def test_layer_norm_over_other_axes_fails_as_torch_fails():
    with pytest.raises(RuntimeError):
        answer(
            *known_of(torch.ops.aten.native_layer_norm.default),
            [meta(2, 5), [4], None, None, 1e-5],
            {},
        )


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("shape", [(2, 6, 4, 5), (2, 6)])
def test_group_norm_on_meta_gives_what_torch_gives(shape, dtype):
    operator = torch.ops.aten.native_group_norm.default
    places = 20 if len(shape) > 2 else 1
    vectors = [meta(6, dtype=dtype), meta(6, dtype=dtype)]
    arguments = [meta(*shape, dtype=dtype), *vectors, 2, 6, places, 3, 1e-5]
    assert [*map(seen, answer(*known_of(operator), arguments, {}))] == [
        *map(seen, operator(*arguments))
    ]


@pytest.mark.parametrize("groups", [4, 0])
def test_group_norm_of_other_groups_fails_as_torch_fails(groups):
    arguments = [meta(2, 6, 4), meta(6), meta(6), 2, 6, 4, groups, 1e-5]
    with pytest.raises((RuntimeError, ZeroDivisionError)):
        answer(*known_of(torch.ops.aten.native_group_norm.default), arguments, {})


class Attention(nn.Module):
    """One head of 8 features over the tokens of a 4×4 map."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 2, stride=2)
        self.qkv = nn.Linear(8, 24)
        self.norm = nn.LayerNorm(8)

    def forward(self, x):
        tokens = self.stem(x).flatten(2).transpose(1, 2)
        q, k, v = self.qkv(self.norm(tokens)).chunk(3, dim=-1)
        return (q @ k.transpose(1, 2)).softmax(-1) @ v


def test_views_have_no_rows():
    report = analyze(Attention(), (3, 8, 8))
    assert [row.kind for row in report.layers] == [
        "conv2d",
        "layer_norm",
        "linear",
        "bmm",
        "_softmax",
        "bmm",
    ]


def test_every_operator_has_a_row_when_asked_for():
    kinds = [row.kind for row in analyze(Attention(), (3, 8, 8), each_operator=True).layers]
    assert {"view", "transpose", "slice", "split"} & set(kinds)
    assert kinds.count("bmm") == 2
    assert "conv2d" in kinds


def test_an_operator_is_named_by_the_module_that_calls_it():
    report = analyze(Attention(), (3, 8, 8), each_operator=True)
    assert report.layers[0].name == "stem.conv2d"
    assert report.layers[0].macs == 1_536  # 3·2·2 products for each of 8·4·4 values


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(Attention, id="attention"),
        pytest.param(torchvision.models.resnet18, id="resnet18"),
        pytest.param(torchvision.models.vit_b_16, id="vit_b_16"),
    ],
)
def test_both_levels_have_the_same_totals(model):
    size = (3, 8, 8) if model is Attention else (3, 224, 224)
    with torch.device("meta"):
        network = model()
    layers, operators = (
        analyze(network, size, each_operator=each).totals for each in (False, True)
    )
    assert (layers.weights, layers.biases) == (operators.weights, operators.biases)
    assert layers.macs == operators.macs


class Two(nn.Module):
    def forward(self, left, right, *, mask):
        return left @ right * mask


def test_inputs_beside_the_first_are_named():
    tensors = (torch.ones(2, 3, 4), torch.ones(2, 4, 5))
    report = analyze(Two(), inputs=tensors, kwargs={"mask": torch.ones(2, 1, 5)})
    assert report.to_dict()["more_inputs"] == {"input 2": [4, 5], "mask": [1, 5]}
    assert str(report).splitlines()[1].startswith("input 3×4, input 2 4×5, mask 1×5, batch of 2")


def test_a_folded_module_returns_what_its_last_view_returns():
    class Last(nn.Module):
        def forward(self, x):
            return (x + 1).permute(0, 2, 3, 1)

    report = analyze(nn.Sequential(Last(), nn.ReLU()), (3, 4, 5), each_operator=True)
    rows = folded(report, 1).layers
    assert [(row.label, row.out_shape) for row in rows] == [
        ("Last", (4, 5, 3)),
        ("ReLU", (4, 5, 3)),
    ]


def test_an_operator_is_asked_once_for_what_it_gives_on_meta():
    from archstat.models.torch.recording.meta import Answers

    answers = Answers()
    left, right = torch.zeros(3, 4, device="meta"), torch.zeros(4, 5, device="meta")
    first = answers.call(*known_of(torch.ops.aten.mm.default), (left, right), {})
    again = answers.call(*known_of(torch.ops.aten.mm.default), (left + 1, right), {})
    assert again is not first
    assert (again.shape, again.stride(), again.dtype) == ((3, 5), (5, 1), torch.float32)
    half = answers.call(*known_of(torch.ops.aten.mm.default), (left.half(), right.half()), {})
    assert half.dtype is torch.float16
    turned = answers.call(*known_of(torch.ops.aten.relu.default), (left.t(),), {})
    assert turned.stride() == (1, 4)  # as its input's
    assert len(answers._known) == 3  # questions, of four calls


@pytest.mark.parametrize(
    ("operator", "arguments"),
    [
        pytest.param(torch.ops.aten.relu_.default, (), id="in place"),
        pytest.param(torch.ops.aten.view.default, ([12],), id="a view"),
        pytest.param(torch.ops.aten.split.Tensor, (2,), id="views"),
    ],
)
def test_what_makes_nothing_new_is_always_asked(operator, arguments):
    from archstat.models.torch.recording.meta import Answers

    answers = Answers()
    for _ in range(2):
        given = torch.zeros(3, 4, device="meta")
        out = answers.call(*known_of(operator), (given, *arguments), {})
        first = out if isinstance(out, torch.Tensor) else out[0]
        assert first is given or first._base is given


def test_a_whole_number_and_a_fraction_are_no_one_question():
    from archstat.models.torch.recording.meta import Answers

    answers, given = Answers(), torch.zeros(3, dtype=torch.int64, device="meta")
    add = torch.ops.aten.add.Scalar
    assert answers.call(*known_of(add), (given, 1), {}).dtype is torch.int64
    assert answers.call(*known_of(add), (given, 1.0), {}).dtype is torch.float32
    assert answers.call(*known_of(add), (given, True), {}).dtype is torch.int64
