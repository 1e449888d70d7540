"""`archstat table --latency`, with a process that is a fake, and once for real."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("torch")


from archstat.bench import run
from archstat.bench.plan import Done, Failed, LayersTaken, Ready, Taken
from archstat.bench.record import LayerRound, LayerTimes, Reading, Sample
from tests.cli.running import assert_refused, invoke

MS = 1_000_000
SPEC = """
name = "net"
input = [1, 4, 4]
layers = [
  { name = "flat", kind = "flatten" },
  { name = "fc", kind = "linear", out_features = 2 },
]
"""
GOOD = LayerTimes(0, ("flat", "fc"), ("flatten", "linear"), (LayerRound(0, 4 * MS, (MS, 2 * MS)),))


@pytest.fixture
def spec(tmp_path):
    file = tmp_path / "net.toml"
    file.write_text(SPEC)
    return file


@pytest.fixture
def faked(monkeypatch):
    """Let a process tell what a test says, and return the plans that it was given."""
    plans = []

    def fake(*events):
        def started(plan):
            plans.append(plan)
            yield from events
            yield Done()

        monkeypatch.setattr(run, "started", started)
        return plans

    return fake


def sample(**changes):
    return Sample(0, (5 * MS,), **changes)


def good(times=GOOD, **changes):
    taken = [Taken(0, sample(**changes)) for _ in range(3)]
    return [Ready(0, 3, MS, 5 * MS), *taken, LayersTaken(0, times)]


def test_the_layers_and_the_whole_have_a_column(spec, faked):
    faked(*good())
    result = invoke("table", spec, "--latency", "cpu", "-f", "json")
    document = json.loads(result.stdout)
    # shares of a quarter and a half of 4 ms
    assert [row["latency_s"] for row in document["layers"]] == [{"cpu": 1e-3}, {"cpu": 2e-3}]
    assert document["totals"]["latency_s"] == {"cpu": 4e-3}


def test_a_note_says_that_it_is_a_quick_look(spec, faked):
    faked(*good())
    result = invoke("table", spec, "--latency", "cpu", "-f", "json")
    notes = [note for note in json.loads(result.stdout)["notes"] if "latency" in note]
    assert notes[0].startswith("latency on cpu: a quick look in one process, in float32 with ")
    assert notes[0].endswith("layers are measured one by one, and sum to 75 % of the whole")
    assert len(notes) == 2  # the other is of the remainder


def test_a_figure_that_is_not_valid_says_so(spec, faked):
    faked(*good(reading=Reading(wait=0.5), set_aside="contended"))
    result = invoke("table", spec, "--latency", "cpu", "-f", "json")
    last = json.loads(result.stdout)["notes"][-1]
    assert last.startswith("latency on cpu: CONTENDED: ")
    assert last.endswith("; archstat bench takes its time, and tells more")


def test_the_question_reaches_the_process(spec, faked):
    plans = faked(*good())
    invoke("table", spec, "--latency", "cpu", "--batch", "3", "--input", "1x5x5")
    (plan,) = plans
    assert (plan.layers, plan.cases[0].batch_size, plan.cases[0].device) == (True, 3, "cpu")
    assert plan.question.inputs[0].shape == (1, 5, 5)


def test_layers_that_failed_are_not_known_but_the_whole_is(spec, faked):
    faked(*good(LayerTimes(0, failure="does not fit in memory")))
    document = json.loads(invoke("table", spec, "--latency", "cpu", "-f", "json").stdout)
    assert [row["latency_s"] for row in document["layers"]] == [{"cpu": None}] * 2
    assert document["totals"]["latency_s"] == {"cpu": 5e-3}
    assert document["notes"][-1].endswith("; no layers: does not fit in memory")


def test_a_pass_that_failed_is_not_known(spec, faked):
    faked(Failed(0, "does not fit in memory"))
    document = json.loads(invoke("table", spec, "--latency", "cpu", "-f", "json").stdout)
    assert document["totals"]["latency_s"] == {"cpu": None}
    assert document["notes"][-1] == "latency on cpu: not measured: does not fit in memory"


def test_a_device_that_there_is_not_is_refused(spec):
    assert_refused(
        invoke("table", spec, "--latency", "cpu,gpu"),
        "error: --latency: there is no device 'gpu'",
        "  hint: use cpu, cuda, meta, mps, xpu",
    )


def test_no_device_is_refused(spec):
    assert_refused(
        invoke("table", spec, "--latency", ","),
        "error: --latency: names no device",
        "  hint: write --latency cpu,cuda",
    )


@pytest.mark.slow
def test_for_real(spec):
    result = invoke("table", spec, "--latency", "cpu")
    assert result.exit_code == 0
    assert "latency on cpu: a quick look in one process" in result.stdout
