"""A network from a TOML file: checked and built without torch.

    name   = "paper-alexnet"
    title  = "AlexNet as in the paper"
    source = "Krizhevsky, Sutskever & Hinton (2012), section 3.5"
    input  = [3, 227, 227]
    layers = [
      { name = "conv1", kind = "conv2d", out_channels = 96, kernel_size = 11, stride = 4 },
      { name = "relu1", kind = "relu" },
    ]

A layer reads the one before it, unless it names what it reads: `inputs = ["relu1", "conv3"]`.
`extends = "paper-alexnet"` takes another spec's keys, and a table `[set]` changes settings of its
layers: `conv2.groups = 1`. `classifier` names the layer that has one output a class, if that is not
the last linear one. All that is wrong with a file is reported at once.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TypeAlias
from unicodedata import normalize

from archstat.errors import (
    INSTEAD,
    Problem,
    ShapeError,
    SpecError,
    did_you_mean,
    listed,
    shown,
    within,
)
from archstat.graph import INPUT, Graph, GraphBuilder
from archstat.layers import Layer, Shape, layer_kinds
from archstat.layers.base import LAYER_KEYS, StatedSizeError
from archstat.layers.naming import attribute_name
from archstat.layers.settings import whole_number
from archstat.layers.words import nearest
from archstat.models.spec.blocks import Entry, is_list_of_names
from archstat.record import record

MOST_AXES = 4
MOST_NAMED = 8  # names that a hint lists
LONGEST_NAME = 60

Settings: TypeAlias = Mapping[str, Mapping[str, object]]
"""Changes to layers: the layer's name, then the setting's name, then its value."""


@record
class Spec:
    """What a spec file says, each key checked by itself; `build` checks that it is a network.

    Attributes:
        file: The file as messages name it.
        layers: The layers' settings, `name`, `kind` and perhaps `inputs` among them.
        classifier: The layer with one output a class, if stated.
        lines: The lines of the layers by their numbers, if they stand in this very file; of
            one in a block, first where the block is used, then where the layer is written.
        blocks: The layers that stand in it several times, by the name of their block.
        modules: Which block the layers with a path are those of, by path.
    """

    file: str
    name: str
    title: str = ""
    source: str = ""
    input: Shape | None = None
    layers: tuple[Entry, ...] = ()
    classifier: str | None = None
    notes: tuple[str, ...] = ()
    lines: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    blocks: Mapping[str, Sequence[Entry]] = field(default_factory=dict)
    modules: Mapping[str, str] = field(default_factory=dict)


def input_shape(value: object) -> Shape:
    """Return the shape of an input, given as a list of sizes without the batch.

    Raises:
        ShapeError: It is not a list of one to four sizes.
    """
    if not isinstance(value, (list, tuple)) or not 1 <= len(value) <= MOST_AXES:
        raise ShapeError(
            f"must be a list of 1 to {MOST_AXES} sizes, got {shown(value)}",
            hint="channels, rows, columns: [3, 227, 227]",
        )
    return tuple(whole_number(size, 1) for size in value)


def with_settings(spec: Spec, settings: Settings) -> Spec:
    """Return the spec with settings of its layers changed.

    Raises:
        SpecError: There is no such layer; all problems are reported.
    """
    names = [str(entry.get("name")) for entry in spec.layers]
    problems = [
        Problem(
            f"there is no layer {name!r}",
            did_you_mean(name, names) or f"there are {listed(names, MOST_NAMED)}",
        )
        for name in settings
        if name not in names
    ]
    problems += [
        Problem(f"layer {name!r} cannot be renamed", "write a spec of its own")
        for name, changes in settings.items()
        if "name" in changes
    ]
    if problems:
        raise SpecError.of(problems)
    layers = tuple({**entry, **settings.get(str(entry.get("name")), {})} for entry in spec.layers)
    unchanged = {number for number, name in enumerate(names, 1) if name not in settings}
    lines = {number: line for number, line in spec.lines.items() if number in unchanged}
    return replace(spec, layers=layers, lines=lines)


def with_classes(spec: Spec, classes: int) -> Spec:
    """Return the spec for another number of classes.

    Raises:
        SpecError: No layer is known to have one output a class.
    """
    linear = [entry for entry in spec.layers if entry.get("kind") == "linear"]
    name = spec.classifier or (linear[-1].get("name") if linear else None)
    if name is None:
        raise SpecError(
            "has no linear layer, and names no classifier, whose outputs would be the classes",
            hint=f'write classifier = "conv10" into the spec, or use {INSTEAD}',
            instead={"settings": {"conv10": {"out_channels": classes}}},
        )
    kinds = {str(entry.get("name")): entry.get("kind") for entry in spec.layers}
    setting = "out_features" if kinds.get(str(name)) == "linear" else "out_channels"
    return with_settings(spec, {str(name): {setting: classes}})


MOST_PROBLEMS = 20
"""As many are told at once: nobody reads more, and each is compared with all names."""


def build(spec: Spec, *, input: Shape | None = None) -> Graph:  # noqa: A002  the field's word
    """Return the network that a spec describes.

    Args:
        spec: The spec.
        input: The shape of one example instead of the spec's own.

    Raises:
        SpecError: The layers do not make a network; all problems are reported.
    """
    with within(spec.file):
        shape = input or spec.input
        if shape is None:
            raise SpecError(
                "states no input size",
                hint=f"write input = [3, 227, 227] into it, or use {INSTEAD}",
                instead={"input": (3, 227, 227)},
            )
        try:
            builder = GraphBuilder(shape)
        except ShapeError as error:
            raise SpecError.of(error.problems) from None
        problems = list(islice(_Assembly(spec, builder).problems(), MOST_PROBLEMS + 1))
        if len(problems) > MOST_PROBLEMS:
            problems[-1] = Problem("there is more, which is told once these are repaired")
        if problems:
            raise SpecError.of(problems)
    graph = builder.build(spec.name, title=spec.title, source=spec.source, notes=spec.notes)
    return replace(graph, notes=(*graph.notes, *_unread(graph)), modules=spec.modules)


def layer_problems(spec: Spec) -> list[Problem]:
    """Return what is wrong with a spec's layers, as far as its input is known."""
    if spec.input is None:
        return []
    try:
        return list(islice(_Assembly(spec, GraphBuilder(spec.input)).problems(), MOST_PROBLEMS))
    except ShapeError:
        return []


@dataclass
class _Assembly:
    """The layers of a spec on their way into a graph.

    A layer with a problem is left out, and so, silently, are the layers that read it: whatever
    else is wrong with those would only follow.
    """

    spec: Spec
    builder: GraphBuilder
    built: set[str] = field(default_factory=lambda: {INPUT})
    seen: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    told: set[tuple[tuple[int, ...], str]] = field(default_factory=set)

    def problems(self) -> Iterator[Problem]:
        """Add all layers that can be added, and yield what is wrong with the others."""
        previous = INPUT
        for number, entry in enumerate(self.spec.layers, 1):
            name = entry.get("name")
            yield from self._at(entry, number, self._add(entry, previous))
            previous = name if isinstance(name, str) else f"layer {number}"

    def _at(self, entry: Entry, number: int, problems: Sequence[Problem]) -> Iterator[Problem]:
        """Yield problems with the line and the name of their layer in front."""
        name = entry.get("name")
        places: tuple[str, ...] = (f"layer {number}",)
        if isinstance(name, str):
            kind = entry.get("kind")
            is_known = isinstance(kind, str) and kind in layer_kinds()
            places = (f"layer {shown(name)}" + (f" ({kind})" if is_known else ""),)
            if number in self.spec.lines:
                lines = self.spec.lines[number]
                places = (" and ".join(f"line {line}" for line in lines), *places)
        for problem in problems:
            told = (self.spec.lines.get(number, ())[1:], problem.what)
            if told[0] and told in self.told:  # of another use of the block
                continue
            self.told.add(told)
            yield replace(problem, places=(*places, *problem.places))

    def _add(self, entry: Entry, previous: str) -> Sequence[Problem]:
        """Add one layer, or return what is wrong with it."""
        name = entry.get("name")
        path, _, last = name.rpartition(".") if isinstance(name, str) else ("", "", "")
        problems = _name_problems(last if path in self.spec.modules else name)
        attribute = attribute_name(str(name))
        if attribute in self.attributes:
            problems.append(Problem("the name is taken by an earlier layer", "names are unique"))
        inputs = entry.get("inputs", [previous])
        if not is_list_of_names(inputs):
            problems.append(
                Problem(
                    f"inputs must be a list of layer names, got {shown(inputs)}",
                    'write inputs = ["conv1", "relu2"]',
                )
            )
            inputs = ()
        unknown = [source for source in inputs if source not in self.seen | {INPUT, previous}]
        problems += [
            Problem(
                f"reads {shown(source)}, which is not a layer before it",
                did_you_mean(source, sorted(self.seen | {INPUT})),
            )
            for source in unknown
        ]
        self.seen.add(str(name))
        self.attributes.add(attribute)
        try:
            layer = _layer(entry)
        except ShapeError as error:
            return [*problems, *error.problems]
        if problems or not self.built.issuperset(inputs):
            return problems
        return self._connect(str(name), layer, inputs)

    def _connect(self, name: str, layer: Layer, inputs: Sequence[str]) -> Sequence[Problem]:
        try:
            self.builder.add(name, layer, inputs)
        except ShapeError as error:
            if isinstance(error, StatedSizeError):  # go on as if it had stated nothing
                with_inferred = dict.fromkeys(layer.inferred[:1])
                self._connect(name, replace(layer, **with_inferred), inputs)
            return error.problems
        self.built.add(name)
        return ()


def _name_problems(name: object) -> list[Problem]:
    """Return what keeps a name from being that of an attribute in Python code."""
    if name is None:
        return [Problem("'name' is missing", "every layer needs a name and a kind")]
    if not isinstance(name, str) or not name.isidentifier():
        return [
            Problem(
                f"name must be letters, digits and _, not a digit first, got {shown(name)}",
                "it becomes the name of the layer in Python code: l1_conv1 for l1.conv1",
            )
        ]
    reasons = {
        "is a word of Python's own": keyword.iskeyword(normalize("NFKC", name)),
        "begins with _, and torch keeps such names for itself": name.startswith("_"),
        f"is longer than {LONGEST_NAME} characters": len(name) > LONGEST_NAME,
        "stands for the input of the network": name == INPUT,
    }
    return [Problem(f"name {shown(name)} {reason}") for reason, holds in reasons.items() if holds]


def _layer(entry: Entry) -> Layer:
    """Return the layer of one entry.

    Raises:
        ShapeError: Its kind is unknown, or a setting is; all problems are reported.
    """
    kinds = layer_kinds()
    kind = entry.get("kind")
    if kind is None:
        misnamed = next((key for key in entry if nearest(key, ["kind"])), None)
        hint = 'write kind = "conv2d", for instance'
        raise ShapeError(
            "'kind' is missing", hint=f"write 'kind' for {misnamed!r}" if misnamed else hint
        )
    if not isinstance(kind, str) or kind not in kinds:
        raise ShapeError(
            f"unknown layer kind {shown(kind)}",
            hint=nearest(str(kind), list(kinds))
            or "kinds are conv2d, max_pool2d, relu, flatten, linear, …",
        )
    settings = {key: value for key, value in entry.items() if key not in LAYER_KEYS}
    return kinds[kind].from_settings(settings)


def _unread(graph: Graph) -> list[str]:
    """Return a note for every layer whose output nothing reads."""
    read = {source for node in graph.nodes for source in node.inputs}
    return [
        f"{node.name}: no layer reads its output; it is counted all the same"
        for node in graph.nodes[:-1]
        if node.name not in read
    ]
