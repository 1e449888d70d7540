from __future__ import annotations

import gzip
import json

import pytest

from archstat.bench.traces.file import read_trace, trace_of
from archstat.errors import RecordError
from tests.bench.traces.writing import event, passes, trace


def test_an_operator_is_one_that_no_other_calls():
    made = trace_of(trace([event("aten::inner", 12, 3), event("aten::outer", 10, 8)]))
    [[only]] = made.threads
    assert (only.name, only.start_ns, only.end_ns) == ("aten::outer", 10_000, 18_000)
    assert made.total_ns == 8_000


def test_threads_are_apart():
    made = trace_of(trace([event("a::a", 10, 8), event("b::b", 11, 2, tid=2)]))
    assert [[each.name for each in thread] for thread in made.threads] == [["a::a"], ["b::b"]]


def test_a_kernel_is_of_the_operator_inside_of_which_it_was_launched():
    events = [
        event("aten::conv2d", 10, 8, **{"External id": 1}),
        event("aten::cudnn_convolution", 11, 6, **{"External id": 2}),
        event("cudaLaunchKernel", 12, 1, cat="cuda_runtime", correlation=70),
        event("aten::relu", 20, 4, **{"External id": 3}),
        event("cudaLaunchKernel", 21, 1, cat="cuda_runtime", correlation=71),
        event("implicit_gemm", 100, 50, cat="kernel", tid=7, correlation=70),
        event("elementwise", 160, 2, cat="kernel", tid=7, correlation=71),
        # no launch of it was seen, but the innermost operator's number is there
        event("bias", 170, 3.5, cat="kernel", tid=7, correlation=72, **{"External id": 2}),
    ]
    made = trace_of(trace(events, deviceProperties=[{"id": 0, "name": "Some GPU"}]))
    [[conv, relu]] = made.threads
    assert (conv.device_ns, relu.device_ns) == (53_500, 2_000)
    assert (made.device, made.has_kernels, made.total_ns) == ("Some GPU", True, 55_500)


def test_a_packed_file_is_read(tmp_path):
    file = tmp_path / "trace.json.gz"
    file.write_bytes(gzip.compress(json.dumps(trace(passes(10))).encode()))
    assert len(read_trace(file).threads[0]) == 12


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "ends in the middle of the trace"),
        (json.dumps(trace(passes(10))).encode()[:-400], "ends in the middle of the trace"),
        (gzip.compress(json.dumps(trace(passes(10))).encode())[:-60], "ends in the middle"),
        (b'{"traceEvents": [1 2]}', "is no JSON: line 1"),
        (b'{"traceEvents": 3}', "holds no trace of torch.profiler"),
        (b'{"traceEvents": []}', "holds no operators of PyTorch"),
        (b'{"traceEvents": [{"ph": "X", "cat": "cpu_op", "name": "a"}]}', "without a time"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file_is_told_in_a_sentence(tmp_path, content, told):
    file = tmp_path / "trace.json"
    file.write_bytes(content)
    with pytest.raises(RecordError, match=told):
        read_trace(file)


def test_a_file_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr("archstat.bench.traces.file.MOST_BYTES", 1 << 20)
    file = tmp_path / "trace.json"
    file.write_bytes(b" " * ((1 << 20) + 1))
    with pytest.raises(RecordError, match="has more than 1 MiB"):
        read_trace(file)
