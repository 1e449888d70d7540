"""Which student has which network, as a file keeps it: what `archstat grade` marks against."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

from archstat.errors import UsageError, shown, within
from archstat.files import is_file, is_folder, read_file
from archstat.homework.grading.naming import squashed
from archstat.homework.grading.roster import Student
from archstat.homework.reading import limits
from archstat.layers.base import Shape
from archstat.models.spec.build import Settings
from archstat.toml import toml_of

NAME = "variants.toml"
WRITTEN_BY = "archstat key --variants writes such a file"

Names: TypeAlias = tuple[str, ...]


@dataclass(frozen=True)
class Given:
    """What a student is given: how a network differs from that of the homework.

    Attributes:
        name: What the sheet is called.
        names: By what a hand-in may tell whose it is: name, number, login, address.
        settings: The changes, by layer.
    """

    name: str
    names: Names
    input: Shape
    settings: Settings = field(default_factory=dict)

    def with_(self, others: Settings | None) -> Settings:
        """Return its changes, and before them others."""
        before = others or {}
        layers = dict.fromkeys((*before, *self.settings))
        return {one: {**before.get(one, {}), **self.settings.get(one, {})} for one in layers}


@dataclass(frozen=True)
class HandOut:
    """The networks of a class.

    Attributes:
        model: The network that all of them vary.
        vary: What is varied.
        seed: What they were drawn with.
    """

    model: str
    vary: tuple[str, ...]
    seed: int
    given: tuple[Given, ...]

    def of(self, names: Iterator[str] | tuple[str, ...]) -> Given | None:
        """Return what somebody was given who may be called so; None if nothing."""
        for name in names:
            if (found := self._by_name.get(squashed(name))) is not None:
                return found
        return None

    @cached_property
    def _by_name(self) -> Mapping[str, Given]:
        """Who is called what, without names that are those of several."""
        called: defaultdict[str, set[int]] = defaultdict(set)
        for at, one in enumerate(self.given):
            for name in filter(None, map(squashed, (one.name, *one.names))):
                called[name].add(at)
        return {name: self.given[min(places)] for name, places in called.items()
                if len(places) == 1}  # fmt: skip


def names_of(student: Student) -> Names:
    """Return by what a hand-in may tell that it is a student's."""
    named = (student.number, student.login, student.email, student.name, student.lms_id)
    return tuple(filter(None, named))


def written(hand_out: HandOut) -> str:
    """Return a hand-out as TOML."""

    def text(value: object) -> str:
        return json.dumps(value, ensure_ascii=False)

    lines = [
        f"model = {text(hand_out.model)}",
        f"vary  = {text(list(hand_out.vary))}",
        f"seed  = {hand_out.seed}",
    ]
    for one in hand_out.given:
        lines += ["", "[[given]]", f"name  = {text(one.name)}", f"names = {text(list(one.names))}"]
        lines.append(f"input = {list(one.input)}")
        for layer, changes in one.settings.items():
            for key, value in changes.items():
                lines.append(f"set.{text(layer)}.{key} = {text(value)}")
    return "\n".join(lines) + "\n"


def read_hand_out(path: Path) -> HandOut:
    """Return the networks that a file, or the one in a folder, states.

    Raises:
        UsageError: It cannot be read, or is no hand-out.
    """
    file = path / NAME if is_folder(path) else path
    with within(shown(str(file))):
        try:
            stated = toml_of(read_file(file, limits.MOST_BYTES))
            given = tuple(map(_given, stated["given"]))
            return HandOut(stated["model"], tuple(stated["vary"]), stated["seed"], given)
        except KeyError as error:
            raise UsageError(
                f"says not whose network is which: {error} is missing", hint=WRITTEN_BY
            ) from None
        except TypeError:
            raise UsageError("says not whose network is which", hint=WRITTEN_BY) from None


def _given(stated: Mapping[str, object]) -> Given:
    """Return what a student is given, as a file states it.

    Raises:
        KeyError: Something is missing.
        UsageError: Something is of another type.
    """
    name, names, shape = stated["name"], stated["names"], stated["input"]
    changes = stated.get("set", {})
    if not isinstance(name, str):
        raise UsageError(f"the name {shown(name)} is no text", hint=WRITTEN_BY)
    if not (isinstance(names, list) and all(isinstance(one, str) for one in names)):
        raise UsageError(f"names of {shown(name)} must be a list of texts", hint=WRITTEN_BY)
    if not (isinstance(shape, list) and all(type(size) is int for size in shape)):
        raise UsageError(f"input of {shown(name)} must be a list of sizes", hint=WRITTEN_BY)
    if not (isinstance(changes, dict) and all(isinstance(each, dict) for each in changes.values())):
        raise UsageError(f"set of {shown(name)} must have settings by layer", hint=WRITTEN_BY)
    return Given(name, tuple(names), tuple(shape), changes)


def require_kept(hand_out: HandOut, folder: Path) -> None:
    """Refuse to write over the networks that a folder has for a class, unless all of them stay.

    Students may have their sheets already. Others may join them.

    Raises:
        UsageError: Somebody would have another network than the folder says, or none.
    """
    file = folder / NAME
    if not is_file(file):
        return
    before = read_hand_out(file)
    changed = [one for one in before.given if one not in hand_out.given]
    if changed or before.model != hand_out.model:
        whose = f" for {shown(changed[0].name)}" if changed else ""
        raise UsageError(
            f"{shown(str(file))} says another network{whose}, whose sheet may be handed out",
            hint="write another folder after -o, or delete this one",
        )
