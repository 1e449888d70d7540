"""Every command once, in words that have an answer at once; for what must hold of all of them."""

from __future__ import annotations

import pytest

from archstat.report.finding import Agreement, Finding
from tests.bench.processes import started
from tests.cli.running import invoke

SHEET = """| Layer | Feature map | # of weights | MACs | Receptive field |
| --- | --- | --- | --- | --- |
| C1 | 28×28×6 | 150 | 117,600 | 5 |
| S2 | 14×14×6 | - | - | 6 |
| C3 | 10×10×16 | 2,401 | 240,000 | 14 |
| S4 | 5×5×16 | - | - | 16 |
"""

PLAN = """
[[cases]]
models = ["lenet5", "no-such-network"]
what = "table"
"""

FINDINGS = [
    Finding("forward pass on cpu", "weights and biases", Agreement.AGREES, "agrees on 12 layers"),
    Finding(
        "torchinfo",
        "mult-adds",
        Agreement.EXPLAINED,
        "differs as its convention says: 423,038 = 416,520 MACs + 6,518 (one addition per output "
        "value, for its bias)",
    ),
]

WORDS = {
    "table": ["table", "paper-alexnet", "--count", "ptflops"],
    "verify": ["verify", "lenet5"],
    "explain": ["explain", "lenet5", "C3", "--level", "student"],
    "reconcile": ["reconcile", "lenet5", "--value", "423038"],
    "compare": ["compare", "lenet5", "cifar-alexnet", "nin"],
    "budget": ["budget", "lenet5", "--max-params", "60k", "--max-activation-bytes", "8MiB"],
    "check": ["check", "sheet.md", "--against", "lenet5", "--feedback", "full"],
    "grade": ["grade", "class", "--against", "lenet5", "--workers", "1"],
    "key": ["key", "lenet5", "--blank", "weights,macs,rf"],
    "mistakes": ["mistakes", "lenet5"],
    "report": ["report", "lenet5", "cifar-alexnet"],
    "draw": ["draw", "lenet5"],
    "field": ["field", "lenet5", "S4", "--all"],
    "ceilings": ["ceilings", "--device", "cpu", "--processes", "1"],
    "limit": ["limit", "lenet5", "--on", "cpu.json"],
    "sweep": ["sweep", "plan.toml", "--list"],
    "results": ["results", "store"],
    "list": ["list"],
    "show": ["show", "lenet5"],
    "kinds": ["kinds"],
    "code": ["code", "lenet5"],
}
"""An example of each command, but for `bench`, whose own tests do the same with records."""


def run(name, folder, monkeypatch, *more):
    """Return what the example of a command gives, with more words."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr("archstat.witnesses.proof.findings", lambda *_: iter(FINDINGS))
    (folder / "sheet.md").write_text(SHEET, encoding="utf-8")
    (folder / "class").mkdir(exist_ok=True)
    (folder / "plan.toml").write_text(PLAN, encoding="utf-8")
    if name in {"ceilings", "limit"}:
        pytest.importorskip("torch")
        monkeypatch.setattr("archstat.bench.run.started", started)
    if name == "limit":
        invoke(*WORDS["ceilings"], "-o", "cpu.json")
    if name == "results":
        invoke("sweep", "plan.toml", "-o", "store")
    (folder / "class" / "ada.md").write_text(SHEET, encoding="utf-8")
    return invoke(*WORDS[name], *more)
