"""The receptive field behind a window, from that before it: what is taught, and worked out by hand.

Source: Araujo, Norris & Sim, "Computing receptive fields of convolutional neural networks"
(Distill, 2019).
"""

from __future__ import annotations

from archstat.layers.window import Sliding


def field_behind(size: int, stride: int, window: Sliding) -> tuple[int, int]:
    """Return the size and the effective stride behind a window, from those before it.

    A pool of three pixels, two apart, behind AlexNet's first convolution of eleven, four apart:

    >>> field_behind(11, 4, Sliding(kernel_size=3, stride=2))
    (19, 8)
    """
    size = size + (window.kernel_size - 1) * window.dilation * stride
    return size, stride * window.stride


def padding_behind(padding: int, stride: int, window: Sliding) -> int:
    """Return the effective padding behind a window; `stride` is the effective one before it.

    >>> padding_behind(0, 8, Sliding(kernel_size=5, padding=2))
    16
    """
    return padding + window.padding * stride
