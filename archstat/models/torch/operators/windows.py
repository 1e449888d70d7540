"""The windows of torch's operators that pad and resize: one function for each kind of them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from archstat.layers.reach import Reach
from archstat.layers.window import Digits, Resized, Sliding, Window, adaptive_window
from archstat.models.torch.operators.call import Call

ONE_FOR_ALL = Digits((1,), (0,))
"""All units read the only one that there is."""


def padded(call: Call) -> Reach:
    """Return windows of one unit, shifted by the padding: torch names the last axis first."""
    pad = call.given.get("pad") or call.given["padding"]
    return tuple(Sliding(1, padding=before) for before in reversed(pad[::2]))


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
        factors = [value for name, value in call.given.items() if name.startswith("scale")]
        if call.given.get("align_corners"):
            pairs = zip(before, sizes, strict=True)
            return tuple(_between_corners(*pair, radius) for pair in pairs)
        axes = zip(before, sizes, factors, strict=True)
        return tuple(_resized(*axis, radius, is_centred=is_centred) for axis in axes)

    return rule


def _between_corners(before: int, after: int, radius: int) -> Window:
    """Return a window whose first and last units lie on those that they are made of."""
    if before == 1:
        return ONE_FOR_ALL
    return Resized(Fraction(before - 1, max(1, after - 1)), radius=radius)


def _resized(
    before: int, after: int, factor: float | None, radius: int, *, is_centred: bool
) -> Window:
    if before == 1:
        return ONE_FOR_ALL
    scale = Fraction(before, after)
    if factor is not None:  # torch takes the factor itself: 0.7 as it was meant
        scale = 1 / Fraction(factor).limit_denominator(1 << 10)
    if not is_centred:
        return Resized(scale)
    return Resized(scale, (scale - 1 if radius else scale) / 2, radius)
