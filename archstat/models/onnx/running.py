"""An exported model, run by onnxruntime: the shape of every tensor that it makes."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import onnx
from onnx import helper

from archstat.errors import TraceError
from archstat.models.onnx.file import Dims, Exported

FOLDER_OF_VALUES = "session.model_external_initializers_file_folder_path"
SILENT = 4  # onnxruntime's level of messages: fatal ones alone


def shapes_when_run(path: str, model: Exported) -> Mapping[str, Dims]:
    """Return the shape of every tensor that the model of a file makes, for inputs of zeros.

    Raises:
        TraceError: onnxruntime cannot run it.
    """
    runtime: Any = importlib.import_module("onnxruntime")
    loaded = onnx.load(path, load_external_data=False)
    for each in loaded.graph.input:
        if each.name in model.inputs:
            kind = each.type.tensor_type.elem_type
            shape = model.inputs[each.name]
            each.CopyFrom(helper.make_tensor_value_info(each.name, kind, shape))
    own = {each.name for each in loaded.graph.output}
    for name in dict.fromkeys(name for node in loaded.graph.node for name in node.output):
        if name and name not in own:
            loaded.graph.output.append(helper.make_empty_tensor_value_info(name))
    options = runtime.SessionOptions()
    options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = SILENT
    options.add_session_config_entry(FOLDER_OF_VALUES, str(Path(path).resolve().parent))
    try:
        session = runtime.InferenceSession(
            loaded.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        inputs = {each.name: _zeros(each, model) for each in session.get_inputs()}
        names = [each.name for each in session.get_outputs()]
        return {
            name: tuple(value.shape)
            for name, value in zip(names, session.run(names, inputs), strict=True)
            if hasattr(value, "shape")
        }
    except Exception as error:  # noqa: BLE001  it has errors of its own
        first, _, _ = str(error).strip().partition("\n")
        raise TraceError(f"onnxruntime cannot run it: {first[:200]}") from None


def _zeros(given: Any, model: Exported) -> Any:
    """Return an input of zeros, of the type that onnxruntime names: tensor(float)."""
    kind = TYPES.get(given.type.removeprefix("tensor(").rstrip(")"), "float32")
    numpy: Any = importlib.import_module("numpy")
    return numpy.zeros(model.inputs[given.name], kind)


TYPES: Mapping[str, str] = {"float": "float32", "double": "float64", "bfloat16": "float32",
    **{name: name for name in ("float16", "int64", "int32", "int16", "int8", "uint8", "bool")},
}  # fmt: skip
"""What numpy calls the types of onnxruntime."""
