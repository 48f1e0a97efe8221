"""By what the perceptron is judged: rows that weigh nothing, and the rows held out where L2 shrinks the weights."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.linear_model import Perceptron as TheirPerceptron
from sklearn.model_selection import StratifiedShuffleSplit

from clearprop import MLPClassifier, Perceptron
from clearprop.estimators import NotSeparableWarning
from clearprop.perceptron.separability import separable

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

CORNERS, XOR = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([0, 1, 1, 0])

# -- rows that weigh nothing -------------------------------------------------------------------------------------------

WEIGHTLESS = {  # name: (parameters, weights, the rows that count)
    "rows": ({}, [1.0, 1.0, 1.0, 0.0], [0, 1, 2]),
    "a class": ({"class_weight": {0: 0.0, 1: 1.0}}, None, [1, 2]),
    "a class, by its rows": ({}, [0.0, 2.0, 3.0, 0.0], [1, 2]),
    "rows and a class": ({"class_weight": {0: 0.0, 1: 5.0}}, [1.0, 1.0, 0.0, 1.0], [1]),
    "everything": ({"class_weight": {0: 0.0, 1: 0.0}}, None, []),
}


@pytest.mark.parametrize("case", WEIGHTLESS)
@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("sparse", [False, True])
def test_rows_that_weigh_nothing_are_not_to_be_separated(sparse, shuffle, case):
    """XOR, of which no line separates all four corners, but any fewer."""
    parameters, weight, there = WEIGHTLESS[case]
    X = csr_array(CORNERS) if sparse else CORNERS
    model = Perceptron(shuffle=shuffle, **parameters).fit(X, XOR, sample_weight=weight)
    assert model.separable_ == [True]
    assert len(model.updates_) <= model.mistake_bound_[0] < np.inf
    assert np.array_equal(model.predict(X)[there], XOR[there])
    with pytest.warns(NotSeparableWarning):
        assert Perceptron(shuffle=shuffle).fit(X, XOR).separable_ == [False]


@pytest.mark.parametrize("shuffle", [False, True])
def test_of_several_classes_each_output_has_rows_of_its_own(shuffle):
    """Without the rows of class 2 a line separates 0 from 1; for class 2 only its own rows weigh nothing."""
    X = np.array([[0.0], [1.0], [4.0], [5.0], [0.5], [4.5]])
    y = np.array([0, 0, 1, 1, 2, 2])
    with pytest.warns(NotSeparableWarning, match="separates class 0, 1, 2 from"):
        assert Perceptron(shuffle=shuffle).fit(X, y).separable_ == [False, False, False]
    weightless = Perceptron(shuffle=shuffle, tol=None).fit(X, y, sample_weight=[1, 1, 1, 1, 0, 0])
    assert weightless.separable_ == [True, True, True]
    with pytest.warns(NotSeparableWarning, match="separates class 0, 1 from"):  # as the others' rows weigh 1
        by_class = Perceptron(shuffle=shuffle, class_weight={2: 0.0}).fit(X, y)
    assert by_class.separable_ == [False, False, True]


def test_the_bound_knows_what_the_rows_of_each_output_count():
    """Each row of its class counts 9, each of the others 1: unequal steps, though all classes have the same weight."""
    X, y = np.array([[0.0, 5.0], [-5.0, -4.0], [5.0, -4.0]]), np.array([0, 1, 2])
    model = Perceptron(shuffle=False, class_weight=dict.fromkeys(range(3), 9.0)).fit(X, y)
    assert model.separable_ == [True] * 3
    for output in range(3):
        w, b, signs = model.coef_[output], model.intercept_[output], np.where(y == output, 1, -1)
        margin = (signs * (X @ w + b)).min() / np.sqrt(w @ w + b * b)
        longest = (X**2).sum(axis=1).max() + 1
        assert model.mistake_bound_[output] == pytest.approx(81 * longest / margin**2, rel=1e-12)


def test_rows_on_one_side_may_still_not_be_separated_from_the_origin():
    X = np.array([[1.0, 2.0], [-1.0, -2.0]])
    both = np.array([True, True])
    assert separable(X, both, intercept=True) is True
    assert separable(X, both, intercept=False) is False
    assert separable(X[:1], both[:1], intercept=False) is True


@pytest.mark.parametrize("cls", [MLPClassifier, Perceptron])
def test_diagnose_leaves_out_what_weighs_nothing(cls):
    def names(**given):
        model = cls(**given) if cls is Perceptron else cls(hidden_layer_sizes=(), max_iter=5, **given)
        return {finding.name for finding in model.fit(CORNERS, XOR).diagnose(CORNERS, XOR)}

    with pytest.warns(NotSeparableWarning) if cls is Perceptron else np.errstate():
        assert "no line can separate" in names()
    found = names(class_weight={0: 0.0, 1: 1.0})
    assert "no line can separate" not in found
    assert "one class" in found


# -- early stopping with L2 --------------------------------------------------------------------------------------------

random = np.random.RandomState(0)
X = random.randn(150, 6)
y = (X[:, 0] + 0.7 * random.randn(150) > 0.3).astype(int)


def after(cls, given, epochs):
    """Weights and bias after so many epochs."""
    model = cls(**given | {"tol": None, "max_iter": epochs}).fit(X, y)
    return model.coef_[0], model.intercept_[0]


def epochs_until_no_gain(scores, tolerance=1e-3, patience=5):
    best, stale = -np.inf, 0
    for epoch, score in enumerate(scores, 1):
        stale = stale + 1 if score < best + tolerance else 0
        best = max(best, score)
        if stale >= patience:
            return epoch
    raise AssertionError("more epochs are needed")


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("penalty", "l1_share"), [("l2", 0.0), ("elasticnet", 0.15), ("l1", 1.0)])
def test_early_stopping_judges_the_weights_that_are_meant(penalty, l1_share, seed):
    """scikit-learn judges them before its scale, by which L2 shrinks them, is multiplied in; the paths are the same."""
    given = {"penalty": penalty, "alpha": 0.02, "early_stopping": True, "random_state": seed}
    path = [after(TheirPerceptron, given, epochs) for epochs in range(1, 31)]
    coef, intercept = after(Perceptron, given, 30)
    assert np.array_equal(coef, path[-1][0])
    assert intercept == path[-1][1]
    _, held_out = next(StratifiedShuffleSplit(test_size=0.1, random_state=seed).split(X, y))
    a_row = 1 - (1 - l1_share) * 0.02  # by which each row that is learned from shrinks the weights
    meant, unscaled, scale = [], [], 1.0
    for coef, intercept in path:
        for _ in range(len(X) - len(held_out)):
            scale *= a_row
            scale = 1.0 if scale < 1e-9 else scale  # which is then multiplied into the weights
        for scores, weights in ((meant, coef), (unscaled, coef / scale)):
            scores.append(np.mean((X[held_out] @ weights + intercept > 0) == y[held_out]))
    assert Perceptron(**given).fit(X, y).n_iter_ == epochs_until_no_gain(meant)
    if l1_share == 1:
        assert TheirPerceptron(**given).fit(X, y).n_iter_ == epochs_until_no_gain(meant)
    else:
        assert TheirPerceptron(**given).fit(X, y).n_iter_ == epochs_until_no_gain(unscaled)
