"""PyTorch models by name; nothing here imports torch before a model is asked for."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from archstat.errors import INSTEAD, UsageError
from archstat.extras import TORCH, Extra, require
from archstat.models.front_end import FrontEnd, Instead
from archstat.models.question import Loaded, Question
from archstat.models.tensors import HeldTensor, Tensors
from archstat.models.torch.listing import cached_names, names_in_source
from archstat.models.torch.loading.home import FILES

if TYPE_CHECKING:
    from archstat.models.torch.source import Source

LIBRARIES = ("torchvision", "timm")
EXPORTED = ".pt2"
OF_EXPORTED = "Accessing the data pointer of FakeTensor"
"""How torch warns where a program that it has exported is copied."""


class TorchFrontEnd(FrontEnd):
    """A model of a library, of a Python file, or of a module that can be imported."""

    kind = "a PyTorch model"
    accepts = frozenset({"arguments", "each_operator", "image", "input_file", "tokens", "values"})
    instead: ClassVar[Mapping[str, Instead]] = dict.fromkeys(
        ("classes", "settings"),
        Instead(
            f"use {INSTEAD}, if its class or function takes that",
            {"arguments": {"num_classes": 10}},
        ),
    )
    needs_training_pass = True
    is_general = True

    def __init__(self, argument: str) -> None:
        super().__init__(argument)
        self._found: tuple[object, Source] | None = None

    @staticmethod
    def matches(argument: str) -> bool:
        """Return whether it begins with a library's name, names a Python file, or has a colon."""
        is_of_library = argument.startswith(tuple(f"{name}/" for name in (*LIBRARIES, "hf")))
        return is_of_library or argument.endswith((*FILES, EXPORTED)) or ":" in Path(argument).name

    @staticmethod
    def libraries() -> Mapping[str, Callable[[], list[str]]]:
        """Return torchvision and timm, whose files are read for it, and what is in the cache."""
        named = {library: partial(_names, library) for library in LIBRARIES}
        return {**named, "hf": cached_names}

    def graph(self, question: Question) -> Loaded:
        """Return the graph that a forward pass shows."""
        source = self.module(question)
        from archstat.models.torch.tracing import trace_examples, trace_source  # noqa: PLC0415  torch is there

        if question.input_file:
            from archstat.models.torch.loading.example_files import as_call, read_examples  # noqa: PLC0415  likewise

            if question.inputs:
                raise UsageError("shapes of inputs do not go with a file of them").within("input")
            if question.values:
                raise UsageError("the file holds the values of inputs").within("values")
            found = read_examples(question.input_file)
            args, kwargs = as_call(found, source.model.forward)
            with source.at_home():
                loaded = trace_examples(source, question, args, kwargs)
            graph = replace(loaded.graph, notes=(*loaded.graph.notes, *source.notes))
            return loaded._replace(graph=graph)
        with source.at_home(), warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=OF_EXPORTED)
            graph, device = trace_source(
                source,
                question.inputs,
                batch_size=question.batch_size,
                device_name=question.device,
                each_operator=question.each_operator,
                train=question.train,
                values=question.values,
            )
        graph = replace(graph, notes=(*graph.notes, *source.notes))
        return Loaded(graph, device, question.batch_size)

    def tensors(self, question: Question) -> Tensors:
        """Return the tensors of the model's state dict; its parameters are those that may learn."""
        model = self.module(question).model
        learning = {name: each.requires_grad for name, each in model.named_parameters()}
        return {
            name: HeldTensor(
                tuple(each.shape), str(each.dtype).removeprefix("torch."), learning.get(name)
            )
            for name, each in model.state_dict().items()
            if hasattr(each, "shape")  # a state may be anything
        }

    def module(self, question: Question) -> Source:
        """Return the model that the argument names."""
        self.require_fit(question)
        require(TORCH, purpose=self.argument)
        from archstat.models.torch.examples import sized  # noqa: PLC0415  torch, if asked for
        from archstat.models.torch.loading.named import load_source  # noqa: PLC0415  torch, if asked for

        asked = question.arguments, question.run_file, question.tokens, question.image
        if self._found is None or self._found[0] != asked:
            source = load_source(self.argument, question.arguments, run_file=question.run_file)
            self._found = asked, sized(source, question)
        return self._found[1]


def _names(library: str) -> list[str]:
    require(Extra("torch", (library,)), purpose=f"the list of {library}")
    return names_in_source(library)
