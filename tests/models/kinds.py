"""A small network of every kind, for tests that hold formulas against torch."""

from __future__ import annotations

from tests.renderers.networks import network

ONE = {
    "adaptive_avg_pool1d": ((3, 12), {"output_size": 4}),
    "adaptive_avg_pool2d": ((3, 12, 12), {"output_size": 4}),
    "adaptive_max_pool2d": ((3, 12, 12), {"output_size": (4, 3)}),
    "avg_pool1d": ((3, 12), {"kernel_size": 2}),
    "avg_pool2d": ((3, 12, 12), {"kernel_size": 3, "stride": 2, "padding": 1}),
    "avg_pool3d": ((3, 6, 6, 6), {"kernel_size": 2}),
    "batch_norm1d": ((3, 12), {}),
    "batch_norm2d": ((3, 5, 5), {}),
    "batch_norm3d": ((3, 5, 5, 5), {"affine": False}),
    "conv1d": ((4, 12), {"out_channels": 6, "kernel_size": 3}),
    "conv2d": ((4, 12, 12), {"out_channels": 6, "kernel_size": (3, 2), "groups": 2, "padding": 1}),
    "conv3d": ((4, 6, 6, 6), {"out_channels": 6, "kernel_size": 3, "bias": False}),
    "conv_transpose1d": ((4, 12), {"out_channels": 6, "kernel_size": 3, "stride": 2}),
    "conv_transpose2d": ((4, 7, 7), {"out_channels": 6, "kernel_size": 3, "stride": 2,
                                     "padding": 1, "output_padding": 1}),
    "conv_transpose3d": ((4, 4, 4, 4), {"out_channels": 6, "kernel_size": 2, "groups": 2}),
    "dropout": ((4, 5, 5), {}),
    "dropout2d": ((4,), {}),
    "flatten": ((4, 5, 5), {}),
    "gelu": ((4, 5, 5), {}),
    "group_norm": ((4, 5, 5), {"num_groups": 2}),
    "identity": ((4, 5, 5), {}),
    "layer_norm": ((4, 5, 5), {"normalized_axes": 3}),
    "leaky_relu": ((4, 5, 5), {}),
    "linear": ((7,), {"out_features": 5}),
    "local_response_norm": ((6, 5, 5), {"size": 5}),
    "log_softmax": ((5,), {}),
    "max_pool1d": ((4, 9), {"kernel_size": 2}),
    "max_pool2d": ((4, 9, 9), {"kernel_size": 3, "stride": 2, "dilation": 2, "ceil_mode": True}),
    "max_pool3d": ((4, 6, 6, 6), {"kernel_size": 2}),
    "prelu": ((4, 5, 5), {"num_parameters": 4}),
    "relu": ((4, 5, 5), {"inplace": True}),
    "relu6": ((4, 5, 5), {}),
    "select": ((4, 5, 5), {"picks": [3, 0, 3]}),
    "sigmoid": ((4, 5, 5), {}),
    "silu": ((4, 5, 5), {}),
    "softmax": ((5,), {}),
    "tanh": ((4, 5, 5), {}),
    "upsample": ((4, 5, 6), {"scale_factor": (2, 3), "mode": "bilinear"}),
    "zero_pad2d": ((4, 5, 5), {"padding": (1, 2)}),
}  # fmt: skip
"""An input shape and settings for every kind of one input."""

JOINS = ("add", "concat", "multiply")
NO_MODULES = ("select",)
"""Kinds of one input that torch has no module for."""


def network_of(kind):
    """Return a network of one layer of a kind; with convolutions where that is no module."""
    if kind in JOINS:
        conv = {"out_channels": 4, "kernel_size": 3, "padding": 1}
        return network(
            ("left", "conv2d", conv),
            ("right", "conv2d", {**conv, "kernel_size": 5, "padding": 2}, ["input"]),
            ("layer", kind, {}, ["left", "right"]),
            input_shape=(3, 6, 6),
            name=kind,
        )
    shape, settings = ONE[kind]
    if kind in NO_MODULES:
        conv = ("conv", "conv2d", {"out_channels": shape[0], "kernel_size": 1})
        return network(conv, ("layer", kind, settings), input_shape=shape, name=kind)
    return network(("layer", kind, settings), input_shape=shape, name=kind)
