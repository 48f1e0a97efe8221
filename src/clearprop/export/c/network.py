"""A network in C: constant arrays, and the loop that feeds them forward, neuron by neuron, as in the article."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.activations import Activation, Identity, Softmax
from clearprop.export.c.functions import SOFTMAX, definition
from clearprop.export.c.language import Language
from clearprop.export.model import Model
from clearprop.export.numerals import counted
from clearprop.inputs import Lookup, Plain, Scale
from clearprop.network.layout import SHARE, WEIGHT, Span

Array = npt.NDArray[Any]


# What the numbers of each kind of span are.
KINDS = {
    "W": "for each neuron the weights of its inputs",
    "b": "the biases of the neurons",
    "p": "the share that each neuron has of its function f: a = z + p (f(z) - z)",
    "s": "what each input is multiplied by",
    "E": "for each category the numbers that stand for it",
    "c": "for each input the frequencies of its waves",
    "phi": "for each input the phases of its waves",
    "V": "for each wave of each input how much of it goes into each mixture",
    "v": "for each input what is added to its mixtures",
}


class NetworkText:
    """The texts that a model's networks are.

    Attributes
    ----------
    functions : list of str
        Definitions of the activations.
    numbers : list of str
        Definitions of constant arrays.
    loop : str
        The definition of `feed_forward`.
    """

    def __init__(self, model: Model, language: Language) -> None:
        self.model, self.language, self.network = model, language, model.first
        self.several = len(model.networks) > 1
        output = Identity() if model.uses_logits else self.network.activations[-1]
        self.activations: list[Activation] = [*self.network.activations[:-1], output]
        self._names: dict[Activation, str] = {}
        self.functions = list(self._functions())
        self.numbers = [self._array(number, span) for number, span in enumerate(self.network.layout.spans)]
        self.loop = "\n".join(self._feed_forward())

    @property
    def outputs(self) -> int:
        """How many outputs each network has."""
        return self.network.layer_sizes[-1]

    def call(self, x: str, out: str) -> str:
        """The statement that computes the outputs of the network, or of the member m."""
        return f"{self.language.prefix}_feed_forward({'m, ' if self.several else ''}{x}, {out});"

    def _functions(self) -> Iterator[str]:
        for activation in self.activations:
            if activation in self._names or isinstance(activation, Identity):
                continue
            if isinstance(activation, Softmax):
                self._names[activation] = f"{self.language.prefix}_softmax"
                yield self.language.text(SOFTMAX.template)
                continue
            same = sum(one.name == activation.name for one in self._names)
            name = self._names[activation] = f"{self.language.prefix}_{activation.name}" + (
                f"_{same + 1}" if same else ""
            )
            yield definition(activation, name, self.language)

    def _array(self, number: int, span: Span) -> str:
        """The definition of a span's array, of weights with a row for each neuron; of members behind one another."""
        members = [network.spans[number] for network in self.model.networks]
        what = KINDS[span.kind]
        of_members = "for each member, " if self.several else ""
        said = f"/* {span.name}: {of_members}{what}. */\n"
        arrays = [np.ascontiguousarray(one.T if span.kind == WEIGHT else one) for one in members]
        return said + self.language.array(span.name, np.stack(arrays) if self.several else arrays[0])

    def _at(self, span: str) -> str:
        """A span's array, of the member in question."""
        return f"{self.language.prefix}_{span}{'[m]' if self.several else ''}"

    def _feed_forward(self) -> Iterator[str]:
        real, sizes = self.language.real, self.network.layer_sizes
        member = "int m, " if self.several else ""
        what = "of the member m " if self.several else ""
        yield f"/* The outputs {what}for inputs x: each neuron begins at its bias, adds up its inputs times their"
        yield "   weights to z, and passes z through its layer's function. */"
        yield f"static inline void {self.language.prefix}_feed_forward({member}const {real} *x, {real} *out)"
        yield "{"
        fed = "x"
        if not self.network.front.is_plain:
            fed = "a0"
            yield f"    {real} a0[{sizes[0]}];"
        for layer, size in enumerate(sizes[1:-1], start=1):
            yield f"    {real} a{layer}[{size}];"
        if fed == "a0":
            yield from (f"    {line}" for line in self._features())
        shares = self.network.layout.by_layer(SHARE, list(self.network.layout.spans), len(self.activations))
        for layer, (activation, share) in enumerate(zip(self.activations, shares, strict=True), start=1):
            to = "out" if layer == len(self.activations) else f"a{layer}"
            yield ""
            shape = f"{counted(sizes[layer - 1], 'input')}, {counted(sizes[layer], 'neuron')}"
            yield f"    /* Layer {layer}: {shape}, {activation.name} */"
            yield from (f"    {line}" for line in self._layer(layer, fed, to, activation, share))
            fed = to
        yield "}"

    def _layer(self, layer: int, fed: str, to: str, activation: Activation, share: Span | None) -> Iterator[str]:
        fan_in, fan_out = self.network.layer_sizes[layer - 1 : layer + 1]
        whole = isinstance(activation, Softmax)
        z = "z" if whole or isinstance(activation, Identity) else f"{self._names[activation]}(z)"
        if whole and share is not None:
            yield f"{self.language.real} z{layer}[{fan_out}];"
        yield f"for (int j = 0; j < {fan_out}; j++) {{"
        yield f"    {self.language.real} z = {self._at(f'b{layer}')}[j];"
        yield f"    for (int i = 0; i < {fan_in}; i++) {{"
        yield f"        z += {fed}[i] * {self._at(f'W{layer}')}[j][i];"
        yield "    }"
        if share is not None and not whole:
            z = f"z + {self._at(share.name)}[j] * ({z} - z)"
        if share is not None and whole:
            yield f"    z{layer}[j] = z;"
        yield f"    {to}[j] = {z};"
        yield "}"
        if whole:
            yield f"{self._names[activation]}({to}, {fan_out});"
            if share is not None:
                yield f"for (int j = 0; j < {fan_out}; j++) {{"
                yield f"    {to}[j] = z{layer}[j] + {self._at(share.name)}[j] * ({to}[j] - z{layer}[j]);"
                yield "}"

    def _features(self) -> Iterator[str]:
        """Statements that make the features a0 of the columns x."""
        front = self.network.front
        for number, (one, columns, features) in enumerate(
            zip(front.inputs, front.columns, front.features, strict=True), start=1
        ):
            yield ""
            yield f"/* x[{columns.start}] to x[{columns.stop - 1}]: {one.name} */"
            first, at = features.start, f"x[{_plus(columns.start, 'i')}]"
            if isinstance(one, Plain | Scale):
                factor = f" * {self._at(f's{number}')}[i]" if isinstance(one, Scale) else ""
                yield f"for (int i = 0; i < {one.columns}; i++) {{"
                yield f"    a0[{_plus(first, 'i')}] = {at}{factor};"
                yield "}"
            elif isinstance(one, Lookup):
                x = f"x[{columns.start}]"
                yield f"for (int i = 0; i < {one.size}; i++) {{"
                entry = f"{self._at(f'E{number}')}[(int){x}][i]"
                yield f"    a0[{_plus(first, 'i')}] = {x} >= 0 && {x} < {one.categories} ? {entry} : 0;"
                yield "}"
            else:
                yield from self._waves(number, one, first, at)

    def _waves(self, number: int, one: Any, first: int, at: str) -> Iterator[str]:
        f, turn = self.language.suffix, self.language.number(2 * np.pi)
        c, phi, V, v = (self._at(f"{kind}{number}") for kind in ("c", "phi", "V", "v"))
        yield f"for (int i = 0; i < {one.columns}; i++) {{"
        yield f"    {self.language.real} *mixture = a0 + {_plus(first, f'i * {1 + one.size}')};"
        yield f"    *mixture++ = {at};"
        yield f"    for (int k = 0; k < {one.size}; k++) {{"
        yield f"        mixture[k] = {v}[i][k];"
        yield "    }"
        yield f"    for (int w = 0; w < {one.frequencies}; w++) {{"
        yield f"        {self.language.real} wave = cos{f}({turn} * {c}[i][w] * {at} + {phi}[i][w]);"
        yield f"        for (int k = 0; k < {one.size}; k++) {{"
        yield f"            mixture[k] += wave * {V}[i][w][k];"
        yield "        }"
        yield "    }"
        yield "}"


def _plus(first: int, term: str) -> str:
    return f"{first} + {term}" if first else term
