"""Law: walking forwards from the image gives what the closed forms give, backwards from the unit.

Source: Araujo, Norris & Sim, "Computing receptive fields of convolutional neural networks"
(Distill, 2019): r₀ = 1 + Σ (kₗ − 1)·∏ sᵢ and P₀ = Σ pₗ·∏ sᵢ, with products over the layers before
l. Their kernels are not dilated; a dilated one spans d·(k − 1) + 1 pixels.
"""

from __future__ import annotations

from math import prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archstat.analyses.receptive_field import Track
from archstat.layers.window import Sliding

WINDOWS = st.lists(
    st.builds(
        Sliding,
        kernel_size=st.integers(1, 11),
        stride=st.integers(1, 4),
        padding=st.integers(0, 5),
        dilation=st.integers(1, 3),
    ),
    max_size=20,
)

IMAGE = Track.of_pixels(1, is_clipped=False)


@pytest.mark.slow
@settings(max_examples=2_000)
@given(windows=WINDOWS, unit=st.integers(-5, 50))
def test_the_forward_recurrence_agrees_with_the_backward_closed_form(windows, unit):
    track = IMAGE
    for window in windows:
        track = track.through(window, 1)

    steps = [
        prod(window.stride for window in windows[:before]) for before in range(len(windows) + 1)
    ]
    size = 1 + sum(
        w.dilation * (w.kernel_size - 1) * step for w, step in zip(windows, steps, strict=False)
    )
    padding = sum(w.padding * step for w, step in zip(windows, steps, strict=False))

    assert (track.size, track.stride) == (size, steps[-1])
    first = unit * steps[-1] - padding
    assert track.interval(unit) == (first, first + size - 1)
