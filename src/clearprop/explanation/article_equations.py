"""The article's equations 1 to 46, each with its numbers in one row of its network, corrected where it is wrong."""

from dataclasses import dataclass, replace

from clearprop.activations import ACTIVATIONS
from clearprop.explanation.computation import Computation
from clearprop.explanation.notation import Name
from clearprop.explanation.row_formulas import loss_factor, loss_formula, slope_factor
from clearprop.explanation.selection import Shown
from clearprop.explanation.unfolding import delta_equation
from clearprop.explanation.value import z_equation
from clearprop.explanation.writing.algebra import product, subtract
from clearprop.explanation.writing.document import Equation
from clearprop.explanation.writing.evaluation import evaluate, with_numbers
from clearprop.explanation.writing.expressions import Add, Derivative, Expression, Multiply, Number, Sigma, Symbol
from clearprop.explanation.writing.formulas import fill, parse_formula

ETA = 0.05


@dataclass(frozen=True)
class Line:
    """One of the article's equations, with its numbers.

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


class ArticleEquations:
    """The equations for one row of a 2-2-2-2 network of sigmoids with squared errors.

    Attributes
    ----------
    lines : list of Line
        By number.
    chain_rule : Equation
        The lines between equations 2 and 3, which have no numbers.
    """

    def __init__(self, computation: Computation) -> None:
        self.computation = computation
        self.row = computation.row(0)
        self.chain_rule = self._chain_rule()
        self.lines = sorted(
            [*self._sigmoid(), *self._output_layer(), *self._hidden_2(), *self._hidden_1()],
            key=lambda line: line.number,
        )

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
        note = f"corrected: {corrected}" if corrected else note
        return Line(number, Equation(left, tuple(filled), note, str(number)), value, corrected)

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
