"""A kernel and a driver that say what they are told, so that every share can be worked out."""

from __future__ import annotations

import hashlib
import os
import sys
import threading
import time

import pytest

from archstat.bench.meters import CpuMeter, DeviceMeter, meter_of
from archstat.bench.record import Reading

MS = 1_000_000
TICK = 1_000_000_000 // os.sysconf("SC_CLK_TCK")


class Kernel:
    """Files as Linux has them under /proc, and a clock."""

    def __init__(self, folder):
        self.folder = folder
        self.now = 0
        (folder / "self" / "task").mkdir(parents=True)

    def thread(self, number, *, wait, ran=1):
        task = self.folder / "self" / "task" / str(number)
        task.mkdir(exist_ok=True)
        (task / "schedstat").write_text(f"{ran} {wait} 12\n")

    def ends(self, number):
        task = self.folder / "self" / "task" / str(number)
        (task / "schedstat").unlink()

    def stolen(self, ticks):
        (self.folder / "stat").write_text(f"cpu  900 1 80 7000 20 0 3 {ticks} 0 0\ncpu0 1\n")

    def meter(self):
        meter = CpuMeter(self.folder, lambda: self.now)
        meter.start()
        return meter


@pytest.fixture
def kernel(tmp_path):
    return Kernel(tmp_path)


def test_waiting_is_added_over_the_threads(kernel):
    kernel.thread(1, wait=500 * MS)
    kernel.thread(2, wait=700 * MS)
    meter = kernel.meter()
    kernel.thread(1, wait=501 * MS)
    kernel.thread(2, wait=703 * MS)
    kernel.now = 10 * MS

    assert meter.read().wait == pytest.approx(0.4)  # 1 ms and 3 ms of 10


def test_waiting_is_all_of_the_time_at_most(kernel):
    kernel.thread(1, wait=0)
    kernel.thread(2, wait=0)
    meter = kernel.meter()
    kernel.thread(1, wait=8 * MS)
    kernel.thread(2, wait=8 * MS)
    kernel.now = 10 * MS

    assert meter.read().wait == 1.0


def test_a_new_thread_has_waited_since_it_began(kernel):
    kernel.thread(1, wait=500 * MS)
    meter = kernel.meter()
    kernel.thread(2, wait=2 * MS)
    kernel.now = 10 * MS

    assert meter.read().wait == pytest.approx(0.2)


def test_a_thread_that_has_ended_is_left_out(kernel):
    kernel.thread(1, wait=500 * MS)
    kernel.thread(2, wait=700 * MS)
    meter = kernel.meter()
    kernel.thread(1, wait=501 * MS)
    kernel.ends(2)
    kernel.now = 10 * MS

    assert meter.read().wait == pytest.approx(0.1)


def test_each_sample_begins_anew(kernel):
    kernel.thread(1, wait=0)
    meter = kernel.meter()
    kernel.thread(1, wait=5 * MS)
    kernel.now = 10 * MS
    meter.start()
    kernel.now = 20 * MS

    assert meter.read().wait == 0.0


def test_a_kernel_that_keeps_no_books_says_nothing_of_waiting(kernel):
    kernel.thread(1, wait=0, ran=0)  # it prints 0 0 0 then
    meter = kernel.meter()
    kernel.now = 10 * MS

    assert meter.read().wait is None


def test_what_the_host_has_stolen_is_a_share_of_the_time(kernel):
    kernel.stolen(40)
    meter = kernel.meter()
    kernel.stolen(43)
    kernel.now = 10 * TICK

    assert meter.read().stolen == pytest.approx(0.3)


def test_a_sandbox_that_counts_nothing_says_nothing_of_steal(kernel):
    (kernel.folder / "stat").write_text("cpu  0 0 0 0 0 0 0 0 0 0\n")

    assert kernel.meter().read().stolen is None


@pytest.mark.parametrize("words", ["", "cpu 1 2 3\n", "cpu a b c d e f g h\n"])
def test_a_file_that_is_not_understood_says_nothing(kernel, words):
    (kernel.folder / "stat").write_text(words)

    assert kernel.meter().read().stolen is None


def test_without_a_proc_nothing_is_known_of_waiting_and_steal(tmp_path):
    reading = CpuMeter(tmp_path / "nowhere").read()

    assert (reading.wait, reading.stolen) == (None, None)


def test_windows_knows_no_page_faults(monkeypatch):
    monkeypatch.setitem(sys.modules, "resource", None)  # an import fails

    assert CpuMeter().read().faults is None


def test_new_memory_is_counted_in_page_faults():
    meter = CpuMeter()
    meter.start()
    memory = bytearray(64 << 20)  # 16,384 pages, or 32 huge ones; more than malloc keeps for reuse

    assert meter.read().faults >= 32
    assert len(memory) == 64 << 20


@pytest.mark.skipif(CpuMeter().read().wait is None, reason="this system keeps no books of waiting")
def test_threads_on_one_processor_wait_for_each_other():
    one = {min(os.sched_getaffinity(0))}
    enough = threading.Event()

    def compute():
        os.sched_setaffinity(0, one)  # of this thread alone
        while not enough.is_set():
            hashlib.sha256(bytes(1 << 20))  # without the interpreter's lock

    threads = [threading.Thread(target=compute) for _ in range(3)]
    for thread in threads:
        thread.start()
    meter = CpuMeter()
    time.sleep(0.2)
    reading = meter.read()
    enough.set()
    for thread in threads:
        thread.join()

    assert reading.wait > 0.5  # two of the three at all times, so 1; half of it for slow starts


class Gauge:
    """Reads the same at all times."""

    def __init__(self):
        self.starts = 0

    def start(self):
        self.starts += 1

    def read(self):
        return {"clock_mhz": 1980, "power_w": 412.5, "throttled": ("SwPowerCap",)}


class Host(Gauge):
    def read(self):
        return Reading(wait=0.5, stolen=0.25, faults=3)


def test_what_the_device_says_stands_beside_what_the_host_says():
    gauge, host = Gauge(), Host()
    meter = DeviceMeter(gauge, host)
    meter.start()

    assert meter.read() == Reading(0.5, 0.25, 3, 1980, 412.5, throttled=("SwPowerCap",))
    assert (gauge.starts, host.starts) == (1, 1)


def test_without_a_gauge_the_host_is_all_that_is_metered():
    assert isinstance(meter_of(None), CpuMeter)
    assert isinstance(meter_of(Gauge()), DeviceMeter)
