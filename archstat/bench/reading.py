"""Records from files: what `record.to_dict` wrote, back as it was, or what is wrong with it.

The types of the record's fields are the schema. Keys that are not known are left out and keys with
a default may be missing, so that files of all versions of a schema are read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from archstat.bench.case import DTYPES, MODES, OPTIMIZERS
from archstat.bench.record import RESOURCES, SCHEMA, Ceiling, LayerTimes, Record, Result, Sample
from archstat.errors import RecordError, shown, within
from archstat.files import read_file

MOST = 2**63
"""No number of a record is as large; beyond, figures would overflow."""

MOST_BYTES = 256 << 20
"""Of a file; those of this version have two million, and those before it grew with the time."""

HINT = "give a file that archstat bench -o FILE.json wrote"


def read_record(path: Path) -> Record:
    """Return the record of a file.

    Raises:
        RecordError: There is none.
    """
    with within(str(path)):
        try:
            text = read_file(path, MOST_BYTES, RecordError).decode()
        except UnicodeDecodeError:
            raise RecordError("is no text in UTF-8", hint=HINT) from None
        return from_dict(_document(text))


def from_dict(document: object) -> Record:
    """Return the record that JSON holds.

    Raises:
        RecordError: It holds none, or one of another schema.
    """
    if isinstance(document, dict) and document.get("kind") == "sweep":  # a case, around its record
        if document.get("status") == "failed":
            raise RecordError("is a case that has failed, and holds no record")
        document = document.get("answer")
    if not isinstance(document, dict) or document.get("kind") != "bench":
        raise RecordError("holds no record of archstat bench", hint=HINT)
    if document.get("schema") != SCHEMA:
        raise RecordError(
            f"is a record of schema {shown(document.get('schema'))}; this archstat reads {SCHEMA}",
            hint="read it with the archstat that wrote it, or measure again",
        )
    record: Record = _decoded(Record, document, "")
    for place, what in _problems(record):
        raise RecordError(f"{place} {what}", hint=HINT)
    return record


def _document(text: str) -> object:
    try:
        return json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        is_cut = error.pos >= len(text.rstrip()) or not text.rstrip().endswith("}")
        if is_cut and text.lstrip().startswith("{"):
            raise RecordError("ends in the middle of the record", hint=HINT) from None
        raise RecordError(f"is no JSON: line {error.lineno}: {error.msg}", hint=HINT) from None
    except (ValueError, RecursionError):  # NaN, thousands of digits or of brackets
        raise RecordError("is no JSON of a record", hint=HINT) from None


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _decoded(kind: Any, value: Any, place: str) -> Any:
    """Return a value as the type of a field; `place` is where it stands."""
    arguments = get_args(kind)
    match get_origin(kind) or kind:
        case origin if origin is UnionType:
            return None if value is None else _decoded(arguments[0], value, place)
        case origin if origin is tuple:
            _require(isinstance(value, list), value, place, "is no list")
            each = enumerate(value)
            return tuple(_decoded(arguments[0], item, f"{place}[{at}]") for at, item in each)
        case origin if origin is Mapping:
            _require(isinstance(value, dict), value, place, "is no object")
            inner = arguments[1]
            return {key: _decoded(inner, item, f"{place}.{key}") for key, item in value.items()}
        case origin if is_dataclass(origin):
            return _record(origin, value, place)
    _require(kind is Any or _is(kind, value), value, place, _WRONG.get(kind, ""))
    return float(value) if kind is float else value


_WRONG = {
    str: "is no text",
    bool: "is neither true nor false",
    int: "is no whole number from 0 on",
    float: "is no number from 0 on",
}


def _is(kind: type, value: object) -> bool:
    if kind in {str, bool}:
        return type(value) is kind
    if type(value) is int:
        return 0 <= value < MOST
    return kind is float and type(value) is float and 0 <= value < MOST


def _record(kind: Any, value: Any, place: str) -> Any:
    _require(isinstance(value, dict), value, place, "is no object")
    hints, found = _hints(kind), {}
    for field in fields(kind):
        where = f"{place}.{field.name}" if place else field.name
        if field.name in value:
            found[field.name] = _decoded(hints[field.name], value[field.name], where)
        elif field.default is MISSING and field.default_factory is MISSING:
            raise RecordError(f"{where} is missing", hint=HINT)
    return kind(**found)


_hints = cache(get_type_hints)


def _require(holds: bool, value: object, place: str, what: str) -> None:  # noqa: FBT001  a condition
    if not holds:
        raise RecordError(f"{place}: {shown(value)} {what}", hint=HINT)


def _problems(record: Record) -> Iterator[tuple[str, str]]:
    """Yield what no run of archstat writes, with its place."""
    for at, result in enumerate(record.results):
        yield from _of_case(result, f"results[{at}]")
        for number, trial in enumerate(result.trials):
            for count, sample in enumerate(trial.samples):
                place = f"results[{at}].trials[{number}].samples[{count}]"
                yield from ((place, what) for what in _of_sample(sample))
        for number, times in enumerate(result.layers):
            yield from ((f"results[{at}].layers[{number}]", what) for what in _of_layers(times))
    for at, ceiling in enumerate(record.ceilings):
        yield from ((f"ceilings[{at}]", what) for what in _of_ceiling(ceiling))


def _of_case(result: Result, place: str) -> Iterator[tuple[str, str]]:
    case = result.case
    for key, value, known in (
        ("dtype", case.dtype, DTYPES),
        ("mode", case.mode, MODES),
        ("optimizer", case.optimizer, ("", *OPTIMIZERS)),
    ):
        if value not in known:
            yield f"{place}.case.{key}:", f"{shown(value)} is not known"
    if not case.batch_size:
        yield f"{place}.case.batch_size:", "no examples"


def _of_sample(sample: Sample) -> Iterator[str]:
    if not sample.calls_ns or not all(sample.calls_ns):
        yield "has no time"
    if bool(sample.queue_calls) != bool(sample.queue_ns):
        yield "has calls in a row without their time"
    if sample.device_ns is not None and not (sample.device_ns and sample.queue_calls):
        yield "has a time of the device without calls in a row"
    if any(rate is not None and rate < 1 for rate in (sample.flops_rate, sample.bytes_rate)):
        yield "has a probe that did nothing"


def _of_layers(times: LayerTimes) -> Iterator[str]:
    if len(times.kinds) != len(times.names):
        yield "has not as many kinds as names"
    if any(len(each.layers_ns) != len(times.names) for each in times.rounds):
        yield "has a round with more or fewer layers than names"
    if not all(each.whole_ns for each in times.rounds):
        yield "has a round in which the whole took no time"
    if any(
        r is not None and r < 1 for each in times.rounds for r in (each.flops_rate, each.bytes_rate)
    ):
        yield "has a probe that did nothing"


def _of_ceiling(ceiling: Ceiling) -> Iterator[str]:
    if len(ceiling.rates) != len(ceiling.beside):
        yield "has not as many rates as rates beside them"
    if any(rate < 1 for rate in (*ceiling.rates, *ceiling.beside)):
        yield "has a probe that did nothing"
    if ceiling.processes < 1 or len(ceiling.rates) % ceiling.processes:
        yield "has not as many rates of each process"
    if not set(ceiling.resources) <= set(RESOURCES):
        yield "tells of resources that are not known"
