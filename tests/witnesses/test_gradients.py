"""Receptive fields measured in models themselves: gradients agree, and find what is wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F  # noqa: N812  the field's name for it
from torch import nn
from torch.utils.checkpoint import checkpoint

from archstat.analyses.receptive_field import axes, fields
from archstat.layers.reach import Mixing
from archstat.layers.window import Sliding
from archstat.models.argument import find_model
from archstat.models.inputs import InputSpec
from archstat.models.question import Question
from archstat.models.torch.operators.registry import REGISTRY
from archstat.models.torch.source import Source
from archstat.models.torch.tracing import trace_source
from archstat.report.finding import Agreement
from archstat.witnesses import gradients, smooth
from archstat.witnesses.gradients import gradient_finding


def finding_of(model, shape=(3, 32, 32)):
    source = model if isinstance(model, Source) else Source("model", model)
    inputs = [InputSpec(shape)]
    graph, _ = trace_source(source, inputs, batch_size=1, device_name="none")
    return gradient_finding(graph, source, inputs)


class Call(nn.Module):
    """A module around a function of the module itself and its input."""

    def __init__(self, function, **parts):
        super().__init__()
        self.function = function
        for name, part in parts.items():
            setattr(self, name, part)

    def forward(self, x):
        return self.function(self, x)


def conv(before, after, size=3, **settings):
    return nn.Conv2d(before, after, size, padding=size // 2, **settings)


def convnext_block(channels):
    def forward(self, x):
        y = self.norm(self.depthwise(x).permute(0, 2, 3, 1))
        return x + self.out(F.gelu(self.wide(y))).permute(0, 3, 1, 2)

    return Call(
        forward,
        depthwise=conv(channels, channels, 7, groups=channels),
        norm=nn.LayerNorm(channels),
        wide=nn.Linear(channels, 2 * channels),
        out=nn.Linear(2 * channels, channels),
    )


def gated(channels):
    """Return a block of MobileNetV3: depthwise, squeeze and excitation, hard activations."""

    def forward(self, x):
        y = F.hardswish(self.norm(self.depthwise(x)))
        gate = F.hardsigmoid(self.up(F.relu(self.down(F.adaptive_avg_pool2d(y, 1)))))
        return x + self.out(y * gate)

    return Call(
        forward,
        depthwise=conv(channels, channels, 3, groups=channels),
        norm=nn.BatchNorm2d(channels),
        down=nn.Conv2d(channels, 2, 1),
        up=nn.Conv2d(2, channels, 1),
        out=nn.Conv2d(channels, channels, 1),
    )


def dense(self, x):
    for layer in self.layers:
        x = torch.cat([x, layer(F.relu(x))], dim=1)
    return F.avg_pool2d(x, 2)


def inception(self, x):
    branches = [self.one(x), self.three(x), self.five(x), self.last(F.max_pool2d(x, 3, 1, 1))]
    return torch.cat(branches, dim=1)


def u_net(self, x):
    top = self.first(x)
    low = self.low(F.max_pool2d(top, 2))
    up = F.interpolate(low, scale_factor=2, mode="bilinear", align_corners=True)
    return self.last(torch.cat([top, up], dim=1))


def dilated(self, x):
    y = self.stem(x)
    whole = F.interpolate(F.adaptive_avg_pool2d(y, 1), size=y.shape[-2:], mode="bilinear")
    y = self.last(torch.cat([self.near(y), self.far(y), whole], dim=1))
    return F.interpolate(y, size=x.shape[-2:], mode="bilinear")


def vision_transformer(self, x):
    x = self.patches(x).flatten(2).transpose(1, 2)
    x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], dim=1)
    y = self.norm(x)
    return self.head((x + self.attention(y, y, y)[0])[:, 0])


def windows(self, x):
    """Attend in windows of 2×2 patches, shifted by one, as in Swin."""
    x = self.patches(x).permute(0, 2, 3, 1)
    y = self.norm(x).roll((-1, -1), (1, 2)).view(-1, 4, 2, 4, 2, 8)
    y = y.transpose(2, 3).reshape(-1, 4, 8)
    y = F.scaled_dot_product_attention(y, y, y).view(-1, 4, 4, 2, 2, 8)
    return x + self.out(y.transpose(2, 3).reshape(-1, 8, 8, 8).roll((1, 1), (1, 2)))


def around(self, x):
    """Let each place attend to the 3×3 around it, which are gathered from windows."""
    y = self.first(x)
    near = F.unfold(y, 3, padding=1).view(-1, 4, 9, y.shape[-2] * y.shape[-1])
    weights = (near * y.flatten(2)[:, :, None]).sum(1, keepdim=True).softmax(2)
    return self.last((near * weights).sum(2).view_as(y))


MODELS = {
    "ConvNeXt": nn.Sequential(conv(3, 8, 4, stride=4), convnext_block(8), convnext_block(8)),
    "MobileNetV3": nn.Sequential(conv(3, 8, stride=2), gated(8), conv(8, 8, stride=2), gated(8)),
    "DenseNet": nn.Sequential(
        conv(3, 4, stride=2), Call(dense, layers=nn.ModuleList([conv(4, 4), conv(8, 4)]))
    ),
    "GoogLeNet": nn.Sequential(
        conv(3, 4, 7, stride=2),
        Call(inception, one=conv(4, 2, 1), three=conv(4, 2, 3), five=conv(4, 2, 5),
             last=conv(4, 2, 1)),
    ),
    "U-Net": Call(u_net, first=conv(3, 4), low=conv(4, 4), last=conv(8, 2)),
    "super-resolution": nn.Sequential(
        conv(3, 8, 5), nn.Tanh(), conv(8, 12), nn.PixelShuffle(2), conv(3, 3)
    ),
    "DeepLab": Call(
        dilated,
        stem=conv(3, 4, stride=4),
        near=nn.Conv2d(4, 4, 3, padding=2, dilation=2),
        far=nn.Conv2d(4, 4, 3, padding=3, dilation=3),
        last=conv(12, 2, 1),
    ),
    "ViT": Call(
        vision_transformer,
        patches=nn.Conv2d(3, 8, 8, stride=8),
        token=nn.Parameter(torch.zeros(1, 1, 8)),
        norm=nn.LayerNorm(8),
        attention=nn.MultiheadAttention(8, 2, batch_first=True),
        head=nn.Linear(8, 2),
    ),
    "Swin": Call(
        windows, patches=nn.Conv2d(3, 8, 4, stride=4), norm=nn.LayerNorm(8), out=nn.Linear(8, 8)
    ),
    "local attention": Call(around, first=conv(3, 4), last=conv(4, 2)),
    "instance norm": nn.Sequential(conv(3, 4, stride=2), nn.InstanceNorm2d(4), conv(4, 4)),
}  # fmt: skip


IN_THE_MODEL = "layers, in the model itself: size, stride and padding"

SHOWN = {
    "ConvNeXt": f"agrees on 13 {IN_THE_MODEL}",
    # gates see the whole image, and what they are multiplied with more, beyond its border
    "MobileNetV3": f"agrees on 4 of 24 {IN_THE_MODEL}; on 20 more as far as the image goes",
    "DenseNet": f"agrees on 8 {IN_THE_MODEL}",
    "GoogLeNet": f"agrees on 7 {IN_THE_MODEL}",
    "U-Net": f"agrees on 3 of 6 {IN_THE_MODEL}; on 3 more as far as the image goes",
    "super-resolution": f"agrees on 5 {IN_THE_MODEL}",
    "DeepLab": f"agrees on 3 of 8 {IN_THE_MODEL}; on 5 more as far as the image goes",
    "ViT": f"agrees on 4 of 6 {IN_THE_MODEL}",
    "Swin": f"agrees on 11 {IN_THE_MODEL}",
    "local attention": f"agrees on 8 {IN_THE_MODEL}",
    "instance norm": f"agrees on 1 of 3 {IN_THE_MODEL}; on 2 more as far as the image goes",
}
"""What is shown of each: rows are modules and calls of functions."""


@pytest.mark.parametrize("name", MODELS)
def test_gradients_agree_on(name):
    finding = finding_of(MODELS[name])
    assert finding.verdict is Agreement.AGREES, finding.words
    assert finding.words == SHOWN[name]


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "densenet121",
        "googlenet",
        "mobilenet_v3_small",
        "regnet_y_400mf",
        "shufflenet_v2_x0_5",
        "deeplabv3_mobilenet_v3_large",
    ],
)
def test_gradients_agree_on_models_of_torchvision(name):
    finding = finding_of(find_model(f"torchvision/{name}").module(Question()), (3, 64, 64))
    assert finding.verdict is Agreement.AGREES, finding.words


def test_the_output_of_a_model_is_measured_also_behind_an_operator():
    model = Call(lambda self, x: F.avg_pool2d(self.c(x), 2), c=nn.Conv2d(1, 1, 3))
    assert finding_of(model, (1, 9, 9)).words == f"agrees on 2 {IN_THE_MODEL}"


@pytest.mark.parametrize(
    "forward",
    [
        pytest.param(lambda s, x: s.c(x) * (s.c(x) > 0), id="of each value"),
        pytest.param(lambda s, x: s.c(x) * (x.sum() > torch.inf), id="that nothing passes"),
    ],
)
def test_a_comparison_has_no_gradient_and_is_not_called_wrong(forward):
    finding = finding_of(Call(forward, c=nn.Conv2d(3, 4, 3)), (3, 12, 12))
    assert finding.verdict is Agreement.AGREES, finding.words
    # of two convolutions, a comparison and a product, or of one with a sum of all that is seen
    assert " of 4 layers, in the model itself" in finding.words


def test_every_call_is_measured_as_it_was_before_anything_wrote_into_it():
    def forward(self, x):
        first = F.conv2d(x, self.w, padding=1)  # 3 pixels
        second = F.conv2d(first, self.w, padding=1)  # 5
        second += F.max_pool2d(second, 5, 1, 2)  # 9; the row before keeps its 5
        return F.avg_pool2d(F.relu(second, inplace=True), 2)  # 10

    model = Call(forward, w=nn.Parameter(torch.ones(1, 1, 3, 3)))
    # two convolutions, a maximum, a sum, a ReLU and a mean
    assert finding_of(model, (1, 24, 24)).words == f"agrees on 6 {IN_THE_MODEL}"


@pytest.mark.parametrize(
    "call",
    [
        lambda x: F.conv2d(x, torch.ones(1, 1, 11, 11).to(x), padding=5),
        lambda x: F.avg_pool2d(x, 11, 1, 5),
    ],
    ids=["convolution", "mean"],
)
def test_a_wrong_size_of_a_call_is_found(monkeypatch, call):
    model = Call(lambda _, x: call(x))
    assert finding_of(model, (1, 8, 8)).verdict is Agreement.AGREES
    monkeypatch.setattr(Sliding, "taps", lambda *_: range(-5, 5))
    assert finding_of(model, (1, 8, 8)).verdict is Agreement.DISAGREES


def test_a_wrong_rule_is_found_and_the_layer_named(monkeypatch):
    wrong = replace(REGISTRY.operators["roll"], reach=lambda _: Mixing.NONE)
    monkeypatch.setitem(REGISTRY.operators, "roll", wrong)
    monkeypatch.setattr(REGISTRY, "_found", {})
    model = Call(lambda self, x: self.c(x.roll(2, 3)), c=nn.Conv2d(1, 1, 1))
    finding = finding_of(model, (1, 8, 8))
    assert finding.verdict is Agreement.DISAGREES
    # the unit in the middle and the first one: columns 2 and 6 of 8 are rolled there
    assert finding.words == (
        "disagrees on roll 1×1 (pixels 4…4 × 2…2, then 0…0 × 6…6), "
        "ours 1×1 (pixels 4…4 × 4…4, then 0…0 × 0…0); c 1×1 (pixels 4…4 × 2…2, then 0…0 × 6…6), "
        "ours 1×1 (pixels 4…4 × 4…4, then 0…0 × 0…0)"
    )


def test_rows_of_which_no_view_ends_in_the_image_are_not_named():
    # a window of 15 pixels on an image of 8, with a border of 7: no unit sees less than all of it
    model = nn.Conv2d(1, 1, 15, padding=7)
    finding = finding_of(model, (1, 8, 8))
    assert (finding.verdict, finding.words) == (
        Agreement.NOT_MEASURED,
        "not measured: on an image of its size, no view of 1 layer ends",
    )


def test_a_wrong_size_that_the_image_clips_is_found_by_its_ends(monkeypatch):
    # the first unit sees 0 … 5 of 8 pixels and the last one 2 … 7: eleven pixels in all
    finding = finding_of(nn.Conv2d(1, 1, 11, padding=5), (1, 8, 8))
    assert finding.words == "agrees on 1 layer, in the model itself: size, stride and padding"
    monkeypatch.setattr(Sliding, "taps", lambda *_: range(-5, 5))
    assert finding_of(nn.Conv2d(1, 1, 11, padding=5), (1, 8, 8)).verdict is Agreement.DISAGREES


def test_channels_that_are_taken_for_places_are_found(monkeypatch):
    for where in (axes, fields, gradients):
        monkeypatch.setattr(where, "channels_axis", lambda _: 0)
    model = Call(lambda self, x: self.b(self.a(x.permute(0, 3, 1, 2))),
                 a=nn.Conv2d(3, 4, 3), b=nn.Conv2d(4, 4, 3))  # fmt: skip
    finding = finding_of(model, (8, 9, 3))
    assert (finding.verdict, finding.words) == (
        Agreement.DISAGREES,
        (
            "disagrees: places in the output of a see different parts of the input's axis that is "
            "taken for its channels"
        ),
    )


def test_channels_of_their_own_are_no_places():
    layers = nn.Conv2d(6, 6, 3, groups=6), nn.Conv2d(6, 4, 3, groups=2), nn.Conv2d(4, 8, 1)
    assert finding_of(nn.Sequential(*layers), (6, 8, 8)).words == f"agrees on 3 {IN_THE_MODEL}"


def test_a_module_that_reads_parameters_alone_is_not_looked_at():
    model = Call(lambda self, x: self.b(x + self.a(self.w)), w=nn.Parameter(torch.ones(1, 1, 8, 8)),
                 a=nn.Conv2d(1, 1, 3, padding=1), b=nn.Conv2d(1, 1, 3))  # fmt: skip
    assert finding_of(model, (1, 8, 8)).words == f"agrees on 2 of 3 {IN_THE_MODEL}"


def test_a_checkpoint_runs_the_stand_ins():
    def forward(self, x):
        x = checkpoint(lambda x: F.relu6(self.b(x)), self.a(x), use_reentrant=False)
        return self.c(x)

    model = Call(forward, a=nn.Conv2d(1, 2, 3), b=nn.Conv2d(2, 2, 3), c=nn.Conv2d(2, 1, 3))
    assert finding_of(model, (1, 16, 16)).words == f"agrees on 4 {IN_THE_MODEL}"


def test_a_model_that_is_too_large_is_not_measured(monkeypatch):
    monkeypatch.setattr(gradients, "MOST_MACS", 100)
    finding = finding_of(nn.Conv2d(1, 1, 3), (1, 8, 8))
    assert finding.verdict is Agreement.NOT_MEASURED
    assert finding.words == "not measured: the model takes 324 MACs, more than 100"


def test_a_model_that_does_not_run_in_double_precision_is_not_measured():
    model = Call(lambda self, x: self.c(x) @ torch.ones(6, 6), c=nn.Conv2d(1, 1, 3))
    finding = finding_of(model, (1, 8, 8))
    assert finding.verdict is Agreement.NOT_MEASURED
    assert finding.words.startswith("not measured: the forward pass in double precision fails: ")


def test_without_rows_and_columns_there_is_nothing_to_measure():
    assert finding_of(nn.Linear(4, 2), (4,)).words == (
        "not measured: the input has no rows and columns, or none that can be followed"
    )


@pytest.mark.slow
def test_nothing_is_left_behind():
    model = MODELS["MobileNetV3"].train()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    state = torch.random.get_rng_state()
    finding_of(model)
    after = model.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert all(parameter.grad is None for parameter in model.parameters())
    assert model.training
    assert not torch.nn.modules.module._global_forward_hooks
    assert torch.equal(state, torch.random.get_rng_state())


def test_of_many_layers_a_few_are_measured_with_the_last_of_them(monkeypatch):
    layers = [nn.Conv2d(1, 1, 3) for _ in range(5)]
    # 9 weights on 14·14, 12·12, 10·10, 8·8, 6·6 places: 1,764, 3,060, 3,960, 4,536, 4,860 in all
    # until there, twice each
    monkeypatch.setattr(gradients, "BUDGET", 2 * (4_860 + 3_960 + 1_764))
    model = nn.Sequential(*layers)
    assert finding_of(model, (1, 16, 16)).words == f"agrees on 3 of 5 {IN_THE_MODEL}"
    monkeypatch.setitem(smooth.SMOOTH, "tanh", lambda x: x * 0)  # the last one sees nothing then
    finding = finding_of(nn.Sequential(*layers, nn.Tanh()), (1, 16, 16))
    assert finding.words.startswith("disagrees on 5 ")
