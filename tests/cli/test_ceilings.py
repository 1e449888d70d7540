"""`archstat ceilings` and `archstat limit`: what a device allows a network elsewhere."""

from __future__ import annotations

import json

import pytest

from tests.bench.processes import started
from tests.cli.running import invoke

pytest.importorskip("torch")


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


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["limit", "lenet5", "--on", "none.json"], "none.json: cannot be read"),
        (["limit", "lenet5", "--on", ","], "--on names no file"),
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
