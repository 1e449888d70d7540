"""transformers' configurations: of how many does `archstat table hf/FOLDER` give a table at once?

Every configuration class of transformers that a model goes with is written to a folder as it is by
default, but for its layers, of which two are left (`--whole` leaves all), and a process of its own
makes the table of it, with no input said. What came of it is one of: a table; a table with
operators that are not counted; inputs that have to be said; a refusal. Models with the same message
are counted together. Weights are not loaded, and nothing is fetched.

    pip install transformers
    python benchmarks/configurations.py [NAME …] [--seconds S] [--workers N] [--each]

transformers itself cannot build some models of their own default configuration: those are told
apart by building them with transformers alone.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import asdict, dataclass
from functools import partial
from io import StringIO
from pathlib import Path
from signal import SIGKILL
from typing import Any

from counters import print_table

FEW = 2
LAYERS = re.compile(r"(num_|n_)?(hidden_|encoder_|decoder_)?layers?|depth")

TABLE = "a table"
PARTLY = "a table, in part not counted"
INPUT = "an input has to be said"
REFUSED = "refused"
NOT_BUILT = "not built by transformers either"
LATE = "not done in time"
BUG = "an error of ours"


@dataclass(frozen=True)
class Outcome:
    """What came of a configuration."""

    name: str
    what: str
    message: str
    seconds: float


def names() -> list[str]:
    """Return the kinds of model that transformers has a configuration and a model of."""
    from transformers.models.auto.modeling_auto import MODEL_MAPPING_NAMES  # noqa: PLC0415  slow

    return sorted(MODEL_MAPPING_NAMES)


def _configuration(name: str) -> Any:
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING  # noqa: PLC0415  slow

    return CONFIG_MAPPING[name]()


def _outcome(name: str, *, seconds: float, is_whole: bool) -> Outcome:
    """Return what comes of a configuration, in a process that ends after some seconds."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "outcome.json")
        child = os.fork()
        if not child:
            with suppress(BaseException):
                file.write_text(json.dumps(_tried(name, Path(folder), is_whole=is_whole)), "utf-8")
            os._exit(0)
        while time.monotonic() - start < seconds and os.waitpid(child, os.WNOHANG) == (0, 0):
            time.sleep(0.05)
        took = time.monotonic() - start
        if took >= seconds:
            os.kill(child, SIGKILL)
            os.waitpid(child, 0)
            return Outcome(name, LATE, "", took)
        what, message = json.loads(file.read_text("utf-8")) if file.exists() else (BUG, "it died")
    return Outcome(name, what, message, took)


def _tried(name: str, folder: Path, *, is_whole: bool) -> tuple[str, str]:
    """Return what comes of a configuration: of few layers, or of all where that gives no table."""
    try:
        _configuration(name).save_pretrained(folder)
    except Exception as error:  # noqa: BLE001  whatever transformers raises
        return NOT_BUILT, f"{type(error).__name__}: {error}".split("\n")[0]
    file = folder / "config.json"
    whole = file.read_text("utf-8")
    if not is_whole:
        file.write_text(json.dumps(_reduced(json.loads(whole))), "utf-8")
        found = _in_process(name, folder)
        if found[0] == TABLE:
            return found
        file.write_text(whole, "utf-8")
    return _in_process(name, folder)


def _reduced(stated: Any) -> Any:
    """Return a configuration with few layers, and with what it says of each of them."""
    if not isinstance(stated, dict):
        return stated
    many = {each for key, each in stated.items() if LAYERS.fullmatch(key) and _is_many(each)}
    found = {}
    for key, each in stated.items():
        is_list = isinstance(each, list) and len(each) in many
        if LAYERS.fullmatch(key) and _is_many(each):
            found[key] = FEW
        else:
            found[key] = each[:FEW] if is_list else _reduced(each)
    return found


def _is_many(value: object) -> bool:
    return isinstance(value, int) and value > 2 * FEW


def _in_process(name: str, folder: Path) -> tuple[str, str]:
    """Return what comes of a folder, and the message."""
    from archstat.cli.app import application  # noqa: PLC0415  after the fork

    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            arguments = ["table", f"hf/{folder}", "--format", "json"]
            application(["table"])(arguments, prog_name="archstat")
        except SystemExit as end:
            code = end.code
        except Exception as error:  # noqa: BLE001  a bug, which is what is looked for
            return BUG, f"{type(error).__name__}: {error}"
        else:
            code = 0
    message = " | ".join(err.getvalue().replace(str(folder), "FOLDER").strip().splitlines())
    if code:
        if "bug" in message:
            return BUG, message
        is_input = "does not say what its input is" in message
        return (INPUT if is_input else _blame(name)), message
    found = json.loads(out.getvalue())
    uncounted = found["totals"]["uncounted"]
    return (PARTLY, json.dumps(uncounted)) if uncounted else (TABLE, str(found["totals"]["macs"]))


def _blame(name: str) -> str:
    """Return whether transformers makes a model of its own default configuration."""
    import torch  # noqa: PLC0415  slow
    from transformers import AutoModel  # noqa: PLC0415  slow

    try:
        with torch.device("meta"):
            AutoModel.from_config(_configuration(name))
    except Exception:  # noqa: BLE001  whatever transformers raises
        return NOT_BUILT
    return REFUSED


def _kinds(outcomes: Sequence[Outcome]) -> Iterator[tuple[str, str, str]]:
    """Yield how often each message comes, without what differs from model to model."""
    found: dict[tuple[str, str], list[str]] = {}
    for each in outcomes:
        if each.what != TABLE:
            kind = re.sub(r"'[^']*'|\d+|error: hf/FOLDER:?", "…", each.message)
            found.setdefault((each.what, kind), []).append(each.name)
    for (what, kind), those in sorted(found.items(), key=lambda each: -len(each[1])):
        yield f"{len(those)} {what}", ", ".join(those[:3]), kind[:300]


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the tables, and print what came of them."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", help="kinds of model, as in 'bert'; all if left out")
    parser.add_argument("--seconds", type=float, default=120, help="of one table, at most")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--whole", action="store_true", help="leave all layers")
    parser.add_argument("--each", action="store_true", help="print every outcome as a line of JSON")
    asked = parser.parse_args(arguments)
    os.environ["HF_HUB_OFFLINE"] = "1"
    import transformers  # noqa: PLC0415  slow, and once for all processes

    with tempfile.TemporaryDirectory() as folder:  # imports what every process needs
        _tried("bert", Path(folder), is_whole=False)
    outcomes = []
    with ThreadPoolExecutor(asked.workers) as pool:
        work = partial(_outcome, seconds=asked.seconds, is_whole=asked.whole)
        for outcome in pool.map(work, asked.names or names()):
            outcomes.append(outcome)
            if asked.each:
                print(json.dumps(asdict(outcome)), flush=True)
    counts = Counter(each.what for each in outcomes)
    print(f"transformers {transformers.__version__}: {len(outcomes)} configurations")
    print_table(("outcome", "models"), [(what, f"{n:,}") for what, n in counts.most_common()])
    print_table(("outcome", "such as", "message"), list(_kinds(outcomes)))
    return 1 if counts[BUG] else 0


if __name__ == "__main__":
    sys.exit(main())
