"""A solver of blank sheets that knows the text of the sheet, and nothing of archstat.

It reads a sheet in CSV as a student does: what every layer is, what it reads, its settings; and
works every blank cell out by the formulas of a textbook.
"""

from __future__ import annotations

import csv
import io
import re
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor


def solved(text: str) -> str:
    """Return a sheet in CSV with every blank cell filled in."""
    rows = list(csv.reader(io.StringIO(text)))
    at = next(number for number, row in enumerate(rows) if row[0] == "layer")
    height, width, channels = map(int, re.search(r"input (\d+)×(\d+)×(\d+)", rows[1][0]).groups())
    known = {"input": {"map": (height, width, channels), "sees": lambda pixel: (pixel, pixel)}}
    sums = {}
    above, new = "input", rows[: at + 1]
    for cells in rows[at + 1 :]:
        row = dict(zip(rows[at], cells, strict=True))
        if row["layer"] == "total":
            answers = sums
        else:
            reads = row.get("reads") or above
            inputs = [known[name] for name in reads.split(", ")]
            layer = known[above := row["layer"]] = work_out(row, inputs)
            answers = written(layer)
            for key in ("weights", "neurons", "macs"):
                sums[key] = sums.get(key, 0) + answers[key]
        new.append([str(answers.get(key, "")) if cell == "" and key in BLANK else cell
                    for key, cell in zip(rows[at], cells, strict=True)])  # fmt: skip
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(new)
    return out.getvalue()


BLANK = ("feature_map", "weights", "neurons", "macs", "receptive_field")


def written(layer):
    """Return a layer's answers as a student writes them."""
    height, width, channels = layer["map"]
    size = f"{height}x{width}x{channels}" if not layer["flat"] else str(channels)
    return {
        "feature_map": size, "weights": layer["weights"], "neurons": layer["neurons"],
        "macs": layer["macs"], "receptive_field": layer["r"],
    }  # fmt: skip


def work_out(row, inputs):
    """Return what a layer is worth: its map, weights, neurons, MACs and receptive field.

    What the units of a layer see of the image is a function from a unit to its first and its last
    pixel, along one axis; padding is pixels outside of the image.
    """
    kind, settings = row["kind"], row.get("settings", "")
    stated = dict(one.rpartition(" ")[::2] for one in settings.split(", ") if one)
    height, width, channels = inputs[0]["map"]
    sees = inputs[0]["sees"]
    found = {"weights": 0, "neurons": 0, "macs": 0, "flat": False}
    if kind == "linear":
        units, inside = int(stated["out_features"]), height * width * channels
        found |= {"weights": inside * units, "neurons": units, "macs": inside * units}
        found |= {"map": (1, 1, units), "sees": cached(lambda _: (sees(0)[0], sees(height - 1)[1]))}
        found["flat"] = True
    elif len(inputs) > 1:
        if kind == "concat":
            channels = sum(one["map"][2] for one in inputs)
        found |= {"map": (height, width, channels), "sees": joined([one["sees"] for one in inputs])}
    elif kind == "select":
        found |= {"map": (height, width, len(re.findall(r"\d+", settings))), "sees": sees}
    elif "norm" in kind:
        found |= {"map": (height, width, channels), "weights": channels, "sees": sees}
    elif kind == "zero_pad2d":
        pad = int(stated["padding"])
        found |= {"map": (height + 2 * pad, width + 2 * pad, channels)}
        found["sees"] = cached(lambda unit: sees(unit - pad))
    elif kind == "adaptive_avg_pool2d":
        out = int(stated["output_size"])
        assert height % out == 0
        found |= {
            "map": (out, out, channels),
            "sees": window(sees, height // out, height // out, 0),
        }
    else:
        found |= windowed(row, (height, width, channels), sees)
    sizes = [last - first + 1 for first, last in map(found["sees"], range(MANY))]
    return {**found, "r": max(sizes)}


MANY = 64
"""Units after which what they see is the same again, further on."""


def windowed(row, before, sees):
    """Return what a convolution or a pooling is worth."""
    height, width, channels = before
    kernel = int(re.match(r"(\d+)x", row["filter_size"])[1])
    stride, pad = int(row["stride"]), int(row["padding"])
    if row["kind"] == "conv_transpose2d":
        filters = int(row["filters"])
        side = (height - 1) * stride - 2 * pad + kernel
        weights = kernel * kernel * channels * filters // int(row["groups"])

        def seen(unit):
            first, last = -((kernel - 1 - unit - pad) // stride), (unit + pad) // stride
            return sees(first)[0], sees(last)[1]

        return {
            "map": (side, side, filters), "weights": weights, "neurons": side * side * filters,
            "macs": weights * height * width, "sees": cached(seen),
        }  # fmt: skip
    steps = Fraction(height + 2 * pad - kernel, stride)
    has_ceil = "ceil_mode" in row.get("settings", "")
    side = (ceil(steps) if has_ceil else floor(steps)) + 1
    if has_ceil and (side - 1) * stride >= height + pad:  # no window starts in the padding behind
        side -= 1
    seen = window(sees, kernel, stride, pad)
    if "pool" in row["kind"]:
        return {"map": (side, side, channels), "sees": seen}
    filters = int(row["filters"])
    weights = kernel * kernel * channels // int(row["groups"]) * filters
    return {
        "map": (side, side, filters), "weights": weights, "neurons": side * side * filters,
        "macs": weights * side * side, "sees": seen,
    }  # fmt: skip


def cached(sees):
    """Return a function that works each unit out once."""
    return lru_cache(maxsize=None)(sees)


def window(sees, kernel, stride, pad):
    """Return what units see through a window."""

    def seen(unit):
        first = unit * stride - pad
        return sees(first)[0], sees(first + kernel - 1)[1]

    return cached(seen)


def joined(branches):
    """Return what units see through any of several branches."""

    def seen(unit):
        firsts, lasts = zip(*(sees(unit) for sees in branches), strict=True)
        return min(firsts), max(lasts)

    return cached(seen)
