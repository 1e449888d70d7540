"""Grading on a Ray cluster of several nodes, one of which is lost."""

from __future__ import annotations

import pytest

from archstat.homework.grading.engines.local import grade_each
from archstat.homework.grading.engines.ray import grade_on_ray
from archstat.homework.grading.guards import Limits
from tests.cli.running import assert_refused, invoke
from tests.cli.test_grade import RIGHT, SLIPPED, rows, sheets
from tests.clusters import MARKS, cluster_of
from tests.homework.grading.fakes import dawdle

pytestmark = MARKS
LIMITS = Limits(2.0, 1 << 28)


@pytest.fixture
def cluster(monkeypatch):
    monkeypatch.setenv("RAY_ENABLE_UV_RUN_RUNTIME_ENV", "0")
    with cluster_of(2) as made:
        yield made


def test_a_lost_node_loses_and_doubles_no_submission(cluster):
    made, nodes = cluster
    deeds = (b"ok", b"die", b"fail", b"long")
    files = [(("a", deeds[number % 4]), (str(number), b"")) for number in range(60)]
    told = []

    def done(number, outcome):
        told.append((number, outcome))
        if len(told) == 8:  # of the first task
            made.remove_node(nodes[0], allow_graceful=False)

    grade_on_ray(iter(enumerate(files)), dawdle, LIMITS, done=done, address=made.address)
    assert sorted(number for number, _ in told) == list(range(60))
    serial = {}
    grade_each(iter(enumerate(files)), dawdle, LIMITS, workers=1, done=serial.__setitem__)
    assert dict(told) == serial


def test_a_class_has_the_same_rows_as_on_this_machine(cluster, tmp_path):
    made, _ = cluster
    root = sheets(tmp_path / "in", **{f"s{n}": RIGHT if n % 2 else SLIPPED for n in range(12)})
    words = ("grade", root, "--against", "lenet5", "-o", tmp_path / "out")
    result = invoke(*words, "--engine", "ray", "--address", made.address)
    assert (result.exit_code, result.stderr) == (0, "")
    assert sorted(row["points"] for row in rows(root)) == ["4"] * 6 + ["5"] * 6
    here = invoke(*words[:-1], tmp_path / "here")
    assert here.stdout == result.stdout
    assert (tmp_path / "here" / "class.csv").read_bytes() == (
        tmp_path / "out" / "class.csv"
    ).read_bytes()


def test_submitted_code_is_not_run_on_a_cluster(tmp_path):
    root = sheets(tmp_path / "in", alice=RIGHT)
    assert_refused(
        invoke("grade", root, "--against", "lenet5", "--engine", "ray", "--run-submitted-code"),
        "error: --run-submitted-code says nothing beside --engine ray: it has walls on this "
        "machine alone",
        "  hint: leave one out",
    )
