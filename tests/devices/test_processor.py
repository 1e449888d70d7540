"""Folders as Linux has them, so that machines of all kinds are told from their files."""

from __future__ import annotations

import os
import platform

import pytest

from archstat.devices.processor import brand, logical_cores, physical_cores, processor, quota_of

CPUINFO = """\
processor\t: 0
model name\t: AMD EPYC 9005
flags\t\t: fpu sse2 {flags} avx512f

processor\t: 1
model name\t: another
"""


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Return a function that writes files and says which processors may be used."""

    def build(files=(), *, mask=(0, 1, 2, 3)):
        for name, text in dict(files).items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(mask), raising=False)
        return tmp_path

    return build


def siblings(*pairs):
    return {
        f"sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list": f"{','.join(pair)}\n"
        for pair in pairs
        for cpu in pair
    }


def test_two_threads_of_a_core_are_one_core(machine):
    root = machine(siblings(("0", "2"), ("1", "3")))

    assert physical_cores(root) == 2


def test_cores_that_the_process_may_not_use_do_not_count(machine):
    root = machine(siblings(("0", "4"), ("1", "5"), ("2", "6")), mask=(1, 5, 6))

    assert physical_cores(root) == 2


def test_where_nothing_tells_of_cores_each_processor_is_one(machine):
    assert physical_cores(machine()) == 4


@pytest.mark.parametrize(
    ("limit", "threads"),
    [
        ("max 100000", 4),
        ("800000 100000", 4),
        ("200000 100000", 2),
        ("150000 100000", 1),  # two threads would be stopped for a quarter of the time
        ("50000 100000", 1),
    ],
)
def test_a_container_has_no_more_threads_than_its_quota(machine, limit, threads):
    root = machine({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": f"{limit}\n"})

    assert physical_cores(root) == threads


def test_the_smallest_quota_of_all_groups_around_holds(machine):
    root = machine(
        {
            "proc/self/cgroup": "0::/a.slice/b.scope\n",
            "sys/fs/cgroup/a.slice/cpu.max": "150000 100000\n",
            "sys/fs/cgroup/a.slice/b.scope/cpu.max": "300000 100000\n",
            "sys/fs/cgroup/c.slice/cpu.max": "10000 100000\n",
        }
    )

    assert quota_of(root) == 1.5


def test_control_groups_of_version_1_have_a_quota_too(machine):
    root = machine(
        {
            "proc/self/cgroup": "9:memory:/docker/7\n3:cpu,cpuacct:/docker/7\n",
            "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "250000\n",
            "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
        }
    )

    assert quota_of(root) == 2.5


def test_a_quota_of_minus_one_is_none(machine):
    root = machine(
        {
            "proc/self/cgroup": "3:cpu:/\n",
            "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
            "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
        }
    )

    assert quota_of(root) is None


def test_a_processor_is_told_by_its_files(machine):
    cpu = "sys/devices/system/cpu"
    root = machine(
        {
            **siblings(("0", "1"), ("2", "3")),
            "proc/cpuinfo": CPUINFO.format(flags="hypervisor"),
            f"{cpu}/cpu0/cache/index0/level": "1",
            f"{cpu}/cpu0/cache/index0/type": "Data",
            f"{cpu}/cpu0/cache/index0/size": "48K",
            f"{cpu}/cpu0/cache/index1/level": "3",
            f"{cpu}/cpu0/cache/index1/type": "Unified",
            f"{cpu}/cpu0/cache/index1/size": "32768K",
            f"{cpu}/cpu0/cpufreq/scaling_governor": "performance\n",
            f"{cpu}/cpufreq/boost": "1\n",
            "sys/kernel/mm/transparent_hugepage/enabled": "always [madvise] never\n",
            "sys/devices/system/node/online": "0-1\n",
        }
    )

    assert processor(root) == {
        "name": "AMD EPYC 9005",
        "architecture": platform.machine(),
        "cores": 2,
        "logical_cores": 4,
        "quota": None,
        "caches": "L1 Data 48K, L3 Unified 32768K",
        "governor": "performance",
        "boost": "1",
        "is_virtual": True,
        "huge_pages": "madvise",
        "numa_nodes": "0-1",
    }


def test_a_processor_of_its_own_is_no_virtual_one(machine):
    assert processor(machine({"proc/cpuinfo": CPUINFO.format(flags="")}))["is_virtual"] is False


def test_without_files_nothing_but_the_name_and_the_number_is_known(machine, monkeypatch):
    monkeypatch.setattr(platform, "system", lambda: "Windows")
    monkeypatch.setattr(platform, "processor", lambda: "Intel64 Family 6")

    assert processor(machine()) == {
        "name": "Intel64 Family 6",
        "architecture": platform.machine(),
        "cores": 4,
        "logical_cores": 4,
        "quota": None,
        "caches": None,
        "governor": None,
        "boost": None,
        "is_virtual": None,
        "huge_pages": None,
        "numa_nodes": None,
    }


def test_where_no_mask_is_known_all_processors_may_be_used(monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 3)

    assert logical_cores() == [0, 1, 2]


def test_macos_names_its_processor(monkeypatch, tmp_path):
    sysctl = tmp_path / "sysctl"
    sysctl.write_text("#!/bin/sh\necho Apple M2 Pro\n")
    sysctl.chmod(0o755)
    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    monkeypatch.setattr("archstat.devices.processor.SYSCTL", sysctl)

    assert brand() == "Apple M2 Pro"
