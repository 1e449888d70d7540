"""What a model uses, as tools see it that watch modules and functions both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from torch import Tensor, nn
from torch.nn.modules import module as global_hooks

from archstat.graph import Graph, Node
from archstat.layers import Layer
from archstat.models.inputs import InputSpec
from archstat.models.torch.known import example_shape, layer_of, single_tensor
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
        self.paths = {module: path for path, module in model.named_modules()}
        self.running: list[tuple[Tensor, Layer] | None] = []

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
        layer = None if given is None else layer_of(module, given)
        self.running.append(None if given is None or layer is None else (given, layer))

    def leave(self, module: nn.Module, *_: Any) -> None:
        """Note that a module is done, and record it if it is known."""
        known = self.running.pop()
        if known is None:
            return
        given, layer = known
        in_shape, examples = example_shape(given, layer)
        path = self.paths.get(module, type(module).__name__)
        shape = layer.out_shape(in_shape)
        self.nodes.append(Node(path, layer, (), in_shape, shape, examples))

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run a function of torch, and record it unless a known module calls it."""
        if any(self.running):
            return func(*args, **(kwargs or {}))
        return super().__torch_function__(func, types, args, kwargs)
