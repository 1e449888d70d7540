"""A kernel and a driver that say what they are told, so that every share can be worked out."""

from __future__ import annotations

import hashlib
import os
import sys
import threading
import time

import pytest

from archstat.bench.meters import CpuMeter, GpuMeter, ask, meter_of, nvml
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
    memory = bytearray(16 << 20)  # 4,096 pages, or 8 huge ones

    assert meter.read().faults >= 8
    assert len(memory) == 16 << 20


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


class NvmlError(Exception):
    pass


class Driver:
    """As much of pynvml as is asked; what is not in `answers` is not supported."""

    NVMLError = NvmlError
    NVML_CLOCK_SM = 1
    NVML_TEMPERATURE_GPU = 0

    def __init__(self, **answers):
        self.answers = answers
        self.asked = []

    def nvmlInit(self):  # noqa: N802  their name
        self._answer("nvmlInit")

    def nvmlDeviceGetHandleByUUID(self, uuid):  # noqa: N802
        return self._answer("nvmlDeviceGetHandleByUUID", uuid)

    def nvmlDeviceGetClockInfo(self, card, which):  # noqa: N802
        return self._answer("nvmlDeviceGetClockInfo", card, which)

    def nvmlDeviceGetPowerUsage(self, card):  # noqa: N802
        return self._answer("nvmlDeviceGetPowerUsage", card)

    def nvmlDeviceGetTemperature(self, card, sensor):  # noqa: N802
        return self._answer("nvmlDeviceGetTemperature", card, sensor)

    def nvmlDeviceGetCurrentClocksEventReasons(self, card):  # noqa: N802
        return self._answer("nvmlDeviceGetCurrentClocksEventReasons", card)

    def nvmlDeviceGetCurrentClocksThrottleReasons(self, card):  # noqa: N802
        return self._answer("nvmlDeviceGetCurrentClocksThrottleReasons", card)

    def _answer(self, question, *about):
        self.asked.append((question, *about))
        if question not in self.answers:
            raise NvmlError(question)
        answer = self.answers[question]
        return answer.pop(0) if isinstance(answer, list) else answer


class Host:
    """A meter that reads the same at all times."""

    def __init__(self):
        self.starts = 0

    def start(self):
        self.starts += 1

    def read(self):
        return Reading(wait=0.5, stolen=0.25, faults=3)


def h200(**changes):
    return Driver(
        **{
            "nvmlInit": None,
            "nvmlDeviceGetHandleByUUID": "card",
            "nvmlDeviceGetClockInfo": 1980,
            "nvmlDeviceGetPowerUsage": 412_500,
            "nvmlDeviceGetTemperature": 61,
            "nvmlDeviceGetCurrentClocksEventReasons": 0,
            **changes,
        }
    )


def gpu_reading(driver, host=None):
    meter = GpuMeter(driver, "GPU-1", host or Host())
    meter.start()
    return meter.read()


def test_a_gpu_says_its_clock_power_and_heat():
    reading = gpu_reading(driver := h200())

    assert (reading.clock_mhz, reading.power_w, reading.temperature_c) == (1980, 412.5, 61)
    assert ("nvmlDeviceGetHandleByUUID", "GPU-1") in driver.asked
    assert ("nvmlDeviceGetClockInfo", "card", 1) in driver.asked


def test_what_the_host_says_stands_beside_it():
    host = Host()

    reading = gpu_reading(h200(), host)

    assert (reading.wait, reading.stolen, reading.faults) == (0.5, 0.25, 3)
    assert host.starts == 1


@pytest.mark.parametrize(
    ("bits", "names"),
    [
        (0x000, ()),
        (0x001, ()),  # idle
        (0x102, ()),  # clocks that somebody has set
        (0x004, ("SwPowerCap",)),
        (0x048, ("HwSlowdown", "HwThermalSlowdown")),
        (0x088, ("HwSlowdown", "HwPowerBrakeSlowdown")),
        (0x030, ("SyncBoost", "SwThermalSlowdown")),
    ],
)
def test_slowdowns_have_the_drivers_names(bits, names):
    driver = h200(nvmlDeviceGetCurrentClocksEventReasons=bits)

    assert gpu_reading(driver).throttled == names


def test_a_slowdown_that_has_ended_meanwhile_is_told():
    driver = h200(nvmlDeviceGetCurrentClocksEventReasons=[0x40, 0x04])

    assert gpu_reading(driver).throttled == ("SwPowerCap", "HwThermalSlowdown")


def test_an_old_driver_is_asked_by_the_old_name():
    driver = h200(nvmlDeviceGetCurrentClocksThrottleReasons=0x20)
    del driver.answers["nvmlDeviceGetCurrentClocksEventReasons"]

    assert gpu_reading(driver).throttled == ("SwThermalSlowdown",)


def test_what_a_card_does_not_support_is_not_known():
    reading = gpu_reading(Driver(nvmlDeviceGetHandleByUUID="card"))

    assert (reading.clock_mhz, reading.power_w, reading.temperature_c) == (None, None, None)
    assert reading.throttled == ()


def test_a_package_without_a_question_does_not_know_the_answer():
    assert ask(Driver(), "nvmlDeviceGetNothing", "card") is None


def test_a_gpu_has_a_meter_of_its_own():
    assert isinstance(meter_of("GPU-1", h200()), GpuMeter)


@pytest.mark.parametrize(
    ("uuid", "driver"),
    [(None, h200()), ("GPU-1", None), ("GPU-1", Driver())],
    ids=["another device", "no package", "a card that the driver does not show"],
)
def test_else_the_host_is_all_that_is_metered(uuid, driver):
    assert isinstance(meter_of(uuid, driver), CpuMeter)


def test_the_driver_is_found_where_its_package_is(monkeypatch):
    monkeypatch.setitem(sys.modules, "pynvml", driver := h200())

    assert nvml() is driver


def test_a_package_without_a_driver_meters_nothing(monkeypatch):
    monkeypatch.setitem(sys.modules, "pynvml", Driver())

    assert nvml() is None


def test_without_the_package_nothing_is_metered(monkeypatch):
    monkeypatch.setitem(sys.modules, "pynvml", None)

    assert nvml() is None
