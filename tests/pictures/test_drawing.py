"""Drawings of networks: what they show, and that nothing lies upon anything else."""

from __future__ import annotations

import shutil
import subprocess
import xml.etree.ElementTree as ET
from itertools import combinations
from pathlib import Path

import pytest

import archstat
from archstat.models.spec.catalogue import catalogue
from archstat.pictures.plans.draw import draw, usual_style
from archstat.pictures.plans.layered import layered
from archstat.pictures.plans.palette import QUANTITIES
from archstat.pictures.plans.stops import skips, stops
from archstat.pictures.sketch.letters import shortened, width_of
from archstat.pictures.sketch.shapes import Bounds, Patch, Stroke, flat
from archstat.pictures.sketch.svg import svg_of
from archstat.pictures.sketch.tikz import tikz_of
from archstat.report.report import report_on
from tests.cli.running import ALL_SUFFIXES, assert_refused, invoke
from tests.pictures.drawings import report
from tests.renderers.networks import network

DOCS = Path(__file__).parents[2] / "docs"
SVG = "{http://www.w3.org/2000/svg}"
TORCHVISION = (
    "alexnet", "vgg11", "vgg16_bn", "resnet18", "resnet50", "resnext50_32x4d", "wide_resnet50_2",
    "densenet121", "googlenet", "inception_v3", "mobilenet_v2", "mobilenet_v3_small", "mnasnet1_0",
    "shufflenet_v2_x1_0", "squeezenet1_1", "regnet_y_400mf", "efficientnet_b0", "convnext_tiny",
    "swin_t", "vit_b_16",
)  # fmt: skip


def assert_clear(sketch):
    """Check that no box lies on another, no text on another or on a block, and that none is cut."""
    texts = [(caption.text, caption.bounds) for caption in sketch.captions]
    paper = Bounds(0, 0, sketch.width, sketch.height)
    boxes = [(box.said, box.bounds) for box in sketch.boxes]
    assert len(boxes) > 1
    assert [text for text, at in texts if not at.is_within(paper)] == []
    assert [said for said, at in boxes if not at.is_within(paper)] == []
    assert [(a, b) for (a, at), (b, to) in combinations(boxes, 2) if at.meets(to)] == []
    assert [(a, b) for (a, at), (b, to) in combinations(texts, 2) if at.meets(to)] == []
    for text, at in texts:  # a text is in a box as a whole, or outside of all
        assert [said for said, box in boxes if at.meets(box) and not at.is_within(box)] == [], text


@pytest.mark.parametrize("style", ["blocks", "lenet", "flat"])
@pytest.mark.parametrize("model", catalogue())
def test_nothing_lies_upon_anything_in_a_network_of_the_catalogue(model, style):
    assert_clear(
        draw(report(model), style=style, by=QUANTITIES["macs"] if style == "flat" else None)
    )


@pytest.mark.parametrize(("model", "depth"), [("resnet50", 3), ("googlenet", 2)])
def test_nothing_lies_upon_anything_where_modules_are_opened(model, depth):
    assert_clear(draw(report(model), style="flat", depth=depth))


@pytest.mark.slow
@pytest.mark.parametrize("model", TORCHVISION)
def test_nothing_lies_upon_anything_in_a_model_of_torchvision(model):
    pytest.importorskip("torchvision")
    known = report(f"torchvision/{model}")
    assert_clear(draw(known, style="blocks"))
    assert_clear(draw(known, style="lenet"))
    assert_clear(draw(known, style="flat", by=QUANTITIES["params"]))


def test_the_check_sees_boxes_that_overlap_and_texts_that_are_cut():
    sketch = draw(report("lenet5"))
    twice = type(sketch)(**{**vars(sketch), "shapes": (*sketch.shapes, sketch.boxes[0])})
    with pytest.raises(AssertionError):
        assert_clear(twice)
    with pytest.raises(AssertionError):
        assert_clear(type(sketch)(**{**vars(sketch), "width": sketch.width / 2}))


def test_letters_have_as_much_room_as_helvetica_gives_them():
    # Adobe's metrics of Helvetica, in thousandths: W 944, m 833, 5 556, × 584, i 222, % 889, A 667
    for letter, width in {
        "W": 944, "m": 833, "5": 556, "×": 584, "i": 222, "%": 889, "A": 667,
    }.items():  # fmt: skip
        assert width <= width_of(letter, 1000) <= width + 270
    # of Helvetica-Bold: W 944, m 889, 5 556
    assert width_of("W", 1000, is_strong=True) >= 944
    assert width_of("m5", 1000, is_strong=True) >= 889 + 556


def test_a_text_is_cut_in_its_middle_and_a_name_at_its_front():
    assert shortened("conv1", 200, 12) == "conv1"
    cut = shortened("averagepoolingofeverything", 130, 12)
    assert cut.startswith("average")
    assert cut.endswith("thing")
    assert "…" in cut
    assert width_of(cut, 12) <= 130
    name = "features.denseblock4.denselayer16.conv2"
    assert shortened(name, 150, 12) == "…denselayer16.conv2"
    assert shortened(name, 130, 12) == "…nselayer16.conv2"  # the last part alone says too little
    assert shortened(name, 50, 12) == "…conv2"


@pytest.fixture(scope="module")
def alexnet():
    return report("paper-alexnet")


@pytest.fixture(scope="module")
def sketch(alexnet):
    return draw(alexnet)


def test_groups_are_lanes_until_a_layer_reads_all_channels(alexnet):
    # section 3.5 of the paper: conv2, conv4 and conv5 see the maps of their own GPU alone
    assert [(each.name, each.lanes) for each in stops(alexnet)] == [
        ("input", 1), ("conv1", 1), ("pool1", 1), ("conv2", 2), ("pool2", 2), ("conv3", 1),
        ("conv4", 2), ("conv5", 2), ("pool5", 2), ("fc6", 1), ("fc7", 1), ("fc8", 1),
    ]  # fmt: skip


def fronts(sketch, name):
    """Return the front faces of a stop: rectangles."""
    figure = next(box for box in sketch.boxes if box.said.startswith(f"{name}:"))
    return [
        shape.bounds
        for shape in figure.shapes
        if isinstance(shape, Patch) and len({x for x, _ in shape.points}) == 2
        and len({y for _, y in shape.points}) == 2
    ]  # fmt: skip


def test_a_block_is_as_high_as_the_root_of_its_rows(sketch):
    # 150 pixels for 227 rows: conv1 has 150·√(55/227) = 73.8, conv3 150·√(13/227) = 35.9
    heights = {
        name: round(fronts(sketch, name)[0].bottom - fronts(sketch, name)[0].top, 1)
        for name in ("input", "conv1", "conv3")
    }
    assert heights == {"input": 150, "conv1": 73.8, "conv3": 35.9}


def test_a_block_has_a_band_for_each_layer_behind_it_in_each_lane(sketch):
    assert len(fronts(sketch, "conv1")) == 3  # ReLU and LRN
    assert len(fronts(sketch, "conv2")) == 2 * 3
    assert len(fronts(sketch, "pool5")) == 2  # flatten is not to be seen
    first, _, _, second, *_ = fronts(sketch, "conv2")
    # 128 of at most 384 channels: 56·√(128/384) = 32.3 wide, one above the other
    assert round(first.right - first.left, 1) == 32.3
    assert first.left == second.left
    assert first.bottom < second.top


def test_a_kernel_is_as_large_as_it_is_on_its_map(sketch):
    # conv1 on the input: 150·11/227 = 7.3 high, and as it goes 150·11/227·0.26 up
    windows = [shape for shape in flat(sketch.shapes) if isinstance(shape, Patch)
               and shape.fill == "#ffffff" and shape.opacity < 1]  # fmt: skip
    at = windows[0].bounds
    assert round(at.bottom - at.top, 1) == round(7.27 * 1.26, 1)
    # one each for conv1, pool1, conv4 ×2, …: all but linear layers, twice where lanes are
    assert len(windows) == 1 + 1 + 2 + 2 + 2 + 2 + 2 + 2


def test_shapes_kernels_strides_and_groups_stand_under_blocks(sketch):
    texts = [caption.text for caption in sketch.captions]
    assert texts[:2] == ["paper-alexnet", "60,965,224 parameters · 724,406,816 MACs"]
    at = texts.index("conv2")
    assert texts[at : at + 4] == ["conv2", "27×27×256", "5×5 conv", "2 groups"]
    assert "11×11 conv" in texts
    assert {"convolution", "linear", "pooling", "norm", "activation"} <= {*texts}
    assert "join" not in texts


def test_equal_modules_that_follow_one_another_are_one_block():
    shown = {each.name: each.count for each in stops(report("mobilenet-v1"))}
    assert shown["block7 … block11"] == 5
    assert shown["block12"] == 1


@pytest.mark.parametrize("style", ["blocks", "lenet"])
@pytest.mark.parametrize(
    ("shape", "remark"),
    [((784,), "height √features"), ((8, 16), "height √size of the last axis")],
)
def test_a_network_without_maps_has_no_channels(style, shape, remark):
    settings = {"out_channels": 4, "kernel_size": 3} if shape[1:] else {"out_features": 10}
    made = network(("layer", "conv1d" if shape[1:] else "linear", settings), input_shape=shape)
    known = report_on(made)
    assert remark in svg_of(draw(known, style=style))
    assert "channels" not in svg_of(draw(known, style=style))


def test_what_is_carried_past_blocks_is_an_arc():
    unet = report("unet")
    shown = stops(unet)
    names = {(shown[a].name, shown[b].name) for a, b in skips(shown)}
    assert {("down1.conv2", "up1.crop"), ("down4.conv2", "up4.crop")} <= names
    assert len(names) == 8  # of each of four levels, to the crop and past it
    arcs = [s for s in flat(draw(unet, style="blocks").shapes)
            if isinstance(s, Stroke) and s.radius]  # fmt: skip
    assert len(arcs) == 8


@pytest.mark.parametrize(
    ("model", "style"),
    [("paper-alexnet", "blocks"), ("resnet50", "blocks"), ("lenet5", "blocks"), ("unet", "flat")],
)
def test_a_chain_of_maps_is_usually_drawn_as_blocks_and_others_are_not(model, style):
    assert usual_style(stops(report(model))) == style


def test_modules_that_are_opened_make_a_graph_of_a_chain():
    known = report("googlenet")
    assert [usual_style(stops(known, depth)) for depth in (1, 2)] == ["blocks", "flat"]


def test_sheets_are_channels_as_in_the_figure_of_lenet_5():
    # figure 2 of LeCun et al. 1998: six maps in C1 and S2; 110 pixels for 32 rows
    drawn = draw(report("lenet5"), style="lenet")
    assert [len(fronts(drawn, name)) for name in ("C1", "S2", "F6")] == [6, 6, 1]
    last, *_, first = fronts(drawn, "C1")
    assert round(first.right - first.left, 1) == round(110 * (28 / 32) ** 0.5, 1)
    assert (last.left - first.left, first.top - last.top) == (25, 25)  # five steps of 5 pixels
    window = next(shape for shape in flat(drawn.shapes) if isinstance(shape, Patch)
                  and shape.fill == "#ffffff" and shape.opacity < 1)  # fmt: skip
    # 5 of 32 rows, on the input, which is 110 pixels high
    assert round(window.bounds.bottom - window.bounds.top, 1) == round(110 * 5 / 32, 1)


def test_a_report_draws_itself_as_it_is_asked():
    known = archstat.analyze("lenet5")
    assert str(known.draw(style="flat")) != str(known.draw(color_by="macs"))
    assert "57.6 %" in str(known.draw(color_by="macs"))  # C3: 240,000 of 416,520
    with pytest.raises(archstat.UsageError, match="style is one of blocks, lenet, flat, got 'x'"):
        known.draw(style="x")
    with pytest.raises(archstat.UsageError, match="color_by is one of kind, macs, params, memory"):
        known.draw(color_by="time")


def test_the_ranks_of_a_graph_go_down_and_lines_pass_boxes():
    # 0 → 1 → 2 → 3 and 0 → 3: the long edge passes the ranks of 1 and 2
    found = layered([40, 40, 40, 40], [(0, 1), (1, 2), (2, 3), (0, 3)], gap=10)
    assert [len(rank) for rank in found.ranks] == [1, 2, 2, 1]
    assert found.routes[3] == (0, 4, 5, 3)
    # 40/2 + 10 + 14/2 = 37 from the middle of a box to that of the line beside it, at least
    assert all(abs(found.centres[box] - found.centres[line]) >= 37 - 1e-9
               for box, line in ((1, 4), (2, 5)))  # fmt: skip
    assert found.centres[4] == pytest.approx(found.centres[5])


def test_nodes_of_a_rank_stand_in_the_order_in_which_lines_do_not_cross():
    # two chains that start crosswise: 0 → 3 → 5 and 1 → 2 → 4
    found = layered([10] * 6, [(0, 3), (1, 2), (2, 4), (3, 5)], gap=5)
    places = {node: at for rank in found.ranks for at, node in enumerate(rank)}
    assert (places[0] < places[1]) == (places[3] < places[2]) == (places[5] < places[4])


def test_a_picture_spells_colours_out_and_has_paper_of_its_own(sketch):
    text = svg_of(sketch)
    root = ET.fromstring(text)  # noqa: S314  our own
    paper = next(each for each in root if each.tag == f"{SVG}rect")
    assert (paper.get("width"), paper.get("fill")) == (root.get("width"), "#ffffff")
    assert "var(" not in text
    assert "<style" not in text
    assert " class=" not in text
    titles = [title.text for title in root.iter(f"{SVG}title")]
    said = "conv1: 11×11 conv, stride 4, ReLU, LRN; 55×55×96; 34,944 parameters, 105,415,200 MACs"
    assert said in titles


def test_a_name_from_outside_is_no_markup(alexnet):
    from dataclasses import replace

    rows = (replace(alexnet.layers[0], name="<b>&\\conv_1%"), *alexnet.layers[4:])
    odd = draw(replace(alexnet, model="<script>$x$", layers=rows), style="flat")
    ET.fromstring(svg_of(odd))  # noqa: S314  our own
    assert "<script>" not in svg_of(odd)
    assert r"$<$b$>$\&\textbackslash{}conv\_1\%" in tikz_of(odd)


def test_a_picture_in_latex_needs_tikz_alone():
    result = invoke("draw", "paper-alexnet", "-f", "latex")
    assert result.stdout.startswith("% needs \\usepackage{tikz}\n% paper-alexnet: ")
    body = [line for line in result.stdout.splitlines() if not line.startswith("%")]
    assert body[0] == r"\begingroup"
    assert body[-1] == r"\endgroup"
    drawn = [line for line in body if line.startswith(("\\path", "\\draw", "\\node"))]
    assert len(drawn) > 100
    assert all(line.endswith(";") and "#" not in line for line in drawn)
    assert result.stdout.count("{") == result.stdout.count("}")


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="LaTeX is not installed")
def test_a_picture_in_latex_compiles(tmp_path):
    for style in ("blocks", "lenet", "flat"):
        invoke("draw", "resnet18", "--style", style, "--depth", "3", "-o", tmp_path / "net.tex")
        (tmp_path / "main.tex").write_text(
            "\\documentclass{article}\n\\usepackage{tikz}\n\\begin{document}\n"
            "\\input{net}\n\\end{document}\n"
        )
        done = subprocess.run(
            ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "main.tex"],  # noqa: S607
            cwd=tmp_path,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-2000:]


def test_a_file_is_a_picture_in_the_format_of_its_suffix(tmp_path):
    assert invoke("draw", "lenet5", "-o", tmp_path / "net.svg").exit_code == 0
    assert (tmp_path / "net.svg").read_text(encoding="utf-8").startswith("<svg ")
    pytest.importorskip("resvg_py")
    assert invoke("draw", "lenet5", "-o", tmp_path / "net.png").exit_code == 0
    assert (tmp_path / "net.png").read_bytes().startswith(b"\x89PNG")


def test_a_question_that_no_drawing_answers_is_refused():
    assert_refused(
        invoke("draw", "lenet5", "-o", "net.bmp"),
        "error: -o 'net.bmp': the suffix says no format",
        f"  hint: use {ALL_SUFFIXES}, .svg, .png, or state one with --format",
    )
    result = invoke("draw", "lenet5", "--color-by", "size")
    assert result.exit_code == 2
    assert "'size' is not one of 'kind', 'macs', 'params', 'memory', 'time'" in result.stderr


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("paper-alexnet.svg", ["paper-alexnet"]),
        ("vgg16-params.svg", ["vgg16", "--color-by", "params"]),
        ("lenet5-sheets.svg", ["lenet5", "--style", "lenet"]),
        ("resnet18-flat.svg", ["resnet18", "--style", "flat", "--depth", "3"]),
        *((f"gallery/{name}.svg", [name]) for name in catalogue() if name != "paper-alexnet"),
    ],
)
def test_a_picture_of_the_docs_is_what_the_command_draws(file, words, tmp_path):
    # archstat draw WORDS -o docs/pictures/FILE draws it again
    assert invoke("draw", *words, "-o", tmp_path / "net.svg").exit_code == 0
    drawn = (tmp_path / "net.svg").read_text(encoding="utf-8")
    assert (DOCS / "pictures" / file).read_text(encoding="utf-8") == drawn
