"""Formulas: they come to what Python's mathematics has, and nothing else is ever run."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearprop.errors import InputError
from clearprop.lab.formulas import CONSTANTS, DEEPEST, FUNCTIONS, LONGEST, Formula

X = np.linspace(-1, 1, 21)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x", lambda x: x),
        ("2", lambda x: 2.0),
        ("sin(3*x)/2", lambda x: math.sin(3 * x) / 2),
        ("-x**2 + 1", lambda x: -(x**2) + 1),
        ("x^3 - 2*x", lambda x: x**3 - 2 * x),
        ("exp(x) * cos(pi*x)", lambda x: math.exp(x) * math.cos(math.pi * x)),
        ("sqrt(abs(x)) - tanh(e*x)", lambda x: math.sqrt(abs(x)) - math.tanh(math.e * x)),
        ("log(2 + x) + tan(x)", lambda x: math.log(2 + x) + math.tan(x)),
        ("+x - -x", lambda x: 2 * x),
        ("  (x)  ", lambda x: x),
    ],
)
def test_values(text, value):
    np.testing.assert_allclose(Formula(text)(X), [value(x) for x in X.tolist()], rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_is_that_of_its_name(name):
    points = np.array([0.25, 0.75])
    expected = [abs(x) if name == "abs" else getattr(math, name)(x) for x in points.tolist()]
    np.testing.assert_allclose(Formula(f"{name}(x)")(points), expected, rtol=1e-15)


@pytest.mark.parametrize("name", CONSTANTS)
def test_every_constant(name):
    assert Formula(name)(np.zeros(1)).tolist() == [getattr(math, name)]


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "open('x')",
        "x.__class__",
        "(lambda: x)()",
        "[x for x in y]",
        "x if x else x",
        "x < 1",
        "x and x",
        "'text'",
        "True",
        "1j",
        "x[0]",
        "x @ x",
        "x // 2",
        "x % 2",
        "~x",
        "not x",
        "sin",
        "sin(x, x)",
        "sin(x=1)",
        "sin(*x)",
        "f'{x}'",
        "x := 1",
        "y = x",
        "x; x",
        "",
        "   ",
        "x +",
        "(x",
        "x\x00",
        "é",
        "...",
        "None",
        "1e400",
        "10**400",
        f"{10**400}",
    ],
)
def test_anything_else_is_refused(text):
    with pytest.raises(InputError):
        Formula(text)(X)


def test_caps_of_length_and_depth():
    with pytest.raises(InputError, match=f"{LONGEST} at most"):
        Formula("+".join(["x"] * LONGEST))
    with pytest.raises(InputError, match=f"more than {DEEPEST} deep"):
        Formula("sin(" * (DEEPEST + 1) + "x" + ")" * (DEEPEST + 1))
    with pytest.raises(InputError):
        Formula("(" * 199)
    with pytest.raises(InputError):
        Formula("9**9**9**9**9")(X)


@pytest.mark.parametrize("text", ["1/x", "log(x)", "sqrt(x)", "exp(1000*x)"])
def test_values_that_are_not_finite_are_refused_and_say_where(text):
    with pytest.raises(InputError, match=r"no finite value at x = "):
        Formula(text)(X)


def test_near_names_are_offered():
    with pytest.raises(InputError, match="did you mean 'tan'"):
        Formula("tahn(x)")


@given(st.text(max_size=60))
def test_whatever_is_typed_is_a_formula_or_is_refused(text):
    try:
        values = Formula(text)(X)
    except InputError:
        return
    assert values.shape == X.shape
    assert np.isfinite(values).all()
