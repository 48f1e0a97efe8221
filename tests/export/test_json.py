"""JSON: it obeys its schema, and docs/predict.mjs, run by Node, says what the model says."""

import json

import jsonschema
import numpy as np
import pytest

from clearprop.activations import ACTIVATIONS
from clearprop.export import to_json
from clearprop.export.json import schema

from ..extent import WHOLE
from . import models
from .running import DOCS, run_node

ROWS = models.ROWS if WHOLE else 200
ALL = "console.log(JSON.stringify(given.map(({ model, rows }) => rows.map((row) => predict(model, row)))));"


def answers(pairs):
    """For each model and its rows the answers of docs/predict.mjs."""
    return run_node(ALL, [{"model": json.loads(to_json(model)), "rows": rows} for model, rows in pairs])


def test_the_schema_is_the_one_in_docs():
    assert json.loads((DOCS / "export.schema.json").read_text(encoding="utf-8")) == schema()


def test_documents_obey_the_schema(tables, estimators):
    validator = jsonschema.Draft202012Validator(schema())
    networks = [models.network("elu", "float32", share=True, inputs=True), models.ensemble("float64")]
    for model in (*tables.values(), *estimators.values(), *networks):
        validator.validate(json.loads(to_json(model)))


@pytest.mark.parametrize("dtype", models.DTYPES)
def test_every_activation_with_every_input(dtype):
    networks = models.networks_of_all_activations(dtype)
    X = {name: models.rows_for(network, n=ROWS) for name, network in networks.items()}
    found = answers((network, X[name].tolist()) for name, network in networks.items())
    for (name, network), answered in zip(networks.items(), found, strict=True):
        twin = models.rounded_to_digits(network)
        same = np.array([one["prediction"] for one in answered])
        np.testing.assert_allclose(same, twin.predict(X[name].astype(np.float64)), rtol=1e-11, atol=1e-11, err_msg=name)
    assert set(networks) == set(ACTIVATIONS)


def test_estimators_and_an_ensemble(estimators):
    X, _ = models.numbers(n=ROWS)
    ensemble = models.ensemble("float64")
    own = models.rows_for(ensemble, n=ROWS)
    *found, of_ensemble = answers([*((model, X.tolist()) for model in estimators.values()), (ensemble, own.tolist())])
    np.testing.assert_allclose([one["probabilities"] for one in of_ensemble], ensemble.predict(own), atol=1e-12)
    for (what, model), answered in zip(estimators.items(), found, strict=True):
        expected = model.predict(X)
        if "prediction" in answered[0]:
            numbers = np.array([one["prediction"] for one in answered])
            np.testing.assert_allclose(numbers, expected.reshape(len(X), -1), rtol=1e-9, atol=1e-9, err_msg=what)
        elif "labels" in answered[0]:
            assert np.array([one["labels"] for one in answered]).astype(int).tolist() == expected.tolist()
        else:
            assert [one["label"] for one in answered] == expected.tolist(), what
            assert ("probabilities" in answered[0]) == hasattr(model, "predict_proba")
        if hasattr(model, "predict_proba"):
            numbers = [one["probabilities"] for one in answered]
            np.testing.assert_allclose(numbers, model.predict_proba(X), atol=1e-9, err_msg=what)


def test_tables(tables, other_rows):
    frame = other_rows.iloc[3 : 3 + ROWS]  # of which JSON holds every number
    rows = models.dictionaries(frame)
    found = answers((model, rows) for model in tables.values())
    for (what, model), answered in zip(tables.items(), found, strict=True):
        exactly = model.predictor_.networks[0].dtype == np.float64
        if models.is_classifier(model):
            assert [one["label"] for one in answered] == model.predict(frame).tolist(), what
            expected, numbers = model.predict_proba(frame), [one["probabilities"] for one in answered]
        else:
            expected, numbers = model.predict(frame), [one["prediction"][0] for one in answered]
        np.testing.assert_allclose(numbers, expected, rtol=1e-9 if exactly else 1e-5, atol=1e-12 if exactly else 1e-6)


def test_cells_as_a_page_has_them(tables):
    row = {"age": 30, "colour": "red", "paid": True, "grade": "1", "zoned": "2021-07-01T10:30:00+02:00"}
    same = [{"age": " 30 "}, {"age": "3e1"}, {"paid": "YES"}, {"paid": 1}, {"grade": 1}, {"grade": "1.00"},
            {"zoned": 1625128200}, {"day": "NA"}, {"day": None}, {"day": ""}, {"constructor": "x"}]  # fmt: skip
    model = tables["plain, two classes"]
    ((first, *others),) = answers([(model, [row, *({**row, **change} for change in same)])])
    for change, other in zip(same, others, strict=True):
        assert other == first, change


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"age": "old"}, "is no number"),
        ({"paid": "perhaps"}, "is neither true nor false"),
        ({"day": "2021-02-30"}, "is no date, such as 2024-03-31"),
        ({"day": "soon"}, "is no date, such as 2024-03-31"),
        ({"day": "2021-03-14 12:00+01:00"}, "has a time zone, and the dates of training had none"),
        ({"zoned": "2021-07-01 08:30"}, "has no time zone, and the dates of training had one"),
    ],
)
def test_cells_that_cannot_be_taken(cells, why, tables):
    document = json.loads(to_json(tables["plain, two classes"]))
    code = "try { predict(given[0], given[1]); } catch (error) { console.log(JSON.stringify(error.message)); }"
    (name, cell), said = next(iter(cells.items())), run_node(code, [document, cells])
    assert said == f'{name}: "{cell}" {why}'


@pytest.mark.parametrize("dtype", models.DTYPES)
def test_numbers_are_those_of_the_model(dtype):
    network = models.network("tanh", dtype, inputs=True)
    (document,) = json.loads(to_json(network))["networks"]
    for layer, W, b in zip(document["layers"], network.weights, network.biases, strict=True):
        assert (np.array(layer["weights"], dtype=dtype) == W).all()
        assert (np.array(layer["biases"], dtype=dtype) == b).all()
    spans = [np.array(values, dtype=dtype) for one in document["inputs"] for values in one["parameters"].values()]
    assert all((span == own).all() for span, own in zip(spans, network.spans, strict=False))


def test_no_tag_begins_in_it():
    text = to_json(models.of_texts(["</script><script>", "a"], ["<b>", "no"], column="<!--"))
    assert "<" not in text
    assert json.loads(text)["answer"]["labels"] == ["<b>", "no"]
