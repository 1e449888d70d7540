"""A spec as a torch module: every number is held against a forward pass that leaves no trace."""

from __future__ import annotations

import gc
import warnings
import weakref

import pytest

from archstat.errors import DeviceError, TraceError
from archstat.graph import INPUT, GraphBuilder
from archstat.layers import layer_kinds
from archstat.layers.activation import ReLU
from archstat.layers.conv import Conv2d
from archstat.layers.linear import Linear
from archstat.layers.naming import TorchModule
from archstat.layers.pool import MaxPool2d
from archstat.models.spec.resolve import resolve
from tests.models.kinds import JOINS, ONE, network_of
from tests.renderers.networks import branching, network

torch = pytest.importorskip("torch")

from archstat.models.torch.module import (  # noqa: E402  torch first
    GraphModule,
    build_module,
    confirm,
    find_device,
    observe,
    outputs,
)

META = torch.device("meta")


def graph_of(*layers, input_shape=(3, 8, 8)):
    """Return a chain of layers under the names a, b, c, …"""
    builder = GraphBuilder(input_shape)
    before = INPUT
    for name, layer in zip("abcdefgh", layers, strict=False):
        builder.add(name, layer, [before])
        before = name
    return builder.build("net")


def test_every_kind_has_a_network_here():
    assert {*ONE, *JOINS} == set(layer_kinds())


@pytest.mark.parametrize("device", ["meta", "cpu"])
@pytest.mark.parametrize("kind", layer_kinds())
def test_a_forward_pass_confirms_every_kind(kind, device):
    assert confirm(network_of(kind), device, batch_size=2) == device


@pytest.mark.parametrize("name", ["paper-alexnet", "nin", "vgg16", "cifar-bn-alexnet"])
def test_a_forward_pass_on_meta_confirms_large_networks_in_no_time(name):
    assert confirm(resolve(name), "meta", batch_size=64) == "meta"


def test_an_observation_is_what_torch_shows():
    seen = observe(branching(), META, batch_size=3)
    assert list(seen) == ["conv1", "norm1", "wide", "lrn", "join", "pool", "flat", "fc"]
    assert seen["wide"].out_shape == (4, 6, 6)
    assert seen["wide"].param_shapes == {"weight": (4, 2, 5, 3), "bias": (4,)}
    assert seen["wide"].macs == 12_960  # 3 · 120 weights · 6·6
    assert seen["join"].param_shapes == {}
    assert seen["fc"].macs == 1_080  # 3 · 36 · 10


class LargerPool(MaxPool2d):
    """A pool whose shape is wrong by a row."""

    def out_shape(self, in_shape):
        channels, rows, columns = super().out_shape(in_shape)
        return channels, rows + 1, columns


class CostlierConv(Conv2d):
    """A convolution that counts its bias."""

    def macs(self, in_shape):
        return super().macs(in_shape) + self.neurons(in_shape)


class WiderConv(Conv2d):
    """A convolution that forgets its groups."""

    def weight_shape(self, in_channels):
        return (self.out_channels, in_channels, *self.kernel_size)


def refusal(graph, device="meta", batch_size=1):
    """Return what an error says."""
    with pytest.raises(TraceError) as caught:
        confirm(graph, device, batch_size=batch_size)
    return str(caught.value).splitlines()


@pytest.mark.parametrize("device", ["meta", "cpu"])
def test_a_wrong_shape_is_an_error_that_names_the_layer(device):
    graph = graph_of(ReLU(), LargerPool(kernel_size=2))
    (line,) = refusal(graph, device)
    assert line == (
        f"forward pass on {device}: layer 'b' (max_pool2d): "
        "the formula gives 3×5×4, torch gives 3×4×4"
    )


def test_wrong_macs_are_an_error_that_names_the_layer():
    graph = graph_of(CostlierConv(out_channels=4, kernel_size=3), ReLU())
    # 4·3·3·3 = 108 weights on 6·6 places, and 144 biases; two examples
    assert refusal(graph, batch_size=2) == [
        "forward pass on meta: layer 'a' (conv2d): the formula gives 8,064 MACs, torch counts 7,776"
    ]


def test_wrong_parameters_are_an_error_that_names_the_layer():
    graph = graph_of(WiderConv(out_channels=6, kernel_size=1, groups=3))
    (line,) = refusal(graph)
    assert line == (
        "forward pass on meta: layer 'a' (conv2d): the formula gives parameters "
        "weight 6×3×1×1, bias 6, torch has weight 6×1×1×1, bias 6"
    )


def test_every_layer_that_differs_is_named():
    graph = graph_of(
        CostlierConv(out_channels=4, kernel_size=3),
        ReLU(),
        CostlierConv(out_channels=4, kernel_size=3),
    )
    assert [line.partition(" (")[0] for line in refusal(graph)] == [
        "forward pass on meta: layer 'a'",
        "forward pass on meta: layer 'c'",
    ]


def test_the_wrong_kinds_of_this_test_are_no_kinds():
    assert layer_kinds()["conv2d"] is Conv2d


class Misfit(ReLU):
    """A layer for which torch is told to build one that cannot take the input."""

    def torch_call(self, in_shape):  # noqa: ARG002  as it is declared
        return TorchModule("Linear", (5, 2), {})


class Impossible(ReLU):
    """A layer that torch refuses to build."""

    def torch_call(self, in_shape):  # noqa: ARG002  as it is declared
        return TorchModule("Conv2d", (3, 4), {"kernel_size": 1, "groups": 2})


class Misspelt(ReLU):
    """A layer for which torch is given an argument that it does not know."""

    def torch_call(self, in_shape):  # noqa: ARG002  as it is declared
        return TorchModule("ReLU", (), {"slope": 1})


@pytest.mark.parametrize(
    ("layer", "complaint"),
    [
        (Misfit(), "mat1 and mat2 shapes cannot be multiplied"),
        (Impossible(), "in_channels must be divisible by groups"),
        (Misspelt(), "ReLU.__init__() got an unexpected keyword argument 'slope'"),
    ],
)
def test_what_torch_refuses_is_an_error_that_names_the_layer(layer, complaint):
    (line,) = refusal(graph_of(ReLU(), layer), "cpu")
    assert line.startswith("layer 'b' (relu): torch refuses it: ")
    assert complaint in line
    (on_meta,) = refusal(graph_of(ReLU(), layer), "meta")  # in other words
    assert on_meta.startswith("layer 'b' (relu): torch refuses it: ")


def test_what_torch_only_warns_of_is_silent():
    even = network(("c", "conv2d", {"out_channels": 2, "kernel_size": 4, "padding": "same"}))
    vector = network(("d", "dropout2d", {}), input_shape=(3,))
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        confirm(even, "cpu", batch_size=1)
        confirm(vector, "cpu", batch_size=1)
    assert told == []


@pytest.mark.parametrize(
    "names",
    [
        ["train", "type", "eval", "forward", "apply"],
        ["train", "train_"],
        ["run", "call", "graph", "outputs", "layers"],
        ["T_destination", "dump_patches", "training"],
    ],
)
def test_layers_may_be_called_like_what_torch_has(names):
    conv = {"out_channels": 3, "kernel_size": 1}
    graph = network(*((name, "conv2d", conv) for name in names))
    assert confirm(graph, "meta", batch_size=1) == "meta"


@pytest.mark.parametrize(("name", "device"), [("meta", "meta"), ("cpu", "cpu")])
def test_a_device_by_its_name(name, device):
    assert find_device(name) == torch.device(device)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("gpu", "there is no device 'gpu'\n  hint: use cpu, cuda, meta, mps, xpu"),
        ("cdua", "there is no device 'cdua'\n  hint: did you mean 'cuda'?"),
        ("CPU", "there is no device 'CPU'\n  hint: did you mean 'cpu'?"),
        ("", "there is no device ''\n  hint: use cpu, cuda, meta, mps, xpu"),
        ("cuda:", "there is no device 'cuda:'\n  hint: did you mean 'cuda'?"),
        ("cuda:x", "there is no device 'cuda:x'\n  hint: did you mean 'cuda'?"),
        ("cuda:-1", "there is no device 'cuda:-1'\n  hint: did you mean 'cuda'?"),
        ("cpu:3", "there is one cpu device\n  hint: write device='cpu'"),
        ("meta:0", "there is one meta device\n  hint: write device='meta'"),
    ],
)
def test_a_device_that_is_none(name, message):
    with pytest.raises(DeviceError) as caught:
        find_device(name)
    assert str(caught.value) == message


def test_without_cuda_the_error_says_what_to_use(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(DeviceError) as caught:
        confirm(branching(), "cuda", batch_size=1)
    assert str(caught.value) == (
        f"torch {torch.__version__} finds no CUDA device on this machine\n"
        "  hint: use device='cpu': the numbers are the same on every device"
    )


@pytest.mark.parametrize(
    ("count", "message"),
    [
        (1, "there is no cuda:7: this machine has 1 CUDA device, cuda:0"),
        (4, "there is no cuda:7: this machine has 4 CUDA devices, cuda:0 to cuda:3"),
    ],
)
def test_the_devices_that_there_are_are_named(monkeypatch, count, message):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
    with pytest.raises(DeviceError, match=f"^{message}$"):
        find_device("cuda:7")
    assert find_device("cuda") == torch.device("cuda", 0)


def test_an_input_that_does_not_fit_is_an_error_with_a_way_out():
    with pytest.raises(DeviceError) as caught:  # 602 TB: more than a process can address
        confirm(resolve("vgg16"), "cpu", batch_size=1_000_000_000)
    assert str(caught.value).startswith("input on cpu: the device has not enough memory: ")
    assert str(caught.value).endswith(
        "hint: use fewer examples, or device='meta', which needs none"
    )


def test_parameters_that_do_not_fit_are_an_error():
    graph = graph_of(Linear(out_features=2**31 - 1), input_shape=(2**16,))  # 512 TiB
    with pytest.raises(DeviceError, match=r"^parameters on cpu: the device has not enough memory"):
        confirm(graph, "cpu", batch_size=1)


def test_a_layer_that_runs_out_of_memory_is_named(monkeypatch):
    def full(*_):
        message = "CUDA out of memory. Tried to allocate 2 GiB\nmore"
        raise torch.OutOfMemoryError(message)

    monkeypatch.setattr(torch.nn.ReLU, "forward", full)
    with pytest.raises(DeviceError) as caught:
        confirm(graph_of(Conv2d(out_channels=2, kernel_size=1), ReLU()), "cpu", batch_size=1)
    assert str(caught.value).splitlines()[0] == (
        "layer 'b' (relu): the device has not enough memory: "
        "CUDA out of memory. Tried to allocate 2 GiB"
    )


def surroundings():
    """Return all that a forward pass might change for others."""
    hooks = torch.nn.modules.module
    return {
        "random state": torch.get_rng_state().tolist(),
        "default type": torch.get_default_dtype(),
        "default device": torch.get_default_device(),
        "gradients": torch.is_grad_enabled(),
        "inference": torch.is_inference_mode_enabled(),
        "hooks": [len(hooks._global_forward_hooks), len(hooks._global_forward_pre_hooks)],
        "modes": torch._C._len_torch_dispatch_stack(),
        "warnings": list(warnings.filters),
    }


@pytest.mark.parametrize("device", ["meta", "cpu"])
@pytest.mark.parametrize("with_gradients", [True, False])
@pytest.mark.parametrize("number_type", [torch.float32, torch.float64])
def test_nothing_around_is_changed(device, with_gradients, number_type):
    torch.manual_seed(7)
    torch.set_default_dtype(number_type)
    try:
        with torch.set_grad_enabled(with_gradients):
            before = surroundings()
            confirm(branching(), device, batch_size=2)
            assert surroundings() == before
            with pytest.raises(TraceError):
                confirm(graph_of(Misfit()), device, batch_size=2)
            assert surroundings() == before
    finally:
        torch.set_default_dtype(torch.float32)


@pytest.mark.slow
@pytest.mark.parametrize("device", ["meta", "cpu"])
def test_nothing_is_left_behind(device):
    def things():
        gc.collect()
        found = gc.get_objects()
        return sum(issubclass(type(thing), (torch.Tensor, torch.nn.Module)) for thing in found)

    confirm(branching(), device, batch_size=2)  # whatever torch keeps for good is there now
    before = things()
    confirm(branching(), device, batch_size=2)
    with pytest.raises(TraceError):
        confirm(graph_of(Conv2d(out_channels=2, kernel_size=1), Misfit()), device, batch_size=2)
    assert things() == before


def test_outputs_are_freed_after_their_last_use():
    conv = {"out_channels": 3, "kernel_size": 1}
    graph = network(
        ("a", "conv2d", conv),
        ("b", "conv2d", conv),
        ("c", "conv2d", conv),
        ("join", "add", {}, ["a", "c"]),
        ("last", "conv2d", conv),
        ("end", "conv2d", conv),
    )
    module = build_module(graph, torch.device("cpu"))
    alive = {}
    living = []
    with torch.no_grad():
        for node, output in outputs(graph, module, torch.zeros(1, 3, 12, 12)):
            alive[node.name] = weakref.ref(output)
            del output
            living.append([name for name, reference in alive.items() if reference() is not None])
    assert living == [
        ["a"],
        ["a", "b"],
        ["a", "c"],
        ["join"],
        ["last"],
        ["end"],
    ]


def test_a_module_is_in_inference_mode_and_all_zeros():
    module = build_module(branching(), torch.device("cpu"))
    assert not any(part.training for part in module.modules())
    assert all(bool((tensor == 0).all()) for tensor in module.parameters())
    assert isinstance(module, GraphModule)


def test_a_module_returns_all_that_no_layer_reads():
    conv = {"out_channels": 2, "kernel_size": 1}
    one = build_module(network(("a", "conv2d", conv), ("b", "relu", {})), META)
    assert one(torch.empty(1, 3, 12, 12, device="meta")).shape == (1, 2, 12, 12)
    two = network(("a", "conv2d", conv), ("b", "relu", {}), ("c", "flatten", {}, ["a"]))
    ends = build_module(two, META)(torch.empty(1, 3, 12, 12, device="meta"))
    assert [tuple(end.shape) for end in ends] == [(1, 2, 12, 12), (1, 288)]


@pytest.mark.cuda
@pytest.mark.parametrize("kind", layer_kinds())
def test_a_forward_pass_on_cuda_confirms_every_kind(kind):
    if not torch.cuda.is_available():
        pytest.skip("this machine has no CUDA device")
    state = torch.cuda.get_rng_state()
    assert confirm(network_of(kind), "cuda", batch_size=2) == "cuda:0"
    assert torch.equal(torch.cuda.get_rng_state(), state)


@pytest.mark.cuda
def test_too_large_a_batch_on_cuda_is_an_error_with_a_way_out():
    if not torch.cuda.is_available():
        pytest.skip("this machine has no CUDA device")
    with pytest.raises(DeviceError, match="not enough memory"):
        confirm(resolve("vgg16"), "cuda:0", batch_size=10_000_000)
