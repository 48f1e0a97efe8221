"""Formulas, slopes, gradients, their derivations and the optimisers' formulas, verified with SymPy.

SymPy reads the same texts and differentiates the formulas itself. On each smooth piece, absolute values, maxima and
cases are decided by an assumption on the sign of the distance from the piece's end, so that what is compared are plain
expressions.
"""

import inspect
from itertools import pairwise

import numpy as np
import pytest
import sympy

from clearprop import ACTIVATIONS, LOSSES, OPTIMIZERS
from clearprop.explanation import derive
from clearprop.explanation.writing.evaluation import evaluate
from clearprop.explanation.writing.expressions import Number, Symbol
from clearprop.explanation.writing.formulas import fill, parse_formula, settings

z, a, y, t = sympy.symbols("z a y t", real=True)
PARAMETERS = sympy.symbols("alpha scale negative_slope width q threshold", positive=True)
UNITS = 3
Z, A, Y = (sympy.symbols(f"{letter}1:{UNITS + 1}", real=True) for letter in "zay")
NAMES = {"z": z, "a": a, "y": y, **{symbol.name: symbol for symbol in PARAMETERS}}


def read(text, **names):
    return sympy.sympify(text, locals={**NAMES, **names})


def pieces(cls):
    """Substitutions of z that keep to one smooth piece: a positive distance from its end."""
    far = sympy.symbols("far", positive=True)
    kinks = list(cls.kinks)
    if not kinks:
        return [z]
    between = [(low + high) / 2 + (high - low) / 2 * sympy.tanh(t) for low, high in pairwise(kinks)]
    return [kinks[0] - far, *between, kinks[-1] + far]


def is_zero(expression):
    """Symbolically, as far as SymPy can; what it cannot simplify is compared at 40 digits at many points."""
    simplified = sympy.simplify(expression.rewrite(sympy.exp))
    if simplified == 0:
        return True
    free = sorted(simplified.free_symbols, key=str)
    rng = np.random.default_rng(0)
    for _ in range(12):
        point = {symbol: sympy.Rational(int(rng.integers(1, 300)), 101) for symbol in free}
        if abs(sympy.N(simplified.subs(point), 40)) > 1e-30:
            return False
    return True


ELEMENTWISE = [name for name in ACTIVATIONS if name != "softmax"]


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_slopes_and_every_step_of_their_derivations(name):
    cls = ACTIVATIONS[name]
    formula = read(cls.formula)
    for where in pieces(cls):
        # A rational kink keeps the comparison exact.
        where = sympy.nsimplify(where)
        value = formula.subs(z, where)
        slope = sympy.diff(formula, z).subs(z, where).doit()
        for text in (cls.slope_formula, *(step for step, _ in cls.derivation)):
            step = read(text).doit().subs(a, formula).subs(z, where).doit()
            assert is_zero(step - slope), (text, where, value)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_derivations_end_in_the_slope_and_give_reasons(name):
    cls = ACTIVATIONS[name]
    assert cls.derivation[-1][0] == cls.slope_formula
    assert all(reason for _, reason in cls.derivation)


def indexed(text, j, k):
    """A formula with places, for units j and k: sums written out, a_j as the symbol's own."""
    values = {"KroneckerDelta": lambda first, second: int(first == second), "j": j, "k": k}
    for letter, symbols in (("z", Z), ("a", A), ("y", Y)):
        values |= {f"{letter}_j": symbols[j], f"{letter}_k": symbols[k]}

    def written_out(body, index):
        parts = [
            sympy.sympify(
                body,
                locals={
                    **values,
                    index: i,
                    **{f"{letter}_{index}": s[i] for letter, s in zip("zay", (Z, A, Y), strict=True)},
                },
            )
            for i in range(UNITS)
        ]
        return "(" + " + ".join(f"({part})" for part in parts) + ")"

    while "Sum(" in text:
        start = text.index("Sum(")
        depth, end = 1, start + 4
        while depth:
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        body, index = text[start + 4 : end - 1].rsplit(", ", 1)
        text = text[:start] + written_out(body, index) + text[end:]
    symbols = {str(symbol): symbol for symbols in (Z, A, Y) for symbol in symbols}
    return sympy.sympify(text, locals={**values, **symbols})


@pytest.mark.parametrize("j", range(UNITS))
@pytest.mark.parametrize("k", range(UNITS))
def test_softmax(j, k):
    cls = ACTIVATIONS["softmax"]
    outputs = [sympy.exp(Z[i]) / sum(sympy.exp(unit) for unit in Z) for i in range(UNITS)]
    slope = sympy.diff(outputs[j], Z[k])
    for text in (cls.slope_formula, *(step for step, _ in cls.derivation)):
        step = indexed(text, j, k).subs(dict(zip(A, outputs, strict=True)))
        assert sympy.simplify(step - slope) == 0, text
    formula = indexed(cls.formula.replace("z_k), k", "z_m), m"), j, k)
    assert sympy.simplify(formula - outputs[j]) == 0


@pytest.mark.parametrize("k", range(UNITS))
def test_softmax_with_cross_entropy_cancels_to_a_minus_y(k):
    cls = LOSSES["cross_entropy"]
    outputs = [sympy.exp(Z[i]) / sum(sympy.exp(unit) for unit in Z) for i in range(UNITS)]
    loss = -sum(target * sympy.log(output) for target, output in zip(Y, outputs, strict=True))
    delta = sympy.diff(loss, Z[k])
    one = {Y[-1]: 1 - sum(Y[:-1])}
    for number, (text, _) in enumerate(cls.delta_derivation):
        step = indexed(text, 0, k).subs(dict(zip(A, outputs, strict=True)))
        last = number == len(cls.delta_derivation) - 1
        difference = step - delta
        assert sympy.simplify(difference.subs(one) if last else difference) == 0, text
    assert cls.delta_derivation[-1][0] == "a_k - y_k"


@pytest.mark.parametrize("name", LOSSES)
def test_gradients_and_every_step_of_their_derivations(name):
    cls = LOSSES[name]
    far = sympy.symbols("far", positive=True)
    width, threshold = NAMES["width"], NAMES["threshold"]
    where = {
        "absolute_error": [y + far, y - far],
        "quantile": [y + far, y - far],
        "huber": [y + width + far, y - width - far, y + width * far / (1 + far)],
        "hinge": [threshold + far, threshold - far],
        "perceptron": [threshold + far, threshold - far],
    }.get(name, [a])
    formula = read(cls.formula)
    for point in where:
        other = {y: 1} if name in ("hinge", "perceptron") else {}
        other |= {NAMES["q"]: sympy.Rational(1, 3)} if name == "quantile" else {}
        gradient = sympy.diff(formula, a).subs(other).subs(a, point).doit()
        for text in (cls.gradient_formula, *(step for step, _ in cls.derivation)):
            step = read(text).doit().subs(other).subs(a, point).doit()
            assert is_zero(step - gradient), (text, point)
    assert cls.derivation[-1][0] == cls.gradient_formula
    assert all(reason for _, reason in (*cls.derivation, *cls.delta_derivation))


@pytest.mark.parametrize("name", ["poisson", "binary_cross_entropy"])
def test_deltas_with_the_natural_output(name):
    cls = LOSSES[name]
    output = read(ACTIVATIONS[cls.output_activation].formula)
    delta = sympy.diff(read(cls.formula).subs(a, output), z)
    for text in (cls.delta_formula, *(step for step, _ in cls.delta_derivation)):
        assert is_zero(read(text).subs(a, output) - delta), text


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_formulas_are_what_is_computed(name):
    activation = ACTIVATIONS[name]()
    numbers = settings(activation)
    for point in np.linspace(-5, 5, 41) + 0.01:
        zs = np.array([[point]])
        value = activation.value(zs)
        symbols = {**numbers, "z": Number(float(point)), "a": Number(float(value[0, 0]))}
        assert evaluate(fill(parse_formula(activation.formula), symbols)) == pytest.approx(value[0, 0], abs=1e-15)
        slope = evaluate(fill(parse_formula(activation.slope_formula), symbols))
        assert slope == pytest.approx(float(activation.slope(zs, value)[0, 0]), rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("name", LOSSES)
def test_losses_formulas_are_what_is_computed(name):
    loss = LOSSES[name]()
    numbers = settings(loss)
    targets = (-1.0, 1.0) if name in ("hinge", "perceptron") else (0.25, 1.0)
    for target in targets:
        for output in (0.1, 0.45, 0.9):
            symbols = {**numbers, "a": Number(output), "y": Number(target)}
            value = loss.value(np.array([[output]]), np.array([[target]]))[0]
            gradient = loss.gradient(np.array([[output]]), np.array([[target]]))[0, 0]
            assert evaluate(fill(parse_formula(loss.formula), symbols)) == pytest.approx(value, rel=1e-12, abs=1e-14)
            filled = fill(parse_formula(loss.gradient_formula), symbols)
            assert evaluate(filled) == pytest.approx(gradient, rel=1e-12)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimisers_formulas_are_what_they_do(name):
    optimizer = OPTIMIZERS[name]()
    rng = np.random.default_rng(5)
    slots = rng.uniform(0.1, 1.0, size=(len(optimizer.slots), 1))
    for step in (1, 2, 9):
        gradient, parameter = rng.normal(size=1), rng.normal(size=1)
        names = {"g": Number(float(gradient[0])), "t": Number(step), "rate": Number(0.05), **settings(optimizer)}
        names |= {slot: Number(float(value)) for slot, value in zip(optimizer.slots, slots[:, 0], strict=True)}
        change = None
        for line, text in optimizer.formulas:
            names[line] = Number(evaluate(fill(parse_formula(text), names)))
            change = names[line].value if line == "change" else change
        before = parameter.copy()
        optimizer.update(parameter, gradient, slots, 0.05, step)
        assert parameter[0] == pytest.approx(before[0] + change, rel=1e-12)
        for slot, value in zip(optimizer.slots, slots[:, 0], strict=True):
            assert names[slot].value == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    "text", ["", "z +", "z if a else y", "'z'", "z[0]", "lambda: 1", "Piecewise(z)", "z and a", "z @ a"]
)
def test_what_is_no_formula_says_so(text):
    with pytest.raises(ValueError, match=r"cannot be read|not in its language|not a pair|not a condition"):
        parse_formula(text)


@pytest.mark.parametrize("name", [*ACTIVATIONS, *LOSSES])
def test_every_derivation_is_shown_in_every_form(name):
    derivation = derive(name)
    text = derivation.to_text()
    assert all(reason.split()[0] in text for _, reason in derivation.steps)
    assert max(map(len, text.splitlines())) <= 80
    for form in (derivation.to_latex(), derivation.to_markdown(), derivation.to_html(), derivation.to_json()):
        assert name in form.replace("\\_", "_").replace("\\", "")


def test_symbols_without_numbers_cannot_be_computed():
    with pytest.raises(ValueError, match="has no number"):
        evaluate(Symbol("z"))


def test_no_derivative_stands_outside_the_tables():
    """The explanation's formulas come from the registries: its code names no activation but those it speaks about."""
    from clearprop.explanation import row_formulas

    source = inspect.getsource(row_formulas)
    assert not [name for name in (*ELEMENTWISE, *LOSSES) if f'"{name}"' in source]
