"""Mistakes in what is given with a layer: stride and padding."""

from __future__ import annotations

from archstat.homework.answers.truth import Account, Answers, Truth
from archstat.homework.mistakes.base import Mistake


def _copied(key: str, words: str, hint: str, quantity: str, source: str) -> Mistake:
    """Return the mistake of writing one setting where another belongs."""

    def wrong(answers: Answers) -> Answers:
        return {quantity: answers[source]} if {quantity, source} <= answers.keys() else {}

    def account(truth: Truth) -> Account:
        return {name: wrong(answers) for name, answers in truth.account.items()}

    return Mistake(key, words, hint, frozenset({quantity}), account)


MISTAKES: tuple[Mistake, ...] = (
    _copied(
        "stride-for-padding",
        "the stride stands where the padding belongs",
        "which number is which?",
        "padding",
        "stride",
    ),
    _copied(
        "padding-for-stride",
        "the padding stands where the stride belongs",
        "which number is which?",
        "stride",
        "padding",
    ),
)
