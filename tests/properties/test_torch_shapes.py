"""Laws: torch, on meta or the CPU, gives every layer the shapes, parameters and MACs that we give.

A layer is built from what `Layer.torch_call` says, so that is held to the same.
"""

from __future__ import annotations

import warnings
from dataclasses import MISSING, dataclass, fields

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from archstat.errors import ShapeError
from archstat.layers import Layer, Shape, layer_kinds
from archstat.layers.naming import TorchModule

torch = pytest.importorskip("torch")

BATCH_SIZE = 2


@dataclass(frozen=True)
class Facts:
    """What is held against torch."""

    out_shape: Shape
    params: dict[str, Shape]
    macs: int


def facts(layer: Layer, in_shape: Shape) -> Facts | None:
    """Return what archstat states, or None if it refuses the layer."""
    try:
        out_shape = layer.out_shape(in_shape)
    except ShapeError:
        return None
    return Facts(out_shape, layer.param_shapes(in_shape), layer.macs(in_shape))


def torch_facts(layer: Layer, in_shape: Shape, device: str) -> Facts | None:
    """Return what torch does with a batch on a device, or None if it refuses the layer."""
    from torch.utils.flop_counter import FlopCounterMode

    call = layer.torch_call(in_shape)
    assert isinstance(call, TorchModule)
    try:
        with torch.device(device), warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Using padding='same'")
            module = getattr(torch.nn, call.name)(*call.positional, **call.keywords).eval()
            with FlopCounterMode(display=False) as counter:
                out = module(torch.empty(BATCH_SIZE, *in_shape))
    except (RuntimeError, ValueError):
        return None
    if out.numel() == 0:  # torch lets an empty map pass, and the next layer fails
        return None
    params = {name: tuple(tensor.shape) for name, tensor in module.named_parameters()}
    operations_per_mac = 2
    macs, rest = divmod(counter.get_total_flops(), operations_per_mac * BATCH_SIZE)
    assert rest == 0
    return Facts(tuple(out.shape[1:]), params, macs)


def assert_agrees_with_torch(layer: Layer, in_shape: Shape, *, device: str = "meta") -> None:
    assert facts(layer, in_shape) == torch_facts(layer, in_shape, device)


def sizes(axes: int, low: int, high: int) -> st.SearchStrategy[object]:
    """Return one number for all axes, or a list of one for each."""
    number = st.integers(low, high)
    return number | st.lists(number, min_size=axes, max_size=axes)


def maps(axes: int, *, largest: int = 12) -> st.SearchStrategy[Shape]:
    """Return shapes of maps: channels that groups of 1, 2 and 3 divide or not, then the axes."""
    return st.tuples(
        st.sampled_from([1, 2, 3, 4, 6, 12]), *(st.integers(1, largest) for _ in range(axes))
    )


AXES = {"1d": 1, "2d": 2, "3d": 3}
GROUPS = st.sampled_from([1, 1, 1, 2, 3, 6])
CHANNELS = st.sampled_from([1, 2, 3, 4, 6, 12])


def layers(kind: str, **settings: st.SearchStrategy[object]) -> st.SearchStrategy[Layer]:
    """Return layers of a kind; settings may be left out, unless the kind needs them."""
    needed = {field.name for field in fields(layer_kinds()[kind]) if field.default is MISSING}
    return st.fixed_dictionaries(
        {name: values for name, values in settings.items() if name in needed},
        optional={name: values for name, values in settings.items() if name not in needed},
    ).map(layer_kinds()[kind].from_settings)


@pytest.mark.parametrize("dims", AXES)
@given(data=st.data())
def test_convolution(dims, data):
    axes = AXES[dims]
    layer = data.draw(
        layers(
            f"conv{dims}",
            out_channels=CHANNELS,
            kernel_size=sizes(axes, 1, 4),
            stride=sizes(axes, 1, 3),
            padding=sizes(axes, 0, 3) | st.sampled_from(["same", "valid"]),
            dilation=sizes(axes, 1, 3),
            groups=GROUPS,
            bias=st.booleans(),
        )
    )
    assert_agrees_with_torch(layer, data.draw(maps(axes)))


@pytest.mark.parametrize("dims", AXES)
@given(data=st.data())
def test_transposed_convolution(dims, data):
    axes = AXES[dims]
    layer = data.draw(
        layers(
            f"conv_transpose{dims}",
            out_channels=CHANNELS,
            kernel_size=sizes(axes, 1, 4),
            stride=sizes(axes, 1, 3),
            padding=sizes(axes, 0, 3),
            output_padding=sizes(axes, 0, 3),
            dilation=sizes(axes, 1, 3),
            groups=GROUPS,
            bias=st.booleans(),
        )
    )
    # torch 2.14 looks at output_padding where it computes, which meta does not
    assert_agrees_with_torch(layer, data.draw(maps(axes, largest=8)), device="cpu")


@pytest.mark.parametrize("dims", AXES)
@given(data=st.data())
def test_max_pooling(dims, data):
    axes = AXES[dims]
    layer = data.draw(
        layers(
            f"max_pool{dims}",
            kernel_size=sizes(axes, 1, 4),
            stride=sizes(axes, 1, 4),
            padding=sizes(axes, 0, 3),
            dilation=sizes(axes, 1, 3),
            ceil_mode=st.booleans(),
        )
    )
    assert_agrees_with_torch(layer, data.draw(maps(axes)))


@pytest.mark.parametrize("dims", AXES)
@given(data=st.data())
def test_average_pooling(dims, data):
    axes = AXES[dims]
    layer = data.draw(
        layers(
            f"avg_pool{dims}",
            kernel_size=sizes(axes, 1, 4),
            stride=sizes(axes, 1, 4),
            padding=sizes(axes, 0, 3),
            ceil_mode=st.booleans(),
            count_include_pad=st.booleans(),
        )
    )
    assert_agrees_with_torch(layer, data.draw(maps(axes)))


@pytest.mark.parametrize(
    "kind", ["adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_max_pool2d"]
)
@given(data=st.data())
def test_adaptive_pooling(kind, data):
    axes = layer_kinds()[kind].axes
    layer = data.draw(layers(kind, output_size=sizes(axes, 1, 9)))
    assert_agrees_with_torch(layer, data.draw(maps(axes)))


VECTORS = st.tuples(st.integers(1, 40))
TOKENS = st.tuples(st.integers(1, 10), st.integers(1, 40))
MAPS = maps(1) | maps(2) | maps(3)


@given(
    layer=layers("linear", out_features=st.integers(1, 40), bias=st.booleans()), in_shape=VECTORS
)
def test_linear_on_a_vector(layer, in_shape):
    assert_agrees_with_torch(layer, in_shape)


@given(data=st.data(), in_shape=TOKENS | MAPS)
def test_linear_with_leading_axes(data, in_shape):
    layer = data.draw(
        layers(
            "linear",
            in_features=st.just(in_shape[-1]),
            out_features=st.integers(1, 40),
            bias=st.booleans(),
        ).filter(lambda layer: layer.in_features)
    )
    assert_agrees_with_torch(layer, in_shape)


@pytest.mark.parametrize("dims", AXES)
@given(data=st.data())
def test_batch_norm(dims, data):
    layer = data.draw(
        layers(
            f"batch_norm{dims}",
            eps=st.floats(0, 1, exclude_min=True),
            momentum=st.floats(0, 1),
            affine=st.booleans(),
            track_running_stats=st.booleans(),
        )
    )
    assert_agrees_with_torch(layer, data.draw(VECTORS | MAPS))


@given(
    layer=layers(
        "layer_norm",
        normalized_axes=st.integers(1, 4),
        elementwise_affine=st.booleans(),
        bias=st.booleans(),
    ),
    in_shape=VECTORS | TOKENS | MAPS,
)
def test_layer_norm(layer, in_shape):
    assume(layer.normalized_axes <= len(in_shape))  # torch cannot be told axes that are not there
    assert_agrees_with_torch(layer, in_shape)


@given(layer=layers("group_norm", num_groups=GROUPS, affine=st.booleans()), in_shape=VECTORS | MAPS)
def test_group_norm(layer, in_shape):
    assert_agrees_with_torch(layer, in_shape)


@given(
    layer=layers("local_response_norm", size=st.integers(1, 7), k=st.floats(0, 3)),
    in_shape=VECTORS | MAPS,
)
def test_local_response_norm(layer, in_shape):
    assert_agrees_with_torch(layer, in_shape)


@given(layer=layers("zero_pad2d", padding=sizes(2, 0, 4)), in_shape=maps(2))
def test_zero_padding(layer, in_shape):
    assert_agrees_with_torch(layer, in_shape)


@given(
    layer=layers(
        "upsample", scale_factor=sizes(2, 1, 4), mode=st.sampled_from(["nearest", "bicubic"])
    ),
    in_shape=maps(2),
)
def test_up_sampling(layer, in_shape):
    assert_agrees_with_torch(layer, in_shape)


@given(layer=layers("prelu", num_parameters=st.sampled_from([1, 2, 3, 4])), in_shape=VECTORS | MAPS)
def test_prelu(layer, in_shape):
    assert_agrees_with_torch(layer, in_shape)
