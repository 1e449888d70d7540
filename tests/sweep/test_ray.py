"""A sweep on a Ray cluster of several nodes, one of which is lost."""

from __future__ import annotations

import pytest

from archstat.sweep.case import SweepCase
from archstat.sweep.engines.local import Local
from archstat.sweep.engines.ray import Ray
from archstat.sweep.running import CaseLimits
from tests.clusters import MARKS, cluster_of

pytestmark = MARKS

TABLES = [
    SweepCase(name, "table", device="none", batch_size=batch, processes=1, seconds=0.0)
    for name in ("lenet5", "nin", "paper-alexnet", "no-such-network")
    for batch in (1, 2)
]


@pytest.fixture
def cluster(monkeypatch):
    monkeypatch.setenv("RAY_ENABLE_UV_RUN_RUNTIME_ENV", "0")
    with cluster_of(2, num_gpus=1, resources={"h200": 1}) as made:
        yield made


def test_a_lost_node_loses_and_doubles_nothing(cluster):
    made, nodes = cluster
    # a case on a GPU waits for one of the two that the nodes say they have, and for an h200
    gpu = SweepCase("lenet5", device="cuda:0", processes=1, seconds=0.0)
    outcomes = []
    for outcome in Ray(made.address, {"h200": 1}).run([*TABLES, gpu], CaseLimits(120)):
        outcomes.append(outcome)
        if len(outcomes) == 2:
            made.remove_node(nodes[0], allow_graceful=False)
    assert sorted(outcome.case.id for outcome in outcomes) == sorted(
        case.id for case in [*TABLES, gpu]
    )
    found = {outcome.case: outcome for outcome in outcomes}
    assert found[gpu].engine == "ray"
    for serial in Local().run(TABLES, CaseLimits(120)):
        assert (found[serial.case].status, found[serial.case].answer) == (
            serial.status,
            serial.answer,
        )
        assert found[serial.case].reason == serial.reason
