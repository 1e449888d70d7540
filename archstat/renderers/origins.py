"""Where a number comes from, in lines."""

from __future__ import annotations

from collections.abc import Sequence

from archstat.report.itemizing import itemized
from archstat.report.reconciling import Origin


def render(value: int, model: str, origins: Sequence[Origin], *, is_found: bool) -> str:
    """Return the ways to come to a number, each with its parts.

    Args:
        value: The number.
        model: What the network is called.
        origins: The ways to come to it, or the nearest.
        is_found: Whether they come to it, rounded as it may be.
    """
    if not origins[0].off:
        lines = [f"{value:,} is exactly this:"]
    elif is_found:
        lines = [f"{value:,} is this, rounded:"]
    else:
        lines = [f"{value:,} is no count of {model} that is known; the nearest are:"]
    for origin in origins:
        counted = itemized(origin.items, batch_size=origin.batch_size)
        lines += ["", f"{origin.counted}: {counted}"]
        where = [origin.variant.words] if origin.variant.words else []
        where += [f"for a batch of {origin.batch_size}"] if origin.batch_size > 1 else []
        lines += [f"  {words}" for words in where]
        if origin.off and not is_found:
            lines.append(f"  the number in question is {abs(origin.off):,} {_side(origin.off)}")
    return "\n".join(lines) + "\n"


def _side(off: int) -> str:
    return "more" if off > 0 else "less"
