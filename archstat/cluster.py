"""A Ray cluster: tasks with what each needs, and what comes of each as it comes, each once.

It is the only module that imports Ray.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Generic, TypeVar

from archstat.errors import UsageError
from archstat.extras import RAY, require

K = TypeVar("K")

RETRIES = 3
"""How often a task is run elsewhere when its machine is lost."""

AHEAD = 4
"""Tasks that wait for each processor of the cluster."""


@dataclass(frozen=True)
class Task(Generic[K]):
    """A task of a cluster.

    Attributes:
        key: What it is told by.
        arguments: Of the function; they travel.
        needs: What it has to itself, as Ray calls it: "num_cpus", "num_gpus", "resources".
    """

    key: K
    arguments: tuple[Any, ...]
    needs: Mapping[str, Any] = field(default_factory=lambda: {"num_cpus": 1})


@dataclass(frozen=True)
class LostTask:
    """What comes of a task that the cluster has lost more often than it is tried."""

    reason: str


@dataclass(frozen=True)
class Cluster:
    """A cluster.

    Attributes:
        address: Of its head; "auto" finds the one that this machine belongs to, "local" starts one.
    """

    address: str = "auto"

    def join(self) -> Any:
        """Return Ray, connected to the cluster.

        Raises:
            UsageError: There is no such cluster, or Ray is not installed.
        """
        require(RAY, purpose="a Ray cluster")
        import ray  # noqa: PLC0415  an extra, and slow to import

        if not ray.is_initialized():
            try:
                where = None if self.address == "local" else self.address
                ray.init(address=where, log_to_driver=False, configure_logging=False)
            except (ConnectionError, ValueError, RuntimeError) as error:
                raise UsageError(
                    f"there is no Ray cluster at {self.address}: {_told(error)}",
                    hint="start one with 'ray start --head', or ask for a local one",
                ) from None
        return ray

    def run(
        self, function: Callable[..., Any], tasks: Iterable[Task[K]]
    ) -> Iterator[tuple[K, Any]]:
        """Yield the key of each task with what came of it, or a `LostTask`, in any order.

        Tasks are taken as the cluster gets ahead, so that not all of their arguments lie there.

        Raises:
            UsageError: There is no such cluster, or Ray is not installed.
        """
        ray = self.join()
        remote = ray.remote(function)
        coming = iter(tasks)
        waiting: dict[Any, K] = {}
        while True:
            free = AHEAD * max(1, round(sum(map(_size, ray.nodes())))) - len(waiting)
            for task in islice(coming, max(0, free)):
                options = {"max_retries": RETRIES, **task.needs}
                waiting[remote.options(**options).remote(*task.arguments)] = task.key
            if not waiting:
                return
            [reference], _ = ray.wait(list(waiting), num_returns=1)
            key = waiting.pop(reference)
            try:
                found = ray.get(reference)
            except ray.exceptions.RayTaskError:
                raise  # a fault of ours
            except ray.exceptions.RayError as error:
                found = LostTask(f"lost by the cluster: {_told(error)}")
            yield key, found


def _size(node: Mapping[str, Any]) -> float:
    """Return how many tasks a node may run at a time."""
    resources = node.get("Resources", {}) if node.get("Alive") else {}
    return float(resources.get("CPU", 0)) + float(resources.get("GPU", 0))


def _told(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
