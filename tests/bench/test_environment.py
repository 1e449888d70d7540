from __future__ import annotations

import getpass
import json
import platform
import socket
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from archstat.bench.environment import (
    environment,
    flags_of,
    process,
    software_of,
    variables,
)
from archstat.devices.cpu import Cpu
from archstat.devices.mps import Mps

SDP = ("flash", "mem_efficient", "math", "cudnn")


def test_the_sections_of_a_processor():
    found = environment(torch, Cpu(torch))

    assert list(found) == ["software", "cpu", "flags", "variables", "process"]
    assert found["software"]["torch"] == torch.__version__
    assert found["software"]["python"] == platform.python_version()
    assert found["cpu"]["capability"] == torch.backends.cpu.get_cpu_capability()
    assert found["process"]["threads"] == torch.get_num_threads()


def test_another_device_has_a_section_of_its_name():
    found = environment(torch, Mps(torch))

    assert found["mps"] == {"name": platform.processor() or platform.machine()}


def test_all_of_it_is_json():
    found = environment(torch, Cpu(torch))

    assert json.loads(json.dumps(found)) == found


def test_nothing_in_it_says_who_measured():
    words = json.dumps(environment(torch, Cpu(torch)))

    assert str(Path.home()) not in words
    assert socket.gethostname() not in json.loads(words)["software"].values()
    assert f'"{getpass.getuser()}"' not in words


def test_variables_that_change_a_figure_are_told_and_no_others():
    known = {
        "OMP_NUM_THREADS": "4",
        "KMP_AFFINITY": "compact",
        "CUDA_VISIBLE_DEVICES": "1",
        "NVIDIA_TF32_OVERRIDE": "0",
        "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "PATH": "/usr/bin",
        "HOME": "/home/ada",
    }

    assert variables(known) == {
        "CUDA_VISIBLE_DEVICES": "1",
        "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
        "KMP_AFFINITY": "compact",
        "NVIDIA_TF32_OVERRIDE": "0",
        "OMP_NUM_THREADS": "4",
    }


def test_variables_name_no_home():
    known = {
        "LD_PRELOAD": "/home/ada/lib/a.so:/usr/lib/b.so:/root/c.so",
        "TORCH_HOME": "/Users/ada",
        "CUDA_PATH": r"C:\Users\ada\cuda",
    }

    assert variables(known) == {
        "CUDA_PATH": r"~\cuda",
        "LD_PRELOAD": "~/lib/a.so:/usr/lib/b.so:~/c.so",
        "TORCH_HOME": "~",
    }


def test_the_load_of_the_machine_is_that_of_the_last_minute(tmp_path):
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc" / "loadavg").write_text("1.25 0.50 0.10 2/90 8309\n")

    assert process(tmp_path)["load"] == 1.25


def test_where_nothing_tells_the_load_it_is_not_known(tmp_path):
    assert process(tmp_path)["load"] is None


CONFIG = """\
PyTorch built with:
  - Intel(R) oneAPI Math Kernel Library Version 2024.2-Product Build 20240605 for Intel(R) 64
  - Intel(R) MKL-DNN v3.13.3 (Git Hash b38f97eb)
"""


def built(config):
    return SimpleNamespace(
        __version__="2.15.0",
        version=SimpleNamespace(git_version="d0f2af8", cuda=None),
        backends=SimpleNamespace(cudnn=SimpleNamespace(is_available=lambda: False)),
        __config__=SimpleNamespace(show=lambda: config),
    )


def test_the_libraries_that_torch_computes_with_are_told():
    found = software_of(built(CONFIG))

    assert (found["mkl"], found["onednn"]) == ("2024.2-Product", "v3.13.3")
    assert (found["cuda"], found["cudnn"]) == (None, None)


def test_a_torch_without_them_has_none():
    found = software_of(built("PyTorch built with:\n"))

    assert (found["mkl"], found["onednn"]) == (None, None)


def test_two_builds_of_torch_can_be_told_apart():
    # sha256 of nothing at all begins with e3b0c442 98fc1c14
    assert software_of(built(""))["torch_build"] == "e3b0c44298fc1c14"
    assert software_of(built(CONFIG))["torch_build"] != "e3b0c44298fc1c14"


def test_convolutions_compute_in_tf32_where_nobody_asked_otherwise():
    assert flags_of(torch)["cudnn.conv.precision"] == "tf32"


def test_denormals_are_flushed_if_somebody_says_so():
    if not torch.set_flush_denormal(True):
        pytest.skip("this processor cannot flush denormals")
    try:
        assert flags_of(torch)["flush_denormal"] is True
    finally:
        torch.set_flush_denormal(False)
    assert flags_of(torch)["flush_denormal"] is False


def test_an_old_torch_says_of_its_precisions_whether_they_may_be_tf32():
    old = SimpleNamespace(
        get_float32_matmul_precision=lambda: "highest",
        are_deterministic_algorithms_enabled=lambda: False,
        tensor=torch.tensor,
        backends=SimpleNamespace(
            cuda=SimpleNamespace(
                matmul=SimpleNamespace(allow_tf32=False),
                **{f"{name}_sdp_enabled": lambda: True for name in SDP},
            ),
            cudnn=SimpleNamespace(allow_tf32=True, benchmark=False, deterministic=False),
            mkldnn=SimpleNamespace(),
        ),
    )

    found = flags_of(old)

    assert found["cuda.matmul.precision"] == "ieee"
    assert found["cudnn.conv.precision"] == "tf32"
    assert found["mkldnn.conv.precision"] is None
    assert found["mkldnn"] is None
