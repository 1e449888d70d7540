"""What `archstat table --latency` measures: the layers on each device, in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator

from archstat.bench import run
from archstat.bench.case import Case
from archstat.bench.layer_summary import Breakdown, breakdown, failure, layer_seconds
from archstat.bench.protocol import SECOND, Rules
from archstat.bench.record import Record, Result
from archstat.bench.summary import Figures, Publishable, figures
from archstat.bench.work import work_of
from archstat.devices.processor import physical_cores
from archstat.documents.cells import with_time_unit
from archstat.documents.units import percent
from archstat.errors import UsageError, within
from archstat.extras import TORCH, require
from archstat.graph import Graph
from archstat.models.question import Question
from archstat.report.latency import with_latency
from archstat.report.report import NetworkReport

CPU = "cpu"
QUICK = Rules(budget_ns=SECOND // 2, layers_ns=SECOND)


def devices_named(text: str) -> list[str]:
    """Return the full names of the devices that `--latency` states.

    Raises:
        UsageError: It states none, or torch is not installed.
        DeviceError: This machine has none of this name.
    """
    require(TORCH, purpose="--latency")
    from archstat.bench.measuring.places import device_names

    with within("--latency"):
        names = [name.strip() for name in text.split(",") if name.strip()]
        if not names:
            raise UsageError("names no device", hint="write --latency cpu,cuda")
        return device_names(names)


def measured(
    report: NetworkReport, graph: Graph, model: str, question: Question, devices: list[str]
) -> NetworkReport:
    """Return a report with what each layer and the whole take on some devices.

    Raises:
        DeviceError: A process fails.
    """
    batch = report.batch_size
    for device in devices:
        threads = physical_cores() if device == CPU else 0
        case = Case(model, device, batch, threads=threads)
        works = {case: work_of(graph, batch_size=batch)}
        asked = run.Asked(works, question, QUICK, processes=1, layers=True)
        empty = Record("", is_quick=True, environment={}, titles={})
        going = run.Run(empty, asked, start=run.started, changed=_ignored, ended=_ignored)
        record = going.measure()
        report = _with(report, record, record.results[0])
    return report


def _ignored(_: object) -> None:
    """Show nothing of a run that takes seconds."""


def _with(report: NetworkReport, record: Record, result: Result) -> NetworkReport:
    """Return a report with what was measured on one device."""
    found, parts = figures(record, result), breakdown(record, result)
    device = result.case.device
    whole_s = parts.whole_ns / SECOND if parts else found.latency_s if found else None
    notes = [f"latency on {device}: {text}" for text in _remarks(result, found, parts)]
    return with_latency(report, device, layer_seconds(result), whole_s, notes)


def _remarks(result: Result, found: Figures | None, parts: Breakdown | None) -> Iterator[str]:
    """Yield how it was measured, and what is to be said of it."""
    if found is None:
        yield f"not measured: {result.failure or 'the process has ended'}"
        return
    threads = f" with {result.case.threads} threads" if result.case.threads else ""
    how = f"a quick look in one process, in float32{threads}"
    if parts is None:
        yield f"{how}; no layers: {failure(result)}"
    else:
        share = percent(parts.sum_ns / parts.whole_ns)
        yield f"{how}; layers are measured one by one, and sum to {share} of the whole"
        yield from parts.notes
        if result.case.device != CPU:
            yield f"a call takes {with_time_unit(found.latency_s)} with what the host adds"
    if found.verdict is not Publishable.VALID:
        why = found.reason.partition(";")[0]  # what follows are options of archstat bench
        yield f"{found.verdict.value}: {why}; archstat bench takes its time, and tells more"
