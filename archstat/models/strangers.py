"""Files that are there and are no MODEL argument: what they are, and what to name instead."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

from archstat.errors import UsageError, shown

A_CLASS = "name the class or function that makes it, as in net.py:Net"
A_SPEC = "a spec is a file that ends in .toml"

WEIGHTS = "holds parameters, and not the network that they belong to", A_CLASS
KERAS = "is a Keras model", "export it: model.export('net.onnx', format='onnx')"
TENSORFLOW = "is a TensorFlow model", "convert it: python -m tf2onnx.convert …"

SUFFIXES: Mapping[str, tuple[str, str]] = {
    ".bin": WEIGHTS,
    ".ckpt": WEIGHTS,
    ".h5": KERAS,
    ".keras": KERAS,
    ".npz": WEIGHTS,
    ".pb": TENSORFLOW,
    ".pt": WEIGHTS,
    ".pth": WEIGHTS,
    ".safetensors": WEIGHTS,
    ".tflite": TENSORFLOW,
    ".prototxt": ("is a Caffe network", "write it as a spec: 'archstat show paper-alexnet'"),
}
"""What a file is that ends so, and what to do."""


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
        raise UsageError(f"{shown(argument)} is a folder", hint=A_SPEC)
    what, hint = SUFFIXES.get(path.suffix.lower(), ("is no model", f"{A_SPEC}; {A_CLASS}"))
    if is_torchscript(path):
        what, hint = "is TorchScript, which hides its layers", A_CLASS
    raise UsageError(f"{shown(argument)} {what}", hint=hint)


def is_torchscript(path: Path) -> bool:
    """Return whether a file is what `torch.jit.save` writes: an archive with code in it."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return any("/code/" in name for name in archive.namelist())
