"""A plan: what it asks, what it leaves out, and how it is parted."""

from __future__ import annotations

from pathlib import Path

import pytest

from archstat.documents.sweep.plan import plan_document
from archstat.errors import UsageError
from archstat.sweep import case
from archstat.sweep.case import SweepCase
from archstat.sweep.plan import read_plan

NAMES = {"": ["lenet5", "nin", "paper-alexnet", "zfnet"], "timm": ["timm/a1", "timm/a2"]}

PLAN = """
limit_s = 60

[[cases]]
models = ["paper-alexnet", "timm/a*"]
batch = [1, 8]
device = ["cpu", "cuda:0"]
threads = [1, 2]

[[cases]]
models = ["lenet5"]
what = "table"
batch = [1, 1]

[[leave_out]]
models = ["timm/*"]
batch = [8]
"""


@pytest.fixture
def plan(tmp_path):
    def read(text):
        file = tmp_path / "plan.toml"
        file.write_text(text, encoding="utf-8")
        return read_plan(file, NAMES.__getitem__)

    return read


def test_every_combination_is_a_case_once(plan):
    found = plan(PLAN)
    # of three models, two batches: on the CPU with one and with two threads, on the GPU once
    # = 3 · 2 · 3 = 18, of which timm's two have 2 · 3 = 6 with a batch of 8; and one table
    assert len(found.cases) == 18 - 6 + 1
    assert found.left_out == 6
    assert found.limit_s == 60
    assert [case.model for case in found.cases][-1] == "lenet5"
    assert {case.threads for case in found.cases if case.device == "cuda:0"} == {0}
    assert not [case for case in found.cases if case.model == "timm/a1" and case.batch_size == 8]


def test_a_case_has_the_same_id_everywhere():
    # sha256 of the canonical JSON of what is asked, worked out apart from this package:
    # printf '%s' '{"arguments":[],"batch_size":1,…,"what":"table"}' | sha256sum | cut -c-16
    assert (
        SweepCase("lenet5", "table", device="none", processes=1, seconds=0.0).id
        == "8882e9dc49853696"
    )
    assert SweepCase("lenet5").id != SweepCase("lenet5", batch_size=2).id


def test_a_case_is_the_command_that_asks_it():
    asked = SweepCase(
        "net.py:Net",
        inputs=("ids:int64:16", "mask=bool:16"),
        arguments=("width=8",),
        batch_size=4,
        threads=2,
        optimizer="sgd",
    )
    assert asked.command == (
        "archstat bench net.py:Net --input ids:int64:16 --input mask=bool:16 --arg width=8 "
        "--batch 4 --device cpu --dtype float32 --mode eager --threads 2 --train sgd "
        "--processes 3 --seconds 6"
    )
    assert SweepCase("lenet5", "table", device="none", batch_size=2).command == (
        "archstat table lenet5 --batch 2"
    )


def test_all_that_is_wrong_is_told(plan):
    with pytest.raises(UsageError) as caught:
        plan(
            '[[cases]]\nmodels = ["nin"]\nbatchs = 1\nbatch = [0]\ndtype = "int4"\n'
            'quick = "yes"\n[[cases]]\nbatch = 2\n[[leave_out]]\nseconds = 3\n[nope]\n'
        )
    told = [str(problem).partition("plan.toml: ")[2] for problem in caught.value.problems]
    assert told == [
        "there is no key 'nope'",
        "[[cases]] 1: there is no key 'batchs'\n  hint: did you mean 'batch'?",
        "[[cases]] 1: batch: must be at least 1, got 0",
        (
            "[[cases]] 1: dtype: there is no 'int4'\n"
            "  hint: there are float32, tf32, bfloat16, float16"
        ),
        "[[cases]] 1: quick: must be true or false, got 'yes'",
        '[[cases]] 2: names no models\n  hint: write models = ["torchvision/resnet*"]',
        "[[leave_out]] 1: cases are not left out by seconds",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "asks nothing"),
        ("[[cases]", "is not TOML"),
        ("cases = 3", "cases must be a block"),
        ("limit_s = 0\n[[cases]]\nmodels='nin'", "limit_s: must be seconds, more than 0"),
        ("limit_s = true\n[[cases]]\nmodels='nin'", "limit_s: must be seconds, more than 0"),
        ("[[cases]]\nmodels='timm/b*'", "no model is called like 'timm/b*'"),
        ("[[cases]]\nmodels='nin'\nwhat=['table','bench']", "what has 2 values"),
        ("[[cases]]\nmodels='nin'\nbatch=[true]", "batch: must be a whole number, got True"),
        ("[[cases]]\nmodels='nin'\nbatch=1\n[[leave_out]]\nmodels='*'", "leaves out every case"),
    ],
)
def test_a_plan_that_is_none_is_told(plan, text, told):
    with pytest.raises(UsageError) as caught:
        plan(text)
    assert told in str(caught.value)


def test_shards_have_every_case_once_and_about_as_much_to_do(plan):
    cases = plan(
        '[[cases]]\nmodels=["nin", "zfnet"]\nbatch=[1,2,4]\nprocesses=3\nseconds=6\n'
        '[[cases]]\nmodels=["*"]\nwhat="table"\nbatch=[1,2,3]\n'
    )
    # six benchmarks of 6 + 3 · 8 = 30 s, twelve tables of 2 s: 204 s in all, 68 s a shard
    parts = [cases.shard(number, 3) for number in (1, 2, 3)]
    assert sorted(case.id for part in parts for case in part) == sorted(c.id for c in cases.cases)
    assert [sum(case.estimate_s for case in part) for part in parts] == [68, 68, 68]
    assert cases.shard(1, 1) == cases.cases


def test_a_case_is_hashed_once_however_often_its_id_is_read(plan, monkeypatch):
    hashed = []
    made = case.hashlib.sha256
    monkeypatch.setattr(case.hashlib, "sha256", lambda text: hashed.append(text) or made(text))
    cases = plan('[[cases]]\nmodels=["*"]\nbatch=[1, 2, 3]\n')  # 4 · 3 = 12
    cases.shard(1, 2)
    plan_document("plan.toml", cases.cases, {})
    assert len(hashed) == 12


def test_what_tells_two_cases_apart_stands_in_the_list(plan):
    cases = plan(
        '[[cases]]\nmodels=["nin"]\nbatch=1\nthreads=[1, 2]\ntrain=["", "sgd"]\nchannels_last=true'
    ).cases
    shown = plan_document("plan.toml", cases, {})
    titles = [column.title for column in shown.parts[0].columns]
    assert titles[-4:] == [
        "threads",
        "layout",
        "train",
        "about",
    ]  # no column of inputs or arguments
    assert len({line.cells[2:] for line in shown.parts[0].lines}) == 4
    assert {column.key for column in shown.records().columns} >= {"input", "arguments"}


def test_the_plan_that_counts_names_every_model_of_each_library_once():
    plan = read_plan(
        Path(__file__).parents[2] / "benchmarks" / "count_plan.toml",
        lambda library: {"timm": ["timm/a"], "torchvision": ["torchvision/b"]}.get(library, ["c"]),
    )
    asked = [(case.model, case.what) for case in plan.cases]
    assert asked == [("timm/a", "table"), ("torchvision/b", "table"), ("c", "table")]


def test_the_plan_for_a_gpu_is_one_and_takes_less_than_ten_minutes():
    plan = read_plan(Path(__file__).parents[2] / "benchmarks" / "gpu_plan.toml", lambda _: ())
    assert {case.device for case in plan.cases} == {"cuda:0"}
    # 16 of types, 4 of modes, 10 of families, 2 of training at 12 s; 6 + 3 · 8 s at last
    assert sum(case.estimate_s for case in plan.cases) == 32 * 12 + 30
