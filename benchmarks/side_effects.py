"""What each tool leaves behind in a model, and in torch, once it has counted.

The model is a small one in training mode, with batch norm, dropout and a frozen layer. Each tool
counts it in a process of its own, and then another one whose forward pass raises. FlopCounterMode
leaves it to its user to run the model; here, as its documentation shows.

    python benchmarks/side_effects.py

    python benchmarks/side_effects.py --models 250

The second form counts small models that change something as they run (`changing_models.py`): each
way to do so meets each way in which a trace can go (as usual, in training mode, with every operator
as a row, with examples, with values that parameters decide, with an exception, with Ctrl-C), and so
many models mix them. All that can be seen of the model, of its examples and of the process is
compared before and after.

✗: left behind by every count; (✗): only where the forward pass raises. The exit code is 1 if
archstat leaves anything.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import json
import random
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING

from counters import COUNTERS, print_table

if TYPE_CHECKING:
    from torch import nn

SHAPE = (3, 16, 16)
PROGRAM = "import sys; sys.path.insert(0, {folder!r}); import side_effects as s; s.tell({tool!r})"


def model(*, fails: bool) -> nn.Module:
    """Return a model in which there is much to change."""
    import torch  # noqa: PLC0415  only in the processes that count
    from torch import nn  # noqa: PLC0415  likewise

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.norm = nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)
            self.drop, self.head = nn.Dropout(), nn.Linear(4 * 14 * 14, 2)
            self.conv.weight.requires_grad_(requires_grad=False)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            x = self.drop(self.norm(self.conv(x)))
            if fails:
                raise RuntimeError
            return self.head(x.flatten(1))

    net = Net().train()
    net.conv.eval()  # modes differ from module to module
    return net


def state(net: nn.Module) -> dict[str, object]:
    """Return all that a tool could leave behind, by what people call it."""
    import numpy as np  # noqa: PLC0415  likewise
    import torch  # noqa: PLC0415  likewise
    from torch.nn.modules import module as shared  # noqa: PLC0415  likewise

    modules, parameters = list(net.modules()), list(net.parameters())
    buffers = {name: buffer.tolist() for name, buffer in net.named_buffers()}
    batches = {name: value for name, value in buffers.items() if name.endswith("batches_tracked")}
    own = {"_buffers", "_parameters", "_modules", "training"}
    return {
        "modes of the modules": [module.training for module in modules],
        "batch-norm statistics": {
            name: value for name, value in buffers.items() if "running" in name
        },
        "batches counted by batch norm": batches,
        "keys of the state_dict": list(net.state_dict()),
        "attributes of the modules": [sorted(vars(module).keys() - own) for module in modules],
        "hooks of the modules": [
            {name: len(value) for name, value in vars(module).items() if name.endswith("_hooks")}
            for module in modules
        ],
        "classes of the modules": [type(module) for module in modules],
        "values of the parameters": [parameter.tolist() for parameter in parameters],
        "requires_grad": [parameter.requires_grad for parameter in parameters],
        "gradients": [parameter.grad is None for parameter in parameters],
        "random state": (
            torch.get_rng_state().tolist(),
            np.random.get_state()[1].tolist(),  # noqa: NPY002  the state that legacy code uses
            random.getstate(),
        ),
        "functions of torch": [getattr(place, name) for place, name in functions()],
        "hooks for all modules": {
            name: len(value) for name, value in vars(shared).items() if name.endswith("_hooks")
        },
        "gradient and inference mode": (torch.is_grad_enabled(), torch.is_inference_mode_enabled()),
        "default type and device": (torch.get_default_dtype(), torch.get_default_device()),
        "fused attention": torch.backends.mha.get_fastpath_enabled(),
    }


@cache
def functions() -> list[tuple[object, str]]:
    """Return the functions that a tool could replace: where they are, and their names."""
    import torch  # noqa: PLC0415  likewise

    importlib.import_module("torch._dynamo")  # replaces a function itself when it loads

    layers = [kind for kind in vars(torch.nn).values() if inspect.isclass(kind)]
    return [
        (place, name)
        for place in (torch, torch.Tensor, torch.nn.functional, *layers)
        for name, value in vars(place).items()
        if callable(value)
    ]


def left_behind(count: Callable[[nn.Module, tuple[int, ...]], int], *, fails: bool) -> list[str]:
    """Return what is not as it was before a tool counted."""
    net = model(fails=fails)
    before = state(net)
    with contextlib.suppress(Exception):  # in the one case it must fail, however it tells
        count(net, SHAPE)
    after = state(net)
    return [what for what, value in before.items() if after[what] != value]


def tell(tool: str) -> None:
    """Print what a tool leaves behind."""
    warnings.simplefilter("ignore")
    importlib.import_module(COUNTERS[tool].package)
    usual = left_behind(COUNTERS[tool].quietly, fails=False)
    print(json.dumps([usual, left_behind(COUNTERS[tool].quietly, fails=True)]))


def marks(tool: str) -> Iterator[str]:
    """Yield a mark for each effect."""
    program = PROGRAM.format(folder=sys.path[0], tool=tool)
    command = (sys.executable, "-c", program)
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    usual, failed = json.loads(done.stdout.splitlines()[-1])
    for what in state(model(fails=False)):
        yield "✗" if what in usual else "(✗)" if what in failed else ""


def untouched(count: int) -> int:
    """Count models that change as they run, print what changed, and return how many are wrong."""
    import changing_models as made  # noqa: PLC0415  it needs torch

    rows, wrong = [], 0
    for way in made.WAYS:
        found = {ending: made.changed([way], ending) for ending in made.ENDINGS}
        wrong += sum(map(bool, found.values()))
        rows.append((way, *(", ".join(each[:2]) or "–" for each in found.values())))
    print_table(("what forward changes", *made.ENDINGS), rows)
    alone = len(made.WAYS) * len(made.ENDINGS)
    print(f"\n{alone - wrong} of {alone} left as they were")
    wrong_mixed = 0
    for seed in range(count):
        ways, ending = made.mixed(seed)
        if names := made.changed(ways, ending):
            wrong_mixed += 1
            print(f"{', '.join(ways)}; {ending}: {', '.join(names)}")
    print(f"{count - wrong_mixed} of {count} that mix ways left as they were")
    return wrong + wrong_mixed


def main() -> int:
    """Print one table; return 1 if archstat leaves anything behind."""
    if "--models" in sys.argv:
        warnings.simplefilter("ignore")
        return int(untouched(int(sys.argv[-1])) > 0)
    tools = [tool for tool, counter in COUNTERS.items() if counter.is_installed]
    columns = {tool: list(marks(tool)) for tool in tools}
    effects = list(state(model(fails=False)))
    rows = list(zip(effects, *columns.values(), strict=True))
    print_table(("left behind", *tools), [row for row in rows if any(row[1:])])
    print(f"\nby none: {', '.join(row[0] for row in rows if not any(row[1:]))}")
    print(f"not installed: {', '.join(COUNTERS.keys() - set(tools)) or 'none'}")
    return int(any(columns["archstat"]))


if __name__ == "__main__":
    sys.exit(main())
