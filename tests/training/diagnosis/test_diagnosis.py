"""A diagnosis names what is so, and remedies that the solver and the settings have."""

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from clearprop import MLPClassifier, MLPRegressor, Network, Perceptron, Trainer
from clearprop.network.rows import Rows
from clearprop.training.diagnosis import causes, outcome
from clearprop.training.diagnosis.outcome import loss_of_constant

pytestmark = pytest.mark.filterwarnings(
    "ignore::sklearn.exceptions.ConvergenceWarning",
    "ignore::clearprop.estimators.IgnoredParameterWarning",
    "ignore::clearprop.errors.CannotLearnWarning",
)

random = np.random.RandomState(0)
X = random.randn(120, 3)
y = (X[:, 0] * X[:, 1] > 0).astype(int)
rare = (X[:, 0] > 1.2).astype(int)
target = X[:, 0] ** 2 + X[:, 1]
CORNERS, XOR = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([0, 1, 1, 0])


def small(cls=MLPClassifier, **more):
    return cls(**({"hidden_layer_sizes": (8,), "max_iter": 60, "random_state": 0} | more))


def found(model, *rows):
    return {finding.name: finding for finding in model.diagnose(*rows)}


@pytest.mark.parametrize("given", [{"class_weight": {0: 1.0, 1: 20.0}}, {"class_weight": "balanced"}, {}])
def test_the_constant_is_that_of_the_weighted_rows(given):
    """A network that learns nothing has the weighted loss of the best constant; that of the unweighted is another."""
    weight = random.rand(120) + 0.1 if not given else None
    model = small(learning_rate_init=1e-7, max_iter=20, initializer="zeros", **given).fit(X, rare, weight)
    finding = found(model, X, rare, weight)["nothing learned"]  # the hidden layer begins with zeros
    by_row = np.ones(120) if weight is None else weight
    if given:
        by_class = [1.0, 20.0] if given["class_weight"] != "balanced" else 120 / (2 * np.bincount(rare))
        by_row = np.asarray(by_class)[rare]
    p = np.average(rare, weights=by_row)
    constant = -(p * np.log(p) + (1 - p) * np.log(1 - p))
    assert finding.evidence.endswith(f"the best constant output would have {constant:.4g}")


def test_the_constant_is_what_training_a_bias_alone_finds():
    counts, weight = random.poisson(3.0, 60).astype(float), random.rand(60)
    for loss, goal in (("poisson", counts), ("squared_error", target[:60]), ("binary_cross_entropy", y[:60])):
        network = Network([1, 1], loss=loss, initializer="zeros")
        rows = Rows.checked(network, np.zeros((60, 1)), goal, weight)
        Trainer(network, optimizer="lbfgs", epochs=200, tolerance=1e-10).fit(rows.X, rows.y, weight)
        assert loss_of_constant(network, rows) == pytest.approx(network.loss(rows.X, rows.y, weight), rel=1e-6)


def test_a_strong_penalty_is_no_low_rate():
    model = small(MLPRegressor, alpha=50.0, max_iter=400, learning_rate_init=0.01).fit(X, X[:, 0])
    assert model.score(X, X[:, 0]) > 0.5
    assert "rate too low" not in found(model, X, X[:, 0])


def test_lbfgs_that_has_converged_needs_no_more_epochs():
    model = small(MLPRegressor, solver="lbfgs", hidden_layer_sizes=(), max_iter=500).fit(X, X[:, 0] * 2 + X[:, 1])
    assert model.n_iter_ < 30
    assert found(model, X, X[:, 0] * 2 + X[:, 1]) == {}
    cut = small(MLPRegressor, solver="lbfgs", max_iter=5).fit(X, target)
    assert found(cut, X, target)["too few epochs"].remedy == "raise max_iter"
    model = small(solver="lbfgs", alpha=500.0).fit(X, y)
    assert "lower alpha" in found(model, X, y)["nothing learned"].remedy


def test_no_remedy_names_what_has_no_effect():
    far = X * [1000, 1, 1]
    for model in (
        small(solver="lbfgs", activation="tanh").fit(far, y),
        small(solver="lbfgs", activation="relu").fit(X - 30, y),
    ):
        assert not any(name in str(model.diagnose(far, y)) for name in ("learning_rate_init", "clip_norm", "tol"))
    rate = found(small(solver="sgd", learning_rate_init=2.0).fit(X, y), X, y)["rate too high"]
    assert rate.remedy == "lower learning_rate_init (2), or give clip_norm=1.0"
    rate = found(small(solver="sgd", learning_rate_init=4.0, clip_norm=1.0).fit(X, y), X, y)["rate too high"]
    assert rate.remedy == "lower learning_rate_init (4)"
    early = small(MLPRegressor, tol=0.08, n_iter_no_change=1, learning_rate_init=0.02).fit(X, target)
    assert early.n_iter_ < 60
    assert found(early, X, target)["stopped too early"].remedy == "lower tol, or raise n_iter_no_change"


@pytest.mark.parametrize("epochs", [1, 2, 3, 5])
def test_few_epochs_are_few_epochs(epochs):
    """Two hundred epochs at this rate learn it, so that it is not too low."""
    assert small(max_iter=200, learning_rate_init=0.005).fit(X, y).score(X, y) > 0.85
    assert set(found(small(max_iter=epochs, learning_rate_init=0.005).fit(X, y), X, y)) == {"too few epochs"}
    assert "rate too low" in found(small(max_iter=30, learning_rate_init=1e-6).fit(X, y), X, y)


def test_perceptron():
    with pytest.warns(Warning, match="no hyperplane"):
        model = Perceptron().fit(CORNERS, XOR)
    finding = found(model, CORNERS, XOR)["no line can separate"]
    assert finding.remedy == "take MLPClassifier, or add further columns"
    with pytest.raises(ValueError, match=r"y has classes \[2\] that are not among \[0 1\]"):
        model.diagnose(CORNERS, [0, 1, 2, 0])
    with pytest.raises(ValueError, match="classes"):
        small().fit(CORNERS, XOR).diagnose(CORNERS, [0, 1, 2, 0])


def test_updates_of_a_perceptron_go_on_with_partial_fit():
    separable = X[:, 0] + X[:, 1] > 0.3
    whole, parts = Perceptron(shuffle=False, tol=None, max_iter=5).fit(X, separable), Perceptron(shuffle=False)
    for _ in range(5):
        parts.partial_fit(X, separable, classes=[False, True])
    assert np.array_equal(parts.coef_, whole.coef_)
    assert parts.updates_ == whole.updates_
    assert parts.fit(X, separable).updates_[0].epoch == 1


def test_after_divergence():
    model = small(MLPRegressor, warm_start=False)
    model.set_params(solver="sgd", activation="identity", learning_rate_init=1e9)
    with pytest.raises(ValueError, match="non-finite"):
        model.fit(X, target)
    finding = found(model, X, target)["rate too high"]
    assert finding.evidence == "training diverged in epoch 4: numbers left the finite range"
    assert finding.remedy == "lower learning_rate_init (1e+09), or give clip_norm=1.0"
    assert len(model.history_) == 3
    model.set_params(learning_rate_init=0.001).fit(X, target)
    assert "rate too high" not in found(model, X, target)


class Counted:
    """A function that counts how often it is called."""

    def __init__(self, function):
        self.function, self.calls = function, 0

    def __call__(self, *given):
        self.calls += 1
        return self.function(*given)


def test_at_the_end_of_a_fit_the_constants_loss_is_computed_once(monkeypatch):
    counted = Counted(outcome.loss_of_constant)
    monkeypatch.setattr(outcome, "loss_of_constant", counted)
    with pytest.warns(ConvergenceWarning, match="Maximum iterations"):
        small(max_iter=5).fit(X, y)
    assert counted.calls == 1


def test_a_diagnosis_looks_at_the_slopes_of_each_layer_once(monkeypatch):
    model = small(hidden_layer_sizes=(8, 5, 4), max_iter=5).fit(X, y)
    counted = Counted(causes._is_dead)
    monkeypatch.setattr(causes, "_is_dead", counted)
    model.diagnose(X, y)
    assert counted.calls == 3
