"""The table of a benchmark, whole and on terminals; the figures are worked out in `records`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archstat.bench.case import Case
from archstat.bench.record import Reading, Result
from archstat.bench.statistics import Interval
from archstat.documents.bench.columns import FIGURES, cells
from archstat.documents.bench.record import record_document
from archstat.documents.bench.sheet import sheet
from tests.bench.records import MS, US, ceilings, cpu, record, result, trial, usual, work
from tests.documents.bench.writing import at_width, render
from tests.formats.writing import on_console


def table(record, width=None):
    """Return the titles and the rows alone."""
    return at_width(record, width).split("\n\n")[1] + "\n"


# Batch 1: 0.4 GFLOP at 400 GFLOP/s and 0.02 at 200 take 1.1 ms, of which 2 ms are 55 %; batch 32
# takes 35.2 ms, of which 44 ms are 80 %. All processes agree.
def test_a_record_as_a_whole():
    assert (
        render(usual(), "table")
        == """\
net: a small network, 1,000,000 params, 210,000,000 MACs an image, input 3×8×8
forward pass, float32, eager
cpu: Some Processor, 2 threads, torch 2.15.0; measured now: 400 GFLOP/s in convolutions, \
200 GFLOP/s in matrix products, 40.0 GB/s

                       95 %                                 % of  its 95 %  bound       at the
batch  median      interval    p5   p95  images/s  limit*  limit  interval  by       ceilings†  verdict
           ms            ms    ms    ms                ms                %                  ms
───────────────────────────────────────────────────────────────────────────────────────────────────────
    1    2.00  [2.00, 2.00]  2.00  2.00       500    1.10   55 %  [55, 55]  compute       2.00  VALID
   32    44.0  [44.0, 44.0]  44.0  44.0       727    35.2   80 %  [80, 80]  compute       44.0  VALID
4,096  does not fit in memory

* no schedule is faster at the rates measured in this run: every operation at the peak of its \
kind, every weight, input and output moved once
† the latency with the device at its best of this run, by the probes beside each sample

3 processes × 6 samples; processes differ by up to 0 %, their shares of the limit by up to 0 %
30 s, 30 % of it neither in the model nor in the probes
to reproduce: archstat bench net --device cpu --batch 1,32
"""  # noqa: E501  as wide as it is
    )


def test_all_parameters_are_counted_also_those_that_a_pass_does_not_read():
    text = render(replace(usual(), params={"net": 4_385_920}), "table")
    assert text.startswith("net: a small network, 4,385,920 params, 210,000,000 MACs an image")


def test_a_terminal_of_80_columns():
    assert (
        at_width(usual(), 80)
        == """\
net: a small network, 1,000,000 params, 210,000,000 MACs an image, input 3×8×8
forward pass, float32, eager
cpu: Some Processor, 2 threads, torch 2.15.0; measured now: 400 GFLOP/s in
  convolutions, 200 GFLOP/s in matrix products, 40.0 GB/s

                       95 %                           % of  bound
batch  median      interval   p95  images/s  limit*  limit  by       verdict
           ms            ms    ms                ms
────────────────────────────────────────────────────────────────────────────
    1    2.00  [2.00, 2.00]  2.00       500    1.10   55 %  compute  VALID
   32    44.0  [44.0, 44.0]  44.0       727    35.2   80 %  compute  VALID
4,096  does not fit in memory

* no schedule is faster at the rates measured in this run: every operation at
  the peak of its kind, every weight, input and output moved once
left out to fit 80 characters: p5, its 95 % interval, at the ceilings

3 processes × 6 samples; processes differ by up to 0 %, their shares of the
  limit by up to 0 %
30 s, 30 % of it neither in the model nor in the probes
to reproduce: archstat bench net --device cpu --batch 1,32
"""
    )


def test_a_narrow_terminal_keeps_what_matters_most():
    assert (
        table(usual(), 40)
        == """\
                          % of
batch  median  images/s  limit  verdict
           ms
───────────────────────────────────────
    1    2.00       500   55 %  VALID
   32    44.0       727   80 %  VALID
4,096  does not fit in memory
"""
    )


def test_an_interval_is_in_the_unit_of_its_column():
    found = sheet(usual())
    row = found.rows[0]
    scattered = replace(row.figures, interval=Interval(0.00196, 0.0204))
    columns = [column for column in FIGURES if column.title == "95 % interval"]
    assert cells(columns, replace(row, figures=scattered), found) == ["[1.96, 20.4]"]


def test_a_wide_terminal_shows_the_share_as_a_bar():
    # 55 % of ten characters are 5 and a half
    assert "55 %  █████▌      [55, 55]" in at_width(usual(), 200)


def test_no_line_is_wider_than_the_terminal():
    for width in (40, 60, 80, 120):
        above, reproduce = at_width(usual(), width).rstrip("\n").rsplit("\n", 1)
        assert max(map(len, above.splitlines())) <= width
        assert reproduce.startswith("to reproduce: ")  # whole, so that it can be copied


def test_settings_that_differ_are_columns():
    # 320 images in 2 ms are 160,000 a second; 0.3 ms for the caller are more than 1.25 · 0.2 ms;
    # at ceilings a thousand times as high, the limit is 35.2 µs, of which 300 are 12 %
    graph = Case("net", "cuda:0", 32, dtype="bfloat16", mode="graph")
    faster = [
        replace(one, rates=(1000 * one.rates[0],), beside=(1000 * one.beside[0],))
        for one in ceilings("cuda:0", "bfloat16", 0)
    ]
    taken = trial(0, 300 * US, queue_ns=200 * US, flops_rate=4e14, bytes_rate=4e13)
    run = record(
        result(cpu(32), 44 * MS, 44 * MS),
        result(cpu(32, channels_last=True), 40 * MS, 40 * MS),
        Result(graph, work(32), (taken, replace(taken, process=1))),
        ceilings=(*ceilings(), *faster),
    )
    assert (
        table(run, 120)
        == """\
                                                                            device           % of  bound
device  batch  dtype     mode   channels  median   95 % interval  images/s    time  limit*  limit  by       verdict
                                              ms              ms                ms      ms
───────────────────────────────────────────────────────────────────────────────────────────────────────────────────
cpu        32  float32   eager  –           44.0    [44.0, 44.0]       727       –    35.2   80 %  compute  VALID
cpu        32  float32   eager  last        40.0    [40.0, 40.0]       800       –    35.2   88 %  compute  VALID
cuda:0     32  bfloat16  graph  –          0.300  [0.300, 0.300]   160,000   0.200  0.0352   12 %  host     VALID
"""  # noqa: E501  as wide as it is
    )


def test_a_training_step_says_what_an_epoch_takes():
    # 50,000 images at 320 a second take 156.25 s; 32 · 1.1 ms of operations are 35 % of 100 ms
    run = record(
        result(cpu(32, optimizer="sgd"), 100 * MS, 100 * MS),
        result(cpu(32, optimizer="adam"), 200 * MS, 200 * MS),
        epoch_images=50_000,
    )
    text = at_width(run, 80)
    assert text.splitlines()[2] == "float32, eager, an epoch is 50,000 images"
    assert (
        table(run, 80)
        == """\
                                                           % of
pass                 batch  median  images/s       epoch  limit  verdict
                                ms
────────────────────────────────────────────────────────────────────────
training step, SGD      32     100       320  2 min 36 s   35 %  VALID
training step, Adam     32     200       160  5 min 12 s   18 %  VALID

"""[:-1]
    )


def test_a_verdict_has_its_reason_once_with_the_rows_it_is_about():
    busy = {"reading": Reading(wait=0.2), "set_aside": "contended"}
    run = record(result(cpu(1), 2 * MS, 2 * MS, **busy), result(cpu(32), 44 * MS, 44 * MS, **busy))
    text = render(run, "table")
    assert text.count("CONTENDED") == 3
    assert (
        "\nCONTENDED  all: its threads waited for a processor for 20 % of the time, so the figure "
        "is an upper bound; stop other programs, or use fewer threads\n"
    ) in text
    assert "2 processes × 6 samples; 24 of 24 set aside (24 contended); " in text


def test_notes_name_their_row():
    # the device did 10 % less beside the second process
    slow = trial(1, 2 * MS, flops_rate=3.6e11)
    drifted = replace(result(cpu(1), 2 * MS), trials=(trial(0, 2 * MS), slow))
    assert (
        "\nnote: batch 1: the device's FLOP/s drifted by 11 %: trust the share of the limit more "
        "than the latency\n"
    ) in render(record(drifted, result(cpu(32), 44 * MS)), "table")


@pytest.mark.parametrize(("load", "is_said"), [(0.4, False), (3.21, True), (None, False)])
def test_what_other_programs_do_is_said(load, is_said):
    known = {"cpu": {"name": "Some Processor", "cores": 2}, "process": {"load": load}}
    text = render(replace(usual(), environment=known), "table")
    said = "note: when it began, other programs had a load of 3.2 on 2 cores"
    assert (said in " ".join(text.split())) == is_said


def test_a_quick_look_says_so():
    text = render(record(result(cpu(1), 2 * MS), is_quick=True), "table")
    assert (
        "1 process × 6 samples\nquick look: one process, so no interval between processes\n"
    ) in text


def test_a_case_that_was_cut_short_is_a_row():
    run = record(result(cpu(1), 2 * MS), Result(cpu(32), work(32)))
    assert "\n   32  was not measured to an end\n" in render(run, "table")


def test_a_failure_wraps_in_its_place():
    run = record(Result(cpu(32), work(32), failure="does not fit in memory of 16 GB"))
    assert "\n   32  does not fit in memory\n       of 16 GB\n" in at_width(run, 30)


def test_without_ceilings_there_are_no_columns_of_a_limit():
    assert (
        table(record(result(cpu(1), 2 * MS, 2 * MS), ceilings=()))
        == """\
                       95 %
batch  median      interval    p5   p95  images/s  verdict
           ms            ms    ms    ms
──────────────────────────────────────────────────────────
    1    2.00  [2.00, 2.00]  2.00  2.00       500  VALID
"""
    )


def test_what_nobody_counted_has_no_limit():
    unknown = replace(work(1), uncounted=("aten::fft",))
    run = record(replace(result(cpu(1), 2 * MS), work=unknown))
    assert "\nnote: batch 1: no limit, as nobody has counted aten::fft\n" in render(run, "table")
    assert "≥ 210,000,000 MACs an image" in render(run, "table")


def test_nothing_measured():
    assert (
        render(record(spent_s={}), "table")
        == """\
nothing was measured
to reproduce: archstat bench net --device cpu --batch 1,32
"""
    )


def test_small_calls_are_in_microseconds():
    assert "\n           µs" in render(record(result(cpu(1), 51 * US)), "table")


def test_threads_are_a_column_where_a_device_has_several():
    one = Case("net", "cpu", 1, threads=1)
    run = record(
        result(one, 4 * MS), result(cpu(1), 2 * MS), ceilings=(*ceilings(threads=1), *ceilings())
    )
    text = render(run, "table")
    assert "batch  threads  median" in text
    assert "\n    1        2    2.00" in text
    assert "cpu: Some Processor, torch 2.15.0; measured now: float32, 1 thread 400 GFLOP/s" in text


def test_other_inputs_are_examples():
    text = render(record(result(cpu(1), 2 * MS), inputs={"net": (10,)}), "table")
    assert "MACs an example, input 10\n" in text
    assert "examples/s" in text
    assert "examples/s" in render(record(result(cpu(1), 2 * MS), inputs={}), "table")


def terminal(record, **environment):
    return on_console(record_document(record), **environment)


def test_a_terminal_gets_colours():
    text = terminal(usual())
    assert "\x1b[32mVALID" in text
    assert "\x1b[1;31mdoes not fit in memory\x1b[0m" in text


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_colours_where_they_are_not_wanted(environment):
    assert terminal(usual(), **environment) == at_width(usual(), 80)


def test_names_from_outside_move_no_cursor():
    hostile = replace(cpu(1), model="a\x1b[31m\nb[bold]")
    text = terminal(record(result(hostile, 2 * MS)), NO_COLOR="1")
    assert "\x1b" not in text
    assert text.startswith("a [31m b[bold], 1,000,000 params")
