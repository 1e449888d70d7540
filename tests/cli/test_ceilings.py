"""`archstat ceilings` and `archstat limit`: what a device allows a network elsewhere."""

from __future__ import annotations

import json

import pytest

from archstat.bench.case import Case
from archstat.bench.limits.named import MEASURED
from archstat.bench.limits.reached import ReachedLimit
from archstat.bench.reading import read_record
from archstat.bench.statistics import Interval
from tests.bench.processes import started
from tests.cli.running import invoke

pytest.importorskip("torch")

BENCH = ("bench", "lenet5", "--device", "cpu", "--batch", "1")


@pytest.fixture
def ceilings(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("archstat.bench.run.started", started)
    done = invoke("ceilings", "--device", "cpu", "--processes", "2", "-o", "cpu.json")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "")
    return tmp_path / "cpu.json"


def test_the_best_of_all_processes_counts(ceilings):
    found = json.loads(ceilings.read_text())
    assert found["kind"] == "bench"  # and every command that reads one reads it
    [product] = [one for one in found["ceilings"] if one["probe"] == "product"]
    assert product["rates"] == [8e10, 1e11, 9e10] * 2
    assert len(found["ceilings"]) == 1 + 10  # memory on 1 MiB, 2, 4, … 512 MiB


def test_a_network_s_limit_follows_from_them(ceilings):
    done = invoke("limit", "lenet5", "--on", ceilings, "-f", "json")
    [row] = json.loads(done.stdout)["records"]
    # LeNet-5 reads 1,024 pixels and 61,706 parameters and writes 10 numbers of 4 bytes each:
    # 250,960 bytes at 10 GB/s; its 833,040 operations take 8.3 µs at 100 GFLOP/s
    assert row["limit_s"] == pytest.approx(25.096e-6)
    assert row["usual_s"] == pytest.approx(250_960 / 8e9)
    # both processes reached the same
    assert (row["limit_low_s"], row["limit_high_s"]) == (row["limit_s"], row["limit_s"])
    assert (row["bound"], row["dtype"], row["name"]) == ("memory", "float32", "Some Processor")
    assert row["examples_per_s"] == pytest.approx(1 / 25.096e-6)


def test_a_large_batch_is_bound_by_its_operations(ceilings):
    done = invoke("limit", "lenet5", "--on", ceilings, "--batch", "1000", "-f", "json")
    [row] = json.loads(done.stdout)["records"]
    # 833,040,000 operations at 100 GFLOP/s; 4 · (1,034,000 + 61,706) bytes take 0.44 ms
    assert (row["limit_s"], row["bound"]) == (pytest.approx(8.3304e-3), "compute")


def test_layers_have_their_own(ceilings):
    text = invoke("limit", "lenet5", "--on", ceilings, "--layers").stdout
    # C3 has 240,000 MACs: 4.8 µs; it moves 4 · (1,176 + 1,600 + 2,416) bytes: 2.1 µs
    assert "C3" in text
    assert "4.80 µs" in next(line for line in text.splitlines() if line.split()[:1] == ["C3"])


def test_a_data_sheet_is_told_apart_from_what_was_measured(ceilings):
    words = ["limit", "lenet5", "--batch", "1000", "--on"]
    done = invoke(*words, f"h200-sxm,{ceilings}", "--dtype", "float32,bfloat16", "-f", "json")
    plain, short, measured = json.loads(done.stdout)["records"]
    # 833,040,000 operations at 67 TFLOP/s, and at half of 1,979; bytes at 4.8 TB/s take 0.9 µs
    assert plain["limit_s"] == pytest.approx(833_040_000 / 67e12)
    assert short["limit_s"] == pytest.approx(833_040_000 / 989.5e12)
    assert (plain["rates"], plain["usual_s"], plain["name"]) == (
        "data sheet",
        None,
        "NVIDIA H200 SXM",
    )
    assert measured["rates"] == "measured"
    text = invoke(*words, "h200-sxm").stdout
    assert "half of what is stated with sparsity" in " ".join(text.split())


def test_a_file_goes_before_a_data_sheet_of_its_name(ceilings):
    ceilings.rename("h200-sxm")
    text = invoke("limit", "lenet5", "--on", "h200-sxm").stdout
    assert "measured" in text
    assert "Some Processor" in text


def test_a_case_of_a_sweep_is_a_record_as_well(ceilings):
    record = json.loads(ceilings.read_text())
    case = {"schema": 1, "kind": "sweep", "status": "done", "answer": record}
    ceilings.with_name("case.json").write_text(json.dumps(case))
    plain, wrapped = (
        json.loads(invoke("limit", "lenet5", "--on", name, "-f", "json").stdout)["records"]
        for name in ("cpu.json", "case.json")
    )
    assert plain == wrapped
    ceilings.write_text(json.dumps({**case, "status": "failed", "answer": {}}))
    told = invoke("limit", "lenet5", "--on", "cpu.json").stderr
    assert told == "error: cpu.json: is a case that has failed, and holds no record\n"


def test_measured_ceilings_come_along_and_say_when_and_how_they_were_measured():
    done = invoke("limit", "lenet5", "--on", "amd-epyc-2-cores", "-f", "json")
    [row] = json.loads(done.stdout)["records"]
    # 833,040 operations at 234.608 GFLOP/s; 250,960 bytes of 1 MiB at 117.2 GB/s take 2.14 µs
    assert row["limit_s"] == pytest.approx(3.5508e-6, rel=1e-4)
    assert (row["rates"], row["bound"], row["name"]) == ("measured", "compute", "AMD EPYC")
    # the best of each process: 233.310, 233.026 and 234.608 GFLOP/s; deviation of the logarithms
    # 0.003618, t 4.303, √(π/3) 1.0233: 1.593 % around 233.310, so 229.62 to 237.06
    ends = 833_040 / 237.06e9, 833_040 / 229.62e9
    assert (row["limit_low_s"], row["limit_high_s"]) == pytest.approx(ends, rel=1e-4)
    text = " ".join(invoke("limit", "lenet5", "--on", "amd-epyc-2-cores").stdout.split())
    assert (
        "note: AMD EPYC: measured on 2026-12-01 on 2 cores of a virtual machine "
        "with torch 2.14.1+cu130 by protocol 1"
    ) in text


@pytest.mark.parametrize("path", sorted(MEASURED.iterdir()), ids=lambda path: path.stem)
def test_what_comes_along_as_measured_was_measured(path):
    record = read_record(path)
    assert record.words.startswith("archstat ceilings ")
    assert record.began
    for ceiling in record.ceilings:
        assert record.environment[ceiling.device]["name"]
        assert len(ceiling.rates) >= 2 * 7  # several processes, seven rounds each


def test_ceilings_say_when_they_were_measured(ceilings):
    text = invoke("limit", "lenet5", "--on", ceilings).stdout
    assert "measured on 20" in " ".join(text.split())


def test_each_row_stands_beside_the_limit_of_a_device(ceilings):
    words = ("bench", "lenet5", "--device", "cpu", "--batch", "1,2", "--against-limit", ceilings)
    [one, two] = json.loads(invoke(*words, "-f", "json").stdout)["results"]
    # 250,960 bytes at 10 GB/s, of 1 ms; with a second image 4 · 1,034 more of 2 ms
    assert one["against"][0]["limit_s"] == pytest.approx(25.096e-6)
    assert one["against"][0]["share"] == pytest.approx(0.025096)
    assert two["against"][0]["share"] == pytest.approx(25.5096e-6 / 2e-3)
    text = invoke(*words).stdout
    assert "Beside the limits of these devices" in text
    assert "2.5 %" in text
    lines = invoke(*words, "-f", "csv").stdout.splitlines()
    assert lines[0].endswith(",against_share,against_share_low,against_share_high")
    assert len(lines) == 1 + 2


@pytest.mark.parametrize(
    ("least", "code", "told"),
    [
        ("0.025", 0, ""),
        ("0.026", 1, "batch 1: 2.5 % of the limit on Some Processor, which is less than 2.6 %\n"),
    ],
)
def test_a_row_too_far_from_its_limit_ends_with_exit_code_1(ceilings, least, code, told):
    done = invoke(*BENCH, "--against-limit", ceilings, "--min-share", least)
    assert (done.exit_code, done.stderr) == (code, told)
    here = invoke(*BENCH, "--min-share", least, "-o", "run.json")  # the probes reach the same
    assert (here.exit_code, here.stderr) == (code, told.replace(" on Some Processor", ""))
    again = invoke("bench", "run.json", "--min-share", least)
    assert (again.exit_code, again.stderr) == (here.exit_code, here.stderr)


def test_a_row_without_a_share_does_not_pass():
    limit = ReachedLimit(Case("net", "cpu", 1), None)
    assert limit.is_less(0.01)


def test_a_share_is_less_if_all_of_its_interval_is():
    limit = ReachedLimit(Case("net", "cpu", 1), 0.4, Interval(0.3, 0.5))
    assert not limit.is_less(0.5)
    assert limit.is_less(0.51)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([*BENCH, "--against-limit", "h200-sxm"],
         "h200-sxm: has ceilings of NVIDIA H200 SXM alone, and this ran on a CPU"),
        ([*BENCH, "--dtype", "bfloat16", "--against-limit", "cpu.json"],
         "cpu.json: has no ceilings of a device in bfloat16"),
        ([*BENCH, "--against-limit", ","], "--against-limit names no"),
        ([*BENCH, "--min-share", "2"], "--min-share: must be a share"),
        (["bench", "--compare", "a", "b", "--min-share", "1"], "--min-share says nothing of"),
        (["limit", "lenet5", "--on", "none.json"], "none.json: cannot be read"),
        (["bench", "cpu.json"], "hint: archstat limit MODEL --on cpu.json"),
        (["limit", "lenet5", "--on", ","], "--on names no device"),
        (["limit", "lenet5", "--on", "h20"],
         "no file and no device 'h20'\n  hint: did you mean 'h200-sxm'?"),
        (["limit", "lenet5", "--on", "cpu.json", "--dtype", "float16"],
         "cpu.json: has no ceilings of a device in float16"),
        (["limit", "lenet5", "--on", "cpu.json", "--batch", "0"], "--batch"),
        (["ceilings", "--processes", "0"], "--processes: must be 1 to 100"),
        (["ceilings", "--dtype", "int3"], "--dtype: there is no 'int3'"),
        (["ceilings", "--device", "cpu", "--dtype", "tf32"], "no device here computes in tf32"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("ceilings")
def test_what_cannot_be_asked_is_told(words, told):
    done = invoke(*words)
    assert done.exit_code == 2
    assert told in done.stderr
