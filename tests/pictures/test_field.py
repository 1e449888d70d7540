"""What a unit sees: numbers worked out by hand, how they are drawn, and gradients beside them."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
import zlib
from base64 import b64decode
from fractions import Fraction
from itertools import combinations
from pathlib import Path

import pytest

from archstat.models.argument import find_model
from archstat.models.inputs import InputSpec
from archstat.models.question import Question
from archstat.models.spec.catalogue import catalogue
from archstat.pictures.seen.images import heat_map
from archstat.pictures.seen.picture import field_sketch
from archstat.pictures.sketch.shapes import Bounds, Patch, Photo, flat
from archstat.report.unit_field import behind, on_the_way, reached, remarks, unit_field
from tests.cli.running import assert_refused, invoke

DOCS = Path(__file__).parents[2] / "docs"
SVG = "{http://www.w3.org/2000/svg}"
PIXEL = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJg"
    "gg=="
)


def graph(model, side=None):
    inputs = [] if side is None else [InputSpec((3, side, side))]
    return find_model(model).graph(Question(inputs=inputs)).graph


@pytest.fixture(scope="module")
def alexnet():
    return graph("paper-alexnet")


@pytest.mark.parametrize(
    ("layer", "unit", "first", "last", "cut"),
    [
        # conv1: 11 pixels, 4 apart. pool1 adds 2·4, moves by 8. conv2 adds 4·8, and its padding of
        # two units begins 2·8 = 16 pixels earlier: unit u sees 8u − 16 … 8u + 34
        ("conv1", 0, 0, 10, (0, 0)),
        ("conv1", 54, 216, 226, (0, 0)),
        ("pool1", 26, 208, 226, (0, 0)),
        ("conv2", 0, -16, 34, (16, 0)),
        ("conv2", 13, 88, 138, (0, 0)),
        ("conv2", 26, 192, 242, (0, 16)),
        # pool2 moves by 16; conv3, conv4 and conv5 add 2·16 each, and begin 16 earlier each
        ("conv5", 0, -64, 98, (64, 0)),
        # pool5 adds 2·16 and moves by 32; fc6 reads its 6 units: 195 + 5·32 = 355
        ("pool5", 5, 96, 290, (0, 64)),
        ("fc6", 0, -64, 290, (64, 64)),
    ],
)
def test_a_unit_sees_what_is_worked_out_by_hand(  # noqa: PLR0913, PLR0917
    alexnet, layer, unit, first, last, cut
):
    view = unit_field(alexnet, layer, (unit, unit))
    for axis in view.axes:
        assert (axis.first, axis.last) == (first, last)
        assert (axis.before, axis.after) == cut
        assert axis.seen == last - first + 1 - sum(cut)
    assert view.axes[0].is_whole == (layer == "fc6")


def test_the_unit_in_the_middle_is_the_usual_one(alexnet):
    view = unit_field(alexnet, "conv2")
    assert (view.unit, view.units, view.size) == ((13, 13), (27, 27), (51, 51))
    assert view.axes[0].stride == Fraction(8)


def test_units_are_counted_from_a_layer(alexnet):
    # of conv1's units: pool1 reads 3, two apart; conv2 5 of those, two of them padding
    view = unit_field(behind(alexnet, "conv1"), "conv2", (0, 0), source="conv1")
    assert (view.size, view.image, view.axes[0].first) == ((11, 11), (55, 55), -4)
    vgg = behind(graph("vgg16"), "pool2")
    assert unit_field(vgg, "pool3", source="pool2").size == (8, 8)  # 1 + 2 + 2 + 2 + 1


def test_layers_before_are_shown_by_the_unit_nearest_to_the_middle(alexnet):
    views = on_the_way(alexnet, unit_field(alexnet, "pool2", (6, 6)))
    # unit 6 of pool2 sees 16·6 − 16 … + 66 = 80 … 146, middle 113, as do those
    assert [(view.layer, view.unit[0], view.size[0]) for view in views] == [
        ("conv1", 27, 11),  # 108 … 118
        ("pool1", 13, 19),  # 104 … 122
        ("conv2", 13, 51),  # 88 … 138
        ("pool2", 6, 67),
    ]


@pytest.mark.parametrize(
    ("layer", "pixel", "units"),
    [
        ("conv1", (0, 226), ((0, 0), (54, 54))),  # 4·54 = 216 … 226
        ("conv1", (10, 100), ((0, 2), (23, 25))),  # 0, 4 and 8 … ; 92, 96 and 100 …
        ("conv2", (100, 0), ((9, 14), (0, 2))),  # 8u − 16 ≤ 100 ≤ 8u + 34
    ],
)
def test_a_pixel_reaches_the_units_that_see_it(alexnet, layer, pixel, units):
    assert reached(unit_field(alexnet, layer).field, pixel) == units


def test_a_pixel_between_windows_reaches_no_unit(tmp_path):
    (tmp_path / "gaps.toml").write_text(
        'name = "gaps"\ninput = [1, 8, 8]\nlayers = [\n'
        '  { name = "conv", kind = "conv2d", out_channels = 1, kernel_size = 2, stride = 4 },\n]\n'
    )
    result = invoke("field", tmp_path / "gaps.toml", "conv", "--project", "3,0")
    assert result.stdout.endswith("pixel 3,0 reaches no unit of conv\n")


def test_layers_that_see_nothing_new_are_named():
    # VGG-16: 3, 5, 6, 10, 14, 16, 24, 32, 40, 44, 60, 76, 92, 100, 132, 164, 196, 212 pixels;
    # conv3_3 reads conv3_2, which sees 32, and pool5 conv5_3, which sees 196
    first, second = remarks(graph("vgg16", 32))
    assert first == (
        "at 32×32, the receptive field of what conv3_3 reads is as large as the image already; "
        "nothing new is seen by conv3_3, pool3, conv4_1, conv4_2, conv4_3 and 5 more"
    )
    assert second.startswith("every layer with a window sees something new from 197 pixels on")


def test_a_network_says_for_which_images_it_was_made(alexnet):
    # pool5 reads conv5, which sees 163, and sees 195 itself; (67 − 11)/4 + 1 = 15, 7, 3, 1
    assert [*remarks(alexnet)] == [
        "at 227×227, every layer with a window sees something new",
        (
            "every layer with a window sees something new from 164 pixels on; "
            "beyond 195 no unit of pool5 sees the whole image"
        ),
    ]
    result = invoke("field", "paper-alexnet", "conv1", "--all")
    assert "the smallest square image on which it works has 67 pixels a side" in result.stdout


def test_the_answer_is_a_sentence_a_table_and_data():
    result = invoke("field", "paper-alexnet", "conv2", "--unit", "0,0")
    assert result.stdout.splitlines()[-1] == (
        "unit 0,0 of conv2 sees 51×51 pixels, 16 above, 16 left cut off"
    )
    data = json.loads(
        invoke("field", "paper-alexnet", "conv2", "--unit", "0,0", "-f", "json").stdout
    )
    assert {key: data[key] for key in ("unit", "first", "last", "size", "seen", "image")} == {
        "unit": [0, 0],
        "first": [-16, -16],
        "last": [34, 34],
        "size": [51, 51],
        "seen": [35, 35],
        "image": [227, 227],
    }
    data = json.loads(
        invoke("field", "paper-alexnet", "conv2", "--project", "100,0", "-f", "json").stdout
    )
    assert data["reached"] == [[9, 14], [0, 2]]


def assert_readable(sketch):
    """Check that no text is cut or lies upon another one."""
    texts = [(caption.text, caption.bounds) for caption in sketch.captions]
    paper = Bounds(0, 0, sketch.width, sketch.height)
    assert len(texts) >= 3
    assert [text for text, at in texts if not at.is_within(paper)] == []
    assert [(a, b) for (a, at), (b, to) in combinations(texts, 2) if at.meets(to)] == []
    patches = [shape.bounds for shape in flat(sketch.shapes) if isinstance(shape, Patch)]
    assert [at for at in patches if not at.is_within(paper)] == []


@pytest.mark.parametrize("model", catalogue())
def test_texts_of_a_picture_do_not_collide(model):
    known = graph(model)
    maps = [node.name for node in known.nodes if len(node.out_shape) == 3]
    for layer, unit in ((maps[-1], None), (maps[len(maps) // 2], (0, 0))):
        view = unit_field(known, layer, unit)
        assert_readable(field_sketch(view, nested=on_the_way(known, view)[:-1]))
        assert_readable(field_sketch(view))
        places = reached(view.field, (0, 0))
        assert_readable(field_sketch(view, pixel=(0, 0), reached=places))


def parts_of(view, **more):
    """Return the fills of a picture's patches, with where they are."""
    return [
        (shape.fill, shape.bounds)
        for shape in flat(field_sketch(view, **more).shapes)
        if isinstance(shape, Patch)
    ]


def test_what_is_cut_off_is_shaded_and_the_rest_is_to_scale(alexnet):
    parts = parts_of(unit_field(alexnet, "conv2", (0, 0)))
    # 227 + 16 pixels on 440: 1.811 each. 16 of them are 29.0, 35 are 63.4, 51 are 92.3
    red = [at for fill, at in parts if fill == "#cf222e"]
    blue = [at for fill, at in parts if fill == "#0969da"]
    assert [(round(at.right - at.left, 1), round(at.bottom - at.top, 1)) for at in red] == [
        (92.3, 29.0),
        (29.0, 63.4),
    ]
    assert [round(at.right - at.left, 1) for at in blue] == [63.4]
    whole = parts_of(unit_field(alexnet, "conv2"))
    assert [fill for fill, _ in whole if fill == "#cf222e"] == []


def test_an_image_is_in_the_picture_itself(tmp_path):
    (tmp_path / "cat.png").write_bytes(PIXEL)
    words = ("field", "paper-alexnet", "conv5", "--image", tmp_path / "cat.png")
    assert invoke(*words, "-o", tmp_path / "field.svg").exit_code == 0
    root = ET.fromstring((tmp_path / "field.svg").read_text(encoding="utf-8"))  # noqa: S314  ours
    [image] = root.iter(f"{SVG}image")
    kind, data = image.get("href").split(",")
    assert kind == "data:image/png;base64"
    assert b64decode(data) == PIXEL
    page = invoke(*words, "-f", "html").stdout
    assert "img-src data:" in page
    assert re.findall(r'(?:href|src)="(?!data:|#)', page) == []


def test_other_images_than_planes_have_their_own_axes(tmp_path):
    (tmp_path / "one.toml").write_text(
        'name = "one"\ninput = [2, 64]\nlayers = [\n'
        '  { name = "c1", kind = "conv1d", out_channels = 4, kernel_size = 5, stride = 2 },\n'
        '  { name = "c2", kind = "conv1d", out_channels = 8, kernel_size = 3 },\n]\n'
    )
    (tmp_path / "three.toml").write_text(
        'name = "three"\ninput = [3, 16, 64, 64]\nlayers = [\n'
        '  { name = "c1", kind = "conv3d", out_channels = 8, kernel_size = [3, 7, 9], '
        "stride = [1, 2, 2] },\n"
        '  { name = "c2", kind = "conv3d", out_channels = 16, kernel_size = 3 },\n]\n'
    )
    words = ("field", tmp_path / "one.toml", "c2", "--unit", "3", "-f", "json")
    [row] = json.loads(invoke(*words).stdout)["records"]
    assert (row["size"], row["positions"]) == ("9", "6 … 14")  # 5 + 2·2, from 2·3
    words = ("field", tmp_path / "three.toml", "c2", "--unit", "1,2,3", "-f", "json")
    [row] = json.loads(invoke(*words).stdout)["records"]
    # 3 + 2·1 planes from 1, 7 + 2·2 rows from 2·2, 9 + 2·2 columns from 2·3
    assert row["size"] == "5×11×13"
    assert (row["planes"], row["rows"], row["columns"]) == ("1 … 5", "4 … 14", "6 … 18")


@pytest.mark.parametrize(
    ("kind", "shape", "image"), [("conv1d", [2, 64], "64"), ("conv3d", [3, 8, 9, 7], "8×9×7")]
)
def test_other_images_than_planes_are_not_drawn(tmp_path, kind, shape, image):
    spec = tmp_path / "net.toml"
    spec.write_text(
        f'name = "net"\ninput = {shape}\nlayers = [\n'
        f'  {{ name = "c1", kind = "{kind}", out_channels = 4, kernel_size = 3 }},\n]\n'
    )
    assert_refused(
        invoke("field", spec, "c1", "-o", tmp_path / "net.svg"),
        f"error: there is no picture of a field: input is {image}, and only rows and columns are "
        "drawn",
        "  hint: write --format markdown",
    )


def test_a_question_without_an_answer_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.txt").write_text("hello")
    assert_refused(
        invoke("field", "paper-alexnet", "conv9"),
        "error: paper-alexnet has no layer 'conv9'",
        "  hint: did you mean 'conv5' or 'conv4' or 'conv3'?",
    )
    assert_refused(
        invoke("field", "paper-alexnet", "conv2", "--unit", "27,0"),
        "error: conv2 has 27×27 units, and no unit 27,0",
        "  hint: the first is 0,0, the last 26,26",
    )
    assert_refused(
        invoke("field", "paper-alexnet", "conv2", "--unit", "-1,0"),
        "error: --unit: '-1,0' is no place",
        "  hint: write --unit 3,7, row and column",
    )
    assert_refused(
        invoke("field", "paper-alexnet", "conv2", "--image", "notes.txt", "-o", "a.svg"),
        "error: --image: 'notes.txt' is no PNG, JPEG, GIF or WebP image",
    )
    assert_refused(
        invoke("field", "paper-alexnet", "conv2", "--image", "none.png", "-o", "a.svg"),
        "error: --image: 'none.png' cannot be read: No such file or directory",
    )
    assert_refused(
        invoke("field", "paper-alexnet", "conv2", "--project", "227,0"),
        "error: --project: 227×227 has no pixel 227,0",
        "  hint: the first is 0,0, the last 226,226",
    )
    assert_refused(
        invoke("field", "paper-alexnet", "conv2", "--from", "conv3"),
        "error: paper-alexnet has no layer 'conv2' behind conv3",
        "  hint: conv2 does not read it, or reads something else, too",
    )
    assert_refused(
        invoke("field", "paper-alexnet", "conv2", "--from", "conv1", "--effective", "1"),
        "error: --effective says nothing beside --from: --effective is about pixels",
        "  hint: leave one out",
    )


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("field-conv2.svg", ["paper-alexnet", "conv2", "--unit", "0,13"]),
        ("fields-pool5.svg", ["paper-alexnet", "pool5", "--all"]),
    ],
)
def test_a_picture_of_the_docs_is_what_the_command_draws(file, words, tmp_path):
    # archstat field WORDS -o docs/pictures/FILE draws it again
    assert invoke("field", *words, "-o", tmp_path / "field.svg").exit_code == 0
    drawn = (tmp_path / "field.svg").read_text(encoding="utf-8")
    assert (DOCS / "pictures" / file).read_text(encoding="utf-8") == drawn


def test_a_heat_map_lets_through_where_nothing_is():
    data = b64decode(heat_map([[0.0, 1.0], [0.5, 0.0]]).partition(",")[2])
    at = data.index(b"IDAT")
    length = int.from_bytes(data[at - 4 : at])
    raw = zlib.decompress(data[at + 4 : at + 4 + length])
    rows = [raw[1:9], raw[10:18]]  # a byte says how a row is written
    assert [rows[0][3], rows[1][7]] == [0, 0]
    assert (rows[0][4:7], rows[1][:3]) == (bytes((128, 0, 38)), bytes((240, 59, 32)))


@pytest.mark.slow
@pytest.mark.parametrize("unit", [(5, 5), (0, 9)])
def test_no_pixel_matters_outside_of_what_a_unit_sees(unit):
    pytest.importorskip("torch")
    from archstat.witnesses.effective import effective_field

    view = unit_field(graph("cifar-tutorial"), "conv2", unit)
    heat = effective_field("cifar-tutorial", Question(), view, 8)
    rows, columns = view.axes
    # 5 pixels, a pool of 2, and 5 units two apart: 14, two apart and without padding
    assert (rows.first, rows.last) == (2 * unit[0], 2 * unit[0] + 13)
    mattering = [
        (row, column)
        for row, amounts in enumerate(heat.amounts)
        for column, amount in enumerate(amounts)
        if amount
    ]
    assert {row for row, _ in mattering} == {*range(rows.first, rows.last + 1)}
    assert {column for _, column in mattering} == {*range(columns.first, columns.last + 1)}
    assert max(map(max, heat.amounts)) == 1
    assert 0 < heat.side <= 14
    sketch = field_sketch(view, effective=heat)
    assert sum(isinstance(shape, Photo) for shape in flat(sketch.shapes)) == 1
    assert_readable(sketch)


@pytest.mark.slow
def test_how_much_pixels_matter_is_asked_of_a_model_of_ones_own(tmp_path, monkeypatch):
    pytest.importorskip("torch")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.py").write_text(
        "from torch import nn\n\nclass Net(nn.Sequential):\n    def __init__(self):\n"
        "        super().__init__(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 4, 3))\n"
    )
    words = ("field", "net.py:Net", "2", "--input", "3x9x9", "--effective", "4")
    data = json.loads(invoke(*words, "-f", "json").stdout)
    assert (data["size"], data["runs"]) == ([5, 5], 4)
    assert 1 <= data["effective_side"] <= 5


def test_text_has_no_picture_for_an_image():
    assert_refused(
        invoke("field", "lenet5", "C3", "--image", "cat.png"),
        "error: --image is what a picture is drawn on, and text has none",
        "  hint: add -o field.svg",
    )
