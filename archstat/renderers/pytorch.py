"""A network as a PyTorch class that a student can read, run and change.

The text is formatted as black formats it, with its usual lines of 88 characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from keyword import iskeyword

from archstat.graph import INPUT, Graph, Node
from archstat.layers.base import TorchFunction, TorchModule, TorchOperator, times
from archstat.layers.naming import attribute_name

LINE_LENGTH = 88
INDENT = " " * 4


def render(graph: Graph) -> str:
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
            f"{INDENT * 2}super().__init__()",
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
    joined = "".join(word[0].upper() + word[1:] for word in words)
    return joined if joined.isidentifier() and not iskeyword(joined) else f"Net{joined}"


def _docstring(graph: Graph) -> list[str]:
    lines = [f"{graph.name}: {graph.title}" if graph.title else f"{graph.name}."]
    if graph.source:
        lines += ["", f"Source: {graph.source}"]
    texts = [_harmless(line) for line in lines]
    return [f'"""{texts[0]}"""'] if len(texts) == 1 else [f'"""{texts[0]}', *texts[1:], '"""']


def _harmless(text: str) -> str:
    """Return a text on one line that cannot end a docstring."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(printable.split()).replace("\\", "/").replace('"', "'")


def _construction(node: Node) -> Iterator[str]:
    call = node.layer.torch_call(node.in_shape)
    if isinstance(call, TorchModule):
        arguments = [*map(_value, call.positional)]
        arguments += [f"{key}={_value(value)}" for key, value in call.keywords.items()]
        yield from _statement(f"self.{attribute_name(node.name)} = nn.{call.name}", arguments)


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
        call = node.layer.torch_call(node.in_shape)
        target = f"{variables[node.name]} = "
        match call:
            case TorchModule():
                yield from _statement(f"{target}self.{attribute_name(node.name)}", inputs)
            case TorchOperator():
                yield f"{INDENT * 2}{target}{f' {call.symbol} '.join(inputs)}"
            case TorchFunction():
                keywords = [f"{key}={_value(value)}" for key, value in call.keywords.items()]
                yield from _statement(
                    f"{target}torch.{call.name}", [f"[{', '.join(inputs)}]", *keywords]
                )
    yield f"{INDENT * 2}return {variables[graph.nodes[-1].name]}"


def _variable_name(name: str) -> str:
    return f"{name}_" if name in {"self", "torch", "nn", "x"} else name


def _statement(function: str, arguments: Sequence[str]) -> list[str]:
    """Return a call in the body of a method, broken as black breaks it."""
    indent = INDENT * 2
    one_line = f"{indent}{function}({', '.join(arguments)})"
    if len(one_line) <= LINE_LENGTH or not arguments:
        return [one_line]
    inner = f"{indent}{INDENT}{', '.join(arguments)}"
    if len(inner) <= LINE_LENGTH:
        return [f"{indent}{function}(", inner, f"{indent})"]
    return [
        f"{indent}{function}(",
        *(f"{indent}{INDENT}{argument}," for argument in arguments),
        f"{indent})",
    ]


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return f"({_values(value)})" if len(value) > 1 else f"({_values(value)},)"
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _values(values: Sequence[object]) -> str:
    return ", ".join(map(_value, values))
