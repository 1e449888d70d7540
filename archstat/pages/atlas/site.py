"""The pages of an atlas, by the names of their files."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from string import Template
from typing import Any

from archstat.documents.sweep.plan import count
from archstat.pages.atlas.model import Answers, layers, over_time
from archstat.pages.atlas.roofline import roofline
from archstat.pages.atlas.tables import Row, table, with_interval, written, written_macs
from archstat.pages.markup import lines, tag, words
from archstat.pages.page import MAY, asset

OF_COUNTED = ("model", "input", "params", "macs", "activation_bytes")
OF_MODELS = (*OF_COUNTED, "cases", "examples_per_s", "share_of_limit")
OF_DEVICES = ("device_name", "models", "cases", "torch", "day")
OF_CASES = ("model", "device_name", "store", "batch_size", "dtype", "mode", "latency_s", "interval",
            "examples_per_s", "share_of_limit", "verdict", "day", "reason")  # fmt: skip
OVER_TIME = ("case", "day", "store", "latency_s", "interval", "share_of_limit", "verdict", "change")
OF_LAYERS = ("layer", "kind", "out_shape", "params", "macs", "activation_bytes")
OF_FAILURES = ("model", "input", "batch_size", "dtype", "reason", "day")

SAID = "Every case that was asked, from files that say how to ask it again."
SHARES = "A share is that of the physical limit of the device, measured in the same minutes."


def site(rows: Sequence[Row], answers: Answers, command: str) -> Iterator[tuple[str, str]]:
    """Yield each page of a site, with the name of its file.

    Args:
        rows: Of stores, all columns.
        answers: What was answered for a row.
        command: What made it.
    """
    known = [_completed(row) for row in rows]
    done = [row for row in known if row["status"] == "done"]
    failed = [row for row in known if row["status"] == "failed"]
    models = {name: [r for r in done if r["model"] == name] for name in _names(done, "model")}
    measured = [row for row in done if row["what"] == "bench"]
    devices = {
        name: [row for row in measured if row["device_name"] == name]
        for name in _names(measured, "device_name")
    }
    model_files, device_files = _files(models, "model"), _files(devices, "device")
    parts = [
        _section("Devices", table("devices", OF_DEVICES, map(_of_device, devices.values()),
                                  device_files, "Devices")) if devices else "",
        _section("Models", table("models", OF_MODELS if measured else OF_COUNTED,
                                 map(_of_model, models.values()), model_files,
                                 "Models")) if models else "",
        _section("What failed", table("failed", OF_FAILURES, failed, {}, "What failed"))
        if failed else "",
    ]  # fmt: skip
    said = [f"{_sums(known)}.", SAID, *([SHARES] if measured else [])]
    yield "index.html", _page("Atlas", " ".join(said), "", parts, command)
    for name, file in model_files.items():
        seen = [
            *_of(models[name], device_files, first="device_name"),
            *_more("Over time", "moments", OVER_TIME, over_time(models[name], answers)),
            *_more("Layers", "layers", OF_LAYERS, layers(models[name], answers)),
        ]
        yield file, _page(name, _about(models[name]), _back(), seen, command)
    for name, file in device_files.items():
        shown = [roofline(devices[name]), *_of(devices[name], model_files, first="model")]
        yield file, _page(name, _sums(devices[name]), _back(), shown, command)


def _of(rows: Sequence[Row], links: Mapping[str, str], *, first: str) -> list[str]:
    measured = [row for row in rows if row["what"] == "bench"]
    if not measured:
        return [tag("p", "Counted, and measured nowhere yet.", class_="intro")]
    keys = (first, *(key for key in OF_CASES if key not in {"model", "device_name"}))
    return [_section("Measured", table("cases", keys, measured, links, "Measured cases"))]


def _more(title: str, name: str, keys: Sequence[str], rows: Sequence[Row]) -> Iterator[str]:
    if rows:
        yield _section(title, table(name, keys, rows, {}, title))


def _page(title: str, said: str, way: str, parts: Sequence[str], command: str) -> str:
    script = asset("atlas.js")
    digest = b64encode(sha256(script.encode()).digest()).decode()
    return Template(asset("atlas.html")).substitute(
        policy=MAY.format(digest),
        title=words(title),
        way=way or "archstat atlas",
        said=words(said),
        style=asset("page.css"),
        parts=lines(filter(None, parts)),
        command=words(command),
        script=script,
    )


def _section(title: str, content: str) -> str:
    return tag("section", tag("h2", words(title)), content)


def _back() -> str:
    return tag("a", "archstat atlas", href="index.html")


def _completed(row: Row) -> dict[str, Any]:
    """Return a row with what is made of its columns: the day, and the interval in words."""
    found = dict(row)
    found["day"] = str(row["began"] or "")[:10]
    found["device_name"] = row["device_name"] or row["device"]
    return with_interval(found)


def _names(rows: Sequence[Row], key: str) -> list[str]:
    return list(dict.fromkeys(str(row[key]) for row in rows))


def _files(names: Mapping[str, object], kind: str) -> dict[str, str]:
    """Return the name of each thing's file; two never share one."""
    found: dict[str, str] = {}
    for name in names:
        plain = re.sub(r"[^a-z0-9.]+", "-", name.lower()).strip("-.") or kind
        file = f"{kind}-{plain}.html"
        if file in found.values():
            file = f"{kind}-{plain}-{sha256(name.encode()).hexdigest()[:8]}.html"
        found[name] = file
    return found


def _of_model(rows: Sequence[Row]) -> dict[str, Any]:
    """Return what is known of a model: the counts of one example, and its best throughput."""
    alone = min(rows, key=lambda row: (row["batch_size"], row["what"] != "table"))
    best = max(
        (row for row in rows if row["examples_per_s"]),
        key=lambda row: row["examples_per_s"],
        default={},
    )
    single = alone["batch_size"] == 1
    return {
        "model": alone["model"],
        "input": alone["input"],
        "params": alone["params"],
        "macs": alone["macs"] if single else None,
        "is_whole": alone["is_whole"],
        "activation_bytes": alone["activation_bytes"] if single else None,
        "cases": len(rows),
        "examples_per_s": best.get("examples_per_s"),
        "share_of_limit": best.get("share_of_limit"),
    }


def _of_device(rows: Sequence[Row]) -> dict[str, Any]:
    return {
        "device_name": rows[0]["device_name"],
        "models": len(_names(rows, "model")),
        "cases": len(rows),
        "torch": ", ".join(filter(None, sorted({str(row["torch"] or "") for row in rows}))),
        "day": max(row["day"] for row in rows),
    }


def _about(rows: Sequence[Row]) -> str:
    known = _of_model(rows)
    said = [f"input {written('shape', known['input'])}"]
    said += [f"{written('count', known['params'])} parameters"] if known["params"] else []
    said += [f"{written_macs(known)} MACs an example"] if known["macs"] else []
    return ", ".join(said)


def _sums(rows: Sequence[Row]) -> str:
    return f"{count(len(rows), 'case')} of {count(len(_names(rows, 'model')), 'model')}"
