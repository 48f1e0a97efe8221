"""The article's derivation, equations 1 to 46, for its 2-2-2-2 network of figure 1, with numbers, corrected.

Each equation keeps its number there. Where the article follows one path, uses the wrong layer or loses an exponent,
the corrected form stands here and the note says what was changed. `worst_error` computes every form of every equation
and compares it with the engine's number; `worst_difference` compares gradients with finite differences of the loss, and
the derivatives of equation 2 and of the lines below it with finite differences of what stands in them.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from clearprop.activations import ACTIVATIONS
from clearprop.explanation.computation import Computation
from clearprop.explanation.explaining import make_explanation
from clearprop.explanation.links import loss_factor, loss_formula, slope_factor
from clearprop.explanation.names import Name
from clearprop.explanation.unfolding import Shown, delta_equation
from clearprop.explanation.value import z_equation
from clearprop.explanation.writing.document import MOST, Block, Document, Equation, Paragraph, Rendered, Section
from clearprop.explanation.writing.expressions import (
    Add,
    Derivative,
    Expression,
    Multiply,
    Number,
    Sigma,
    Symbol,
    evaluate,
    product,
    rebuild,
    subtract,
    with_numbers,
)
from clearprop.explanation.writing.formulas import fill, parse_formula
from clearprop.explanation.writing.json import VERSION, equation_dict
from clearprop.explanation.writing.numerals import plain_number
from clearprop.network.network import Network

ETA = 0.05
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


@dataclass(frozen=True)
class Line:
    """One numbered equation.

    Attributes
    ----------
    number : int
        As in the article.
    equation : Equation
    value : float
        What the engine makes of it.
    corrected : str
        What was changed, "" where the article is right.
    """

    number: int
    equation: Equation
    value: float
    corrected: str = ""

    @property
    def worst_error(self) -> float:
        """The greatest relative distance of any of its forms from the engine's number."""
        errors = [abs(evaluate(form) - self.value) for form in self.equation.forms]
        return max(errors) / max(abs(self.value), 1e-12)


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
        self.computation = Computation(network, np.array([ROW]), np.array([TARGET]))
        self.row = self.computation.row(0)
        self.chain_rule = self._chain_rule()
        self.lines = sorted([*self._sigmoid(), *self._weights_and_biases()], key=lambda line: line.number)

    def worst_error(self) -> float:
        """The greatest relative error of any form of any equation."""
        return max(line.worst_error for line in self.lines)

    def worst_difference(self) -> float:
        """The greatest relative error of the six gradients and of the sigmoid's slope against finite differences."""
        names = [
            Name(kind, layer, places, True) for layer in (1, 2, 3) for kind, places in (("W", (1, 1)), ("b", (1,)))
        ]
        checks = [make_explanation(self.computation, name).check for name in names]
        gradients = [check.worst_relative_error for check in checks if check is not None]
        slope = self.row.slope(3, 1, 1)
        forms = (*self.lines[1].equation.forms, *self.chain_rule.forms)
        return max(*gradients, *(abs(evaluate(_by_differences(form)) - slope) / slope for form in forms))

    # -- the sigmoid, 1 to 3 -----------------------------------------------------------------------------------------

    def _sigmoid_steps(self) -> list[tuple[Expression, str]]:
        """The sigmoid's own derivation, for the first output: from the power to a (1 - a), with reasons."""
        names = {"z": self.row.z_symbol(3, 1), "a": self.row.a_symbol(3, 1)}
        steps = ACTIVATIONS.resolve("sigmoid").derivation
        return [(fill(parse_formula(text), names), reason) for text, reason in steps]

    def _sigmoid(self) -> list[Line]:
        z, a = self.row.z_symbol(3, 1), self.row.a_symbol(3, 1)
        slope = self.row.slope(3, 1, 1)
        derivative = Derivative(Symbol("σ"), z, slope, partial=False)
        fraction = fill(parse_formula(ACTIVATIONS.resolve("sigmoid").formula), {"z": z})
        (power, _), *_, (product_of_a, _) = self._sigmoid_steps()
        whole = Derivative(fraction, z, slope, partial=False)
        assert isinstance(power, Derivative)
        return [
            self._line(1, a, (fraction,), float(self.row.a[2][0])),
            self._line(2, derivative, (whole, replace(power, value=slope)), slope),
            self._line(3, derivative, (product_of_a,), slope),
        ]

    def _chain_rule(self) -> Equation:
        _, *between, _ = self._sigmoid_steps()
        left = Derivative(Symbol("σ"), self.row.z_symbol(3, 1), partial=False)
        return Equation(left, tuple(form for form, _ in between), reasons=tuple(why for _, why in between))

    # -- the layers, 4 to 46 -----------------------------------------------------------------------------------------

    def _weights_and_biases(self) -> list[Line]:
        return [*self._output_layer(), *self._hidden_2(), *self._hidden_1()]

    def _output_layer(self) -> list[Line]:
        row = self.row
        W, b = Name("W", 3, (1, 1), True), Name("b", 3, (1,), True)
        loss, slope = loss_factor(row, 1), slope_factor(row, 3, 1, 1)
        dz_dW, dz_db = self._into(W), self._into(b)
        L = Symbol("L", value=float(self.computation.row_losses[0]))
        halves = Add(tuple(loss_formula(row, unit) for unit in (1, 2)))
        one_row = "both outputs are in L; 2 stands for n, as the article goes on to have it"
        z = z_equation(row, 3, 1, Shown())
        from_inputs = float(row.x @ row.network.weights[0][:, 0])
        inputs = Sigma(Multiply((Symbol("x", ("j",)), Symbol("W", ("j", "1"), "1"))), "j", from_inputs)
        delta = delta_equation(row, 3, 1, Shown())
        a_2 = row.a_symbol(2, 1)
        error = "a sum over rows would go round the whole product; here is one row, and 2 stands for n"
        whole = product(a_2, slope.formula, loss.formula)
        return [
            self._update(4, W),
            self._gradient(5, W, Multiply((dz_dW, slope.symbol, loss.symbol))),
            self._line(6, L, (halves,), float(L.value or 0.0), one_row),
            self._line(
                7, loss.symbol, (loss.formula,), loss.value, note="of one row, and 2 stands for n, so that 2/n is 1"
            ),
            self._line(8, slope.symbol, (slope.formula,), slope.value),
            self._line(
                9,
                row.z_symbol(1, 1),
                (Add((row.b(1, 1), inputs)), *z_equation(row, 1, 1, Shown()).forms[:1]),
                float(row.z[0][0]),
                note="in the article for any neuron, here for the first of layer 1",
            ),
            self._line(10, z.left, z.forms[:1], float(row.z[2][0])),
            self._line(11, dz_dW, (a_2,), float(a_2.value or 0.0)),
            self._gradient(12, W, whole, error),
            self._update(13, b),
            self._gradient(14, b, Multiply((dz_db, slope.symbol, loss.symbol))),
            self._line(15, dz_db, (Number(1),), 1.0),
            self._gradient(16, b, product(slope.formula, loss.formula), error),
            self._line(17, delta.left, delta.forms[:-2], float(row.deltas[2][0]), error),
            self._gradient(18, W, Multiply((a_2, row.delta(3, 1)))),
            self._gradient(19, b, row.delta(3, 1)),
        ]

    def _hidden_2(self) -> list[Line]:
        row = self.row
        W, b = Name("W", 2, (1, 1), True), Name("b", 2, (1,), True)
        slope = slope_factor(row, 2, 1, 1)
        dz_dW, dz_db = self._into(W), self._into(b)
        link = Derivative(row.z_symbol(3, 1), row.a_symbol(2, 1), row.W(3, 1, 1).value)
        long, short, inner = self._sum_long(2), self._sum_symbols(2), self._sum_formulas(2)
        both = "summed over both neurons of layer 3"
        z = z_equation(row, 2, 1, Shown())
        a_1 = row.a_symbol(1, 1)
        delta = delta_equation(row, 2, 1, Shown())
        defined = f"the article's δ leaves δ3 out; here δ is dL/dz, {both}"
        dropped = "δ2 is dL/dz and has δ3 in it: one delta, not a product of two"
        return [
            self._update(20, W),
            self._gradient(21, W, Multiply((dz_dW, slope.symbol, long)), f"{both}; the last factor is by a3, not a2"),
            self._gradient(22, W, Multiply((dz_dW, slope.symbol, short)), both),
            self._line(23, link, (row.W(3, 1, 1),), float(link.value or 0.0)),
            self._line(24, slope.symbol, (slope.formula,), slope.value),
            self._line(25, z.left, z.forms[:1], float(row.z[1][0])),
            self._line(26, dz_dW, (a_1,), float(a_1.value or 0.0)),
            self._gradient(27, W, product(a_1, slope.formula, inner), both),
            self._update(28, b),
            self._gradient(29, b, Multiply((dz_db, slope.symbol, long)), both),
            self._gradient(30, b, Multiply((dz_db, slope.symbol, short)), both),
            self._line(31, dz_db, (Number(1),), 1.0),
            self._gradient(32, b, product(slope.formula, inner), both),
            self._line(
                33, delta.left, (Multiply((slope.symbol, short)), *delta.forms[:1]), float(row.deltas[1][0]), defined
            ),
            self._gradient(34, W, Multiply((a_1, row.delta(2, 1))), dropped),
            self._gradient(35, b, row.delta(2, 1), dropped),
        ]

    def _hidden_1(self) -> list[Line]:
        row = self.row
        W, b = Name("W", 1, (1, 1), True), Name("b", 1, (1,), True)
        slope = slope_factor(row, 1, 1, 1)
        dz_dW, dz_db = self._into(W), self._into(b)
        long, short, inner = self._sum_paths(), self._sum_symbols(1), self._sum_formulas(1)
        paths = "all four paths; each ends in dL/da3, not dL/da2"
        both = "summed over both neurons of layer 2; δ2 has δ3 in it, a factor of its own in the article"
        x_1 = row.a_symbol(0, 1)
        delta = delta_equation(row, 1, 1, Shown())
        defined = (
            "the article's δ leaves δ2 and δ3 out; here δ is dL/dz throughout, summed over both neurons of layer 2"
        )
        dropped = "δ1 is dL/dz and has δ2 and δ3 in it: one delta, not a product of three"
        return [
            self._update(36, W),
            self._gradient(37, W, Multiply((dz_dW, slope.symbol, long)), paths),
            self._gradient(38, W, Multiply((dz_dW, slope.symbol, short)), both),
            self._gradient(39, W, product(x_1, slope.formula, inner), both),
            self._update(40, b),
            self._gradient(41, b, Multiply((dz_db, slope.symbol, long)), paths),
            self._gradient(42, b, Multiply((dz_db, slope.symbol, short)), both),
            self._gradient(43, b, product(slope.formula, inner), both),
            self._line(
                44, delta.left, (Multiply((slope.symbol, short)), *delta.forms[:1]), float(row.deltas[0][0]), defined
            ),
            self._gradient(45, W, Multiply((x_1, row.delta(1, 1))), f"{dropped}; and what is fed in is x1, not a1"),
            self._gradient(46, b, row.delta(1, 1), dropped),
        ]

    # -- parts -------------------------------------------------------------------------------------------------------

    def _into(self, name: Name) -> Derivative:
        """dz/dW or dz/db of the neuron that the parameter goes into."""
        row = self.row
        value = 1.0 if name.kind == "b" else float(row.a_symbol(name.layer - 1, name.places[0]).value or 0.0)
        return Derivative(row.z_symbol(name.layer, name.places[-1]), row.symbol_of(name), value)

    def _link(self, layer: int, start: int, end: int) -> Derivative:
        """dz of the layer above by an a of this one: the weight between them."""
        row = self.row
        weight = row.W(layer + 1, start, end)
        return Derivative(row.z_symbol(layer + 1, end), row.a_symbol(layer, start), weight.value)

    def _sum_long(self, layer: int, start: int = 1) -> Expression:
        """Over the output neurons: dz/da, da/dz, dL/da."""
        row = self.row
        return Add(
            tuple(
                Multiply((self._link(layer, start, k), slope_factor(row, 3, k, k).symbol, loss_factor(row, k).symbol))
                for k in (1, 2)
            )
        )

    def _sum_paths(self) -> Expression:
        """From layer 1 over the neurons of layer 2, each over those of layer 3."""
        row = self.row
        return Add(
            tuple(
                Multiply((self._link(1, 1, j), slope_factor(row, 2, j, j).symbol, self._sum_long(2, j))) for j in (1, 2)
            )
        )

    def _sum_symbols(self, layer: int) -> Expression:
        """Over the neurons above: dz/da times delta."""
        return Add(tuple(Multiply((self._link(layer, 1, k), self.row.delta(layer + 1, k))) for k in (1, 2)))

    def _sum_formulas(self, layer: int) -> Expression:
        """Over the neurons above: weight times delta."""
        return Add(tuple(Multiply((self.row.W(layer + 1, 1, k), self.row.delta(layer + 1, k))) for k in (1, 2)))

    # -- lines -------------------------------------------------------------------------------------------------------

    def _line(
        self, number: int, left: Expression, forms: tuple[Expression, ...], value: float, corrected: str = "",
        note: str = "",
    ) -> Line:  # fmt: skip
        filled = [*forms]
        numbers = with_numbers(forms[-1])
        filled += [numbers] if numbers not in filled and not isinstance(numbers, Number) else []
        filled += [Number(float(value))] if Number(float(value)) not in filled else []
        said = f"corrected: {corrected}" if corrected else note
        return Line(number, Equation(left, tuple(filled), said, str(number)), value, corrected)

    def _gradient(self, number: int, name: Name, formula: Expression, corrected: str = "") -> Line:
        value = self.row.gradient_of(name)
        return self._line(number, Derivative(self.row.loss, self.row.symbol_of(name)), (formula,), value, corrected)

    def _update(self, number: int, name: Name) -> Line:
        """The step of gradient descent."""
        old, gradient = self.row.symbol_of(name), self.row.gradient_of(name)
        slope = Derivative(self.row.loss, old, gradient)
        formula = subtract(old, Multiply((Symbol("η", value=ETA), slope)))
        line = self._line(
            number, Symbol(old.letter, old.lower, old.upper), (formula,), float(old.value or 0.0) - ETA * gradient
        )
        return Line(number, Equation(line.equation.left, line.equation.forms, "", str(number), "←"), line.value)

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

    def _between(self, first: int, last: int) -> tuple[Block, ...]:
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
