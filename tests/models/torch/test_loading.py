"""PyTorch models by name: from files, modules and torchvision."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path
from types import ModuleType

import pytest
import torch
from torch import nn

from archstat.errors import UsageError
from archstat.models.torch.loading.construction import parameters_on_meta
from archstat.models.torch.loading.named import load_source

NET = """
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self, classes=10):
            super().__init__()
            self.fc = nn.Linear(8, classes)

        def forward(self, x):
            return self.fc(x)
"""


@pytest.fixture
def file(tmp_path, monkeypatch):
    """Return a function that writes a Python file, and returns its name."""
    monkeypatch.chdir(tmp_path)

    def write(text, name="net.py"):
        (tmp_path / name).write_text(textwrap.dedent(text), encoding="utf-8")
        return name

    return write


def assert_refused(model, message, arguments=None, *, run_file=False):
    with pytest.raises(UsageError) as caught:
        load_source(model, arguments or {}, run_file=run_file)
    assert str(caught.value) == message


def test_a_class_in_a_file(file):
    source = load_source(f"{file(NET)}:Net", {})
    assert (source.name, source.model.fc.out_features) == ("net.py:Net", 10)


def test_the_only_class_of_a_file_needs_no_name(file):
    assert load_source(file(NET), {}).model.fc.out_features == 10


def test_constructor_arguments(file):
    assert load_source(f"{file(NET)}:Net", {"classes": 3}).model.fc.out_features == 3


def test_a_factory_function(file):
    name = file(NET + "\n    def make(n):\n        return Net(n)\n")
    assert load_source(f"{name}:make", {"n": 4}).model.fc.out_features == 4


def test_a_model_that_is_there_already(file):
    name = file(NET + "\n    model = Net(5)\n")
    source = load_source(f"{name}:model", {})
    assert (source.model.fc.out_features, source.make) == (5, None)


def test_a_file_may_import_its_neighbours(file):
    file("SIZE = 6", "sizes.py")
    name = file(NET + "\n    import sizes\n    model = Net(sizes.SIZE)\n")
    assert load_source(f"{name}:model", {}).model.fc.out_features == 6
    assert "sizes" not in sys.modules


def test_an_object_of_a_module():
    assert isinstance(load_source("torch.nn:ReLU", {}).model, nn.ReLU)


def test_nothing_is_allocated(file):
    assert load_source(f"{file(NET)}:Net", {}).model.fc.weight.is_meta


def test_a_class_that_reads_values_has_its_parameters_on_meta_all_the_same(file):
    name = file(
        NET.replace("super().__init__()", "super().__init__(); self.n = torch.ones(3).sum().item()")
    )
    model = load_source(f"{name}:Net", {}).model
    assert (model.n, model.fc.weight.is_meta) == (3.0, True)


def test_the_hook_that_moves_parameters_is_taken_away():
    with parameters_on_meta():
        assert nn.Linear(2, 2).weight.is_meta
    assert not nn.Linear(2, 2).weight.is_meta


def test_the_random_state_stays(file):
    name = file(NET)
    before = torch.random.get_rng_state()
    load_source(f"{name}:Net", {}).make()
    assert torch.equal(before, torch.random.get_rng_state())


def test_what_a_file_prints_goes_to_stderr(file, capsys):
    load_source(f"{file(NET + '    print(1)')}:Net", {}, run_file=True)
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "1\n")


def test_a_missing_file():
    assert_refused("nowhere.py:Net", "there is no file 'nowhere.py'")


def test_a_file_that_is_nearly_there(file):
    file(NET, "homework.py")
    assert_refused(
        "homewrok.py:Net", "there is no file 'homewrok.py'\n  hint: did you mean 'homework.py'?"
    )


def test_a_module_of_the_folder_that_one_is_in(file):
    file(NET, "my_networks.py")
    assert load_source("my_networks:Net", {}).model.fc.out_features == 10
    sys.modules.pop("my_networks")


def test_a_missing_name(file):
    assert_refused(f"{file(NET)}:Nett", "net.py has no 'Nett'\n  hint: did you mean 'Net'?")


def test_several_classes_and_no_name(file):
    name = file(NET + "\n    class Other(Net):\n        pass\n")
    assert_refused(
        name, "net.py defines 2 nn.Module classes\n  hint: say which: net.py:Net, net.py:Other"
    )


def test_no_class(file):
    assert_refused(
        file("x = 1"),
        "net.py defines no nn.Module classes\n  hint: name a function or a model: file.py:name",
    )


def test_something_that_is_no_model(file):
    assert_refused(f"{file('x = 1')}:x", "net.py:x is neither a model nor what makes one: 1")


def test_a_function_that_makes_no_model(file):
    assert_refused(
        f"{file('def make(): return 1')}:make", "net.py:make makes 1, which is not an nn.Module"
    )


def test_a_missing_argument(file):
    assert_refused(
        f"{file('def make(n): return n')}:make",
        "net.py:make(n) cannot be called: missing a required argument: 'n'\n"
        "  hint: state its arguments: arguments={'n': 10}",
    )


def test_a_misspelt_argument(file):
    assert_refused(
        f"{file(NET)}:Net",
        "net.py:Net(classes) takes no 'clases'\n  hint: did you mean 'classes'?",
        {"clases": 3},
    )


def test_arguments_for_a_model_that_is_there_already(file):
    assert_refused(
        f"{file(NET + '    model = Net()')}:model",
        "arguments: net.py:model is a model already; arguments go with a class or a function",
        {"classes": 3},
    )


def test_a_file_that_exits(file):
    assert_refused(
        f"{file('import sys; sys.exit(3)')}:Net",
        "net.py calls sys.exit(3) while it is imported or built\n"
        '  hint: put what a script does under if __name__ == "__main__":',
        run_file=True,
    )


def test_a_file_that_reads_arguments_reads_none_of_ours(file, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["archstat", "table", "net.py"])
    text = "import sys\nfrom torch import nn\nmodel = nn.Linear(len(sys.argv), len(sys.argv[0]))"
    model = load_source(f"{file(text)}:model", {}).model
    assert (model.in_features, model.out_features) == (1, len("net.py"))
    assert sys.argv == ["archstat", "table", "net.py"]


def test_a_file_that_needs_arguments(file, capsys):
    text = "from argparse import ArgumentParser\np = ArgumentParser()\np.add_argument('data')\n"
    assert_refused(
        f"{file(text + 'p.parse_args()')}:Net",
        "net.py calls sys.exit(2) while it is imported or built\n"
        '  hint: put what a script does under if __name__ == "__main__":',
        run_file=True,
    )
    assert capsys.readouterr().err.endswith("the following arguments are required: data\n")


@pytest.mark.parametrize(
    ("line", "error", "hint"),
    [
        (
            "from .blocks import Block",
            "ImportError: attempted relative import with no known parent package",
            "name it by its package: package.module:Net",
        ),
        (
            "from torch.nn import Conv2D",
            f"ImportError: cannot import name 'Conv2D' from 'torch.nn' ({nn.__file__})",
            "did you mean 'Conv2d'?",
        ),
    ],
)
def test_an_import_that_fails_says_what_to_write(file, line, error, hint):
    assert_refused(
        f"{file(line + chr(10) + 'Net = ' + line.split()[-1])}:Net",
        f'net.py fails:\n  File "{Path("net.py").resolve()}", line 1, in <module>\n    {line}\n'
        f"{error}\n  hint: {hint}",
    )


def test_a_file_that_is_no_python_shows_where(file):
    with pytest.raises(UsageError) as caught:
        load_source(f"{file('x = (1')}:Net", {})
    assert str(caught.value).splitlines()[2:] == [
        "    x = (1",
        "        ^",
        "SyntaxError: '(' was never closed",
    ]


def test_a_file_that_needs_a_package(file):
    assert_refused(
        f"{file('import no_such_package')}:Net",
        "net.py needs no_such_package, which is not installed",
        run_file=True,
    )


def test_a_file_that_fails_shows_its_own_traceback_and_none_of_ours(file):
    with pytest.raises(UsageError) as caught:
        load_source(f"{file('def f(): raise KeyError(7)' + chr(10) + 'Net = f()')}:Net", {})
    text = str(caught.value)
    assert text.startswith("net.py fails:\n")
    assert text.endswith("KeyError: 7")
    assert text.count("File ") == 2
    assert "archstat" not in text


def test_a_wrong_name_of_torchvision():
    with pytest.raises(UsageError, match="torchvision has no model 'resnet51'"):
        load_source("torchvision/resnet51", {})


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("resnet18", (3, 224, 224)),
        ("inception_v3", (3, 299, 299)),  # its published accuracy is that at 299
        ("r3d_18", (3, 16, 112, 112)),
    ],
)
def test_torchvision_says_for_which_input_a_model_is_published(name, shape):
    source = load_source(f"torchvision/{name}", {})
    assert source.input == shape
    assert next(source.model.parameters()).is_meta


def test_no_weights_are_loaded_for_a_backbone():
    source = load_source("torchvision/fcn_resnet50", {})
    assert next(source.model.parameters()).is_meta


def test_torchvision_takes_arguments():
    assert load_source("torchvision/resnet18", {"num_classes": 7}).model.fc.out_features == 7


# Files beside each other


@pytest.fixture
def twins(tmp_path, monkeypatch):
    """Work in a folder with two files that each have another `blocks.py` beside them."""
    monkeypatch.chdir(tmp_path)
    net = "from blocks import WIDTH\n" + textwrap.dedent(NET)
    for folder, width in (("a", 8), ("b", 64)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "blocks.py").write_text(f"WIDTH = {width}")
        (tmp_path / folder / "net.py").write_text(net.replace("classes=10", "classes=WIDTH"))


@pytest.mark.usefixtures("twins")
def test_each_file_imports_its_own_neighbours():
    widths = [load_source(f"{folder}/net.py:Net", {}).model.fc.out_features for folder in "aba"]
    assert widths == [8, 64, 8]
    assert not {"blocks", "net"} & set(sys.modules)


@pytest.mark.usefixtures("twins")
def test_what_the_user_has_imported_stays(monkeypatch):
    mine = ModuleType("blocks")
    mine.__file__ = str(Path("a/blocks.py").resolve())
    monkeypatch.setitem(sys.modules, "blocks", mine)
    assert load_source("b/net.py:Net", {}).model.fc.out_features == 64
    assert sys.modules["blocks"] is mine


def test_a_neighbour_may_be_imported_late(file):
    file("WIDTH = 6", "late_sizes.py")
    text = NET.replace("super()", "from late_sizes import WIDTH; classes = WIDTH; super()")
    source = load_source(f"{file(text)}:Net", {})
    assert source.make().fc.out_features == 6
    assert "late_sizes" not in sys.modules


# Constructors that need values


def test_a_constructor_that_fails_on_meta_is_said_to_run_again(file):
    text = NET.replace("super()", "torch.ones(3).sum().item(); super()")
    source = load_source(f"{file(text)}:Net", {})
    (note,) = source.notes
    assert note.startswith("built a second time, with values: its constructor fails on meta (")
    assert source.model.fc.weight.is_meta


@pytest.mark.parametrize(
    "line",
    [
        "float(self.fc.weight.mean())",
        "self.fc.weight.detach().numpy()",
        "self.to('cpu')",
        "assert not self.fc.weight.isnan().any()",
    ],
)
def test_a_constructor_that_reads_its_parameters_is_given_values(file, line):
    text = NET.replace("nn.Linear(8, classes)", f"nn.Linear(8, classes); {line}")
    source = load_source(f"{file(text)}:Net", {})
    (note,) = source.notes
    # 8·10 weights and 10 biases of 4 bytes
    assert note.startswith("built with values, 360 bytes of parameters or more: its constructor ")
    assert sum(p.numel() for p in source.model.parameters()) == 90
