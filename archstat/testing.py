"""What pytest knows of archstat: networks held to sizes, and to what they were.

`pip install archstat` is enough; pytest finds the fixture `archstat` by itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from archstat.files import write_file

if TYPE_CHECKING:
    from archstat.report.report import Totals

FOLDER = "architectures"
UPDATE = "--archstat-update"
MOST_TOLD = 8
KEPT = ("name", "kind", "in_shape", "out_shape", "params", "macs")
"""What of a layer is held to what it was; checkpoints know layers by their names."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that writes down networks as they are now."""
    parser.getgroup("archstat").addoption(
        UPDATE, action="store_true", help="write down the architectures of models as they are now"
    )


class Networks:
    """What the fixture `archstat` is: called with a MODEL it returns its totals."""

    def __init__(self, folder: Path, *, update: bool) -> None:
        self._folder = folder
        self._update = update

    def __call__(self, model: object, *arguments: Any, **question: Any) -> Totals:
        """Return the totals of a model: `.params`, `.macs`, …; the question is that of `analyze`.

        Raises:
            ArchstatError: The question cannot be answered.
        """
        from archstat import analyze  # noqa: PLC0415  pytest loads this file in every session

        return analyze(model, *arguments, **question).totals

    def assert_unchanged(self, model: object, name: str = "", **question: Any) -> None:
        """Hold a model's layers against those that were written down, in `architectures/NAME.json`.

        Args:
            model: As `analyze` takes it.
            name: Of the file; made of the model's where it is one.
            question: As `analyze` takes it.

        Raises:
            AssertionError: They differ, or none were written down yet; it says what to do.
        """
        from archstat import analyze  # noqa: PLC0415  pytest loads this file in every session

        report = analyze(model, **question)
        now = _kept(json.loads(report.to_json()))
        file = self._folder / f"{_file_name(name or report.model)}.json"
        if self._update:
            file.parent.mkdir(exist_ok=True)
            write_file(_text(now), file)
            return
        if not file.is_file():
            raise AssertionError(
                f"no architecture was written down in {file}: run pytest {UPDATE} once, and keep "
                f"the file"
            )
        if told := list(_differences(json.loads(file.read_text(encoding="utf-8")), now)):
            more = f"\n… and {len(told) - MOST_TOLD} more" if len(told) > MOST_TOLD else ""
            raise AssertionError(
                f"{report.model} is not what it was ({file.name}):\n"
                + "\n".join(told[:MOST_TOLD])
                + f"{more}\nif it is meant to differ, run pytest {UPDATE}"
            )


@pytest.fixture
def archstat(request: pytest.FixtureRequest) -> Networks:
    """Networks held to sizes, and to what they were: see `archstat.testing.Networks`."""
    update = bool(request.config.getoption(UPDATE))
    return Networks(request.path.parent / FOLDER, update=update)


def _kept(report: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "schema": 1,
        "input": report["input"],
        "layers": [{key: layer[key] for key in KEPT} for layer in report["layers"]],
        "totals": {key: report["totals"][key] for key in ("params", "macs")},
    }


def _text(kept: Mapping[str, Any]) -> str:
    """Return it a layer a line, so that a change is a line of a diff."""
    lines = ",\n".join(f"    {json.dumps(layer)}" for layer in kept["layers"])
    head = f'{{\n  "schema": {kept["schema"]},\n  "input": {json.dumps(kept["input"])},\n'
    return f'{head}  "layers": [\n{lines}\n  ],\n  "totals": {json.dumps(kept["totals"])}\n}}\n'


def _differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return what differs, a line each: layers by their names, in the order of both."""
    found = []
    if then["input"] != now["input"]:
        found.append(f"  input: {then['input']} became {now['input']}")
    old, new = ({layer["name"]: layer for layer in each["layers"]} for each in (then, now))
    for name in dict.fromkeys([*old, *new]):
        if name not in new:
            found.append(f"  {name} ({old[name]['kind']}) is gone")
        elif name not in old:
            found.append(f"  {name} ({new[name]['kind']}) is new")
        else:
            found += [
                f"  {name}: {key} {old[name].get(key)} became {new[name][key]}"
                for key in KEPT
                if old[name].get(key) != new[name][key]
            ]
    if not found and [*old] != [*new]:
        found.append("  the layers stand in another order")
    for key, value in now["totals"].items():
        if then["totals"].get(key) != value:
            found.append(f"  total {key}: {then['totals'].get(key)} became {value}")
    return found


def _file_name(model: str) -> str:
    return re.sub(r"[^\w.-]+", "-", model).strip("-")
