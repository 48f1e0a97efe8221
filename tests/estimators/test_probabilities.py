"""Probabilities sum to 1, or are not there."""

import numpy as np
import pytest
from sklearn.model_selection import cross_val_score
from sklearn.multiclass import OneVsRestClassifier

from clearprop import MLPClassifier

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

random = np.random.RandomState(0)
X = random.randn(90, 3)
several = np.digitize(X[:, 0], [-0.5, 0.8])
labels = (X > 0).astype(int)


def small(**more):
    return MLPClassifier(**({"hidden_layer_sizes": (4,), "max_iter": 60, "random_state": 0} | more))


@pytest.mark.parametrize(
    "given",
    [{"loss": "binary_cross_entropy"}, {"loss": "squared_error", "output_activation": "logistic"}],
    ids=["binary_cross_entropy", "squared_error"],
)
def test_an_output_for_each_of_several_classes(given):
    model = small(**given).fit(X, several)
    p, outputs = model.predict_proba(X), model.trace(X).outputs
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-12)
    np.testing.assert_allclose(p, outputs / outputs.sum(axis=1, keepdims=True), rtol=1e-12)
    assert np.array_equal(model.classes_[p.argmax(axis=1)], model.predict(X))
    np.testing.assert_allclose(np.exp(model.predict_log_proba(X)), p, rtol=1e-12)
    far = model.predict_log_proba(X * 1e5)  # where outputs are 0 to rounding
    assert np.isfinite(far).all()
    np.testing.assert_allclose(np.exp(far).sum(axis=1), 1, rtol=1e-9)
    # The labels of an indicator matrix are independent.
    separate = small(**given).fit(X, labels)
    assert np.array_equal(separate.predict_proba(X), separate.trace(X).outputs)


def test_scikit_learns_one_versus_rest_divides_likewise():
    theirs = OneVsRestClassifier(small()).fit(X, several)
    alone = np.column_stack([model.predict_proba(X)[:, 1] for model in theirs.estimators_])
    np.testing.assert_allclose(theirs.predict_proba(X), alone / alone.sum(axis=1, keepdims=True), rtol=1e-12)


def test_rows_whose_outputs_are_all_0():
    model = small(loss="squared_error", output_activation="hard_sigmoid", hidden_layer_sizes=()).fit(X, several)
    model.network_.biases[0] = -1e9
    assert np.array_equal(model.predict_proba(X), np.full((90, 3), 1 / 3))


def test_tools_take_the_decision_function_where_there_are_no_probabilities():
    assert not hasattr(small(loss="hinge"), "predict_proba")
    scores = cross_val_score(small(loss="hinge", learning_rate_init=0.02), X, X[:, 0] > 0, scoring="roc_auc", cv=3)
    assert scores.min() > 0.9
    fitted = small(loss="hinge").fit(X, several).set_params(loss="log_loss")  # what was fitted counts
    assert not hasattr(fitted, "predict_log_proba")
    assert not hasattr(small(loss="ghost"), "predict_proba")
