"""A Ray cluster of several nodes on this machine, for tests that lose one of them."""

from __future__ import annotations

import os
from contextlib import contextmanager

import pytest

ray = pytest.importorskip("ray", reason="Ray is not installed")

MARKS = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),  # Ray's own
    pytest.mark.skipif(not hasattr(os, "fork"), reason="Ray's nodes are started so"),
]


@contextmanager
def cluster_of(count, **each):
    """Yield a cluster that this process has joined, and its nodes beside the head."""
    from ray.cluster_utils import Cluster

    # else whatever runs beside leaves its workers no processor
    os.environ["RAY_worker_niceness"] = "0"  # noqa: SIM112  as Ray spells it
    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "num_gpus": 0})
    try:
        nodes = [made.add_node(num_cpus=1, **each) for _ in range(count)]
        ray.init(address=made.address, log_to_driver=False)
        yield made, nodes
    finally:
        ray.shutdown()
        made.shutdown()
