"""Markdown, CSV and JSON of a benchmark."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest

from tests.bench.records import MS, cpu, record, result, usual
from tests.documents.bench.writing import render


def test_markdown():
    assert (
        render(usual(), "markdown")
        == """\
**net: a small network, 1,000,000 params, 210,000,000 MACs an image, input 3×8×8**

- forward pass, float32, eager
- cpu: Some Processor, 2 threads, torch 2.15.0; measured now: 400 GFLOP/s in convolutions, \
200 GFLOP/s in matrix products, 40.0 GB/s

| batch | median \\[ms\\] | 95 % interval \\[ms\\] | p5 \\[ms\\] | p95 \\[ms\\] | images/s | \
limit\\* \\[ms\\] | % of limit | its 95 % interval \\[%\\] | bound by | at the ceilings† \\[ms\\] | verdict |
| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | :--- | ---: | :--- |
| 1 | 2.00 | \\[2.00, 2.00\\] | 2.00 | 2.00 | 500 | 1.10 | 55 % | \\[55, 55\\] | compute | 2.00 | VALID |
| 32 | 44.0 | \\[44.0, 44.0\\] | 44.0 | 44.0 | 727 | 35.2 | 80 % | \\[80, 80\\] | compute | 44.0 | VALID |
| 4,096 | does not fit in memory |  |  |  |  |  |  |  |  |  |  |

\\* no schedule is faster at the rates measured in this run: every operation at the peak of its \
kind, every weight, input and output moved once

† the latency with the device at its best of this run, by the probes beside each sample

- 3 processes × 6 samples; processes differ by up to 0 %, their shares of the limit by up to 0 %
- 30 s, 30 % of it neither in the model nor in the probes

```console
to reproduce: archstat bench net --device cpu --batch 1,32
```
"""  # noqa: E501  as wide as it is
    )


def test_csv():
    run = usual()
    assert render(replace(run, results=run.results[1:]), "csv") == (
        "model,device,batch_size,dtype,mode,channels_last,threads,optimizer,copy,latency_s,"
        "latency_low_s,latency_high_s,p5_s,p95_s,p99_s,examples_per_s,epoch_s,device_s,spread,"
        "samples,set_aside,limit_s,layerwise_limit_s,share_of_limit,share_low,share_high,"
        "share_spread,steady_s,bound,verdict,reason\n"
        "net,cpu,32,float32,eager,0,2,,1,0.044,0.044,0.044,0.044,0.044,,727.2727272727273,,,0.0,"
        "18,0,0.0352,0.0352,0.8,0.8,0.8,0.0,0.044,compute,VALID,\n"
        "net,cpu,4096,float32,eager,0,2,,1,,,,,,,,,,,,,,,,,,,,,FAILED,does not fit in memory\n"
    )


def rows(record):
    return list(csv.DictReader(io.StringIO(render(record, "csv"))))


def test_cells_of_csv_are_no_formulas():
    assert rows(record(result(cpu(1, mode="eager"), 2 * MS)))[0]["model"] == "net"
    hostile = replace(cpu(1), model="=1+1\n2")
    assert rows(record(result(hostile, 2 * MS)))[0]["model"] == "'=1+1 2"


def test_an_epoch_in_csv():
    run = record(result(cpu(32, optimizer="sgd"), 100 * MS), epoch_images=50_000)
    assert rows(run)[0]["epoch_s"] == "156.25"  # at 320 images a second


def test_the_contract_of_json():
    document = json.loads(render(usual(), "json"))
    assert list(document) == [
        "schema",
        "kind",
        "words",
        "is_quick",
        "environment",
        "titles",
        "results",
        "ceilings",
        "spent_s",
        "protocol",
        "inputs",
        "epoch_images",
        "archstat",
        "params",
        "began",
        "commit",
    ]
    assert [document["schema"], document["kind"], document["protocol"]] == [1, "bench", 1]
    assert list(document["results"][1])[:4] == ["case", "work", "trials", "failure"]
    assert document["results"][1]["figures"] == {
        "latency_s": 0.044,
        "interval_s": [0.044, 0.044],
        "p5_s": 0.044,
        "p95_s": 0.044,
        "p99_s": None,  # 180 calls are too few
        "examples_per_s": pytest.approx(727.27, abs=0.01),  # 32 in 44 ms
        "epoch_s": None,
        "device_s": None,
        "spread": 0.0,
        "samples": 18,
        "set_aside": 0,
        "limit": {
            "limit_s": 0.0352,  # 32 · (0.4 / 400 + 0.02 / 200) seconds
            "layerwise_s": 0.0352,
            "compute_s": 0.0352,
            "memory_s": 0.0001032,  # (1,000,000 weights + 32,000 ends) · 4 bytes / 40 GB/s
            "share": 0.8,
            "interval": [0.8, 0.8],
            "spread": 0.0,
            "steady_s": 0.044,
            "conv_flop_per_s": 4e11,
            "matmul_flop_per_s": 2e11,
            "bytes_per_s": 4e10,
        },
        "bound": "compute",
        "verdict": "VALID",
        "reason": "",
        "notes": [],
    }
    assert document["results"][2]["figures"] is None
    assert document["results"][2]["failure"] == "does not fit in memory"


def test_markup_in_names_is_text_in_markdown():
    hostile = replace(cpu(1), model="<b>*a*|b\n")
    text = render(record(result(hostile, 2 * MS)), "markdown")
    assert text.startswith(r"**\<b\>\*a\*\|b , 1,000,000 params")
