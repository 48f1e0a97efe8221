"""An ensemble explained: the members are the terms of its mean, to the number that it predicts, in every form."""

import json
import math

import jsonschema
import numpy as np
import pytest

from clearprop import ACTIVATIONS, Ensemble, InputError, Network, Penalty, attribute, explain
from clearprop.explanation import SCHEMA

from ..strategies import quiet_network

ROW = np.array([1.0, 2.0, -1.0, 0.5])


def ensemble_of(members=8, sizes=(4, 5, 3), activation="tanh", loss="cross_entropy", **settings):
    return Ensemble(
        [quiet_network(list(sizes), activation, loss=loss, rng=seed, **settings) for seed in range(members)]
    )


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_members_over_their_number_add_up_to_the_prediction(activation, dtype):
    ensemble = ensemble_of(activation=activation, loss="squared_error", dtype=dtype)
    for unit in (1, 2, 3):
        explanation = explain(ensemble, ROW, name=f"a2[{unit}]")
        assert explanation.value == float(ensemble.predict([ROW])[0, unit - 1])
        parts = {term.label: term.value for term in explanation.terms}
        outputs = [float(member.predict([ROW])[0, unit - 1]) for member in ensemble.members]
        assert parts == {f"member {number}": output / 8 for number, output in enumerate(outputs, start=1)}
        sizes = [abs(term.value) for term in explanation.terms]
        assert sizes == sorted(sizes, reverse=True)
        size = math.fsum(map(abs, outputs)) / 8
        assert abs(explanation.sum - explanation.value) <= 8 * np.finfo(dtype).eps * size
        assert explanation.sum == math.fsum(parts.values())
        for term in explanation.terms:
            assert math.prod(factor.value for factor in term.factors) == pytest.approx(term.value, rel=1e-15)


def test_the_prediction_is_of_the_output_that_is_greatest_on_average():
    ensemble = ensemble_of()
    means = ensemble.predict([ROW])[0]
    explanation = explain(ensemble, ROW, class_names=["rose", "tulip", "lily"])
    assert explanation.value == means.max()
    assert explanation.open(f"a2[{int(means.argmax()) + 1}]").value == means.max()
    assert explanation.open("a2[1]").value == means[0]
    assert "the greatest output: lily" in str(explanation)


def test_what_it_reads_like():
    ensemble = Ensemble([Network([2, 2], loss="squared_error", initializer="zeros") for _ in range(3)])
    for member, biases in zip(ensemble.members, [(1.0, 4.0), (2.0, 0.5), (3.0, 3.0)], strict=True):
        member.biases[0] = biases
    explanation = explain(ensemble, [0.0, 1.0])
    assert str(explanation).startswith(
        "The prediction, the mean of 3 members\n"
        "═════════════════════════════════════\n"
        "\n"
        "Network 2-2 (identity), loss squared_error. m3[2] is output 2 of member 3.\n"
        "a1[2] = (m1[2] + m2[2] + m3[2])/3 = (4 + 0.5 + 3)/3 = 2.5\n"
    )
    text = str(explanation)
    for line in ("member 1", "member 3", "member 2"):
        assert line in text
    assert text.index("member 1  ") < text.index("member 3  ") < text.index("member 2  ")
    assert "reach from 0.5 (member 2) to 4 (member 1), with a standard deviation of 1.47196" in " ".join(text.split())
    assert "Output 2 is the greatest of 1 of the 3 members." in text  # of the third, both are the same
    assert r"a_{2}^{1} &= \frac{m_{2}^{1} + m_{2}^{2} + m_{2}^{3}}{3}" in explanation.to_latex()


def test_every_form():
    explanation = explain(ensemble_of(), ROW)
    jsonschema.validate(json.loads(explanation.to_json()), SCHEMA)
    values = json.loads(explanation.to_json())
    assert (values["kind"], values["value"], values["term_count"]) == ("value", explanation.value, 8)
    assert values["network"]["layer_sizes"] == [4, 5, 3]
    assert "<math" in explanation.to_html()
    assert "| member 1 |" in explanation.to_markdown(most=None)
    assert explanation._repr_latex_().startswith("$a_{3}^{2}")
    assert len(str(explanation).splitlines()) <= 60


def test_a_large_ensemble_is_summed_up():
    ensemble = ensemble_of(300)
    explanation = explain(ensemble, ROW)
    assert len(explanation.terms) == 300
    assert len(str(explanation).splitlines()) <= 60
    assert "297 more" in str(explanation)
    assert len(explanation.to_dict()["terms"]) == 200
    assert explanation.to_dict()["rest"]["count"] == 100
    assert explanation.to_text(most=None).count("member 300") == 1


def test_one_row_of_several():
    ensemble = ensemble_of()
    several = np.random.default_rng(0).normal(size=(5, 4))
    explanation = explain(ensemble, several, row=3)
    assert explanation.value == pytest.approx(float(ensemble.predict(several)[3].max()), rel=1e-14)
    assert "row 3 (counted from 0)" in str(explanation)
    with pytest.raises(InputError, match="prediction is a number of one row, and there are 5: give one"):
        explain(ensemble, several)
    with pytest.raises(InputError, match="row 5 is not there"):
        explain(ensemble, several, row=5)


def test_a_single_member_is_its_own_mean():
    ensemble = ensemble_of(1)
    explanation = explain(ensemble, ROW)
    assert explanation.value == explain(ensemble.members[0], ROW).value
    assert "There is one member" in str(explanation)


def test_one_output_for_two_classes():
    ensemble = ensemble_of(3, (4, 5, 1), loss="binary_cross_entropy")
    explanation = explain(ensemble, ROW, class_names=["no", "yes"], feature_names=["a", "b", "c", "d"])
    assert "the output: the probability of yes" in " ".join(str(explanation).split())


def test_later_training_does_not_reach_it():
    ensemble = ensemble_of()
    explanation = explain(ensemble, ROW)
    before = float(ensemble.predict([ROW]).max())
    ensemble.parameters[:] = 0
    assert explanation.value == before
    assert explanation.sum == pytest.approx(before, rel=1e-14)


@pytest.mark.parametrize("name", ["W2[3,1]", "b2[1]", "x[2]", "delta1[3]", "z2[1]", "a1[2]", "dL/da2[1]", "loss"])
def test_numbers_that_each_member_has_are_refused_with_the_remedy(name):
    ensemble = ensemble_of()
    with pytest.raises(InputError) as error:
        explain(ensemble, ROW, [1], name)
    assert f"explain(ensemble.members[0], x, y, {name!r})" in str(error.value)
    assert explain(ensemble.members[0], ROW, [1], name).name == name
    with pytest.raises(InputError, match=r"ensemble\.members\[0\]"):
        explain(ensemble, ROW).open(name)


def test_other_refusals():
    ensemble = ensemble_of()
    with pytest.raises(InputError, match="names nothing in this 4-5-3 network"):
        explain(ensemble, ROW, name="a2[4]")
    with pytest.raises(InputError, match=r"x must have shape \(4,\)"):
        explain(ensemble, ROW[:3])
    with pytest.raises(InputError, match=r"give one of its networks, such as ensemble\.members\[0\]"):
        attribute(ensemble, ROW)
    for name in ("trace", "gradients"):
        with pytest.raises(InputError, match="each member of an ensemble has"):
            getattr(explain(ensemble, ROW), name)
    with pytest.raises(InputError, match="penalty must be a Penalty"):
        explain(ensemble, ROW, penalty=0.1)
    assert explain(ensemble, ROW, penalty=Penalty(l2=0.1)).step is None
    ensemble.parameters[5, 2] = np.nan
    with pytest.raises(InputError, match="member 6 has parameters that are not finite"):
        explain(ensemble, ROW)
