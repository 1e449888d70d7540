"""A network as a PyTorch class that a student can read, run and change.

The text is formatted as black formats it, with its usual lines of 88 characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from keyword import iskeyword

from archstat.documents.letters import printable
from archstat.documents.source.statements import INDENT, Argument, assigned_call, assigned_operation
from archstat.graph import INPUT, Graph, Node
from archstat.layers.base import times
from archstat.layers.naming import (
    TorchChoice,
    TorchFunction,
    TorchModule,
    TorchOperator,
    attribute_name,
)

BODY = INDENT * 2
"""How far the statements of a method stand to the right."""


def pytorch_source(graph: Graph) -> str:
    """Return the source of a Python module that defines the network and, as a script, runs it."""
    name = class_name(graph.name)
    return "\n".join(
        [
            *_docstring(graph),
            "",
            "import torch",
            "from torch import nn",
            "",
            "",
            f"class {name}(nn.Module):",
            f'{INDENT}"""Takes batches of {times(graph.input_shape)}."""',
            "",
            f"{INDENT}def __init__(self) -> None:",
            f"{BODY}super().__init__()",
            *(line for node in graph.nodes for line in _construction(node)),
            "",
            f"{INDENT}def forward(self, x: torch.Tensor) -> torch.Tensor:",
            *_forward(graph),
            "",
            "",
            'if __name__ == "__main__":',
            f"{INDENT}model = {name}().eval()",
            f"{INDENT}output = model(torch.zeros({_values((1, *graph.input_shape))}))",
            f"{INDENT}params = sum(param.numel() for param in model.parameters())",
            f'{INDENT}print(f"{{params:,}} params, output {{tuple(output.shape)}}")',
            "",
        ]
    )


def class_name(name: str) -> str:
    """Return a name as a class is called.

    >>> class_name("paper-alexnet"), class_name("3d net")
    ('PaperAlexnet', 'Net3dNet')
    """
    words = re.findall(r"[^\W_]+", name)
    letters = "".join(word[0].upper() + word[1:] for word in words)
    joined = "".join(letter for letter in letters if f"N{letter}".isidentifier())  # not ²
    return joined if joined.isidentifier() and not iskeyword(joined) else f"Net{joined}"


def _docstring(graph: Graph) -> list[str]:
    lines = [f"{graph.name}: {graph.title}" if graph.title else f"{graph.name}."]
    if graph.source:
        lines += ["", f"Source: {graph.source}"]
    texts = [_harmless(line) for line in lines]
    return [f'"""{texts[0]}"""'] if len(texts) == 1 else [f'"""{texts[0]}', *texts[1:], '"""']


def _harmless(text: str) -> str:
    """Return a text on one line that cannot end a docstring."""
    return " ".join(printable(text).split()).replace("\\", "/").replace('"', "'")


def _construction(node: Node) -> Iterator[str]:
    call = node.layer.torch_call(node.in_shape)
    if isinstance(call, TorchModule):
        arguments = [*map(_value, call.positional), *_keywords(call.keywords)]
        target = f"self.{attribute_name(node.name)}"
        yield from assigned_call(target, f"nn.{call.name}", arguments, indent=BODY)


def _forward(graph: Graph) -> Iterator[str]:
    """Yield the body of `forward`: one variable for a chain, one a layer for branches."""
    previous = (INPUT, *(node.name for node in graph.nodes))
    is_chain = all(
        node.inputs == (before,) for node, before in zip(graph.nodes, previous, strict=False)
    )
    variables = {INPUT: "x"} | {
        node.name: "x" if is_chain else _variable_name(node.name) for node in graph.nodes
    }
    for node in graph.nodes:
        inputs = [variables[name] for name in node.inputs]
        target = variables[node.name]
        match node.layer.torch_call(node.in_shape):
            case TorchModule():
                function = f"self.{attribute_name(node.name)}"
                yield from assigned_call(target, function, inputs, indent=BODY)
            case TorchOperator(symbol):
                yield from assigned_operation(target, symbol, inputs, indent=BODY)
            case TorchFunction(name, keywords):
                joined: list[Argument] = [tuple(inputs), *_keywords(keywords)]
                yield from assigned_call(target, f"torch.{name}", joined, indent=BODY)
            case TorchChoice(channels):
                places: list[Argument] = [":", tuple(map(str, channels))]
                yield from assigned_call(
                    target, inputs[0], places, indent=BODY, brackets=("[", "]")
                )
    yield f"{BODY}return {variables[graph.nodes[-1].name]}"


def _variable_name(name: str) -> str:
    """Return the variable of a layer's output; two layers never have the same."""
    is_taken = name.rstrip("_") in {"self", "torch", "nn", "x"}
    return f"{name}_" if is_taken else name.replace(".", "_")


def _keywords(keywords: Mapping[str, object]) -> list[str]:
    return [f"{key}={_value(value)}" for key, value in keywords.items()]


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return f"({_values(value)})" if len(value) > 1 else f"({_values(value)},)"
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _values(values: Sequence[object]) -> str:
    return ", ".join(map(_value, values))
