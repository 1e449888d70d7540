"""Why a forward pass failed, found by looking at what was running and at what it was given.

Each cause is a function that looks at the failure, and says what is wrong, or None if it is another
cause. They are asked in their order; what no cause explains is told in the words of the exception.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from math import prod
from typing import Any

import torch
from torch import Tensor, nn

from archstat.errors import INSTEAD, NEAR, Problem, ShapeError
from archstat.graph import INPUT, ForwardError, Graph, Node
from archstat.layers.base import times
from archstat.models.torch.failures.hints import hint_for
from archstat.models.torch.failures.misfits import Misfit, problem_of, word
from archstat.models.torch.failures.users_code import reading_line, users_line
from archstat.models.torch.known import example_shape, impossible_setting, stated_layer
from archstat.models.torch.operators.call import packet_name
from archstat.models.torch.operators.registry import REGISTRY
from archstat.models.torch.private import is_compilers, tree_leaves
from archstat.models.torch.recording.values import INDICES, NestedTensorError, OutOfTableError
from archstat.models.torch.remarks import stranger

READING = (torch.Tag.data_dependent_output, torch.Tag.dynamic_output_shape)
"""Tags of the operators whose output cannot be told without values."""

NO_FORWARDS = (nn.Module.forward, nn.ModuleList.forward, nn.ModuleDict.forward)
"""What is called where a class says nothing of its forward pass."""

ON_META = (NotImplementedError, RuntimeError, TypeError)
"""What torch raises where meta is asked for what it has not."""


@dataclass(frozen=True)
class Refusal:
    """An operator that raised an exception."""

    error: BaseException
    operator: Any
    args: tuple[Any, ...]

    @property
    def name(self) -> str:
        """The name of the operator."""
        return packet_name(self.operator)

    @property
    def operands(self) -> list[Tensor]:
        """The tensors that it was called with."""
        return [leaf for leaf in tree_leaves(self.args) if isinstance(leaf, Tensor)]

    @property
    def devices(self) -> list[str]:
        """The devices of its operands; a single number goes with every device."""
        return list(dict.fromkeys(str(each.device) for each in self.operands if each.dim()))


@dataclass(frozen=True)
class Failure:
    """A forward pass that failed.

    Attributes:
        graph: The layers that ran before.
        path: Where the module is that was running; empty for the model itself.
        args: What it was called with.
        device: Where the inputs are.
        name_of: Returns the node or the parameter that a tensor comes from, if it is known.
        returned: The module that returned last, and the type of what it returned.
        refusal: The operator that raised the exception; None if none did.
    """

    error: BaseException
    graph: Graph
    model: nn.Module
    path: str
    module: nn.Module
    args: tuple[Any, ...]
    device: torch.device
    name_of: Callable[[Tensor], str | None]
    returned: tuple[str, type] | None
    refusal: Refusal | None

    @property
    def is_torchs(self) -> bool:
        """Whether the module is one of torch's own, rather than the user's."""
        return type(self.module).__module__.startswith("torch.nn.modules.")

    def told(self, tensor: Tensor) -> str:
        """Return a tensor's shape, and where it comes from."""
        name = self.name_of(tensor)
        return times(tuple(tensor.shape)) + (f" ({name!r})" if name else "")


def explained(failure: Failure) -> ForwardError:
    """Return the error that tells what failed, and why as far as a cause is known."""
    known = next((found for cause in CAUSES if (found := cause(failure))), None)
    what = f"the forward pass fails: {_first_line(failure.error)}"
    problem = known or Problem(what, hint_for(failure.error))
    hint, line = problem.hint, users_line(failure.error)
    if line is not None and not (known and failure.is_torchs):  # a layer's path says where it is
        hint = f"{hint} ({line})" if hint else line
    error = ForwardError(problem.what, hint=hint, instead=problem.instead)
    error.graph, error.traced_on = failure.graph, str(failure.device)
    error.needs_values = None if known else _needs_values(failure)
    error.asked_in, error.stopped_in = reading_line(failure.error), _stopped_in(failure)
    if failure.path:
        error.within(f"module {failure.path!r} ({type(failure.module).__name__})")
    return error.within(failure.graph.name)


def _stopped_in(failure: Failure) -> Node | None:
    """Return the layer that was running, if its kind is known and it was given a tensor."""
    layer, given = stated_layer(failure.module), next(iter(failure.args), None)
    if layer is None or not isinstance(given, Tensor) or not given.dim():
        return None
    return Node(failure.path, layer, (), example_shape(given, layer)[0], ())


def _endless(failure: Failure) -> Problem | None:
    if not isinstance(failure.error, RecursionError):
        return None
    return Problem("the forward pass calls itself without end")


def _no_forward(failure: Failure) -> Problem | None:
    kind = type(failure.module)
    forward = getattr(kind, "forward", None)  # a class of torch.jit has none that can be read
    if forward not in NO_FORWARDS or "forward" in vars(failure.module):
        return None
    if isinstance(failure.module, (nn.ModuleList, nn.ModuleDict)):
        what = "holds modules, and cannot be called itself"
        return Problem(what, "call its modules one by one, or make it an nn.Sequential")
    what = f"class {kind.__name__} has no method 'forward'"
    if near := get_close_matches("forward", vars(kind), n=1, cutoff=NEAR):
        return Problem(what, f"rename its {near[0]!r}")
    return Problem(what, "define forward(self, x) in the class, level with __init__")


def _no_tensor(failure: Failure) -> Problem | None:
    """A layer of torch's own is given what another module returned, and that is no tensor."""
    is_rows = isinstance(failure.module, nn.RNNBase)  # which takes packed sequences as well
    if not failure.args or not failure.is_torchs or is_rows:
        return None
    given = failure.args[0]
    if isinstance(given, Tensor):
        return None
    what = f"is given {'None' if given is None else f'a {type(given).__name__}'}, no tensor"
    if isinstance(given, nn.Module):
        paths = {module: path for path, module in failure.model.named_modules()}
        name = f"self.{paths[given]}" if given in paths else f"nn.{type(given).__name__}(…)"
        return Problem(what, f"a module must be called: {name}(x)")
    if failure.returned is None or failure.returned[1] is not type(given):
        return Problem(what)
    path = failure.returned[0]
    if given is None:
        return Problem(what, f"forward of {path!r} returns None: is its return missing?")
    return Problem(what, f"{path!r} returns a {type(given).__name__}: x, *_ = self.{path}(x)")


def _impossible(failure: Failure) -> Problem | None:
    """A window or a number of channels is none, as a kernel of 0; meta lets some of them pass."""
    error = failure.error
    problem = error if isinstance(error, ShapeError) else impossible_setting(failure.module)
    return None if problem is None else Problem(str(problem).partition("\n")[0])


def _misfit(failure: Failure) -> Problem | None:
    given = failure.args[0] if len(failure.args) == 1 else None
    source = failure.name_of(given) if isinstance(given, Tensor) else None
    misfit = Misfit.of(failure.module, given, source, failure.graph)
    return None if misfit is None else problem_of(misfit)


def _no_indices(failure: Failure) -> Problem | None:
    given = failure.args[0] if failure.args else None
    is_embedding = isinstance(failure.module, (nn.Embedding, nn.EmbeddingBag))
    if not is_embedding or not isinstance(given, Tensor) or given.dtype in INDICES:
        return None
    what = f"expects numbers of rows in its table (int64), but is given {word(given.dtype)}"
    if failure.name_of(given) != INPUT:
        return Problem(what, "convert them: x.long()")
    stated = "x".join(map(str, failure.graph.input_shape))
    return Problem(what, f"say so: {INSTEAD}", instead={"input": f"int64:{stated}"})


def _beyond_table(failure: Failure) -> Problem | None:
    """An embedding, or whatever picks rows, is asked for one that its table has not."""
    error = failure.error
    if not isinstance(error, OutOfTableError):
        return None
    refusal = failure.refusal
    numbers = refusal.operands[-1] if refusal is not None else None
    made = failure.name_of(numbers) if numbers is not None else None
    which = f" of {made!r}" if made else ""
    what = f"is asked for row {error.row}{which}, and has {error.rows} rows, from 0 on"
    if made is not None and (made == INPUT or made in failure.graph.more_inputs):
        return Problem(what, "the numbers that it is given must be smaller than its size")
    return Problem(what, f"a longer table, or a shorter input, of at most {error.rows} positions")


def _nested(failure: Failure) -> Problem | None:
    if not isinstance(failure.error, NestedTensorError):
        return None
    what = "works on a nested tensor, whose rows have several lengths, so that it has no shape"
    return Problem(what, "pad the rows to one length: torch.nn.utils.rnn.pad_sequence, and a mask")


def _comma(failure: Failure) -> Problem | None:
    """`self.conv = nn.Conv2d(3, 8, 3),` is a tuple, which cannot be called."""
    if not isinstance(failure.error, TypeError) or "not callable" not in str(failure.error):
        return None
    for name, value in vars(failure.module).items():
        if isinstance(value, tuple) and len(value) == 1 and isinstance(value[0], nn.Module):
            return Problem(f"{name!r} is a tuple of one module", "remove the comma behind it")
    return None


def _refused(failure: Failure) -> Problem | None:
    """An operator refuses what it is given."""
    refusal = failure.refusal
    if refusal is None:
        return None
    return next((found for cause in REFUSALS if (found := cause(failure, refusal))), None)


def _other_device(failure: Failure, refusal: Refusal) -> Problem | None:
    if len(refusal.devices) < 2 or failure.device.type == "meta":  # noqa: PLR2004  the CPU may do
        return None
    what = f"{refusal.name} is given tensors on {' and '.join(refusal.devices)}"
    return Problem(what, stranger(failure.model, refusal.operands))


def _other_type(failure: Failure, refusal: Refusal) -> Problem | None:
    types = dict.fromkeys(word(operand.dtype) for operand in refusal.operands)
    if not REGISTRY.find(refusal.operator).needs_one_type or len(types) == 1:
        return None
    given = [f"{word(each.dtype)} {failure.told(each)}" for each in refusal.operands]
    what = f"a product is given {' and '.join(given)}"
    return Problem(what, f"convert one, as with x.to(torch.{next(iter(types))})")


def _view(failure: Failure, refusal: Refusal) -> Problem | None:
    if refusal.name not in {"view", "_unsafe_view", "reshape"}:
        return None
    given, sizes = refusal.args[:2]
    what = f"view({', '.join(map(str, sizes))}) is given {failure.told(given)}"
    known = prod(size for size in sizes if size != -1)
    if given.numel() == known or (-1 in sizes and known and given.numel() % known == 0):
        return Problem(f"{what}, whose axes were exchanged", "use x.reshape, which copies them")
    features = f"torch.flatten(x, 1) gives {prod(given.shape[1:])} features an example"
    return Problem(f"{what}, {given.numel()} values", features if len(sizes) == 2 else None)  # noqa: PLR2004  batch and features


def _unequal(failure: Failure, refusal: Refusal) -> Problem | None:
    operands = refusal.operands
    if len(operands) != 2 or not REGISTRY.find(refusal.operator).is_pointwise:  # noqa: PLR2004  left and right
        return None
    left, right = (tuple(operand.shape) for operand in operands)
    if all(1 in pair or pair[0] == pair[1] for pair in zip(left[::-1], right[::-1], strict=False)):
        return None
    what = f"{refusal.name} is given {' and '.join(map(failure.told, operands))}"
    if len(left) != len(right) or len(left) < 3:  # noqa: PLR2004  no maps
        return Problem(what, "both must be of one shape")
    if left[2:] != right[2:]:
        return Problem(what, "maps of one size are needed: look at strides and paddings")
    narrow, wide = sorted((left[1], right[1]))
    return Problem(what, f"a 1×1 convolution from {narrow} to {wide} channels makes them equal")


def _cat(failure: Failure, refusal: Refusal) -> Problem | None:
    if refusal.name != "cat":
        return None
    axis = (*refusal.args[1:], 0)[0]
    if len({(*t.shape[:axis], *t.shape[axis:][1:]) for t in refusal.operands}) == 1:
        return None
    what = f"cat along axis {axis} is given {' and '.join(map(failure.told, refusal.operands))}"
    return Problem(what, f"all axes but {axis} must be equal")


def _product(failure: Failure, refusal: Refusal) -> Problem | None:
    if not REGISTRY.find(refusal.operator).needs_one_type:
        return None
    left, right = refusal.operands[-2:]
    rows, columns = right.shape[-2:][0], left.shape[-1]
    if rows == columns:
        return None
    what = f"a product of {failure.told(left)} and {failure.told(right)}"
    return Problem(what, f"the first has {columns} columns, the second {rows} rows")


REFUSALS: tuple[Callable[[Failure, Refusal], Problem | None], ...] = (
    _other_device,
    _other_type,
    _view,
    _unequal,
    _cat,
    _product,
)

CAUSES: tuple[Callable[[Failure], Problem | None], ...] = (
    _endless,
    _nested,
    _no_forward,
    _no_tensor,
    _impossible,
    _misfit,
    _no_indices,
    _beyond_table,
    _comma,
    _refused,
)


def _needs_values(failure: Failure) -> str | None:
    """Return why the pass may succeed on a device with values; None if it would not."""
    error = failure.error
    if failure.device.type != "meta":
        return None
    if is_compilers(error):
        return "it gives functions to torch's compiler, which cannot look at them there"
    if not _may_be_of_meta(error):
        return None
    refusal = failure.refusal
    if refusal and len(refusal.devices) > 1:
        return stranger(failure.model, refusal.operands)
    if (refusal and any(tag in READING for tag in refusal.operator.tags)) or "meta" in str(error):
        return "its forward pass depends on values, which meta has not"
    return f"on meta it fails: {_first_line(error)}"


def _may_be_of_meta(error: BaseException) -> bool:
    """Return whether torch may raise this where meta has no values; a wrong word is no such."""
    if "meta" in str(error):
        return True
    return isinstance(error, ON_META) and not (
        isinstance(error, TypeError) and "ensor" not in str(error)
    )


def _first_line(error: BaseException) -> str:
    first, _, _ = str(error).strip().partition("\n")
    return f"{type(error).__name__}: {first}"
