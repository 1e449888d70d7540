"""Every private name of torch that this package uses, each with the reason why.

Private names may go in any version. So they stand here and nowhere else, and a test looks whether
they are there.
"""

from __future__ import annotations

import gc
import inspect
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch._C import _functorch
from torch._ops import (  # operators are of these classes, and there is no other name for them
    HigherOrderOperator,
    OpOverload,
)
from torch.autograd import forward_ad
from torch.autograd.function import BackwardCFunction
from torch.nn.modules.conv import _ConvNd
from torch.utils._python_dispatch import TorchDispatchMode  # documented, but under this name only
from torch.utils._pytree import (  # what torch itself takes apart containers with; no public one
    keystr,
    tree_flatten_with_path,
    tree_leaves,
    tree_map_only,
)
from torch.utils.checkpoint import checkpoint

__all__ = [
    "ATTRIBUTES",
    "HigherOrderOperator",
    "OpOverload",
    "TorchDispatchMode",
    "authors_backward",
    "checkpoint_of",
    "checkpoints_running",
    "compiled_from",
    "compiler_settings",
    "every_module",
    "every_tensor",
    "first_convolution",
    "forget_compiled_scripts",
    "held_buffers",
    "held_parameters",
    "held_tensors",
    "hooks_on_kept_tensors",
    "is_childless",
    "is_compilers",
    "is_forward_derived",
    "is_scripts",
    "is_transformed",
    "keystr",
    "mark",
    "own_parameters",
    "pre_hooks",
    "schema",
    "storage_id",
    "stored_bytes",
    "tells_what_is_kept",
    "tree_flatten_with_path",
    "tree_leaves",
    "tree_map_only",
    "uncompiled",
    "whole",
    "without_modes",
]

ATTRIBUTES = frozenset(
    {
        "_base",
        "_buffers",
        "_cdata",
        "_current_level",
        "_debug_flush_compilation_cache",
        "_nnz",
        "_dynamo",
        "_forward_pre_hooks",
        "_input_metadata",
        "_orig_mod",
        "_parameters",
        "_schema",
        "_top_saved_tensors_default_hooks",
    }
)
"""The private attributes that are read here."""

OF_CHECKPOINTS = ("early_stop", "forward_completed", "weak_holders")
"""What is asked of a checkpoint's own record, which its hooks hold and nothing public tells."""

CONVOLUTION: type[nn.Module] = _ConvNd
"""The class of which all of torch's convolutions are."""


def first_convolution(model: nn.Module) -> Any:
    """Return the first convolution of a model; None if it has none. Their class is private."""
    modules = (module for _, module in _modules(model))
    return next((module for module in modules if isinstance(module, CONVOLUTION)), None)


def schema(operator: OpOverload) -> Any:
    """Return the names, types and defaults of an operator's arguments; nothing public tells."""
    return operator._schema  # noqa: SLF001  see above


def without_modes() -> AbstractContextManager[Any]:
    """Let operators run that no mode sees; nothing public puts modes aside."""
    return torch.utils._python_dispatch._disable_current_modes()  # noqa: SLF001  see above


def mark(name: str) -> None:
    """Leave a mark among the operators that a profiler sees; the public way is itself one."""
    with torch._C._profiler._RecordFunctionFast(name):  # noqa: SLF001  see above
        pass


def whole(tensor: Tensor) -> Tensor | None:
    """Return the tensor of which another one is a view; nothing public tells."""
    return tensor._base  # noqa: SLF001  see above


def storage_id(tensor: Tensor) -> int:
    """Return what tells a tensor's storage from others; on meta, every public address is 0.

    A sparse tensor has several, and stands for itself.
    """
    if tensor.layout is not torch.strided:
        return -id(tensor)
    identity: int = tensor.untyped_storage()._cdata  # noqa: SLF001  see above
    return identity


def stored_bytes(tensor: Tensor) -> int:
    """Return how much memory a tensor takes; of a sparse one, its values and their places."""
    if tensor.layout is torch.strided:
        return tensor.nbytes
    places = tensor.dim() * torch.int64.itemsize
    return tensor._nnz() * (tensor.element_size() + places)  # noqa: SLF001  nothing public, unjoined


def own_parameters(module: nn.Module) -> dict[str, Tensor]:
    """Return the parameters that a module holds itself; a shared one once, by its first name.

    `named_parameters` looks for them in all modules below, which takes long for one layer.
    """
    held = module._parameters.items()  # noqa: SLF001  as above
    own = {name: tensor for name, tensor in held if tensor is not None}
    if len({*map(id, own.values())}) == len(own):
        return own
    first = {id(tensor): name for name, tensor in reversed(own.items())}
    return {name: own[name] for name in reversed(first.values())}


def is_childless(module: nn.Module) -> bool:
    """Return whether a module holds no others; `children` takes several calls to say so."""
    inner = module._modules  # noqa: SLF001  as above
    return not inner or {*inner.values()} <= {None}


def every_module(model: nn.Module, path: str = "") -> dict[str, nn.Module]:
    """Return the modules of a model by path, as `named_modules` does with a generator a level."""
    return dict(_modules(model, path))


def _modules(model: nn.Module, path: str = "") -> Iterator[tuple[str, nn.Module]]:
    seen: set[int] = set()
    todo = [(path, model)]
    while todo:
        path, module = todo.pop()
        if id(module) in seen:
            continue
        seen.add(id(module))
        yield path, module
        if inner := module._modules:  # noqa: SLF001  as above
            prefix = f"{path}." if path else ""
            named = [(prefix + name, each) for name, each in inner.items() if each is not None]
            todo += reversed(named)


def every_tensor(model: nn.Module) -> list[Tensor]:
    """Return the parameters and buffers of a model, shared ones once."""
    return held_tensors(every_module(model).values())


def held_tensors(modules: Iterable[nn.Module]) -> list[Tensor]:
    """Return the parameters and buffers that modules hold themselves, shared ones once."""
    found = {
        id(each): each
        for module in modules
        for held in (module._parameters, module._buffers)  # noqa: SLF001  as above
        if held
        for each in held.values()
        if each is not None
    }
    return [*found.values()]


def held_parameters(modules: Mapping[str, nn.Module]) -> dict[str, Tensor]:
    """Return the parameters of a model's modules; a shared one once, by its first name."""
    return _once((path, module._parameters) for path, module in modules.items())  # noqa: SLF001  as above


def held_buffers(modules: Mapping[str, nn.Module]) -> dict[str, Tensor]:
    """Return the buffers of a model's modules; a shared one once, by its first name."""
    return _once((path, module._buffers) for path, module in modules.items())  # noqa: SLF001  as above


def _once(held: Iterable[tuple[str, Mapping[str, Tensor | None]]]) -> dict[str, Tensor]:
    """Return the tensors that modules hold, by path and name; a shared one once."""
    seen: set[int] = set()
    found: dict[str, Tensor] = {}
    for path, tensors in held:
        for name, tensor in tensors.items():
            if tensor is not None and id(tensor) not in seen:
                seen.add(id(tensor))
                found[f"{path}.{name}" if path else name] = tensor
    return found


def pre_hooks(module: nn.Module) -> Mapping[int, Any]:
    """Return the hooks that may change what a module is given; nothing public tells of them."""
    return module._forward_pre_hooks  # noqa: SLF001  see above


def compiled_from(model: nn.Module) -> nn.Module | None:
    """Return the model that torch.compile wrapped; importing its class would take seconds."""
    own = model._modules  # noqa: SLF001  see above
    if isinstance(model, torch.jit.ScriptModule):  # whose modules are in a container of its own
        own = dict(own.items())
    return own.get("_orig_mod")


def tells_what_is_kept() -> bool:
    """Return whether this torch says who keeps tensors for the backward pass."""
    return hasattr(torch._C._autograd, "_top_saved_tensors_default_hooks")  # noqa: SLF001  see below


def hooks_on_kept_tensors() -> Any:
    """Return the hooks that hear of kept tensors now, as checkpoints have; nothing public tells.

    A torch that does not say so is taken to have none.
    """
    if not tells_what_is_kept():
        return None
    return torch._C._autograd._top_saved_tensors_default_hooks(True)  # noqa: FBT003, SLF001  see above


def forget_compiled_scripts() -> None:
    """Let functions of torch.jit run as they stand: autograd does not see into compiled ones.

    They belong to modules of Python, where nobody can put a copy in their place.
    """
    for each in gc.get_objects():
        if type(each) is torch.jit.ScriptFunction:
            each._debug_flush_compilation_cache()  # noqa: SLF001  see above


def authors_backward(
    node: BackwardCFunction, watcher: AbstractContextManager[Any]
) -> list[tuple[Any, Tensor]]:
    """Run the backward pass of a function of an author's own, of zeros, while something watches.

    Return each of autograd's nodes to which it leads, with what goes there; None for what nobody
    wants. Nothing public tells the shapes of the gradients that it takes.
    """
    given = [
        torch.zeros(tuple(each.shape), dtype=each.dtype, device=each.device)
        for each in node._input_metadata  # noqa: SLF001  see above
    ]
    with torch.no_grad(), given[0].device, watcher:  # where what it makes itself goes, too
        out = node.apply(*given)
    gradients = out if isinstance(out, tuple) else (out,)
    before = iter([each for each, _ in node.next_functions if each is not None])
    paired = [
        (next(before) if is_wanted else None, gradient)
        for gradient, is_wanted in zip(gradients, node.needs_input_grad, strict=False)
    ]
    return [(each, gradient) for each, gradient in paired if isinstance(gradient, Tensor)]


def is_scripts(node: Any) -> bool:
    """Return whether a node of autograd is one that torch.jit has made of several."""
    return type(node).__name__ == "CppFunction" and "DifferentiableGraph" in node.name()


def is_forward_derived() -> bool:
    """Return whether operators work out tangents beside their outputs; nothing public tells."""
    return forward_ad._current_level >= 0  # noqa: SLF001  see above


def is_transformed() -> bool:
    """Return whether what runs now does more than its arguments tell, as inside of torch.func."""
    return _functorch.maybe_current_level() is not None or is_forward_derived()


@contextmanager
def transforms_allowed(hooks: Any) -> Iterator[None]:
    """Let torch.func run while these hooks hear of kept tensors; it refuses to, with any.

    They do not hear of what it keeps.
    """
    graph = torch.autograd.graph
    refuse = graph.disable_saved_tensors_hooks

    @contextmanager
    def disabled(message: str) -> Iterator[None]:
        is_heard = hooks_on_kept_tensors() == hooks
        if is_heard:
            torch._C._autograd._pop_saved_tensors_default_hooks()  # noqa: SLF001  see below
        try:
            with refuse(message):
                yield
        finally:
            if is_heard:
                torch._C._autograd._push_saved_tensors_default_hooks(*hooks)  # noqa: SLF001  see below

    graph.disable_saved_tensors_hooks = disabled
    try:
        yield
    finally:
        graph.disable_saved_tensors_hooks = refuse


def checkpoint_of(hooks: Any) -> Any:
    """Return what torch knows of the checkpoint that has these hooks; None if they are others'."""
    if not hooks:
        return None
    kept = getattr(hooks[0], "__closure__", None) or ()
    inside = dict(zip(hooks[0].__code__.co_freevars, kept, strict=False)) if kept else {}
    frame = inside["frame"].cell_contents if "frame" in inside else None
    return frame if all(hasattr(frame, name) for name in OF_CHECKPOINTS) else None


def checkpoints_running() -> int:
    """Return how many checkpoints run now, one inside of another."""
    code = inspect.unwrap(checkpoint).__code__
    return sum(frame.f_code is code for frame, _ in traceback.walk_stack(None))


@contextmanager
def uncompiled() -> Iterator[None]:
    """Run as it stands what torch compiles meanwhile: branches, loops and attention with rules.

    Such attention refuses meta, too, although it would run there; there is no public way around.
    """
    attention = sys.modules.get("torch.nn.attention.flex_attention")
    refuse = getattr(attention, "_validate_device", None)
    with ExitStack() as stack:
        if "torch._dynamo" in sys.modules:  # which takes seconds to load
            stack.enter_context(torch.compiler.set_stance("force_eager"))
        if attention is not None and refuse is not None:
            attention._validate_device = lambda *_: None  # type: ignore[attr-defined]  # noqa: SLF001
            stack.callback(setattr, attention, "_validate_device", refuse)
        yield


def is_compilers(error: BaseException) -> bool:
    """Return whether torch's compiler refuses something, rather than what it compiles."""
    return type(error).__module__.startswith("torch._dynamo.")


def compiler_settings() -> Any:
    """Return the settings of torch.compile; the documentation itself calls them by this name."""
    return torch._dynamo.config  # noqa: SLF001  see above
