"""What is printed can be computed again from what is printed, or says that digits are lost."""

import math
import re

import numpy as np
import pytest

from clearprop import Network, attribute, explain
from clearprop.explanation.writing.document import Equation, Listing
from clearprop.explanation.writing.expressions import Add, Multiply, Negate, Number, Symbol
from clearprop.explanation.writing.precision import digits_needed

from ..extent import seeds
from ..strategies import quiet_network
from .cases import random_case

LOST = "digits are lost"
NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:e-?\d+)?")
FUNCTIONS = {
    "exp": math.exp, "log": lambda x: math.log(x) if x > 0 else -1e300, "tanh": math.tanh, "cosh": math.cosh,
    "erf": math.erf, "sqrt": math.sqrt, "sign": lambda x: (x > 0) - (x < 0), "max": max, "min": min, "abs": abs,
    "π": math.pi, "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
}  # fmt: skip


def python(form):
    """A printed form as Python writes it; None if it holds letters, and so no numbers alone."""
    text = form.replace("−", "-").replace("·", "*").replace("²", "**2").replace("^", "**")
    text = re.sub(r"\[[\d,]+ more: ([^\]]*)\]", r"(\1)", text)
    text = re.sub(r"\|([^|]*)\|", r"abs(\1)", text)
    text = re.sub(r"√(\((?:[^()]|\([^()]*\))*\)|[\d.e-]+)", r"sqrt(\1)", text)
    if "{" in text or set(re.findall(r"[^\W\d]\w*", NUMBER.sub("0", text))) - set(FUNCTIONS):
        return None
    return text


def half_unit(number):
    """Half a unit of the last digit that is printed; a whole number of few digits is exact."""
    mantissa, _, exponent = number.partition("e")
    if "." not in mantissa and not exponent and len(mantissa) < 4:
        return 0.0
    return 0.5 * 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))


def computed(form, rng=None):
    """What a form comes to; with a generator, its numbers as they may have been before they were rounded."""

    def written(match):
        number = match[0]
        return repr(float(number) + (0.0 if rng is None else float(rng.choice([-1, 1])) * half_unit(number)))

    try:
        return float(eval(NUMBER.sub(written, form), {"__builtins__": {}}, FUNCTIONS))
    except (ValueError, ArithmeticError):
        return math.nan


def zero_log(form):
    """Whether a printed form has the logarithm of 0 or less."""
    return any(computed(inside) <= 0 for inside in re.findall(r"(?<=log)\((?:[^()]|\([^()]*\))*\)", form))


def equations_of(text):
    """Each equation with its line's continuations, as sign-separated parts; notes are kept."""
    for line in text.splitlines():
        if " = " in line or " ← " in line:
            yield re.split(r" [=←] ", line)


def assert_it_adds_up(line, parts, rng, digits=6):
    *forms, last = parts
    value, _, note = last.partition("   (")
    value = python(value)
    if value is None or not NUMBER.search(value) or LOST in note:
        return 0
    compared = 0
    for form in map(python, forms):
        if form is None or not NUMBER.search(form):
            continue
        found, wanted = computed(form), computed(value)
        spread = max(abs(computed(form, rng) - found) for _ in range(8))
        numbers = len(NUMBER.findall(form))
        assert ("counts as 0" in note) == zero_log(form), line
        assert abs(found - wanted) <= 2 * spread + 0.51 * 10 ** (1 - digits) * abs(wanted) + 1e-15 * numbers, line
        # and the operands have the digits that the value shows, all but two
        assert abs(found - wanted) <= 1.02 * 10.0 ** (2 - digits) * abs(wanted) + 1e-15 * numbers, line
        compared += 1
    return compared


@pytest.mark.parametrize("part", range(5))
def test_every_printed_equation_of_random_networks_can_be_computed_again(part):
    compared = 0
    for seed in seeds(120)[part::5]:
        network, X, y, weight, trainer = random_case(seed)
        rng = np.random.default_rng(seed)
        layer = int(rng.integers(1, len(network.weights) + 1))
        names = [network.parameter_name(int(rng.integers(network.parameters.size))), "loss"]
        asked = [explain(network, X, y, name, sample_weight=weight, trainer=trainer) for name in names]
        asked += [
            explain(network, X, y, name, row=0) for name in ("x[1]", f"delta{layer}[1]", f"z{layer}[1]", "prediction")
        ]
        for explanation in asked:
            for parts in equations_of(explanation.to_text(width=10**6, most=None)):
                compared += assert_it_adds_up(f"seed {seed}, {explanation.name}: {' = '.join(parts)}", parts, rng)
    assert compared > 8 * len(seeds(120)[part::5])


@pytest.mark.parametrize("output", ["binary_cross_entropy", "cross_entropy"])
@pytest.mark.parametrize("sure", [3.0, 10.0, 20.0, 32.0, 36.0])
def test_a_sure_prediction_shows_how_sure(output, sure):
    """1 − 1 = −1.3e−14 is what nobody can follow."""
    outputs = 1 if output == "binary_cross_entropy" else 2
    network = Network([1, outputs], loss=output, initializer="zeros")
    network.weights[0][0, 0] = sure
    target = [1.0] if outputs == 1 else [1.0, 0.0]
    rng = np.random.default_rng(0)
    for name in ("W1[1,1]", "delta1[1]", "loss"):
        text = explain(network, [1.0], target, name).to_text(width=10**6)
        assert "1 − 1 = −" not in text
        assert sum(assert_it_adds_up(text, parts, rng) for parts in equations_of(text)) > 0 or LOST in text


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("a", [-0.3, 0.0, 1.0, 2.5])
def test_an_output_outside_what_the_loss_takes_counts_as_just_inside(a, dtype):
    network = quiet_network([1, 1], output_activation="identity", loss="binary_cross_entropy", dtype=dtype, rng=0)
    network.parameters[:] = [0.0, a]
    explanation = explain(network, [1.0], [0.0 if a > 0.5 else 1.0], "loss")
    text = explanation.to_text(width=10**6)
    assert "counts as the nearest number inside" in text
    assert "log(−" not in text
    assert "inf" not in text
    assert LOST not in text


def test_the_digits_of_a_difference_in_every_form():
    network = Network([1, 1], loss="binary_cross_entropy", initializer="zeros")
    network.weights[0][0, 0] = 32.0
    explanation = explain(network, [1.0], [1.0], "W1[1,1]")
    shown = f"{explanation.trace.outputs[0, 0]:.17g}"
    assert shown.startswith("0.99999999999998")
    assert f"a1[1] − y[1] = {shown} − 1 = −1.26565e−14" in explanation.to_text()
    assert f"= {shown} - 1" in explanation.to_latex()
    assert f"{shown} - 1" in explanation.to_markdown()
    assert f"<mn>{shown}</mn>" in explanation.to_html()
    assert f"{shown} − 1" in explanation.to_json()


def test_where_the_numbers_have_no_more_digits_it_is_said_in_every_form():
    """The loss is exp(−40), and what its formula takes the logarithm of is 1 to all its digits."""
    network = Network([1, 1], loss="binary_cross_entropy", initializer="zeros")
    network.weights[0][0, 0] = -40.0
    explanation = explain(network, [1.0], [0.0], "loss")
    assert explanation.value == pytest.approx(math.exp(-40))
    for form in ("to_text", "to_latex", "to_markdown", "to_html", "to_json"):
        said = " ".join(getattr(explanation, form)().split())
        assert LOST in said, form


def test_paths_that_cancel_show_the_numbers_that_they_come_to():
    network = Network([1, 2, 1], "identity", initializer="zeros")
    network.parameters[:] = [1, 1, 0, 0, 5.123456789, -5.123456788, 0]
    text = explain(network, [1.0], [3.0], "x[1]").to_text(width=10**6)
    (line,) = [line for line in text.splitlines() if line.startswith("∂L/∂x[1] = P₁ + P₂ = ")]
    assert assert_it_adds_up(line, re.split(r" = ", line), np.random.default_rng(0)) == 1


def column_of(explanation, title):
    """The last column of a section's table as it is printed."""
    lines = explanation.to_text(sections=[title]).splitlines()
    start = next(k for k, line in enumerate(lines) if line.endswith("part"))
    return [float(line.split()[-1].replace("−", "-")) for line in lines[start + 1 :]]


@pytest.mark.parametrize("rest", [0.0, 1e-3, 1e-7, 1e-12])
def test_contributions_that_cancel_add_up_as_they_are_shown(rest):
    network = Network([3, 1], initializer="zeros")
    network.parameters[:] = [1.23456789012, -2.0, 0.76543210988 + rest, 0.0]
    explanation = explain(network, [1.0, 1.0, 1.0], name="z1[1]")
    *parts, total = column_of(explanation, "What it is made of, largest first")
    assert len(parts) == 4
    assert total == pytest.approx(explanation.value, rel=1e-5, abs=1e-15)
    assert math.fsum(parts) == pytest.approx(total, rel=1e-3, abs=4e-16)


def test_rows_and_attributions_that_cancel_add_up_as_they_are_shown():
    network = Network([1, 1], initializer="zeros")
    X, y = [[1.0], [1.0]], [1.0, -1.0 + 1e-9]
    sections = explain(network, X, y, "b1[1]").document().sections
    (table,) = [element for section in sections for element in section.elements if isinstance(element, Listing)]
    assert table.in_digits(6)[:-1] == [6, 6, 6]
    assert table.in_digits(6)[-1] > 9
    network = Network([2, 1], initializer="zeros")
    network.parameters[:] = [1.0, -1.0 - 1e-9, 0.0]
    attribution = attribute(network, [1.0, 1.0], "gradient_times_input")
    *parts, total = column_of(attribution, "Inputs, those that did most first")
    assert math.fsum(parts) == pytest.approx(total, rel=1e-4)


@pytest.mark.parametrize(
    ("form", "value", "digits"),
    [
        (Add((Number(2.5), Number(1.25))), 3.75, 6),
        (Add((Number(0.123456789), Negate(Number(0.1234)))), 0.000056789, 8),
        (Add((Number(1.5), Negate(Number(1.5)))), 0.0, 6),
        (Add((Number(0.1), Number(0.2), Number(-0.3))), 0.1 + 0.2 - 0.3, 17),
        (Multiply((Number(3.3333333), Number(1e-9))), 3.3333333e-9, 6),
        (Add((Symbol("a", value=1.0), Negate(Number(1.0)))), 1e-20, 6),
        (Add((Number(1.0), Negate(Number(1.0)))), 1e-20, 17),
        (Add((Number(1.0), Negate(Number(1.0)))), 1e-9, None),
        (Number(1.0), math.inf, 6),
    ],
)
def test_digits(form, value, digits):
    assert digits_needed(form, value, 6) == digits


def test_a_note_of_its_own_stays():
    equation = Equation(Symbol("d"), (Add((Number(1.0), Negate(Number(1.0)))), Number(1e-9)), "why")
    assert equation.in_digits(6)[1].startswith("why; digits are lost")
