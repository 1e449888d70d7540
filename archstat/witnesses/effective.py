"""How much each pixel matters to a unit: its gradients, over random images.

Source: Luo, Li, Urtasun & Zemel, "Understanding the effective receptive field in deep convolutional
neural networks" (NeurIPS 2016).
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from archstat.errors import ArchstatError, UsageError
from archstat.layers.naming import attribute_name
from archstat.models.argument import find_model
from archstat.models.question import Question
from archstat.models.torch.examples import example_inputs, stated_inputs
from archstat.models.torch.private import tree_leaves
from archstat.models.torch.source import Source
from archstat.report.unit_field import Effective, UnitField
from archstat.witnesses.gradients import unit_value

MATTERS = 1 - 0.9545
"""A pixel matters if its gradient is larger than this share of the largest one (section 3)."""


class _EnoughError(Exception):
    """The layer that is asked about has run; what is behind it need not."""


def effective_field(model: str, asked: Question, view: UnitField, runs: int) -> Effective:
    """Return how much each pixel matters to a unit, over random images.

    The model runs with the values that it has; one that a spec describes with those that torch
    draws, always the same.

    Raises:
        UsageError: The layer is no module, or the model does not run.
    """
    source = find_model(model).module(asked)
    with torch.random.fork_rng(devices=[]), source.at_home():
        torch.manual_seed(0)
        whole = source.model if source.make is None else source.make()
        total = sum(_gradient(whole, source, asked, view) for _ in range(runs))
    if not isinstance(total, Tensor) or not total.max() > 0:
        raise UsageError(f"no pixel matters to unit {view.unit} of {view.layer}")
    amounts = total / total.max()
    count = int((amounts > MATTERS).sum())
    return Effective(tuple(map(tuple, amounts.tolist())), runs, count**0.5)


def _gradient(whole: nn.Module, source: Source, asked: Question, view: UnitField) -> Tensor:
    """Return the size of a unit's gradient at each pixel, for one random image."""
    modules = {name: each for name, each in whole.named_modules() if name}
    name = view.layer if view.layer in modules else attribute_name(view.layer)
    if name not in modules:
        raise UsageError(
            f"{view.layer} is no module of its own, so nothing tells its gradients",
            hint="ask for the layer behind it",
        )
    specs = stated_inputs(source, asked.inputs)
    args, kwargs = example_inputs(source, specs, 1, torch.device("cpu"))
    image = torch.randn((1, *specs[0].shape), requires_grad=True)
    if specs[0].name is None:
        args[0] = image
    else:
        kwargs[specs[0].name] = image
    kept: list[Tensor] = []

    def keep(_: nn.Module, __: Any, out: Any) -> None:
        kept.extend(leaf for leaf in tree_leaves(out) if isinstance(leaf, Tensor))
        raise _EnoughError

    handle = modules[name].register_forward_hook(keep)
    was_training = whole.training
    try:
        with torch.enable_grad():
            whole.eval()(*args, **kwargs)
    except _EnoughError:
        pass
    except ArchstatError:
        raise
    except Exception as error:  # noqa: BLE001  it is the user's code, which may raise anything
        first_line = str(error).partition("\n")[0]
        raise UsageError(f"the forward pass fails: {first_line}") from None
    finally:
        handle.remove()
        whole.train(was_training)
    value = unit_value(kept[0], view.field, view.unit)
    (gradient,) = torch.autograd.grad(value, image)
    return gradient[0].abs().sum(dim=0)
