"""Files of llama.cpp as MODEL: the head tells names, shapes and types."""

from __future__ import annotations

import struct

import pytest

import archstat
from archstat.errors import UsageError
from archstat.models.weights import gguf

F32, F16, Q4_0, Q6_K = 0, 1, 2, 14
STRING, ARRAY, UINT32 = 8, 9, 4

# axes as the format has them, the fastest first: 100 words of 64 numbers
TENSORS = {
    "token_embd.weight": ((64, 100), Q4_0),
    "blk.0.attn_q.weight": ((64, 32), F16),
    "blk.0.attn_q.bias": ((32,), F32),
    "output.weight": ((256, 2), Q6_K),
}


def text(word):
    """Return a string as the format writes it."""
    return struct.pack("<Q", len(word)) + word.encode()


def head(tensors, version=3):
    """Return a file without values, with three things that it says of itself."""
    stated = [
        text("general.architecture") + struct.pack("<I", STRING) + text("llama"),
        text("llama.block_count") + struct.pack("<II", UINT32, 1),
        text("tokenizer.ggml.tokens")
        + struct.pack("<IIQ", ARRAY, STRING, 2)
        + text("<s>")
        + text("</s>"),
    ]
    infos = [
        text(name) + struct.pack(f"<I{len(axes)}QIQ", len(axes), *axes, kind, 0)
        for name, (axes, kind) in tensors.items()
    ]
    counts = struct.pack("<IQQ", version, len(infos), len(stated))
    return b"".join([b"GGUF", counts, *stated, *infos])


@pytest.mark.parametrize(
    ("limit", "told"),
    [
        ("MOST_TENSORS", "'net.gguf' states more than 3 tensors"),
        ("MOST_HEAD_BYTES", "'net.gguf' has a head of more than 3 bytes"),
    ],
)
def test_a_head_is_read_up_to_a_limit(tmp_path, monkeypatch, limit, told):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.gguf").write_bytes(head(TENSORS))
    monkeypatch.setattr(gguf, limit, 3)
    with pytest.raises(UsageError) as refused:
        archstat.analyze("net.gguf")
    assert told in str(refused.value)


def test_parameters_and_bytes_are_told_by_module(tmp_path):
    (tmp_path / "net.gguf").write_bytes(head(TENSORS))
    report = archstat.analyze(str(tmp_path / "net.gguf"))
    assert {row.name: row.params for row in report.layers} == {
        "token_embd": 6_400,
        "blk.0.attn_q": 2_048 + 32,
        "output": 512,
    }
    assert (report.totals.weights, report.totals.biases) == (8_960, 32)
    # 200 blocks of 18 bytes, 2,048 numbers of 2, 32 of 4, 2 blocks of 210
    assert report.totals.param_bytes == 3_600 + 4_096 + 128 + 420
    assert "of the architecture 'llama', with the names of llama.cpp" in report.notes


def test_a_model_in_several_files_is_read_whole(tmp_path):
    names = list(TENSORS)
    for number, part in ((1, names[:2]), (2, names[2:])):
        file = tmp_path / f"net-0000{number}-of-00002.gguf"
        file.write_bytes(head({name: TENSORS[name] for name in part}))
    report = archstat.analyze(str(tmp_path / "net-00001-of-00002.gguf"))
    assert report.totals.params == 8_992
    (tmp_path / "net-00002-of-00002.gguf").unlink()
    with pytest.raises(UsageError, match=r"is one of 2 files, and .*-00002-of-00002.gguf is mis"):
        archstat.analyze(str(tmp_path / "net-00001-of-00002.gguf"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is no file of GGUF: it does not begin as one"),
        (head(TENSORS)[:-9], "is no file of GGUF: ends within its head"),
        (head(TENSORS, version=1), "is GGUF of version 1, and 2 and 3 are read"),
        (head({"a.weight": ((2,), 99)}), "holds tensors of the type 99, which is not known"),
        (b"GGUF" + struct.pack("<IQQQ", 3, 1, 1, 1 << 60), "is no file of GGUF: ValueError"),
    ],
)
def test_what_is_wrong_with_a_file_is_told(tmp_path, content, words):
    (tmp_path / "net.gguf").write_bytes(content)
    with pytest.raises(UsageError, match=words):
        archstat.analyze(str(tmp_path / "net.gguf"))
