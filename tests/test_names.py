"""A name means one thing: no two public classes of the package share one."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "archstat"

LEFT = frozenset(
    """
    Column Entry Found Kept Layered Line Loaded Measured Named Number Origin Place Reading Record
    Replay Row Sheet Slip Source Stated Sum Table Variant Verdict Written
    """.split()  # noqa: SIM905  a list of quoted words reads worse
)
"""Those that still stand for two things: of each, one is to be renamed, and to go from here."""


def classes() -> dict[str, list[str]]:
    """Return where each public class is."""
    found = defaultdict(list)
    for path in PACKAGE.rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(str(path.relative_to(PACKAGE)))
    return found


def test_no_two_public_classes_share_a_name():
    twice = {name: paths for name, paths in classes().items() if len(paths) > 1}
    assert {name: paths for name, paths in twice.items() if name not in LEFT} == {}


def test_the_ground_floor_and_what_stands_on_it_share_none_of_theirs():
    own = ("analyses", "graph", "layers")
    shared = {
        name: paths
        for name, paths in classes().items()
        if len(paths) > 1 and any(path.startswith(own) for path in paths)
    }
    assert shared.keys() <= {"Kept", "Sum"}
