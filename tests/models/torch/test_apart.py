"""A model that was traced is as it was before, whatever its forward pass keeps or changes."""

from __future__ import annotations

import os
import random
import weakref
from collections import OrderedDict, defaultdict, deque, namedtuple
from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

import archstat
from archstat.errors import ArchstatError
from archstat.models.torch.apart import Copier, set_apart

Pair = namedtuple("Pair", "left right")  # noqa: PYI024  whatever a user may have


class Cache:
    """What a user's object may be."""

    def __init__(self):
        self.seen = []


class Slotted:
    __slots__ = ("items",)

    def __init__(self):
        self.items = [1]


class Keeping(nn.Module):
    """Keeps tensors wherever one can."""

    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)
        self.mask = None
        self.calls = 0
        self.grids, self.by_size, self.cache = [], {"a": [1]}, Cache()
        self.more = nn.ModuleList([nn.Linear(8, 8)])
        self.plain = [nn.Linear(8, 8)]

    def forward(self, x):
        self.calls += 1
        n = x.shape[-2]
        if self.mask is None:
            self.mask = torch.ones(n, n, device=x.device).tril()
        self.grids.append(torch.zeros(n, device=x.device))
        self.by_size["a"].append(n)
        self.by_size[n] = x
        self.cache.seen.append(x)
        self.more.append(nn.Identity())
        self.plain[0].note = x
        return self.mask @ self.fc(x)


def test_what_forward_keeps_in_attributes_is_not_kept():
    torch.manual_seed(0)
    net, example = Keeping(), torch.randn(2, 5, 8)
    archstat.analyze(net, (5, 8))
    assert (net.mask, net.calls, net.grids, net.by_size) == (None, 0, [], {"a": [1]})
    assert (net.cache.seen, len(net.more), hasattr(net.plain[0], "note")) == ([], 1, False)
    expected = torch.ones(5, 5).tril() @ net.fc(example)
    assert torch.equal(net(example), expected)


def test_a_grid_that_is_made_once_is_made_again_for_real():
    class Grid(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc, self.grid = nn.Linear(4, 4), [torch.empty(0)]

        def forward(self, x):
            if self.grid[0].numel() != 4:
                self.grid[0] = torch.arange(4, device=x.device)
            return self.fc(x) + self.grid[0]

    net = Grid()
    archstat.analyze(net, (4,))
    assert net(torch.zeros(1, 4)).shape == (1, 4)


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_it_is_as_before_after_an_exception_and_after_ctrl_c(error):
    class Failing(Keeping):
        def forward(self, x):
            super().forward(x)
            torch.set_default_dtype(torch.float64)
            raise error

    net = Failing()
    with pytest.raises((ArchstatError, KeyboardInterrupt)):
        archstat.analyze(net, (5, 8))
    assert (net.mask, net.grids, net.training, net.fc.training) == (None, [], True, True)
    assert torch.get_default_dtype() == torch.float32


def test_nobody_s_train_method_is_called():
    class Trainer(nn.Linear):
        def train(self, mode=True):  # noqa: ARG002, FBT002  as an author of a trainer has it
            raise AssertionError

    net = nn.Sequential(Trainer(8, 4))
    net[0].training = True
    assert archstat.analyze(net, (8,)).totals.params == 36  # 8·4 weights and 4 biases
    assert net[0].training


def test_a_cache_that_is_given_stays_as_it_was():
    class Attending(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(8, 8)

        def forward(self, x, cache):
            cache.seen.append(self.fc(x))
            return torch.cat(cache.seen, 1)

    cache = Cache()
    cache.seen.append(torch.zeros(1, 32, 8))
    report = archstat.analyze(Attending(), inputs=(torch.zeros(1, 1, 8),), kwargs={"cache": cache})
    assert (len(cache.seen), cache.seen[0].device.type) == (1, "cpu")
    assert report.layers[-1].out_shape == (33, 8)


def test_what_hooks_gather_is_not_gathered():
    gathered = []
    net = nn.Sequential(nn.Linear(8, 4))
    net[0].register_forward_hook(lambda _, __, out: gathered.append(out))
    archstat.analyze(net, (8,))
    assert gathered == []


def test_what_belongs_to_the_process_stays():
    class Careless(nn.Linear):
        def forward(self, x):
            random.seed(1)
            np.random.seed(1)  # noqa: NPY002  what careless people write
            torch.manual_seed(1)
            torch.set_default_dtype(torch.float64)
            torch.use_deterministic_algorithms(mode=True)
            torch.set_grad_enabled(mode=False)
            torch.set_num_threads(1)
            torch.set_autocast_enabled("cpu", True)  # noqa: FBT003  torch takes no names
            torch.set_default_device("meta")
            return super().forward(x)

    def state():
        return (
            random.getstate(),
            np.random.get_state()[1].tolist(),  # noqa: NPY002  likewise
            torch.random.get_rng_state().tolist(),
            torch.get_default_dtype(),
            torch.are_deterministic_algorithms_enabled(),
            torch.is_grad_enabled(),
            torch.get_num_threads(),
            torch.is_autocast_enabled("cpu"),
            torch.get_default_device(),
        )

    net = Careless(8, 4)
    before = state()
    archstat.analyze(net, (8,))
    assert state() == before


def test_parameters_are_shared_and_all_else_is_copied():
    net = Keeping()
    net.register_buffer("seen", torch.zeros(3))
    with set_apart(net) as own:
        assert own.fc.weight is net.fc.weight
        assert own.seen is net.seen
        assert own.more[0] is not net.more[0]
        assert own.plain[0] is not net.plain[0]
        assert own.plain[0].weight is not net.plain[0].weight
        assert torch.equal(own.plain[0].weight, net.plain[0].weight)


@pytest.mark.parametrize(
    "value",
    [
        [1, [2]],
        {"a": {1}},
        OrderedDict(a=[1]),
        deque([1, [2]], maxlen=3),
        Pair([1], 2),
        (1, [2]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_containers_are_copied_as_what_they_are(value):
    made = Copier().copy(value)
    assert made == value
    assert made is not value
    assert type(made) is type(value)


def test_an_object_that_is_twice_there_is_one_in_the_copy():
    cache = Cache()
    left, right = Copier().copy([cache, cache])
    assert left is right
    assert left is not cache


def test_objects_of_any_class_are_copied():
    made = Copier().copy([Slotted(), partial(Slotted), defaultdict(list, a=[1])])
    made[0].items.append(2)
    made[2]["b"].append(3)
    assert made[0].items == [1, 2]
    assert made[2] == {"a": [1], "b": [3]}


def test_what_cannot_be_copied_has_its_attributes_put_back():
    class Rigid:
        def __init__(self):
            self.size = 1

        def __deepcopy__(self, memo):
            raise TypeError

    class Holder(nn.Linear):
        def __init__(self):
            super().__init__(8, 4)
            self.rigid = Rigid()

        def forward(self, x):
            self.rigid.size, self.rigid.out = 2, x
            return super().forward(x)

    net = Holder()
    archstat.analyze(net, (8,))
    assert vars(net.rigid) == {"size": 1}


def test_what_a_bound_method_belongs_to_is_the_copy():
    class Bound(nn.Linear):
        def __init__(self):
            super().__init__(8, 4)
            self.run, self.calls = self.counted, 0

        def counted(self, x):
            self.calls += 1
            return super().forward(x)

        def forward(self, x):
            return self.run(x)

    net = Bound()
    archstat.analyze(net, (8,))
    assert net.calls == 0


def test_a_method_of_a_list_fills_the_copy_of_the_list():
    net = nn.Module()
    net.seen = [1]
    net.note = net.seen.append
    made = Copier().copy(net)
    made.note(2)
    assert (net.seen, made.seen) == ([1], [1, 2])


class Named(list):
    """A list with attributes, as frameworks keep their own."""

    def __init__(self, parts, tracker):
        super().__init__(parts)
        self.tracker = tracker

    def append(self, part):
        raise TypeError(f"{part} is not wanted")


class Step:
    """One of many that hold each other."""

    def __init__(self, before):
        self.before = before
        self.seen = Named([], self)


def test_objects_that_are_lists_and_hold_each_other_are_copied_whole():
    first = Step(None)
    last = first
    for _ in range(2000):  # as deep as the graph of a framework's layers
        last = Step([last])
    list.append(last.seen, first)
    copied = Copier().copy(last)
    assert (copied.seen.tracker, type(copied.seen)) == (copied, Named)
    deepest = copied
    while deepest.before:
        deepest = deepest.before[0]
    assert copied.seen == [deepest]
    assert deepest is not first


class Keeps(nn.Linear):
    """A module that keeps what it has seen in places of their own."""

    __slots__ = ("__last", "count")
    calls, log = 0, []

    def __init__(self):
        super().__init__(8, 4)
        self.count, self.__last = 0, None
        self.inner = nn.Linear(4, 4)
        self.behind, self.itself = weakref.ref(self.inner), weakref.proxy(self)
        self.sets = 0

    @property
    def last(self):
        return self.__last

    @last.setter
    def last(self, value):
        self.sets, self.__last = self.sets + 1, value

    def forward(self, x, seen=[]):  # noqa: B006  as users write it
        type(self).calls += 1
        self.log.append(x)
        seen.append(x)
        os.environ["ARCHSTAT_TEST"] = "seen"
        self.itself.count += 1
        self.last = x
        return self.behind()(super().forward(x))


def test_slots_weak_references_classes_and_defaults_are_as_before():
    net = Keeps()
    for train in (False, True):
        assert archstat.analyze(net, (8,), train=train).totals.macs == 8 * 4 + 4 * 4
    assert (net.count, net.last, net.sets) == (0, None, 0)
    assert (Keeps.calls, Keeps.log, Keeps.forward.__defaults__) == (0, [], ([],))
    assert "ARCHSTAT_TEST" not in os.environ
    assert net.behind() is net.inner
