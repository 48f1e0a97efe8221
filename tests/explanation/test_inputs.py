"""Inputs, their parameters, shares and smoothed labels explained: each to the standard of a weight."""

import jsonschema
import numpy as np
import pytest
import sympy

from clearprop import INPUTS, InputError, Network, Penalty, Trainer, attribute, derive, explain
from clearprop.explanation import SCHEMA
from clearprop.explanation.notation import Name, name_in
from clearprop.inputs import Lookup, Periodic, Plain, Scale
from clearprop.losses import BinaryCrossEntropy, CrossEntropy

# As in a small RealMLP: a column as it is, factors, a table, and waves, few that are written out and many.
INPUTS_ = (Plain(1), Scale(2), Lookup(4, 3), Periodic(2, 2, 2, 0.3), Periodic(1, 6, 1, 0.5))
FEATURES, COLUMNS = 1 + 2 + 3 + 6 + 2, 7


def case(loss="cross_entropy", hidden=("mish", "tanh"), dtype="float64", n=5):
    rng = np.random.default_rng(3)
    network = Network(
        [FEATURES, 4, 3, 3], list(hidden), loss=loss, rng=0, inputs=INPUTS_, trainable_share=True, dtype=dtype
    )
    network.parameters += rng.normal(scale=0.2, size=network.parameters.size)
    X = np.column_stack([rng.normal(size=(n, 3)), np.resize([3, 0, -1, 3, 1], n), rng.normal(size=(n, 3))])
    return network, X, np.resize([0, 2, 1, 1, 2], n)


NETWORK, X, Y = case()
PARAMETERS = [NETWORK.parameter_name(index) for index in range(NETWORK.parameters.size)]
OTHERS = [f"x[{k}]" for k in range(1, COLUMNS + 1)] + [f"dL/da0[{k}]" for k in range(1, FEATURES + 1)]


def texts(explanation):
    """All forms, which must not fail."""
    jsonschema.validate(explanation.to_dict(), SCHEMA)
    return [
        explanation.to_text(), explanation.to_latex(), explanation.to_markdown(), explanation.to_html(),
        explanation.to_json(),
    ]  # fmt: skip


@pytest.mark.parametrize("row", [0, 2, None])
@pytest.mark.parametrize("penalty", [None, Penalty(l1=0.1, l2=0.2, decays={"s": 0.5})])
def test_every_gradient_adds_up_and_agrees_with_its_difference(row, penalty):
    gradients = None
    rows = X if row is None else X[row : row + 1]
    y = Y if row is None else Y[row : row + 1]
    gradients = NETWORK.backward(NETWORK.forward(rows), y, penalty=penalty)
    for index, name in enumerate(PARAMETERS):
        explanation = explain(NETWORK, X, Y, name, row=row, penalty=penalty)
        assert explanation.value == gradients.flat[index], name
        assert explanation.sum == pytest.approx(explanation.value, rel=1e-10, abs=1e-14), name
        with_penalty = explanation.contributions.sum() + sum(term.value for term in explanation.penalty)
        assert with_penalty == pytest.approx(explanation.value, rel=1e-10, abs=1e-14), name
        assert explanation.check.passed, (name, explanation.check)
        for term in explanation.terms[:3]:
            assert np.prod([factor.value for factor in term.factors]) == pytest.approx(term.value, rel=1e-10, abs=1e-15)


@pytest.mark.parametrize("name", OTHERS)
def test_gradients_of_columns_and_features(name):
    explanation = explain(NETWORK, X, Y, name, row=0)
    assert explanation.sum == pytest.approx(explanation.value, rel=1e-10, abs=1e-14)
    if name == "x[4]":  # a code
        assert explanation.value == 0
        assert explanation.check is None
        assert "x[4] is a code, which names a row of a table: it has no slope." in explanation.remarks
    else:
        assert explanation.check.passed


def test_every_form_can_be_written():
    for name in (
        "s2[1]",
        "E3[4,2]",
        "E3[1,1]",
        "c4[2,1]",
        "phi5[1,6]",
        "V4[1,2,2]",
        "v4[2,1]",
        "p1[3]",
        "x[7]",
        "x[5]",
    ):
        text, latex, _, html, _ = texts(explain(NETWORK, X, Y, name, row=0, optimizer="adamw"))
        shown = name.replace("phi", "φ")
        assert shown in text
        assert r"\begin{" in latex
        assert "<math" in html
    for name in ("prediction", "a0[1]", "a0[2]", "a0[5]", "a0[9]", "a0[14]", "a1[2]", "loss"):
        texts(explain(NETWORK, X, Y, name, row=0))


def test_a_features_value_is_its_formula_with_its_numbers():
    trace = NETWORK.forward(X)
    for feature in range(1, FEATURES + 1):
        explanation = explain(NETWORK, X, None, f"a0[{feature}]", row=1)
        assert explanation.value == trace.features[1, feature - 1]
        assert explanation.sum == pytest.approx(explanation.value, rel=1e-12, abs=1e-15)
    scaled = explain(NETWORK, X, None, "a0[3]", row=1)
    assert "a0[3] = s2[2]·x[3] = " in scaled.to_text()
    table = explain(NETWORK, X, None, "a0[5]", row=0, feature_names=["a", "b", "c", "colour", "d", "e", "f"])
    E = NETWORK.layout.named_views(NETWORK.parameters)["E3"]
    assert f"a0[5] = E3[4,2] = {E[3, 1]:.6g}".replace("-", "−") in table.to_text()
    row = ", ".join(f"{number:.6g}" for number in E[3]).replace("-", "−")
    assert f"The embedding of code 3 is the row E3[4,:] of the table: {row}." in table.remarks
    assert "a0[5] is feature 2 of input 3 (lookup), made of x[4], colour." in table.remarks
    unknown = explain(NETWORK, X, None, "a0[5]", row=2)
    assert unknown.value == 0
    assert any("a category that is not known: all its features are 0" in remark for remark in unknown.remarks)


def test_waves_are_written_out_where_they_are_few_and_listed_where_they_are_many():
    few = explain(NETWORK, X, None, "a0[8]", row=0)
    assert few.to_text().count("cos(2·π·c4[1,") >= 2
    many = explain(NETWORK, X, None, "a0[14]", row=0)
    assert "v5[1,1] + Σ_f V5[1,f,1]·cos(2·π·c5[1,f]·x[7] + φ5[1,f])" in many.to_text()
    assert len(many.terms) == 7
    c, phi, V, v = (NETWORK.layout.named_views(NETWORK.parameters)[name] for name in ("c5", "phi5", "V5", "v5"))
    parts = [*(V[0, :, 0] * np.cos(2 * np.pi * c[0] * X[0, 6] + phi[0])), v[0, 0]]
    assert [term.value for term in many.terms] == pytest.approx(sorted(parts, key=lambda part: -abs(part)), rel=1e-12)


def test_a_prediction_shows_the_features_that_lead_to_it():
    text = explain(NETWORK, X, row=0).to_text(most=None)
    for shown in ("s2[1]·x[2]", "E3[4,1]", "p1[1]·(z1[1]·tanh", "V4[1,1,1]·cos(2·π·c4[1,1]·x[5] + φ4[1,1])"):
        assert shown in text
    sums = explain(NETWORK, X, None, "z1[1]", row=0)
    assert {term.label for term in sums.terms} == {"b1[1]", "x[1]", "x[5]", "x[6]", "x[7]"} | {
        f"a0[{k}]" for k in (2, 3, 4, 5, 6, 8, 9, 11, 12, 14)
    }


def test_the_slope_of_a_share_mixes_the_activations_with_1():
    text = explain(NETWORK, X, Y, "delta2[1]", row=0).to_text()
    assert "1 + p2[1]·(1 − tanh(z2[1])² − 1)" in text or "1 + p2[1]·((1 − tanh(z2[1])²) − 1)" in text
    assert "p is a share" in text


@pytest.mark.parametrize("loss", [CrossEntropy(smoothing=0.3), BinaryCrossEntropy(smoothing=0.2)])
def test_smoothed_labels_are_those_of_the_formulas(loss):
    network, rows, _ = case(loss)
    y = np.eye(3)[:, [1, 0, 2]][[0, 1, 2, 2, 1]]
    for name in ("W3[1,2]", "b1[2]", "E3[4,1]", "p2[3]"):
        for row in (0, None):
            explanation = explain(network, rows, y, name, row=row)
            assert explanation.check.passed
            assert explanation.sum == pytest.approx(explanation.value, rel=1e-10, abs=1e-14)
    whole = explain(network, rows, y, "loss", row=0)
    assert whole.sum == pytest.approx(network.loss(rows[:1], y[:1]), rel=1e-12)
    assert whole.value == pytest.approx(whole.sum, rel=1e-12)
    one, none = (0.8, 0.1) if loss.name == "cross_entropy" else (0.9, 0.1)
    assert f"Labels are smoothed by {loss.smoothing}: of y, 1 counts as {one} and 0 as {none}." in " ".join(
        whole.to_text().split()
    )
    assert "smoothed" not in explain(NETWORK, X, Y, "loss", row=0).to_text()


def test_the_optimizers_step_is_what_training_takes():
    network, rows, y = case()
    trainer = Trainer(
        network,
        optimizer="adamw",
        rates={"s": 6.0, "c": 0.1, "p1": 0.0},
        decays={"s": 0.5},
        decoupled_decay=0.3,
        decay_schedule="flat_cosine",
        batch_size=5,
        epochs=8,
        shuffle=False,
        engine="numpy",
        rng=0,
    )
    trainer.start(rows, y)
    for _ in range(6):
        trainer.run_batch()
    names = ["s2[2]", "E3[4,1]", "c4[1,2]", "phi5[1,3]", "V4[2,1,1]", "v5[1,1]", "p1[2]", "p2[1]", "W1[3,1]"]
    steps = [explain(network, rows, y, name, trainer=trainer).step for name in names]
    trainer.run_batch()
    for name, step in zip(names, steps, strict=True):
        assert step.new == network.parameters[network.layout.index(name)], name
    assert steps[0].rate == pytest.approx(6 * 0.001)
    assert any("by its schedule" in line.note for line in steps[0].lines)


def test_names_of_parameters_columns_and_features():
    assert name_in(NETWORK, "E3[4,2]") == Name("E", 0, (4, 2), True, 3)
    assert name_in(NETWORK, "dL/dφ4[1,2]") == name_in(NETWORK, "phi4[1,2]") == Name("phi", 0, (1, 2), True, 4)
    assert name_in(NETWORK, "p2[3]") == Name("p", 2, (3,), True)
    assert name_in(NETWORK, "a0[14]") == Name("a", 0, (14,))
    assert name_in(NETWORK, "x[7]") == Name("x", 0, (7,), True)
    assert [str(name_in(NETWORK, name)) for name in PARAMETERS] == PARAMETERS
    for wrong in ("x[8]", "a0[15]", "E3[5,1]", "E3[1]", "s1[1]", "p3[1]", "E2[1,1]", "c4[1,2,1]"):
        with pytest.raises(InputError, match=r"names nothing.*s2\[1-2\], E3\[1-4,1-3\], .*a0\[1-14\]"):
            explain(NETWORK, X, Y, wrong)
    plain = Network([2, 1], rng=0)
    with pytest.raises(InputError, match="names nothing"):
        explain(plain, [1.0, 2.0], None, "a0[1]")


def test_columns_that_cannot_be_are_refused():
    with pytest.raises(InputError, match=r"x must have shape \(7,\) for a row or \(n, 7\) for n, got \(1, 14\)"):
        explain(NETWORK, np.zeros((1, FEATURES)))
    wrong = X.copy()
    wrong[0, 3] = 9
    with pytest.raises(InputError, match=r"column 3 of x must hold codes.*got 9"):
        explain(NETWORK, wrong, row=0)


def test_float32_is_explained_too():
    network, rows, y = case(dtype="float32")
    for name in ("s2[1]", "E3[4,2]", "c4[1,1]", "p1[2]"):
        explanation = explain(network, rows, y, name, row=0)
        assert explanation.check.passed
        assert explanation.sum == pytest.approx(explanation.value, rel=1e-4, abs=1e-6)
        texts(explanation)


# -- attribution -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", [0, 1, 2])
def test_integrated_gradients_are_complete_with_codes(row):
    attribution = attribute(NETWORK, X[row], output="z3[2]", steps=200)
    assert attribution.baseline.tolist() == [0, 0, 0, -1, 0, 0, 0]
    assert attribution.values.shape == (COLUMNS,)
    assert abs(attribution.completeness_error) < 1e-6
    assert (attribution.values[3] == 0) == (X[row, 3] < 0)


def test_gradients_are_slopes_and_codes_have_none():
    slopes = attribute(NETWORK, X[0], "gradient", output="a3[1]").values
    np.testing.assert_allclose(slopes, NETWORK.jacobian(NETWORK.forward(X[:1]))[0, 0], rtol=1e-10, atol=1e-14)
    assert slopes[3] == 0
    times = attribute(NETWORK, X[0], "gradient_times_input", output="a3[1]").values
    np.testing.assert_allclose(np.delete(times, 3), np.delete(slopes * X[0], 3), rtol=1e-12, atol=1e-15)
    # a code's part: the slopes of its features, times them
    trace = NETWORK.forward(X[:1])
    delta = NETWORK.activations[-1].delta(trace.z[-1], trace.a[-1], np.eye(3)[:1])
    by_feature = NETWORK.feature_slopes(trace, 3, delta)[0]
    assert times[3] == pytest.approx((by_feature * trace.features[0])[3:6].sum(), rel=1e-12)


# -- derivations -------------------------------------------------------------------------------------------------------

N_WAVES = 3


def sympy_of(text):
    """A formula with sums over f written out, in which letters without an index are those of wave 1."""
    symbols = {name: sympy.Symbol(name, real=True) for name in ("x", "s", "E", "v")}
    for letter in ("V", "c", "phi"):
        symbols |= {f"{letter}{f}": sympy.Symbol(f"{letter}1" if f == 1 else f"{letter}{f}") for f in range(1, 4)}
        symbols[letter] = symbols[f"{letter}1"]
        symbols[f"{letter}_f"] = sympy.Symbol(f"{letter}_f")

    def summed(body, index):
        return sum(
            body.subs({symbols[f"{letter}_f"]: symbols[f"{letter}{f}"] for letter in ("V", "c", "phi")})
            for f in range(1, N_WAVES + 1)
        )

    return sympy.sympify(text, locals={**symbols, "f": sympy.Symbol("f"), "Sum": summed}).doit()


@pytest.mark.parametrize("name", INPUTS)
def test_every_step_of_every_derivation_is_the_derivative(name):
    cls = INPUTS[name]
    formula = sympy_of(cls.formula)
    for kind, steps in cls.derivations.items():
        assert steps[-1][0] == cls.gradient_formulas[kind]
        by = sympy_of(kind)
        slope = sympy.diff(formula, by)
        for text, why in steps:
            assert why
            assert sympy.simplify(sympy_of(text) - slope) == 0, text
    assert set(cls.derivations) == set(cls.gradient_formulas) == {"x", *(kind for kind, _ in cls().parts)}


@pytest.mark.parametrize("name", INPUTS)
def test_derivations_can_be_written(name):
    derivation = derive(name)
    jsonschema.validate(derivation.to_dict(), SCHEMA)
    assert derivation.to_dict()["kind"] == "input"
    assert f"The slopes of {name}" in derivation.to_text()
    assert derive(INPUTS[name]()).to_text() == derivation.to_text()
    texts_ = derivation.to_latex(), derivation.to_html(), derivation.to_markdown()
    assert all(texts_)
