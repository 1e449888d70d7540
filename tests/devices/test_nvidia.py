"""A driver that says what it is told."""

from __future__ import annotations

import sys

import pytest

from archstat.bench.record import Reading
from archstat.devices.nvidia import Card, ask, gauge, library


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


def reading(driver):
    gauge = Card(driver, "GPU-1")
    gauge.start()
    return Reading(**gauge.read())


def test_a_gpu_says_its_clock_power_and_heat():
    found = reading(driver := h200())

    assert (found.clock_mhz, found.power_w, found.temperature_c) == (1980, 412.5, 61)
    assert ("nvmlDeviceGetHandleByUUID", "GPU-1") in driver.asked
    assert ("nvmlDeviceGetClockInfo", "card", 1) in driver.asked


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

    assert reading(driver).throttled == names


def test_a_slowdown_that_has_ended_meanwhile_is_told():
    driver = h200(nvmlDeviceGetCurrentClocksEventReasons=[0x40, 0x04])

    assert reading(driver).throttled == ("SwPowerCap", "HwThermalSlowdown")


def test_an_old_driver_is_asked_by_the_old_name():
    driver = h200(nvmlDeviceGetCurrentClocksThrottleReasons=0x20)
    del driver.answers["nvmlDeviceGetCurrentClocksEventReasons"]

    assert reading(driver).throttled == ("SwThermalSlowdown",)


def test_what_a_card_does_not_support_is_not_known():
    found = reading(Driver(nvmlDeviceGetHandleByUUID="card"))

    assert (found.clock_mhz, found.power_w, found.temperature_c) == (None, None, None)
    assert found.throttled == ()


def test_a_package_without_a_question_does_not_know_the_answer():
    assert ask(Driver(), "nvmlDeviceGetNothing", "card") is None


def test_a_card_that_the_driver_shows_has_a_gauge():
    assert isinstance(gauge(h200(), "GPU-1"), Card)


@pytest.mark.parametrize(
    ("driver", "uuid"),
    [(h200(), None), (None, "GPU-1"), (Driver(), "GPU-1")],
    ids=["torch knows no uuid", "no package", "a card that the driver does not show"],
)
def test_else_it_has_none(driver, uuid):
    assert gauge(driver, uuid) is None


def test_the_driver_is_found_where_its_package_is(monkeypatch):
    monkeypatch.setitem(sys.modules, "pynvml", driver := h200())

    assert library() is driver


def test_a_package_without_a_driver_meters_nothing(monkeypatch):
    monkeypatch.setitem(sys.modules, "pynvml", Driver())

    assert library() is None


def test_without_the_package_nothing_is_metered(monkeypatch):
    monkeypatch.setitem(sys.modules, "pynvml", None)

    assert library() is None
