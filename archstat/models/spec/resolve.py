"""Networks by the name of their spec, and what may be changed about them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import field, replace
from pathlib import Path

from archstat.errors import ArchstatError, SpecError, UsageError, did_you_mean, shown, within
from archstat.graph import Graph
from archstat.layers.base import Shape, times
from archstat.layers.settings import whole_number
from archstat.models.inputs import InputSpec, fitted, reading
from archstat.models.spec.build import (
    Settings,
    Spec,
    build,
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
    with within(spec.file):
        spec = with_settings(spec, variant.settings)
        if variant.classes is not None:
            spec = with_classes(spec, variant.classes)
    if variant.input is None:
        return build(spec)
    given = InputSpec(variant.input)
    read = given if spec.input is None else fitted(given, spec.input)
    graph = build(spec, input=read.shape)
    notes = (*reading([given], [read]), *_other_parameters(graph, spec))
    return replace(graph, notes=(*graph.notes, *notes))


def _other_parameters(graph: Graph, spec: Spec) -> Iterator[str]:
    """Yield a sentence if layers have other parameters here than at the spec's own input."""
    if spec.input in (None, graph.input_shape):
        return
    with suppress(SpecError):  # the network may not fit its own input any more
        usual = build(spec)
        for node, other in zip(graph.nodes, usual.nodes, strict=True):
            params, before = (each.weights + each.biases for each in (node, other))
            if params != before:
                yield (
                    f"at {times(graph.input_shape)} {node.name} has {params:,} parameters, at the "
                    f"spec's own {times(usual.input_shape)} it has {before:,}"
                    + (f"; source: {spec.source}" if spec.source else "")
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


def positive(value: int, option: str) -> int:
    """Return the value of an option that must be a whole number from 1 on.

    Raises:
        ArchstatError: It is smaller, or absurdly large.
    """
    try:
        return whole_number(value, 1)
    except ArchstatError as error:
        raise error.within(option) from None
