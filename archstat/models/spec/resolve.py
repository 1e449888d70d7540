"""Networks by the name of their spec, and what may be changed about them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import field, replace
from pathlib import Path

from archstat.errors import ArchstatError, ShapeError, UsageError, did_you_mean, shown, within
from archstat.graph import Graph
from archstat.layers.base import Shape
from archstat.layers.settings import whole_number
from archstat.models.spec.build import (
    Settings,
    Spec,
    build,
    input_shape,
    with_classes,
    with_settings,
)
from archstat.models.spec.catalogue import catalogue
from archstat.models.spec.file import load_spec, mode_of
from archstat.record import record


@record
class Variant:
    """What to change about a network before it is looked at.

    Attributes:
        input: The shape of one example, without the batch.
        classes: The number of outputs of the classifier.
        settings: Settings of layers, by the layer's name.
    """

    input: Shape | None = None
    classes: int | None = None
    settings: Settings = field(default_factory=dict)


def resolve(model: str, variant: Variant | None = None) -> Graph:
    """Return the network that a MODEL argument stands for.

    Raises:
        UsageError: There is no such model.
        SpecError: Its spec has problems; all are reported.
    """
    variant = variant or Variant()
    spec = find_spec(model)
    if variant.input is not None and spec.input is not None:
        require_order(variant.input, spec.input)
    with within(spec.file):
        spec = with_settings(spec, variant.settings)
        if variant.classes is not None:
            spec = with_classes(spec, variant.classes)
    return build(spec, input=variant.input)


def require_order(given: Shape, usual: Shape) -> None:
    """Check that an input has its channels first and no batch, going by what is usual.

    Raises:
        UsageError: It looks as if it had not.
    """
    written = "x".join(map(str, given))
    if len(given) == len(usual) > 1 and given[0] != usual[0] == given[-1]:
        meant = "x".join(map(str, (given[-1], *given[:-1])))
        raise UsageError(
            f"--input {written} has {given[0]} channels, and the network takes {usual[0]}",
            hint=f"channels come first: --input {meant}",
        )
    if len(given) == len(usual) + 1 and given[1] == usual[0]:
        example = "x".join(map(str, given[1:]))
        raise UsageError(
            f"--input {written} has an axis too many",
            hint=f"it is the shape of one example: --input {example} --batch {given[0]}",
        )


def find_spec(model: str) -> Spec:
    """Return the spec of the catalogue that has this name, or that of a TOML file.

    Raises:
        UsageError: It is neither.
        SpecError: The file is not a spec.
    """
    known = catalogue()
    if model in known:  # its lines tell nothing to whoever did not write it
        return replace(load_spec(known[model], catalogue=known), lines={})
    if not model.endswith(".toml"):
        raise UsageError(
            f"{shown(model)} is no spec", hint="a spec is a name of the catalogue or a .toml file"
        )
    if not mode_of(Path(model)):
        hint = did_you_mean(Path(model).stem, list(known))
        raise UsageError(f"there is no file {shown(model)}", hint=hint)
    return load_spec(Path(model), catalogue=known)


def spec_text(model: str) -> str:
    """Return the text of the spec that a MODEL argument names, once it is known to be good.

    Raises:
        UsageError: It names none.
        SpecError: The file is not a spec.
    """
    find_spec(model)
    return catalogue().get(model, Path(model)).read_text(encoding="utf-8-sig")


def parse_input(text: str) -> Shape:
    """Return the shape that `--input` states.

    Raises:
        UsageError: It is not channels, rows and columns (or fewer axes), joined by x.

    >>> parse_input("3x227x227")
    (3, 227, 227)
    """
    parts = re.split(r"[xX×*,]", text.strip())
    if not all(re.fullmatch(r"\s*-?\d{1,18}\s*", part) for part in parts):
        raise UsageError(f"--input {shown(text)} is not a shape", hint="write --input 3x227x227")
    sizes = [int(part) for part in parts]
    try:
        return input_shape(sizes)
    except ShapeError as error:
        raise UsageError.of(error.within(f"--input {text}").problems) from None


def parse_settings(assignments: Sequence[str]) -> Settings:
    """Return the changes that `--set layer.key=value` options state.

    Raises:
        UsageError: One has another form.

    >>> parse_settings(["conv2.groups=1", "conv1.kernel_size=[11, 7]"])
    {'conv2': {'groups': 1}, 'conv1': {'kernel_size': [11, 7]}}
    """
    changes: dict[str, dict[str, object]] = {}
    for assignment in assignments:
        target, equals, text = assignment.partition("=")
        layer, dot, key = (part.strip() for part in target.partition("."))
        if not (equals and dot and layer and key and text.strip()):
            raise UsageError(
                f"--set {shown(assignment)} does not say what to change",
                hint="write --set layer.key=value, as in --set conv2.groups=1",
            )
        changes.setdefault(layer, {})[key] = parse_value(text.strip())
    return changes


def parse_value(text: str) -> object:
    """Return a value as TOML reads it; a bare word is a text."""
    try:
        document = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    return document["value"] if len(document) == 1 else text


def positive(value: int, option: str) -> int:
    """Return the value of an option that must be a whole number from 1 on.

    Raises:
        ArchstatError: It is smaller, or absurdly large.
    """
    try:
        return whole_number(value, 1)
    except ArchstatError as error:
        raise error.within(option) from None
