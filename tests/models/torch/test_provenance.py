"""Where tensors come from: the input or parameters alone, inside of rows and through hooks."""

from __future__ import annotations

import pytest

from archstat.analyses.receptive_field import receptive_fields
from archstat.api import analyze
from archstat.models.inputs import InputSpec
from archstat.models.torch.source import Source
from archstat.report.finding import Agreement

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402  only where torch is


def assert_autograd_agrees(model, shape):
    """Hold a model against autograd: products, sides of the gradients, and what it keeps."""
    from archstat.witnesses.training import model_training_findings

    said = [*model_training_findings(Source("net", model), [InputSpec(shape)])]
    assert [finding.words for finding in said if finding.verdict is not Agreement.AGREES] == []
    assert len(said) == 3


class Calls(nn.Module):
    """A model that is a function, with parameters, buffers and modules by name."""

    def __init__(self, call, **parts):
        super().__init__()
        self.call = call
        for name, part in parts.items():
            if isinstance(part, nn.Module | nn.Parameter):
                setattr(self, name, part)
            else:
                self.register_buffer(name, part)

    def forward(self, x):
        return self.call(self, x)


def weights(*shape):
    return nn.Parameter(torch.ones(shape))


def low_rank(net, x):
    return x @ (net.u @ net.v)


def merged(net, x):
    return nn.functional.linear(x, net.w + net.b @ net.a)


def power(net, x):
    return x @ torch.matrix_power(net.w, 3)


def fresh(_, x):
    added, left, right = x.new_zeros(1, 8, 6), x.new_ones(1, 8, 2), x.new_ones(1, 2, 6)
    return x @ torch.baddbmm(added, left, right)[0]


def rotary(net, x):
    places = torch.arange(5.0, device=x.device)
    angles = (net.frequencies[None, :, None] @ places[None, None, :]).transpose(1, 2)
    return x * torch.cat((angles, angles), -1).cos()


@pytest.mark.parametrize(
    ("call", "parts", "shape", "macs"),
    [
        # 8·2·6 products of the factors, 8·6 of the input
        pytest.param(low_rank, {"u": weights(8, 2), "v": weights(2, 6)}, (8,), 144, id="low rank"),
        # 6·2·8 of the factors, 8·6 of the input
        pytest.param(
            merged,
            {"w": weights(6, 8), "b": weights(6, 2), "a": weights(2, 8)},
            (8,),
            144,
            id="merged LoRA",
        ),
        # 8·8·8 twice, 8·8 of the input
        pytest.param(power, {"w": weights(8, 8)}, (8,), 1_088, id="matrix_power"),
        pytest.param(fresh, {}, (8,), 144, id="baddbmm of fresh tensors"),
        # 4 frequencies times 5 positions
        pytest.param(rotary, {"frequencies": torch.ones(4)}, (5, 8), 20, id="rotary"),
    ],
)
def test_a_product_of_what_does_not_come_from_the_input_counts(call, parts, shape, macs):
    model = Calls(call, **parts)
    assert analyze(model, shape).totals.macs == macs
    assert_autograd_agrees(nn.Sequential(nn.Linear(shape[-1], shape[-1]), model), shape)


def test_gradients_stand_on_the_side_of_what_they_are_of():
    model = nn.Sequential(nn.Linear(16, 32), nn.Linear(32, 16))
    step = analyze(model, (10, 16), train=True).totals.step
    assert step.input_gradient_macs == 5_120  # 10 rows of 32·16; the input needs none
    assert step.weight_gradient_macs == 10_240  # twice that
    assert_autograd_agrees(model, (10, 16))


def test_gradients_in_a_vision_transformer_stand_on_their_sides():
    step = analyze("torchvision/vit_b_16", train=True).totals.step
    # From the model's definition. 12 blocks of 197 tokens: 3·768² + 768² + 2·768·3072 weights a
    # token, and 2 products of 197·197·768; a patch embedding of 196·768·768; a head of 768·1000.
    block = 197 * (4 * 768**2 + 2 * 768 * 3072)
    attention = 2 * 197 * 197 * 768
    embedding, head = 196 * 768 * 768, 768 * 1000
    assert step.weight_gradient_macs == 12 * block + embedding + head == 16_848_500_736
    assert step.input_gradient_macs == 12 * (block + 2 * attention) + head == 18_163_550_208


def convolutions():
    return nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1),
        nn.Conv2d(4, 4, 3, padding=1),
        nn.Conv2d(4, 4, 3, padding=2, dilation=2),
    )


def test_a_hook_that_changes_the_input_of_a_module_does_not_cut_the_graph():
    model = convolutions()
    for module in model:
        module.register_forward_pre_hook(lambda _, args: (args[0] * 2,))
    report = analyze(model, (3, 8, 8), train=True)
    assert [row.receptive_field.size for row in report.layers] == [(3, 3), (5, 5), (9, 9)]
    # 64 positions of 4·27, 4·36 and 4·36 weights; inputs have gradients but the image
    assert report.totals.step.weight_gradient_macs == 25_344
    assert report.totals.step.input_gradient_macs == 18_432
    assert_autograd_agrees(model, (3, 8, 8))


def test_a_hook_that_only_looks_changes_nothing():
    model = convolutions()
    plain = [row.kind for row in analyze(model, (3, 8, 8)).layers]
    for module in model:
        module.register_forward_pre_hook(lambda *_: None)
    assert [row.kind for row in analyze(model, (3, 8, 8)).layers] == plain == ["conv2d"] * 3


def test_a_hook_that_changes_a_module_s_output_is_no_part_of_it():
    model = convolutions()
    model[0].register_forward_hook(lambda _module, _args, out: out * 2)
    report = analyze(model, (3, 8, 8))
    assert [row.kind for row in report.layers] == ["conv2d", "mul", "conv2d", "conv2d"]
    assert report.layers[-1].receptive_field.size == (9, 9)


def test_no_node_that_depends_on_the_input_sees_nothing():
    model = convolutions()
    model[1].register_forward_pre_hook(lambda _, args: (args[0].relu(),))
    from archstat.models.question import Question
    from archstat.models.torch.tracing import trace_module

    graph = trace_module(model, Question(inputs=(InputSpec((3, 8, 8)),)), (), {}).graph
    assert all(field and all(field.size) for field in receptive_fields(graph).by_name.values())


def test_learned_queries_that_pass_a_layer_first_are_read():
    net = Calls(
        lambda net, x: net.attention(net.norm(net.linear(net.query.expand(2, -1, -1))), x, x)[0],
        query=weights(1, 5, 8),
        linear=nn.Linear(8, 8),
        norm=nn.LayerNorm(8),
        attention=nn.MultiheadAttention(8, 2, batch_first=True),
    )
    report = analyze(net, (7, 8), batch_size=2, train=True)
    # the query's 40 numbers count at the first layer that reads them, beside 8·8 + 8 of its own
    assert [(row.name, row.params) for row in report.layers] == [
        ("linear", 112),
        ("norm", 16),
        ("attention", 288),
    ]
    assert report.totals.step.gradient_bytes == 1_664  # all 416 learn
    assert_autograd_agrees(net, (7, 8))


def test_a_learned_query_is_a_weight_until_it_meets_the_input():
    net = Calls(lambda net, x: net.inner(net.query) @ x, query=weights(8, 8), inner=nn.Linear(8, 8))
    report = analyze(net, (8, 3), train=True)
    costs = {
        row.name: (row.training.input_gradient_macs, row.training.weight_gradient_macs)
        for row in report.layers
    }
    # of the query and of the weights, 8·8·8 each; the product, 8·8·3, has one factor that learns
    assert costs == {"inner": (0, 1_024), "mm": (0, 192)}
    assert_autograd_agrees(net, (8, 3))


@pytest.mark.parametrize("is_caught", [False, True])
def test_a_bug_of_our_own_is_never_told_as_the_user_s(monkeypatch, is_caught):
    from archstat.errors import OwnError
    from archstat.models.torch.recording.recorder import Recorder

    def broken(*_):
        raise ZeroDivisionError("division by zero")

    class Careful(nn.Module):
        def forward(self, x):
            try:
                return x + 1
            except ZeroDivisionError:
                if is_caught:
                    return x
                raise

    monkeypatch.setattr(Recorder, "_call", broken)
    with pytest.raises(OwnError) as caught:
        analyze(Careful(), (3,))
    assert caught.value.problems[0].what == (
        "archstat itself fails, not the model: ZeroDivisionError: division by zero"
    )
    assert "please report it" in caught.value.problems[0].hint
    assert "test_provenance.py:" in caught.value.problems[0].hint
