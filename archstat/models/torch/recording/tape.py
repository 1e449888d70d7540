"""What autograd does while a model runs in training mode: what it keeps, and what gradients cost.

Every product of a forward pass, of x and w, is one of w and the output's gradient, for the gradient
of x, and one of x and the output's gradient, for that of w. So each gradient that is wanted costs
as many multiply–accumulates as the operator itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import BackwardCFunction

from archstat.errors import UsageError
from archstat.graph import Node, Training
from archstat.models.torch.operators.entry import Operator
from archstat.models.torch.operators.registry import REGISTRY
from archstat.models.torch.private import (
    TorchDispatchMode,
    authors_backward,
    checkpoint_of,
    hooks_on_kept_tensors,
    is_scripts,
    storage_id,
    tells_what_is_kept,
    transforms_allowed,
    whole,
)
from archstat.models.torch.recording.checkpoints import Checkpoints
from archstat.models.torch.recording.provenance import Provenance
from archstat.models.torch.recording.tensors import tensors_in

NESTED = "checkpoints in checkpoints"
UNDER_HOOKS = "what runs under hooks on saved tensors"
TRANSFORMED = "what torch.func runs"
SCRIPTED = "scripts that torch.jit has compiled"
"""What it is that is not known, in words."""


@dataclass
class Gradients:
    """What the gradients of an operator's factors cost, if one of its output gets to it.

    Attributes:
        unknown: What it is of which nobody knows.
        nodes: Autograd's own, one of which gradients must reach; none where they are not known.
    """

    input_macs: int = 0
    weight_macs: int = 0
    unknown: frozenset[str] = frozenset()
    nodes: Sequence[Any] = ()

    def is_reached(self, reached: Collection[Any]) -> bool:
        """Return whether gradients reach one of its nodes."""
        return any(node in reached for node in self.nodes)


@dataclass
class Cost:
    """What a row costs in a backward pass, as far as it has run."""

    gradients: list[Gradients] = field(default_factory=list)
    kept_bytes: int = 0
    unknown: set[str] = field(default_factory=set)
    kept_elsewhere: set[str] = field(default_factory=set)
    again_macs: int = 0

    def is_reached(self, reached: Collection[Any]) -> bool:
        """Return whether gradients are known to reach a product of it."""
        return any(each.is_reached(reached) for each in self.gradients)

    def training(self, reached: Collection[Any]) -> Training:
        """Return what is known of it, where gradients reach these of autograd's nodes."""
        wanted = [each for each in self.gradients if not each.nodes or each.is_reached(reached)]
        kept = None if self.kept_elsewhere else self.kept_bytes
        unknown = self.unknown.union(*(each.unknown for each in wanted))
        if unknown:
            return Training(None, None, kept, tuple(sorted(unknown)))
        inputs, weights = (
            sum(getattr(each, side) for each in wanted) for side in ("input_macs", "weight_macs")
        )
        return Training(inputs, weights, kept, tuple(self.kept_elsewhere), self.again_macs)


def reached_from(ends: Iterable[Tensor]) -> set[Any]:
    """Return autograd's nodes that gradients of these tensors get to."""
    waiting = [tensor.grad_fn for tensor in ends]
    reached: set[Any] = set()
    while waiting:
        node = waiting.pop()
        if node is not None and node not in reached:
            reached.add(node)
            waiting += (before for before, _ in node.next_functions)
    return reached


class Costs:
    """What autograd does for each node, as the forward pass goes on.

    Attributes:
        waiting: What was done since the last node, for the next one.
        claimed: By node and by their names there, the tensors that stand for its parameters.
    """

    def __init__(self) -> None:
        self.waiting = Cost()
        self.claimed: dict[str, dict[str, Tensor]] = {}
        self._of: dict[str, Cost] = {}
        self._leads_to: dict[str, set[str]] = {}

    def note(self, node: str, sources: set[str], cost: Cost | None = None) -> None:
        """Give a node its cost, or what is waiting, and the nodes to which gradients lead.

        What was kept before a node is kept for it in any case; products wait for who reads them.
        """
        if cost is None:
            cost, self.waiting = self.waiting, Cost()
        else:
            cost.kept_bytes += self.waiting.kept_bytes
            self.waiting.kept_bytes = 0
        self._of[node], self._leads_to[node] = cost, sources

    def trained(
        self, nodes: Sequence[Node], ends: Sequence[Tensor], provenance: Provenance
    ) -> Iterator[Node]:
        """Yield nodes with their costs: nothing where no output of the model depends on them."""
        wanted = reached_from(ends)
        reached = {provenance.name_of(end) for end in ends}
        reached |= {name for name, cost in self._of.items() if cost.is_reached(wanted)}
        for node in reversed(nodes):
            if node.name in reached:
                reached |= self._leads_to.get(node.name, set())
        learning = {id(getattr(each, "variable", None)) for each in wanted}
        hides = any(isinstance(each, BackwardCFunction) for each in wanted)  # whose parts learn
        for node in nodes:
            own = self.claimed.get(node.name, {})
            frozen = frozenset(name for name, tensor in own.items() if id(tensor) not in learning)
            if node.name not in reached:
                idle = frozenset(node.param_shapes) - own.keys()
                yield replace(node, training=Training(), frozen=frozen | idle)
            else:
                cost = self._of[node.name].training(wanted)
                yield replace(node, training=cost, frozen=node.frozen if hides else frozen)


class ProductFlow(TorchDispatchMode):
    """Follows the products that run, and what is made of them.

    Attributes:
        seen: Of each its multiply–accumulates, None if not known, and the storages that it is in.
    """

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[int | None, set[int]]] = []
        self._made: list[Tensor] = []  # so that no other gets the address of one

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run an operator, and follow it."""
        kwargs = kwargs or {}
        out = func(*args, **kwargs)
        outputs = tensors_in(out)
        self._made += outputs
        given = {storage_id(tensor) for tensor in tensors_in((args, kwargs))}
        made = {storage_id(tensor) for tensor in outputs}
        for _, places in self.seen:
            if places & given:
                places.update(made)
        if (macs := REGISTRY.find(func).macs(args, out)) != 0:
            self.seen.append((macs, made))
        return out


class Tape:
    """Records what autograd keeps, and for whom: each storage for the row that keeps it first.

    Args:
        own: The model's parameters and buffers, which are there anyway.

    Raises:
        UsageError: This torch does not say whether somebody else keeps tensors, as checkpoints do.
    """

    def __init__(self, own: Iterable[Tensor]) -> None:
        if not tells_what_is_kept():
            raise UsageError(
                f"torch {torch.__version__} does not tell what training a PyTorch model keeps",
                hint="use a newer torch; a spec is answered with any",
            )
        self._storages = {
            storage_id(tensor): tensor.untyped_storage()
            for tensor in own
            if tensor.layout is torch.strided
        }
        self._pending: dict[int, Tensor] = {}  # kept, but not yet known for whom
        self._keeps_sparse = False
        self._read: set[int] = set()
        self._last: tuple[Cost | None, Sequence[Tensor]] = (None, ())  # nothing has run yet
        self._hooks = (self._keep, self._give)
        self._kept: list[Tensor] = []
        self._waiting: Gradients | None = None  # for autograd's node of the last operator
        self._is_asking = False
        self._checkpoints = Checkpoints()
        self._authors: dict[BackwardCFunction, Gradients] = {}
        self._is_data: dict[Any, bool] = {}  # by autograd's node, of what it made
        self._provenance = Provenance({})

    @contextmanager
    def keeping(self, provenance: Provenance) -> Iterator[None]:
        """Hear of all that autograd keeps inside, and at the end, what authors' gradients cost.

        Args:
            provenance: Where the tensors come from, as it is known when an operator has run.
        """
        self._provenance = provenance
        hooks = torch.autograd.graph.saved_tensors_hooks(*self._hooks)
        try:
            with hooks, transforms_allowed(self._hooks):
                yield
                self.settle()
            for node, gradients in self._authors.items():
                self._ask_author(node, gradients)
        finally:
            self._kept.clear()  # which hold what holds them
            self._is_data.clear()

    def _keep(self, tensor: Tensor) -> int:
        self._kept.append(tensor)
        if tensor.layout != torch.strided:  # which lies in several places
            self._keeps_sparse = True
            return len(self._kept) - 1
        address = storage_id(tensor)
        if address not in self._storages:
            self._storages[address] = tensor.untyped_storage()  # so that no other gets its address
            self._pending[address] = tensor
        return len(self._kept) - 1

    def _give(self, number: int) -> Tensor:
        tensor = self._kept[number]
        if not self._is_asking:  # a model takes gradients while it runs
            return tensor
        if tensor.layout == torch.strided:
            self._read.add(storage_id(tensor))
        return torch.empty(0)

    def before(self) -> None:
        """Note that an operator begins: what the last one has kept is its output, if any."""
        self._checkpoints.look()
        self._hear_autograd()
        cost, outputs = self._last
        if cost is None or not self._pending:
            return
        places = {storage_id(tensor) for tensor in outputs if tensor.layout == torch.strided}
        self._read.clear()
        self._is_asking = True
        for tensor in outputs:
            for name in dir(tensor.grad_fn):
                if name.startswith("_saved_"):
                    getattr(tensor.grad_fn, name)  # which asks for what it has kept
        self._is_asking = False
        self._settle(cost, places & self._read)

    def after(self, cost: Cost, outputs: Sequence[Tensor]) -> None:
        """Note that an operator has run, and that what is kept since is for this row."""
        self._settle(cost, self._pending)
        self._last = cost, outputs
        if self._keeps_sparse:
            self._keeps_sparse = False
            cost.kept_elsewhere.add("sparse tensors")
        hooks = hooks_on_kept_tensors()
        if hooks != self._hooks and checkpoint_of(hooks) is None:
            cost.kept_elsewhere.add(UNDER_HOOKS if hooks else TRANSFORMED)
        if self._checkpoints.is_nested:
            cost.unknown.add(NESTED)

    def settle(self, cost: Cost | None = None) -> None:
        """Note that a module begins or ends: what is kept is for this row, or the last operator."""
        self._checkpoints.look()
        self._hear_autograd()
        cost = cost or self._last[0]
        if cost is not None:
            self._settle(cost, self._pending)
        self._last = cost, self._last[1]

    def _hear_autograd(self) -> None:
        """Note what autograd has made of the last operator: its node, or its author's own."""
        cost, outputs = self._last
        if cost is None:
            return
        made = [tensor.grad_fn for tensor in outputs]
        for tensor, node in zip(outputs, made, strict=True):
            self._is_data[node] = self._provenance.of(tensor).is_data
        if self._waiting is not None and not any(whole(tensor) is not None for tensor in outputs):
            self._waiting.nodes = [node for node in made if node is not None]
        self._waiting = None
        for node in made:
            if node in self._authors:
                continue
            name = SCRIPTED if is_scripts(node) else type(node).__name__.removesuffix("Backward")
            if name == SCRIPTED or isinstance(node, BackwardCFunction):
                gradients = Gradients(unknown=frozenset({name}), nodes=[node])
                cost.gradients.append(gradients)
                if name != SCRIPTED:  # of several outputs, the first one has its gradients
                    self._authors.setdefault(node, gradients)

    def _ask_author(self, node: BackwardCFunction, gradients: Gradients) -> None:
        """Note what a backward pass of an author's own costs, if it runs and that is clear."""
        products = ProductFlow()
        try:
            wanted = authors_backward(node, products)
        except Exception:  # noqa: BLE001  it is the author's code, and asks for values, maybe
            return
        macs = [0, 0]
        for count, made in products.seen:
            places = [place for place, each in enumerate(wanted) if storage_id(each[1]) in made]
            is_data = self._reads_data(wanted[places[0]][0]) if len(places) == 1 else None
            if count is None or is_data is None:
                return
            macs[is_data] += count
        gradients.weight_macs, gradients.input_macs = macs
        gradients.unknown = frozenset()

    def _reads_data(self, node: Any) -> bool | None:
        """Return whether gradients of data go to a node of autograd; None if nobody knows.

        What an author's function works out although nobody wants it is taken for that.
        """
        if node is None:
            return True
        if (variable := getattr(node, "variable", None)) is None:
            return self._is_data.get(node)
        origin = self._provenance.of(variable)
        return origin.is_data or not origin.is_learned

    def _settle(self, cost: Cost, addresses: Iterable[int]) -> None:
        for address in [*addresses]:
            if self._pending.pop(address, None) is not None:
                cost.kept_bytes += self._storages[address].nbytes()

    def count(
        self,
        cost: Cost,
        entry: Operator,
        args: Sequence[Any],
        macs: int | None,
    ) -> None:
        """Add what gradients of an operator's factors cost; of what parameters make, as weights."""
        self._checkpoints.ran(cost, macs or 0)
        if macs == 0 or not torch.is_grad_enabled():
            return
        gradients = Gradients()
        if macs is None or entry.factors is None:
            if any(isinstance(arg, Tensor) and arg.requires_grad for arg in args):
                gradients.unknown = frozenset({entry.name})
        else:
            for factor in (args[place] for place in entry.factors):
                origin = self._provenance.of(factor)
                if factor.requires_grad and origin.is_learned and not origin.is_data:
                    gradients.weight_macs += macs
                elif factor.requires_grad:
                    gradients.input_macs += macs
        self._waiting = gradients
        cost.gradients.append(gradients)
