"""The Python interface: a model in, a report out that can print itself."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from os import PathLike, fspath
from typing import TYPE_CHECKING

from archstat.documents.report import report_document
from archstat.documents.view import View
from archstat.errors import ArchstatError, UsageError, shown
from archstat.extras import TORCH, require
from archstat.formats import text_in
from archstat.models.argument import find_model
from archstat.models.inputs import InputSpec, parse_model_input, shape_of
from archstat.models.question import Loaded, Question
from archstat.models.spec.build import Settings
from archstat.models.spec.resolve import positive
from archstat.report import report
from archstat.report.columns import choose_columns
from archstat.report.frames import frame
from archstat.report.values import Layout

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    from torch import nn

    from archstat.pages.notebook import Drawing


class Report(report.NetworkReport):
    """What is known of a network, with `.layers`, `.totals`, `.notes`; it prints as a table."""

    def to_markdown(self, *, columns: Sequence[str] = (), layout: Layout = "hwc") -> str:
        """Return the table in Markdown; `columns` are keys as in `--columns`."""
        return self._render("markdown", columns, layout)

    def to_csv(self, *, columns: Sequence[str] = (), layout: Layout = "hwc") -> str:
        """Return one line a layer, in CSV; `columns` are keys as in `--columns`."""
        return self._render("csv", columns, layout)

    def to_json(self) -> str:
        """Return the whole report in JSON, by the contract in docs/formats.md."""
        return self._render("json", (), "hwc")

    def __str__(self) -> str:
        return self._render("text", (), "hwc").rstrip("\n")

    def __repr__(self) -> str:
        """Return the table: whoever asks for a report in a session wants to see it."""
        return str(self)

    def draw(
        self, *, style: str | None = None, color_by: str = "kind", depth: int | None = None
    ) -> Drawing:
        """Return the network as a picture.

        Args:
            style: "blocks" (feature maps in perspective), "lenet" (the same as sheets) or "flat" (a
                graph of boxes); None for the one that suits the network.
            color_by: What colours show: "kind", "macs", "params" or "memory".
            depth: How deep modules are opened; None for as deep as can be taken in at once.

        Raises:
            UsageError: There is no such style or colour, or the layers' maps are not known.
        """
        from archstat.pages.notebook import drawing  # noqa: PLC0415  only who looks at it needs it

        return drawing(self, style=style, by=color_by, depth=depth)

    def plot(self) -> Drawing:
        """Return a picture of where the work and the memory are: each layer's shares, as bars."""
        from archstat.pages.notebook import plot  # noqa: PLC0415  likewise

        return plot(self)

    def to_pandas(self) -> pd.DataFrame:
        """Return one row a layer as a pandas DataFrame, with the words of the JSON contract."""
        return frame("pandas", self)

    def to_polars(self) -> pl.DataFrame:
        """Return one row a layer as a polars DataFrame, with the words of the JSON contract."""
        return frame("polars", self)

    def _repr_mimebundle_(
        self,
        include: object = None,  # noqa: ARG002  notebooks pass it
        exclude: object = None,  # noqa: ARG002  likewise
    ) -> dict[str, str]:
        """Return what notebooks show, in each of the forms that they know."""
        from archstat.pages.notebook import notebook_html  # noqa: PLC0415  likewise

        return {
            "text/plain": str(self),
            "text/html": notebook_html(self),
            "text/markdown": self.to_markdown(),
            "text/latex": self._render("latex", (), "hwc"),
        }

    def _render(self, format_name: str, columns: Sequence[str], layout: Layout) -> str:
        if not isinstance(columns, (list, tuple)) or not all(isinstance(c, str) for c in columns):
            raise UsageError(
                f"columns must be a list of keys, got {shown(columns)}",
                hint='write columns=["layer", "macs"]',
            )
        if layout not in ("hwc", "chw"):
            raise UsageError(f"layout must be 'hwc' or 'chw', got {shown(layout)}")
        chosen = choose_columns(columns) if columns else None
        view = View(chosen, layout, trains=self.trains)
        return text_in(format_name, report_document(self, view))


def analyze(  # noqa: PLR0913  one keyword for each question
    model: str | PathLike[str] | nn.Module,
    input: Sequence[int] | str | Sequence[str] | None = None,  # noqa: A002  the field's word
    *,
    inputs: Sequence[object] = (),
    kwargs: Mapping[str, object] | None = None,
    batch_size: int = 1,
    classes: int | None = None,
    settings: Settings | None = None,
    arguments: Mapping[str, object] | None = None,
    device: str | None = None,
    each_operator: bool = False,
    train: bool = False,
    run_file: bool = False,
    values: str = "",
) -> Report:
    """Return the report on a model.

    Args:
        model: A name of the catalogue ("paper-alexnet"), a spec file ("my-net.toml"), the name of a
            PyTorch model ("torchvision/resnet50", "homework.py:AlexNet"), or an `nn.Module`, which
            is left exactly as it was.
        input: The shape of one example without the batch, (C, H, W); None for the model's own. A
            text states a type and a name, too, and a list of texts several inputs:
            ["ids=int64:16", "mask=bool:16"].
        inputs: Example tensors for an `nn.Module` instead, with their batch; only shapes and types
            are used, unless a device is asked for. Lists, tuples and dictionaries of tensors too.
        kwargs: More of them, by the names of `forward`'s arguments.
        batch_size: Examples a pass; MACs and activation bytes are those of the whole batch.
        classes: The number of outputs of a spec's classifier; None for the spec's own.
        settings: Changes to a spec's layers, as in {"conv2": {"groups": 1}}.
        arguments: What a PyTorch class or function is called with to make the model.
        device: "meta", "cpu" or "cuda:0", to run a forward pass there and hold every number against
            it; None or "none" answers for specs by formula, and for PyTorch models on meta.
        each_operator: Whether every operator of a PyTorch model is a row, views and those inside of
            known modules too.
        train: Whether the question is what a training step costs; a PyTorch model is then traced
            in training mode.
        run_file: Whether all statements of a Python file are run, and not its definitions alone.
        values: What inputs hold where a PyTorch model's forward pass reads them, if only shapes are
            stated: "zeros", "ones" or "random", which are the same numbers every time.

    Raises:
        ArchstatError: The question cannot be answered; the message says why, and what to change.

    >>> analyze("paper-alexnet").totals.macs
    724406816
    """
    question = Question(
        inputs=_stated(input),
        classes=None if classes is None else positive(classes, "classes"),
        settings=_checked(settings or {}),
        arguments=dict(arguments or {}),
        batch_size=positive(batch_size, "batch_size"),
        device="none" if device is None else str(device),
        each_operator=each_operator,
        train=train,
        run_file=run_file,
        values=values,
    )
    try:
        graph, traced_on, size = loaded_model(model, question, inputs, kwargs or {})
    except ArchstatError as error:  # how we got there tells its reader nothing
        raise error.with_traceback(None) from None
    plain = report.report_on(
        graph,
        batch_size=size,
        traced_on=traced_on,
        each_operator=each_operator,
        trains=train,
    )
    return Report(**{field.name: getattr(plain, field.name) for field in fields(plain)})


def _stated(value: object) -> list[InputSpec]:
    """Return the inputs that are stated, as a shape or as texts.

    Raises:
        UsageError: They are something else.
    """
    if value is None:
        return []
    several = value if isinstance(value, (list, tuple)) else [value]
    texts = [text for text in several if isinstance(text, str)]
    if texts and len(texts) == len(several):
        return [parse_model_input(text) for text in texts]
    torch = sys.modules.get("torch")  # whoever has a tensor has torch
    if torch is not None and any(isinstance(each, torch.Tensor) for each in several):
        raise UsageError(
            "input is the shape of one example, got a tensor",
            hint="example tensors go into inputs: analyze(model, inputs=(tensor,))",
        )
    return [InputSpec(shape_of(value))]


def register(what: str | type[nn.Module], macs: Callable[..., int]) -> None:
    """Teach the tool what an operator or a module costs, for models that are traced from now on.

    Args:
        what: An operator by namespace and name, as in "mylib.fused_attention" or torch's own
            "mylib::fused_attention"; or a module class, which then is one row.
        macs: Returns the multiply–accumulates of one call: of an operator from its arguments and
            its output, `macs(args, out)`; of a module from itself too, `macs(module, args, out)`.

    Raises:
        UsageError: It is neither an operator's name nor a module class, or `macs` cannot be called.
    """
    require(TORCH, purpose="register")
    from torch import nn  # noqa: PLC0415  torch, only when it is asked for

    from archstat.models.torch.operators.registry import REGISTRY  # noqa: PLC0415  likewise

    if not callable(macs):
        raise UsageError(f"macs must be a function, got {shown(macs)}")
    if isinstance(what, str) and what.replace("::", ".").count(".") == 1:
        REGISTRY.teach(what.replace("::", "."), macs)
    elif isinstance(what, type) and issubclass(what, nn.Module):
        REGISTRY.teach_module(what, macs)
    else:
        raise UsageError(
            f"{shown(what)} is neither an operator nor a module class",
            hint='write register("mylib.my_operator", …) or register(MyModule, …)',
        )


def loaded_model(
    model: object, question: Question, inputs: Sequence[object], kwargs: Mapping[str, object]
) -> Loaded:
    """Return the graph of a model that is named, or there already.

    Raises:
        ArchstatError: It is no model, or the question does not go with one.
    """
    if isinstance(model, (str, PathLike)):
        if len(inputs) or kwargs:
            raise UsageError(
                "inputs and kwargs go with an nn.Module", instead={"input": (3, 224, 224)}
            )
        return find_model(fspath(model)).graph(question)
    torch = sys.modules.get("torch")  # whoever has a module has torch
    if torch is not None and isinstance(model, torch.export.ExportedProgram):
        from archstat.models.torch.loading.exported import module_of  # noqa: PLC0415  likewise

        if not question.inputs and not len(inputs) and model.example_inputs is not None:
            inputs, kwargs = model.example_inputs
        model = module_of(model)
    if torch is not None and isinstance(model, type) and issubclass(model, torch.nn.Module):
        raise UsageError(
            f"a model is an instance, and {model.__name__} is its class",
            hint=f"write analyze({model.__name__}(), …), with brackets",
        )
    if torch is None or not isinstance(model, torch.nn.Module):
        raise UsageError(
            f"a model is a name or an nn.Module, got {shown(model)}",
            hint="'archstat list' shows the names of the catalogue",
        )
    if isinstance(inputs, torch.Tensor):
        inputs = (inputs,)
    if question.settings or question.classes or question.arguments:
        raise UsageError("classes, settings and arguments do not go with an nn.Module")
    from archstat.models.torch.tracing import trace_module  # noqa: PLC0415  torch is loaded already

    return trace_module(model, question, inputs, kwargs)


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
