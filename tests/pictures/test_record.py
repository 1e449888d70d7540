"""Pictures of a benchmark: what is in them, and that nothing lies on something else."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archstat.bench.case import Case
from archstat.bench.record import Reading, Result
from archstat.bench.work import LayerWork, Work
from archstat.pictures.axes import Room, Scale, scale, spread_out
from archstat.pictures.record import picture_of
from tests.bench.records import MS, cpu, record, result, trial, usual, work
from tests.documents.bench.writing import render

SVG = "{http://www.w3.org/2000/svg}"


def parsed(text):
    return ET.fromstring(text)  # noqa: S314  our own output


def texts(text):
    return [element.text for element in parsed(text).iter(f"{SVG}text")]


def of_class(text, look):
    return [each for each in parsed(text).iter() if look in each.get("class", "").split()]


def told(text):
    return [element.text for element in parsed(text).iter(f"{SVG}title")]


def test_there_is_a_picture_of_throughput_of_latency_and_a_roofline():
    titles = [element.text for element in of_class(render(usual(), "svg"), "title")]
    assert titles == [
        "Throughput, images/s",
        "Latency of a batch, ms",
        "Samples, over the median of their case",
        "Roofline of cpu, FLOP/s",
    ]


def test_a_mark_says_what_it_is():
    said = told(render(usual(), "svg"))
    assert "batch 1: 500" in said
    assert "batch 32: 727" in said
    # 210,000,000 · 2 · 32 operations in 44 ms are 305 GFLOP/s
    assert "batch 32: 305 GFLOP/s, 80 % of its limit" in said


def test_a_roof_says_its_rates():
    shown = texts(render(usual(), "svg"))
    assert "float32 400 GFLOP/s" in shown
    assert "matrix products 200 GFLOP/s" in shown
    assert "40.0 GB/s" in shown


def test_layers_are_ticks_at_what_they_could_reach_until_they_are_measured():
    text = render(usual(), "svg")
    # fc at batch 32: 0.64 GFLOP for (64,000 + 990,000) · 4 bytes are 152 a byte, beyond the ridge
    assert "fc: 200 GFLOP/s" in told(text)
    assert (
        "Ticks: the most that the layers of batch 32 could reach. "
        "Layers without operations have no place."
    ) in texts(text)


def test_measured_layers_are_dots_where_they_ran():
    text = picture_of(usual(), {cpu(1): {"fc": 0.4e-3, "other": 1.0}})
    assert "fc: 50.0 GFLOP/s" in told(text)  # 0.02 GFLOP in 0.4 ms
    assert "conv: 400 GFLOP/s" not in told(text)
    assert (
        "Dots: the layers of batch 1, each measured apart. Layers without operations have no place."
    ) in texts(text)


def test_a_limit_is_drawn_once_for_all_that_share_it():
    run = record(*(result(cpu(32, mode=mode), 44 * MS) for mode in ("eager", "compile")))
    pictures = render(run, "svg")
    assert (
        len([each for each in of_class(pictures, "limit") if "ink" not in each.get("class")]) == 2
    )
    assert len(of_class(pictures, "line")) == 2 * 3


def test_without_a_limit_there_is_no_roofline_and_it_is_said_why():
    text = render(record(result(cpu(1), 2 * MS), ceilings=()), "svg")
    assert [element.text for element in of_class(text, "title")][-1] == "Roofline of cpu"
    assert "None, as the ceilings of the device were not measured." in texts(text)
    assert not of_class(text, "limit")
    assert not of_class(text, "roof")


@pytest.mark.parametrize(
    ("run", "why"),
    [
        (
            record(replace(result(cpu(1), 2 * MS), work=replace(work(1), uncounted=("op",)))),
            "some of its operators are not counted",
        ),
        (
            record(result(cpu(1), 2 * MS, set_aside="contended")),
            "no limit can be told: all samples of a process were set aside, as the verdict says",
        ),
        (
            record(result(cpu(1), 2 * MS, flops_rate=None)),
            "the probes beside the samples measured nothing to compare with",
        ),
    ],
)
def test_why_there_is_no_roofline(run, why):
    assert f"None, as {why}." in " ".join(texts(render(run, "svg")))


def test_every_sample_is_a_dot_on_the_line_of_its_process():
    slow = replace(result(cpu(1), 2 * MS, 2 * MS), trials=(trial(0, 2 * MS), trial(1, 3 * MS)))
    dots = of_class(render(record(slow), "svg"), "sample")
    assert len(dots) == 2 * 6
    # the median of 2 and 3 ms is 2.5
    said = [dot.find(f"{SVG}title").text for dot in dots]
    assert said[0] == "process 1: 2.00 ms, × 0.800"
    assert said[-1] == "process 2: 3.00 ms, × 1.200"
    left, right = (float(dots[at].get("cx")) for at in (0, -1))
    assert left < right
    assert float(dots[-1].get("cy")) - float(dots[0].get("cy")) > 5


def test_samples_that_do_not_count_are_hollow_and_say_why():
    taken = trial(0, 2 * MS)
    busy = replace(taken.samples[0], set_aside="contended")
    run = record(
        replace(result(cpu(1)), trials=(replace(taken, samples=(busy, *taken.samples[1:])),))
    )
    [hollow] = [
        dot for dot in of_class(render(run, "svg"), "sample") if "hollow" in dot.get("class")
    ]
    assert hollow.find(f"{SVG}title").text.endswith(", set aside: contended")


def test_a_text_far_from_its_place_has_a_line_to_it():
    from archstat.pictures.roofline import _beside

    room = Room()
    assert len(list(_beside(100, 100, "conv1", "weak", room))) == 1
    room.block((0, 60, 200, 128))
    leader, text = _beside(100, 100, "conv2", "weak", room)
    assert 'class="leader weak"' in leader
    assert leader.startswith('<polyline points="100,100 ')
    assert ">conv2<" in text


def test_the_limit_of_one_batch_is_a_short_line():
    limits = of_class(render(record(result(cpu(1), 2 * MS)), "svg"), "limit")
    points = [each.get("points").split() for each in limits if "ink" not in each.get("class")]
    assert [len(each) for each in points] == [2, 2]


def test_a_network_without_operations_is_on_no_roofline():
    pool = LayerWork("pool", "max_pool2d", flops=0, is_conv=False, values=1_000, weights=0)
    run = record(replace(result(cpu(1), 2 * MS), work=Work((pool,), 1_000)))
    text = render(run, "svg")
    assert not of_class(text, "roof")
    assert "None, as the network computes nothing, or moves nothing." in texts(text)


def test_an_interval_is_a_bar():
    assert len(of_class(render(record(result(cpu(1), 2 * MS, 3 * MS)), "svg"), "bar")) == 3 + 2


def test_what_is_not_valid_is_hollow_and_says_why():
    busy = {"reading": Reading(wait=0.2), "set_aside": "contended"}
    text = render(record(result(cpu(1), 2 * MS, 2 * MS), result(cpu(8), 16 * MS, **busy)), "svg")
    # in two pictures, and six samples; nothing is said of its limit
    assert len(of_class(text, "hollow")) == 2 + 6
    said = texts(text)
    assert {"the limit", "where another run lies, with 95 %", "not VALID"} <= set(said)
    said = " ".join(texts(text))
    assert "CONTENDED  batch 8: its threads waited for a processor for 20 % of the time" in said


def test_a_quick_look_says_so():
    text = render(record(result(cpu(1), 2 * MS), is_quick=True), "svg")
    assert "quick look: one process, so no interval between processes" in texts(text)


def test_nothing_measured():
    assert texts(render(record(), "svg")) == ["nothing was measured"]
    failed = record(Result(cpu(1), work(1), failure="does not fit in memory"))
    assert "nothing was measured" in texts(render(failed, "svg"))


@pytest.mark.parametrize("model", ["<script>&\"'", "a\x00\x1b\n\ud800b", "]]>", "x" * 500])
def test_names_from_outside_are_text(model):
    run = record(result(replace(cpu(1), model=model), 2 * MS), result(cpu(1), 2 * MS))
    text = render(run, "svg")
    assert not list(parsed(text).iter(f"{SVG}script"))
    text.encode()


def series(count):
    """Return a record of so many series, all with nearly the same figures."""
    return record(
        *(
            result(Case(f"model {number}", "cpu", batch, threads=2), batch * MS + number)
            for number in range(count)
            for batch in (4, 8)
        )
    )


def test_names_of_series_stand_below_each_other():
    shown = parsed(render(series(30), "svg")).iter(f"{SVG}text")
    named = [
        element
        for element in shown
        if element.text.startswith("model ") and element.get("text-anchor") is None
    ]
    for picture in (1, 2, 3):  # behind the 30 lines of the heading
        beside = named[30 * picture : 30 * (picture + 1)]
        places = sorted(float(element.get("y")) for element in beside)
        assert all(below - above >= 16 for above, below in pairwise(places))


def test_both_schemes_have_their_colours():
    style = next(parsed(render(usual(), "svg")).iter(f"{SVG}style")).text
    light, dark = style.split("@media (prefers-color-scheme: dark) {")
    assert ".paper { fill: #ffffff; }" in light
    assert ".paper { fill: #0d1117; }" in dark


@given(st.lists(st.floats(0, 300), max_size=15))
def test_places_that_are_spread_out_keep_their_distance_and_their_order(wanted):
    places = spread_out(wanted, 20, 0, 300)
    ordered = sorted(places)
    assert all(b - a >= 20 - 1e-9 for a, b in pairwise(ordered))
    assert all(-1e-9 <= place <= 300 for place in places)
    for (one, here), (other, there) in pairwise(zip(wanted, places, strict=True)):
        assert one == other or (one < other) == (here < there)


@given(st.floats(1e-12, 1e15), st.floats(1, 1e12))
def test_an_axis_has_a_few_round_values_inside(low, ratio):
    axis = scale([low, low * ratio], 0, 100)
    ticks = axis.ticks()
    assert 3 <= len(ticks) <= 8
    assert all(-1e-6 <= axis.at(value) <= 100 + 1e-6 for value in ticks)


def test_an_axis_of_one_value_has_it_in_the_middle():
    assert scale([32], 0, 100).at(32) == pytest.approx(50)


def test_a_decade_has_three_values():
    assert Scale(1, 10, 0, 1).ticks() == [1, 2, 5, 10]


def test_room_is_taken_once():
    room = Room()
    assert room.take((0, 0, 10, 10))
    assert not room.take((20, 0, 30, 10), (5, 5, 15, 15))
    assert room.take((20, 0, 30, 10))  # as the pair was not taken
