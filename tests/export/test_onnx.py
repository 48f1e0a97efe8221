"""ONNX: what ONNX Runtime computes is what the model says, and every label is the same."""

import json
import sys
import warnings

import numpy as np
import pandas as pd
import pytest

from clearprop import TableClassifier
from clearprop.activations import ACTIVATIONS
from clearprop.errors import MissingExtraError
from clearprop.export import to_onnx

from . import models
from .running import run_onnx

STANDARD = {"", "ai.onnx.ml"}


def close(answered, expected):
    """Within 1e-5 of the largest number."""
    np.testing.assert_allclose(answered, expected, rtol=0, atol=1e-5 * max(1.0, np.abs(expected).max()))


def metadata(exported):
    return {one.key: one.value for one in exported.metadata_props}


def inputs_of(exported, model, frame):
    """A table's columns as the metadata says that they are given."""
    cells = models.plain_cells(frame, models.kinds_of(model))
    columns = {column["column"]: column["input"] for column in json.loads(metadata(exported)["clearprop.columns"])}
    return {
        name: np.array(cells[column], dtype=object if isinstance(cells[column][0], str) else np.float64)[:, np.newaxis]
        for column, name in columns.items()
    }


@pytest.mark.parametrize("dtype", models.DTYPES)
@pytest.mark.parametrize("activation", list(ACTIVATIONS))
def test_every_activation_with_every_input(activation, dtype):
    network = models.networks_of_all_activations(dtype)[activation]
    X = models.rows_for(network)
    exported = to_onnx(network)
    (prediction,) = run_onnx(exported, {"X": X}).values()
    assert prediction.dtype == dtype
    close(prediction, network.predict(X))
    assert {node.domain for node in exported.graph.node} <= STANDARD


def test_another_runtime_agrees():
    """The standard's own reference, which knows nothing of ONNX Runtime's ways."""
    from onnx.reference import ReferenceEvaluator

    network = models.network("mish", "float64", share=True, inputs=True)
    X = models.rows_for(network, n=50)
    (prediction,) = ReferenceEvaluator(to_onnx(network)).run(None, {"X": X})
    close(prediction, network.predict(X))


@pytest.mark.parametrize("dtype", models.DTYPES)
def test_an_ensemble_is_averaged(dtype):
    ensemble = models.ensemble(dtype)
    X = models.rows_for(ensemble)
    answered = run_onnx(to_onnx(ensemble), {"X": X})
    expected = ensemble.predict(X)
    close(answered["probabilities"], expected)
    assert (answered["label"] == expected.argmax(axis=1)).all()
    assert len(set(answered["label"].tolist())) > 1


@pytest.mark.parametrize("rows", [0, 1, 7])
def test_any_number_of_rows(rows, tables, other_rows):
    network = models.network("tanh", "float32", inputs=True)
    (prediction,) = run_onnx(to_onnx(network), {"X": models.rows_for(network, n=rows)}).values()
    assert prediction.shape == (rows, 2)
    model = tables["tuned, two members"]
    exported = to_onnx(model)
    answered = run_onnx(exported, {name: x[:rows] for name, x in inputs_of(exported, model, other_rows).items()})
    assert (answered["label"].shape, answered["probabilities"].shape) == ((rows,), (rows, 3))


def test_other_numbers_than_the_models_own():
    network = models.network("tanh", "float64")
    X = models.rows_for(network)
    exported = to_onnx(network, dtype="float32")
    assert [one.type.tensor_type.elem_type for one in exported.graph.input] == [1]
    (prediction,) = run_onnx(exported, {"X": X.astype(np.float32)}).values()
    assert prediction.dtype == np.float32
    close(prediction, network.predict(X))


def test_tables(tables, other_rows):
    for what, model in tables.items():
        exported = to_onnx(model)
        answered = run_onnx(exported, inputs_of(exported, model, other_rows))
        expected = model.predict(other_rows)
        assert {node.domain for node in exported.graph.node} <= STANDARD
        if models.is_classifier(model):
            assert (answered["label"] == expected).all(), what
            assert answered["label"].dtype.kind == np.array(expected).dtype.kind.replace("U", "O"), what
            close(answered["probabilities"], model.predict_proba(other_rows))
        else:
            close(answered["prediction"][:, 0], expected)
            assert np.ptp(expected) > 1


def test_estimators(estimators):
    X, _ = models.numbers()
    for what, model in estimators.items():
        answered = run_onnx(to_onnx(model), {"X": X})
        expected = model.predict(X)
        if "prediction" in answered:
            close(answered["prediction"], expected.reshape(len(X), -1))
            continue
        assert (answered["label"] == expected).all(), what
        assert len(np.unique(expected)) > 1, what
        if hasattr(model, "predict_proba"):
            close(answered["probabilities"], model.predict_proba(X))
        else:
            decisions = model.decision_function(X)
            close(answered["scores"][:, -1], decisions if decisions.ndim == 1 else decisions[:, -1])


def test_labels_have_the_type_that_they_have(estimators):
    X, _ = models.numbers()
    kinds = {
        "two texts": "O", "two booleans": "b", "two objects": "O", "three whole numbers": "i", "three bytes": "i",
        "three floats": "f", "several labels": "i", "perceptron of three": "i",
    }  # fmt: skip
    for what, kind in kinds.items():
        assert run_onnx(to_onnx(estimators[what]), {"X": X[:2]})["label"].dtype.kind == kind, what


def test_names_of_columns_that_are_taken_or_strange():
    names = ["label", "probabilities", "X", "", "z1", 'a "b"\n', "大きさ"]
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(60, len(names))), columns=names)
    y = np.where(frame["label"] > 0, "yes", "no")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = TableClassifier(recipe="plain", max_epochs=2, random_state=0).fit(frame, y)
    exported = to_onnx(model)
    given = [one.name for one in exported.graph.input]
    assert given == ["label (column)", "probabilities (column)", "X", "column 4", "z1", 'a "b"\n', "大きさ"]
    answered = run_onnx(exported, inputs_of(exported, model, frame))
    assert (answered["label"] == model.predict(frame)).all()


def test_what_the_file_says_of_itself(tables, estimators):
    exported = to_onnx(tables["tuned, two members"])
    said = metadata(exported)
    assert json.loads(said["clearprop.classes"]) == [3, 5, 7]
    columns = {column["column"]: column for column in json.loads(said["clearprop.columns"])}
    assert columns["colour"]["categories"] == ["blue", "green", "red"]
    assert columns["zoned"]["zone"] == "Europe/Berlin"
    assert columns["age"] == {"input": "age", "column": "age", "kind": "number", "given": "a number; NaN: missing"}
    assert (exported.producer_name, exported.opset_import[0].version) == ("clearprop", 17)
    assert [one.type.tensor_type.shape.dim[0].dim_param for one in exported.graph.input] == ["rows"] * len(columns)
    assert json.loads(metadata(to_onnx(estimators["two texts"]))["clearprop.classes"]) == ["no", "yes"]


def test_without_onnx(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'clearprop\[onnx\]'"):
        to_onnx(models.small_network())
