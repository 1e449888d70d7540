"""What a model uses, as tools see it that watch modules and functions both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from torch import nn
from torch.nn.modules import module as global_hooks

from archstat.graph import Graph, Node
from archstat.models.inputs import InputSpec
from archstat.models.torch.known import KnownLayer, known_layer, single_tensor
from archstat.models.torch.remarks import modules_by_path
from archstat.models.torch.source import Source
from archstat.witnesses.calls import CallRecorder, recorded


def use_graph(source: Source, inputs: Sequence[InputSpec]) -> Graph:
    """Return every known module that runs in a pass on meta, and every call outside of those."""
    return recorded(UseRecorder(source.model), source, inputs)


class UseRecorder(CallRecorder):
    """Records known modules, and the calls outside of them, as nodes while a model runs.

    Args:
        model: What will run.
    """

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.paths = {module: path for path, module in modules_by_path(model).items()}
        self.running: list[KnownLayer | None] = []

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Record all that runs inside."""
        before = global_hooks.register_module_forward_pre_hook(self.enter)
        after = global_hooks.register_module_forward_hook(self.leave)
        try:
            with super().watching():
                yield
        finally:
            before.remove()
            after.remove()

    def enter(self, module: nn.Module, args: tuple[Any, ...]) -> None:
        """Note that a module begins to run."""
        given = None if any(self.running) else single_tensor(args)
        self.running.append(None if given is None else known_layer(module, given))

    def leave(self, module: nn.Module, *_: Any) -> None:
        """Note that a module is done, and record it if it is known."""
        known = self.running.pop()
        if known is None:
            return
        path = self.paths.get(module, type(module).__name__)
        shape = known.stated.out_shape
        self.nodes.append(Node(path, known.layer, (), known.in_shape, shape, known.examples))

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run a function of torch, and record it unless a known module calls it."""
        if any(self.running):
            return func(*args, **(kwargs or {}))
        return super().__torch_function__(func, types, args, kwargs)
