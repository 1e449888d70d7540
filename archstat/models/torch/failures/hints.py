"""What a user's own exception may mean, found by looking at the code that raised it.

Each hint is a function that looks at the exception, and says what to change, or None. They are
asked in their order.
"""

from __future__ import annotations

import inspect
import linecache
import re
import sys
import traceback
from collections.abc import Callable
from types import FrameType, ModuleType
from typing import Any
from urllib.error import URLError

from torch import nn

from archstat.errors import did_you_mean
from archstat.layers.words import nearest

IMPORTS = {
    "F": "import torch.nn.functional as F",
    "nn": "from torch import nn",
    "np": "import numpy as np",
    "torch": "import torch",
}
"""The lines that people forget, by the name that is then missing."""


def hint_for(error: BaseException) -> str | None:
    """Return what to change in a user's code that raised an exception, if that is known."""
    if error.__traceback__ is None:
        return None
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    return next((hint for look in LOOKS if (hint := look(error, frames))), None)


def _one_value(error: BaseException, _: list[FrameType]) -> str | None:
    """A batch norm in training mode is given a single value of each channel."""
    if not isinstance(error, ValueError) or "more than 1 value per channel" not in str(error):
        return None
    return "a batch norm trains on several values of a channel: ask for a batch of 2 or more"


def _no_super(error: BaseException, frames: list[FrameType]) -> str | None:
    """torch.nn.Module has not been initialized when something is assigned."""
    itself = frames[-1].f_locals.get("self")
    if not isinstance(itself, nn.Module) or "_modules" in vars(itself):
        return None
    is_misspelt = isinstance(error, TypeError) and "super.__init__" in _line(error)
    if not isinstance(error, AttributeError) and not is_misspelt:
        return None
    return f"call super().__init__() first in {type(itself).__name__}.__init__"


def _no_brackets(_: BaseException, frames: list[FrameType]) -> str | None:
    """torch.nn.Sequential is given a class where it wants a module."""
    module = frames[-1].f_locals.get("module")
    if not isinstance(module, type) or not issubclass(module, nn.Module):
        return None
    return f"write {module.__name__}(), with brackets"


def _arguments(error: BaseException, frames: list[FrameType]) -> str | None:
    """A class is called without an argument that it needs, or with one that it has not."""
    called = _called(error, frames[-1])
    if called is None:
        return None
    text, target = called
    parameters = inspect.signature(target).parameters.values()
    message = str(error)  # Python's own, which has kept its form
    if unknown := re.search(r"unexpected keyword argument '(\w+)'", message):
        return nearest(unknown[1], [parameter.name for parameter in parameters])
    if not re.search(r"missing \d+ required", message):
        return None
    needed = [each.name for each in parameters if each.default is inspect.Parameter.empty]
    return f"write {text}({', '.join(needed)})"


def _called(error: BaseException, frame: FrameType) -> tuple[str, type] | None:
    """Return the class that a line calls, and its text, if the call itself was refused."""
    if not isinstance(error, TypeError):
        return None
    text = _line(error).partition("(")[0]
    first, *rest = text.split(".")
    target: Any = {**frame.f_globals, **frame.f_locals}.get(first)
    for name in rest:
        target = getattr(target, name, None)
    return (text, target) if isinstance(target, type) else None


def _line(error: BaseException) -> str:
    """Return the line that raised an exception, from the expression on that did."""
    step = traceback.extract_tb(error.__traceback__)[-1]
    line = linecache.getline(step.filename, step.lineno or 0)
    return line.encode()[step.colno or 0 :].decode()  # columns are counted in bytes


def _near_attribute(error: BaseException, frames: list[FrameType]) -> str | None:
    """A module is asked for a name that it has not."""
    if not isinstance(error, AttributeError) or not isinstance(error.obj, (nn.Module, ModuleType)):
        return None
    for name in vars(type(error.obj)):
        if name != "__init__" and name.strip("_") in {"init", "int"}:  # then it never ran
            return f"rename {name} to __init__"
    known = [name for name in dir(error.obj) if not name.startswith("_")]
    return did_you_mean(str(error.name), known) or _whose(error.obj, frames)


def _whose(owner: object, frames: list[FrameType]) -> str | None:
    """Return where a module is in the model whose code was running."""
    models = (frame.f_locals.get("self") for frame in frames)
    for model in models:
        for path, module in model.named_modules() if isinstance(model, nn.Module) else ():
            if module is owner and path:
                return f"{path!r} is a {type(module).__name__}"
    return None


def _near_import(error: BaseException, _: list[FrameType]) -> str | None:
    """A module is asked for a name that it has not, by `from … import`."""
    if not isinstance(error, ImportError):
        return None
    message = str(error)  # Python's own, which has kept its form
    if "relative import" in message:
        return "name it by its package: package.module:Net"
    name = re.match(r"cannot import name '(\w+)'", message)
    known = dir(sys.modules.get(str(error.name)))
    return did_you_mean(name[1], known) if name else None


def _no_such_file(error: BaseException, _: list[FrameType]) -> str | None:
    """A file is read that is not there."""
    if not isinstance(error, FileNotFoundError) or error.filename is None:
        return None
    return f"start from the folder where {str(error.filename)!r} is found, as the code does"


def _no_device(error: BaseException, _: list[FrameType]) -> str | None:
    """A script takes its model to a GPU that is not here, or waits for other processes."""
    words = ("CUDA", "NVIDIA", "process group", "accelerator")
    is_asked = isinstance(error, (AssertionError, RuntimeError, ValueError))
    if not is_asked or not any(word in str(error) for word in words):
        return None
    return "name the class of the model instead, which needs neither a GPU nor other processes"


def _no_weights(error: BaseException, frames: list[FrameType]) -> str | None:
    """Weights are looked for where there is no network."""
    is_of_hub = type(error).__module__.startswith(("huggingface_hub.", "requests.", "httpx"))
    if not is_of_hub and not isinstance(error, (ConnectionError, URLError)):
        return None
    asked = [frame.f_locals for frame in frames if frame.f_locals.get("pretrained") is True]
    setting = "pretrained=False" if asked else "weights=None"
    return f"no weights are needed to count: make it with {setting}"


def _no_such_name(error: BaseException, frames: list[FrameType]) -> str | None:
    """A line names what nobody has defined."""
    if not isinstance(error, NameError) or not isinstance(error.name, str):
        return None
    frame = frames[-1]
    if hasattr(frame.f_locals.get("self"), error.name):
        return f"did you mean 'self.{error.name}'?"
    if error.name in IMPORTS:
        return IMPORTS[error.name]
    return did_you_mean(error.name, [*frame.f_locals, *frame.f_globals])


LOOKS: tuple[Callable[[BaseException, list[FrameType]], str | None], ...] = (
    _one_value,
    _no_super,
    _no_brackets,
    _arguments,
    _near_attribute,
    _near_import,
    _no_such_file,
    _no_device,
    _no_weights,
    _no_such_name,
)
