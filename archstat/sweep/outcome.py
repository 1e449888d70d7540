"""What came of a case, as a file of the store has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from archstat.errors import RecordError
from archstat.sweep.case import SweepCase

SCHEMA = 1
KIND = "sweep"
DONE = "done"
FAILED = "failed"


@dataclass(frozen=True)
class CaseOutcome:
    """What came of a case.

    Attributes:
        status: "done" or "failed".
        answer: What the command answered, by its JSON contract; empty where it failed.
        reason: Why it failed.
        notes: What else should be known: that a smaller batch was taken.
        began: When, in UTC, as ISO 8601 has it.
        took_s: Seconds.
        host: The machine.
        engine: What ran it.
        archstat: The version.
    """

    case: SweepCase
    status: str
    answer: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    notes: tuple[str, ...] = ()
    began: str = ""
    took_s: float = 0.0
    host: str = ""
    engine: str = "local"
    archstat: str = ""

    @property
    def is_done(self) -> bool:
        """Whether there is an answer."""
        return self.status == DONE

    def to_dict(self) -> dict[str, Any]:
        """Return it as the JSON contract has it."""
        plain = {key: value for key, value in vars(self).items() if key not in {"case", "notes"}}
        return {
            "schema": SCHEMA,
            "kind": KIND,
            "id": self.case.id,
            "case": self.case.to_dict(),
            "command": self.case.command,
            "notes": list(self.notes),
            **plain,
        }


def outcome_of(data: object) -> CaseOutcome:
    """Return what a file holds.

    Raises:
        RecordError: It holds something else.
    """
    if not isinstance(data, dict) or data.get("kind") != KIND:
        raise RecordError("holds no case of a sweep")
    if data.get("schema") != SCHEMA:
        raise RecordError(f"is of schema {data.get('schema')}, and this archstat reads {SCHEMA}")
    try:
        known = {key: data[key] for key in data if key in CaseOutcome.__dataclass_fields__}
        known["case"] = SweepCase.from_dict(data["case"])
        known["notes"] = tuple(data.get("notes", ()))
        outcome = CaseOutcome(**known)
    except (KeyError, TypeError, AttributeError):
        raise RecordError("is damaged: a case of a sweep misses some of its keys") from None
    if outcome.status not in {DONE, FAILED} or not isinstance(outcome.answer, Mapping):
        raise RecordError("is damaged: a case of a sweep is done or failed")
    return outcome
