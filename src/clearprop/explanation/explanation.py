"""An explanation: a value, the terms it is made of, the way it was computed, its check, and what stands out."""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from clearprop.explanation.computation import Computation
from clearprop.explanation.document import Document, Equation
from clearprop.explanation.names import Name, printable
from clearprop.explanation.rendered import Rendered
from clearprop.explanation.steps import OptimizerStep, UpdateRule
from clearprop.explanation.terms import Term
from clearprop.explanation.unfolding import Shown
from clearprop.finite_differences import GradientCheck

if TYPE_CHECKING:
    from clearprop.trace import Gradients, Trace


class Explanation(Rendered, ABC):
    """Why one number of a network is what it is; `clearprop.explain` makes it.

    Attributes
    ----------
    name : str
        What is explained, such as W2[3,1].
    value : float
        The engine's own number.
    terms : sequence of Term
        The summands, largest first.
    sum : float
        What they add up to: the value; or, of an activation, its z.
    remarks : sequence of str
        What made it large or small, in plain words.
    check : GradientCheck or None
        The finite difference; None for a value, which has no slope to compare.
    step : OptimizerStep or None
        What training makes of the parameter, where an optimiser was given.

    Examples
    --------
    >>> from clearprop import Network, explain
    >>> network = Network([1, 1, 1], "tanh")
    >>> network.parameters[:] = [0.5, 0.0, 2.0, 0.0]
    >>> explanation = explain(network, [1.0], [0.0], "W1[1,1]")
    >>> [f"{factor.symbol} = {factor.value:.4f}" for factor in explanation.terms[0].factors]
    ['∂z1[1]/∂W1[1,1] = 1.0000', '∂a1[1]/∂z1[1] = 0.7864', '∂z2[1]/∂a1[1] = 2.0000', '∂L/∂z2[1] = 0.9242']
    >>> f"{explanation.value:.4f}"
    '1.4537'
    """

    def __init__(
        self, computation: Computation, name: Name, rule: UpdateRule | None, notes: Sequence[str] = ()
    ) -> None:
        self.computation = computation
        self.parsed_name = name
        self.rule = rule
        self.notes = tuple(printable(note) for note in notes)

    @property
    def name(self) -> str:
        """What is explained."""
        return str(self.parsed_name)

    @property
    @abstractmethod
    def kind(self) -> str:
        """Either gradient or value."""

    @property
    @abstractmethod
    def value(self) -> float:
        """The engine's own number."""

    @cached_property
    @abstractmethod
    def terms(self) -> Sequence[Term]:
        """The summands, largest first."""

    @cached_property
    @abstractmethod
    def remarks(self) -> Sequence[str]:
        """What made it large or small."""

    @abstractmethod
    def equations(self, shown: Shown) -> list[Equation]:
        """How it was computed, step by step."""

    @property
    def check(self) -> GradientCheck | None:
        """The finite difference beside the value."""
        return None

    @property
    def step(self) -> OptimizerStep | None:
        """What training makes of the parameter."""
        return None

    @cached_property
    def sum(self) -> float:
        """The terms added up, without rounding in between."""
        return math.fsum(term.value for term in self.terms)

    @property
    def paths(self) -> int:
        """How many paths there are in all, over all rows."""
        return sum_of_paths(self.terms)

    @property
    def trace(self) -> "Trace":
        """The forward pass that is explained."""
        return self.computation.trace

    @property
    def gradients(self) -> "Gradients":
        """The backward pass that is explained."""
        return self.computation.gradients

    def open(self, name: str) -> "Explanation":
        """Explain another number of the same computation, such as a delta that stands for several paths.

        Raises
        ------
        InputError
            The name names nothing; see `explain`.
        """
        from clearprop.explanation.make import make_explanation

        return make_explanation(self.computation, self.computation.name(name), self.rule, self.notes)

    def document(self, most: int | None = 4) -> Document:
        """Sections for the renderers; `most` is how many summands, paths, deltas and rows are listed."""
        from clearprop.explanation.compose import compose

        return compose(self, most)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as `to_json` writes them."""
        from clearprop.explanation.renderers.json import explanation_dict

        return explanation_dict(self)


def sum_of_paths(terms: Sequence[Term]) -> int:
    """The paths that the terms stand for."""
    return sum(term.paths for term in terms)
