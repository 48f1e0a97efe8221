"""Every loss against formulas written down again here and against scikit-learn's metrics."""

import math
import warnings
from dataclasses import dataclass

import numpy as np
import pytest
from scipy import special
from sklearn import metrics

from clearprop import LOSSES, Loss, Network, Penalty, Trainer
from clearprop.activations import ACTIVATIONS
from clearprop.losses import BinaryCrossEntropy, CrossEntropy, Hinge, Huber, PerceptronLoss, Quantile

from .strategies import targets_for

ROWS = 40


def _xlogy(x, y):
    return 0.0 if x == 0 else x * math.log(y)


# name: (l, dl/da) of one output a and its target y, in plain floats, off the kinks
ORACLES = {
    "squared_error": (lambda a, y: (a - y) ** 2 / 2, lambda a, y: a - y),
    "absolute_error": (lambda a, y: math.fabs(a - y), lambda a, y: math.copysign(1, a - y)),
    "huber": (
        lambda a, y: (a - y) ** 2 / 2 if abs(a - y) <= 1 else abs(a - y) - 0.5,
        lambda a, y: a - y if abs(a - y) <= 1 else math.copysign(1, a - y),
    ),
    "log_cosh": (lambda a, y: math.log(math.cosh(a - y)), lambda a, y: math.tanh(a - y)),
    "quantile": (lambda a, y: 0.5 * abs(a - y), lambda a, y: math.copysign(0.5, a - y)),
    "poisson": (lambda a, y: a - y + _xlogy(y, y / a), lambda a, y: 1 - y / a),
    "binary_cross_entropy": (
        lambda a, y: -_xlogy(y, a) - _xlogy(1 - y, 1 - a),
        lambda a, y: (1 - y) / (1 - a) - y / a,
    ),
    "cross_entropy": (lambda a, y: -_xlogy(y, a), lambda a, y: -y / a),
    "hinge": (lambda a, y: max(0.0, 1 - y * a), lambda a, y: -y if y * a < 1 else 0.0),
    "perceptron": (lambda a, y: max(0.0, -y * a), lambda a, y: -y if y * a < 0 else 0.0),
}

# name: the mean over the rows as scikit-learn or SciPy computes it, for one output (cross_entropy: for three)
JUDGES = {
    "squared_error": lambda a, y, w: metrics.mean_squared_error(y, a, sample_weight=w) / 2,
    "absolute_error": lambda a, y, w: metrics.mean_absolute_error(y, a, sample_weight=w),
    "huber": lambda a, y, w: np.average(special.huber(1.0, a - y)[:, 0], weights=w),
    "log_cosh": lambda a, y, w: np.average(np.logaddexp(a - y, y - a)[:, 0] - np.log(2), weights=w),
    "quantile": lambda a, y, w: metrics.mean_pinball_loss(y, a, alpha=0.5, sample_weight=w),
    "poisson": lambda a, y, w: metrics.mean_poisson_deviance(y[:, 0], a[:, 0], sample_weight=w) / 2,
    "binary_cross_entropy": lambda a, y, w: metrics.log_loss(y[:, 0], a[:, 0], sample_weight=w),
    "cross_entropy": lambda a, y, w: metrics.log_loss(y.argmax(axis=1), a, sample_weight=w, labels=[0, 1, 2]),
    "hinge": lambda a, y, w: metrics.hinge_loss(y[:, 0], a[:, 0], sample_weight=w),
    # scikit-learn has no metric for it: its hinge of outputs moved by the margin is the same
    "perceptron": lambda a, y, w: metrics.hinge_loss(y[:, 0], (a + y)[:, 0], sample_weight=w),
}

# name: (targets that it refuses, what its message says that it needs)
REFUSED = {
    "squared_error": None,
    "absolute_error": None,
    "huber": None,
    "log_cosh": None,
    "quantile": None,
    "poisson": ([-0.5, -3], "targets >= 0"),
    "binary_cross_entropy": ([-0.001, 1.5], "targets from 0 to 1"),
    "cross_entropy": ([-1, 2], "targets from 0 to 1"),
    "hinge": ([0, 0.5, 2], "targets -1 or 1"),
    "perceptron": ([0, -2], "targets -1 or 1"),
}

# name: (a, y, dl/da) where the loss has a kink or its domain ends, as losses.py states it
CONVENTIONS = {
    "squared_error": [(2, 2, 0)],
    "absolute_error": [(2, 2, 0)],
    "huber": [(3, 2, 1), (1, 2, -1)],
    "log_cosh": [(2, 2, 0)],
    "quantile": [(2, 2, 0)],
    "poisson": [(0, 2, 0), (-1, 2, 0), (0, 0, 0)],
    "binary_cross_entropy": [(0, 1, 0), (1, 0, 0), (1, 1, 0), (-2, 1, 0), (3, 0, 0)],
    "cross_entropy": [(0, 1, 0), (-2, 1, 0), (0, 0, 0)],
    "hinge": [(1, 1, -1), (-1, -1, 1)],
    "perceptron": [(0, 1, -1), (0, -1, 1)],
}

# name: [outputs of a row, decisions]; with one output and with three
DECISIONS = {
    "binary_cross_entropy": [([0.5], [False]), ([0.51], [True]), ([0.4, 0.6, 0.9], [False, True, True])],
    "cross_entropy": [([0.2, 0.5, 0.3], [False, True, False])],
    "hinge": [([-0.2], [False]), ([0.2], [True]), ([-3.0, -1.0, -2.0], [False, True, False])],
    "perceptron": [([0.0], [False]), ([0.2], [True]), ([0.1, 0.3, 0.2], [False, True, False])],
}


def outputs_and_targets(name, seed=0, k=1, rows=ROWS):
    """Outputs inside the loss's domain, off its kinks, and targets that it takes."""
    rng = np.random.default_rng([seed, 77])
    y = targets_for(name, rng, rows, k)
    low, high = LOSSES[name].output_domain
    if name == "cross_entropy":
        a = rng.dirichlet(np.ones(k) * 2, size=rows)
    elif high == 1:
        a = rng.uniform(0.02, 0.98, size=(rows, k))
    elif low == 0:
        a = rng.uniform(0.1, 6, size=(rows, k))
    else:
        a = rng.normal(scale=2, size=(rows, k))
    return a, y


@pytest.mark.parametrize("table", [ORACLES, JUDGES, REFUSED, CONVENTIONS])
def test_every_loss_is_in_every_table(table):
    assert set(table) == set(LOSSES)
    assert set(DECISIONS) == {name for name, loss in LOSSES.items() if loss.classification}


@pytest.mark.parametrize("k", [1, 3])
@pytest.mark.parametrize("name", LOSSES)
def test_value_and_gradient_are_the_formulas(name, k):
    value, slope = ORACLES[name]
    loss = LOSSES.resolve(name)
    a, y = outputs_and_targets(name, k=k) if name != "cross_entropy" else outputs_and_targets(name, k=max(k, 2))
    expected = [math.fsum(value(*pair) for pair in zip(*row, strict=True)) for row in zip(a, y, strict=True)]
    np.testing.assert_allclose(loss.value(a, y), expected, rtol=1e-13, atol=1e-15)
    slopes = [[slope(*pair) for pair in zip(*row, strict=True)] for row in zip(a, y, strict=True)]
    np.testing.assert_allclose(loss.gradient(a, y), slopes, rtol=1e-13, atol=1e-15)
    assert loss.gradient(a, y).shape == a.shape
    assert loss.value(a, y).shape == (ROWS,)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", LOSSES)
def test_mean_over_rows_is_that_of_scikit_learn(name, weighted):
    loss = LOSSES.resolve(name)
    a, y = outputs_and_targets(name, k=3 if name == "cross_entropy" else 1)
    w = np.random.default_rng(5).uniform(0, 3, size=ROWS) if weighted else None
    assert np.average(loss.value(a, y), weights=w) == pytest.approx(JUDGES[name](a, y, w), rel=1e-12)
    # and as the network averages it, from outputs that are an identity layer's
    network = quiet_identity(loss, a.shape[1])
    assert network.loss(a, y, w) == pytest.approx(JUDGES[name](a, y, w), rel=1e-12)


def quiet_identity(loss, k):
    """A network that hands its inputs on as outputs."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*teach nothing.*")
        network = Network([k, k], output_activation="identity", loss=loss, initializer="zeros")
    network.weights[0] = np.eye(k)
    return network


@pytest.mark.parametrize("name", LOSSES)
def test_printed_formulas_are_what_is_computed(name):
    loss = LOSSES.resolve(name)
    names = {
        "Abs": abs,
        "Max": max,
        "Min": min,
        "cosh": math.cosh,
        "log": lambda x: math.log(x) if x > 0 else -1e300,  # 0 * log(0) counts as 0
        "sign": lambda x: math.copysign(1, x),
        "tanh": math.tanh,
        "Piecewise": lambda *pieces: next(value for value, holds in pieces if holds),
        "width": getattr(loss, "width", None),
        "q": getattr(loss, "q", None),
        "threshold": getattr(loss, "threshold", None),
    }
    a, y = outputs_and_targets(name, seed=3, k=2)
    for row_a, row_y in zip(a, y, strict=True):
        pairs = [{"a": float(one), "y": float(target)} for one, target in zip(row_a, row_y, strict=True)]
        value = sum(eval(loss.formula, names, pair) for pair in pairs if name != "poisson" or pair["y"] > 0)
        value += sum(pair["a"] for pair in pairs if name == "poisson" and pair["y"] == 0)  # y log y there is 0
        assert loss.value(row_a[None], row_y[None])[0] == pytest.approx(value, rel=1e-12, abs=1e-14)
        slopes = [eval(loss.gradient_formula, names, pair) for pair in pairs]
        assert loss.gradient(row_a[None], row_y[None])[0] == pytest.approx(slopes, rel=1e-12)


@pytest.mark.parametrize("name", LOSSES)
def test_from_logits_is_the_same_where_both_are_well_conditioned(name):
    loss = LOSSES.resolve(name)
    natural = ACTIVATIONS.resolve(loss.output_activation)
    rng = np.random.default_rng(9)
    z, y = rng.normal(scale=2, size=(ROWS, 3)), targets_for(name, rng, ROWS, 3)
    a = natural.value(z)
    np.testing.assert_allclose(loss.value_from_logits(z, y), loss.value(a, y), rtol=1e-11, atol=1e-13)
    expected = natural.delta(z, a, loss.gradient(a, y))
    np.testing.assert_allclose(loss.delta_from_logits(z, a, y), expected, rtol=1e-11, atol=1e-13)
    # targets between the classes, as the article's 0.95 and 0.05
    if name in ("binary_cross_entropy", "cross_entropy"):
        soft = rng.uniform(size=(ROWS, 3))
        np.testing.assert_allclose(loss.value_from_logits(z, soft), loss.value(a, soft), rtol=1e-11)
        expected = natural.delta(z, a, loss.gradient(a, soft))
        np.testing.assert_allclose(loss.delta_from_logits(z, a, soft), expected, rtol=1e-10, atol=1e-13)


def exact_from_logits(name, z, y):
    """The loss of one row of great logits, by hand: what is left when exp(-|z|) is nothing beside 1."""
    if name == "binary_cross_entropy":
        return sum(max(one, 0) - target * one for one, target in zip(z, y, strict=True))
    if name == "cross_entropy":
        return sum(target * (max(z) - one) for one, target in zip(z, y, strict=True))
    if name == "poisson":
        return sum(math.exp(one) - target + _xlogy(target, target) - target * one for one, target in zip(z, y))  # noqa: B905
    if name == "log_cosh":
        return sum(abs(one - target) - math.log(2) for one, target in zip(z, y, strict=True))
    return sum(ORACLES[name][0](one, target) for one, target in zip(z, y, strict=True))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", LOSSES)
def test_great_logits_give_finite_exact_losses_without_warnings(name, dtype):
    loss = LOSSES.resolve(name)
    natural = ACTIVATIONS.resolve(loss.output_activation)
    top = {("poisson", np.float64): 700, ("poisson", np.float32): 80}.get((name, dtype), 1e4)
    y = {"hinge": [1, -1, -1], "perceptron": [1, -1, -1]}.get(name, [1, 0, 0])
    for z in ([-1e4, top, 50], [top, -1e4, 30], [-1e4, -1e4 + 50, -1e4 + 100], [-60, -1e4, 60]):
        z_row, y_row = np.array([z], dtype=dtype), np.array([y], dtype=dtype)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            a = natural.value(z_row)
            value, delta = loss.value_from_logits(z_row, y_row), loss.delta_from_logits(z_row, a, y_row)
            from_outputs, gradient = loss.value(a, y_row), loss.gradient(a, y_row)
        assert value.dtype == delta.dtype == dtype
        assert value[0] == pytest.approx(exact_from_logits(name, z, y), rel=1e-13 if dtype == np.float64 else 1e-5)
        assert np.isfinite(delta).all()
        assert np.isfinite(from_outputs).all()
        assert np.isfinite(gradient).all()
    if name in ("binary_cross_entropy", "cross_entropy"):
        # The delta of a wrong, sure output is 1, where a slope times a gradient would be 0 times infinity.
        z_row, y_row = np.array([[-1e4, 1e4]], dtype=dtype), np.array([[1, 0]], dtype=dtype)
        np.testing.assert_array_equal(loss.delta_from_logits(z_row, natural.value(z_row), y_row), [[-1, 1]])


@pytest.mark.parametrize("name", LOSSES)
def test_conventions_at_kinks_and_ends(name):
    loss = LOSSES.resolve(name)
    for a, y, gradient in CONVENTIONS[name]:
        a_row, y_row = np.array([[float(a)]]), np.array([[float(y)]])
        assert loss.gradient(a_row, y_row)[0, 0] == gradient, (a, y)
        assert np.isfinite(loss.value(a_row, y_row)).all(), (a, y)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", ["binary_cross_entropy", "cross_entropy", "poisson"])
def test_outputs_past_the_domain_count_as_just_inside(name, dtype):
    loss = LOSSES.resolve(name)
    tiny, eps = np.finfo(dtype).tiny, np.finfo(dtype).eps
    one = np.array([[1]], dtype=dtype)
    log_tiny = math.log(tiny) if name != "poisson" else math.log(tiny) + 1
    for a in (0, -3, tiny):
        assert loss.value(np.array([[a]], dtype=dtype), one)[0] == pytest.approx(-log_tiny, rel=1e-6)
    if name == "binary_cross_entropy":
        for a in (1, 7, 1 - eps):
            value = loss.value(np.array([[a]], dtype=dtype), 0 * one)[0]
            assert value == pytest.approx(-math.log(eps), rel=1e-6)


@pytest.mark.parametrize("name", LOSSES)
def test_float32_stays_float32_and_is_near(name):
    loss = LOSSES.resolve(name)
    a, y = outputs_and_targets(name, seed=2, k=3)
    a32, y32 = a.astype(np.float32), y.astype(np.float32)
    value, gradient = loss.value(a32, y32), loss.gradient(a32, y32)
    assert value.dtype == gradient.dtype == np.float32
    np.testing.assert_allclose(value, loss.value(a, y), rtol=2e-5, atol=1e-6)
    np.testing.assert_allclose(gradient, loss.gradient(a, y), rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize("name", LOSSES)
def test_arguments_are_not_changed(name):
    loss = LOSSES.resolve(name)
    a, y = outputs_and_targets(name, seed=4, k=2)
    before = a.copy(), y.copy()
    loss.value(a, y), loss.gradient(a, y), loss.value_from_logits(a, y), loss.delta_from_logits(a, a, y)
    loss.piece(a, y), loss.decisions(a), loss.check_targets(y)
    np.testing.assert_array_equal(a, before[0])
    np.testing.assert_array_equal(y, before[1])


@pytest.mark.parametrize("name", LOSSES)
def test_check_agrees_everywhere_off_kinks(name):
    a, y = outputs_and_targets(name, seed=6, k=3, rows=15)
    # the relative error grows with a domain's end: keep the stencil's fourth-order error small
    a = np.clip(a, 0.1, 0.9) if name in ("binary_cross_entropy", "cross_entropy") else a
    assert LOSSES.resolve(name).check(a, y, 1e-4 if LOSSES[name].output_domain[0] == 0 else 1e-3) < 1e-7


def test_check_finds_a_wrong_gradient_and_skips_kinks():
    @dataclass(frozen=True)
    class Wrong(Huber):
        name = "wrong"

        def gradient(self, a, y):
            return 1.01 * super().gradient(a, y)

    assert Wrong().check(np.array([[0.5]]), np.array([[0.0]])) == pytest.approx(0.01, rel=1e-6)
    assert Wrong().check(np.array([[1.0]]), np.array([[0.0]])) == 0  # on the kink: nothing to compare


@pytest.mark.parametrize("name", LOSSES)
def test_refused_targets(name):
    loss = LOSSES.resolve(name)
    fine = targets_for(name, np.random.default_rng(1), 6, 2)
    loss.check_targets(fine)
    if REFUSED[name] is None:
        loss.check_targets(fine - 1e6)
        return
    wrong, rule = REFUSED[name]
    for target in wrong:
        y = fine.copy()
        y[4, 1] = target
        with pytest.raises(ValueError, match=rf"^target {float(target)} at row 4: {name} needs {rule}"):
            loss.check_targets(y)


def test_refused_targets_name_the_first_row():
    y = np.array([[1.0], [-1.0], [0.25], [3.0]])
    with pytest.raises(
        ValueError, match=r"^target 0.25 at row 2: hinge needs targets -1 or 1 \(rows counted from 0\)$"
    ):
        LOSSES.resolve("hinge").check_targets(y)


@pytest.mark.parametrize("name", DECISIONS)
def test_decisions(name):
    for outputs, decisions in DECISIONS[name]:
        assert LOSSES.resolve(name).decisions(np.array([outputs])).tolist() == [decisions]
    # the targets stand for the classes that they name
    y = targets_for(name, np.random.default_rng(3), 10, 3)
    if name in ("hinge", "perceptron"):
        y = np.where(np.eye(3)[np.arange(10) % 3] > 0, 1.0, -1.0)
    assert (LOSSES.resolve(name).decisions(y) == (y == 1)).all()


def test_perceptron_is_the_hinge_at_0():
    a, y = outputs_and_targets("hinge", seed=8, k=3)
    perceptron, hinge = LOSSES.resolve("perceptron"), Hinge(threshold=0.0)
    assert isinstance(perceptron, Hinge)
    np.testing.assert_array_equal(perceptron.value(a, y), hinge.value(a, y))
    np.testing.assert_array_equal(perceptron.gradient(a, y), hinge.gradient(a, y))
    np.testing.assert_array_equal(perceptron.piece(a, y), hinge.piece(a, y))
    # but it is a name of its own in files
    assert LOSSES.from_config(LOSSES.to_config(perceptron)) == PerceptronLoss()
    assert perceptron != hinge


@pytest.mark.parametrize("width", [0.25, 3.0])
def test_huber_of_any_width(width):
    e = np.array([[-4.0, -width, 0.5 * width, width, 5.0]])
    loss, y = Huber(width), np.zeros((1, 5))
    assert loss.value(e, y)[0] == pytest.approx(special.huber(width, e).sum(), rel=1e-14)
    np.testing.assert_allclose(loss.gradient(e, y), [[-width, -width, 0.5 * width, width, width]])
    assert loss.check(e, y) < 1e-8


@pytest.mark.parametrize("q", [0.05, 0.5, 0.9])
def test_quantile_leads_to_the_quantile(q):
    y = np.random.default_rng(2).exponential(size=(501, 1))
    loss = Quantile(q)
    a = np.random.default_rng(3).exponential(size=(501, 1))
    assert loss.value(a, y).mean() == pytest.approx(metrics.mean_pinball_loss(y, a, alpha=q), rel=1e-12)
    at = np.full_like(y, np.quantile(y, q, method="inverted_cdf"))
    means = [loss.value(at + shift, y).mean() for shift in (-0.05, 0, 0.05)]
    assert means[1] == min(means)
    np.testing.assert_allclose(loss.gradient(a, y), np.where(a > y, 1 - q, -q), rtol=1e-15)


@pytest.mark.parametrize("name", LOSSES)
def test_configuration_round_trip(name):
    loss = LOSSES.resolve(name)
    assert LOSSES.from_config(LOSSES.to_config(loss)) == loss
    assert loss.output_activation in ACTIVATIONS


def test_names_and_errors():
    with pytest.raises(
        ValueError, match=r"unknown loss 'cros_entropy', did you mean 'cross_entropy'\? There are: squared"
    ):
        LOSSES.resolve("cros_entropy")
    with pytest.raises(TypeError, match=r"loss must be an object, got the class Huber: write Huber\(\)"):
        LOSSES.resolve(Huber)
    with pytest.raises(TypeError, match="abstract"):
        Loss()


@dataclass(frozen=True)
class Biweight(Loss):
    """With only what must be defined: l = sum e² / (2 (1 + e²))."""

    name = "biweight"

    def value(self, a, y):
        return ((a - y) ** 2 / (2 * (1 + (a - y) ** 2))).sum(axis=-1)

    def gradient(self, a, y):
        return (a - y) / (1 + (a - y) ** 2) ** 2


def test_a_loss_of_ones_own():
    rng = np.random.default_rng(4)
    network = Network([2, 3, 1], "tanh", loss=Biweight(), rng=1)
    X, y = rng.normal(size=(6, 2)), rng.normal(size=(6, 1))
    assert network.activations[-1].name == "identity"
    assert Biweight().check(network.predict(X), y) < 1e-8
    assert network.check_gradients(X, y).passed
    error = (network.predict(X) - y)[:, 0]
    assert network.loss(X, y) == pytest.approx(np.mean(error**2 / (2 + 2 * error**2)), rel=1e-14)
    with pytest.raises(ValueError, match="loss Biweight is not registered"):
        network.to_config()


# -- penalties ---------------------------------------------------------------------------------------------------------


def test_penalty_by_hand():
    weights = [np.array([[1.0, -2.0], [0.0, 0.5]]), np.array([[-4.0]])]
    penalty = Penalty(l1=0.1, l2=0.3)
    assert penalty.value(weights) == pytest.approx(0.1 * 7.5 + 0.15 * (1 + 4 + 0.25 + 16), rel=1e-15)
    gradients = [np.ones((2, 2)), np.ones((1, 1))]
    penalty.add_gradient(gradients, weights, divisor=5.0)
    np.testing.assert_allclose(gradients[0], 1 + np.array([[0.1 + 0.3, -0.1 - 0.6], [0.0, 0.1 + 0.15]]) / 5)
    np.testing.assert_allclose(gradients[1], [[1 + (-0.1 - 1.2) / 5]])
    assert not Penalty()
    assert Penalty(l1=1)
    assert Penalty(l2=1)
    assert Penalty().value(weights) == 0


@pytest.mark.parametrize("name", ["l1", "l2"])
@pytest.mark.parametrize("strength", [-0.1, math.inf, math.nan])
def test_penalty_refuses(name, strength):
    with pytest.raises(ValueError, match=f"{name} must be a finite number >= 0, got {strength}"):
        Penalty(**{name: strength})


CHOSEN = np.array([[True, False, False], [False, False, True]])


@pytest.mark.parametrize("name", [name for name, loss in LOSSES.items() if loss.classification])
def test_the_targets_of_truth_values_are_the_losss_levels_and_stand_for_them(name):
    loss = LOSSES.resolve(name)
    no, yes = (-1, 1) if name in ("hinge", "perceptron") else (0, 1)
    targets = np.asarray(loss.targets(CHOSEN), dtype=np.float64)
    assert targets.tolist() == [[yes, no, no], [no, no, yes]]
    assert loss.levels == (no, yes)
    loss.check_targets(targets)
    assert np.array_equal(loss.decisions(targets), CHOSEN)


# -- smoothed labels ---------------------------------------------------------------------------------------------------

SMOOTHED = {"cross_entropy": CrossEntropy, "binary_cross_entropy": BinaryCrossEntropy}
# name: a target's smoothed form, for three outputs
BY_HAND = {
    "cross_entropy": lambda y, s: (1 - s) * y + s / 3,
    "binary_cross_entropy": lambda y, s: (1 - s) * y + s / 2,
}


def smoothed_case(name):
    a, y = outputs_and_targets(name, k=3)
    z = np.log(a) + np.random.default_rng(8).normal(size=(ROWS, 1)) if name == "cross_entropy" else special.logit(a)
    return a, y, z


@pytest.mark.parametrize("floor", [None, 1e-12])
@pytest.mark.parametrize("smoothing", [0.1, 0.5])
@pytest.mark.parametrize("name", SMOOTHED)
def test_smoothed_labels_are_other_targets(name, smoothing, floor):
    value, slope = ORACLES[name]
    loss, (a, y, z) = SMOOTHED[name](floor, smoothing), smoothed_case(name)
    targets = BY_HAND[name](y, smoothing)
    np.testing.assert_allclose(loss.smoothed(y), targets, rtol=1e-14)
    expected = [math.fsum(value(*pair) for pair in zip(*row, strict=True)) for row in zip(a, targets, strict=True)]
    np.testing.assert_allclose(loss.value(a, y), expected, rtol=1e-12)
    np.testing.assert_allclose(loss.value_from_logits(z, y), expected, rtol=1e-11)
    slopes = [[slope(*pair) for pair in zip(*row, strict=True)] for row in zip(a, targets, strict=True)]
    np.testing.assert_allclose(loss.gradient(a, y), slopes, rtol=1e-12)
    np.testing.assert_allclose(loss.delta_from_logits(z, a, y), a - targets, rtol=1e-12, atol=1e-15)
    assert loss.check(a, y, step=1e-4) < 1e-7
    plain = loss.unsmoothed()
    assert (plain.smoothing, plain.floor) == (0.0, floor)
    np.testing.assert_array_equal(plain.value(a, loss.smoothed(y)), loss.value(a, y))


@pytest.mark.parametrize("name", SMOOTHED)
def test_smoothed_gradients_are_the_complex_steps(name):
    loss, (a, y, z) = SMOOTHED[name](smoothing=0.2), smoothed_case(name)
    delta = loss.delta_from_logits(z, a, y)
    smoothed = BY_HAND[name](y, 0.2)
    for row, k in [(0, 0), (3, 2), (11, 1)]:
        shifted = z[row].astype(complex)
        shifted[k] += 1e-30j
        if name == "cross_entropy":
            value = (smoothed[row] * (np.log(np.exp(shifted).sum()) - shifted)).sum()
        else:
            value = (np.log(1 + np.exp(shifted)) - smoothed[row] * shifted).sum()
        assert delta[row, k] == pytest.approx(value.imag / 1e-30, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("name", SMOOTHED)
def test_without_smoothing_all_is_as_it_was_to_the_bit(name):
    a, y, z = smoothed_case(name)
    loss = SMOOTHED[name]()
    assert loss.smoothed(y) is y
    assert loss == LOSSES.resolve(name)
    assert LOSSES.from_config({"name": name, "floor": None}) == loss  # as files had it before
    expected = -(y * np.log(a)).sum(axis=1) if name == "cross_entropy" else None
    if expected is not None:
        np.testing.assert_array_equal(loss.value(a, y), expected)
    np.testing.assert_array_equal(loss.delta_from_logits(z, a, y), a * (1 if name[0] == "b" else y.sum(1)[:, None]) - y)


@pytest.mark.parametrize("smoothing", [-0.1, 1.0, math.nan, "much"])
def test_what_is_no_share_is_no_smoothing(smoothing):
    for cls in SMOOTHED.values():
        with pytest.raises((ValueError, TypeError), match="smoothing must be"):
            cls(smoothing=smoothing)


@pytest.mark.parametrize("engine", ["numpy", "compiled", "lbfgs"])
@pytest.mark.parametrize("name", SMOOTHED)
def test_every_engine_smooths(name, engine):
    """A network that is free to answer anything comes to the smoothed targets."""
    y = np.eye(3)[np.arange(12) % 3]
    network = Network([3, 3], loss=SMOOTHED[name](smoothing=0.3), rng=0)
    by = {"optimizer": "lbfgs"} if engine == "lbfgs" else {"engine": engine, "learning_rate": 0.1, "batch_size": 12}
    history = Trainer(network, epochs=600, patience=None, tolerance=0, rng=0, **by).fit(y, y)
    np.testing.assert_allclose(network.predict(y), BY_HAND[name](y, 0.3), atol=2e-3)
    assert history[-1].loss == pytest.approx(network.loss(y, y), rel=1e-3)
