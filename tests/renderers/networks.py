"""Networks that renderers are shown."""

from __future__ import annotations

from archstat.graph import INPUT, GraphBuilder
from archstat.layers import layer_kinds
from archstat.report.report import report_on


def network(*layers, input_shape=(3, 12, 12), name="net", title="", source="", notes=()):
    """Return a graph of (name, kind, settings) or (name, kind, settings, inputs)."""
    builder = GraphBuilder(input_shape)
    previous = INPUT
    for layer_name, kind, settings, *inputs in layers:
        layer = layer_kinds()[kind].from_settings(settings)
        builder.add(layer_name, layer, inputs[0] if inputs else [previous])
        previous = layer_name
    return builder.build(name, title=title, source=source, notes=notes)


def branching():
    """Return two branches with norms, pools and a classifier; small enough to check by hand."""
    conv = {"out_channels": 4, "kernel_size": 3, "padding": 1}
    return network(
        ("conv1", "conv2d", {**conv, "stride": 2}),
        ("norm1", "batch_norm2d", {}),
        ("wide", "conv2d", {**conv, "kernel_size": (5, 3), "padding": (2, 1), "groups": 2}),
        ("lrn", "local_response_norm", {"size": 3}),
        ("join", "add", {}, ["lrn", "norm1"]),
        ("pool", "max_pool2d", {"kernel_size": 3, "stride": 2, "ceil_mode": True}),
        ("flat", "flatten", {}),
        ("fc", "linear", {"out_features": 10, "bias": False}),
        name="branching",
        title="Two branches | one <pool>",
        source="made for this test",
        notes=["a note with *stars*"],
    )


def report(**keywords):
    """Return the report on the branching network."""
    return report_on(branching(), **keywords)
