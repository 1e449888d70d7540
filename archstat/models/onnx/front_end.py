"""Models in the ONNX format; nothing here imports onnx before a model is asked for."""

from __future__ import annotations

from archstat.errors import UsageError
from archstat.extras import ONNX, ONNXRUNTIME, require
from archstat.graph import Graph
from archstat.models.front_end import FormulaFrontEnd, ShapesWhenRun
from archstat.models.question import Question


class OnnxFrontEnd(FormulaFrontEnd):
    """A model in an .onnx file."""

    kind = "an exported model"
    is_export = True

    @staticmethod
    def matches(argument: str) -> bool:
        """Return whether it ends as ONNX files do."""
        return argument.lower().endswith(".onnx")

    def formulas(self, question: Question) -> Graph:
        """Return the graph for the inputs that were stated, or for those that the file states."""
        self.require_fit(question)
        if question.train:
            raise UsageError(f"{self.argument} is {self.kind}, which is not trained any more")
        require(ONNX, purpose=self.argument)
        from archstat.models.onnx.file import read_model  # noqa: PLC0415  onnx, if asked for
        from archstat.models.onnx.tracing import graph_of_model  # noqa: PLC0415  likewise

        model = read_model(self.argument, question.inputs)
        return graph_of_model(model, self.argument, batch_size=question.batch_size)

    def shapes_when_run(self, question: Question) -> ShapesWhenRun:
        """Return what onnxruntime shows of every tensor."""
        self.require_fit(question)
        require(ONNXRUNTIME, purpose=f"verify {self.argument}")
        from archstat.models.onnx.file import read_model  # noqa: PLC0415  onnx, if asked for
        from archstat.models.onnx.running import shapes_when_run  # noqa: PLC0415  likewise

        model = read_model(self.argument, question.inputs)
        seen = shapes_when_run(self.argument, model)
        known = {name: model.dims[name] for name in seen if name in model.dims}
        return ShapesWhenRun("onnxruntime", known, seen)
