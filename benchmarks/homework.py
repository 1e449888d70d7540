"""How well homework is marked: sheets are made with mistakes, and what is named is counted.

For every network of the catalogue, each mistake is planted in each column that it makes wrong,
alone, and with another beside it; single cells slip, and what follows from them follows; and right
sheets are written in every way. Formats, languages and spellings are drawn by chance, with a seed.

Two mistakes that give a column the same values cannot be told apart there, nor can a single cell
that several explain: both are then said, and none plainly. A column that is filled in by another
convention is named as that. All of these are counted apart.

    python benchmarks/homework.py [MODEL…]

The exit code is 1 if less than 98 % of the single mistakes that can be told apart are named, or a
right sheet is marked as wrong.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from math import prod

from sheets import TITLES, Place, Style, any_style, asked_rows, text_of

from archstat.graph import INPUT
from archstat.homework.answers.reaching import reaches, true_rule
from archstat.homework.answers.truth import Answer, Truth, retold, truth_of
from archstat.homework.marking.marking import Marked
from archstat.homework.marking.marks import Verdict
from archstat.homework.marking.matching import marked as marked_of
from archstat.homework.marking.policy import Policy
from archstat.homework.mistakes import MISTAKES
from archstat.homework.mistakes.effects import effects_of, look_alikes
from archstat.homework.reading import read_text
from archstat.homework.sheet.labels import general_family
from archstat.models.spec.catalogue import catalogue
from archstat.models.spec.resolve import resolve
from archstat.report.report import report_on

SEED = 20_120_930
CLAIM = 0.98
USUAL = ("feature_map", "params", "neurons", "macs", "receptive_field")
STYLES, PAIRS, SLIPS = 40, 20, 5  # for each network
SMALLEST = 1_000  # of counts that slip: fewer digits may be another mistake's
NARROWEST = 6  # of maps that lose two rows

Tally = dict[str, Counter[str]]
"""What came of the sheets, by what was planted; "sheets", and what else there is to count."""


def marked(
    truth: Truth, columns: Sequence[str], told: Mapping[Place, Answer], style: Style
) -> Marked:
    """Return a sheet, written and read back, with its marks."""
    text = text_of(truth, columns, told, style)
    contents = read_text(text, name=f"sheet.{style.markup}")
    return marked_of(contents, truth, Policy(), number=1)


def columns_with(*quantities: str) -> list[str]:
    """Return the usual columns, and these; a sheet asks for weights or for parameters."""
    others = {"weights": "params", "params": "weights", "macs": "flops", "flops": "macs"}
    usual = [key for key in USUAL if key not in {others.get(quantity) for quantity in quantities}]
    return list(dict.fromkeys([*usual, *quantities]))


def planted(truth: Truth) -> Iterator[tuple[str, str, dict[Place, Answer]]]:
    """Yield every mistake with a column that it makes wrong, and the wrong cells."""
    for key, effect in effects_of(truth).items():
        for quantity, answers in effect.items():
            if quantity in TITLES:
                yield key, quantity, {(name, quantity): a for name, a in answers.items()}


def is_convention(result: Marked, columns: Sequence[str], quantity: str) -> bool:
    """Return whether a column is right, and named as one that is filled in by another rule."""
    column = 1 + columns.index(quantity)
    verdicts = {one.verdict for one in result.marks if one.entry.column == column}
    reads = [read for (number, _), read in result.sheets[0].reads.items() if number == column]
    is_other = any(read.reading is not None or read.quantity != quantity for read in reads)
    return is_other and not verdicts & {Verdict.WRONG, Verdict.FOLLOWS}


def looks_like_others(result: Marked, key: str) -> bool:
    """Return whether a mistake is said to be one of several that explain the same cells as well."""
    words = next(mistake.words for mistake in MISTAKES if mistake.key == key)
    first = result.causes[0] if result.causes else None
    return first is not None and not first.is_certain and words in first.others


def follows(result: Marked, told: Mapping[Place, Answer]) -> bool:
    """Return whether all wrong cells of a mistake follow from other cells of the sheet."""
    marks = [one for one in result.marks if one.place in told]
    return all(one.verdict is Verdict.FOLLOWS for one in marks)


def single(truth: Truth, chance: random.Random, tally: Tally) -> None:
    for key, quantity, told in planted(truth):
        style = any_style(chance, may_round=False)
        columns = columns_with(quantity)
        result = marked(truth, columns, told, style)
        named = [cause.key for cause in result.causes]
        alike = look_alikes(key, truth).get(quantity, ())
        if is_convention(result, columns, quantity):
            kind, is_named = "a column under another convention", not named
        elif looks_like_others(result, key):
            kind, is_named = "one mistake that looks like others", True
        elif alike:
            kind, is_named = (
                "one mistake that looks like others",
                bool({key, *alike} & {*named[:1]}),
            )
        else:
            kind, is_named = "one mistake", named[:1] == [key]
        count(tally, kind, is_named, (key, quantity, style, named))


def double(truth: Truth, chance: random.Random, tally: Tally) -> None:
    mistakes = [
        (key, quantity, told)
        for key, quantity, told in planted(truth)
        if not look_alikes(key, truth).get(quantity)
    ]
    for _ in range(PAIRS):
        (one, first, told), (other, second, more) = chance.sample(mistakes, 2)
        columns = columns_with(first, second)
        if first == second or one == other:
            continue
        style = any_style(chance, may_round=False)
        result = marked(truth, columns, told | more, style)
        named = {cause.key for cause in result.causes}
        are_named = all(
            key in named or is_convention(result, columns, quantity) or follows(result, cells)
            for key, quantity, cells in ((one, first, told), (other, second, more))
        )
        count(tally, "two mistakes", are_named, (one, first, other, second, style, named))


def slips(truth: Truth, chance: random.Random, tally: Tally) -> None:
    units = [
        name for name in asked_rows(truth) if general_family(truth.nodes[name].layer.kind) == "conv"
    ]
    for _ in range(SLIPS):
        for kind in ("a wrong digit", "two swapped digits", "a copied cell", "a factor of 1,000"):
            name, column = chance.choice(units), chance.choice(["params", "neurons", "macs"])
            true = truth.account[name][column]
            others = [truth.account[other][column] for other in units if other != name]
            wrong = slipped(kind, true, others, chance)
            if wrong is not None and wrong != true:
                slip(truth, kind, {(name, column): wrong}, chance, tally)
    for name in asked_rows(truth):
        shape = truth.account[name]["feature_map"]
        if isinstance(shape, tuple) and len(shape) > 1 and min(shape[1:]) > NARROWEST:
            wrong = (shape[0], *(side - 2 for side in shape[1:]))
            slip(truth, "a wrong map, and all behind it", behind(truth, name, wrong), chance, tally)
        field = truth.account[name]["receptive_field"]
        if isinstance(field, tuple):
            larger = {name: tuple(side + 2 for side in field)}
            seen = reaches(truth.graph, true_rule, stated=larger) | larger
            known = stepwise(truth) | {name}
            told = {
                (layer, "receptive_field"): field for layer, field in seen.items() if layer in known
            }
            slip(truth, "a wrong receptive field, and all behind it", told, chance, tally)


def stepwise(truth: Truth) -> set[str]:
    """Return the layers whose field comes of the one before, and not of branches off centre."""
    plain = reaches(truth.graph, true_rule)
    known = {INPUT}
    for node in truth.graph.nodes:
        field = truth.account.get(node.name, {}).get("receptive_field")
        if known.issuperset(node.inputs) and plain.get(node.name) in {field, None}:
            known.add(node.name)
    return known


def slipped(kind: str, true: Answer, others: Sequence[Answer], chance: random.Random) -> int | None:
    """Return what a slip makes of a number, if it can be made."""
    if not isinstance(true, int) or true < SMALLEST:
        return None
    digits = list(str(true))
    place = chance.randrange(1, len(digits) - 1)
    if kind == "a wrong digit":
        digits[place] = str((int(digits[place]) + chance.randrange(1, 10)) % 10)
    elif kind == "two swapped digits":
        digits[place : place + 2] = reversed(digits[place : place + 2])
    elif kind == "a factor of 1,000":
        return true * 1_000
    else:
        numbers = [other for other in others if isinstance(other, int) and other]
        return chance.choice(numbers) if numbers else None
    return int("".join(digits))


def behind(truth: Truth, name: str, shape: tuple[int, ...]) -> dict[Place, Answer]:
    """Return a sheet's cells from a layer on, whose map is taken to be another."""
    told: dict[Place, Answer] = {}
    for layer in retold(truth.graph, stated={name: shape}):
        answers = layer.answers()
        own = layer.node.name
        if own == name:
            answers = {"feature_map": shape}
            if layer.node.neurons:
                weights = layer.answers()["weights"]
                answers |= {"neurons": prod(shape), "macs": weights * prod(shape[1:])}
        told |= {(own, key): answers[key] for key in USUAL if key in answers}
    return told


def slip(
    truth: Truth, kind: str, told: Mapping[Place, Answer], chance: random.Random, tally: Tally
) -> None:
    """Mark a sheet with one slip, which is to be its only wrong cell."""
    style = any_style(chance, may_round=False)
    result = marked(truth, USUAL, told, style)
    wrong = [one.place for one in result.marks if one.verdict is Verdict.WRONG]
    first = next(place for place in told if told[place] != truth.account[place[0]].get(place[1]))
    causes = [cause.key for cause in result.causes]
    count(tally, kind, wrong == [first] and len(causes) == 1, (first, wrong, causes, style))


def right(truth: Truth, chance: random.Random, tally: Tally) -> None:
    for _ in range(STYLES):
        style = any_style(chance, may_round=True)
        columns = columns_with(*chance.sample(list(TITLES), 2))
        result = marked(truth, columns, {}, style)
        bad = [
            (one.place, one.entry.written.text, one.verdict.word)
            for one in result.marks
            if not one.verdict.is_right and one.verdict is not Verdict.NOT_ASKED
        ]
        is_right = result.is_right and result.points == result.out_of
        count(tally, "nothing: a right sheet", is_right, (style, columns, bad))


def count(tally: Tally, kind: str, is_good: bool, case: object) -> None:  # noqa: FBT001
    """Count a sheet; tell of one that went wrong."""
    tally.setdefault(kind, Counter()).update({"sheets": 1, "good": is_good})
    if not is_good:
        print(kind, *case if isinstance(case, tuple) else (case,), sep="  ", file=sys.stderr)


def main(names: Sequence[str]) -> int:
    """Print a table; return 1 if a claim fails."""
    chance = random.Random(SEED)  # noqa: S311  a seed makes them the same sheets each time
    tally: Tally = {}
    for name in names or list(catalogue()):
        graph = resolve(name)
        truth = truth_of(graph, report_on(graph))
        print(name, file=sys.stderr)
        for measure in (single, double, slips, right):
            measure(truth, chance, tally)
    print("| planted | sheets | named, and nothing else first | share |")
    print("| :--- | ---: | ---: | ---: |")
    for kind, found in tally.items():
        share = found["good"] / found["sheets"]
        print(f"| {kind} | {found['sheets']:,} | {found['good']:,} | {share:.1%} |")
    alone, blank = tally["one mistake"], tally["nothing: a right sheet"]
    return int(alone["good"] < CLAIM * alone["sheets"] or blank["good"] < blank["sheets"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
