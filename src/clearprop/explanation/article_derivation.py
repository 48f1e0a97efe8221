"""The article's derivation, equations 1 to 46, for its 2-2-2-2 network of figure 1, with numbers, corrected.

Each equation keeps its number there. Where the article follows one path, uses the wrong layer or loses an exponent,
the corrected form stands here and the note says what was changed. `worst_error` computes every form of every equation
and compares it with the engine's number; `worst_difference` compares gradients with finite differences of the loss, and
the derivatives of equation 2 and of the lines below it with finite differences of what stands in them.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from clearprop.explanation.article_equations import ETA, ArticleEquations
from clearprop.explanation.checking import check_by_differences
from clearprop.explanation.computation import Computation
from clearprop.explanation.gradient import gradient_value
from clearprop.explanation.notation import Name
from clearprop.explanation.writing.algebra import rebuild
from clearprop.explanation.writing.document import MOST, Document, Element, Paragraph, Section
from clearprop.explanation.writing.evaluation import evaluate
from clearprop.explanation.writing.expressions import Derivative, Expression, Number, Symbol
from clearprop.explanation.writing.json import equation_dict
from clearprop.explanation.writing.numerals import plain_number
from clearprop.explanation.writing.rendered import Rendered
from clearprop.explanation.writing.schema import VERSION
from clearprop.network.network import Network
from clearprop.network.rows import Rows

# Figure 1 has no numbers; these are small enough to follow by hand and leave no neuron saturated.
WEIGHTS = (
    ((0.3, -0.4), (0.2, 0.5)),
    ((-0.2, 0.6), (0.7, 0.1)),
    ((0.5, -0.3), (0.4, 0.8)),
)
BIASES = ((0.1, -0.1), (0.2, 0.05), (-0.15, 0.25))
ROW = (1.2, 1.6)
TARGET = (0.95, 0.05)
# Of finite differences.
STEP = 1e-3


class ArticleDerivation(Rendered):
    """The 46 equations; as text, LaTeX, Markdown, HTML or JSON.

    Attributes
    ----------
    lines : list of Line
        By number.
    chain_rule : Equation
        The lines between equations 2 and 3, which have no numbers.

    Examples
    --------
    >>> derivation = ArticleDerivation()
    >>> len(derivation.lines), derivation.worst_error() < 1e-12
    (46, True)
    >>> [line.number for line in derivation.lines if line.corrected]
    [6, 12, 16, 17, 21, 22, 27, 29, 30, 32, 33, 34, 35, 37, 38, 39, 41, 42, 43, 44, 45, 46]

    Notes
    -----
    The article's delta of a hidden layer leaves out the deltas above it, so that its products of deltas (equations 34,
    35, 45 and 46) name one path; here delta is dL/dz throughout, and sums over all paths.
    """

    def __init__(self) -> None:
        network = Network([2, 2, 2, 2], "sigmoid", "sigmoid", "squared_error", "zeros")
        for index, (W, b) in enumerate(zip(WEIGHTS, BIASES, strict=True)):
            network.weights[index], network.biases[index] = np.array(W), np.array(b)
        self.computation = Computation(network, Rows(np.array([ROW]), np.array([TARGET]), None))
        self.row = self.computation.row(0)
        equations = ArticleEquations(self.computation)
        self.lines, self.chain_rule = equations.lines, equations.chain_rule

    def worst_error(self) -> float:
        """The greatest relative error of any form of any equation."""
        return max(line.worst_error for line in self.lines)

    def worst_difference(self) -> float:
        """The greatest relative error of the six gradients and of the sigmoid's slope against finite differences."""
        names = [
            Name(kind, layer, places, True) for layer in (1, 2, 3) for kind, places in (("W", (1, 1)), ("b", (1,)))
        ]
        gradients = [
            check_by_differences(self.computation, name, gradient_value(self.computation, name)).worst_relative_error
            for name in names
        ]
        slope = self.row.slope(3, 1, 1)
        forms = (*self.lines[1].equation.forms, *self.chain_rule.forms)
        return max(*gradients, *(abs(evaluate(_by_differences(form)) - slope) / slope for form in forms))

    # -- showing it --------------------------------------------------------------------------------------------------

    def document(self, most: int | None = MOST) -> Document:
        """Four sections: the sigmoid, and the three layers from the outputs back."""
        sections = [
            Section("", (Paragraph(self._lead()),)),
            *(
                Section(title, self._between(first, last))
                for title, first, last in (
                    ("The sigmoid and its slope (1 to 3)", 1, 3),
                    ("The output layer (4 to 19)", 4, 19),
                    ("The second hidden layer (20 to 35)", 20, 35),
                    ("The first hidden layer (36 to 46)", 36, 46),
                )
            ),
            Section("Check", (Paragraph(self._verdict()),)),
        ]
        headline = next(line.equation for line in self.lines if line.number == 45)
        return Document("The article's derivation, equation by equation", headline, sections)

    def _between(self, first: int, last: int) -> tuple[Element, ...]:
        """The equations of these numbers; after the second, the lines of the chain rule."""
        equations = [line.equation for line in self.lines if first <= line.number <= last]
        if first > 1:
            return tuple(equations)
        lead = Paragraph(
            "By the chain rule (in the article the last lines before equation 3 have exponents of −1 in their "
            "denominators that should not be there):"
        )
        return (*equations[:2], lead, self.chain_rule, *equations[2:])

    def _lead(self) -> str:
        count = sum(bool(line.corrected) for line in self.lines)
        return (
            "The network of figure 1, 2-2-2-2 with sigmoids, numbers of our own in it: x = (1.2, 1.6), "
            f"y = (0.95, 0.05), η = {ETA}. The numbers in front are the article's; {count} of its equations are "
            "corrected here, and say how."
        )

    def _verdict(self) -> str:
        return (
            f"Every form of all {len(self.lines)} equations was computed: the worst differs from the engine's number "
            f"by {plain_number(self.worst_error(), 2)} of it. The six gradients agree with finite differences of the "
            "loss, equation 2 and the lines below it with those of the sigmoid: to "
            f"{plain_number(self.worst_difference(), 2)}."
        )

    def to_dict(self) -> dict[str, Any]:
        """The equations as plain values, with the error of each."""
        return {
            "version": VERSION,
            "kind": "article",
            "equations": [
                {
                    "number": line.number,
                    "equation": equation_dict(line.equation),
                    "value": line.value,
                    "corrected": line.corrected,
                    "relative_error": line.worst_error,
                }
                for line in self.lines
            ],
            "chain_rule": equation_dict(self.chain_rule),
            "worst_error": self.worst_error(),
            "worst_difference": self.worst_difference(),
        }


def _by_differences(node: Expression) -> Expression:
    """The tree with each derivative of a formula replaced by the formula's four-point difference."""
    if not isinstance(node, Derivative) or isinstance(node.of, Symbol):
        return rebuild(node, _by_differences)
    by = node.by
    assert isinstance(by, Symbol)
    assert by.value is not None
    far_below, below, above, far_above = (
        evaluate(_with_value(node.of, by, by.value + shift * STEP)) for shift in (-2, -1, 1, 2)
    )
    return Number((8 * (above - below) - (far_above - far_below)) / (12 * STEP))


def _with_value(node: Expression, symbol: Symbol, value: float) -> Expression:
    """The tree with another number for a symbol."""
    return (
        replace(symbol, value=value) if node == symbol else rebuild(node, lambda part: _with_value(part, symbol, value))
    )
