"""Blocks of a spec: layers that are written once and stand in a network several times.

    blocks.separable = [
      { name = "depthwise", kind = "conv2d", kernel_size = 3, padding = 1 },
      { name = "pointwise", kind = "conv2d", kernel_size = 1 },
    ]
    layers = [
      { name = ["a.1", "a.2"], block = "separable", depthwise.out_channels = 32 },
    ]

An entry with `block` stands for the block's layers, once for each of its names; they are called
`a.1.depthwise` and so on. Its other keys change settings of the layers that they name. In a block
`"input"` is what the block reads; elsewhere the block's name stands for its last layer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, TypeGuard

from archstat.errors import Problem, did_you_mean, shown
from archstat.graph import INPUT
from archstat.record import record

Entry: TypeAlias = Mapping[str, object]
"""What a spec says about a layer, or about layers that a block stands for."""

BLOCK_KEYS = ("name", "block", "inputs")
"""What an entry with a block says apart from changes to its layers."""

PATH = re.compile(r"[^\W\d]\w*(\.\w+)*")
LONGEST_PATH = 40


@record
class Placed:
    """A layer of a network, and where it was written.

    Attributes:
        entry: The layer's settings, with its full name.
        number: The number of the entry that it stands in.
        within: The block and the number of the layer in it, if it is one of a block.
    """

    entry: Entry
    number: int
    within: tuple[str, int] | None = None


def layer_count(entries: Sequence[Entry], blocks: Mapping[str, Sequence[Entry]]) -> int:
    """Return how many layers entries stand for."""
    return sum(
        len(blocks.get(str(entry["block"]), ())) * len(names_of(entry)) if "block" in entry else 1
        for entry in entries
    )


def names_of(entry: Entry) -> Sequence[object]:
    """Return the names of the layer, or of the layers, that an entry stands for."""
    name = entry.get("name")
    return name if isinstance(name, list) and name else [name]


@dataclass
class Expansion:
    """The layers that entries and blocks stand for.

    Attributes:
        layers: All layers, in their order.
        modules: The block that each path is one of.
        problems: What is wrong with the entries that have a block, each with its entry's number.
    """

    entries: Sequence[Entry]
    blocks: Mapping[str, Sequence[Entry]]
    layers: list[Placed] = field(default_factory=list)
    modules: dict[str, str] = field(default_factory=dict)
    problems: list[tuple[int, Problem]] = field(default_factory=list)
    _ends: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for number, entry in enumerate(self.entries, 1):
            if "block" not in entry:
                if _name(entry) in self.modules:
                    what = f"the name {shown(entry['name'])} is taken by a block"
                    self.problems.append((number, Problem(what, "names are unique")))
                self.layers.append(Placed(self._reading(entry), number))
                continue
            found = [*self._entry_problems(entry)]
            self.problems += ((number, problem) for problem in found)
            if not found:
                for name in names_of(entry):
                    self._add(str(name), entry, number)

    def _entry_problems(self, entry: Entry) -> Iterator[Problem]:
        """Yield what is wrong with an entry that has a block."""
        name = entry["block"]
        for each in names_of(entry):
            if not isinstance(each, str) or not PATH.fullmatch(each) or len(each) > LONGEST_PATH:
                yield Problem(
                    f"a block's name must be letters, digits and _, perhaps with dots, got "
                    f"{shown(each)}",
                    'write name = "layer1.0", or a list of such names',
                )
            elif each in self.modules or names_of(entry).count(each) > 1:
                yield Problem(f"the name {shown(each)} is taken by another block")
        if not isinstance(name, str) or name not in self.blocks:
            hint = did_you_mean(str(name), list(self.blocks))
            yield Problem(f"there is no block {shown(name)}", hint or "write it under blocks")
            return
        own = [*map(_name, self.blocks[name])]
        for key, change in entry.items():
            if key in BLOCK_KEYS:
                continue
            if key not in own:
                what = f"block {name!r} has no layer {shown(key)}"
                yield Problem(what, did_you_mean(key, own) or f"it has {', '.join(own)}")
            elif not isinstance(change, dict) or "name" in change:
                what = f"{key} must be settings of the block's layer, got {shown(change)}"
                yield Problem(what, f"write {key} = {{ out_channels = 64 }}, for instance")
        if "inputs" in entry and not is_list_of_names(entry["inputs"]):
            yield Problem(
                f"inputs must be a list of layer names, got {shown(entry['inputs'])}",
                'write inputs = ["conv1", "relu2"]',
            )

    def _add(self, path: str, entry: Entry, number: int) -> None:
        """Add the layers of one block under a path."""
        block = str(entry["block"])
        before = str(self.layers[-1].entry.get("name")) if self.layers else INPUT
        given = self._reading(entry).get("inputs", [before])
        names = {name: [f"{path}.{name}"] for name in map(_name, self.blocks[block])}
        names[INPUT] = list(given) if is_list_of_names(given) else []
        self.modules[path] = block
        for place, written in enumerate(self.blocks[block], 1):
            changes = entry.get(_name(written), {})
            layer = {**written, **(changes if isinstance(changes, dict) else {})}
            if place == 1:
                layer.setdefault("inputs", [INPUT])
            name = layer.get("name")
            layer["name"] = f"{path}.{name}" if isinstance(name, str) else name
            self.layers.append(Placed(self._reading(layer, names), number, (block, place)))
        self._ends[path] = str(self.layers[-1].entry["name"])

    def _reading(self, entry: Entry, names: Mapping[str, Sequence[str]] | None = None) -> Entry:
        """Return an entry whose inputs are full names; a block's name is that of its last layer."""
        inputs = entry.get("inputs")
        if not is_list_of_names(inputs):
            return entry
        known = names or {}
        read = (known.get(name, [self._ends.get(name, name)]) for name in inputs)
        return {**entry, "inputs": [name for several in read for name in several]}


def _name(entry: Entry) -> str:
    return str(entry.get("name"))


def is_list_of_names(value: object) -> TypeGuard[Sequence[str]]:
    """Return whether a value is what `inputs` must be."""
    return (
        isinstance(value, (list, tuple))
        and bool(value)
        and all(isinstance(name, str) for name in value)
    )
