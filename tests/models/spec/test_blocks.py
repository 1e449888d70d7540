"""Blocks of a spec: what they stand for, and what is said of wrong ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from archstat.errors import SpecError
from archstat.graph import Graph
from archstat.models.spec.build import build, with_settings
from archstat.models.spec.file import load_spec

NET = Path("net.toml")

# the block's layers stand in lines 3 to 5, the uses in lines 8 to 9
RESIDUAL = """input = [3, 9, 9]
blocks.residual = [
  { name = "conv", kind = "conv2d", kernel_size = 3, padding = 1 },
  { name = "add", kind = "add", inputs = ["conv", "input"] },
  { name = "relu", kind = "relu" },
]
layers = [
  { name = ["a.0", "a.1"], block = "residual", conv.out_channels = 3 },
  { name = "b", block = "residual", conv = { out_channels = 3, kernel_size = 1, padding = 0 } },
  { name = "join", kind = "concat", inputs = ["a.0", "b"] },
]
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    """Work in an empty folder, so that messages name files without a path."""
    monkeypatch.chdir(tmp_path)


def graph_of(text: str) -> Graph:
    """Return the network of a spec file with this text."""
    NET.write_text(text, encoding="utf-8")
    return build(load_spec(NET, catalogue={}))


def said_of(text: str) -> list[str]:
    """Return what is said of a spec file with this text, a line each."""
    with pytest.raises(SpecError) as caught:
        graph_of(text)
    return [line.strip().removeprefix("net.toml: ") for line in str(caught.value).splitlines()]


def test_a_block_stands_for_its_layers_once_a_name():
    assert str(graph_of(RESIDUAL)) == (
        "net: 3×9×9\n"
        "  a.0.conv(input): conv2d -> 3×9×9\n"
        "  a.0.add(a.0.conv, input): add -> 3×9×9\n"
        "  a.0.relu(a.0.add): relu -> 3×9×9\n"
        "  a.1.conv(a.0.relu): conv2d -> 3×9×9\n"
        "  a.1.add(a.1.conv, a.0.relu): add -> 3×9×9\n"
        "  a.1.relu(a.1.add): relu -> 3×9×9\n"
        "  b.conv(a.1.relu): conv2d -> 3×9×9\n"
        "  b.add(b.conv, a.1.relu): add -> 3×9×9\n"
        "  b.relu(b.add): relu -> 3×9×9\n"
        "  join(a.0.relu, b.relu): concat -> 6×9×9"
    )


def test_a_use_changes_settings_of_its_own_layers_alone():
    weights = {node.name: node.weights for node in graph_of(RESIDUAL).nodes if node.weights}
    # 3·3·3·3, twice, and 3·3·1·1
    assert weights == {"a.0.conv": 81, "a.1.conv": 81, "b.conv": 9}


def test_a_graph_says_which_block_its_layers_are_of():
    assert graph_of(RESIDUAL).modules == {"a.0": "residual", "a.1": "residual", "b": "residual"}


def test_a_block_reads_the_inputs_that_its_use_names():
    two = RESIDUAL.replace(
        'block = "residual", conv =', 'block = "residual", inputs = ["a.0"], conv ='
    )
    nodes = {node.name: node.inputs for node in graph_of(two).nodes}
    assert nodes["b.conv"] == ("a.0.relu",)
    assert nodes["b.add"] == ("b.conv", "a.0.relu")


def test_a_layer_of_a_block_may_read_layers_outside_of_it():
    skip = RESIDUAL.replace('name = "b", ', 'name = "b", add.inputs = ["conv", "a.0"], ')
    nodes = {node.name: node.inputs for node in graph_of(skip).nodes}
    assert nodes["b.add"] == ("b.conv", "a.0.relu")


def test_settings_of_a_layer_in_a_block_change_by_its_full_name():
    NET.write_text(RESIDUAL, encoding="utf-8")
    spec = with_settings(load_spec(NET, catalogue={}), {"a.1.conv": {"bias": False}})
    biases = {node.name: node.biases for node in build(spec).nodes if node.weights}
    assert biases == {"a.0.conv": 3, "a.1.conv": 0, "b.conv": 3}


def test_a_spec_that_extends_another_uses_its_blocks():
    Path("base.toml").write_text(RESIDUAL, encoding="utf-8")
    use = '{ name = "c", block = "residual", conv.out_channels = 3 }'
    child = f'extends = "base.toml"\nlayers = [ {use} ]'
    assert [node.name for node in graph_of(child).nodes] == ["c.conv", "c.add", "c.relu"]


def test_blocks_may_stand_in_a_table_behind_the_layers():
    head, _, rest = RESIDUAL.partition("blocks.residual = ")
    block, _, layers = rest.partition("layers = ")
    moved = f"{head}layers = {layers}[blocks]\nresidual = {block}"
    assert str(graph_of(moved)) == str(graph_of(RESIDUAL))
    lines = said_of(moved.replace('"relu" }', '"rely" }'))
    assert lines[0] == "line 3 and line 11: layer 'a.0.relu': unknown layer kind 'rely'"


BAD = {
    "no such block": (
        ('block = "residual", conv.', 'block = "residuel", conv.'),
        [
            "line 8: layer ['a.0', 'a.1']: there is no block 'residuel'",
            "hint: did you mean 'residual'?",
        ],
    ),
    "no such layer in the block": (
        ("conv.out_channels = 3", "conv1.out_channels = 3"),
        [
            "line 8: layer ['a.0', 'a.1']: block 'residual' has no layer 'conv1'",
            "hint: did you mean 'conv'?",
        ],
    ),
    "a setting of no layer": (
        ("conv.out_channels = 3", "conv = 3"),
        [
            "line 8: layer ['a.0', 'a.1']: conv must be settings of the block's layer, got 3",
            "hint: write conv = { out_channels = 64 }, for instance",
        ],
    ),
    "a mistake in the block, told once": (
        ("kernel_size = 3, padding = 1", "kernel_sise = 3, kernel_size = 3, padding = 1"),
        [
            "line 8 and line 3: layer 'a.0.conv' (conv2d): conv2d has no setting 'kernel_sise'",
            "hint: did you mean 'kernel_size'?",
        ],
    ),
    "a use that does not fit": (
        ("conv = { out_channels = 3", "conv = { out_channels = 4"),
        [
            ("line 9 and line 4: layer 'b.add' (add): its inputs differ in shape: 4×9×9 and 3×9×9"),
            "hint: both branches must end in the same channels, rows and columns",
        ],
    ),
    "two blocks of one name": (
        ('["a.0", "a.1"]', '["a.0", "a.0"]'),
        [
            "line 8: layer ['a.0', 'a.0']: the name 'a.0' is taken by another block",
            "line 8: layer ['a.0', 'a.0']: the name 'a.0' is taken by another block",
        ],
    ),
    "a layer called as a block": (
        ('name = "join"', 'name = "b"'),
        ["line 10: layer 'b': the name 'b' is taken by a block", "hint: names are unique"],
    ),
    "a name that is no path": (
        ('"a.1"]', '"1.a"]'),
        [
            (
                "line 8: layer ['a.0', '1.a']: a block's name must be letters, digits and _, "
                "perhaps with dots, got '1.a'"
            ),
            'hint: write name = "layer1.0", or a list of such names',
        ],
    ),
    "a block in a block": (
        ('{ name = "relu", kind = "relu" }', '{ name = "relu", block = "residual" }'),
        ["line 2: 'blocks': block 'residual': a block holds layers, and no other block"],
    ),
    "a block that is no list": (
        ("blocks.residual = [\n", "blocks.other = 3\nblocks.residual = [\n"),
        [
            ("line 2: 'blocks': block 'other': must be a list of { name = …, kind = … }, got 3"),
        ],
    ),
    "two layers of one attribute": (
        ('name = "join"', 'name = "a_0_relu"'),
        [
            "line 10: layer 'a_0_relu' (concat): the name is taken by an earlier layer",
            "hint: names are unique",
        ],
    ),
}


@pytest.mark.parametrize(("change", "message"), BAD.values(), ids=BAD)
def test_what_is_wrong_with_a_block_is_told_by_line(change, message):
    lines = said_of(RESIDUAL.replace(*change))
    assert lines[: len(message)] == message


def test_blocks_do_not_stand_for_more_layers_than_a_spec_may_have():
    names = ", ".join(f'"a{number}"' for number in range(4_000))
    lines = said_of(RESIDUAL.replace('"a.0", "a.1"', names))
    # 3 · 4,000 + 3 + 1
    assert lines[0] == "line 7: 'layers': stand for 12,004 layers; at most 10,000"


def test_blocks_without_layers_are_refused():
    lines = said_of(RESIDUAL.partition("layers")[0])
    assert lines[0] == "line 2: 'blocks': stands in a file without layers, which would use it"
