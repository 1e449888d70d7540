"""The windows of torch's operators that pad and resize: one function for each kind of them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from archstat.layers.base import Layer
from archstat.layers.pool import Upsample
from archstat.layers.reach import Mixing, Reach, Reshaped, in_turn
from archstat.layers.window import (
    Resized,
    Sliding,
    adaptive_window,
    resized_window,
    window_between_corners,
)
from archstat.models.torch.operators.call import Call


def padded(call: Call) -> Reach:
    """Return windows of one unit, shifted by the padding: torch names the last axis first."""
    pad = call.given.get("pad") or call.given["padding"]
    return tuple(Sliding(1, padding=before) for before in reversed(pad[::2]))


def unfolded(call: Call) -> Reach:
    """Return windows whose values become channels, and whose places stand in one row."""
    *examples, _, rows, columns = call.first.shape
    names = ("kernel_size", "stride", "padding", "dilation")
    settings = zip(*(call.given[name] for name in names), strict=True)
    windows = [Sliding(*each) for each in settings]
    channels = call.out.shape[-2]
    sizes = [
        (size + 2 * window.padding - window.dilation * (window.kernel_size - 1) - 1)
        // window.stride
        + 1
        for size, window in zip((rows, columns), windows, strict=True)
    ]
    shape, out = (*examples, channels, *sizes), tuple(call.out.shape)
    return in_turn(((Mixing.GATHERED, *windows), shape), (Reshaped(shape, out), out))


def pixel_shuffled(call: Call) -> Reach:
    """Return windows that stretch: channels become units between units."""
    return (Resized(Fraction(1, call.given["upscale_factor"])),) * 2


def pixel_unshuffled(call: Call) -> Reach:
    """Return windows of the units that become channels of one."""
    factor = call.given["downscale_factor"]
    return (Sliding(factor, stride=factor),) * 2


def adaptive(call: Call) -> Reach:
    """Return windows that cut the last axes into parts."""
    sizes = call.given["output_size"]
    before = call.first.shape[-len(sizes) :]
    return tuple(adaptive_window(*pair) for pair in zip(before, sizes, strict=True))


def interpolated(radius: int, *, is_centred: bool) -> Callable[[Call], Reach]:
    """Return the rule of an interpolation that looks so far, by units' middles or their starts."""

    def rule(call: Call) -> Reach:
        sizes = call.given["output_size"]
        before = call.first.shape[-len(sizes) :]
        if call.given.get("align_corners"):
            pairs = zip(before, sizes, strict=True)
            return tuple(window_between_corners(*pair, radius) for pair in pairs)
        axes = zip(before, sizes, stated_factors(call), strict=True)
        return tuple(
            resized_window(n, m, radius, scale=factor and 1 / factor, is_centred=is_centred)
            for n, m, factor in axes
        )

    return rule


def stated_factors(call: Call) -> list[Fraction | None]:
    """Return the factors of an interpolation, which torch takes itself: 0.7 as it was meant."""
    factors = [value for name, value in call.given.items() if name.startswith("scale")]
    return [factor and Fraction(factor).limit_denominator(1 << 10) for factor in factors]


def upsampled(mode: str) -> Callable[[Call], Layer | None]:
    """Return what makes an up-sampling of a call, where its factors are whole numbers."""

    def layer(call: Call) -> Layer | None:
        factors = stated_factors(call)
        if not all(factor and factor.denominator == 1 for factor in factors):
            return None
        corners = True if call.given.get("align_corners") else None
        sizes = tuple(int(factor) for factor in factors if factor)
        return Upsample(scale_factor=sizes, mode=mode, align_corners=corners)

    return layer
