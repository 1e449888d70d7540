"""An operator where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from onnx import defs, helper

from archstat.errors import UsageError
from archstat.models.onnx.file import STANDARD, Dims, Exported

HINT = "export the model again: onnx.checker refuses it, too"


@dataclass(frozen=True)
class Use:
    """An operator where it stands, with the shapes that it works on, batch included.

    Attributes:
        inputs: The names of its inputs; empty where one is left out.
        data: Those that come from the network's input.
    """

    node: Any
    model: Exported
    inputs: Sequence[str]
    data: Sequence[str]

    @property
    def given(self) -> Dims:
        """The shape of the first input that is data."""
        return self.model.dims[self.data[0]]

    @property
    def out(self) -> Dims:
        """The shape of the first output."""
        return self.model.dims[self.node.output[0]]

    def stated(self, name: str, default: Any = None) -> Any:
        """Return an attribute."""
        for attribute in self.node.attribute:
            if attribute.name == name:
                value = helper.get_attribute_value(attribute)
                return value.decode() if isinstance(value, bytes) else value
        return default

    def shape(self, number: int) -> Dims | None:
        """Return the shape of an input by its number, if it is there and known."""
        name = self.inputs[number] if number < len(self.inputs) else ""
        return self.model.dims.get(name)

    def has(self, number: int) -> bool:
        """Return whether an input is there."""
        return number < len(self.inputs) and bool(self.inputs[number])


def is_standard(node: Any) -> bool:
    """Return whether an operator is of ONNX's own domain."""
    return node.domain in STANDARD


def require_attributes(node: Any, opset: int) -> None:
    """Check that an operator states what ONNX says that it must, each in its form.

    Raises:
        UsageError: It does not.
    """
    if not is_standard(node) or not defs.has(node.op_type, opset, ""):
        return
    forms = {attribute.name: attribute.type for attribute in node.attribute}
    for name, known in defs.get_schema(node.op_type, opset, "").attributes.items():
        if known.required and name not in forms:
            raise UsageError(f"{node.op_type} does not state its {name}", hint=HINT)
        if name in forms and forms[name] != known.type.value:
            raise UsageError(f"{node.op_type} states its {name} in another form", hint=HINT)
