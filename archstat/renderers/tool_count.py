"""What a tool counts in a network, as a sum."""

from __future__ import annotations

from archstat.report.tool_count import ToolCount


def render(counted: ToolCount) -> str:
    """Return a tool's number as the sum that it is; what is left over with the layers it is in."""
    lines = [f"{counted.tool} counts {counted.count:,} {counted.unit} in {counted.model}:", ""]
    first, *others = counted.items
    parts = [(f"{first.count:,}", first.words)]
    parts += [(_signed(item.count), item.words) for item in others]
    parts += [
        (_signed(layer.off), f"unexplained, in layer {layer.name!r} ({layer.kind})")
        for layer in counted.layers
    ]
    if counted.elsewhere:
        parts.append((_signed(counted.elsewhere), "unexplained, in no layer alone"))
    parts.append((f"= {counted.count:,}", f"what {counted.tool} says"))
    width = max(len(number) for number, _ in parts)
    lines += [f"  {number:>{width}}  {words}" for number, words in parts]
    if not counted.remainder:
        lines += ["", "Its convention explains all of it, to the unit."]
    return "\n".join(lines) + "\n"


def _signed(count: int) -> str:
    return f"{'−' if count < 0 else '+'} {abs(count):,}"
