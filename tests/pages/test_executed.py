"""A notebook that is executed: what its cells show is what Jupyter gets."""

from __future__ import annotations

import pytest

CELLS = (
    "import archstat\nreport = archstat.analyze('paper-alexnet')\nreport",
    "report.draw(color_by='macs')",
    "report.plot()",
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def outputs():
    """Return what each cell shows, by MIME type."""
    nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed")
    pytest.importorskip("ipykernel", reason="ipykernel is not installed")
    import nbformat

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    return [cell.outputs[0].data for cell in notebook.cells]


def test_a_report_is_shown_in_every_form(outputs):
    # 724,406,816 MACs: see tests/test_published.py
    assert {"text/html", "text/latex", "text/markdown", "text/plain"} <= set(outputs[0])
    assert all("724,406,816" in text.replace(r"\,", ",") for text in outputs[0].values())


def test_pictures_are_shown_as_svg(outputs):
    drawn, shares = (output["image/svg+xml"] for output in outputs[1:])
    assert "30.9 %" in drawn  # conv2: 223,948,800 of 724,406,816
    assert drawn.startswith("<svg ")
    assert "Where the work and the memory of paper-alexnet are" in shares
