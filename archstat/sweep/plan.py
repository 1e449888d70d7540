"""A plan: a TOML file that says what to ask of which models, and every combination is a case."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from heapq import heapreplace
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from archstat.bench.case import DTYPES, MODES, OPTIMIZERS
from archstat.errors import Problem, UsageError, did_you_mean, shown, within
from archstat.files import read_file
from archstat.sweep.case import BENCH, TABLE, WHAT, SweepCase
from archstat.toml import toml_of

MOST_BYTES = 1_000_000
MOST_CASES = 1_000_000
LONGEST_S = 86_400.0
USUAL_S = 900.0
GLOB = "*?["


class PlanKey(NamedTuple):
    """A key of a block of cases: the type of its values, whether it has several, and which."""

    type: type
    has_several: bool = False
    known: Sequence[object] = ()
    least: float | None = None


KEYS: Mapping[str, PlanKey] = {
    "models": PlanKey(str, has_several=True),
    "what": PlanKey(str, known=WHAT),
    "input": PlanKey(str, has_several=True),
    "arg": PlanKey(str, has_several=True),
    "batch": PlanKey(int, has_several=True, least=1),
    "device": PlanKey(str, has_several=True),
    "dtype": PlanKey(str, has_several=True, known=DTYPES),
    "mode": PlanKey(str, has_several=True, known=MODES),
    "threads": PlanKey(int, has_several=True, least=0),
    "channels_last": PlanKey(bool, has_several=True),
    "train": PlanKey(str, has_several=True, known=("", *OPTIMIZERS)),
    "processes": PlanKey(int, least=1),
    "seconds": PlanKey(float, least=0),
    "quick": PlanKey(bool),
}
OF_CASES = {
    "models": "model",
    "batch": "batch_size",
    "train": "optimizer",
    "device": "device",
    "dtype": "dtype",
    "mode": "mode",
    "threads": "threads",
    "channels_last": "channels_last",
    "what": "what",
}
"""The keys by which cases are left out, and what they are called there."""

BLOCKS = ("cases", "leave_out")
TOP = ("limit_s", *BLOCKS)


@dataclass(frozen=True)
class SweepPlan:
    """What a plan asks.

    Attributes:
        cases: In the order of the file, each once.
        limit_s: Seconds that a case may take.
        left_out: How many cases the plan leaves out.
    """

    cases: tuple[SweepCase, ...]
    limit_s: float = USUAL_S
    left_out: int = 0

    def shard(self, number: int, of: int) -> tuple[SweepCase, ...]:
        """Return the cases of one of `of` shards, counted from 1, in the order of the plan.

        The longest case goes to the shard that has least to do so far: the same on every machine.
        """
        loads = [(0.0, shard) for shard in range(1, of + 1)]
        taken: set[SweepCase] = set()
        for case in sorted(self.cases, key=lambda case: (-case.estimate_s, case.id)):
            load, shard = loads[0]
            heapreplace(loads, (load + case.estimate_s, shard))
            if shard == number:
                taken.add(case)
        return tuple(case for case in self.cases if case in taken)


@dataclass
class _Reader:
    """Reads a plan, and collects all that is wrong with it."""

    place: str
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, what: str, hint: str | None = None, *, at: str = "") -> None:
        self.problems.append(Problem(what, hint, (self.place, at) if at else (self.place,)))

    def values(self, block: Mapping[str, Any], at: str) -> dict[str, list[Any]]:
        """Return the values of each key, as lists."""
        found: dict[str, list[Any]] = {}
        for name, stated in block.items():
            key = KEYS.get(name)
            if key is None:
                self.wrong(f"there is no key {shown(name)}", did_you_mean(name, list(KEYS)), at=at)
                continue
            several = stated if isinstance(stated, list) else [stated]
            if not several or (len(several) > 1 and not key.has_several):
                self.wrong(f"{name} has {len(several)} values", "state one", at=at)
                continue
            for value in several:
                self.check(name, key, value, at)
            found[name] = several
        return found

    def check(self, name: str, key: PlanKey, value: object, at: str) -> None:
        wanted = (int, float) if key.type is float else (key.type,)
        is_of_type = isinstance(value, wanted) and (key.type is bool or not isinstance(value, bool))
        if not is_of_type:
            kinds = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}
            self.wrong(f"{name}: must be {kinds[key.type]}, got {shown(value)}", at=at)
        elif key.known and value not in key.known:
            names = [str(known) for known in key.known if known]
            hint = did_you_mean(str(value), names) or f"there are {', '.join(names)}"
            self.wrong(f"{name}: there is no {shown(value)}", hint, at=at)
        elif key.least is not None and isinstance(value, (int, float)) and value < key.least:
            self.wrong(f"{name}: must be at least {key.least:g}, got {value:g}", at=at)

    def require_none(self) -> None:
        if self.problems:
            raise UsageError.of(self.problems)


def read_plan(path: Path, names_of: Callable[[str], Sequence[str]]) -> SweepPlan:
    """Return the plan in a file.

    Args:
        path: The file.
        names_of: Returns the models of a library ("timm"), or of the catalogue (""), by name.

    Raises:
        UsageError: It cannot be read, or something in it is wrong: all of it is told.
    """
    reader = _Reader(str(path))
    with within(str(path)):
        data = toml_of(read_file(path, MOST_BYTES))
    for name in data:
        if name not in TOP:
            reader.wrong(f"there is no key {shown(name)}", did_you_mean(name, TOP))
    limit_s = data.get("limit_s", USUAL_S)
    if (
        isinstance(limit_s, bool)
        or not isinstance(limit_s, (int, float))
        or not (0 < limit_s <= LONGEST_S)
    ):
        reader.wrong(f"limit_s: must be seconds, more than 0 and at most {LONGEST_S:,.0f}")
    blocks = {name: _blocks(data, name, reader) for name in BLOCKS}
    reader.require_none()
    if not blocks["cases"]:
        raise UsageError(
            "asks nothing",
            hint='write [[cases]], and below it models = ["lenet5"] and batch = [1, 32]',
        ).within(str(path))
    cases = list(dict.fromkeys(_cases(blocks["cases"], names_of, reader)))
    reader.require_none()
    kept = [case for case in cases if not any(_matches(case, out) for out in blocks["leave_out"])]
    if not kept:
        raise UsageError("leaves out every case").within(str(path))
    return SweepPlan(tuple(kept), float(limit_s), len(cases) - len(kept))


def _blocks(data: Mapping[str, Any], name: str, reader: _Reader) -> list[dict[str, list[Any]]]:
    stated = data.get(name, [])
    if not isinstance(stated, list) or not all(isinstance(block, dict) for block in stated):
        reader.wrong(f"{name} must be a block", f"write [[{name}]] on a line of its own")
        return []
    found = []
    for number, block in enumerate(stated, start=1):
        at = f"[[{name}]] {number}"
        values = reader.values(block, at)
        if name == "cases" and "models" not in values:
            reader.wrong("names no models", 'write models = ["torchvision/resnet*"]', at=at)
        for key in values if name == "leave_out" else ():
            if key not in OF_CASES:
                reader.wrong(f"cases are not left out by {key}", at=at)
        found.append(values)
    return found


def _cases(
    blocks: Iterable[Mapping[str, list[Any]]],
    names_of: Callable[[str], Sequence[str]],
    reader: _Reader,
) -> Iterator[SweepCase]:
    total = 0
    for number, block in enumerate(blocks, start=1):
        models = [
            name
            for pattern in block["models"]
            for name in _models(pattern, names_of, reader, f"[[cases]] {number}")
        ]
        made = _of_block(models, block)
        for case in made:
            total += 1
            if total > MOST_CASES:
                reader.wrong(f"asks more than {MOST_CASES:,} cases")
                return
            yield case


def _of_block(models: Sequence[str], block: Mapping[str, list[Any]]) -> Iterator[SweepCase]:
    """Yield every combination that makes a difference, as a block of a plan states it."""
    what = str(block.get("what", [BENCH])[0])
    is_table = what == TABLE
    quick = bool(block.get("quick", [False])[0])
    single: dict[str, Any] = {
        "what": what,
        "inputs": tuple(block.get("input", ())),
        "arguments": tuple(block.get("arg", ())),
        "processes": 1 if quick or is_table else int(block.get("processes", [3])[0]),
        "seconds": 0.0 if quick or is_table else float(block.get("seconds", [6.0])[0]),
    }
    several: dict[str, Sequence[Any]] = {
        "model": models,
        "device": ("none",) if is_table else block.get("device", ("cpu",)),
        "dtype": ("float32",) if is_table else block.get("dtype", ("float32",)),
        "mode": ("eager",) if is_table else block.get("mode", ("eager",)),
        "channels_last": (False,) if is_table else block.get("channels_last", (False,)),
        "optimizer": block.get("train", ("",)),
        "batch_size": block.get("batch", (1,) if is_table else (1, 32)),
        "threads": (0,) if is_table else block.get("threads", (0,)),
    }
    for values in product(*several.values()):
        asked = dict(zip(several, values, strict=True))
        if asked["device"] != "cpu":
            asked["threads"] = 0
        yield SweepCase(**asked, **single)


def _models(
    pattern: str, names_of: Callable[[str], Sequence[str]], reader: _Reader, at: str
) -> Sequence[str]:
    """Return the models that a name or a pattern stands for."""
    if not any(letter in pattern for letter in GLOB):
        return [pattern]
    library, slash, _ = pattern.partition("/")
    known = names_of(library if slash else "")
    found = [name for name in known if fnmatchcase(name, pattern)]
    if not found:
        reader.wrong(f"no model is called like {shown(pattern)}", at=at)
    return found


def _matches(case: SweepCase, out: Mapping[str, list[Any]]) -> bool:
    """Return whether a case is one that a block leaves out: in each of its keys."""
    for key, values in out.items():
        value = getattr(case, OF_CASES[key])
        if key == "models":
            if not any(fnmatchcase(value, pattern) for pattern in values):
                return False
        elif value not in values:
            return False
    return bool(out)
