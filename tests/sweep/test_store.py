"""A store: a file for each case, and an index that follows them."""

from __future__ import annotations

import _thread
import json
import signal
import threading

import pytest

from archstat.errors import RecordError, UsageError
from archstat.sweep.asking import StoreQuestion
from archstat.sweep.case import SweepCase
from archstat.sweep.index import Index
from archstat.sweep.outcome import DONE, FAILED, CaseOutcome
from archstat.sweep.rows import FIELDS
from archstat.sweep.store import Store
from archstat.sweep.sweeping import to_do

COUNTED = {
    "input": [1, 32, 32],
    "totals": {"params": 61706, "macs": 416520, "activation_bytes": 60000, "uncounted": []},
}


def counted(model, batch=1, macs=416520):
    case = SweepCase(model, "table", device="none", batch_size=batch, processes=1, seconds=0.0)
    totals = {**COUNTED["totals"], "macs": macs}
    return CaseOutcome(case, DONE, {**COUNTED, "totals": totals}, began="2026-12-01T10:00:00Z")


def measured(model, batch, latency, share):
    """Return a record as bench writes it, with what a row takes from it."""
    case = SweepCase(model, batch_size=batch)
    record = {
        "environment": {"cpu": {"name": "A Processor"}, "software": {"torch": "2.14.1"}},
        "inputs": {model: [3, 8, 8]},
        "params": {model: 700},
        "results": [
            {
                "case": {"model": model, "device": "cpu", "batch_size": batch, "threads": 2},
                "work": {"layers": [{"flops": 1000}, {"flops": 500}], "uncounted": []},
                "failure": "",
                "figures": {
                    "latency_s": latency,
                    "interval_s": [0.9 * latency, 1.1 * latency],
                    "examples_per_s": batch / latency,
                    "limit": {"limit_s": share * latency, "share": share, "interval": None},
                    "bound": "memory",
                    "verdict": "VALID",
                    "reason": "",
                },
            }
        ],
    }
    return CaseOutcome(case, DONE, record)


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "store")
    made.make()
    return made


def test_what_is_kept_is_not_to_be_done_again(store):
    cases = [SweepCase("a"), SweepCase("b"), SweepCase("c")]
    store.keep(CaseOutcome(cases[0], DONE, {}))
    store.keep(CaseOutcome(cases[1], FAILED, reason="no"))
    assert to_do(cases, store) == [cases[2]]
    assert to_do(cases, store, retry_failed=True) == cases[1:]
    store.keep(CaseOutcome(cases[1], DONE, {}))
    assert store.statuses() == {cases[0].id: DONE, cases[1].id: DONE}
    assert len(list(store.names())) == 2


def test_a_case_reads_back_as_it_was(store):
    case = SweepCase("a", inputs=("3x8x8",), batch_size=3, optimizer="sgd")
    outcome = CaseOutcome(case, FAILED, reason="it is too large", notes=("a", "b"), took_s=1.5)
    store.keep(outcome)
    assert store.read(f"{case.id}.failed.json") == outcome


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"kind": "sweep"}', "\ud83d", "[" * 100_000])
def test_a_damaged_file_is_told_and_the_others_are_answered(store, text):
    store.keep(counted("lenet5"))
    (store.files / "0000.json").write_text(text, encoding="utf-8", errors="replace")
    index = Index([store])
    assert index.ask("select model from cases").rows == (("lenet5",),)
    assert len(index.unreadable) == 1
    assert "0000.json" in index.unreadable[0]


def test_a_row_has_what_was_measured(store):
    store.keep(measured("net", 4, 0.5, 0.25))
    index = Index([store])
    asked = StoreQuestion([*FIELDS, "store"])
    row = dict(zip((*FIELDS, "store"), index.ask(*asked.sql()).rows[0], strict=True))
    assert row["params"] == 700
    assert row["macs"] == 750  # half of 1,500 FLOPs
    assert row["latency_s"] == 0.5
    assert row["latency_low_s"] == pytest.approx(0.45)
    assert row["examples_per_s"] == 8
    assert row["share_of_limit"] == 0.25
    assert (row["device_name"], row["torch"], row["input"]) == ("A Processor", "2.14.1", "3x8x8")
    assert (row["threads"], row["store"], row["is_whole"]) == (2, "store", 1)


def test_the_index_follows_the_files(store):
    first, second = counted("a"), counted("b")
    store.keep(first)
    assert Index([store]).ask("select count(*) from cases").rows == ((1,),)
    store.keep(second)
    assert Index([store]).ask("select count(*) from cases").rows == ((2,),)
    store.keep(counted("a", macs=5_000_000))
    found = Index([store]).ask("select macs from cases where model = 'a'").rows
    assert found == ((5_000_000,),)
    (store.files / f"{second.case.id}.json").unlink()
    assert Index([store]).ask("select model from cases").rows == (("a",),)


def test_stores_stand_beside_each_other(store, tmp_path):
    other = Store(tmp_path / "it's another")
    other.make()
    store.keep(measured("net", 1, 0.5, 0.2))
    other.keep(measured("net", 1, 0.25, 0.4))
    wanted = StoreQuestion(["store", "latency_s"], best="latency_s", per=["model"])
    assert Index([store, other]).ask(*wanted.sql()).rows == (("it's another", 0.25),)


@pytest.mark.parametrize(
    ("where", "models"),
    [
        (["batch_size>=8"], ["b", "c"]),
        (["batch_size!=8", "model=[ab]"], ["a"]),
        (["model!=b*"], ["a", "c"]),
        (["macs<1000"], ["c"]),
    ],
)
def test_conditions_filter(store, where, models):
    for outcome in (counted("a", 1), counted("b", 8), counted("c", 16, macs=999)):
        store.keep(outcome)
    found = Index([store]).ask(*StoreQuestion(["model"], where=where).sql()).rows
    assert [row[0] for row in found] == models


def test_the_best_of_each_group_is_found_and_sorted(store):
    for outcome in (
        measured("a", 1, 1.0, 0.2),
        measured("a", 8, 4.0, 0.5),
        measured("b", 1, 0.1, 0.1),
    ):
        store.keep(outcome)
    wanted = StoreQuestion(
        ["model", "batch_size", "examples_per_s"],
        best="examples_per_s",
        per=["model"],
        sort="-examples_per_s",
    )
    assert Index([store]).ask(*wanted.sql()).rows == (("b", 1, 10.0), ("a", 8, 2.0))


@pytest.mark.parametrize(
    "sql",
    [
        "drop table cases",
        "insert into cases (id) values (1)",
        "attach 'x.sqlite' as x",
        "select nope from cases",
        "pragma user_version = 3",
        "select 1; select 2",
        "",
    ],
)
def test_a_query_changes_nothing_and_a_wrong_one_is_told(store, sql):
    store.keep(counted("a"))
    told = "the query cannot be answered" if sql else "the query is empty"
    with pytest.raises(UsageError, match=told):
        Index([store]).ask(sql)
    assert json.loads(next(store.files.glob("*.json")).read_text())["status"] == DONE


def test_a_folder_that_is_no_store_is_told(tmp_path):
    with pytest.raises(RecordError, match="is no store: it has no folder cases"):
        Index([Store(tmp_path)]).ask("select 1 from cases")


def test_wrong_questions_are_told():
    with pytest.raises(UsageError, match="a store has no column 'modle'"):
        StoreQuestion(["modle"]).sql()
    with pytest.raises(UsageError, match="is no condition"):
        StoreQuestion(["model"], where=["model"]).sql()
    with pytest.raises(UsageError, match="batch_size is a number, and 'x' is none"):
        StoreQuestion(["model"], where=["batch_size=x"]).sql()
    with pytest.raises(UsageError, match="no case is the best by 'model'"):
        StoreQuestion(["model"], best="model").sql()


def test_a_query_without_end_is_stopped_by_ctrl_c(store):
    store.keep(counted("a"))
    endless = "with recursive c(x) as (select 1 union all select x + 1 from c) select sum(x) from c"
    # What is started in the background ignores Ctrl-C, and would wait here for ever.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Timer(0.3, _thread.interrupt_main)
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            Index([store]).ask(endless)
    finally:
        timer.join()
        signal.signal(signal.SIGINT, before)
