"""The MODEL argument: which front end understands it, and what is said where none does."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from archstat.errors import ArchstatError, UsageError
from archstat.models.argument import find_formulas, find_model, front_ends
from archstat.models.question import Question

SPEC = """
input = [3, 8, 8]
layers = [{ name = "relu", kind = "relu" }]
"""


def assert_refused(error: type[ArchstatError], call: Callable[[], object], message: str) -> None:
    """Check the class of the error in which a call ends, and all of its text."""
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == message


def answer(model):
    """Return the graph of a model that is known by formula."""
    return find_formulas(model).formulas(Question())


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("argument", "kind"),
    [
        ("paper-alexnet", "a spec"),
        ("nets/my-net.toml", "a spec"),
        ("torchvision/resnet50", "a PyTorch model"),
        ("timm/vit_tiny_patch16_224", "a PyTorch model"),
        ("homework.py", "a PyTorch model"),
        ("homework.py:AlexNet", "a PyTorch model"),
        ("package.module:attr", "a PyTorch model"),
    ],
)
def test_each_form_has_one_front_end(argument, kind):
    assert find_model(argument).kind == kind
    assert [each.kind for each in front_ends() if each.matches(argument)] == [kind]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("papr-alexnet", "there is no model 'papr-alexnet'\n  hint: did you mean 'paper-alexnet'?"),
        (
            "Paper-AlexNet",
            "there is no model 'Paper-AlexNet'\n  hint: did you mean 'paper-alexnet'?",
        ),
        ("vgg", "there is no model 'vgg'\n  hint: did you mean 'vgg11' or 'vgg16' or 'vgg19'?"),
        ("vgg-16", "there is no model 'vgg-16'\n  hint: did you mean 'vgg16'?"),
        ("vgg16.toml", "there is no file 'vgg16.toml'\n  hint: did you mean 'vgg16'?"),
        ("zzz.toml", "there is no file 'zzz.toml'"),
        (
            "nosuchnet",
            (
                "there is no model 'nosuchnet'\n"
                "  hint: 'archstat list' shows the catalogue; a spec file ends in .toml"
            ),
        ),
        (
            "",
            (
                "there is no model ''\n"
                "  hint: 'archstat list' shows the catalogue; a spec file ends in .toml"
            ),
        ),
        (
            "a\0b",
            (
                "there is no model 'a\\x00b'\n"
                "  hint: 'archstat list' shows the catalogue; a spec file ends in .toml"
            ),
        ),
        (
            "x" * 5000,
            (
                f"there is no model '{'x' * 59}…\n"
                "  hint: 'archstat list' shows the catalogue; a spec file ends in .toml"
            ),
        ),
        (
            "torchvision/resnet50",
            (
                "'torchvision/resnet50' is a PyTorch model, and this works on specs\n"
                "  hint: 'archstat table' and archstat.analyze take both"
            ),
        ),
        (
            "homework.py:AlexNet",
            (
                "'homework.py:AlexNet' is a PyTorch model, and this works on specs\n"
                "  hint: 'archstat table' and archstat.analyze take both"
            ),
        ),
        (
            "homework.py",
            (
                "'homework.py' is a PyTorch model, and this works on specs\n"
                "  hint: 'archstat table' and archstat.analyze take both"
            ),
        ),
    ],
    ids=lambda value: value[:20] if "no " not in value else "",
)
def test_what_is_no_model_is_refused(model, message):
    assert_refused(UsageError, lambda: answer(model), message)


@pytest.mark.usefixtures("folder")
def test_alexnet_is_any_of_several():
    with pytest.raises(UsageError, match="'paper-alexnet'") as caught:
        answer("alexnet")
    assert "'torchvision-alexnet'" in str(caught.value)


@pytest.mark.usefixtures("folder")
def test_a_file_without_its_ending_is_recognized():
    Path("net.toml").write_text(SPEC, encoding="utf-8")
    message = "there is no model 'net'\n  hint: did you mean 'net.toml'?"
    assert_refused(UsageError, lambda: answer("net"), message)


FOLDER = "'nets' is a folder\n  hint: a spec is a file that ends in .toml"
CONVERT = "python -m tf2onnx.convert --help"
A_CLASS = "name the class or function that makes it, as in net.py:Net"


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("net.tflite", f"is a TensorFlow Lite model\n  hint: convert it: {CONVERT}"),
        ("net.pb", f"is a TensorFlow model\n  hint: convert it: {CONVERT}"),
        ("net.csv", "is a table, and no network\n  hint: marking reads it: 'archstat check SHEET'"),
        ("net.zip", "is an archive\n  hint: unpack it, and name the file inside"),
        (
            "net.png",
            "is a picture\n  hint: a network is drawn from a MODEL, and not read from a picture",
        ),
        (
            "net.keras",
            "is a Keras model\n  hint: export it: model.export('net.onnx', format='onnx')",
        ),
        ("net.xyz", f"is no model\n  hint: a spec is a file that ends in .toml; {A_CLASS}"),
    ],
)
def test_a_file_that_is_no_model_is_told_what_it_is(name, words):
    Path(name).write_bytes(b"")
    assert_refused(UsageError, lambda: find_model(name), f"{name!r} {words}")


@pytest.mark.usefixtures("folder")
def test_a_folder_is_told_to_be_one():
    Path("nets").mkdir()
    assert_refused(UsageError, lambda: find_model("nets"), FOLDER)
    Path("nets/a.onnx").touch()
    words = "'nets' is a folder\n  hint: name the file: nets/a.onnx"
    assert_refused(UsageError, lambda: find_model("nets"), words)
    Path("nets/config.json").touch()
    words = "'nets' is a folder\n  hint: name it as hf/nets"
    assert_refused(UsageError, lambda: find_model("nets"), words)


@pytest.mark.usefixtures("folder")
def test_a_file_without_an_ending_is_told_by_its_beginning():
    for start, words in (
        (b"GGUF\x03", "'net' is a model of llama.cpp"),
        (b"import torch\n", "'net' is no model, but looks like Python"),
    ):
        Path("net").write_bytes(start)
        with pytest.raises(UsageError, match=words):
            find_model("net")


@pytest.mark.usefixtures("folder")
def test_torchscript_is_told_from_a_checkpoint():
    with zipfile.ZipFile("net.pt", "w") as archive:
        archive.writestr("net/code/__torch__/net.py", "class Net: pass")
    words = f"'net.pt' is TorchScript, which hides its layers\n  hint: {A_CLASS}"
    assert_refused(UsageError, lambda: find_model("net.pt").graph(Question()), words)
