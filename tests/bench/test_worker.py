"""What a process measures for real, on the CPU; nothing is said of how long it takes."""

from __future__ import annotations

from dataclasses import replace

import pytest

torch = pytest.importorskip("torch")

from archstat.bench import run  # noqa: E402  what follows needs torch
from archstat.bench.asking import known  # noqa: E402
from archstat.bench.case import Case  # noqa: E402
from archstat.bench.measuring import subject, worker  # noqa: E402
from archstat.bench.plan import Done, Failed, Fits, Plan, Ready, Search, Surrounding, Taken  # noqa: E402
from archstat.bench.protocol import MS, Rules  # noqa: E402
from archstat.bench.record import Ceiling  # noqa: E402
from archstat.devices.cpu import Cpu  # noqa: E402
from archstat.models.question import Question  # noqa: E402

pytestmark = pytest.mark.slow

RULES = Rules(budget_ns=20 * MS, sample_ns=MS, warm_ns=MS, warm_calls=3, slow_calls=1)
LENET = Case("lenet5", "cpu", 2, threads=1)

NET = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 4)

    def forward(self, x):
        print("hello")
        if x.device.type == "meta":  # what costs what is counted there
            return self.fc(x)
        assert not self.training
        assert torch.is_inference_mode_enabled()
        assert x.std() > 0.5
        return self.fc(x)

class Large(nn.Module):
    def forward(self, x):
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory")

class Broken(nn.Module):
    def forward(self, x):
        if x.device.type == "meta":
            return x
        raise ValueError("no\\nway")
"""


def plan(*cases, question=None, **changes):
    question = question or Question()
    works = {
        number: known(case.model, question, [case.batch_size]).works[case.batch_size]
        for number, case in enumerate(cases)
    }
    return replace(Plan(dict(enumerate(cases)), works, question, RULES), **changes)


def measured(asked):
    told = []
    worker.run(asked, told.append)
    return told


def of(kind, events):
    return [event for event in events if isinstance(event, kind)]


def test_a_process_tells_of_warm_up_ceilings_and_samples_and_that_it_is_done():
    events = measured(plan(LENET))
    (ready,) = of(Ready, events)
    assert ready.warmup_calls >= 3
    assert len(of(Taken, events)) >= RULES.fewest
    for taken in of(Taken, events):
        assert taken.sample.queue_calls == 0  # nothing queues on a CPU
        assert taken.sample.flops_rate > 0
        assert taken.sample.bytes_rate > 0
    assert isinstance(events[-1], Done)
    assert set(events[-1].spent_s) == {"all", "model", "probes"}
    assert events[-1].spent_s["all"] > events[-1].spent_s["model"] > 0


def test_ceilings_are_of_operations_and_of_as_many_bytes_as_a_pass_moves():
    events = measured(plan(LENET))
    ceilings = of(Ceiling, events)
    # 61,706 numbers and 2 × (1,024 + 10) at the ends are 255,096 bytes: the least set is 1 MiB
    assert {ceiling.set_bytes for ceiling in ceilings} == {0, 1 << 20}
    assert {name for ceiling in ceilings for name in ceiling.resources} == {
        "conv",
        "matmul",
        "memory",
    }
    assert all(len(ceiling.rates) == 7 == len(ceiling.beside) for ceiling in ceilings)


def test_training_steps_change_the_weights():
    asked = plan(replace(LENET, optimizer="sgd"))
    models = worker.Models(asked.question, seed=0)
    module = models._new(asked.cases[0])
    before = [parameter.clone() for parameter in module.parameters()]
    batches = models._batches(asked.cases[0])
    for step in subject.training_steps(module, batches, "sgd"):
        step()
    assert any(
        not torch.equal(now, was) for now, was in zip(module.parameters(), before, strict=True)
    )


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_training_is_measured(optimizer):
    events = measured(plan(replace(LENET, optimizer=optimizer)))
    assert of(Taken, events)


def test_a_users_model_runs_in_inference_on_values(tmp_path):
    (tmp_path / "net.py").write_text(NET, encoding="utf-8")
    case = Case(f"{tmp_path}/net.py:Net", "cpu", 4, threads=1)
    question = Question(inputs=worker_inputs("8"))
    assert of(Taken, measured(plan(case, question=question)))


def worker_inputs(text):
    from archstat.models.inputs import parse_model_input

    return [parse_model_input(text)]


@pytest.mark.parametrize(
    ("name", "why"),
    [("Broken", "ValueError: no"), ("Large", "does not fit in memory")],
)
def test_what_cannot_run_is_told_and_the_others_are_measured(tmp_path, name, why):
    (tmp_path / "net.py").write_text(NET, encoding="utf-8")
    question = Question(inputs=worker_inputs("1x32x32"))
    asked = plan(LENET, question=question)
    case = Case(f"{tmp_path}/net.py:{name}", "cpu", 1, threads=1)
    both = replace(asked, cases={0: case, 1: LENET}, works={0: asked.works[0], 1: asked.works[0]})
    events = measured(both)
    assert of(Failed, events) == [Failed(0, why)]
    assert {taken.number for taken in of(Taken, events)} == {1}


def test_a_model_that_is_there_already_is_copied_for_each_type(tmp_path):
    (tmp_path / "net.py").write_text(
        "from torch import nn\nnet = nn.Linear(8, 4)\n", encoding="utf-8"
    )
    question = Question(inputs=worker_inputs("8"))
    case = Case(f"{tmp_path}/net.py:net", "cpu", 1, threads=1)
    events = measured(plan(case, replace(case, dtype="bfloat16"), question=question))
    assert not of(Failed, events)
    assert {taken.number for taken in of(Taken, events)} == {0, 1}


def test_a_model_finds_its_own_modules_while_it_runs(tmp_path):
    (tmp_path / "net.py").write_text(
        "from torch import nn\nclass Net(nn.Linear):\n"
        "    def __init__(self):\n        super().__init__(8, 4)\n"
        "    def forward(self, x):\n        from beside_it import TWO\n"
        "        return super().forward(x) * TWO\n",
        encoding="utf-8",
    )
    (tmp_path / "beside_it.py").write_text("TWO = 2\n", encoding="utf-8")
    question = Question(inputs=worker_inputs("8"))
    events = measured(plan(Case(f"{tmp_path}/net.py:Net", "cpu", 1, threads=1), question=question))
    assert not of(Failed, events)
    assert of(Taken, events)


def test_every_case_is_compiled_for_its_own_shape(tmp_path, monkeypatch):
    (tmp_path / "net.py").write_text(NET.replace('print("hello")', "pass"), encoding="utf-8")
    shapes, real = [], torch.nn.Module.compile

    def backend(graph, inputs):
        shapes.extend(tuple(x.shape) for x in inputs if x.shape[-1:] == (8,) and len(x.shape) == 2)
        return graph.forward

    monkeypatch.setattr(
        torch.nn.Module, "compile", lambda self, **how: real(self, backend=backend, **how)
    )
    models = subject.Models(Question(inputs=worker_inputs("8")), seed=0)
    for size in range(5, 15):
        case = Case(f"{tmp_path}/net.py:Net", "cpu", size, mode="compile", threads=1)
        models.subject(case).calls(1)
    assert [shape for shape in shapes if shape != (4, 8)] == [(size, 8) for size in range(5, 15)]


def test_what_cannot_fit_is_not_even_tried(monkeypatch):
    monkeypatch.setattr(Cpu, "free_bytes", lambda _: 100_000)
    # 61,706 weights, and 1,024 + 4,704 numbers of the largest layer for each of 2, of 4 bytes
    events = measured(plan(LENET))
    assert of(Failed, events) == [
        Failed(0, "does not fit in memory: it needs 0.0 GB at least, 0.0 are free")
    ]


def test_the_least_memory_is_what_must_lie_there_at_once():
    work = known("lenet5", Question(), [2]).works[2]
    # C1 reads 1·32·32 and writes 6·28·28: 2 · (1,024 + 4,704) numbers; the next, S2 behind its
    # activation, 2 · (4,704 + 4,704): the most
    assert work.held == 61_706 + 2 * (4_704 + 4_704)


def test_a_search_doubles_until_a_pass_takes_too_long():
    told = []
    worker.search(Search(LENET, Question(), RULES, most_ns=1), told.append)
    assert [event.batch_size for event in of(Fits, told)] == [1]
    assert isinstance(told[-1], Done)


def test_a_search_closes_in_on_the_largest_that_fits(monkeypatch):
    real = worker.Models.subject

    def limited(self, case):
        if case.batch_size > 11:
            raise torch.OutOfMemoryError
        return real(self, case)

    monkeypatch.setattr(worker.Models, "subject", limited)
    told = []
    worker.search(Search(LENET, Question(), RULES), told.append)
    assert [event.batch_size for event in of(Fits, told)] == [1, 2, 4, 8, 10, 11]


def test_a_fresh_process_answers_in_the_same_words(tmp_path):
    (tmp_path / "net.py").write_text(NET, encoding="utf-8")  # which prints
    case = Case(f"{tmp_path}/net.py:Net", "cpu", 4, threads=1)
    events = list(run.started(plan(case, question=Question(inputs=worker_inputs("8")))))
    assert isinstance(events[0], Surrounding)
    assert events[0].environment["process"]["threads"] == 1
    assert of(Taken, events)
    assert isinstance(events[-1], Done)
