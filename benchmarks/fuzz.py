# ruff: noqa: PLC0415  a reader is imported when it is chosen, which atheris instruments
"""Fuzzing of all that reads what others have made: no input may break, hang or fill the machine.

Inputs are files of a corpus that is mutated, and structures that hypothesis makes up. Each goes to
its reader in this process; what ends in anything but an answer or an error of ours is kept.

    python benchmarks/fuzz.py [--minutes N] [--keep FOLDER] [READER …]
    python benchmarks/fuzz.py --atheris READER [--minutes N]

The second form is guided by coverage, where atheris is installed. Exit code 1 if anything broke,
took more than ten seconds or more than a gigabyte.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import os
import pickle
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
import zipfile
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TypeAlias

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from archstat.errors import ArchstatError, Stopped

HOME = Path(__file__).parents[1]
sys.path.insert(0, str(HOME))

SLOW_S = 10.0
STOP_S = 30
LARGE_BYTES = 1 << 30
MOST_ADDRESSES = 8 << 30
AT_A_TIME = 200
LARGEST = 200_000

Read: TypeAlias = Callable[[bytes], object]


# Readers: bytes in, an answer or an error of ours out.


def _at(
    suffix: str, read: Callable[[Path], object], beside: Mapping[str, bytes] | None = None
) -> Read:
    """Return a reader of the content of a file, which has others beside it."""
    path = Path(tempfile.mkdtemp(), f"input{suffix}")
    for name, content in (beside or {}).items():
        path.with_name(name).write_bytes(content)

    def reads(data: bytes) -> object:
        path.write_bytes(data)
        return read(path)

    return reads


def _spec(path: Path) -> object:
    from archstat.api import analyze

    report = analyze(path)
    return str(report), report.to_json()


def _sheet(suffix: str) -> Read:
    from archstat.homework.answers.truth import truth_of
    from archstat.homework.marking.matching import marked
    from archstat.homework.marking.policy import Policy
    from archstat.homework.reading import read_bytes
    from archstat.models.spec.resolve import resolve
    from archstat.report.report import report_on

    graph = resolve("lenet5")
    truth = truth_of(graph, report_on(graph))

    def read(data: bytes) -> object:
        return marked(read_bytes(data, name=f"sheet{suffix}"), truth, Policy())

    return read


def _record(path: Path) -> object:
    from archstat.bench.reading import read_record
    from archstat.documents.bench.record import record_document
    from archstat.formats import text_in

    return text_in("text", record_document(read_record(path)))


def _class(path: Path) -> object:
    from archstat.homework.grading.source import open_source
    from archstat.homework.grading.submissions import found_in, load

    source = open_source(path)
    return [load(one, source) for one in found_in(source).submissions]


def _model(path: Path) -> object:
    from archstat.models.argument import find_model
    from archstat.models.question import Question
    from archstat.report.report import report_on

    return report_on(find_model(str(path)).graph(Question()).graph)


def _policy(path: Path) -> object:
    from archstat.homework.marking.policy import read_policy

    return read_policy(path)


def _roster(path: Path) -> object:
    from archstat.homework.grading.roster import read_roster

    return read_roster(path)


def _overrides(path: Path) -> object:
    from archstat.homework.grading.finals import read_overrides

    return read_overrides(path)


def _plan(path: Path) -> object:
    from archstat.sweep.plan import read_plan

    return read_plan(path, lambda _: ["lenet5"])


def _trace(path: Path) -> object:
    from archstat.bench.traces.file import is_trace, read_trace

    return is_trace(path) and read_trace(path)


def _image(path: Path) -> object:
    from archstat.pictures.seen.images import address_of

    return address_of(path)


def _hand_out(path: Path) -> object:
    from archstat.homework.variants.handout import read_hand_out

    return read_hand_out(path)


def _description(data: bytes) -> object:
    from archstat.models.description import graph_of
    from archstat.report.report import report_on

    return report_on(graph_of(data, name="net", input_shape=(3, 32, 32)))


def _arguments(data: bytes) -> object:
    """Run a command whose words are kept apart by line feeds."""
    from typer.testing import CliRunner

    from archstat.cli.app import COMMANDS, application

    words = [word for word in data.decode(errors="surrogateescape").split("\n") if "\0" not in word]
    if not words or words[0] in {"bench", "sweep", "verify", "grade"} or "-o" in words:
        return None
    if any(word.endswith((".py", ".pt2")) or ":" in word for word in words):
        return None  # which would be run
    names = words[:1] if words[0] in COMMANDS else COMMANDS
    result = CliRunner().invoke(application(names), words)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    if result.exit_code not in {0, 1, 2}:
        raise AssertionError(f"exit code {result.exit_code}")
    return result.output


# What they are given: a corpus, and pieces that are put into it.


def _zip(members: Mapping[str, bytes | str]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return data.getvalue()


def _sheets() -> dict[str, bytes]:
    from tests.homework.reading import making
    from tests.homework.reading.test_fuzz import FILES

    rows = [
        *(["Layer", "Feature map", "Weights", "MACs"], ["C1", "28×28×6", "150", "117,600"]),
        *(["C3", "10x10x16", "2,401", "240000"], ["Total", "", "61,706", ""]),
    ]
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    lines = ("".join(cell.format(each) for each in row) for row in rows)
    placed = [
        (50 + 100 * x, 700 - 20 * y, text)
        for y, row in enumerate(rows)
        for x, text in enumerate(row)
    ]
    markdown = "\n".join(
        f"| {' | '.join(row)} |" for row in (rows[0], ["---"] * len(rows[0]), *rows[1:])
    )
    made = {
        "table.docx": making.docx(making.paragraph("mine") + making.word_table(*rows)),
        "table.xlsx": making.xlsx(making.sheet_rows(*rows)),
        "table.ods": making.ods(
            "".join(f"<table:table-row>{line}</table:table-row>" for line in lines)
        ),
        "table.pdf": making.pdf(placed),
        "table.md": markdown.encode(),
    }
    return {name: bytes(content) for name, content in {**FILES, **made}.items()}


def _specs() -> list[bytes]:
    extra = [
        'extends = "lenet5"\n[set]\n"C1.out_channels" = 7\n',
        'input = [3, 8, 8]\nlayers = [ { name = "a", kind = "relu" } ]\n',
    ]
    return [path.read_bytes() for path in (HOME / "specs").glob("*.toml")] + [
        text.encode() for text in extra
    ]


def _records() -> list[bytes]:
    from archstat.bench.record import to_dict
    from tests.bench.records import usual

    return [json.dumps(to_dict(usual())).encode()]


def _traces() -> list[bytes]:
    from tests.bench.traces import writing

    traces = (writing.trace(writing.passes(20, 30)), writing.trace([]))
    texts = [json.dumps(each).encode() for each in traces]
    return [*texts, *map(gzip.compress, texts)]


def _images() -> list[bytes]:
    from archstat.pictures.seen.images import heat_map

    drawn = b64decode(heat_map([[0.0, 0.5], [1.0, 0.25]]).partition(",")[2])
    return [drawn, b"\xff\xd8\xff\xe0", b"GIF89a\x01\0\x01\0", b"RIFF\x0c\0\0\0WEBPVP8 "]


def _safetensors() -> bytes:
    header = json.dumps(
        {
            "conv.weight": {"dtype": "F32", "shape": [6, 1, 5, 5], "data_offsets": [0, 600]},
            "fc.bias": {"dtype": "BF16", "shape": [10], "data_offsets": [600, 620]},
        }
    ).encode()
    return len(header).to_bytes(8, "little") + header + bytes(620)


def _arrays() -> bytes:
    heads = {
        "conv.weight": "{'descr': '<f4', 'fortran_order': False, 'shape': (6, 1, 5, 5), }\n",
        "fc.bias": "{'descr': '<f2', 'fortran_order': False, 'shape': (10,), }\n",
    }
    return _zip(
        {
            f"{name}.npy": b"\x93NUMPY\1\0" + len(head).to_bytes(2, "little") + head.encode()
            for name, head in heads.items()
        }
    )


def _ggufs() -> list[bytes]:
    from tests.models.weights.test_gguf import TENSORS, head

    return [head(TENSORS), head({}), head(TENSORS, version=1)]


def _shards() -> dict[str, bytes]:
    """Return files that an index may name."""
    return {"a.safetensors": _safetensors(), "b.npz": _arrays(), "c.bin": _saved()[1]}


def _indices() -> list[bytes]:
    places = (
        {"conv.weight": "a.safetensors", "fc.bias": "a.safetensors"},
        {"conv.weight": "a.safetensors", "fc.bias": "b.npz"},
        {"fc.bias": "c.bin"},
        {"fc.bias": "input.index.json"},
        *({"fc.bias": name} for name in ("", ".", "..", "/dev/zero", "a.safetensors:part")),
        {f"layer{number}.weight": "a.safetensors" for number in range(300)},
    )
    return [json.dumps({"metadata": {}, "weight_map": each}).encode() for each in places]


def _saved() -> list[bytes]:
    plain = pickle.dumps({"epoch": 3, "state_dict": {"a": [1, 2.5, None, ("x",)]}}, 2)
    found = [_zip({"net/data.pkl": plain, "net/version": "3"}), plain]
    try:
        import torch
    except ModuleNotFoundError:
        return found
    for net in (torch.nn.Linear(2, 3), torch.nn.Linear(2, 3).state_dict()):
        for is_new in (True, False):
            data = io.BytesIO()
            torch.save(net, data, _use_new_zipfile_serialization=is_new)
            found.append(data.getvalue())
    return found


def _onnx() -> list[bytes]:
    from onnx import TensorProto, helper

    nodes = [
        helper.make_node("Conv", ["x", "w", "b"], ["y"], kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["y"], ["z"]),
        helper.make_node("MaxPool", ["z"], ["p"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Flatten", ["p"], ["f"]),
    ]
    weights = [
        helper.make_tensor("w", TensorProto.FLOAT, [4, 3, 3, 3], [0.0] * 108),
        helper.make_tensor("b", TensorProto.FLOAT, [4], [0.0] * 4),
    ]
    given = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 8, 8])
    out = helper.make_tensor_value_info("f", TensorProto.FLOAT, None)
    graph = helper.make_graph(nodes, "net", [given], [out], weights)
    return [helper.make_model(graph).SerializeToString()]


def _classes() -> list[bytes]:
    sheet = "| Layer | Weights |\n|---|---|\n| C1 | 150 |\n"
    names = (
        ("kim.md", "lee/hw.md", "lee/.DS_Store", "empty/"),
        ("kimlee_1234_5678_hw.md", "parkjo_LATE_222_333_hw.md"),
        ("Kim Lee_77_assignsubmission_file_/hw.md", "Jo Park_78_assignsubmission_file_/hw.md"),
        ("submission_1/hw.md", "submission_2/hw.md", "submission_metadata.yml"),
    )
    return [_zip(dict.fromkeys(each, sheet)) for each in names]


def _descriptions() -> list[bytes]:
    from archstat.models.description import described
    from archstat.models.spec.resolve import resolve

    return [described(resolve(name)).encode() for name in ("cifar-alexnet", "unet", "resnet18")]


COMMANDS = (
    "table\nlenet5\n--input\n1x32x32",
    "table\npaper-alexnet\n--set\nconv1.groups=3\n--columns\n+flops,macs",
    "explain\nlenet5\nC3\n--level\nstudent",
    "compare\nlenet5\nnin\n-f\nmarkdown",
    "budget\nlenet5\n--max-params\n60k\n--max-macs\n1.5M",
    "reconcile\npaper-alexnet\n--value\n724M",
    "key\nlenet5\n--blank\nweights,rf",
    "mistakes\nlenet5",
    "table\nlenet5\n--batch\n4\n--layout\nchw\n--count\nfvcore\n--classes\n7",
    "show\nlenet5",
    "list",
    "kinds",
    "code\nlenet5\n-f\njson",
)

PIECES = (
    *("-1", "0", "1", "7", "2147483647", "2147483648", "9" * 19, "9" * 400, "1e400", "1e-9", "nan"),
    *(
        "inf",
        "0x10",
        "½",
        "\uff13",
        "=",
        "[",
        "]",
        "{",
        "}",
        '"',
        "'",
        ",",
        ";",
        "\t",
        "\n",
        "\r\n",
        "|",
    ),
    *("<table>", "</td>", "<td rowspan=9999999 colspan=9999999>", "&#0;", "\\begin{tabular}{l}"),
    *("\\multicolumn{999999}{c}{", "\0", "\ufeff", "\u202e", "\x1b[31m", "\ud800", "é", "ﬁ", "%s"),
    *(
        "null",
        "true",
        "[[[[[[[[",
        "{{{{{{{{",
        "((((((((",
        "conv1",
        "Total",
        "weights",
        "repeat = 9999",
    ),
    *("kernel_size = 300000000", "stride = 2147483647", "groups = 0", "-->", "../", "/dev/zero"),
)


@st.composite
def mutated(draw: st.DrawFn, corpus: Sequence[bytes]) -> bytes:
    """Return a file of the corpus with some things done to it."""
    data = draw(st.sampled_from(corpus))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, max(0, len(data) - 1)))
        stop = start + draw(st.sampled_from([0, 1, 2, 4, 8, 32, 200, 5_000]))
        match draw(st.integers(0, 6)):
            case 0:
                data = data[:start] + data[stop:]
            case 1 | 2:
                piece = draw(st.sampled_from(PIECES)).encode(errors="surrogatepass")
                data = data[:start] + piece + data[stop:]
            case 3:
                times = draw(st.sampled_from([2, 3, 50, 2_000]))
                data = data[:start] + data[start:stop] * times + data[stop:]
            case 4:
                other = draw(st.sampled_from(corpus))
                place = draw(st.integers(0, max(0, len(other) - 1)))
                data = data[:start] + other[place : place + 400] + data[stop:]
            case 5:
                data = data[:start] + draw(st.binary(max_size=8)) + data[start:]
            case _:
                data = data[:start]
        data = data[:LARGEST]
    return data


@st.composite
def repacked(draw: st.DrawFn, corpus: Sequence[bytes]) -> bytes:
    """Return an archive of the corpus of which one member is mutated."""
    with zipfile.ZipFile(io.BytesIO(draw(st.sampled_from(corpus)))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = draw(st.sampled_from(sorted(members)))
    return _zip({**members, name: draw(mutated([members[name]]))})


NUMBERS = st.one_of(
    st.integers(-1, 12), st.sampled_from([0, 1, 3, 100, 10**6, 2**31 - 1, 2**31, 2**63])
)


@st.composite
def specs(draw: st.DrawFn) -> bytes:
    """Return a spec of kinds that there are, with settings that may be anything."""
    from archstat.layers import layer_kinds

    kinds = layer_kinds()
    lines = [f"input = {draw(st.lists(NUMBERS, max_size=4))}", "layers = ["]
    for number in range(draw(st.integers(0, 12))):
        kind = draw(st.sampled_from(sorted(kinds)))
        settings_ = [f'name = "l{number}"', f'kind = "{kind}"']
        for name in kinds[kind].setting_names():
            if draw(st.integers(0, 2)):
                value = draw(st.one_of(NUMBERS, st.lists(NUMBERS, max_size=3)))
                settings_.append(f"{name} = {value}")
        if number and not draw(st.integers(0, 4)):
            reads = draw(st.lists(st.integers(0, number), max_size=3))
            settings_.append(f"inputs = {[f'l{each}' for each in reads]}")
        lines.append(f"  {{ {', '.join(settings_)} }},")
    return "\n".join([*lines, "]\n"]).encode()


SIZES = st.sampled_from([1, 2, 3, 5, 100, 65_537, 9_000_000, 300_000_001])


@st.composite
def chains(draw: st.DrawFn) -> bytes:
    """Return a spec of windows behind one another, most of which fit, however large they are."""
    lines = [f"input = [1, {draw(SIZES)}]", "layers = ["]
    for number in range(draw(st.integers(1, 5))):
        kind = draw(st.sampled_from(["conv1d", "conv_transpose1d", "max_pool1d"]))
        size, stride = draw(SIZES), draw(SIZES)
        settings_ = [f"kernel_size = {size}", f"stride = {stride}", f"padding = {size // 2}"]
        if kind != "max_pool1d":
            settings_ += ["out_channels = 1", f"dilation = {draw(st.integers(1, 3))}"]
        lines.append(f'  {{ name = "l{number}", kind = "{kind}", {", ".join(settings_)} }},')
    if draw(st.booleans()):
        lines.append('  { name = "all", kind = "adaptive_avg_pool1d", output_size = 1 },')
    return "\n".join([*lines, "]\n"]).encode()


@dataclass
class Target:
    """A reader with what it is given, and what came of that."""

    name: str
    make: Callable[[], Read]
    corpus: Callable[[], Sequence[bytes]]
    more: st.SearchStrategy[bytes] | None = None
    outcomes: Counter[str] = field(default_factory=Counter)
    kept: dict[str, bytes] = field(default_factory=dict)
    slowest_s: float = 0.0
    grown_bytes: int = 0
    keep: Path | None = None


def _ending(sheets: Mapping[str, bytes], suffix: str) -> list[bytes]:
    return [data for name, data in sheets.items() if name.endswith(suffix)]


def targets() -> list[Target]:
    """Return every reader that is installed."""
    sheets = _sheets()
    binary = (".docx", ".xlsx", ".ods", ".pdf")
    texts = [data for name, data in sheets.items() if Path(name).suffix not in binary]
    policy = b'points = { weights = 2 }\nconventions = ["with-biases"]\nfeedback = "full"\n'
    roster = b"Student,ID,SIS User ID,SIS Login ID,Section\nKim,1,2,kim,A\n"
    decided = b"student,cell,points,reason\nbob,C5.weights,2,a typo\n"
    plan = b'[[cases]]\nmodels = ["lenet5"]\nbatch = [1, 32]\n'
    handed = b'model = "lenet5"\nvary = ["C3.out_channels"]\nseed = 7\n\n[[given]]\nname = "kim"\n'
    handed += b'names = ["kim", "1"]\ninput = [1, 32, 32]\nset."C3".out_channels = 18\n'
    printed = [
        sheets["net.txt"],
        b"Net(\n  (0): Linear(in_features=3, out_features=4, bias=True)\n)\n",
    ]
    found = [
        Target("spec", lambda: _at(".toml", _spec), _specs, st.one_of(specs(), chains())),
        Target("chain", lambda: _at(".toml", _spec), lambda: [b"layers = []"], chains()),
        Target("sheet", lambda: _sheet(""), lambda: texts),
        *(
            Target(f"sheet{suffix}", partial(_sheet, suffix), partial(_ending, sheets, suffix))
            for suffix in binary
        ),
        Target("record", lambda: _at(".json", _record), _records),
        Target("class", lambda: _at(".zip", _class), _classes),
        Target("arguments", lambda: _arguments, lambda: [each.encode() for each in COMMANDS]),
        Target("description", lambda: _description, _descriptions),
        Target("policy", lambda: _at(".toml", _policy), lambda: [policy]),
        Target("roster", lambda: _at(".csv", _roster), lambda: [roster]),
        Target("overrides", lambda: _at(".csv", _overrides), lambda: [decided]),
        Target("plan", lambda: _at(".toml", _plan), lambda: [plan]),
        Target("printed", lambda: _at(".txt", _model), lambda: printed),
        Target("safetensors", lambda: _at(".safetensors", _model), lambda: [_safetensors()]),
        Target("saved", lambda: _at(".pt", _model), _saved),
        Target("gguf", lambda: _at(".gguf", _model), _ggufs),
        Target("npz", lambda: _at(".npz", _model), lambda: [_arrays()]),
        Target("index", lambda: _at(".index.json", _model, _shards()), _indices),
        Target("trace", lambda: _at(".json", _trace), _traces),
        Target("image", lambda: _at(".png", _image), _images),
        Target("hand-out", lambda: _at(".toml", _hand_out), lambda: [handed]),
    ]
    try:
        import onnx  # noqa: F401  whether it is there
    except ModuleNotFoundError:
        return found
    return [*found, Target("onnx", lambda: _at(".onnx", _model), _onnx)]


# What comes of an input.


@contextmanager
def _stopped_after(seconds: float) -> Iterator[None]:
    def stop(_: int, __: object) -> None:
        raise Stopped

    signal.signal(signal.SIGPROF, stop)  # of a processor: others may be busy, too
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def tried(target: Target, read: Read, data: bytes) -> str:
    """Give an input to a reader, note what came of it, and return that."""
    before, start = _peak_bytes(), time.process_time()
    try:
        with _stopped_after(STOP_S), redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            read(data)
        outcome = "answered"
    except ArchstatError:
        outcome = "refused"
    except Stopped:
        outcome = "hangs"
    except MemoryError:
        outcome = "fills the memory"
    except Exception as error:  # noqa: BLE001  this is what is looked for
        step = traceback.extract_tb(error.__traceback__)[-1]
        outcome = f"{type(error).__name__} in {Path(step.filename).name}:{step.lineno}"
    took, grown = time.process_time() - start, _peak_bytes() - before
    target.slowest_s = max(target.slowest_s, took)
    target.grown_bytes = max(target.grown_bytes, grown)
    if outcome in {"answered", "refused"}:
        if took > SLOW_S:
            outcome = f"takes more than {SLOW_S:g} s"
        elif grown > LARGE_BYTES:
            outcome = "takes more than a GiB"
    target.outcomes[outcome] += 1
    if outcome not in {"answered", "refused"} and outcome not in target.kept:
        target.kept[outcome] = data
        sys.stderr.write(f"{target.name}: {outcome}: {data[:80]!r}\n")
        if target.keep is not None:  # at once: who stops the fuzzing still has it
            target.keep.mkdir(parents=True, exist_ok=True)
            (target.keep / f"{target.name}-{sha256(data).hexdigest()[:8]}").write_bytes(data)
    return outcome


def _peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


def fuzzed(target: Target, seconds: float, number: int) -> None:
    """Give a reader inputs for some time."""
    read, corpus = target.make(), target.corpus()
    for each in corpus:
        tried(target, read, each)
    inputs = mutated(corpus)
    if archives := [each for each in corpus if zipfile.is_zipfile(io.BytesIO(each))]:
        inputs = st.one_of(inputs, repacked(archives))
    if target.more is not None:
        inputs = st.one_of(inputs, target.more)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        number += 1

        @seed(number)
        @settings(
            max_examples=AT_A_TIME,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(inputs)
        def once(data: bytes) -> None:
            if time.monotonic() < end:
                tried(target, read, data)

        once()


def guided(name: str, seconds: float) -> None:
    """Let atheris choose inputs by what they reach, and print those that break."""
    import atheris

    folder = Path(tempfile.mkdtemp())
    with atheris.instrument_imports(include=["archstat"]):
        target = next(one for one in targets() if one.name == name)
        read = target.make()
        for number, each in enumerate(target.corpus()):
            (folder / str(number)).write_bytes(each)
            tried(target, read, each)  # which imports the rest

    def once(data: bytes) -> None:
        outcome = tried(target, read, data)
        if outcome not in {"answered", "refused"}:
            sys.stdout.write(f"{target.name}: {outcome}\n")
            sys.stdout.flush()

    limits = [f"-max_total_time={seconds:.0f}", "-rss_limit_mb=4096", f"-max_len={LARGEST}"]
    atheris.Setup([sys.argv[0], *limits, str(folder)], once)
    atheris.Fuzz()


def main() -> None:
    """Fuzz, and print what came of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("readers", nargs="*")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--seed", type=int, default=20_120_930)
    parser.add_argument("--atheris", action="store_true")
    asked = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MOST_ADDRESSES, MOST_ADDRESSES))
    random.seed(asked.seed)
    if asked.keep is not None:
        asked.keep = asked.keep.absolute()
    os.chdir(tempfile.mkdtemp())
    if asked.atheris:
        guided(asked.readers[0], 60 * asked.minutes)
        return
    known = targets()
    if unknown := set(asked.readers) - {one.name for one in known}:
        names = ", ".join(one.name for one in known)
        parser.error(f"there is no reader {', '.join(sorted(unknown))}; there are {names}")
    chosen = [one for one in known if not asked.readers or one.name in asked.readers]
    print("| reader | inputs | answered | refused | broken | slowest | most memory |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for one in chosen:
        one.keep = asked.keep
        fuzzed(one, 60 * asked.minutes / len(chosen), asked.seed)
        inputs, well = (
            sum(one.outcomes.values()),
            one.outcomes["answered"] + one.outcomes["refused"],
        )
        print(
            f"| {one.name} | {inputs:,} | {one.outcomes['answered']:,} | "
            f"{one.outcomes['refused']:,} | {inputs - well:,} | {one.slowest_s:.1f} s | "
            f"{one.grown_bytes >> 20:,} MiB |",
            flush=True,
        )
    for one in chosen:
        for outcome, data in one.kept.items():
            print(f"{one.name}: {one.outcomes[outcome]} × {outcome}: {data[:80]!r}")
    total = sum(sum(one.outcomes.values()) for one in chosen)
    print(f"{total:,} inputs, {sum(len(one.kept) for one in chosen)} kinds of faults")
    sys.exit(any(one.kept for one in chosen))


if __name__ == "__main__":
    main()
