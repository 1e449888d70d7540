"""Modules that torch.jit has made: opened, so that their operators are seen.

The code of such a module runs beside Python, where no hook hears of the modules inside of it. Its
operators are seen all the same, and so they are rows under the path of the outermost one.
"""

from __future__ import annotations

import copy
from contextlib import suppress
from dataclasses import dataclass
from functools import reduce
from io import BytesIO
from typing import Any

import torch
from torch import Tensor, nn

from archstat.models.torch.apart import Copier
from archstat.models.torch.private import compiled_from, every_module, every_tensor


class ScriptPart(nn.Module):
    """The parameters, buffers and parts of a module of torch.jit; it cannot be called.

    Args:
        scripted: The module.
    """

    def __init__(self, scripted: Any) -> None:
        super().__init__()
        for name, parameter in scripted.named_parameters(recurse=False):
            is_own = isinstance(parameter, nn.Parameter)
            made = parameter if is_own else nn.Parameter(parameter, parameter.requires_grad)
            self.register_parameter(name, made)
        for name, buffer in scripted.named_buffers(recurse=False):
            self.register_buffer(name, buffer)
        for name, child in scripted.named_children():
            self.add_module(name, _named_as(child, ScriptPart)(child))


@dataclass
class Script:
    """A module of torch.jit where nobody looks for modules."""

    module: Any

    def __deepcopy__(self, memo: dict[int, Any]) -> Script:
        return Script(copy.deepcopy(self.module))


class OpenedScript(ScriptPart):
    """A module of torch.jit as an ordinary one, which runs with the parameters that it holds.

    Args:
        scripted: The module; it is copied, and left as it is.
    """

    def __init__(self, scripted: Any) -> None:
        super().__init__(scripted)
        self._run = Script(_made_anew(scripted))

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Run the module."""
        run = self._run.module
        for path, part in self.named_modules():
            target = reduce(getattr, path.split(".") if path else [], run)
            with suppress(RuntimeError):  # one that was traced is in the mode of then
                target.training = part.training
            own: list[tuple[str, Tensor]] = [*part.named_parameters(recurse=False)]
            for name, tensor in (*own, *part.named_buffers(recurse=False)):
                setattr(target, name, tensor)
        return run(*args, **kwargs)


def _made_anew(scripted: Any) -> Any:
    """Return a copy that has not run yet: torch.jit fuses what has run twice, for all copies."""
    written = BytesIO()
    try:
        torch.jit.save(scripted, written)
        written.seek(0)
        return torch.jit.load(written)
    except RuntimeError:  # it holds what cannot be written, as tensors on meta
        return copy.deepcopy(scripted)


def _named_as(scripted: Any, kind: type[ScriptPart]) -> type[ScriptPart]:
    """Return a class under the name of that from which a module of torch.jit was made."""
    return type(getattr(scripted, "original_name", "ScriptModule"), (kind,), {})


def opened(model: nn.Module) -> nn.Module:
    """Return a model without modules of torch.jit or torch.compile: itself, if it has none."""
    modules = every_module(model).values()
    found = [each for each in modules if isinstance(each, torch.jit.ScriptModule)]
    compiled = [each for each in modules if compiled_from(each) is not None]
    if not found and not compiled:
        return model
    memo: dict[int, Any] = {id(tensor): tensor for tensor in every_tensor(model)}
    for each in found:
        memo.setdefault(id(each), _named_as(each, OpenedScript)(each))
    copier = Copier(memo=memo)
    for each in compiled:
        memo[id(each)] = copier.copy(compiled_from(each))
    made: nn.Module = copier.copy(model)
    return made
