"""Operators and modules that users teach: what each costs, and what cannot be taught."""

from __future__ import annotations

import pytest

from archstat.errors import UsageError

torch = pytest.importorskip("torch")

import archstat  # noqa: E402  behind the check for torch
from archstat.models.torch.operators.registry import REGISTRY  # noqa: E402  likewise


@torch.library.custom_op("archstat_tests::scaled", mutates_args=())
def scaled(x: torch.Tensor, factor: float) -> torch.Tensor:
    return x * factor


@scaled.register_fake
def _(x, _factor):
    return torch.empty_like(x)


class Operator(torch.nn.Module):
    """A linear layer of 8·4 weights, and an operator that torch does not know."""

    def __init__(self):
        super().__init__()
        self.fc = torch.nn.Linear(8, 4)

    def forward(self, x):
        return scaled(self.fc(x), 2.0)


class Pair(torch.nn.Module):
    """Two linear layers of 8·8 weights as one module."""

    def __init__(self):
        super().__init__()
        self.left = torch.nn.Linear(8, 8)
        self.right = torch.nn.Linear(8, 8)

    def forward(self, x):
        return self.left(x) + self.right(x)


@pytest.fixture
def forgetful():
    """Forget afterwards what a test has taught."""
    taught, modules = dict(REGISTRY.taught), dict(REGISTRY.modules)
    yield
    for name in {*REGISTRY.taught} - {*taught}:
        REGISTRY.forget(name)
    for kind in {*REGISTRY.modules} - {*modules}:
        del REGISTRY.modules[kind]


def rows_of(model, batch_size=1):
    """Return the names and the MACs of a model's rows, for 8 features."""
    report = archstat.analyze(model, (8,), batch_size=batch_size)
    return [(row.name, row.macs) for row in report.layers]


def test_an_operator_that_nobody_has_taught_is_not_counted():
    assert rows_of(Operator()) == [("fc", 32), ("scaled", None)]


@pytest.mark.usefixtures("forgetful")
def test_an_operator_costs_what_was_taught():
    archstat.register("archstat_tests.scaled", lambda args, out: int(args[1]) * out.numel())
    assert rows_of(Operator()) == [("fc", 32), ("scaled", 8)]  # a factor of 2, and 4 values


@pytest.mark.usefixtures("forgetful")
def test_a_taught_operator_costs_more_for_a_batch():
    archstat.register("archstat_tests.scaled", lambda _, out: out.numel())
    assert rows_of(Operator(), batch_size=3) == [("fc", 96), ("scaled", 12)]


@pytest.mark.usefixtures("forgetful")
def test_a_taught_operator_may_cost_nothing():
    archstat.register("archstat_tests.scaled", lambda *_: 0)
    report = archstat.analyze(Operator(), (8,))
    assert (report.totals.macs, report.totals.uncounted) == (32, ())


@pytest.mark.usefixtures("forgetful")
def test_the_last_lesson_counts():
    archstat.register("archstat_tests.scaled", lambda *_: 1)
    archstat.register("archstat_tests.scaled", lambda *_: 5)
    assert rows_of(Operator()) == [("fc", 32), ("scaled", 5)]


def test_a_module_that_nobody_has_taught_opens_up():
    assert rows_of(Pair()) == [("left", 64), ("right", 64), ("add", 0)]


@pytest.mark.usefixtures("forgetful")
def test_a_taught_module_is_one_row():
    archstat.register(Pair, lambda module, *_: 1_000 + module.left.in_features)
    report = archstat.analyze(torch.nn.Sequential(Pair()), (8,))
    assert [(row.name, row.label, row.macs, row.params) for row in report.layers] == [
        ("0", "Pair", 1_008, 144)  # two of 8·8 weights and 8 biases
    ]


@pytest.mark.usefixtures("forgetful")
def test_a_taught_module_is_told_its_input_and_its_output():
    archstat.register(Pair, lambda _, args, out: 10 * args[0].numel() + out.numel())
    assert rows_of(torch.nn.Sequential(Pair()), batch_size=2) == [("0", 176)]


@pytest.mark.usefixtures("forgetful")
def test_a_subclass_of_a_taught_module_is_not_taught():
    archstat.register(Pair, lambda *_: 0)

    class Other(Pair):
        pass

    assert rows_of(Other()) == [("left", 64), ("right", 64), ("add", 0)]


@pytest.mark.usefixtures("forgetful")
@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("scaled", "'scaled' is neither an operator nor a module class"),
        ("a.b.c", "'a.b.c' is neither an operator nor a module class"),
        (3, "3 is neither an operator nor a module class"),
        (int, "<class 'int'> is neither an operator nor a module class"),
        (None, "None is neither an operator nor a module class"),
    ],
)
def test_what_cannot_be_taught_is_refused(what, message):
    with pytest.raises(UsageError) as caught:
        archstat.register(what, lambda *_: 0)
    assert str(caught.value) == (
        f'{message}\n  hint: write register("mylib.my_operator", …) or register(MyModule, …)'
    )


@pytest.mark.usefixtures("forgetful")
def test_a_module_is_no_class():
    with pytest.raises(UsageError, match="is neither an operator nor a module class"):
        archstat.register(Pair(), lambda *_: 0)


@pytest.mark.usefixtures("forgetful")
@pytest.mark.parametrize("macs", [3, None, "macs"])
def test_what_cannot_be_called_is_refused(macs):
    with pytest.raises(UsageError) as caught:
        archstat.register(Pair, macs)
    assert str(caught.value) == f"macs must be a function, got {macs!r}"
    assert Pair not in REGISTRY.modules
