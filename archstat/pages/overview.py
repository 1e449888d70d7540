"""The head of a page: what the networks are, in a few large numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from archstat.analyses.training import OPTIMIZERS, TrainingStep
from archstat.documents.cells import with_unit
from archstat.documents.report import circumstances
from archstat.documents.view import View
from archstat.layers.base import times
from archstat.pages.markup import tag, words
from archstat.pages.subject import PageNetwork, PageSubject
from archstat.record import record
from archstat.report.report import NetworkReport

TWICE = 2
LONG = 11
"""Letters of a large number, from which on it is a little smaller."""


@record
class LargeNumber:
    """A large number.

    Attributes:
        title: What it is.
        of: What a network has; None where there is none.
        text: As people read it.
        said: What stands under it.
    """

    title: str
    of: Callable[[NetworkReport], int | None]
    text: Callable[[int], str]
    said: Callable[[NetworkReport], str] = lambda _: ""


def _least(report: NetworkReport) -> str:
    return "at least: not all is counted" if report.totals.uncounted else "multiply–accumulates"


def _field(report: NetworkReport) -> int | None:
    sizes = [max(row.receptive_field.size) for row in report.layers if row.receptive_field]
    return max(sizes, default=None)


def _image(report: NetworkReport) -> str:
    sides = report.input[1:]
    return f"pixels, of an image of {times(sides)}" if len(sides) > 1 else "places of the input"


def _commas(count: int) -> str:
    return f"{count:,}"


def _placed(key: str) -> Callable[[NetworkReport], int | None]:
    """Return what reads a total that follows from what a network is given, where that is known."""
    return lambda report: getattr(report.totals, key) if report.is_placed else None


FIGURES = (
    LargeNumber("MACs", _placed("macs"), _commas, _least),
    LargeNumber(
        "Parameters",
        lambda report: report.totals.params,
        _commas,
        lambda report: f"{report.totals.weights:,} weights, {report.totals.biases:,} biases",
    ),
    LargeNumber("Parameter memory", lambda report: report.totals.param_bytes, with_unit),
    LargeNumber(
        "Activation memory",
        _placed("activation_bytes"),
        with_unit,
        lambda _: "of all layers together",
    ),
    LargeNumber("Neurons", _placed("neurons"), _commas),
    LargeNumber("Largest receptive field", _field, _commas, _image),
)


def title_of(subject: PageSubject) -> str:
    """Return what the page is called."""
    names = [network.report.model for network in subject.networks]
    return " and ".join(names)


def heads(subject: PageSubject) -> Iterator[str]:
    """Yield what each network is, and under which circumstances it was looked at."""
    for network in subject.networks:
        report = network.report
        title = tag("p", words(report.title), class_="title") if report.title else ""
        source = tag("p", words(report.source), class_="weak") if report.source else ""
        name = tag("h2", words(report.model)) if len(subject.networks) > 1 else ""
        facts = tag("p", words(circumstances(report, View())), class_="weak")
        yield tag("div", name, title, source, facts)


def figures(subject: PageSubject) -> str:
    """Return the large numbers; of two networks beside one another."""
    reports = [network.report for network in subject.networks]
    if len(reports) == 1:
        [report] = reports
        known = [figure for figure in FIGURES if report.is_placed or figure.of(report) is not None]
        return tag("dl", *(_card(figure, report) for figure in known), class_="cards")
    head = ("quantity", *(report.model for report in reports), "difference")
    titles = "".join(tag("th", words(text), scope="col") for text in head)
    rows = (_compared(figure, reports) for figure in FIGURES)
    caption = tag("caption", "The networks in numbers", class_="unseen")
    table = tag("table", caption, tag("thead", tag("tr", titles)), tag("tbody", *rows))
    return tag("div", table, class_="wide compared")


def _card(figure: LargeNumber, report: NetworkReport) -> str:
    value = figure.of(report)
    text = "?" if value is None else figure.text(value)
    said = figure.said(report)
    return tag(
        "div",
        tag("dt", words(figure.title)),
        tag(
            "dd",
            tag("b", words(text), class_="long" if len(text) > LONG else None),
            tag("span", words(said), class_="weak") if said else "",
        ),
    )


def _compared(figure: LargeNumber, reports: list[NetworkReport]) -> str:
    values = [figure.of(report) for report in reports]
    cells = (tag("td", "?" if value is None else words(figure.text(value))) for value in values)
    change = _change(*values)
    return tag("tr", tag("th", words(figure.title), scope="row"), *cells, tag("td", change))


def _change(first: int | None, second: int | None) -> str:
    """Return how much more or less the second is than the first.

    >>> _change(724_406_816, 714_188_480), _change(2, 7), _change(3, 3), _change(3, None)
    ('−1.4 %', '× 3.50', 'the same', '–')
    """
    if first == second:
        return "the same"
    if not first or second is None:
        return "–"
    if second >= TWICE * first:
        return f"× {second / first:.2f}"
    return f"{100 * (second / first - 1):+.1f} %".replace("-", "−")


def training(network: PageNetwork) -> str:
    """Return what a training step costs, as tables of work and of memory."""
    cost = network.report.totals.step
    least = ", at least: not all gradients are known" if cost.unknown else ""
    work = (
        ("forward", cost.forward_macs),
        *([("again, by checkpoints", cost.again_macs)] if cost.again_macs else []),
        ("gradients of inputs", cost.input_gradient_macs),
        ("gradients of weights", cost.weight_gradient_macs),
        ("a whole step", cost.step_macs),
    )
    rows = (
        tag("tr", tag("th", words(name), scope="row"), tag("td", f"{count:,}"))
        for name, count in work
    )
    caption = tag("caption", f"MACs of a training step{least}")
    body = tag("tbody", *rows)
    return tag(
        "div",
        tag("div", tag("table", caption, body), class_="wide"),
        tag("div", _memory(cost), class_="wide"),
        class_="beside",
    )


def _memory(cost: TrainingStep) -> str:
    titles = ("optimizer", "parameters", "gradients", "kept for backward", "its state", "together")
    head = "".join(tag("th", title, scope="col") for title in titles)
    rows = (
        tag(
            "tr",
            tag("th", words(optimizer.title), scope="row"),
            *(
                tag("td", with_unit(count) if count else "–", data_v=count)
                for count in (
                    cost.param_bytes,
                    cost.gradient_bytes,
                    cost.kept_bytes,
                    cost.optimizer_bytes[name],
                    cost.memory_bytes(name),
                )
            ),
        )
        for name, optimizer in OPTIMIZERS.items()
    )
    caption = tag("caption", "Its memory, at the end of the forward pass")
    return tag("table", caption, tag("thead", tag("tr", head)), tag("tbody", *rows))
