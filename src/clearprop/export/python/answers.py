"""What makes an answer of the networks' outputs, in plain Python."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from clearprop.export.answers import Classes, Labels, Quantities
from clearprop.export.model import Model
from clearprop.export.names import in_python_docstring
from clearprop.export.numerals import lines
from clearprop.export.python.functions import SIGMOID, SOFTMAX, Function
from clearprop.export.python.network import NetworkText

MEAN = '''\
def mean(answers):
    """The mean of what the members say, number by number."""
    return [sum(numbers) / len(numbers) for numbers in zip(*answers)]'''

SHARES = '''\
def shares(outputs):
    """The outputs over their sum; all alike where that is 0."""
    total = sum(outputs)
    return [a / total for a in outputs] if total > 0 else [1.0 / len(outputs)] * len(outputs)'''

TWO_CLASSES = '''\
def two_classes(z):
    """The probabilities of two classes, of which z speaks for the second."""
    return [sigmoid(-z), sigmoid(z)]'''


@dataclass
class AnswerText:
    """The texts that make an answer.

    Attributes
    ----------
    constants : list of str
        The classes.
    needs : tuple of Function
        What is called that activations may be, too.
    functions : list of str
        Definitions, `predict` the last.
    """

    model: Model
    network: NetworkText
    constants: list[str] = field(default_factory=list)
    needs: tuple[Function, ...] = ()
    functions: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        answer = self.model.answer
        if len(self.model.networks) > 1:
            self.functions.append(MEAN)
        if isinstance(answer, Quantities):
            self.functions.append("\n".join(self._quantities(answer)))
        elif isinstance(answer, Labels):
            self.constants = ["\n".join(_constant("LABELS", answer.labels.tolist()))]
            said = "each label"
            self.functions += self._numbers(answer.probable, said, "LABELS", self.network.mean(self.network.outputs()))
            self.functions.append("\n".join(self._labels(answer)))
        else:
            self.constants = ["\n".join(_constant("CLASSES", answer.labels.tolist()))]
            self.functions += self._numbers(answer.probable, "each class", "CLASSES", self._of_classes(answer))
            self.functions.append("\n".join(self._classes(answer)))

    @property
    def given(self) -> str:
        """What a row is called."""
        return "x" if self.model.preparation is None else "cells"

    @property
    def row(self) -> str:
        """What a row is, in words."""
        return "a row of numbers" if self.model.preparation is None else "a row of the table, {column: cell}"

    def _inputs(self) -> Iterator[str]:
        if self.model.preparation is not None:
            yield "    x = inputs_of(cells)"

    def _quantities(self, answer: Quantities) -> Iterator[str]:
        what = in_python_docstring(self.model.predicted)
        yield f"def predict({self.given}):"
        yield f'    """The prediction of {what} for {self.row}."""'
        yield from self._inputs()
        outputs = self.network.mean(self.network.outputs())
        if self.model.answers > 1:
            yield f"    return {outputs}"
            return
        found = f"{outputs}[0]"
        if (answer.scale, answer.mean) != (1.0, 0.0):
            found = f"{found} * {answer.scale!r} + {answer.mean!r}"
        if answer.limits is not None:
            low, high = answer.limits
            found = f"min(max({found}, {low!r}), {high!r})"
        yield f"    return {found}"

    def _numbers(self, probable: bool, of: str, names: str, expression: str) -> Iterator[str]:
        """The definition of `probabilities` or `scores`."""
        called, what = ("probabilities", "probability") if probable else ("scores", "score")
        body = [
            f"def {called}({self.given}):",
            f'    """The {what} of {of}, in the order of {names}, for {self.row}."""',
        ]
        yield "\n".join([*body, *self._inputs(), *_returned(expression)])

    def _of_classes(self, answer: Classes) -> str:
        """The expression of all classes' numbers."""
        network, single = self.network, self.model.first.layer_sizes[-1] == 1
        if answer.given == "logits":
            if single:
                self.needs = (SIGMOID,)
                self.functions.append(TWO_CLASSES)
                return network.mean(f"two_classes({network.outputs()}[0] / {answer.temperature!r})")
            self.needs = (SOFTMAX,)
            return network.mean(f"softmax([z / {answer.temperature!r} for z in {network.outputs()}])")
        outputs = network.mean(network.outputs())
        if single:
            whole = 1.0 if answer.probable or answer.threshold is None else 2 * answer.threshold
            return f"a = {outputs}[0]\nreturn [{whole!r} - a, a]"
        if answer.given == "shares":
            self.functions.append(SHARES)
            return f"shares({outputs})"
        return outputs

    def _classes(self, answer: Classes) -> Iterator[str]:
        called, most = (
            ("probabilities", "most probable class") if answer.probable else ("scores", "class that scores most")
        )
        what = in_python_docstring(self.model.predicted)
        yield f"def predict({self.given}):"
        yield f'    """The {most} of {what} for {self.row}."""'
        if self.model.first.layer_sizes[-1] == 1 and answer.threshold is not None:
            yield f"    return CLASSES[1 if {called}({self.given})[1] > {answer.threshold!r} else 0]"
            return
        yield f"    numbers = {called}({self.given})"
        yield "    return CLASSES[numbers.index(max(numbers))]"

    def _labels(self, answer: Labels) -> Iterator[str]:
        called = "probabilities" if answer.probable else "scores"
        yield f"def predict({self.given}):"
        yield f'    """Which of LABELS {self.row} has: 1 for each that it has, else 0."""'
        yield f"    return [1 if a > {answer.threshold!r} else 0 for a in {called}({self.given})]"


def _returned(expression: str) -> list[str]:
    found = expression.split("\n")
    return [f"    {line}" for line in found] if len(found) > 1 else [f"    return {expression}"]


def _constant(name: str, values: list[object]) -> Iterator[str]:
    listed = list(lines(map(repr, values), "    "))
    if len(listed) == 1 and len(listed[0]) < 100:
        yield f"{name} = [{listed[0].strip()}]"
    else:
        yield from (f"{name} = [", *listed, "]")
