"""Models that run, and of which something is odd: the notes on their reports."""

from __future__ import annotations

import pytest

import archstat

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402  behind the check for torch


class Net(nn.Module):
    """A module of some parts and attributes around a function of itself and its input."""

    def __init__(self, function, **attributes):
        super().__init__()
        self.function = function
        for name, value in attributes.items():
            setattr(self, name, value)

    def forward(self, x):
        return self.function(self, x)


def notes_on(model, shape=(3, 8, 8), **keywords):
    """Return the notes on a model, without those on receptive fields."""
    notes = archstat.analyze(model, shape, **keywords).notes
    return [note for note in notes if "receptive field" not in note]


def through_blocks(self, x):
    for block in self.blocks:
        x = block(x)
    return x


def block():
    return nn.Conv2d(3, 3, 3, padding=1)  # 3·3·9 weights and 3 biases: 84


@pytest.mark.parametrize(
    ("blocks", "note"),
    [
        pytest.param(
            [block(), block()],
            "layers in the plain list 'blocks' hold 168 parameters that the model does not know: "
            "use nn.ModuleList",
            id="list",
        ),
        pytest.param(
            (nn.Sequential(block(), nn.ReLU()),),
            "layers in the plain tuple 'blocks' hold 84 parameters that the model does not know: "
            "use nn.ModuleList",
            id="tuple",
        ),
        pytest.param(
            [block()] * 2,
            "layers in the plain list 'blocks' hold 84 parameters that the model does not know: "
            "use nn.ModuleList",
            id="the same one twice",
        ),
    ],
)
def test_layers_in_a_plain_container_are_noted(blocks, note):
    assert notes_on(Net(through_blocks, blocks=blocks)) == [note]


def test_layers_in_a_plain_dictionary_are_noted():
    model = Net(lambda self, x: self.blocks["a"](x), blocks={"a": block()})
    assert notes_on(model) == [
        (
            "layers in the plain dict 'blocks' hold 84 parameters that the model does not know: "
            "use nn.ModuleDict"
        )
    ]


def test_parameters_in_a_plain_list_are_noted():
    model = Net(lambda self, x: x * self.scales[0], scales=[nn.Parameter(torch.ones(3, 1, 1))])
    assert notes_on(nn.Sequential(model), device="cpu") == [
        (
            "tensors in the plain list '0.scales' hold 3 parameters that the model does not know: "
            "use nn.ParameterList"
        )
    ]


def test_a_plain_tensor_that_learns_is_noted():
    model = Net(lambda self, x: x * self.w, w=torch.ones(8, requires_grad=True))
    assert notes_on(model, device="cpu") == [
        "the plain tensor 'w' holds 8 parameters that the model does not know: use nn.Parameter"
    ]


def test_a_plain_list_of_layers_that_the_model_knows_is_not_noted():
    model = Net(through_blocks, first=block())
    model.blocks = [model.first]
    assert notes_on(model) == []


def test_layers_in_a_plain_list_are_named_by_it_and_counted():
    report = archstat.analyze(Net(through_blocks, blocks=[block(), block()]), (3, 8, 8))
    assert [(row.name, row.macs, row.params) for row in report.layers] == [
        ("blocks[0]", 5_184, 0),  # 81 weights on 8·8 places
        ("blocks[1]", 5_184, 0),
    ]


@pytest.mark.parametrize(
    ("shape", "batch_size", "function", "note"),
    [
        # 2·8·8 = 128 values an example, of which one row of 32 features is a quarter
        pytest.param(
            (2, 8, 8),
            1,
            lambda _, x: x.view(-1, 32),
            "view(-1, 32) turned 1 example into 4: torch.flatten(x, 1) keeps examples apart",
            id="rows that are too short",
        ),
        pytest.param(
            (2, 8, 8),
            2,
            lambda _, x: x.view(-1, 256),
            "view(-1, 256) turned 2 examples into 1: torch.flatten(x, 1) keeps examples apart",
            id="rows that are too long",
        ),
        pytest.param(
            (2, 8, 8),
            2,
            lambda _, x: torch.flatten(x),
            "view made one vector of 2 examples: torch.flatten(x, 1) keeps examples apart",
            id="everything flattened",
        ),
    ],
)
def test_a_view_that_mixes_the_batch_is_noted(shape, batch_size, function, note):
    assert notes_on(Net(function), shape, batch_size=batch_size) == [note]


@pytest.mark.parametrize(
    "function",
    [
        lambda _, x: x.view(-1, 128),  # as flatten does
        lambda _, x: x.view(-1, 64),  # every channel's places
        lambda _, x: x.permute(0, 2, 3, 1).reshape(-1, 2),  # every place's channels
        lambda _, x: x.view(-1, 32).view(-1, 2, 8, 8),  # undone again
    ],
    ids=["flattened", "channels", "places", "undone"],
)
def test_a_view_that_keeps_parts_of_examples_together_is_not_noted(function):
    assert notes_on(Net(function), (2, 8, 8), batch_size=2) == []


def test_a_forgotten_return_is_noted():
    assert notes_on(Net(lambda _, x: [x + 1].clear())) == [
        "forward returns None: is its return missing?"
    ]


def test_an_output_without_tensors_is_noted():
    assert notes_on(Net(lambda _, x: x.dim())) == ["forward returns int, and no tensor"]


# Why a model is traced on the CPU.


class Storage(torch.autograd.Function):
    """A function that refuses tensors without values in words of its own."""

    @staticmethod
    def forward(_, x):
        if not x.is_cpu:
            raise RuntimeError("no storage")
        return x.clone()


@pytest.mark.parametrize(
    ("function", "attributes", "reason"),
    [
        pytest.param(
            lambda self, x: x * self.gain.sum().item(),
            {"gain": nn.Parameter(torch.ones(2))},
            "its forward pass depends on values, which meta has not",
            id="values of parameters",
        ),
        pytest.param(
            lambda self, x: x + torch.from_numpy(self.gain.detach().numpy()).sum(),
            {"gain": nn.Parameter(torch.ones(2))},
            "its forward pass depends on values, which meta has not",
            id="parameters as numpy",
        ),
        pytest.param(
            lambda _, x: Storage.apply(x),
            {},
            "on meta it fails: RuntimeError: no storage",
            id="whatever else",
        ),
    ],
)
def test_why_a_model_is_traced_on_the_cpu(function, attributes, reason):
    report = archstat.analyze(Net(function, **attributes), (3, 8, 8))
    assert report.traced_on == "cpu"
    assert f"traced on cpu with values: {reason}" in report.notes


@pytest.mark.parametrize(
    ("function", "attributes", "note"),
    [
        pytest.param(
            lambda _, x: x * x.sum().item(),
            {},
            "values that forward reads are zeros (others: --values, or values=… in Python), "
            "asked for in test_remarks.py, line {line}: "
            "lambda _, x: x * x.sum().item(),",
            id="values of the input",
        ),
        pytest.param(
            lambda _, x: x + torch.zeros(8, 8),
            {},
            "forward makes a tensor that is not where x is: torch.zeros(…, device=x.device) "
            "would be",
            id="a tensor made on the CPU",
        ),
        pytest.param(
            lambda self, x: x * self.w,
            {"w": torch.ones(8)},
            "'w' is not registered and stays where it is: use register_buffer",
            id="a plain tensor",
        ),
    ],
)
def test_what_meta_can_do_with_what_is_known_is_noted(function, attributes, note):
    report = archstat.analyze(Net(function, **attributes), (3, 8, 8))
    assert report.traced_on == "meta"
    assert note.format(line=function.__code__.co_firstlineno) in report.notes


def test_a_model_that_needs_values_prints_once(capsys):
    archstat.analyze(Net(lambda _, x: print("run") or torch.from_numpy(x.numpy())), (3,))  # noqa: T201
    assert capsys.readouterr().err == "run\n"


def test_tensors_on_two_devices_are_told():
    model = Net(lambda self, x: x * self.w, w=torch.ones(8, device="meta"))
    with pytest.raises(archstat.ArchstatError) as caught:
        archstat.analyze(model, (3, 8, 8), device="cpu")
    what, hint = str(caught.value).splitlines()
    assert what == "Net: mul is given tensors on cpu and meta"
    assert hint.startswith(
        "  hint: 'w' is not registered and stays where it is: use register_buffer (test_remarks.py"
    )
