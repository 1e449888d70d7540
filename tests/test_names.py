"""A name means one thing: no two public classes of the package share one."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "archstat"


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
    assert twice == {}
