"""The private names of torch that are used: they are there, and stand in one file."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import archstat

torch = pytest.importorskip("torch")

from archstat.models.torch import private  # noqa: E402  only where torch is
from tests.torches import telling  # noqa: E402

HOME = Path(archstat.__file__).parent


def test_operators_tell_their_schema_and_are_of_one_class():
    assert isinstance(torch.ops.aten.mm.default, private.OpOverload)
    assert [each.name for each in private.schema(torch.ops.aten.mm.default).arguments] == [
        "self",
        "mat2",
    ]


def test_a_view_tells_of_what_it_is_one():
    tensor = torch.zeros(4)
    assert private.whole(tensor[:2]) is tensor
    assert private.whole(tensor) is None


def test_storages_on_meta_are_told_apart():
    one, other = torch.empty(4, device="meta"), torch.empty(4, device="meta")
    assert private.storage_id(one) == private.storage_id(one[:2]) != private.storage_id(other)


def test_hooks_before_a_module_are_seen():
    module = torch.nn.Linear(2, 2)
    assert not private.pre_hooks(module)
    module.register_forward_pre_hook(lambda *_: None)
    assert len(private.pre_hooks(module)) == 1


def test_parameters_of_a_module_itself_are_told_once():
    module = torch.nn.Sequential(torch.nn.Linear(2, 2, bias=False))
    module.register_parameter("none", None)
    module.first = module.again = torch.nn.Parameter(torch.zeros(3))
    assert private.own_parameters(module) == {"first": module.first}


@telling
def test_whoever_keeps_tensors_is_told():
    hooks = (lambda tensor: tensor, lambda tensor: tensor)
    assert private.tells_what_is_kept()
    with torch.autograd.graph.saved_tensors_hooks(*hooks):
        assert private.hooks_on_kept_tensors() == hooks


@pytest.mark.parametrize("kind", [torch.nn.Conv1d, torch.nn.ConvTranspose2d, torch.nn.Conv3d])
def test_convolutions_are_of_one_class(kind):
    model = torch.nn.Sequential(torch.nn.Linear(1, 1), kind(1, 1, 1), torch.nn.Conv2d(1, 1, 1))
    assert private.first_convolution(torch.nn.Sequential(model)) is model[1]
    assert private.first_convolution(torch.nn.Linear(1, 1)) is None


def test_a_compiled_model_holds_the_one_that_it_was_made_from():
    model = torch.nn.Linear(2, 2)
    assert private.compiled_from(model) is None
    model._modules["_orig_mod"] = inner = torch.nn.Linear(2, 2)
    assert private.compiled_from(model) is inner


def imported(node):
    """Return the modules that a statement imports."""
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []


@pytest.mark.parametrize(
    "path",
    [path for path in HOME.rglob("*.py") if path != Path(private.__file__)],
    ids=lambda path: str(path.relative_to(HOME)),
)
def test_private_names_stand_in_one_file(path):
    nodes = [*ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    modules = [name for node in nodes for name in imported(node) if name.startswith("torch")]
    assert [name for name in modules if "._" in name] == []
    read = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    assert not read & private.ATTRIBUTES
    assert not read & {"co_code", "f_lasti"}  # nobody reads bytecode


def test_what_the_compiler_refuses_is_told_apart():
    class RefusedError(RuntimeError):
        pass

    RefusedError.__module__ = "torch._dynamo.exc"
    assert private.is_compilers(RefusedError())
    assert not private.is_compilers(RuntimeError())


def test_attention_with_rules_is_let_run_anywhere_and_refuses_again():
    from torch.nn.attention import flex_attention

    before = flex_attention._validate_device
    with private.uncompiled():
        assert flex_attention._validate_device is not before
    assert flex_attention._validate_device is before


def test_operators_that_are_given_functions_are_of_one_class():
    assert isinstance(torch.ops.higher_order.cond, private.HigherOrderOperator)
