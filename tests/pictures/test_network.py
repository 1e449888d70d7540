"""Pictures of networks: every one of the catalogue is drawn, and nothing lies on something else."""

from __future__ import annotations

import importlib.util
from itertools import combinations, pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import archstat
from archstat.models.spec.catalogue import catalogue
from archstat.models.spec.resolve import resolve
from archstat.pictures.network import field_picture, network_picture, share_picture
from archstat.report.report import report_on

SVG = "{http://www.w3.org/2000/svg}"
DOCS = Path(__file__).parent.parent.parent / "docs"
LETTER = 6.2  # pixels of a letter of small text, as browsers draw it


@pytest.fixture(scope="module", params=catalogue())
def report(request):
    return report_on(resolve(request.param))


@pytest.fixture(scope="module")
def alexnet():
    return report_on(resolve("paper-alexnet"))


def parsed(text):
    return ET.fromstring(text)  # noqa: S314  our own output


def box(element):
    """Return left, top, right and bottom of a rectangle or a text."""
    x, y = float(element.get("x")), float(element.get("y"))
    if element.tag == f"{SVG}rect":
        return x, y, x + float(element.get("width")), y + float(element.get("height"))
    width = LETTER * len(element.text)
    left = {None: x, "middle": x - width / 2, "end": x - width}[element.get("text-anchor")]
    return left, y - 10, left + width, y + 2


def overlaps(one, other, slack=0.5):
    return (
        one[0] + slack < other[2]
        and other[0] + slack < one[2]
        and one[1] + slack < other[3]
        and other[1] + slack < one[3]
    )


def clashes(boxes):
    return [pair for pair in combinations(boxes, 2) if overlaps(*pair)]


def test_every_layer_of_a_network_is_in_its_picture(report):
    groups = parsed(network_picture(report)).iter(f"{SVG}g")
    names = {name for each in groups for name in (each.get("data-layers") or "").split()}
    assert {row.name for row in report.layers} <= names


def test_texts_of_shares_and_fields_lie_apart(report):
    for picture in (share_picture(report), field_picture(report)):
        assert clashes([box(text) for text in parsed(picture).iter(f"{SVG}text")]) == []


def test_a_part_of_a_page_has_its_colours_and_is_reached_by_keys(alexnet):
    root = parsed(network_picture(alexnet))
    texts = list(root.iter(f"{SVG}text"))
    assert {text.get("class") for text in texts} == {"fill-ink", "fill-weak"}
    assert {text.get("fill") for text in texts} == {None}
    assert "paper-alexnet" not in [text.text for text in texts]  # the page says it
    boxes = [each for each in root.iter(f"{SVG}g") if each.get("class") == "block"]
    assert [box.get("tabindex") for box in boxes] == ["0"] * 12  # the input, 5 conv, 3 pool, 3 fc
    assert root.find(f"{SVG}rect").get("fill") != "#ffffff"  # no paper behind it


def test_what_reads_a_view_is_led_to_by_what_it_shows():
    torch = pytest.importorskip("torch")

    class Turned(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = torch.nn.Linear(8, 8), torch.nn.Linear(8, 4)

        def forward(self, x):
            return self.second(self.first(x).transpose(1, 2).transpose(1, 2))

    report = archstat.analyze(Turned(), (3, 8))
    assert [row.inputs for row in report.layers] == [("input",), ("first",)]
    assert str(report.draw()).count("<polygon") == 2  # an arrowhead each


def test_squares_are_as_large_as_receptive_fields_and_clipped_nowhere_near(alexnet):
    root = parsed(field_picture(alexnet))
    squares = {
        each.get("data-layers").split()[0]: float(each.find(f"{SVG}rect").get("width"))
        for each in root.iter(f"{SVG}g")
        if each.get("class") == "square"
    }
    # 355 pixels are drawn as 1.5 images of 227, which take the 320 pixels that there are
    image = next(e for e in root.iter(f"{SVG}rect") if e.get("class") == "image")
    assert float(image.get("width")) == pytest.approx(320 / 1.5, abs=0.1)
    assert squares["fc6"] == 320
    assert squares["pool5"] == pytest.approx(195 * 320 / (1.5 * 227), abs=0.1)
    labels = [text.text for text in root.iter(f"{SVG}text")]
    assert labels[:4] == ["11", "conv1 and 2 more", "19", "pool1"]
    assert "fc6 and 7 more, > image" in labels


def test_a_network_that_reads_no_image_has_no_fields_to_draw(alexnet):
    from dataclasses import replace

    assert field_picture(replace(alexnet, input=(128,))) is None


def test_families_have_their_colours(alexnet):
    from dataclasses import replace

    from archstat.pictures.families import family

    rows = {row.name: row for row in alexnet.layers}
    named = {name: family((row,)) for name, row in rows.items()}
    assert [named[name] for name in ("conv1", "relu1", "norm1", "pool1", "fc6", "flatten")] == [
        "conv", "activation", "norm", "pool", "linear", "other",
    ]  # fmt: skip
    assert family((rows["relu1"], rows["conv2"])) == "conv"  # which does most
    assert family((replace(rows["relu1"], kind="MultiheadAttention"),)) == "attention"


def test_shares_are_written_beside_their_bars(alexnet):
    labels = [text.text for text in parsed(share_picture(alexnet)).iter(f"{SVG}text")]
    assert {"30.9 %", "61.9 %", "724,406,816", "60,965,224", "7.4 MiB"} <= set(labels)


def test_labels_of_fields_stand_below_each_other_from_the_largest(alexnet):
    root = parsed(field_picture(alexnet))
    sizes = [text for text in root.iter(f"{SVG}text") if text.get("text-anchor") == "end"]
    places = [float(text.get("y")) for text in sizes]
    assert [int(text.text) for text in sizes] == sorted(int(text.text) for text in sizes)
    assert all(above - below >= 16 for above, below in pairwise(places))


def test_the_pictures_of_the_docs_are_those_of_the_code():
    # python docs/drawn.py draws them again
    spec = importlib.util.spec_from_file_location("drawn", DOCS / "drawn.py")
    drawn = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(drawn)
    for path, svg in drawn.pictures():
        assert path.read_text(encoding="utf-8") == svg, path.name
