"""Classes that torch cannot make a network of, write-ups that did not run, and what is said."""

from __future__ import annotations

import pytest

from tests.cli.running import invoke

pytest.importorskip("torch")


def written(folder, text):
    """Return the name of a file that holds a text behind the imports, and line 5 first."""
    file = folder / "net.py"
    head = "import torch\nfrom torch import nn\n\n\n"
    file.write_text(head + text, encoding="utf-8")
    return file


def said(folder, text, *words):
    """Return what is printed to stderr about the class Net in a file with this text."""
    file = written(folder, text)
    result = invoke("table", f"{file}:Net", *(words or ("--input", "3x8x8")))
    assert (result.stdout, result.exit_code) == ("", 2)
    return result.stderr.replace(f"{file}:Net", "net.py").replace(str(file), "net.py")


def test_a_class_without_forward(tmp_path):
    assert said(tmp_path, "class Net(nn.Module):\n    pass\n") == (
        "error: net.py: class Net has no method 'forward'\n"
        "  hint: define forward(self, x) in the class, level with __init__\n"
    )


def test_a_class_whose_forward_is_misspelt(tmp_path):
    assert said(tmp_path, "class Net(nn.Module):\n    def foward(self, x):\n        pass\n") == (
        "error: net.py: class Net has no method 'forward'\n  hint: rename its 'foward'\n"
    )


def test_a_class_whose_constructor_is_misspelt(tmp_path):
    text = """\
class Net(nn.Module):
    def _init_(self):
        super()._init_()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x):
        return self.conv(x)
"""
    assert said(tmp_path, text) == (
        "error: net.py: the forward pass fails: AttributeError: 'Net' object has no attribute "
        "'conv'\n  hint: rename _init_ to __init__ (net.py, line 11: return self.conv(x))\n"
    )


def test_a_forward_without_self(tmp_path):
    assert said(tmp_path, "class Net(nn.Module):\n    def forward(x):\n        return x\n") == (
        "error: net.py: forward() cannot be called: too many positional arguments\n"
        "  hint: it takes none; the first argument of a method is self\n"
    )


def test_a_module_that_returns_nothing(tmp_path):
    text = """\
class Block(nn.Module):
    def forward(self, x):
        x + 1

class Net(nn.Sequential):
    def __init__(self):
        super().__init__(Block(), nn.Conv2d(3, 4, 3))
"""
    file = written(tmp_path, text)
    assert invoke("table", f"{file}:Net", "--input", "3x8x8").stderr == (
        f"error: {file}:Net: module '1' (Conv2d): is given None, no tensor\n"
        "  hint: forward of '0' returns None: is its return missing?\n"
    )


BUILD = """\
class Net(nn.Module):
    def __init__(self):
        {line}
"""


@pytest.mark.parametrize(
    ("line", "error", "hint"),
    [
        pytest.param(
            "self.norm = nn.BatchNorm2d()",
            "TypeError: _BatchNorm.__init__() missing 1 required positional argument: "
            "'num_features'",
            "write nn.BatchNorm2d(num_features)",
            id="an argument missing",
        ),
        pytest.param(
            "self.conv = nn.Conv2d(96, 256, kernel_size=5, stride=1, pad=2)",
            "TypeError: Conv2d.__init__() got an unexpected keyword argument 'pad'",
            "did you mean 'padding'?",
            id="an argument misspelt",
        ),
        pytest.param(
            "self.conv = nn.Conv2D(3, 8, 3)",
            "AttributeError: module 'torch.nn' has no attribute 'Conv2D'",
            "did you mean 'Conv2d'?",
            id="a class misspelt",
        ),
        pytest.param(
            "self.net = nn.Sequential(nn.Linear(8, 4), nn.ReLU)",
            "TypeError: torch.nn.modules.activation.ReLU is not a Module subclass",
            "write ReLU(), with brackets",
            id="a class for a module",
        ),
        pytest.param(
            "self.net = nn.Sequential(nn.ReLU()); self.net[0].bias.fill_(1)",
            "AttributeError: 'ReLU' object has no attribute 'bias'",
            "'net.0' is a ReLU",
            id="a layer without a bias",
        ),
        pytest.param(
            "self.fc = nn.Linear(8, n_classes)",
            "NameError: name 'n_classes' is not defined",
            None,
            id="a name that nobody defined",
        ),
    ],
)
def test_a_constructor_that_fails_shows_its_line_and_what_to_write(tmp_path, line, error, hint):
    printed = said(tmp_path, BUILD.format(line=f"super().__init__(); {line}")).splitlines()
    assert printed[:3] == [
        "error: net.py fails:",
        '  File "net.py", line 7, in __init__',
        f"    super().__init__(); {line}",
    ]
    assert [text for text in printed[3:] if "^" not in text] == [
        error,
        *([f"  hint: {hint}"] if hint else []),
    ]


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (
            "self.conv = nn.Conv2d(3, 8, 3)",
            "AttributeError: cannot assign module before Module.__init__() call",
        ),
        (
            "super.__init__()",
            "TypeError: descriptor '__init__' of 'super' object needs an argument",
        ),
    ],
)
def test_a_constructor_without_that_of_its_parent(tmp_path, line, error):
    printed = said(tmp_path, BUILD.format(line=line)).splitlines()
    assert printed[-2:] == [error, "  hint: call super().__init__() first in Net.__init__"]


# Networks of published write-ups, as they were before their authors had found the mistake.

WRITE_UPS = """\
def features(*between):
    return nn.Sequential(
        nn.Conv2d(3, 96, kernel_size=11, stride=4), nn.ReLU(),
        *between, nn.MaxPool2d(3, stride=2),
        nn.Conv2d(96, 256, kernel_size=5, padding=2), nn.ReLU(),
        *between, nn.MaxPool2d(3, stride=2),
        nn.Conv2d(256, 384, kernel_size=3, padding=1), nn.ReLU(),
        nn.Conv2d(384, 384, kernel_size=3, padding=1), nn.ReLU(),
        nn.Conv2d(384, 256, kernel_size=3, padding=1), nn.ReLU(), nn.MaxPool2d(3, stride=2),
    )


class NotFlattened(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = features(nn.LocalResponseNorm(size=5, alpha=0.0001, beta=0.75, k=2))
        self.fc1 = nn.Sequential(nn.Dropout(), nn.Linear(6 * 6 * 256, 4096), nn.ReLU())

    def forward(self, x):
        return self.fc1(self.conv(x))


class WrongProduct(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = features(nn.LocalResponseNorm(size=5, alpha=0.0001, beta=0.75, k=2))
        self.fc = nn.Sequential(nn.Dropout(0.5, inplace=True), nn.Linear(384 * 6 * 6, 4096))

    def forward(self, x):
        x = self.conv(x)
        x = x.view(-1, 256 * 6 * 6)  # flatten
        return self.fc(x)


class NoArgument(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = features(nn.BatchNorm2d())
"""


@pytest.mark.parametrize(
    ("name", "size", "message"),
    [
        (
            "NotFlattened",
            227,
            (
                "module 'fc1.1' (Linear): expects 9216 features, "
                "but is given a map of 256×6×6 = 9216\n"
                "  hint: put torch.flatten(x, 1), or nn.Flatten(), before it\n"
            ),
        ),
        (
            "NotFlattened",
            224,
            (
                "module 'fc1.1' (Linear): expects 9216 features, "
                "but is given a map of 256×5×5 = 6400\n"
                "  hint: the map is 5×5 here, and 6×6 for an input of 3×227×227; "
                "put torch.flatten(x, 1), or nn.Flatten(), before it, "
                "and write nn.Linear(6400, 4096)\n"
            ),
        ),
        (
            "WrongProduct",
            227,
            (
                "module 'fc.1' (Linear): states in_features = 13824 = 384·6·6, "
                "but is given 9216 = 256·6·6\n"
                "  hint: 'conv.12' turned 384 channels into 256; write nn.Linear(9216, 4096)\n"
            ),
        ),
    ],
)
def test_the_mistake_of_a_write_up_is_found(tmp_path, name, size, message):
    file = written(tmp_path, WRITE_UPS)
    result = invoke("table", f"{file}:{name}", "--input", f"3x{size}x{size}")
    assert (result.exit_code, result.stderr) == (2, f"error: {file}:{name}: {message}")


def test_the_norm_without_an_argument_of_a_write_up_is_found(tmp_path):
    file = written(tmp_path, WRITE_UPS)
    result = invoke("table", f"{file}:NoArgument", "--input", "3x227x227")
    assert result.stderr.splitlines()[2:] == [
        "    self.conv = features(nn.BatchNorm2d())",
        "                         ^^^^^^^^^^^^^^^^",
        "TypeError: _BatchNorm.__init__() missing 1 required positional argument: 'num_features'",
        "  hint: write nn.BatchNorm2d(num_features)",
    ]


def test_a_broken_constructor_prints_once(tmp_path):
    printed = said(tmp_path, BUILD.format(line="print('made'); super().__init__(); nn.Conv2d(3)"))
    assert printed.count("made\n") == 1
