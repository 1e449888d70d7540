"""`archstat bench`, with processes that answer at once; and once for real."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

pytest.importorskip("torch")

from archstat.bench import run
from archstat.bench.measuring import places
from tests.bench.processes import started
from tests.cli.running import ALL_SUFFIXES, assert_refused, invoke, start

QUICK = ("lenet5", "--device", "cpu", "--threads", "2", "--batch", "1")


@pytest.fixture(autouse=True)
def _known_times(monkeypatch, tmp_path, request):
    monkeypatch.chdir(tmp_path)
    if "real" not in request.keywords:
        monkeypatch.setattr(run, "started", started)


def bench(*words):
    result = invoke("bench", *words)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def document(*words):
    return json.loads(bench(*words, "--format", "json"))


def cases(*words):
    return [result["case"] for result in document(*words)["results"]]


def test_a_table_has_figures_and_what_limits_them():
    lines = bench(*QUICK).splitlines()
    assert lines[0].startswith("lenet5: LeNet-5 ")
    row = next(line for line in lines if line.endswith("VALID"))
    # 255,064 bytes for weights, input and output at 10 GB/s are 25.1 µs; 833,040 FLOP at 100
    # GFLOP/s 8.3 µs: 2.5 % of 1 ms, and memory is what bounds it
    assert row.split()[:2] == ["1", "1.00"]
    assert " memory " in row
    assert "2.5 %" in row
    assert lines[-1] == "to reproduce: archstat bench lenet5 --device cpu --threads 2 --batch 1"


@pytest.fixture(autouse=True)
def _as_typed(monkeypatch):
    """Let the record tell the words that a test calls the command with."""
    from archstat.cli.benchmarks import bench_run
    from tests.cli import running

    typed = []
    real = running.invoke

    def noted(*words, **more):
        typed[:] = words
        return real(*words, **more)

    monkeypatch.setattr("tests.cli.test_bench.invoke", noted)
    told = bench_run.reproducing
    monkeypatch.setattr(bench_run, "reproducing", lambda _: told(typed))


def test_every_combination_of_the_options_is_a_case():
    words = ("--batch", "1,8", "--dtype", "float32,bfloat16", "--threads", "1,2")
    found = cases("lenet5", "--device", "cpu", *words)
    assert [(case["dtype"], case["batch_size"], case["threads"]) for case in found] == [
        (dtype, batch, threads)
        for dtype in ("float32", "bfloat16")
        for batch in (1, 8)
        for threads in (1, 2)
    ]


def test_the_default_is_every_device_a_core_each_and_batches_1_and_32(monkeypatch):
    from archstat.cli.benchmarks import bench_run

    monkeypatch.setattr(places, "device_names", lambda _: ["cpu"])
    monkeypatch.setattr(bench_run, "physical_cores", lambda: 6)
    found = cases("lenet5")
    assert [(case["device"], case["threads"], case["batch_size"]) for case in found] == [
        ("cpu", 6, 1),
        ("cpu", 6, 32),
    ]


def test_what_cannot_be_measured_is_a_row_that_says_why():
    lines = bench(*QUICK, "--mode", "eager,graph").splitlines()
    assert any("graph is a mode of cuda devices" in line for line in lines)
    assert any(line.endswith("VALID") for line in lines)


def test_strict_asks_that_every_figure_is_valid(monkeypatch):
    assert invoke("bench", *QUICK, "--strict").exit_code == 0

    def contended(asked):
        for event in started(asked):
            if sample := getattr(event, "sample", None):
                reading = replace(sample.reading, wait=0.5)
                event = replace(event, sample=replace(sample, reading=reading))  # noqa: PLW2901
            yield event

    monkeypatch.setattr(run, "started", contended)
    result = invoke("bench", *QUICK, "--strict")
    assert result.exit_code == 1
    assert "CONTENDED" in result.stdout
    assert invoke("bench", *QUICK).exit_code == 0


def test_files_are_written_each_in_its_format_and_the_table_is_printed(tmp_path):
    printed = bench(*QUICK, *(f"-orun.{suffix}" for suffix in ("json", "svg", "csv", "md", "txt")))
    assert "VALID" in printed
    assert json.loads((tmp_path / "run.json").read_text())["kind"] == "bench"
    assert "<svg " in (tmp_path / "run.svg").read_text()
    assert (tmp_path / "run.csv").read_text().startswith("model,device,batch_size,")
    assert "| VALID |" in (tmp_path / "run.md").read_text()
    assert (tmp_path / "run.txt").read_text().startswith("lenet5: ")


def test_a_record_is_shown_again_as_it_was():
    printed = bench(*QUICK, "-o", "run.json")
    assert bench("run.json") == printed
    assert "VALID" in bench("run.json", "-f", "markdown")


def test_the_record_is_kept_after_each_process(monkeypatch, tmp_path):
    seen = []

    def looking(asked):
        if (tmp_path / "run.json").exists():
            seen.append(
                len(json.loads((tmp_path / "run.json").read_text())["results"][0]["trials"])
            )
        yield from started(asked)

    monkeypatch.setattr(run, "started", looking)
    bench(*QUICK, "-o", "run.json")
    assert seen == [1, 2]


def test_ctrl_c_prints_what_is_there(monkeypatch, tmp_path):
    def stopped(asked):
        yield from started(asked)
        if asked.process == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(run, "started", stopped)
    result = invoke("bench", *QUICK, "-o", "run.json")
    assert result.exit_code == 130
    assert result.stderr == "stopped; what follows is what was measured so far\n"
    assert "2 processes" in result.stdout
    assert len(json.loads((tmp_path / "run.json").read_text())["results"][0]["trials"]) == 2


def test_models_of_one_run_are_compared_and_a_model_with_its_copy():
    lines = bench("lenet5", *QUICK).splitlines()
    assert any("lenet5 (copy 2)" in line for line in lines)
    assert any("SAME" in line for line in lines)


def slower(asked):
    """Answer as `started` does, in twice the time."""
    for event in started(asked):
        if sample := getattr(event, "sample", None):
            calls = tuple(2 * ns for ns in sample.calls_ns)
            event = replace(event, sample=replace(sample, calls_ns=calls))  # noqa: PLW2901
        yield event


def test_a_folder_keeps_records_and_says_what_changed_since_the_last(monkeypatch, tmp_path):
    first = invoke("bench", *QUICK, "--save", "kept")
    assert (first.exit_code, "SAME" in first.stdout) == (0, False)
    [file] = (tmp_path / "kept").iterdir()
    assert first.stderr == f"kept as kept/{file.name}\n"
    assert json.loads(file.read_text())["began"].endswith("Z")
    again = invoke("bench", *QUICK, "--save", "kept")
    assert (again.exit_code, "SAME" in again.stdout) == (0, True)
    assert "--save" not in again.stdout  # it is no part of what is measured
    monkeypatch.setattr(run, "started", slower)
    result = invoke("bench", *QUICK, "--baseline", "kept")
    assert (result.exit_code, "SLOWER" in result.stdout) == (1, True)
    assert len(list((tmp_path / "kept").iterdir())) == 2  # a comparison keeps nothing
    result = invoke("bench", *QUICK, "--save", "kept")
    assert (result.exit_code, "SLOWER" in result.stdout) == (1, True)
    shown = invoke("bench", "--history", "kept")
    assert shown.exit_code == 1  # the last one is slower
    assert [line.split()[-3:] for line in shown.stdout.splitlines() if "VALID" in line][-1] == [
        "SLOWER", "×", "2.000",
    ]  # fmt: skip
    assert "1 change by more than 5.0 % with 95 %" in shown.stdout


def test_a_folder_without_records_is_told():
    assert_refused(
        invoke("bench", "--history", "none"),
        "error: there is no folder none",
        "  hint: write archstat bench MODEL --save none",
    )
    assert_refused(
        invoke("bench", *QUICK, "--history"),
        "error: --device says nothing of a folder of records, measured before",
        "  hint: leave it out, or name a model to measure anew",
    )


def test_records_are_compared_and_a_slower_one_is_the_exit_code(monkeypatch):
    bench(*QUICK, "-o", "old.json")
    assert invoke("bench", "--compare", "old.json", "old.json").exit_code == 0
    monkeypatch.setattr(run, "started", slower)
    bench(*QUICK, "-o", "new.json")
    result = invoke("bench", "--compare", "old.json", "new.json")
    assert (result.exit_code, "SLOWER" in result.stdout) == (1, True)
    assert invoke("bench", "--compare", "new.json", "old.json").exit_code == 0
    result = invoke("bench", *QUICK, "--vs", "old.json")
    assert (result.exit_code, "SLOWER" in result.stdout) == (1, True)


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (("--batch", "4"), "--batch"),
        (("--layers",), "--layers"),
        (("--device", "cpu"), "--device"),
        (("--seconds", "6"), "--seconds"),  # also what it would be anyway
        (("--set", "conv1.groups=1"), "--set"),
    ],
)
def test_how_to_measure_is_no_question_to_a_record(words, option):
    bench(*QUICK, "-o", "run.json")
    assert_refused(
        invoke("bench", "run.json", *words),
        f"error: {option} says nothing of 'run.json', measured before",
        "  hint: leave it out, or name a model to measure anew",
    )
    assert_refused(
        invoke("bench", "--compare", "run.json", "run.json", *words),
        f"error: {option} says nothing of two records, measured before",
        "  hint: leave it out, or name a model to measure anew",
    )


TAKEN_BY_RECORDS = {
    "--against-limit", "--format", "--history", "--min-share", "--output", "--strict",
    "--tolerance", "--vs",
}  # fmt: skip


def test_every_option_beside_a_record_is_obeyed_or_refused():
    bench(*QUICK, "-o", "run.json")
    from typer.main import get_command

    from archstat.cli.app import application

    command = get_command(application()).commands["bench"]
    options = {
        next(word for word in one.opts if word.startswith("--")): one
        for one in command.params
        if one.param_type_name == "option"
    }
    refused = sorted({*options} - TAKEN_BY_RECORDS - {"--help"})
    assert {*options} >= TAKEN_BY_RECORDS
    for name in refused:
        words = [name] if options[name].is_flag else [name, VALUES.get(name, "1")]
        done = invoke("bench", "run.json", *words)
        assert done.exit_code == 2, name
        assert name.removeprefix("--") in done.stderr, (name, done.stderr)


VALUES = {"--train": "sgd", "--run-file": "yes", "--epoch": "5"}


def test_a_record_is_compared_with_another_and_files_are_written(tmp_path):
    bench(*QUICK, "-o", "old.json")
    assert "SAME" in bench("old.json", "--vs", "old.json")
    bench("--compare", "old.json", "old.json", "-o", "found.md", "-o", "found.json")
    assert "SAME" in (tmp_path / "found.md").read_text()
    assert json.loads((tmp_path / "found.json").read_text())["kind"] == "bench-comparison"


@pytest.mark.parametrize("words", [("run.json",), ("--compare", "run.json", "run.json"), QUICK])
def test_no_record_is_overwritten_that_was_read(words):
    bench(*QUICK, "-o", "run.json")
    more = ("--vs", "run.json") if words is QUICK else ()
    result = invoke("bench", *words, *more, "-o", "run.json")
    assert_refused(result, "error: -o 'run.json' would overwrite the record itself")


def test_auto_finds_the_best_batch_and_the_largest():
    result = invoke("bench", "lenet5", "--device", "cpu", "--threads", "2", "--batch", "auto")
    assert result.exit_code == 0
    assert result.stderr == (
        "lenet5, cpu, float32, eager, 2 threads: the best throughput is at batch 2; 4 is the "
        "largest tried, as more does not fit\n"
    )
    assert [line.split()[0] for line in result.stdout.splitlines() if "VALID" in line] == ["2", "4"]


@pytest.mark.slow
def test_a_file_that_prints_does_not_disturb_the_answer(tmp_path):
    (tmp_path / "net.py").write_text(
        "from torch import nn\nclass Net(nn.Linear):\n"
        "    def __init__(self):\n        super().__init__(4, 2)\n        print('hello')\n",
        encoding="utf-8",
    )
    done = start("bench", "net.py", "--input", "4", *QUICK[1:], "--quick", "-f", "json")
    assert json.loads(done.stdout)["results"][0]["case"]["model"] == "net.py"
    assert b"hello" in done.stderr


def test_training_tells_the_time_of_an_epoch():
    printed = bench(*QUICK, "--train", "adam", "--epoch", "60000")
    # 60,000 steps of one image, of 1 ms each
    assert "1 min 0 s" in printed
    assert "an epoch is 60,000 images" in printed


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        (
            ("--batch", "0"),
            (
                "error: --batch: '0' is not a whole number of 1 to 1,048,576",
                "  hint: write --batch 1,2",
            ),
        ),
        (
            ("--dtype", "float31"),
            (
                "error: --dtype: there is no 'float31'",
                "  hint: did you mean 'float32' or 'float16'?",
            ),
        ),
        (
            ("--mode", "fast"),
            ("error: --mode: there is no 'fast'", "  hint: use eager, graph, compile"),
        ),
        (("--processes", "0"), ("error: --processes: must be 1 to 100, got 0",)),
        (
            ("--seconds", "0"),
            ("error: --seconds: must be more than 0 and at most 3,600, got 0",),
        ),
        (
            ("--device", "meta"),
            (
                "error: --device: the meta device computes nothing",
                f"  hint: it has {', '.join(places.device_names())}",
            ),
        ),
        (
            ("-o", "nowhere/run.json"),
            ("error: -o nowhere/run.json: there is no folder nowhere",),
        ),
        (
            ("-o", "run.xyz"),
            (
                "error: -o 'run.xyz': the suffix says no format",
                f"  hint: use {ALL_SUFFIXES}, .svg, .png, or state one with --format",
            ),
        ),
        (
            ("--epoch", "10"),
            ("error: --epoch says nothing without --train", "  hint: add --train sgd"),
        ),
        (("--train", "sgd", "--epoch", "-1"), ("error: --epoch: must be at least 1, got -1",)),
        (("--train", "sgd", "--epoch", "0"), ("error: --epoch: must be at least 1, got 0",)),
        (
            ("old.json",),
            (
                "error: 'old.json' is a record, and not a model",
                (
                    "  hint: archstat bench --compare old.json new.json compares records, "
                    "--vs old.json a model with one"
                ),
            ),
        ),
        (
            ("--mode", "graph"),
            ("error: nothing can be measured: graph is a mode of cuda devices",),
        ),
        (
            ("--tolerance", "5", "lenet5"),
            (
                "error: --tolerance: must be a share between 0 and 1, got 5",
                "  hint: write --tolerance 0.05 for 5 %",
            ),
        ),
    ],
)
def test_a_question_that_cannot_be_answered(words, lines):
    given = words if "--device" in words else ("--device", "cpu", *words)
    assert_refused(invoke("bench", "lenet5", *given), *lines)


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        (("no-net",), ("error: there is no model 'no-net'",)),
        (("run.json",), ("error: run.json: cannot be read: No such file or directory",)),
        (
            ("--compare", "run.json"),
            (
                "error: --compare takes two records, got 1",
                "  hint: write archstat bench --compare old.json new.json",
            ),
        ),
    ],
)
def test_what_is_not_there(words, lines):
    result = invoke("bench", *words)
    assert result.exit_code == 2
    assert result.stderr.splitlines()[: len(lines)] == list(lines)


@pytest.mark.slow
@pytest.mark.real
def test_a_network_is_measured_for_real():
    found = json.loads(bench("lenet5", "--quick", "--device", "cpu", "--batch", "1", "-fjson"))
    (result,) = found["results"]
    assert result["failure"] == ""
    assert result["figures"]["latency_s"] > 0
    limit = result["figures"]["limit"]  # null where a busy machine left no sample that counts
    assert limit is None or limit["limit_s"] > 0
    assert found["is_quick"]
