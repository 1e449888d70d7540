"""Reading a spec file: any bytes in, a checked `Spec` out, or every problem at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from unicodedata import category

from archstat.errors import Problem, ShapeError, SpecError, UsageError, did_you_mean, shown, within
from archstat.files import read_file
from archstat.layers.words import nearest
from archstat.models.spec.blocks import BLOCK_KEYS, Entry, Expansion, layer_count, names_of
from archstat.models.spec.build import Settings, Spec, input_shape, layer_problems, with_settings
from archstat.toml import NUMBER_TOO_LONG, TOO_DEEP, toml_of

MOST_BYTES = 1 << 20  # a spec of a thousand layers has a tenth of it
MOST_ANCESTORS = 16

MOST_LAYERS = 10_000


def load_spec(path: Path, *, catalogue: Mapping[str, Path]) -> Spec:
    """Return the spec in a file, with all that it extends.

    Args:
        path: The file.
        catalogue: The specs that `extends` may name; messages name their files by these names.

    Raises:
        SpecError: The file cannot be read, or is not a spec; all problems are reported.
    """
    return _load(path, catalogue, ())


def _load(path: Path, catalogue: Mapping[str, Path], descendants: tuple[Path, ...]) -> Spec:
    file = path.stem if catalogue.get(path.stem) == path else str(path)
    file, name = (text if text.isprintable() else shown(text) for text in (file, path.stem))
    with within(file):
        text = _read(path)
        document = _parse(text)
        lineage = (*descendants, path.resolve())
        parent = _parent(document, path, catalogue, lineage)
    if parent is None:
        base = Spec(file, name)
    else:
        inherited = _load(parent, catalogue, lineage)
        base = replace(inherited, file=file, name=name, lines={})
    with within(file):
        return _checked(document, base, text)


def mode_of(path: Path) -> int:
    """Return the mode of a file, as `stat` tells it; 0 if there is no such file, nor can be."""
    try:
        return path.stat().st_mode
    except (OSError, ValueError):
        return 0


def _parse(text: str) -> dict[str, Any]:
    try:
        return toml_of(text)
    except UsageError as error:
        what = error.problems[0].what
        hint = None if what in {TOO_DEEP, NUMBER_TOO_LONG} else _toml_hint(what, text)
        raise SpecError(what, hint=hint) from None


TOML_HINTS = {
    # what the parser says, and what people have usually done
    "Unclosed array": "a comma is missing at the end of a line before, or the ] of the list",
    "Unclosed inline table": "a comma is missing between two settings, or a }",
    "Invalid initial character for a key": "a comma before }, or a { … } that takes several lines",
    "Expected '=' after a key": "write name = value, with an equals sign",
    "Invalid value (at end": "the list of layers is not closed: a ] is missing",
    "Invalid value": "texts need straight quotation marks, true and false are in lower case",
    "Cannot overwrite a value": "the key stands there already",
    "Illegal character '\\n'": "a quotation mark is missing at the end of the line",
    "Unescaped": "a quotation mark is missing, or a \\ must be written \\\\",
}


def _toml_hint(error: str, text: str) -> str:
    """Return what is probably wrong, and the line at which the parser gave up."""
    hint = next(
        (hint for words, hint in TOML_HINTS.items() if words in error),
        "texts need quotation marks, lists need [ ]",
    )
    place = re.search(r"at line (\d+), column (\d+)", error)
    if place is None:
        return hint
    line = text.split("\n")[int(place[1]) - 1]
    if "Invalid value" in error and "=" not in line[: int(place[2]) - 1]:  # it belongs to no key
        hint = "a list before it is not closed: a ] is missing"
    return f"{hint}; the line is {shown(line.strip())}"


def _read(path: Path) -> str:
    """Return the text of a file that may be anything.

    Raises:
        SpecError: It is not a file of text, in UTF-8, of a spec's size.
    """
    content = read_file(path, MOST_BYTES, SpecError)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SpecError("is UTF-16 text", hint="save it as UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SpecError(
            f"is not UTF-8 text: byte 0x{content[error.start]:02x} in line {line}",
            hint="save it as UTF-8",
        ) from None


def _parent(
    document: Mapping[str, object],
    path: Path,
    catalogue: Mapping[str, Path],
    lineage: Sequence[Path],
) -> Path | None:
    """Return the file of the spec that a document extends, if it extends one.

    Raises:
        SpecError: There is no such spec, or it extends this one.
    """
    if "extends" not in document:
        return None
    name = document["extends"]
    if isinstance(name, str) and name in catalogue:
        parent = catalogue[name]
    elif isinstance(name, str) and name.endswith(".toml"):
        parent = path.parent / name
    else:
        raise SpecError(
            f"extends {shown(name)}, which is neither in the catalogue nor the name of a file",
            hint=did_you_mean(str(name), list(catalogue)) or "a spec file ends in .toml",
        )
    if not mode_of(parent):
        raise SpecError(
            f"extends {shown(name)}, which does not exist", hint="it is looked for beside this file"
        )
    if parent.resolve() in lineage:
        circle = (*lineage[lineage.index(parent.resolve()) :], parent)
        raise SpecError(f"extends itself: {' → '.join(ancestor.name for ancestor in circle)}")
    if len(lineage) > MOST_ANCESTORS:
        raise SpecError(f"extends more than {MOST_ANCESTORS} specs in a row")
    return parent


def _checked(document: Mapping[str, Any], base: Spec, text: str) -> Spec:
    """Return `base` with the keys of a document put over it.

    Raises:
        SpecError: The document is not a spec; all problems are reported.
    """
    lines = _Lines(text)
    problems: list[Problem] = []
    changes: dict[str, Any] = {}
    for key, value in document.items():
        if key not in TOP_LEVEL:
            hint = nearest(key, TOP_LEVEL) or f"a spec has {', '.join(TOP_LEVEL)}"
            problems.append(Problem(f"unknown key {shown(key)}", hint, lines.of_key(key)[:1]))
        elif key == "layers":
            changes[key], found = _layers(value)
            problems += _placed(found, lines.of_key(key))
        elif key in READERS:
            try:
                changes[key] = READERS[key](value)
            except ShapeError as error:
                problems += _placed(error.problems, lines.of_key(key))
    changes |= _expanded(document, changes, base, lines, problems)
    settings = changes.pop("set", {})
    spec = replace(base, **changes)
    try:
        spec = with_settings(spec, settings)
    except SpecError as error:
        problems += _placed(error.problems, lines.of_key("set"))
        names = {entry.get("name") for entry in spec.layers}
        known = {name: change for name, change in settings.items() if name in names}
        with suppress(SpecError):  # what else is wrong shows with the changes that can be made
            spec = with_settings(spec, known)
    if "layers" not in document and "extends" not in document:
        problems.append(
            Problem("has no layers", 'write layers = [ { name = "conv1", kind = "conv2d", … } ]')
        )
    problems += _placed(_classifier_problems(spec), lines.of_key("classifier"))
    if problems:
        raise SpecError.of([*problems, *layer_problems(spec)])
    return spec


def _classifier_problems(spec: Spec) -> list[Problem]:
    names = [str(entry.get("name")) for entry in spec.layers]
    if spec.classifier is None or spec.classifier in names or not names:
        return []
    what = f"there is no layer {shown(spec.classifier)}"
    return [Problem(what, did_you_mean(spec.classifier, names))]


def _text(value: object) -> str:
    """Return a text on one line; whatever a terminal would obey is refused."""
    if not isinstance(value, str) or not value.strip():
        raise ShapeError(f"must be a text, got {shown(value)}")
    line = " ".join(value.split())
    if any(category(letter) == "Cc" for letter in line):
        raise ShapeError(f"must be a text without control characters, got {shown(value)}")
    return line


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ShapeError(f"must be a list of texts, got {shown(value)}")
    return tuple(map(_text, value))


def _layers(value: object) -> tuple[tuple[Entry, ...], list[Problem]]:
    """Return the entries that are layers, and what is wrong with the others."""
    if not isinstance(value, list):
        return (), [Problem(f"must be a list of {{ name = …, kind = … }}, got {shown(value)}")]
    if not value:
        return (), [Problem("is empty", "a network has at least one layer")]
    if len(value) > MOST_LAYERS:
        return (), [Problem(f"has {len(value):,} layers; at most {MOST_LAYERS:,}")]
    problems = [
        Problem(f"entry {number} must be {{ name = …, kind = … }}, got {shown(entry)}")
        for number, entry in enumerate(value, 1)
        if not isinstance(entry, dict)
    ]
    return tuple(entry for entry in value if isinstance(entry, dict)), problems


def _blocks(value: object) -> Mapping[str, Sequence[Entry]]:
    """Return the layers of each block."""
    hint = 'write blocks.basic = [ { name = "conv1", kind = "conv2d", … } ]'
    if not isinstance(value, dict):
        raise ShapeError(f"must be a table of lists of layers, got {shown(value)}", hint=hint)
    problems: list[Problem] = []
    for name, layers in value.items():
        _, found = _layers(layers)
        for layer in layers if not found else ():
            if "block" in layer:
                found.append(Problem("a block holds layers, and no other block"))
            if layer.get("name") in BLOCK_KEYS:
                found.append(Problem(f"no layer of a block is called {layer['name']}"))
        problems += _placed(found, (f"block {shown(name)}",))
    if problems:
        raise ShapeError.of(problems)
    return value


def _expanded(
    document: Mapping[str, object],
    changes: Mapping[str, Any],
    base: Spec,
    lines: _Lines,
    problems: list[Problem],
) -> dict[str, Any]:
    """Return all layers that entries stand for; what is wrong with them joins the problems."""
    if "blocks" in document and "blocks" not in changes:  # what is wrong with them is told
        return {"layers": ()}
    if "layers" not in changes:
        if "blocks" in changes:
            what = "stands in a file without layers, which would use it"
            problems.append(Problem(what, places=lines.of_key("blocks")))
        return {}
    entries: Sequence[Entry] = changes["layers"]
    blocks = {**base.blocks, **changes.get("blocks", {})}
    count = layer_count(entries, blocks)
    if count > MOST_LAYERS:
        what = f"stand for {count:,} layers; at most {MOST_LAYERS:,}"
        problems.append(Problem(what, places=lines.of_key("layers")))
        return {"layers": ()}
    expansion = Expansion(entries, blocks)
    places = lines.of_layers(entries, "layers")
    inside = {name: lines.of_layers(block, name) for name, block in blocks.items()}
    found: dict[int, tuple[int, ...]] = {}
    for number, placed in enumerate(expansion.layers, 1):
        block, place = placed.within or ("", 0)
        written = [places.get(placed.number), inside.get(block, {}).get(place)]
        found[number] = tuple(line for line in written if line is not None)
    for number, problem in expansion.problems:
        where = (f"line {places[number]}",) if number in places else ()
        problems += _placed([problem], (*where, f"layer {shown(entries[number - 1].get('name'))}"))
    return {
        "layers": tuple(placed.entry for placed in expansion.layers),
        "modules": expansion.modules,
        "lines": {number: at for number, at in found.items() if at},
    }


def _settings(value: object) -> Settings:
    hint = "write [set] and, below it, conv2.groups = 1"
    if not isinstance(value, dict):
        raise ShapeError(f"must be a table of settings by layer, got {shown(value)}", hint=hint)
    for key, change in value.items():
        if not isinstance(change, dict):
            raise ShapeError(f"{shown(key)} is no setting of a layer", hint=hint)
    return value


READERS: Mapping[str, Callable[[object], object]] = {
    "name": _text,
    "title": _text,
    "source": _text,
    "classifier": _text,
    "notes": _texts,
    "input": input_shape,
    "blocks": _blocks,
    "set": _settings,
}
"""How each key of a document is read, apart from `extends`, which comes first, and `layers`."""

TOP_LEVEL = (*READERS, "layers", "extends")


class _Lines:
    """Where the parts of a TOML text stand; the parser does not tell."""

    def __init__(self, text: str) -> None:
        self.lines = text.splitlines()

    def of_key(self, key: str) -> tuple[str, ...]:
        """Return the place of a key of the first level, if it is found."""
        pattern = re.compile(rf"""\s*(\[\s*)?["']?{re.escape(key)}["']?\s*[\].=]""")
        for number, line in enumerate(self.lines, 1):
            if pattern.match(line):
                return (f"line {number}", repr(key))
        return (repr(key),)

    def of_layers(self, layers: Sequence[Entry], key: str) -> dict[int, int]:
        """Return the first line of each layer that has a name, by its number in the list of a key.

        Of an entry with several names, it is that of the first.
        """
        named = re.compile(r"""(?:^|[{,\s])name\s*=\s*\[?\s*["']([^"']*)["']""")
        begins = re.compile(rf"""\s*(blocks\s*\.\s*)?["']?{re.escape(key)}["']?\s*=|\[\[""")
        first = next((at for at, text in enumerate(self.lines) if begins.match(text)), 0)
        written = [
            (line, name)
            for line, text in enumerate(self.lines[first:], first + 1)
            for name in named.findall(text)
        ]
        found: dict[int, int] = {}
        start = 0
        for number, entry in enumerate(layers, 1):  # both are in the order of the file
            for at in range(start, len(written)):
                line, name = written[at]
                if name == names_of(entry)[0]:
                    found[number] = line
                    start = at + 1
                    break
        return found


def _placed(problems: Sequence[Problem], places: tuple[str, ...]) -> list[Problem]:
    return [replace(problem, places=(*places, *problem.places)) for problem in problems]
