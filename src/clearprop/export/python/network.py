"""A network as lists of numbers, and the loop that feeds them forward: neuron by neuron, as in the article."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.activations import Activation, Identity, Softmax
from clearprop.export.model import Model
from clearprop.export.numerals import all_digits, counted, digits, lines
from clearprop.export.python.functions import function_of, with_needed
from clearprop.inputs import Input, Lookup, Periodic, Plain, Scale
from clearprop.network.network import Network

Array = npt.NDArray[Any]

LOOKED_UP = '''\
def looked_up(code, table):
    """The row of a table that a category's number names, from 0; zeros for one that is not known, which is below 0."""
    return table[int(code)] if code >= 0 else [0.0] * len(table[0])'''

WAVES = '''\
def waves(x, frequencies, phases, mixing, biases):
    """x itself, and beside it mixtures of waves of it: v + the sum over its waves of V cos(2 pi c x + phi)."""
    cosines = [math.cos(2.0 * math.pi * c * x + phi) for c, phi in zip(frequencies, phases)]
    mixtures = list(biases)
    for cosine, row in zip(cosines, mixing):
        for i, weight in enumerate(row):
            mixtures[i] += cosine * weight
    return [x] + mixtures'''


class NetworkText:
    """The texts that a model's networks are.

    Attributes
    ----------
    functions : list of str
        Definitions of the activations.
    numbers : str
        The constants LAYERS, or MEMBERS of which each is such a list; with FRONT, or in pairs with it, where something
        stands in front of the first layer.
    loop : list of str
        Definitions of `feed_forward`, and of what stands in front.
    """

    def __init__(self, model: Model) -> None:
        self.model, network = model, model.first
        self._has_front = not network.front.is_plain
        activations = [*network.activations[:-1], Identity() if model.uses_logits else network.activations[-1]]
        self._whole = [isinstance(activation, Softmax) for activation in activations]
        self._called, self.functions = _named(activations)
        self.numbers = "\n".join(self._numbers())
        self.loop = [*self._front(), self._feed_forward()]

    def outputs(self) -> str:
        """The expression of a member's outputs for its inputs x."""
        front, layers = ("FRONT", "LAYERS") if len(self.model.networks) == 1 else ("front", "layers")
        x = f"features(x, {front})" if self._has_front else "x"
        return f"feed_forward({x}, {layers})"

    def mean(self, expression: str) -> str:
        """The expression of the mean over the members of a list that each gives."""
        if len(self.model.networks) == 1:
            return expression
        member = "front, layers" if self._has_front else "layers"
        return f"mean([{expression} for {member} in MEMBERS])"

    # -- numbers -------------------------------------------------------------------------------------------------

    def _numbers(self) -> Iterator[str]:
        own = "the function of its sums, and its neurons, each with its bias and the weights of its inputs"
        if self.model.first.trainable_share:
            own += "; of hidden neurons also\n# the share p that the function has: a = z + p (f(z) - z)"
        if len(self.model.networks) == 1:
            if self._has_front:
                yield "# What stands in front of the first layer."
                yield from self._front_numbers("FRONT = ", self.model.first, "")
                yield ""
            yield f"# Layer by layer: {own}."
            yield from self._layers("LAYERS = ", self.model.first, "")
            return
        front = "what stands in front of its first layer; then " if self._has_front else ""
        yield f"# Of each member {front}layer by layer: {own}."
        yield "MEMBERS = ["
        for number, network in enumerate(self.model.networks, start=1):
            yield f"    # Member {number}"
            if self._has_front:
                yield "    ("
                yield from self._front_numbers("", network, "        ", ",")
                yield from self._layers("", network, "        ", ",")
                yield "    ),"
            else:
                yield from self._layers("", network, "    ", ",")
        yield "]"

    def _layers(self, start: str, network: Network, indent: str, end: str = "") -> Iterator[str]:
        yield f"{indent}{start}["
        layers = zip(network.weights, network.biases, network.shares, self._called, strict=True)
        for number, (W, b, share, function) in enumerate(layers, start=1):
            yield f"{indent}    # Layer {number}: {counted(len(W), 'input')}, {counted(len(b), 'neuron')}"
            yield f"{indent}    ({function}, ["
            for neuron in range(len(b)):
                behind = (
                    "" if not network.trainable_share else ", None" if share is None else f", {digits(share[neuron])}"
                )
                yield from _call(f"{indent}        ", f"({digits(b[neuron])}, ", W[:, neuron], f"{behind}),")
            yield f"{indent}    ]),"
        yield f"{indent}]{end}"

    def _front_numbers(self, start: str, network: Network, indent: str, end: str = "") -> Iterator[str]:
        yield f"{indent}{start}["
        front = network.front
        for one, columns, spans in zip(front.inputs, front.columns, front.spans, strict=True):
            yield f"{indent}    # {self._names(columns)}: {WORDS[type(one)]}"
            yield from _input_numbers(one, network.spans[spans], f"{indent}    ")
        yield f"{indent}]{end}"

    def _names(self, columns: slice) -> str:
        if columns.stop - columns.start == 1:
            return f"x[{columns.start}]"
        return f"x[{columns.start}] to x[{columns.stop - 1}]"

    # -- the loop ------------------------------------------------------------------------------------------------

    def _front(self) -> Iterator[str]:
        """The definitions of what makes the features."""
        front = self.model.first.front
        if front.is_plain:
            return
        kinds = {type(one) for one in front.inputs}
        if Lookup in kinds:
            yield LOOKED_UP
        if Periodic in kinds:
            yield WAVES
        body = [
            "def features(x, front):",
            '    """What the first layer is fed: what is made of the inputs x."""',
            "    a = []",
        ]
        for place, (one, columns) in enumerate(zip(front.inputs, front.columns, strict=True)):
            each = f"for i in range({columns.start}, {columns.stop}):"
            at = "i" if columns.start == 0 else f"i - {columns.start}"
            if isinstance(one, Plain):
                body.append(f"    a += x[{columns.start}:{columns.stop}]")
            elif isinstance(one, Scale):
                body += [f"    {each}", f"        a.append(x[i] * front[{place}][{at}])"]
            elif isinstance(one, Lookup):
                body.append(f"    a += looked_up(x[{columns.start}], front[{place}])")
            else:
                body += [f"    {each}", f"        a += waves(x[i], *front[{place}][{at}])"]
        yield "\n".join([*body, "    return a"])

    def _feed_forward(self) -> str:
        shared = self.model.first.trainable_share
        body = [
            "def feed_forward(inputs, layers):",
            '    """The outputs of a network: each neuron begins at its bias, adds up its inputs times their weights',
            '    to z, and passes z through its layer\'s function."""',
            "    a = inputs",
            "    for function, neurons in layers:",
        ]
        neuron = "bias, weights, share" if shared else "bias, weights"
        body += ["        sums = []"] if any(self._whole) else ["        outputs = []"]
        body += [
            f"        for {neuron} in neurons:",
            "            z = bias",
            "            for i, weight in enumerate(weights):",
            "                z += a[i] * weight",
        ]
        shares = "f if share is None else z + share * (f - z)"
        if any(self._whole):
            each = "[function(z) for z in sums]"
            body.append("            sums.append(z)")
            body.append(f"        a = function(sums) if function is softmax else {each}")
            if shared:
                body.append(f"        a = [{shares} for f, z, (_, _, share) in zip(a, sums, neurons)]")
        else:
            body += ["            f = function(z)", f"            outputs.append({shares})"] if shared else []
            body += [] if shared else ["            outputs.append(function(z))"]
            body.append("        a = outputs")
        return "\n".join([*body, "    return a"])


WORDS: dict[type[Input], str] = {
    Plain: "as they are",
    Scale: "each times a factor",
    Lookup: "the number of a category, which names a row",
    Periodic: "of each the frequencies c, the phases phi, the mixing V and the biases v of its waves",
}


def _named(activations: Sequence[Activation]) -> tuple[list[str], list[str]]:
    """What each layer's function is called, and the definitions; two of one name and other numbers are told apart."""
    functions = [function_of(activation) for activation in activations]
    names: dict[str, str] = {}
    definitions = []
    for function in with_needed(functions):
        name, count = function.name, 1
        while name in names.values():
            count += 1
            name = f"{function.name}_{count}"
        names[function.text] = name
        definitions.append(function.text.replace(f"def {function.name}(", f"def {name}(", 1))
    return [names[function.text] for function in functions], definitions


def _input_numbers(one: Input, parameters: Sequence[Array], indent: str) -> Iterator[str]:
    """The parameters of an input, as a list or None."""
    if isinstance(one, Plain):
        yield f"{indent}None,"
    elif isinstance(one, Scale):
        yield from _call(indent, "", parameters[0], ",")
    elif isinstance(one, Lookup):
        yield f"{indent}["
        for row in parameters[0]:
            yield from _call(f"{indent}    ", "", row, ",")
        yield f"{indent}],"
    else:
        yield f"{indent}["
        for c, phi, V, v in zip(*parameters, strict=True):
            yield f"{indent}    ("
            yield from _call(f"{indent}        ", "", c, ",")
            yield from _call(f"{indent}        ", "", phi, ",")
            yield f"{indent}        ["
            for row in V:
                yield from _call(f"{indent}            ", "", row, ",")
            yield f"{indent}        ],"
            yield from _call(f"{indent}        ", "", v, ",")
            yield f"{indent}    ),"
        yield f"{indent}],"


def _call(indent: str, start: str, numbers: Array, end: str) -> Iterator[str]:
    """A list of numbers behind a start and in front of an end, in one line if it fits."""
    found = list(lines(all_digits(np.ascontiguousarray(numbers)), ""))
    if len(found) <= 1:
        yield f"{indent}{start}[{''.join(found)}]{end}"
        return
    yield f"{indent}{start}["
    yield from lines(all_digits(np.ascontiguousarray(numbers)), f"{indent}    ")
    yield f"{indent}]{end}"
