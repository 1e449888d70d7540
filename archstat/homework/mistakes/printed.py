"""Numbers that papers print and that are not those of their networks."""

from __future__ import annotations

from collections.abc import Mapping

from archstat.homework.answers.truth import Account, Answer, Truth
from archstat.homework.mistakes.base import Mistake

THOUSAND, MILLION = 1_000, 1_000_000

PRINTED: Mapping[tuple[str, int], int] = {
    # Krizhevsky, Sutskever & Hinton (2012): AlexNet, first layer
    ("neurons", 290_400): 253_440,
    # Szegedy et al. (2014), arXiv:1409.4842, table 1: GoogLeNet
    **{
        (key, true): THOUSAND * printed
        for weights, params, printed in (
            (114_688, 114_944, 112),
            (163_328, 163_696, 159),
            (388_096, 388_736, 380),
            (375_552, 376_176, 364),
            (448_512, 449_160, 437),
            (509_440, 510_104, 463),
            (604_672, 605_376, 580),
            (867_328, 868_352, 840),
            (1_042_432, 1_043_456, 1_072),
            (1_442_816, 1_444_080, 1_388),
            (1_024_000, 1_025_000, 1_000),
        )
        for key, true in (("weights", weights), ("params", params))
    },
    ("weights", 9_408): 2_700,
    ("params", 9_472): 2_700,
    ("macs", 118_013_952): 34 * MILLION,
    ("macs", 73_608_192): 73 * MILLION,
    ("macs", 51_079_168): 54 * MILLION,
}
"""What stands in papers for what is true, by the quantity."""


def _printed(quantity: str, true: Answer) -> Answer:
    return PRINTED.get((quantity, true)) if isinstance(true, int) else None


def _account(truth: Truth) -> Account:
    return {
        name: {
            quantity: printed
            for quantity, true in answers.items()
            if (printed := _printed(quantity, true)) is not None
        }
        for name, answers in truth.account.items()
    }


MISTAKES = (
    Mistake(
        "paper-misprint",
        "the paper prints this number, by mistake",
        "work it out yourself: what a paper prints is not always right",
        frozenset(quantity for quantity, _ in PRINTED),
        _account,
        of_block=_printed,
    ),
)
