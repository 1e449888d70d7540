"""The Python interface: a model in, a report out that can print itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields

from archstat.errors import UsageError, shown, within
from archstat.extras import TORCH, require
from archstat.frontends.resolve import Variant, positive, resolve
from archstat.frontends.spec import Settings, input_shape
from archstat.renderers import FormatName, renderer
from archstat.renderers.cells import Layout
from archstat.renderers.view import View
from archstat.report import report
from archstat.report.columns import choose_columns


class Report(report.Report):
    """What is known of a network, with `.layers`, `.totals`, `.notes`; it prints as a table."""

    def to_markdown(self, *, columns: Sequence[str] = (), layout: Layout = "hwc") -> str:
        """Return the table in Markdown; `columns` are keys as in `--columns`."""
        return self._render("markdown", columns, layout)

    def to_csv(self, *, columns: Sequence[str] = (), layout: Layout = "hwc") -> str:
        """Return one line a layer, in CSV; `columns` are keys as in `--columns`."""
        return self._render("csv", columns, layout)

    def to_json(self) -> str:
        """Return the whole report in JSON, by the contract that the README documents."""
        return self._render("json", (), "hwc")

    def __str__(self) -> str:
        return self._render("table", (), "hwc").rstrip("\n")

    def _repr_markdown_(self) -> str:
        """Return what a notebook shows."""
        return self.to_markdown()

    def _render(self, format_name: FormatName, columns: Sequence[str], layout: Layout) -> str:
        if not isinstance(columns, (list, tuple)) or not all(isinstance(c, str) for c in columns):
            raise UsageError(
                f"columns must be a list of keys, got {shown(columns)}",
                hint='write columns=["layer", "macs"]',
            )
        if layout not in ("hwc", "chw"):
            raise UsageError(f"layout must be 'hwc' or 'chw', got {shown(layout)}")
        view = View(choose_columns(columns) if columns else None, layout)
        return renderer(format_name)(self, view)


def analyze(  # noqa: PLR0913  one keyword for each question
    model: str,
    *,
    input: Sequence[int] | None = None,  # noqa: A002  the field's word
    batch_size: int = 1,
    classes: int | None = None,
    settings: Settings | None = None,
    device: str | None = None,
) -> Report:
    """Return the report on a model.

    Args:
        model: A name of the catalogue ("paper-alexnet") or a spec file ("my-net.toml").
        input: The shape of one example without the batch, (C, H, W); None for the model's own.
        batch_size: Examples a pass; MACs and activation bytes are those of the whole batch.
        classes: The number of outputs of the classifier; None for the model's own.
        settings: Changes to layers, as in {"conv2": {"groups": 1}}.
        device: "meta", "cpu" or "cuda:0", to run a forward pass there and hold every number against
            it; None or "none" answers by formula, without torch.

    Raises:
        ArchstatError: The question cannot be answered; the message says why, and what to change.

    >>> analyze("paper-alexnet").totals.macs
    724406816
    """
    if not isinstance(model, str):
        raise UsageError(
            f"a model is the name of a spec, got {shown(model)}",
            hint="this version reads specs only; 'archstat list' shows those that come with it",
        )
    with within("input"):
        shape = None if input is None else input_shape(input)
    batch_size = positive(batch_size, "batch_size")
    classes = None if classes is None else positive(classes, "classes")
    graph = resolve(model, Variant(shape, classes, _checked(settings or {})))
    traced_on = None
    if device is not None and device != "none":
        require(TORCH, purpose=f"device={shown(device)}")
        from archstat.frontends.module import confirm  # noqa: PLC0415  torch, only when asked for

        traced_on = confirm(graph, str(device), batch_size=batch_size)
    plain = report.report_on(graph, batch_size=batch_size, traced_on=traced_on)
    return Report(**{field.name: getattr(plain, field.name) for field in fields(plain)})


def _checked(settings: object) -> Settings:
    """Return changes to layers, if they have the form of such.

    Raises:
        UsageError: They have not.
    """
    if isinstance(settings, Mapping) and all(
        isinstance(changes, Mapping) and all(isinstance(word, str) for word in (layer, *changes))
        for layer, changes in settings.items()
    ):
        return settings
    raise UsageError(
        f"settings must be changes by layer, got {shown(settings)}",
        hint='write settings={"conv2": {"groups": 1}}',
    )
