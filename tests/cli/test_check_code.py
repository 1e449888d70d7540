"""`archstat check net.py:Net`: code that is handed in, held against what is asked for."""

from __future__ import annotations

import json

import pytest

from archstat.cli.homework import submitted
from archstat.homework.grading.submitted.describing import answer
from archstat.homework.grading.submitted.sandbox import Sandbox
from tests.cli.running import assert_refused, invoke, start

pytest.importorskip("torch")

SPEC = """\
name   = "asked"
input  = [4, 16, 16]
layers = [
  { name = "conv1", kind = "conv2d", out_channels = 8, kernel_size = 3, padding = 1 },
  { name = "relu1", kind = "relu" },
  { name = "pool1", kind = "max_pool2d", kernel_size = 3, stride = 2 },
  { name = "conv2", kind = "conv2d", out_channels = 16, kernel_size = 3, groups = 2 },
  { name = "relu2", kind = "relu" },
  { name = "flat",  kind = "flatten" },
  { name = "fc",    kind = "linear", out_features = 10 },
]
"""
CODE = """\
from torch import nn

def make(conv1, pool, conv2, inputs, *more):
    return nn.Sequential(conv1, nn.ReLU(), pool, conv2, nn.ReLU(), *more, nn.Flatten(),
                         nn.Linear(inputs, 10))

def right():
    return make(nn.Conv2d(4, 8, 3, padding=1), nn.MaxPool2d(3, 2),
                nn.Conv2d(8, 16, 3, groups=2), 400)

def careless():
    return make(nn.Conv2d(4, 8, 3), nn.MaxPool2d(3), nn.Conv2d(8, 12, 3), 48)

def longer():
    return make(nn.Conv2d(4, 8, 3, padding=1), nn.MaxPool2d(3, 2),
                nn.Conv2d(8, 16, 3, groups=2), 64, nn.MaxPool2d(2))

def one_stage():
    return nn.Sequential(nn.Conv2d(1, 6, 5), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(1176, 10))

class Sized(nn.Module):
    def __init__(self, outputs):
        super().__init__()
        self.net = right()
        self.net[-1] = nn.Linear(400, outputs)
    def forward(self, x):
        return self.net(x)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with a network that is asked for, and code."""
    root = tmp_path_factory.mktemp("code")
    (root / "asked.toml").write_text(SPEC, encoding="utf-8")
    (root / "net.py").write_text(CODE, encoding="utf-8")
    return root


@pytest.fixture
def in_this_process(monkeypatch):
    """Let submitted code be run by us: to start PyTorch again takes seconds."""

    async def said_of(sandbox, model):
        return answer(sandbox.command[-1], model, submitted._said)

    monkeypatch.setattr(Sandbox, "said_of", said_of)


@pytest.fixture
def check(folder, in_this_process):  # noqa: ARG001  a fixture
    """Return a function that checks a network of the code."""

    def run(name, *words):
        return invoke(
            "check", f"{folder / 'net.py'}:{name}", "--against", folder / "asked.toml", *words
        )

    return run


def records(result):
    found = json.loads(result.stdout)["records"]
    return [(row["own"], row["asked"], row["words"]) for row in found]


def test_the_network_that_is_asked_for_is_right(check):
    result = check("right")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "there is no difference that changes a number" in result.stdout
    assert "5 of 5 layers are as in asked" in result.stdout


def test_what_differs_is_named_without_the_right_number(check):
    result = check("careless", "--format", "json")
    assert result.exit_code == 1
    assert records(result) == [
        ("0", "conv1", "the padding is left out"),
        ("2", "pool1", "the stride is 3, and another is asked for"),
        ("3", "conv2", "the groups are left out: every filter sees all channels of its input"),
        ("3", "conv2", "the number of filters is 12, and another is asked for"),
    ]
    assert json.loads(result.stdout)["same"] == 2  # flatten and the linear layer


def test_the_right_numbers_are_told_at_the_level_full(check):
    text = check("careless", "--feedback", "full", "--format", "csv").stdout
    assert "0,conv1,the padding is left out,padding is stated for both sides at once" in text
    assert [line.rpartition(",")[2] for line in text.splitlines()[1:]] == ["1", "2", "2", "16"]


def test_a_layer_too_many_is_named(check):
    assert records(check("longer", "--format", "json")) == [
        ("5", None, "this layer is one too many (max pool)")
    ]


@pytest.mark.usefixtures("in_this_process")
def test_layers_are_held_against_those_that_are_most_like_them(folder):
    # the first stage of LeNet-5 and its last layer, as they are asked for
    result = invoke("check", f"{folder / 'net.py'}:one_stage", "--against", "lenet5", "-f", "json")
    missing = [(asked, words) for own, asked, words in records(result) if own is None and asked]
    assert missing == [
        ("C3", "there is no such layer (conv)"),
        ("S4", "there is no such layer (avg pool)"),
        ("C5", "there is no such layer (linear)"),
        ("F6", "there is no such layer (linear)"),
    ]
    assert len(records(result)) == len(missing) + 1  # and the activations


def test_only_the_share_is_told_at_the_level_score(check):
    text = check("careless", "--feedback", "score").stdout
    assert "2 of 5 layers are as in asked" in text
    assert "padding" not in text


def test_a_class_may_be_given_its_arguments(check):
    result = check("Sized", "--submitted-arg", "outputs=10")
    assert (result.exit_code, result.stderr) == (0, "")
    other = check("Sized", "--submitted-arg", "outputs=12", "--format", "json")
    assert records(other) == [
        ("net.6", "fc", "the number of outputs is 12, and another is asked for")
    ]


def test_the_hint_names_the_option_for_what_was_handed_in(check):
    assert check("Sized").stderr.splitlines()[1:] == [
        "  hint: state its arguments: --submitted-arg outputs=10"
    ]


@pytest.mark.usefixtures("in_this_process")
def test_code_in_a_notebook_is_compared_likewise(folder):
    cells = [{"cell_type": "code", "source": CODE, "outputs": [], "metadata": {}}]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (folder / "net.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    result = invoke("check", f"{folder / 'net.ipynb'}:careless", "--against", folder / "asked.toml")
    assert result.exit_code == 1
    assert "2 of 5 layers are as in asked" in result.stdout


@pytest.mark.parametrize("word", ["--submitted-arg=a=1", "--timeout=9"])
def test_what_is_about_code_is_refused_beside_a_sheet(folder, word):
    (folder / "sheet.md").write_text("| layer | weights |\n|--|--|\n| conv1 | 1 |\n", "utf-8")
    result = invoke("check", folder / "sheet.md", "--against", "lenet5", word)
    option = word.split("=")[0]
    assert result.exit_code == 2
    assert f"{option} is about submitted code, and FILE is a sheet" in result.stderr


CRASHES = """\
from torch import nn

class LeNet(nn.Module):
    inputs = 400
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 6, 5), nn.Conv2d(6, 16, 5)
        self.pool, self.flat = nn.AvgPool2d(2), nn.Flatten()
        self.fc1, self.fc2 = nn.Linear(self.inputs, 120), nn.Linear(120, 84)
    def features(self, x):
        return self.pool(self.conv2(self.pool(self.conv1(x).tanh())).tanh())
    def forward(self, x):
        return self.fc2(self.fc1(self.flat(self.features(x))).tanh())

class Sized(LeNet):
    inputs = 256

class Unflattened(LeNet):
    def forward(self, x):
        return self.fc2(self.fc1(self.features(x)))

class Misspelt(LeNet):
    def forward(self, x):
        return self.conv3(self.conv1(x))

def careless():
    return nn.Sequential(nn.Conv2d(1, 6, 5, padding=2), nn.AvgPool2d(2), nn.Conv2d(8, 16, 5))
"""


STOPS = "the forward pass stops"
ANOTHER = "and it is given another number"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "same", "told"),
    [
        ("Sized", 5, [("fc1", "C5", f"{STOPS} here: in_features is 256, {ANOTHER}")]),
        ("Unflattened", 4, [
            (None, "flatten", "the map is not flattened before the linear layers"),
            ("fc1", "C5", f"{STOPS}: expects 400 features, but is given a map of 16×5×5 = 400"),
        ]),
        ("Misspelt", 0, [
            (None, None, f"{STOPS}: AttributeError: 'Misspelt' object has no attribute 'conv3'"),
        ]),
        ("careless", 1, [
            ("0", "C1", "the padding is 2, and another is asked for"),
            ("2", "C3", f"{STOPS} here: in_channels is 8, {ANOTHER}"),
        ]),
    ],
)  # fmt: skip
def test_of_code_that_crashes_is_compared_what_ran_before(name, same, told, folder):
    (folder / "crashes.py").write_text(CRASHES, encoding="utf-8")
    code = f"{folder / 'crashes.py'}:{name}"
    result = invoke("check", code, "--against", "lenet5", "-f", "json")
    assert (result.exit_code, result.stderr) == (1, "")
    assert records(result) == told
    said = json.loads(result.stdout)
    assert (said["same"], said["asked"], said["stops"]) == (same, 8, True)


# What follows is run as it is for a user: in a process of its own.

FORGED = '{"schema": 1, "layers": []}'
ENDS = "import os; os._exit(0)"
SAYS = "import os; os.write(1, b'All right, 5 of 5'); os._exit(0)"
LIES = (
    "import gc, os\n"
    f"for one in range(3, 20):\n    try: os.write(one, b'{FORGED}')\n    except OSError: pass\n"
    "os._exit(0)"
)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "said"),
    [
        pytest.param(ENDS, "describes no network", id="ends"),
        pytest.param(SAYS, "describes no network", id="says that it is right"),
        pytest.param("while True: pass", "takes more than 4 s", id="is endless"),
        pytest.param("import time; time.sleep(99)", "takes more than 4 s", id="sleeps"),
        pytest.param("raise SystemExit(0)", "calls sys.exit(0)", id="exits"),
        pytest.param("import os; os.abort()", "gives no answer", id="dies"),
    ],
)
def test_code_that_gives_no_answer_is_never_right(tmp_path, code, said):
    path = tmp_path / "net.py"
    body = "\n".join(f"    {line}" for line in code.splitlines())
    path.write_text(f"from torch import nn\ndef Net():\n{body}\n", encoding="utf-8")
    words = ("--against", "lenet5", "--timeout", "4")
    done = start("check", f"{path}:Net", *words)
    assert (done.returncode, done.stdout) == (2, b"")
    assert said in done.stderr.decode()
    assert done.stderr.startswith(b"error: ")
    assert b"net.py:Net" in done.stderr


@pytest.mark.slow
def test_code_that_describes_nothing_is_not_right(tmp_path):
    path = tmp_path / "net.py"
    body = "\n".join(f"    {line}" for line in LIES.splitlines())
    path.write_text(f"def Net():\n{body}\n", encoding="utf-8")
    done = start("check", f"{path}:Net", "--against", "lenet5")
    assert done.returncode in {1, 2}
    assert b"there is no difference" not in done.stdout


@pytest.mark.slow
def test_right_code_is_right_in_a_process_of_its_own(folder):
    done = start("check", "net.py:right", "--against", "asked.toml", cwd=folder)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"5 of 5 layers are as in asked" in done.stdout


@pytest.mark.slow
def test_why_a_class_cannot_be_made_is_told_as_everywhere(folder):
    done = start("check", "net.py:Sized", "--against", "asked.toml", cwd=folder)
    assert done.returncode == 2
    assert done.stderr.decode().splitlines()[1:] == [
        "  hint: state its arguments: --submitted-arg outputs=10"
    ]


def test_submitted_code_is_not_overwritten(folder):
    file = folder / "net.py"
    words = ["check", f"{file}:right", "--against", folder / "asked.toml", "-f", "json"]
    assert_refused(
        invoke(*words, "-o", file), f"error: -o {str(file)!r} would overwrite the code itself"
    )
    assert file.read_text(encoding="utf-8") == CODE
