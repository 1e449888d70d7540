"""The MODEL argument: which front end understands what a person wrote.

Every folder beside this file with a `front_end.py` is one; nothing else has to be told of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from inspect import isabstract
from pathlib import Path
from stat import S_ISREG

from archstat.errors import MAX_SHOWN, UsageError, did_you_mean, shown
from archstat.files import note_read
from archstat.models.front_end import FormulaFrontEnd, FrontEnd
from archstat.models.spec.catalogue import catalogue
from archstat.models.spec.file import mode_of
from archstat.models.strangers import refuse_stranger

MOST_SUGGESTED = 8  # models of a hint: all kinds of AlexNet


@cache
def front_ends() -> tuple[type[FrontEnd], ...]:
    """Return the front ends; none of them has imported what only its models need."""
    return tuple(sorted(_found(), key=lambda each: each.is_general))


def _found() -> Iterator[type[FrontEnd]]:
    for file in sorted(Path(__file__).parent.glob("*/front_end.py")):
        module = import_module(f"{__package__}.{file.parent.name}.front_end")
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, FrontEnd) and not isabstract(value):
                yield value


def find_model(argument: str) -> FrontEnd:
    """Return the model that an argument names, as the front end has it that understands it.

    Raises:
        UsageError: None does.
    """
    for name in (argument, argument.rpartition(":")[0]):
        if name:
            note_read(Path(name))
    for front_end in front_ends():
        if front_end.matches(argument):
            return front_end(argument)
    refuse_stranger(argument)
    file = f"{argument}.toml"
    is_file = bool(argument) and S_ISREG(mode_of(Path(file)))
    hint = f"did you mean {file!r}?" if is_file else _meant(argument)
    raise UsageError(
        f"there is no model {shown(argument)}",
        hint=hint or "'archstat list' shows the catalogue; a spec file ends in .toml",
    )


def library_names(library: str) -> list[str]:
    """Return the models of a library, as MODEL arguments name them.

    Raises:
        UsageError: There is no such library, or it is not installed.
    """
    known = {name: names for each in front_ends() for name, names in each.libraries().items()}
    if library not in known:
        raise UsageError(
            f"there is no library {shown(library)}",
            hint=did_you_mean(library, list(known)) or f"there are {' and '.join(known)}",
        )
    return [f"{library}/{name}" for name in known[library]()]


def _of_libraries(word: str) -> list[str]:
    """Return the models of all installed libraries, if a word may be the name of one."""
    found: list[str] = []
    if word.isidentifier() and len(word) <= MAX_SHOWN:
        for library in (name for each in front_ends() for name in each.libraries()):
            with suppress(UsageError):  # it is not installed
                found += library_names(library)
    return found


def _meant(word: str) -> str | None:
    """Return a hint: what bears the word in its name, or else what is called nearly so."""
    models, networks = _of_libraries(word), list(catalogue())
    exact = _called_so(word, models)
    near = did_you_mean(word, networks, at_most=MOST_SUGGESTED)
    if exact and near and any(word.lower() in name for name in networks):
        return f"{near.removesuffix('?')} or {exact.removeprefix('did you mean ')}"
    return exact or near or _called_nearly_so(word, models)


def _called_so(word: str, models: Sequence[str]) -> str | None:
    """Return a hint with the model of a library that is called so."""
    whole = next((name for name in models if name.partition("/")[2] == word.lower()), None)
    return f"did you mean {whole!r}?" if whole else None


def _called_nearly_so(word: str, models: Sequence[str]) -> str | None:
    """Return a hint with the model of a library that is called nearly so."""
    near = did_you_mean(word, [name.partition("/")[2] for name in models], at_most=1)
    return _called_so(near.split("'")[1], models) if near else None


def find_formulas(argument: str) -> FormulaFrontEnd:
    """Return the model that an argument names, if it follows from formulas alone.

    Raises:
        UsageError: No front end understands it, or it has to be run to be known.
    """
    model = find_model(argument)
    if not isinstance(model, FormulaFrontEnd):
        raise UsageError(
            f"{shown(argument)} is {model.kind}, and this works on specs",
            hint="'archstat table' and archstat.analyze take both",
        )
    return model
