"""What each unit of a resized map reads, as the operator's modes and scales tell.

Source: the ONNX operators Resize (opsets 10 to 19) and Upsample (7 and 9).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import lcm
from typing import Any

from archstat.layers import Layer, layer_kinds
from archstat.layers.opaque import UNTOLD
from archstat.layers.reach import Reach
from archstat.layers.window import ONE_FOR_ALL, Resized, Window
from archstat.models.onnx.use import Use

RADII: Mapping[str, int] = {"nearest": 0, "linear": 1, "cubic": 2}

WITH_MODES = 11
"""The first opset in which a resize says where units lie, and how places are rounded."""

HALF = Fraction(1, 2)

OF_TORCH: Mapping[tuple[str, str], dict[str, Any]] = {
    ("nearest", "asymmetric"): {"mode": "nearest"},
    ("nearest", "half_pixel"): {"mode": "nearest-exact"},
    ("linear", "half_pixel"): {"mode": "bilinear"},
    ("linear", "pytorch_half_pixel"): {"mode": "bilinear"},
    ("linear", "align_corners"): {"mode": "bilinear", "align_corners": True},
}
"""The settings of an up-sampling by its mode and by where its units lie."""

ROUNDED: Mapping[str, frozenset[str]] = {
    "nearest": frozenset({"floor"}),
    "nearest-exact": frozenset({"round_prefer_ceil", "round_prefer_floor"}),
}
"""How up-sampling by a whole number has to round, for these modes of torch to read the same."""


def upsample_of(use: Use) -> Layer | None:
    """Return the layer that a resize is: an up-sampling of images by whole numbers."""
    factors, modes = _factors(use), _modes(use)
    settings = OF_TORCH.get(modes[:2])
    if settings is None or factors is None or len(factors) != 4 or _is_across(factors):  # noqa: PLR2004  images
        return None
    if not all(factor.denominator == 1 for factor in factors) or use.stated("antialias", 0):
        return None
    if modes[2] not in ROUNDED.get(settings["mode"], {modes[2]}):
        return None
    sizes = tuple(int(factor) for factor in factors[2:])
    made: Layer = layer_kinds()["upsample"](scale_factor=sizes, **settings)  # type: ignore[call-arg]
    return made


def reach_of(use: Use) -> Reach:
    """Return what each output of a resize reads, where the file tells."""
    factors, (mode, places, rounding) = _factors(use), _modes(use)
    is_told = mode in RADII and places != "tf_crop_and_resize" and not use.stated("antialias", 0)
    if factors is None or not is_told or _is_across(factors):
        return UNTOLD
    if use.model.opset < WITH_MODES and mode == "nearest" and min(factors) < 1:
        return UNTOLD  # that rounds as each program likes
    axes = zip(use.given[2:], use.out[2:], factors[2:], strict=True)
    return tuple(_window(*axis, mode=mode, places=places, rounding=rounding) for axis in axes)


def _is_across(factors: tuple[Fraction, ...]) -> bool:
    """Return whether examples or channels are resized as well."""
    return any(factor != 1 for factor in factors[:2])


def _modes(use: Use) -> tuple[str, str, str]:
    """Return how a resize interpolates, where its units lie, and how it rounds."""
    is_old = use.model.opset < WITH_MODES or use.node.op_type == "Upsample"
    places, rounding = ("asymmetric", "floor") if is_old else ("half_pixel", "round_prefer_floor")
    return (
        use.stated("mode", "nearest").replace("bilinear", "linear"),
        use.stated("coordinate_transformation_mode", places),
        use.stated("nearest_mode", rounding),
    )


def _factors(use: Use) -> tuple[Fraction, ...] | None:
    """Return how many times as long each axis becomes; None if the file does not tell."""
    before, after = use.given, use.out
    scales = use.stated("scales")
    for name in use.inputs[1:3]:
        scales = use.model.scales.get(name) or scales
    if scales:
        axes = use.stated("axes") or range(len(before))
        if len(axes) != len(scales):
            return None
        stated = [Fraction(1)] * len(before)
        for axis, scale in zip(axes, scales, strict=True):
            stated[axis] = Fraction(scale).limit_denominator(1 << 10)
        return tuple(stated)
    if use.has(3) and use.stated("keep_aspect_ratio_policy", "stretch") == "stretch":
        return tuple(Fraction(n, m) for n, m in zip(after, before, strict=True))
    return None


def _window(  # noqa: PLR0913  what the standard names
    before: int, after: int, factor: Fraction, *, mode: str, places: str, rounding: str
) -> Window:
    """Return the window of one axis that becomes so many times as long."""
    if before == 1:
        return ONE_FOR_ALL
    scale, shift = 1 / factor, Fraction(0)
    if places == "align_corners":
        scale = Fraction(before - 1, max(1, after - 1))
    elif places == "half_pixel_symmetric":
        shift = scale / 2 - HALF + Fraction(before, 2) * (1 - after / (before * factor))
    elif places == "tf_half_pixel_for_nn":
        shift = scale / 2
    elif places == "half_pixel" or (places == "pytorch_half_pixel" and after > 1):
        shift = scale / 2 - HALF
    if not RADII[mode]:
        shift += _rounding(scale, shift, after, rounding)
    return Resized(scale, shift, RADII[mode])


def _rounding(scale: Fraction, shift: Fraction, after: int, rounding: str) -> Fraction:
    """Return what has to be added to places, for the unit before them to be the one that is read.

    Places are whole multiples of a fraction: to round a tie down, less than that is taken away.
    """
    if rounding == "floor":
        return Fraction(0)
    added = Fraction(1) if rounding == "ceil" else HALF
    places = (unit * scale + shift + added for unit in range(after))
    if rounding == "round_prefer_ceil" or all(place.denominator > 1 for place in places):
        return added
    return added - Fraction(1, 2 * lcm(scale.denominator, shift.denominator, 2))
