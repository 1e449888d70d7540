"""Spec files: good ones, and bad ones with all that is said about them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

import archstat
from archstat.errors import SpecError
from archstat.graph import Graph
from archstat.models.spec.build import build, with_classes, with_settings
from archstat.models.spec.file import load_spec

NET = Path("net.toml")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Work in an empty folder, so that messages name files without a path."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def graph_of(text: str, catalogue: Mapping[str, Path] | None = None) -> Graph:
    """Return the network of a spec file with this text."""
    NET.write_text(text, encoding="utf-8")
    return build(load_spec(NET, catalogue=catalogue or {}))


def assert_refused(call: Callable[[], object], message: str) -> None:
    """Check that a call ends in a SpecError, and all of its text."""
    with pytest.raises(SpecError) as caught:
        call()
    assert str(caught.value) == message


# Good specs.

LENET = """
name   = "lenet"
title  = "LeNet-5, nearly"
source = "LeCun et al. (1998)"
notes  = ["ReLU instead of tanh"]
input  = [1, 32, 32]
layers = [
  { name = "conv1", kind = "conv2d", out_channels = 6, kernel_size = 5 },
  { name = "relu1", kind = "relu" },
  { name = "pool1", kind = "max_pool2d", kernel_size = 2 },
  { name = "flatten", kind = "flatten" },
  { name = "fc1", kind = "linear", out_features = 10 },
]
"""


@pytest.mark.usefixtures("folder")
def test_layers_read_the_one_before_them():
    assert str(graph_of(LENET)) == (
        "lenet: 1×32×32\n"
        "  conv1(input): conv2d -> 6×28×28\n"
        "  relu1(conv1): relu -> 6×28×28\n"
        "  pool1(relu1): max_pool2d -> 6×14×14\n"
        "  flatten(pool1): flatten -> 1176\n"
        "  fc1(flatten): linear -> 10"
    )


@pytest.mark.usefixtures("folder")
def test_a_spec_says_where_a_network_is_from():
    graph = graph_of(LENET)
    assert (graph.title, graph.source) == ("LeNet-5, nearly", "LeCun et al. (1998)")
    assert graph.notes == ("ReLU instead of tanh",)


@pytest.mark.usefixtures("folder")
def test_a_network_without_a_name_is_called_as_its_file():
    assert graph_of(LENET.replace('name   = "lenet"', "")).name == "net"


@pytest.mark.usefixtures("folder")
def test_layers_may_be_tables():
    graph = graph_of("""
input = [3, 8, 8]
[[layers]]
name = "conv1"
kind = "conv2d"
out_channels = 4
kernel_size = [3, 1]
""")
    assert graph.nodes[0].out_shape == (4, 6, 8)


@pytest.mark.usefixtures("folder")
def test_a_layer_reads_the_inputs_that_it_names():
    graph = graph_of("""
input = [4, 8, 8]
layers = [
  { name = "conv1", kind = "conv2d", out_channels = 4, kernel_size = 3, padding = 1 },
  { name = "side", kind = "relu", inputs = ["input"] },
  { name = "add", kind = "add", inputs = ["conv1", "side", "input"] },
  { name = "last", kind = "relu" },
]
""")
    inputs = [node.inputs for node in graph.nodes]
    assert inputs == [("input",), ("input",), ("conv1", "side", "input"), ("add",)]


@pytest.mark.usefixtures("folder")
def test_an_output_that_nothing_reads_is_noted():
    graph = graph_of("""
input = [4, 8, 8]
layers = [
  { name = "side", kind = "relu" },
  { name = "main", kind = "relu", inputs = ["input"] },
]
""")
    assert graph.notes == ("side: no layer reads its output; it is counted all the same",)


@pytest.mark.usefixtures("folder")
def test_a_byte_order_mark_is_no_problem():
    NET.write_bytes(b"\xef\xbb\xbf" + LENET.encode())
    assert load_spec(NET, catalogue={}).name == "lenet"


@pytest.mark.usefixtures("folder")
def test_line_ends_of_windows_are_no_problem():
    NET.write_bytes(LENET.replace("\n", "\r\n").encode())
    assert load_spec(NET, catalogue={}).name == "lenet"


# Specs that extend others.


@pytest.mark.usefixtures("folder")
def test_a_spec_extends_a_file_beside_it():
    Path("lenet.toml").write_text(LENET, encoding="utf-8")
    graph = graph_of('extends = "lenet.toml"\n[set]\nconv1.kernel_size = 3\nfc1.bias = false')
    # (32 - 3) + 1 = 30; weights 10·6·15·15, no bias
    assert graph.nodes[0].out_shape == (6, 30, 30)
    assert (graph.nodes[-1].weights, graph.nodes[-1].biases) == (13_500, 0)


@pytest.mark.usefixtures("folder")
def test_a_spec_extends_one_of_the_catalogue():
    Path("elsewhere").mkdir()
    lenet = Path("elsewhere", "lenet.toml")
    lenet.write_text(LENET, encoding="utf-8")
    assert graph_of('extends = "lenet"', {"lenet": lenet}).nodes[0].name == "conv1"


@pytest.mark.usefixtures("folder")
def test_a_file_is_extended_beside_the_file_that_extends_it():
    Path("below").mkdir()
    Path("below", "lenet.toml").write_text(LENET, encoding="utf-8")
    Path("below", "middle.toml").write_text('extends = "lenet.toml"', encoding="utf-8")
    assert graph_of('extends = "below/middle.toml"').nodes[0].name == "conv1"


@pytest.mark.usefixtures("folder")
def test_an_extending_spec_keeps_what_it_does_not_say_except_the_name():
    Path("lenet.toml").write_text(LENET, encoding="utf-8")
    graph = graph_of('extends = "lenet.toml"\ntitle = "Larger"\ninput = [1, 64, 64]')
    said = (graph.name, graph.title, graph.source, graph.input_shape)
    assert said == ("net", "Larger", "LeCun et al. (1998)", (1, 64, 64))


@pytest.mark.usefixtures("folder")
def test_layers_replace_all_those_of_the_extended_spec():
    Path("lenet.toml").write_text(LENET, encoding="utf-8")
    graph = graph_of('extends = "lenet.toml"\nlayers = [ { name = "relu", kind = "relu" } ]')
    assert [node.name for node in graph.nodes] == ["relu"]


@pytest.mark.usefixtures("folder")
def test_settings_change_the_layers_of_the_same_file_too():
    graph = graph_of(LENET + "[set]\nconv1.out_channels = 12")
    assert graph.nodes[0].out_shape == (12, 28, 28)


def extending_row(length: int) -> None:
    """Write specs of which each extends the one before it, the first one extending none."""
    Path("spec0.toml").write_text(LENET, encoding="utf-8")
    for number in range(1, length):
        text = f'extends = "spec{number - 1}.toml"'
        Path(f"spec{number}.toml").write_text(text, encoding="utf-8")


@pytest.mark.usefixtures("folder")
def test_sixteen_specs_may_extend_one_another():
    extending_row(17)
    assert load_spec(Path("spec16.toml"), catalogue={}).layers


@pytest.mark.usefixtures("folder")
def test_no_more_specs_may_extend_one_another():
    extending_row(18)
    assert_refused(
        lambda: load_spec(Path("spec17.toml"), catalogue={}),
        "spec1.toml: extends more than 16 specs in a row",
    )


# Classes.


def spec_of(text: str):
    NET.write_text(text, encoding="utf-8")
    return load_spec(NET, catalogue={})


@pytest.mark.usefixtures("folder")
def test_the_last_linear_layer_has_one_output_a_class():
    graph = build(with_classes(spec_of(LENET), 100))
    assert graph.nodes[-1].out_shape == (100,)


CONVOLUTIONAL = """
input = [3, 8, 8]
layers = [
  { name = "conv1", kind = "conv2d", out_channels = 10, kernel_size = 1 },
  { name = "pool1", kind = "adaptive_avg_pool2d", output_size = 1 },
]
"""


@pytest.mark.usefixtures("folder")
def test_a_spec_names_a_classifier_that_is_not_linear():
    spec = spec_of('classifier = "conv1"' + CONVOLUTIONAL)
    assert build(with_classes(spec, 100)).nodes[0].out_shape == (100, 8, 8)


@pytest.mark.usefixtures("folder")
def test_without_a_classifier_there_are_no_classes():
    assert_refused(
        lambda: with_classes(spec_of(CONVOLUTIONAL), 100),
        "has no linear layer, and names no classifier, whose outputs would be the classes\n"
        '  hint: write classifier = "conv10" into the spec, or use '
        "settings={'conv10': {'out_channels': 100}}",
    )


@pytest.mark.usefixtures("folder")
def test_a_changed_layer_must_be_there():
    assert_refused(
        lambda: with_settings(spec_of(LENET), {"conv2": {"groups": 2}, "zzz": {"p": 1}}),
        "there is no layer 'conv2'\n"
        "  hint: did you mean 'conv1'?\n"
        "there is no layer 'zzz'\n"
        "  hint: there are conv1, relu1, pool1, flatten, fc1",
    )


# Bad specs: the text, and what is said, without "net.toml: " at the start of each problem.

INPUT = "input = [3, 9, 9]\n"
CONV = '{ name = "conv1", kind = "conv2d", out_channels = 4, kernel_size = 3 }'
WHOLE_HINT = (
    "hint: a whole number has no quotation marks and no decimal point; "
    "one for each axis is a list, as in [7, 5]"
)
NAME_HINT = "hint: it becomes the name of the layer in Python code: l1_conv1 for l1.conv1"


def net(*layers: str) -> str:
    """Return a spec whose layers stand in lines 3, 4, …."""
    return INPUT + "layers = [\n" + "".join(f"  {layer},\n" for layer in layers) + "]\n"


BAD = {
    # kinds
    "unknown kind": (
        net('{ name = "conv1", kind = "conv2", out_channels = 4, kernel_size = 3 }'),
        ["line 3: layer 'conv1': unknown layer kind 'conv2'", "hint: did you mean 'conv2d'?"],
    ),
    "kind by another word": (
        net('{ name = "fc6", kind = "fc", units = 4096 }'),
        ["line 3: layer 'fc6': unknown layer kind 'fc'", "hint: did you mean 'linear'?"],
    ),
    "kind as torch calls it": (
        net('{ name = "pool1", kind = "MaxPool2d", kernel_size = 2 }'),
        [
            "line 3: layer 'pool1': unknown layer kind 'MaxPool2d'",
            "hint: did you mean 'max_pool2d'?",
        ],
    ),
    "kind like no other": (
        net('{ name = "magic", kind = "quantum" }'),
        [
            "line 3: layer 'magic': unknown layer kind 'quantum'",
            "hint: kinds are conv2d, max_pool2d, relu, flatten, linear, …",
        ],
    ),
    "kind that is a number": (
        net('{ name = "magic", kind = 3 }'),
        [
            "line 3: layer 'magic': unknown layer kind 3",
            "hint: kinds are conv2d, max_pool2d, relu, flatten, linear, …",
        ],
    ),
    "kind that is a list": (
        net('{ name = "magic", kind = ["zzz"] }'),
        [
            "line 3: layer 'magic': unknown layer kind ['zzz']",
            "hint: kinds are conv2d, max_pool2d, relu, flatten, linear, …",
        ],
    ),
    "kind missing": (
        net('{ name = "conv1", out_channels = 4 }'),
        ["line 3: layer 'conv1': 'kind' is missing", 'hint: write kind = "conv2d", for instance'],
    ),
    "kind under another name": (
        net('{ name = "conv1", type = "conv2d" }'),
        ["line 3: layer 'conv1': 'kind' is missing", "hint: write 'kind' for 'type'"],
    ),
    # settings
    "unknown setting": (
        net('{ name = "conv1", kind = "conv2d", out_channels = 4, kernel_sise = 3 }'),
        [
            "line 3: layer 'conv1' (conv2d): conv2d has no setting 'kernel_sise'",
            "hint: did you mean 'kernel_size'?",
            "line 3: layer 'conv1' (conv2d): 'kernel_size' is missing",
            "hint: every conv2d needs it",
        ],
    ),
    "setting by another word": (
        net('{ name = "conv1", kind = "conv2d", filters = 4, kernel_size = 3 }'),
        [
            "line 3: layer 'conv1' (conv2d): conv2d has no setting 'filters'",
            "hint: did you mean 'out_channels'?",
            "line 3: layer 'conv1' (conv2d): 'out_channels' is missing",
            "hint: every conv2d needs it",
        ],
    ),
    "inputs by another word": (
        net(CONV, '{ name = "relu1", kind = "relu", from = "conv1" }'),
        [
            "line 4: layer 'relu1' (relu): relu has no setting 'from'",
            "hint: did you mean 'inputs'?",
        ],
    ),
    "setting of the wrong type": (
        net('{ name = "conv1", kind = "conv2d", out_channels = "4", kernel_size = 3.0 }'),
        [
            "line 3: layer 'conv1' (conv2d): out_channels: must be a whole number, got '4'",
            WHOLE_HINT,
            "line 3: layer 'conv1' (conv2d): kernel_size: must be a whole number, got 3.0",
            WHOLE_HINT,
        ],
    ),
    "setting of zero": (
        net('{ name = "conv1", kind = "conv2d", out_channels = 4, kernel_size = 3, stride = 0 }'),
        ["line 3: layer 'conv1' (conv2d): stride: must be at least 1, got 0"],
    ),
    "negative setting": (
        net('{ name = "conv1", kind = "conv2d", out_channels = -4, kernel_size = 3 }'),
        ["line 3: layer 'conv1' (conv2d): out_channels: must be at least 1, got -4"],
    ),
    "absurdly large setting": (
        net('{ name = "fc1", kind = "linear", out_features = 1e400 }'),
        [
            "line 3: layer 'fc1' (linear): out_features: must be a whole number, got inf",
            WHOLE_HINT,
        ],
    ),
    "number of 5,000 digits in base 16": (
        net(f'{{ name = "drop1", kind = "dropout", p = 0x{"f" * 5000} }}'),
        [
            (
                "line 3: layer 'drop1' (dropout): p: must be at most 1, "
                "got a number of more than 4,300 digits"
            )
        ],
    ),
    # shapes
    "kernel larger than the padded input": (
        net('{ name = "conv1", kind = "conv2d", out_channels = 4, kernel_size = 12, padding = 1 }'),
        [
            (
                "line 3: layer 'conv1' (conv2d): the kernel spans 12×12, more than its input 9×9, "
                "padded to 11×11"
            ),
            "hint: use a larger input, a smaller kernel, or more padding",
        ],
    ),
    "groups that do not divide": (
        net('{ name = "conv1", kind = "conv2d", out_channels = 4, kernel_size = 3, groups = 2 }'),
        [
            "line 3: layer 'conv1' (conv2d): 3 input channels cannot be split into 2 groups",
            "hint: groups must divide both 3 and 4",
        ],
    ),
    "linear before flatten": (
        net('{ name = "fc1", kind = "linear", out_features = 10 }'),
        [
            "line 3: layer 'fc1' (linear): expects one axis, got 3×9×9",
            "hint: put a flatten layer before it",
        ],
    ),
    "other features than stated": (
        net(
            CONV,
            '{ name = "flatten", kind = "flatten" }',
            '{ name = "fc1", kind = "linear", in_features = 147, out_features = 10 }',
        ),
        [
            (
                "line 5: layer 'fc1' (linear): states in_features = 147 = 3·7·7, "
                "but is given 196 = 4·7·7"
            ),
            "hint: 'conv1' turned 3 channels into 4; leave in_features out, or write 196",
        ],
    ),
    "branches of different shapes": (
        net(CONV, '{ name = "add", kind = "add", inputs = ["conv1", "input"] }'),
        [
            "line 4: layer 'add' (add): its inputs differ in shape: 4×7×7 and 3×9×9",
            "hint: both branches must end in the same channels, rows and columns",
        ],
    ),
    "join of one input": (
        net(CONV, '{ name = "add", kind = "add" }'),
        [
            "line 4: layer 'add' (add): joins two or more inputs, got 1",
            'hint: name them, as in inputs = ["conv1", "relu2"]',
        ],
    ),
    "map with too many values": (
        INPUT.replace("9, 9", "2147483647, 2147483647") + f"layers = [ {CONV} ]",
        ["a map of 3×2147483647×2147483647 has more values than a tensor can number"],
    ),
    # names
    "name missing": (
        net('{ kind = "relu" }'),
        ["layer 1: 'name' is missing", "hint: every layer needs a name and a kind"],
    ),
    "name that is a number": (
        net('{ name = 1, kind = "relu" }'),
        [
            "layer 1: name must be letters, digits and _, not a digit first, got 1",
            NAME_HINT,
        ],
    ),
    "name that is a list": (
        net('{ name = ["relu1"], kind = "relu" }'),
        [
            "layer 1: name must be letters, digits and _, not a digit first, got ['relu1']",
            NAME_HINT,
        ],
    ),
    "empty name": (
        net('{ name = "", kind = "relu" }'),
        [
            (
                "line 3: layer '' (relu): name must be letters, digits and _, "
                "not a digit first, got ''"
            ),
            NAME_HINT,
        ],
    ),
    "name of two words": (
        net('{ name = "relu 1", kind = "relu" }'),
        [
            (
                "line 3: layer 'relu 1' (relu): name must be letters, digits and _, "
                "not a digit first, got 'relu 1'"
            ),
            NAME_HINT,
        ],
    ),
    "name that Python has taken": (
        net('{ name = "class", kind = "relu" }'),
        [
            "line 3: layer 'class' (relu): name 'class' is a word of Python's own",
        ],
    ),
    "name of the input": (
        net('{ name = "input", kind = "relu" }'),
        ["line 3: layer 'input' (relu): name 'input' stands for the input of the network"],
    ),
    "long name": (
        net(f'{{ name = "{"x" * 61}", kind = "relu" }}'),
        [f"line 3: layer '{'x' * 59}… (relu): name '{'x' * 59}… is longer than 60 characters"],
    ),
    "same name twice": (
        net('{ name = "relu1", kind = "relu" }', CONV, '{ name = "relu1", kind = "relu" }'),
        [
            "line 5: layer 'relu1' (relu): the name is taken by an earlier layer",
            "hint: names are unique",
        ],
    ),
    "names that Python takes for one": (
        net('{ name = "\ufb011", kind = "relu" }', '{ name = "fi1", kind = "relu" }'),
        [
            "line 4: layer 'fi1' (relu): the name is taken by an earlier layer",
            "hint: names are unique",
        ],
    ),
    "a word of Python in other letters": (
        net('{ name = "\uff49f", kind = "relu" }'),
        ["line 3: layer '\uff49f' (relu): name '\uff49f' is a word of Python's own"],
    ),
    # inputs of layers
    "inputs that are a text": (
        net('{ name = "relu1", kind = "relu", inputs = "input" }'),
        [
            "line 3: layer 'relu1' (relu): inputs must be a list of layer names, got 'input'",
            'hint: write inputs = ["conv1", "relu2"]',
        ],
    ),
    "no inputs": (
        net('{ name = "relu1", kind = "relu", inputs = [] }'),
        [
            "line 3: layer 'relu1' (relu): inputs must be a list of layer names, got []",
            'hint: write inputs = ["conv1", "relu2"]',
        ],
    ),
    "inputs that are lists": (
        net('{ name = "relu1", kind = "relu", inputs = [["input"], 3] }'),
        [
            (
                "line 3: layer 'relu1' (relu): inputs must be a list of layer names, "
                "got [['input'], 3]"
            ),
            'hint: write inputs = ["conv1", "relu2"]',
        ],
    ),
    "input that is no layer": (
        net(CONV, '{ name = "relu1", kind = "relu", inputs = ["conv2"] }'),
        [
            "line 4: layer 'relu1' (relu): reads 'conv2', which is not a layer before it",
            "hint: did you mean 'conv1'?",
        ],
    ),
    "input that comes later": (
        net('{ name = "first", kind = "relu", inputs = ["later"] }', CONV),
        ["line 3: layer 'first' (relu): reads 'later', which is not a layer before it"],
    ),
    "layer that reads itself": (
        net('{ name = "relu1", kind = "relu", inputs = ["relu1"] }'),
        ["line 3: layer 'relu1' (relu): reads 'relu1', which is not a layer before it"],
    ),
    # keys of the first level
    "unknown key": (
        "imput = [3, 9, 9]\n" + net(CONV),
        ["line 1: unknown key 'imput'", "hint: did you mean 'input'?"],
    ),
    "key by another word": (
        'description = "small"\n' + net(CONV),
        ["line 1: unknown key 'description'", "hint: did you mean 'title'?"],
    ),
    "key like no other": (
        net(CONV) + "zzz = 1",
        [
            "line 5: unknown key 'zzz'",
            (
                "hint: a spec has name, title, source, classifier, notes, input, blocks, set, "
                "layers, extends"
            ),
        ],
    ),
    "title that is a date": (
        "title = 1998-11-01\n" + net(CONV),
        ["line 1: 'title': must be a text, got datetime.date(1998, 11, 1)"],
    ),
    "empty name of a network": (
        'name = ""\n' + net(CONV),
        ["line 1: 'name': must be a text, got ''"],
    ),
    "notes that are a text": (
        'notes = "small"\n' + net(CONV),
        ["line 1: 'notes': must be a list of texts, got 'small'"],
    ),
    "note that is a number": (
        "notes = [3]\n" + net(CONV),
        ["line 1: 'notes': must be a text, got 3"],
    ),
    "classifier that is no layer": (
        'classifier = "conv2"\n' + net(CONV),
        ["line 1: 'classifier': there is no layer 'conv2'", "hint: did you mean 'conv1'?"],
    ),
    # input
    "no input": (
        f"layers = [ {CONV} ]",
        [
            "states no input size",
            "hint: write input = [3, 227, 227] into it, or use input=(3, 227, 227)",
        ],
    ),
    "input that is a number": (
        f"input = 227\nlayers = [ {CONV} ]",
        [
            "line 1: 'input': must be a list of 1 to 4 sizes, got 227",
            "hint: channels, rows, columns: [3, 227, 227]",
        ],
    ),
    "empty input": (
        f"input = []\nlayers = [ {CONV} ]",
        [
            "line 1: 'input': must be a list of 1 to 4 sizes, got []",
            "hint: channels, rows, columns: [3, 227, 227]",
        ],
    ),
    "input with a batch and a volume": (
        f"input = [1, 3, 9, 9, 9]\nlayers = [ {CONV} ]",
        [
            "line 1: 'input': must be a list of 1 to 4 sizes, got [1, 3, 9, 9, 9]",
            "hint: channels, rows, columns: [3, 227, 227]",
        ],
    ),
    "input of size 0": (
        f"input = [3, 0, 9]\nlayers = [ {CONV} ]",
        ["line 1: 'input': must be at least 1, got 0"],
    ),
    "negative input": (
        f"input = [3, 9, -9]\nlayers = [ {CONV} ]",
        ["line 1: 'input': must be at least 1, got -9"],
    ),
    "absurdly large input": (
        f"input = [3, 9, 99999999999]\nlayers = [ {CONV} ]",
        ["line 1: 'input': must be at most 2,147,483,647, got 99999999999"],
    ),
    "input that is a text": (
        f'input = [3, "9", 9]\nlayers = [ {CONV} ]',
        ["line 1: 'input': must be a whole number, got '9'", WHOLE_HINT],
    ),
    "input without channels": (
        f"input = [9, 9]\nlayers = [ {CONV} ]",
        [
            "line 2: layer 'conv1' (conv2d): expects a map C×H×W, got 9×9",
            (
                "hint: the input of the network is 9×9; "
                "an image has channels, rows and columns, as in 3×227×227"
            ),
        ],
    ),
    # layers
    "no layers": (
        INPUT,
        ["has no layers", 'hint: write layers = [ { name = "conv1", kind = "conv2d", … } ]'],
    ),
    "empty file": (
        "",
        ["has no layers", 'hint: write layers = [ { name = "conv1", kind = "conv2d", … } ]'],
    ),
    "empty layers": (
        INPUT + "layers = []",
        ["line 2: 'layers': is empty", "hint: a network has at least one layer"],
    ),
    "layers that are texts": (
        INPUT + 'layers = ["conv1"]',
        ["line 2: 'layers': entry 1 must be { name = …, kind = … }, got 'conv1'"],
    ),
    "too many layers": (
        INPUT + "layers = [" + "{}," * 10_001 + "]",
        ["line 2: 'layers': has 10,001 layers; at most 10,000"],
    ),
    # changes
    "changes that are a number": (
        "set = 3\n" + net(CONV),
        [
            "line 1: 'set': must be a table of settings by layer, got 3",
            "hint: write [set] and, below it, conv2.groups = 1",
        ],
    ),
    "change that is a number": (
        net(CONV) + "[set]\nconv1 = 3",
        [
            "line 5: 'set': 'conv1' is no setting of a layer",
            "hint: write [set] and, below it, conv2.groups = 1",
        ],
    ),
    "change of no layer": (
        net(CONV) + "[set]\nconv2.groups = 1",
        ["line 5: 'set': there is no layer 'conv2'", "hint: did you mean 'conv1'?"],
    ),
    "change of a name": (
        net(CONV) + '[set]\nconv1.name = "conv2"',
        ["line 5: 'set': layer 'conv1' cannot be renamed", "hint: write a spec of its own"],
    ),
    # a changed setting stands in another line than its layer
    "change to a bad value": (
        net(CONV) + "[set]\nconv1.groups = 2",
        [
            "layer 'conv1' (conv2d): 3 input channels cannot be split into 2 groups",
            "hint: groups must divide both 3 and 4",
        ],
    ),
    # TOML
    "bracket missing": (
        "input = [3, 9, 9\nlayers = []",
        [
            "is not TOML: Unclosed array (at line 2, column 1)",
            (
                "hint: a comma is missing at the end of a line before, or the ] of the list; "
                "the line is 'layers = []'"
            ),
        ],
    ),
    "key twice": (
        INPUT + INPUT,
        [
            "is not TOML: Cannot overwrite a value (at line 2, column 18)",
            "hint: the key stands there already; the line is 'input = [3, 9, 9]'",
        ],
    ),
    "number of 5,000 digits": (
        f"input = [3, {'9' * 5000}, 9]",
        ["is not TOML: it has a number of more than 4,300 digits"],
    ),
    "deep nesting": (
        "x = " + "[" * 5000 + "]" * 5000,
        ["is not TOML that anybody writes: it nests too deep"],
    ),
    # extending
    "extends no known spec": (
        'extends = "nope"',
        [
            "extends 'nope', which is neither in the catalogue nor the name of a file",
            "hint: a spec file ends in .toml",
        ],
    ),
    "extends a number": (
        "extends = 3",
        [
            "extends 3, which is neither in the catalogue nor the name of a file",
            "hint: a spec file ends in .toml",
        ],
    ),
    "extends a missing file": (
        'extends = "nope.toml"',
        ["extends 'nope.toml', which does not exist", "hint: it is looked for beside this file"],
    ),
    "extends itself": ('extends = "net.toml"', ["extends itself: net.toml → net.toml"]),
}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(("text", "lines"), BAD.values(), ids=BAD)
def test_a_bad_spec_is_refused(text, lines):
    message = "\n".join(
        f"  {line}" if line.startswith("hint: ") else f"net.toml: {line}" for line in lines
    )
    assert_refused(lambda: graph_of(text), message)


@pytest.mark.usefixtures("folder")
def test_all_problems_of_the_layers_are_reported_in_their_order():
    text = net(
        '{ name = "conv1", kind = "conv2d", out_channels = 4, kernel_size = 30 }',
        '{ name = "relu1", kind = "rellu6" }',
        '{ name = "fc1", kind = "linear", in_features = 3, out_features = 10 }',
        '{ name = "conv2", kind = "conv2d", out_channels = 4, kernel_size = 3, grups = 2 }',
        '{ name = "side", kind = "conv2d", out_channels = 4, kernel_size = 40, '
        'inputs = ["input"] }',
    )
    # what fc1 is given nobody knows, as relu1 before it is not built: nothing is said about it
    assert_refused(
        lambda: graph_of(text),
        "net.toml: line 3: layer 'conv1' (conv2d): the kernel spans 30×30, "
        "more than its input 9×9\n"
        "  hint: use a larger input, a smaller kernel, or more padding\n"
        "net.toml: line 4: layer 'relu1': unknown layer kind 'rellu6'\n"
        "  hint: did you mean 'relu6'?\n"
        "net.toml: line 6: layer 'conv2' (conv2d): conv2d has no setting 'grups'\n"
        "  hint: did you mean 'groups'?\n"
        "net.toml: line 7: layer 'side' (conv2d): the kernel spans 40×40, "
        "more than its input 9×9\n"
        "  hint: use a larger input, a smaller kernel, or more padding",
    )


@pytest.mark.usefixtures("folder")
def test_layers_behind_a_wrongly_stated_size_are_checked_as_if_nothing_were_stated():
    text = net(
        CONV,
        '{ name = "flatten", kind = "flatten" }',
        '{ name = "fc1", kind = "linear", in_features = 147, out_features = 10 }',
        '{ name = "fc2", kind = "linear", in_features = 11, out_features = 5 }',
    )
    assert_refused(
        lambda: graph_of(text),
        "net.toml: line 5: layer 'fc1' (linear): states in_features = 147 = 3·7·7, "
        "but is given 196 = 4·7·7\n"
        "  hint: 'conv1' turned 3 channels into 4; leave in_features out, or write 196\n"
        "net.toml: line 6: layer 'fc2' (linear): states in_features = 11, but is given 10\n"
        "  hint: leave in_features out, or write 10",
    )


@pytest.mark.usefixtures("folder")
def test_all_problems_of_the_keys_are_reported_in_their_order():
    text = 'layer = []\nsource = ""\nclasifier = "x"\nname = 3\ninput = [3, 0]\nlayers = 3'
    assert_refused(
        lambda: graph_of(text),
        "net.toml: line 1: unknown key 'layer'\n"
        "  hint: did you mean 'layers'?\n"
        "net.toml: line 2: 'source': must be a text, got ''\n"
        "net.toml: line 3: unknown key 'clasifier'\n"
        "  hint: did you mean 'classifier'?\n"
        "net.toml: line 4: 'name': must be a text, got 3\n"
        "net.toml: line 5: 'input': must be at least 1, got 0\n"
        "net.toml: line 6: 'layers': must be a list of { name = …, kind = … }, got 3",
    )


@pytest.mark.usefixtures("folder")
def test_problems_of_changes_and_of_layers_are_reported_at_once():
    text = net(CONV, '{ name = "relu1", kind = "rellu6" }') + (
        "[set]\nconv2.groups = 1\nconv1.grups = 2\nconv1.stride = 0\n"
    )
    assert_refused(
        lambda: graph_of(text),
        "net.toml: line 6: 'set': there is no layer 'conv2'\n"
        "  hint: did you mean 'conv1'?\n"
        "net.toml: layer 'conv1' (conv2d): conv2d has no setting 'grups'\n"
        "  hint: did you mean 'groups'?\n"
        "net.toml: layer 'conv1' (conv2d): stride: must be at least 1, got 0\n"
        "net.toml: line 4: layer 'relu1': unknown layer kind 'rellu6'\n"
        "  hint: did you mean 'relu6'?",
    )


@pytest.mark.usefixtures("folder")
def test_a_text_among_the_layers_does_not_hide_what_is_wrong_with_the_others():
    text = net(CONV, '"flatten"', '{ name = "fc1", kind = "lineer", out_features = 10 }')
    assert_refused(
        lambda: graph_of(text),
        "net.toml: line 2: 'layers': entry 2 must be { name = …, kind = … }, got 'flatten'\n"
        "net.toml: line 5: layer 'fc1': unknown layer kind 'lineer'\n"
        "  hint: did you mean 'linear'?",
    )


@pytest.mark.usefixtures("folder")
def test_a_bad_key_does_not_hide_what_is_wrong_with_the_layers():
    text = "titel = 3\n" + net('{ name = "relu1", kind = "rellu6" }')
    assert_refused(
        lambda: graph_of(text),
        "net.toml: line 1: unknown key 'titel'\n"
        "  hint: did you mean 'title'?\n"
        "net.toml: line 4: layer 'relu1': unknown layer kind 'rellu6'\n"
        "  hint: did you mean 'relu6'?",
    )


@pytest.mark.usefixtures("folder")
def test_a_layer_that_is_a_table_is_found_by_its_name():
    text = """input = [3, 8, 8]
[[layers]]
kind = "conv2d"
out_channels = 4
kernel_size = 9
name = "conv1"
"""
    assert_refused(
        lambda: graph_of(text),
        "net.toml: line 6: layer 'conv1' (conv2d): the kernel spans 9×9, more than its input 8×8\n"
        "  hint: use a larger input, a smaller kernel, or more padding",
    )


@pytest.mark.usefixtures("folder")
def test_problems_of_an_extended_spec_are_those_of_its_own_file():
    Path("base.toml").write_text("input = 3\nlayers = []", encoding="utf-8")
    assert_refused(
        lambda: graph_of('extends = "base.toml"'),
        "base.toml: line 1: 'input': must be a list of 1 to 4 sizes, got 3\n"
        "  hint: channels, rows, columns: [3, 227, 227]\n"
        "base.toml: line 2: 'layers': is empty\n"
        "  hint: a network has at least one layer",
    )


@pytest.mark.usefixtures("folder")
def test_layers_of_an_extended_spec_have_no_line_in_the_extending_one():
    Path("base.toml").write_text(net(CONV), encoding="utf-8")
    assert_refused(
        lambda: graph_of('extends = "base.toml"\ninput = [3, 2, 2]'),
        "net.toml: layer 'conv1' (conv2d): the kernel spans 3×3, more than its input 2×2\n"
        "  hint: use a larger input, a smaller kernel, or more padding",
    )


@pytest.mark.usefixtures("folder")
def test_a_circle_of_specs_is_shown():
    Path("a.toml").write_text('extends = "b.toml"', encoding="utf-8")
    Path("b.toml").write_text('extends = "a.toml"', encoding="utf-8")
    assert_refused(
        lambda: graph_of('extends = "a.toml"'),
        "b.toml: extends itself: a.toml → b.toml → a.toml",
    )


@pytest.mark.usefixtures("folder")
def test_a_spec_of_the_catalogue_is_named_by_its_name():
    Path("small.toml").write_text("layers = []", encoding="utf-8")
    catalogue = {"small": Path("small.toml")}
    assert_refused(
        lambda: load_spec(Path("small.toml"), catalogue=catalogue),
        "small: line 1: 'layers': is empty\n  hint: a network has at least one layer",
    )


# Mistakes in TOML: the text below the input, the place, and the hint.

RELU = '{ name = "r", kind = "relu" }'
COMMA_OR_BRACKET = "a comma is missing at the end of a line before, or the ] of the list"
STRAIGHT = "texts need straight quotation marks, true and false are in lower case"
ONE_LINE = "a comma before }, or a { … } that takes several lines"

NOT_TOML = {
    "comma missing between layers": (
        f"layers = [\n  {RELU}\n  {RELU},\n]",
        "Unclosed array (at line 4, column 3)",
        f"{COMMA_OR_BRACKET}; the line is '{RELU},'",
    ),
    "comma missing between keys": (
        'layers = [\n  { name = "r" kind = "relu" },\n]',
        "Unclosed inline table (at line 3, column 16)",
        (
            "a comma is missing between two settings, or a }; "
            """the line is '{ name = "r" kind = "relu" },'"""
        ),
    ),
    "comma before the end of a layer": (
        'layers = [\n  { name = "r", kind = "relu", },\n]',
        "Invalid initial character for a key part (at line 3, column 32)",
        f"""{ONE_LINE}; the line is '{{ name = "r", kind = "relu", }},'""",
    ),
    "layer over two lines": (
        'layers = [\n  { name = "r",\n    kind = "relu" },\n]',
        "Invalid initial character for a key part (at line 3, column 16)",
        f"""{ONE_LINE}; the line is '{{ name = "r",'""",
    ),
    "colon": (
        'layers = [\n  { name: "r", kind = "relu" },\n]',
        "Expected '=' after a key in a key/value pair (at line 3, column 9)",
        (
            "write name = value, with an equals sign; "
            """the line is '{ name: "r", kind = "relu" },'"""
        ),
    ),
    "curly quotation marks": (
        "layers = [\n  { name = “r”, kind = “relu” },\n]",
        "Invalid value (at line 3, column 12)",
        f"{STRAIGHT}; the line is '{{ name = “r”, kind = “relu” }},'",
    ),
    "truth as in Python": (
        'layers = [\n  { name = "r", kind = "relu", inplace = True },\n]',
        "Invalid value (at line 3, column 42)",
        f"""{STRAIGHT}; the line is '{{ name = "r", kind = "relu", inplace = True }},'""",
    ),
    "no quotation mark at the end": (
        'title = "small\nlayers = []',
        "Illegal character '\\n' (at line 2, column 15)",
        """a quotation mark is missing at the end of the line; the line is 'title = "small'""",
    ),
    "bracket missing at the end": (
        f"layers = [\n  {RELU},\n",
        "Invalid value (at end of document)",
        "the list of layers is not closed: a ] is missing",
    ),
    "comma and bracket missing at the end": (
        f"layers = [\n  {RELU}\n",
        "Unclosed array (at end of document)",
        COMMA_OR_BRACKET,
    ),
    "bracket missing before changes": (
        f"layers = [\n  {RELU},\n[set]\nr.inplace = true",
        "Invalid value (at line 4, column 2)",
        "a list before it is not closed: a ] is missing; the line is '[set]'",
    ),
}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(("text", "what", "hint"), NOT_TOML.values(), ids=NOT_TOML)
def test_a_mistake_in_toml_is_shown_with_a_hint(text, what, hint):
    assert_refused(lambda: graph_of(INPUT + text), f"net.toml: is not TOML: {what}\n  hint: {hint}")


# Files that are no specs.

BYTES = {
    "UTF-16": (
        b"\xff\xfe" + "input".encode("utf-16-le"),
        "is UTF-16 text\n  hint: save it as UTF-8",
    ),
    "UTF-16, other order": (
        b"\xfe\xff" + "input".encode("utf-16-be"),
        "is UTF-16 text\n  hint: save it as UTF-8",
    ),
    "Latin-1": (
        b'input = [3, 9, 9]\ntitle = "na\xefve"',
        "is not UTF-8 text: byte 0xef in line 2\n  hint: save it as UTF-8",
    ),
    "binary": (
        b"\x89PNG\r\n\x1a\n\x00",
        "is not UTF-8 text: byte 0x89 in line 1\n  hint: save it as UTF-8",
    ),
    "NUL": (
        b"input = [3, 9, 9]\n\x00",
        (
            "is not TOML: Invalid statement (at line 2, column 1)\n"
            r"  hint: texts need quotation marks, lists need [ ]; the line is '\x00'"
        ),
    ),
}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(("content", "message"), BYTES.values(), ids=BYTES)
def test_bytes_that_are_no_spec_are_refused(content, message):
    NET.write_bytes(content)
    assert_refused(lambda: load_spec(NET, catalogue={}), f"net.toml: {message}")


@pytest.mark.usefixtures("folder")
def test_a_missing_file_is_refused():
    assert_refused(
        lambda: load_spec(NET, catalogue={}),
        "net.toml: cannot be read: No such file or directory",
    )


@pytest.mark.usefixtures("folder")
def test_a_directory_is_refused():
    NET.mkdir()
    assert_refused(
        lambda: load_spec(NET, catalogue={}),
        "net.toml: is a folder",
    )


@pytest.mark.usefixtures("folder")
def test_a_file_of_200_megabytes_is_refused_without_reading_it():
    with NET.open("wb") as file:
        file.truncate(200_000_000)  # a hole: it takes no space
    assert_refused(
        lambda: load_spec(NET, catalogue={}),
        "net.toml: has more than 1,048,576 bytes",
    )


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in the file system here")
@pytest.mark.usefixtures("folder")
def test_a_pipe_is_refused_without_waiting_for_it():
    os.mkfifo(NET)
    assert_refused(lambda: load_spec(NET, catalogue={}), "net.toml: is not an ordinary file")


def test_a_name_with_a_nul_is_refused():
    assert_refused(
        lambda: load_spec(Path("net\0.toml"), catalogue={}),
        r"'net\x00.toml': is not a file name",
    )


@pytest.mark.usefixtures("folder")
def test_a_name_with_terminal_codes_is_shown_harmlessly():
    assert_refused(
        lambda: load_spec(Path("\x1b[31m.toml"), catalogue={}),
        r"'\x1b[31m.toml': cannot be read: No such file or directory",
    )


def test_of_many_problems_the_first_are_told(tmp_path):
    layers = "".join(f'{{name="l{at}",kind="relu",inputs=["l{at + 1}"]}},\n' for at in range(99))
    (tmp_path / "net.toml").write_text(f"input=[1,8,8]\nlayers=[\n{layers}]\n", encoding="utf-8")
    with pytest.raises(SpecError) as refused:
        archstat.analyze(str(tmp_path / "net.toml"))
    *first, last = refused.value.problems
    assert len(first) == 20
    assert first[0].what == "reads 'l1', which is not a layer before it"
    assert last.what == "there is more, which is told once these are repaired"
