"""`archstat bench trace.json MODEL`: what a trace of torch.profiler says of a model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from archstat.cli.streams import say, stdout_kept
from archstat.errors import RecordError, UsageError, shown, within
from archstat.extras import TORCH, require

if TYPE_CHECKING:
    from archstat.documents.document import Document
    from archstat.models.question import Question

MOST_EXAMPLES = 1 << 20
ENDINGS = (".json", ".json.gz")


def names_trace(models: list[str], ceilings: str | None) -> bool:
    """Return whether the first of some arguments is the file of a trace.

    Raises:
        UsageError: It is not, and there are ceilings, which only traces take.
    """
    if models and models[0].endswith(ENDINGS):
        from archstat.bench.traces.file import is_trace

        if is_trace(Path(models[0])):
            return True
    if ceilings is not None:
        raise UsageError(
            "--on gives ceilings to a trace of torch.profiler, and none is named",
            hint="archstat limit MODEL --on FILE tells the floors of a model",
        )
    return False


def traced(
    models: list[str],
    question: Question,
    *,
    batch: str | None,
    dtype: str | None,
    ceilings: str | None,
) -> Document:
    """Return what a trace says of a model.

    Args:
        models: The file, and the model that it is of.
        question: What is asked of the model.
        batch: The examples of a pass; None for what the trace says.
        dtype: The type of its numbers; None for what the trace says.
        ceilings: A record with the ceilings of the device, or a known name; None for none.

    Raises:
        ArchstatError: The file is no trace, or not of this model.
    """
    file, *names = models
    if len(names) != 1:
        raise UsageError(
            f"{file} is a trace, and it takes one model beside it",
            hint=f"write archstat bench {file} MODEL",
        )
    require(TORCH, purpose="a trace")
    from archstat.bench.case import DTYPES
    from archstat.bench.limits.device import limit_on
    from archstat.bench.limits.named import limits_on
    from archstat.bench.measuring.operators import operators_of
    from archstat.bench.traces.file import read_trace
    from archstat.bench.traces.summary import found_in, require_same_shapes, trace_figures
    from archstat.bench.work import work_of
    from archstat.documents.bench.trace import TraceSubject, trace_document

    batch_size = None if batch is None else _count(batch)
    if dtype is not None and dtype not in DTYPES:
        hint = f"use one of {', '.join(DTYPES)}"
        raise UsageError(f"--dtype: a trace is of one type, got {shown(dtype)}", hint=hint)
    model, trace = names[0], read_trace(Path(file))
    limits = None if ceilings is None else limits_on(ceilings)
    with stdout_kept():  # a user's file may print
        graph, wanted = operators_of(model, replace(question, batch_size=1))
        with within(file):
            found = found_in(trace, wanted, model)
            size = batch_size or found.batch_size
            if size is None:
                if found.has_shapes:
                    require_same_shapes(found, model)
                raise RecordError(
                    "has no shapes, so it does not say how many examples a pass had",
                    hint="state them with --batch N, or profile with record_shapes=True",
                )
        if size != 1:
            graph, wanted = operators_of(model, replace(question, batch_size=size))
            with within(file):
                found = found_in(trace, wanted, model)
    with within(file):
        require_same_shapes(found, model)
    kind = dtype or found.dtype
    work = work_of(graph, batch_size=size)
    limit = None
    if limits is not None:
        with within(str(ceilings)):
            limit = limit_on([*limits(work, [kind])], is_gpu=trace.has_kernels)
    figures = trace_figures(
        trace,
        found,
        work,
        {node.name: node.layer.kind for node in graph.nodes},
        dtype=kind,
        limit=limit,
    )
    if limit is not None and trace.device and trace.device != limit.name:
        say(f"note: the trace is of {trace.device}, and the ceilings are of {limit.name}")
    threads = f", {limit.threads} threads" if limit is not None and limit.threads else ""
    return trace_document(
        figures,
        TraceSubject(
            file,
            model,
            size,
            kind,
            trace.device if trace.has_kernels else "",
            "" if limit is None else f"{limit.name}, {kind}{threads}",
        ),
    )


def _count(text: str) -> int:
    if not text.strip().isdecimal() or not 1 <= int(text) <= MOST_EXAMPLES:
        raise UsageError(
            f"--batch: a trace is of one batch, got {shown(text)}",
            hint="write --batch 8, or leave it out where the trace has shapes",
        )
    return int(text)
