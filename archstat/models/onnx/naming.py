"""Names of operators as the modules were called that they were exported from."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from archstat.models.onnx.file import Exported

AGAIN = re.compile(r"_\d+$")
ENDINGS = ("weight", "weight_quantized", "bias")

FUSED = {"Conv", "ConvTranspose", "Gemm"}
"""Operators into which a norm behind them may be folded; they are called as their weights are.

All others are called as their module is: numbers that are equal to another's may have its name.
"""

SCOPES = "pkg.torch.onnx.name_scopes"
"""Where torch's newer exporter notes the modules inside of which an operator was."""


def names_of(model: Exported) -> list[str]:
    """Return a name for each operator: its module's, if that is told and it is alone in it."""
    paths = [_path(node, model) for node in model.nodes]
    count = Counter(path for path in paths if path)
    holding = {path[:end] for path in count for end in range(len(path)) if path[end] == "."}
    return [
        _name(str(node.op_type).lower(), path, count, holding)
        for node, path in zip(model.nodes, paths, strict=True)
    ]


def _name(kind: str, path: str, count: Counter[str], holding: set[str]) -> str:
    if not path:
        return kind
    once = AGAIN.sub("", path)  # a module that is called once more
    whole = once if once in count else path
    return whole if count[path] == 1 and path not in holding else f"{whole}.{kind}"


def _path(node: Any, model: Exported) -> str:
    """Return the path of the module that an operator belongs to; empty if nothing tells it."""
    told = {each.key: each.value for each in node.metadata_props}
    path = last_module(told.get(SCOPES, ""))
    if path and node.op_type not in FUSED:
        return path
    for name in map(str, node.input):
        module, _, last = name.rpartition(".")
        if name in model.stored and module and last in ENDINGS and "::" not in name:
            return module
    return path or scope(str(node.name))


def last_module(scopes: str) -> str:
    """Return the path of the innermost module of those that torch names in an operator's notes.

    >>> last_module("['', 'block', 'block.attn', 'linear']"), last_module("")
    ('block.attn', '')
    """
    *modules, _ = re.findall(r"'([^']*)'", scopes) or [""]
    return modules[-1] if modules else ""


def scope(name: str) -> str:
    """Return the path of a module, as torch writes it into the name of an operator.

    >>> scope("/layer1/layer1.0/relu/Relu"), scope("node_Conv_12"), scope("/Add")
    ('layer1.0.relu', '', '')
    >>> scope("/features/features.1/block/block.0/block.0.0/Conv")
    'features.1.block.0.0'
    """
    parts = name.split("/")
    if len(parts) < 3 or parts[0]:  # noqa: PLR2004  a slash before, and an operator behind
        return ""
    path = last = ""
    for part in parts[1:-1]:
        if last and part.startswith(f"{last}."):  # which is said once more
            path = path[: -len(last)] + part
        else:
            path = f"{path}.{part}".lstrip(".")
        last = part
    return path
