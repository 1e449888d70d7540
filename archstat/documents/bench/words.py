"""What stands above and below the rows, the same in every format for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from archstat.analyses.conventions.convention import FLOPS_PER_MAC
from archstat.bench.case import Case
from archstat.bench.record import CONV, MATMUL, MEMORY, Ceiling
from archstat.bench.summary import Publishable, best
from archstat.documents.bench.sheet import (
    BATCH,
    DEVICE,
    MODEL,
    SETTINGS,
    THREADS,
    CaseRow,
    CaseSheet,
)
from archstat.documents.units import percent, with_prefix
from archstat.layers.base import times

QUICK = "quick look: one process, so no interval between processes"
NOTHING_MEASURED = "nothing was measured"
LEAST_LOAD = 0.5
"""Programs that run or wait, on average over a minute, before it is said that there are others."""


def models(sheet: CaseSheet) -> Iterator[str]:
    """Yield what each model is."""
    for name in dict.fromkeys(row.case.model for row in sheet.rows):
        title = sheet.record.titles.get(name, "")
        named = f"{name}: {title}" if title and title != name else name
        yield ", ".join([named, *_size(sheet, name)])


def _size(sheet: CaseSheet, name: str) -> Iterator[str]:
    row = next(row for row in sheet.rows if row.case.model == name)
    work = row.result.work
    if work.layers:
        macs = work.flops // FLOPS_PER_MAC // row.case.batch_size
        yield f"{sheet.record.params.get(name, work.weights):,} params"
        step = " in a training step" if row.case.optimizer else ""
        yield f"{'≥ ' if work.uncounted else ''}{macs:,} MACs an {sheet.example}{step}"
    if shape := sheet.record.inputs.get(name):
        yield f"input {times(shape)}"


def common(sheet: CaseSheet) -> str:
    """Return the settings that all rows have, but those that stand elsewhere."""
    if not sheet.rows:
        return ""
    elsewhere = {MODEL, DEVICE, BATCH, THREADS, *sheet.varying}
    words = [setting.named(sheet.rows[0].case) for setting in SETTINGS if setting not in elsewhere]
    if sheet.record.epoch_images and any(row.case.optimizer for row in sheet.rows):
        words.append(f"an epoch is {sheet.record.epoch_images:,} {sheet.example}s")
    return ", ".join(filter(None, words))


def devices(sheet: CaseSheet) -> Iterator[str]:
    """Yield what each device is and does."""
    environment = sheet.record.environment
    version = environment.get("software", {}).get("torch")
    for device, threads in sheet.threads.items():
        name = environment.get(device, {}).get("name")
        count = threads[0] if THREADS not in sheet.varying else 0
        words = [
            str(name) if name else "",
            _several(str(count), "thread") if count else "",
            f"torch {version}" if version else "",
        ]
        known = ", ".join(filter(None, words)) or "of an unknown name"
        measured = "; ".join(_measured(sheet, device))
        yield f"{device}: {known}" + (f"; measured now: {measured}" if measured else "")


def _measured(sheet: CaseSheet, device: str) -> Iterator[str]:
    surroundings = dict.fromkeys(
        row.case.surroundings for row in sheet.rows if row.case.device == device
    )
    several = len(surroundings) > 1
    for key in surroundings:
        known = [ceiling for ceiling in sheet.record.ceilings if ceiling.surroundings == key]
        rates = ", ".join(_rates(known))
        if rates:
            _, dtype, threads = key
            many = several and len(sheet.threads[device]) > 1
            label = f"{dtype}, {_several(str(threads), 'thread')}" if many else dtype
            yield f"{label} {rates}" if several else rates


def _rates(ceilings: Sequence[Ceiling]) -> Iterator[str]:
    conv, matmul = best(ceilings, CONV), best(ceilings, MATMUL)
    texts = [_peak(peak, "FLOP/s") for peak in (conv, matmul) if peak]
    if len(set(texts)) == 1:
        yield texts[0]
    elif texts:
        yield f"{texts[0]} in convolutions, {texts[1]} in matrix products"
    if (memory := best(ceilings, MEMORY)) is not None:
        yield _peak(memory, "B/s")


def _peak(ceiling: Ceiling, unit: str) -> str:
    """Return what a probe reached, and how far off another run may be."""
    peak = max(ceiling.rates)
    off = max((abs(end / peak - 1) for end in ceiling.interval or ()), default=0.0)
    return with_prefix(peak, unit) + (f" ± {percent(off)}" if off else "")


def protocol(sheet: CaseSheet) -> Iterator[str]:
    """Yield how much was measured, and how far it scatters."""
    measured = [(row, row.figures) for row in sheet.rows if row.figures is not None]
    if not measured:
        return
    processes = _span(sum(bool(t.samples) for t in row.result.trials) for row, _ in measured)
    counts = [found.samples + found.set_aside for _, found in measured]
    samples = _span(
        len(trial.samples) for row, _ in measured for trial in row.result.trials if trial.samples
    )
    aside = sum(found.set_aside for _, found in measured)
    words = [f"{_several(processes, 'process', 'es')} × {_several(samples, 'sample')}"]
    if aside:
        words.append(
            f"{aside:,} of {sum(counts):,} set aside ({_causes(row for row, _ in measured)})"
        )
    if processes != "1":
        latency = max(found.spread for _, found in measured)
        apart = f"processes differ by up to {percent(latency)}"
        shares = [found.limit.spread for _, found in measured if found.limit is not None]
        if shares:
            apart += f", their shares of the limit by up to {percent(max(shares))}"
        words.append(apart)
    yield "; ".join(words)
    if sheet.record.is_quick:
        yield QUICK


def spent(sheet: CaseSheet) -> Iterator[str]:
    """Yield how much of the time went into neither the model nor the probes."""
    times_s = sheet.record.spent_s
    if whole := times_s.get("all"):
        rest = max(0.0, whole - times_s.get("model", 0) - times_s.get("probes", 0))
        yield f"{whole:.0f} s, {percent(rest / whole)} of it neither in the model nor in the probes"


def verdicts(sheet: CaseSheet) -> Iterator[tuple[Publishable, str]]:
    """Yield why rows that were measured are not worth publishing; a line for each reason."""
    found: dict[tuple[Publishable, str], list[Case]] = {}
    for row in sheet.rows:
        if row.figures is not None and row.reason:
            found.setdefault((row.verdict, row.reason), []).append(row.case)
    for (verdict, reason), cases in found.items():
        yield verdict, f"{_labels(sheet, cases)}: {reason}"


def notes(sheet: CaseSheet) -> Iterator[str]:
    """Yield what else should be known; each note once, with the rows that it is about."""
    found: dict[str, list[Case]] = {}
    for row in sheet.rows:
        for note in row.figures.notes if row.figures else ():
            found.setdefault(note, []).append(row.case)
    for note, cases in found.items():
        yield f"{_labels(sheet, cases)}: {note}"
    for row in sheet.rows:
        if row.figures is not None and row.result.work.uncounted:
            uncounted = ", ".join(row.result.work.uncounted)
            yield f"{sheet.label(row.case)}: no limit, as nobody has counted {uncounted}"
    yield from _others(sheet)


def _others(sheet: CaseSheet) -> Iterator[str]:
    """Yield how busy other programs kept the processors, if they kept half of one or more."""
    environment = sheet.record.environment
    load = environment.get("process", {}).get("load")
    cores = environment.get("cpu", {}).get("cores")
    if isinstance(load, int | float) and isinstance(cores, int) and load >= LEAST_LOAD:
        on = _several(str(cores), "core")
        yield f"when it began, other programs had a load of {load:.1f} on {on}"


def reproduce(sheet: CaseSheet) -> str:
    """Return how to get the same again."""
    return f"to reproduce: {sheet.record.words}"


def _labels(sheet: CaseSheet, cases: Sequence[Case]) -> str:
    if len(cases) == len(sheet.rows) > 1:
        return "all"
    return "; ".join(sheet.label(case) for case in cases)


def _causes(rows: Iterable[CaseRow]) -> str:
    counts = Counter(
        sample.set_aside
        for row in rows
        for trial in row.result.trials
        for sample in trial.samples
        if sample.set_aside
    )
    return ", ".join(f"{count:,} {cause}" for cause, count in counts.most_common())


def _several(count: str, what: str, ending: str = "s") -> str:
    return f"{count} {what}" if count == "1" else f"{count} {what}{ending}"


def _span(counts: Iterable[int]) -> str:
    found = sorted(counts)
    low, high = found[0], found[-1]
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"
