"""Files that are there and are no MODEL argument: what they are, and what to name instead."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

from archstat.errors import UsageError, shown

A_CLASS = "name the class or function that makes it, as in net.py:Net"
A_SPEC = "a spec is a file that ends in .toml"
ANY = f"{A_SPEC}; {A_CLASS}"

KERAS = "is a Keras model", "export it: model.export('net.onnx', format='onnx')"
TENSORFLOW = "is a TensorFlow model", "convert it: python -m tf2onnx.convert --help"
EXPORT = "export the model that it was made from to .onnx"
SETTINGS = "holds settings, and no network", ANY
PICTURE = "is a picture", "a network is drawn from a MODEL, and not read from a picture"
DOCUMENT = "is a document, and no network", "marking reads it: 'archstat check SHEET'"
SHEET = "is a table, and no network", "marking reads it: 'archstat check SHEET'"
ARCHIVE = "is an archive", "unpack it, and name the file inside"
DATA = "holds data, and no network", "as an input of a model it goes with --input-file"

SUFFIXES: Mapping[str, tuple[str, str]] = {
    ".h5": KERAS,
    ".hdf5": KERAS,
    ".keras": KERAS,
    ".pb": TENSORFLOW,
    ".meta": TENSORFLOW,
    ".tflite": ("is a TensorFlow Lite model", "convert it: python -m tf2onnx.convert --help"),
    ".ggml": ("is a model of llama.cpp", "use hf/FOLDER with the config.json that it was made of"),
    ".msgpack": ("holds the parameters of a Flax model", "save them as .npz or .safetensors"),
    ".mlmodel": ("is a Core ML model", EXPORT),
    ".mlpackage": ("is a Core ML model", EXPORT),
    ".engine": ("is a TensorRT engine, made for one device", EXPORT),
    ".trt": ("is a TensorRT engine, made for one device", EXPORT),
    ".xml": ("is no model that is read here, such as one of OpenVINO", EXPORT),
    ".mar": ("is an archive of TorchServe", "unpack it, and name the class in it"),
    ".prototxt": ("is a Caffe network", "write it as a spec: 'archstat show paper-alexnet'"),
    ".caffemodel": ("holds the parameters of a Caffe network", "write it as a spec, .toml"),
    ".params": ("holds the parameters of an MXNet model", EXPORT),
    ".pdparams": ("holds the parameters of a PaddlePaddle model", EXPORT),
    ".pdmodel": ("is a PaddlePaddle model", EXPORT),
    ".pkl": ("is a pickle, which would run code", "torch.save(model.state_dict(), 'net.pt')"),
    ".pickle": ("is a pickle, which would run code", "torch.save(model.state_dict(), 'net.pt')"),
    ".joblib": ("is a pickle, which would run code", "torch.save(model.state_dict(), 'net.pt')"),
    ".npy": DATA,
    ".mat": DATA,
    **dict.fromkeys((".json", ".yaml", ".yml", ".ini", ".cfg"), SETTINGS),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".svg", ".tiff"), PICTURE),
    **dict.fromkeys((".pdf", ".docx", ".odt", ".tex", ".html", ".md"), DOCUMENT),
    **dict.fromkeys((".csv", ".tsv", ".xlsx", ".ods"), SHEET),
    **dict.fromkeys((".zip", ".tar", ".gz", ".tgz", ".7z", ".rar", ".bz2", ".xz"), ARCHIVE),
}
"""What a file is that ends so, and what to do."""

PYTHON = ("class ", "def ", "import ", "from ")


def refuse_stranger(argument: str) -> None:
    """Say what a file or folder is that is there and is no model.

    Raises:
        UsageError: There is such a file.
    """
    path = Path(argument)
    try:
        if not argument or not path.exists():
            return
    except (OSError, ValueError):  # a name that no file can have
        return
    if path.is_dir():
        raise _refusal_of_folder(path, argument)
    if not path.is_file():
        raise UsageError(f"{shown(argument)} is not an ordinary file", hint=ANY)
    if is_torchscript(path):
        raise torchscript_refusal(argument)
    what, hint = SUFFIXES.get(path.suffix.lower()) or _by_content(path)
    raise UsageError(f"{shown(argument)} {what}", hint=hint)


def _refusal_of_folder(path: Path, argument: str) -> UsageError:
    """Return what to say of a folder: of what it holds, the file that is a model."""
    name = argument.rstrip("/")
    for pattern in ("config.json", "model_index.json"):
        if (path / pattern).is_file():
            return UsageError(f"{shown(argument)} is a folder", hint=f"name it as hf/{name}")
    if (path / "saved_model.pb").is_file():
        return UsageError(f"{shown(argument)} {TENSORFLOW[0]}", hint=TENSORFLOW[1])
    for pattern in ("*.index.json", "*.onnx", "*.safetensors", "*.pt2", "*.toml", "*.pt", "*.pth"):
        if found := sorted(path.glob(pattern)):
            return UsageError(f"{shown(argument)} is a folder", hint=f"name the file: {found[0]}")
    return UsageError(f"{shown(argument)} is a folder", hint=A_SPEC)


def _by_content(path: Path) -> tuple[str, str]:
    """Return what a file is whose ending says nothing."""
    try:
        with path.open("rb") as file:
            start = file.read(2048)
    except OSError as error:
        return f"cannot be read: {error.strerror}", ANY
    if start.startswith(b"GGUF"):
        return "is a model of llama.cpp", "let its name end in .gguf"
    if start.startswith(b"\x89HDF"):
        return KERAS
    if start.startswith(b"PK"):
        return ARCHIVE
    text = start.decode("utf-8", errors="replace")
    if any(line.startswith(PYTHON) for line in text.splitlines()):
        return "is no model, but looks like Python", "let its name end in .py, as in net.py:Net"
    return "is no model", ANY


def is_torchscript(path: Path) -> bool:
    """Return whether a file is what `torch.jit.save` writes: an archive with code in it."""
    if not path.is_file() or not zipfile.is_zipfile(path):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return any("/code/" in name for name in archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, OverflowError, ValueError):  # a damaged one
        return False


def torchscript_refusal(name: str) -> UsageError:
    """Return the error for a file of TorchScript."""
    return UsageError(f"{shown(name)} is TorchScript, which hides its layers", hint=A_CLASS)
