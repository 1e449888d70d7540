"""Files of parameters as MODEL: what they hold, by module, without loading or running anything."""

from __future__ import annotations

import json
import os
import pickle
import zipfile
from pathlib import Path

import pytest

import archstat
from archstat.errors import UsageError
from archstat.models.weights.reading import read_weights
from tests.cli.running import invoke

# a convolution of 8 filters 3×3×3 (216 + 8), a norm of 8 channels (8 + 8), 3600 × 10 + 10
SHAPES = {
    "conv1.weight": (8, 3, 3, 3),
    "conv1.bias": (8,),
    "bn1.weight": (8,),
    "bn1.bias": (8,),
    "bn1.running_mean": (8,),
    "bn1.running_var": (8,),
    "fc.weight": (10, 3600),
    "fc.bias": (10,),
}
ROWS = {"conv1": 224, "bn1": 16, "fc": 36_010}
PARAMS = 36_250


def write_safetensors(path, shapes, dtype="F32", size=4):
    """Write a file as the format's page describes it; the values are left out."""
    entries, end = {}, 0
    for name, shape in shapes.items():
        start, count = end, size
        for side in shape:
            count *= side
        end = start + count
        entries[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [start, end]}
    header = json.dumps({"__metadata__": {"format": "pt"}, **entries}).encode()
    path.write_bytes(len(header).to_bytes(8, "little") + header)


def test_a_file_of_safetensors_is_read_by_its_header(tmp_path):
    write_safetensors(tmp_path / "net.safetensors", SHAPES, "BF16", 2)
    report = archstat.analyze(str(tmp_path / "net.safetensors"))
    assert {row.name: row.params for row in report.layers} == {
        "bn1": 16,
        "conv1": 224,
        "fc": 36_010,
    }
    assert (report.totals.params, report.totals.param_bytes) == (PARAMS, 2 * PARAMS)
    assert (report.totals.weights, report.totals.biases) == (216 + 8 + 36_000, 8 + 8 + 10)
    assert report.layers[0].macs is None
    assert report.layers[0].to_dict()["out_shape"] is None


def test_names_with_numbers_stand_in_their_order(tmp_path):
    names = [f"layers.{n}.fc.weight" for n in (0, 1, 10, 2)]
    write_safetensors(tmp_path / "a.safetensors", dict.fromkeys(names, (2, 2)))
    found = read_weights(str(tmp_path / "a.safetensors")).tensors
    assert [name.split(".")[1] for name in found] == ["0", "1", "2", "10"]


def test_an_index_names_files_that_are_read_together(tmp_path):
    first = dict(list(SHAPES.items())[:4])
    second = dict(list(SHAPES.items())[4:])
    write_safetensors(tmp_path / "a-1.safetensors", first)
    write_safetensors(tmp_path / "a-2.safetensors", second)
    places = {**dict.fromkeys(first, "a-1.safetensors"), **dict.fromkeys(second, "a-2.safetensors")}
    index = tmp_path / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": places}))
    report = archstat.analyze(str(index))
    assert {row.name: row.params for row in report.layers} == ROWS
    (tmp_path / "a-2.safetensors").unlink()
    with pytest.raises(UsageError, match=r"names a-2.safetensors, which .* does not have"):
        archstat.analyze(str(index))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it says that its header has 0 bytes"),
        (b"\xff" * 64, "it says that its header has"),
        ((2).to_bytes(8, "little") + b"[]", "AttributeError in its header"),
        (
            (40).to_bytes(8, "little") + b'{"a":{"dtype":"X9","shape":[1]}}'.ljust(40),
            "KeyError in its",
        ),
    ],
)
def test_what_is_no_safetensors_is_refused_in_a_sentence(tmp_path, content, why):
    (tmp_path / "a.safetensors").write_bytes(content)
    with pytest.raises(UsageError, match=why):
        archstat.analyze(str(tmp_path / "a.safetensors"))


def test_an_archive_of_numpy_is_read_by_its_heads(tmp_path):
    numpy = pytest.importorskip("numpy")
    numpy.savez(
        tmp_path / "w.npz",
        **{"fc/kernel": numpy.zeros((5, 7), numpy.float16), "steps": numpy.int64(3)},
    )
    report = archstat.analyze(str(tmp_path / "w.npz"))
    assert [(row.name, row.params, row.param_bytes) for row in report.layers] == [("fc", 35, 70)]


class Tricked:
    def __reduce__(self):
        return os.mkdir, ("pwned",)


def test_nothing_of_a_pickle_is_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with zipfile.ZipFile("evil.pt", "w") as archive:
        archive.writestr("evil/data.pkl", pickle.dumps({"a": Tricked()}, protocol=2))
    with pytest.raises(UsageError, match="holds no tensors by name, but a dictionary of a"):
        archstat.analyze("evil.pt")
    assert not Path("pwned").exists()


@pytest.fixture(scope="module")
def net():
    torch = pytest.importorskip("torch")
    net = torch.nn.Module()
    net.conv1, net.bn1 = torch.nn.Conv2d(3, 8, 3), torch.nn.BatchNorm2d(8)
    net.fc = torch.nn.Linear(3600, 10)
    return net


@pytest.mark.parametrize("in_a_zip", [True, False])
def test_a_state_dict_of_either_format_is_read_without_torch(net, tmp_path, in_a_zip):
    import torch

    path = tmp_path / "net.pth"
    torch.save(net.state_dict(), path, _use_new_zipfile_serialization=in_a_zip)
    report = archstat.analyze(str(path))
    assert {row.name: row.params for row in report.layers} == ROWS
    left_out = "3 tensors are no parameter, and left out: running statistics, counts, masks, 17 num"
    assert left_out in report.notes[-1]  # 8 + 8 + 1


def test_a_whole_model_tells_its_classes_and_what_is_frozen(net, tmp_path):
    import torch

    net.conv1.requires_grad_(requires_grad=False)
    torch.save(net, tmp_path / "net.pt")
    net.conv1.requires_grad_(requires_grad=True)
    report = archstat.analyze(str(tmp_path / "net.pt"))
    kinds = [(row.name, row.kind, row.params, row.trainable) for row in report.layers]
    assert kinds == [
        ("conv1", "Conv2d", 224, 0),
        ("bn1", "BatchNorm2d", 16, 16),
        ("fc", "Linear", 36_010, 36_010),
    ]
    assert report.totals.trainable == 16 + 36_010


@pytest.mark.parametrize("group", ["_buffers", "_modules", "_non_persistent_buffers_set"])
def test_what_stands_where_a_module_has_names_is_no_name(tmp_path, group):
    torch = pytest.importorskip("torch")
    broken = torch.nn.Linear(4, 2)
    broken.__dict__[group] = 7
    torch.save(broken, tmp_path / "net.pt")
    assert archstat.analyze(str(tmp_path / "net.pt")).totals.params == 4 * 2 + 2


def test_a_checkpoint_has_its_model_beside_the_optimizer(net, tmp_path):
    import torch

    optimizer = torch.optim.Adam(net.parameters())
    saved = {"epoch": 3, "ema": {"w": torch.zeros(2, 2)}, "model": net.state_dict()}
    torch.save({**saved, "optimizer": optimizer.state_dict()}, tmp_path / "c.ckpt")
    path = str(tmp_path / "c.ckpt")
    report = archstat.analyze(path)
    assert report.totals.params == PARAMS
    assert "of what the file holds, 'model'; beside it: epoch, ema, optimizer" in report.notes
    assert archstat.analyze(f"{path}:ema").totals.params == 4
    with pytest.raises(
        UsageError, match="has no part 'emo' with tensors\n  hint: there are ema, mod"
    ):
        archstat.analyze(f"{path}:emo")


def test_tied_weights_count_once(tmp_path):
    import torch

    weight = torch.zeros(5, 4, dtype=torch.bfloat16)
    torch.save({"wte.weight": weight, "head.weight": weight}, tmp_path / "t.bin")
    report = archstat.analyze(str(tmp_path / "t.bin"))
    assert (report.totals.params, report.totals.param_bytes) == (20, 40)
    assert "head.weight is the same memory as wte.weight, and counts once" in report.notes


def test_a_single_tensor_is_told_to_be_an_input(tmp_path):
    import torch

    torch.save(torch.zeros(1, 3), tmp_path / "x.pt")
    with pytest.raises(UsageError, match="holds one tensor of 1×3, and no model"):
        archstat.analyze(str(tmp_path / "x.pt"))


NET = """
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1, self.fc = nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.Linear(3600, 10)
"""


def test_compare_says_what_is_missing_too_much_and_of_another_shape(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("net.py").write_text(NET)
    others = {f"module.{name}": shape for name, shape in SHAPES.items() if name != "fc.bias"}
    others["module.bn1.num_batches_tracked"] = ()
    others |= {"module.fc.weight": (10, 1800), "module.extra.weight": (2,)}
    write_safetensors(Path("other.safetensors"), others)
    told = invoke("compare", "net.py:Net", "other.safetensors", "--only-changes")
    lines = [line.split() for line in told.stdout.splitlines()]
    assert ["−", "fc.bias", "10", "–"] in lines
    assert ["≠", "fc.weight", "10×3600", "10×1800"] in lines
    assert ["+", "extra.weight", "–", "2"] in lines
    assert told.stdout.splitlines()[-1] == (
        "of 10 tensors 7 fit; 1 is missing, 1 is too much, 1 has another shape"
    )
    assert "begin with 'module.', and were compared without it" in told.stdout
    assert told.exit_code == 0
    failing = invoke("compare", "net.py:Net", "other.safetensors", "--fail-on-change")
    assert failing.exit_code == 1


def test_a_spec_is_compared_by_its_parameters(tmp_path):
    shapes = {"C1.weight": (6, 1, 5, 5), "C1.bias": (6,), "C1.running_mean": (6,)}
    write_safetensors(tmp_path / "w.safetensors", shapes)
    told = json.loads(invoke("compare", "lenet5", tmp_path / "w.safetensors", "-f", "json").stdout)
    fitting = [each["name"] for each in told["tensors"] if not each["differs"]]
    assert fitting == ["C1.weight", "C1.bias"]
    assert len(told["tensors"]) == 10  # weights and biases of five layers


@pytest.mark.parametrize(
    "words",
    [("verify",), ("key",), ("table", "--device", "cpu"), ("table", "--train")],
)
def test_what_needs_the_network_is_refused(tmp_path, words):
    write_safetensors(tmp_path / "w.safetensors", {"a.weight": (2, 2)})
    result = invoke(words[0], tmp_path / "w.safetensors", *words[1:])
    assert result.exit_code == 2
    assert "hint: name the class or function that makes it, as in net.py:Net" in result.stderr


def test_parameters_are_explained_and_reconciled(tmp_path):
    write_safetensors(tmp_path / "w.safetensors", {"a.weight": (2, 3), "a.bias": (2,)})
    explained = invoke("explain", tmp_path / "w.safetensors", "a")
    assert "weight 2×3" in explained.stdout
    assert invoke("reconcile", tmp_path / "w.safetensors", "--value", "8").exit_code == 0


def test_of_many_tensors_those_that_differ_are_shown(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shapes = {f"layers.{number}.weight": (2, 2) for number in range(70)}
    write_safetensors(Path("a.safetensors"), shapes)
    write_safetensors(Path("b.safetensors"), {**shapes, "layers.7.weight": (2, 3)})
    told = invoke("compare", "a.safetensors", "b.safetensors").stdout
    assert told.splitlines()[1].split() == ["≠", "layers.7.weight", "2×2", "2×3"]
    assert told.splitlines()[-1] == "of 70 tensors 69 fit; 1 has another shape"
    whole = invoke("compare", "a.safetensors", "b.safetensors", "-f", "csv").stdout
    assert len(whole.splitlines()) == 71
