"""What torch's operators and modules read: small networks, worked out by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest
import torch
import torch.nn.functional as F  # noqa: N812  the field's name for it
from torch import nn
from torch.nn.utils import parametrizations

import archstat
from archstat.analyses.receptive_field import receptive_fields
from archstat.layers.opaque import Observed
from archstat.models.inputs import InputSpec
from archstat.models.torch.source import Source
from archstat.models.torch.tracing import trace_source


class Call(nn.Module):
    """A module around a function of the module itself and its input."""

    def __init__(self, function, **parts):
        super().__init__()
        self.function = function
        for name, part in parts.items():
            setattr(self, name, part)

    def forward(self, x):
        return self.function(self, x)


def graph_of(model, shape, *, batch_size=1):
    source = Source("model", model)
    return trace_source(source, [InputSpec(shape)], batch_size=batch_size, device_name="none")[0]


def last_field(model, shape, *, batch_size=1):
    """Return the receptive field of the last node."""
    fields = receptive_fields(graph_of(model, shape, batch_size=batch_size))
    *_, field = fields.by_name.values()
    assert field is not None, fields.notes
    return field


def seen(model, shape):
    """Return what each unit sees along the last axis of the image."""
    track = last_field(model, shape).tracks[-1]
    return [track.interval(unit) for unit in range(track.units)]


# From four columns, each of which sees itself.
OF_FOUR = {
    # by their middles, twice as many: -1/4, 1/4, 3/4, 5/4, 7/4, …
    "bilinear": (
        lambda x: F.interpolate(x, scale_factor=2, mode="bilinear"),
        [(-1, 0), (0, 1), (0, 1), (1, 2), (1, 2), (2, 3), (2, 3), (3, 4)],
    ),
    # the first on the first, the last on the last: 0, 3/6, 6/6, 9/6, 2, 15/6, 3
    "bilinear, corners on corners": (
        lambda x: F.interpolate(x, size=(4, 7), mode="bilinear", align_corners=True),
        [(0, 0), (0, 1), (1, 1), (1, 2), (2, 2), (2, 3), (3, 3)],
    ),
    # half as many, by their middles: 1/2, 5/2
    "bilinear, to half the size": (
        lambda x: F.interpolate(x, scale_factor=0.5, mode="bilinear"),
        [(0, 1), (2, 3)],
    ),
    # two on either side of -1/4, 1/4, 3/4, …
    "bicubic": (
        lambda x: F.interpolate(x, scale_factor=2, mode="bicubic"),
        [(-2, 1), (-1, 2), (-1, 2), (0, 3), (0, 3), (1, 4), (1, 4), (2, 5)],
    ),
    # 0, 4/6, 8/6, 2, 16/6, 20/6, rounded down
    "nearest": (
        lambda x: F.interpolate(x, scale_factor=1.5, mode="nearest"),
        [(0, 0), (0, 0), (1, 1), (2, 2), (2, 2), (3, 3)],
    ),
    # 2/6, 6/6, 10/6, 14/6, 18/6, 22/6, rounded down
    "nearest, by their middles": (
        lambda x: F.interpolate(x, scale_factor=1.5, mode="nearest-exact"),
        [(0, 0), (1, 1), (1, 1), (2, 2), (3, 3), (3, 3)],
    ),
    "average pool": (lambda x: F.avg_pool2d(x, 2, 1), [(0, 1), (1, 2), (2, 3)]),
    "max pool along columns": (
        lambda x: F.max_pool1d(x.flatten(0, 1), 2, padding=1).unflatten(0, (1, 4)),
        [(-1, 0), (1, 2), (3, 4)],
    ),
    # 4 places in 3 parts: 0 … 4/3, 4/3 … 8/3, 8/3 … 4
    "adaptive average pool": (
        lambda x: F.adaptive_avg_pool2d(x, 3),
        [(0, 1), (1, 2), (2, 3)],
    ),
    "adaptive max pool": (lambda x: F.adaptive_max_pool2d(x, 3), [(0, 1), (1, 2), (2, 3)]),
    "mean": (lambda x: x.mean(dim=(2, 3)), [(0, 3)]),
    "mean of rows": (lambda x: x.mean(dim=2), [(0, 0), (1, 1), (2, 2), (3, 3)]),
    "largest of each row": (lambda x: x.amax(dim=3, keepdim=True), [(0, 3)]),
    "softmax of each row": (lambda x: x.softmax(dim=3), [(0, 3)] * 4),
    "softmax of channels": (lambda x: x.softmax(dim=1), [(0, 0), (1, 1), (2, 2), (3, 3)]),
    "padding": (lambda x: F.pad(x, (1, 0)), [(-1, -1), (0, 0), (1, 1), (2, 2), (3, 3)]),
    "less of it": (lambda x: F.pad(x, (-1, -1)), [(1, 1), (2, 2)]),
    "reflected": (
        lambda x: F.pad(x, (1, 0, 0, 0), mode="reflect"),
        [(-1, -1), (0, 0), (1, 1), (2, 2), (3, 3)],
    ),
    "every second": (lambda x: x[..., 1::2], [(1, 1), (3, 3)]),
    "the last two": (lambda x: x[..., -2:], [(2, 2), (3, 3)]),
    "the last": (lambda x: x[..., -1], [(3, 3)]),
    "rolled": (lambda x: torch.roll(x, 1, -1), [(3, 3), (0, 0), (1, 1), (2, 2)]),
    "mirrored": (lambda x: x.flip(-1), [(3, 3), (2, 2), (1, 1), (0, 0)]),
    "rows and columns swapped": (lambda x: x.mT.softmax(dim=3), [(0, 0), (1, 1), (2, 2), (3, 3)]),
    "the sum with a sum": (lambda x: x + x.sum(dim=3, keepdim=True), [(0, 3)] * 4),
    "stacked": (
        lambda x: torch.stack([x, x.roll(1, 3)], dim=1),
        [(0, 3), (0, 1), (1, 2), (2, 3)],
    ),
    "half of the channels": (lambda x: x.chunk(2, dim=1)[1], [(0, 0), (1, 1), (2, 2), (3, 3)]),
    "one channel": (lambda x: x[:, 1], [(0, 0), (1, 1), (2, 2), (3, 3)]),
    "shuffled channels": (
        lambda x: F.channel_shuffle(x, 2),
        [(0, 0), (1, 1), (2, 2), (3, 3)],
    ),
    "into the channels": (lambda x: F.pixel_unshuffle(x, 2), [(0, 1), (2, 3)]),
    "out of the channels": (
        lambda x: F.pixel_shuffle(x, 2),
        [(0, 0), (0, 0), (1, 1), (1, 1), (2, 2), (2, 2), (3, 3), (3, 3)],
    ),
    "tokens, a matrix product, and back": (
        lambda x: (x.flatten(2).transpose(1, 2) @ torch.ones(4, 4)).mT.unflatten(2, (4, 4)),
        [(0, 0), (1, 1), (2, 2), (3, 3)],
    ),
    "attention of tokens": (
        lambda x: F.scaled_dot_product_attention(*[x.flatten(2).transpose(1, 2)] * 3),
        [(0, 3)],
    ),
    "attention of channels": (
        lambda x: (x.flatten(2) @ x.flatten(2).mT).softmax(-1) @ x.flatten(2),
        [(0, 3)],
    ),
    # rows 0 and 1 with columns 0 and 1 are a window, and so on
    "attention in windows": (
        lambda x: F.scaled_dot_product_attention(
            *[x.view(1, 4, 2, 2, 2, 2).permute(0, 2, 4, 3, 5, 1).reshape(4, 4, 4)] * 3
        ),
        [(0, 1), (0, 1), (2, 3), (2, 3)],
    ),
}


def test_a_stated_factor_counts_where_the_sizes_are_rounded():
    # 9 · 0.35 = 3.15 units; torch divides by 0.35: 0, 2.86, 5.71, and not 0, 3, 6
    model = Call(lambda self, x: self.c(F.interpolate(x, scale_factor=0.35)), c=nn.Identity())
    assert seen(model, (1, 9, 9)) == [(0, 0), (2, 2), (5, 5)]


@pytest.mark.parametrize(("function", "intervals"), OF_FOUR.values(), ids=OF_FOUR)
def test_units_see(function, intervals):
    model = Call(lambda self, x: self.first(function(x)), first=nn.Identity())
    assert seen(model, (4, 4, 4)) == intervals


CONVOLUTION = nn.Conv2d(3, 4, 3, stride=2, padding=1)
WEIGHT = nn.Parameter(torch.zeros(4, 3, 3, 3))

CONVOLUTIONS = {
    "function": Call(lambda self, x: F.conv2d(x, self.w, stride=2, padding=1), w=WEIGHT),
    "weight norm": parametrizations.weight_norm(nn.Conv2d(3, 4, 3, stride=2, padding=1)),
    "spectral norm": parametrizations.spectral_norm(nn.Conv2d(3, 4, 3, stride=2, padding=1)),
    "not called as a module": Call(lambda self, x: self.c.forward(x), c=CONVOLUTION),
}


@pytest.mark.parametrize("model", CONVOLUTIONS.values(), ids=CONVOLUTIONS)
def test_a_convolution_is_one_however_it_is_written(model):
    nodes = graph_of(model, (3, 9, 9)).nodes
    (node,) = [node for node in nodes if node.layer.kind == "conv2d"]
    # 25 units of 4 filters with 27 weights each
    assert (node.macs, node.neurons) == (2_700, 100)
    assert (node.layer.kernel_size, node.layer.stride) == ((3, 3), (2, 2))
    field = last_field(model, (3, 9, 9))
    assert (field.size, field.effective_stride, field.effective_padding) == ((3, 3), (2, 2), (1, 1))


def test_a_transposed_convolution_is_one_as_a_function():
    weight = nn.Parameter(torch.zeros(4, 3, 2, 2))
    model = Call(lambda self, x: F.conv_transpose2d(x, self.w, stride=2, groups=2), w=weight)
    (node,) = graph_of(model, (4, 5, 5)).nodes
    assert (node.layer.kind, node.out_shape) == ("conv_transpose2d", (6, 10, 10))
    assert node.macs == 4 * 5 * 5 * 3 * 2 * 2  # each input value meets 3 filters of 2×2


def test_weights_that_depend_on_the_input_are_no_layer():
    model = Call(lambda _, x: F.conv2d(x, x[:, :, :3, :3]))
    node = graph_of(model, (3, 9, 9)).nodes[-1]
    assert isinstance(node.layer, Observed)
    assert node.macs == 7 * 7 * 27


def test_neither_is_a_filter_of_constants():
    model = Call(lambda _, x: F.conv2d(x.new_zeros(1, 3, 9, 9), x))
    assert isinstance(graph_of(model, (3, 3, 3)).nodes[-1].layer, Observed)


class Block(nn.Module):
    """A block of ConvNeXt: a depthwise convolution, then channels last."""

    def __init__(self):
        super().__init__()
        self.depthwise = nn.Conv2d(8, 8, 7, padding=3, groups=8)
        self.norm, self.wide, self.narrow = nn.LayerNorm(8), nn.Linear(8, 32), nn.Linear(32, 8)
        self.scale = nn.Parameter(torch.ones(8, 1, 1))

    def forward(self, x):
        y = self.norm(self.depthwise(x).permute(0, 2, 3, 1))
        return x + self.scale * self.narrow(F.gelu(self.wide(y))).permute(0, 3, 1, 2)


def test_a_block_with_channels_last_sees_what_its_convolution_sees():
    model = nn.Sequential(nn.Conv2d(3, 8, 4, stride=4), Block(), Block())
    # 4, then 7 units that are 4 apart, twice: 4 + 6·4 + 6·4; three units of padding each
    field = last_field(model, (3, 32, 32))
    assert (field.size, field.effective_stride) == ((52, 52), (4, 4))
    assert field.effective_padding == (24, 24)


def test_picked_channels_see_what_all_channels_see():
    model = Call(
        lambda self, x: self.b(self.a(x)[:, [0, 2, 4]]), a=nn.Conv2d(1, 6, 5), b=nn.Conv2d(3, 1, 5)
    )
    # 5, then 5 units that are 1 apart: 5 + 4
    assert last_field(model, (1, 32, 32)).size == (9, 9)


def test_a_batch_of_several_examples_sees_the_same():
    model = nn.Sequential(nn.Conv2d(3, 8, 4, stride=4), Block())
    assert last_field(model, (3, 32, 32), batch_size=3) == last_field(model, (3, 32, 32))


class Transformer(nn.Module):
    """A small vision transformer: 4×4 patches of 4×4 pixels, a class token, one block."""

    def __init__(self, attention):
        super().__init__()
        self.patches, self.attention = nn.Conv2d(3, 8, 4, stride=4), attention
        self.token, self.norm = nn.Parameter(torch.zeros(1, 1, 8)), nn.LayerNorm(8)
        self.place, self.head = nn.Parameter(torch.zeros(1, 17, 8)), nn.Linear(8, 2)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], dim=1) + self.place
        y = self.norm(x)
        return self.head((x + self.attention(y))[:, 0])


class ByHand(nn.Module):
    """Self-attention of 2 heads, written with @."""

    def __init__(self):
        super().__init__()
        self.qkv, self.out = nn.Linear(8, 24), nn.Linear(8, 8)

    def forward(self, x):
        shape = (*x.shape[:2], 3, 2, 4)
        q, k, v = self.qkv(x).reshape(shape).permute(2, 0, 3, 1, 4).unbind(0)
        y = (q @ k.transpose(-2, -1)).softmax(-1) @ v
        return self.out(y.transpose(1, 2).flatten(2))


ATTENTION = nn.MultiheadAttention(8, 2, batch_first=True)

ATTENTIONS = {
    "module": Call(lambda self, y: self.a(y, y, y)[0], a=ATTENTION),
    "module without weights": Call(
        lambda self, y: self.a(y, y, y, need_weights=False)[0], a=ATTENTION
    ),
    "by hand": ByHand(),
    "function": Call(lambda _, y: F.scaled_dot_product_attention(y, y, y)),
    "encoder layer": nn.TransformerEncoderLayer(8, 2, 16, batch_first=True),
}


@pytest.mark.parametrize("attention", ATTENTIONS.values(), ids=ATTENTIONS)
def test_attention_sees_the_whole_image(attention):
    graph = graph_of(Transformer(attention), (3, 16, 16))
    fields = receptive_fields(graph).by_name
    sizes = {name: field and field.size for name, field in fields.items()}
    # a patch, also beside the class token and behind a norm of features; all patches from there on
    assert [sizes[name] for name in ("patches", "cat", "norm")] == [(4, 4)] * 3
    assert sizes["head"] == (16, 16)


def test_attention_to_what_was_learned_sees_its_own_patch():
    def forward(self, x):
        patches = self.patches(x).flatten(2).transpose(1, 2)
        learned = self.made(self.known).expand(x.shape[0], -1, -1)
        return self.attention(patches, learned, learned)[0]

    parts = {"made": nn.Linear(8, 8), "known": nn.Parameter(torch.zeros(1, 5, 8))}
    model = Call(forward, patches=nn.Conv2d(3, 8, 4, stride=4), attention=ATTENTION, **parts)
    field = receptive_fields(graph_of(model, (3, 16, 16))).by_name["attention"]
    assert field is not None
    assert field.size == (4, 4)


def test_attention_in_windows_needs_no_remark():
    def forward(self, x):
        y = self.norm(x.permute(0, 2, 3, 1)).view(-1, 4, 2, 4, 2, 8).transpose(2, 3)
        y = y.reshape(-1, 4, 8)
        y = F.scaled_dot_product_attention(y, y, y).view(-1, 4, 4, 2, 2, 8).transpose(2, 3)
        return x + y.reshape(-1, 8, 8, 8).permute(0, 3, 1, 2)

    model = nn.Sequential(nn.Conv2d(3, 8, 4, stride=4), Call(forward, norm=nn.LayerNorm(8)))
    # windows of 2×2 patches of 4×4 pixels
    assert last_field(model, (3, 32, 32)).size == (8, 8)
    assert receptive_fields(graph_of(model, (3, 32, 32))).notes == ()


def test_patches_made_by_reshaping_are_a_convolution():
    def forward(self, x):
        x = x.reshape(-1, 3, 4, 4, 4, 4).permute(0, 2, 4, 3, 5, 1)
        return self.embed(x.reshape(-1, 16, 48))

    field = last_field(Call(forward, embed=nn.Linear(48, 8)), (3, 16, 16))
    assert (field.size, field.effective_stride, field.effective_padding) == ((4, 4), (4, 4), (0, 0))


def test_squeeze_and_excitation_sees_the_whole_map():
    def forward(self, x):
        y = self.first(x)
        return y * self.gate(y.mean(dim=(2, 3))).sigmoid()[:, :, None, None]

    model = Call(forward, first=nn.Conv2d(3, 4, 3, stride=2), gate=nn.Linear(4, 4))
    field = last_field(model, (3, 15, 15))
    assert (field.size, field.effective_stride) == ((15, 15), (0, 0))
    assert receptive_fields(graph_of(model, (3, 15, 15))).notes == ()


LEAVES = {
    "pixel shuffle": (nn.PixelShuffle(2), (4, 4), Fraction(2)),
    "upsampling": (nn.Upsample(scale_factor=2, mode="bilinear"), (8, 8), Fraction(2)),
    "instance norm": (nn.InstanceNorm2d(4), (32, 32), Fraction(0)),
    "softmax over columns": (nn.Softmax(dim=3), (4, 32), None),
    "softmax over channels": (nn.Softmax(dim=1), (4, 4), Fraction(4)),
    "unflatten": (nn.Unflatten(1, (2, 2)), (4, 4), Fraction(4)),
}


@pytest.mark.parametrize(("module", "size", "stride"), LEAVES.values(), ids=LEAVES)
def test_a_module_of_torch_reads_what_its_operators_read(module, size, stride):
    # behind patches of 4×4 pixels
    field = last_field(nn.Sequential(nn.Conv2d(3, 4, 4, stride=4), module), (3, 32, 32))
    assert field.size == size
    assert field.effective_stride == ((4, 0) if stride is None else (stride, stride))


def test_a_volume_is_pooled_along_all_of_its_axes():
    model = nn.Sequential(nn.Conv3d(1, 2, 2, stride=2), nn.AdaptiveAvgPool3d((1, 2, 4)))
    field = last_field(model, (1, 8, 8, 8))
    assert field.size == (8, 4, 2)


def test_a_map_in_which_all_was_written_sees_what_was_written():
    def forward(self, x):
        y = x.new_zeros(x.shape)
        y[0].copy_(x[0])
        return self.end(y)

    assert seen(Call(forward, end=nn.Identity()), (1, 4, 4)) == [(0, 0), (1, 1), (2, 2), (3, 3)]


def test_a_map_of_which_a_part_was_written_is_unknown():
    def forward(self, x):
        y = torch.zeros_like(x)
        y[..., :3] = x[..., :3]
        return self.end(y)

    (note,) = receptive_fields(graph_of(Call(forward, end=nn.Identity()), (1, 4, 4))).notes
    assert note == (
        "receptive field unknown from copy on (1 layer): it writes into a part of a tensor"
    )


def test_constants_of_the_shape_of_a_map_see_nothing_of_it():
    model = Call(lambda self, x: self.c(x) + torch.zeros_like(x), c=nn.Conv2d(1, 1, 3, padding=1))
    graph = graph_of(model, (1, 8, 8))
    assert [node.layer.kind for node in graph.nodes] == ["conv2d", "add"]
    assert last_field(model, (1, 8, 8)).size == (3, 3)


UNKNOWN = {
    "picked columns": (
        lambda x: x[..., torch.tensor([2, 0])],
        "index on (2 layers)",
        "it picks or adds up some units of an axis of the image",
    ),
    "columns picked along two axes": (
        lambda x: x[:, torch.tensor([0, 0]), torch.tensor([2, 0])],
        "index on (2 layers)",
        "no rule says what index reads",
    ),
    "sorted columns": (
        lambda x: x.sort(dim=3).values,
        "sort on (2 layers)",
        "it picks or adds up some units of an axis of the image",
    ),
    "half of the columns each": (
        lambda x: x.chunk(2, dim=3)[1],
        "split on (1 layer)",
        "it cuts an axis of the image into pieces",
    ),
    "single columns": (
        lambda x: x.unbind(dim=3)[1],
        "unbind on (1 layer)",
        "it cuts an axis of the image into its units",
    ),
    "columns twice": (
        lambda x: x.repeat(1, 1, 1, 2),
        "repeat on (2 layers)",
        "it repeats an axis of the image",
    ),
}


@pytest.mark.parametrize(("function", "where", "reason"), UNKNOWN.values(), ids=UNKNOWN)
def test_what_cannot_be_followed_is_told_with_the_first_layer(function, where, reason):
    model = Call(lambda self, x: self.end(function(x)), end=nn.Identity())
    (note,) = receptive_fields(graph_of(model, (1, 4, 4))).notes
    assert note == f"receptive field unknown from {where}: {reason}"


def test_values_gathered_from_windows_are_those_of_their_places():
    def forward(self, x):
        near = F.unfold(self.first(x), (3, 2), dilation=(2, 1), padding=(1, 0), stride=(1, 2))
        return self.last(near)

    model = Call(forward, first=nn.Conv2d(3, 4, 3), last=nn.Conv1d(24, 5, 1))
    graph = graph_of(model, (3, 16, 16))
    first, unfolded, last = receptive_fields(graph).by_name.values()
    # 14 rows and columns see 3 pixels each; of them 3 rows, 2 apart, and 2 columns
    assert (first.size, unfolded.size) == ((3, 3), (3 + 2 * 2, 3 + 1))
    assert unfolded.effective_stride == (1, 2)
    assert unfolded.effective_padding == (1, 0)
    assert [track.units for track in unfolded.tracks] == [12, 7]
    assert last is None  # a window that slides over rows of places as if they were one
    picked = Call(lambda _, x: F.unfold(x, 3, padding=1).view(-1, 3, 9, 64)[:, :, 4].tanh())
    fields = receptive_fields(graph_of(picked, (3, 8, 8)))
    assert "picks some of the values that were gathered from a window" in fields.notes[0]


ONE_NUMBER = {
    "itself": lambda x: x,
    "picked": lambda x: x.index_select(0, torch.tensor([0], device=x.device)),
    "picked by a number": lambda x: x.gather(0, torch.tensor(0, device=x.device)),
    "mirrored": lambda x: x.flip(0),
    "summed up": lambda x: x.cumsum(-1),
}


@pytest.mark.parametrize("function", ONE_NUMBER.values(), ids=ONE_NUMBER)
def test_one_number_of_all_examples_is_tabled(function):
    model = Call(lambda self, x: function(self.fc(x).sum()), fc=nn.Conv2d(3, 4, 3))
    report = archstat.analyze(model, (3, 8, 8))
    assert report.layers[-1].out_shape == ()
    assert report.totals.macs == 3 * 4 * 3 * 3 * 6 * 6
    assert "3,888" in str(report)
