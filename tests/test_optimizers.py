"""Every optimiser over 50 steps: against scalar Python, against PyTorch and against scikit-learn's own optimisers."""

import dataclasses
import math
import re

import numpy as np
import pytest
from sklearn.neural_network import _stochastic_optimizers as sklearn_optimizers

from clearprop import OPTIMIZERS, LBfgs, Network, Optimizer, Trainer

from .outside import import_torch

STEPS, SIZE = 50, 12


def gradients():
    """Of all sizes, some of them 0 now and then, one of them always."""
    rng = np.random.default_rng(31)
    scales = np.array([1e-6, 1e-3, 1e-2, 0.1, 0.3, 1, 1, 1, 3, 10, 1e3, 0])
    return rng.normal(size=(STEPS, SIZE)) * scales * (rng.random((STEPS, SIZE)) > 0.1)


def rates():
    """Not constant, so that where the rate enters can be told."""
    return [0.02 * (1 + 0.5 * math.sin(step)) for step in range(STEPS)]


def start():
    return np.random.default_rng(32).normal(size=SIZE)


# Each takes one parameter and one gradient a step, in plain floats, and returns it with its slots after the last step.


def scalar_sgd(p, steps):
    for _, g, rate in steps:
        p = p - rate * g
    return p, ()


def scalar_momentum(p, steps, momentum=0.9):
    v = 0.0
    for _, g, rate in steps:
        v = momentum * v - rate * g
        p = p + v
    return p, (v,)


def scalar_nesterov(p, steps, momentum=0.9):
    v = 0.0
    for _, g, rate in steps:
        v = momentum * v - rate * g
        p = p + (momentum * v - rate * g)
    return p, (v,)


def scalar_adagrad(p, steps, epsilon=1e-10):
    s = 0.0
    for _, g, rate in steps:
        s = s + g**2
        p = p - rate * g / (math.sqrt(s) + epsilon)
    return p, (s,)


def scalar_rmsprop(p, steps, decay=0.9, epsilon=1e-8):
    s = 0.0
    for _, g, rate in steps:
        s = decay * s + (1 - decay) * g**2
        p = p - rate * g / (math.sqrt(s) + epsilon)
    return p, (s,)


def scalar_adam(p, steps, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    m = v = 0.0
    for t, g, rate in steps:
        m = beta_1 * m + (1 - beta_1) * g
        v = beta_2 * v + (1 - beta_2) * g**2
        p = p - rate * math.sqrt(1 - beta_2**t) / (1 - beta_1**t) * m / (math.sqrt(v) + epsilon)
    return p, (m, v)


def scalar_amsgrad(p, steps, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    m = v = greatest = 0.0
    for t, g, rate in steps:
        m = beta_1 * m + (1 - beta_1) * g
        v = beta_2 * v + (1 - beta_2) * g**2
        greatest = max(greatest, v)
        p = p - rate * math.sqrt(1 - beta_2**t) / (1 - beta_1**t) * m / (math.sqrt(greatest) + epsilon)
    return p, (m, v, greatest)


def scalar_nadam(p, steps, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    m = v = 0.0
    for t, g, rate in steps:
        m = beta_1 * m + (1 - beta_1) * g
        v = beta_2 * v + (1 - beta_2) * g**2
        look_ahead = beta_1 * m / (1 - beta_1 ** (t + 1)) + (1 - beta_1) * g / (1 - beta_1**t)
        p = p - rate * math.sqrt(1 - beta_2**t) * look_ahead / (math.sqrt(v) + epsilon)
    return p, (m, v)


def scalar_lion(p, steps, beta_1=0.9, beta_2=0.99):
    m = 0.0
    for _, g, rate in steps:
        direction = beta_1 * m + (1 - beta_1) * g
        p = p - rate * ((direction > 0) - (direction < 0))
        m = beta_2 * m + (1 - beta_2) * g
    return p, (m,)


# name: (the scalar oracle, other settings than the default ones, the slots' names)
ORACLES = {
    "sgd": (scalar_sgd, {}, ()),
    "momentum": (scalar_momentum, {"momentum": 0.5}, ("velocity",)),
    "nesterov": (scalar_nesterov, {"momentum": 0.5}, ("velocity",)),
    "adagrad": (scalar_adagrad, {"epsilon": 0.1}, ("square_sum",)),
    "rmsprop": (scalar_rmsprop, {"decay": 0.5, "epsilon": 0.1}, ("square_mean",)),
    "adam": (scalar_adam, {"beta_1": 0.7, "beta_2": 0.9, "epsilon": 0.1}, ("mean", "square_mean")),
    # the decay is the trainer's to apply (tests/training): its step is Adam's
    "adamw": (scalar_adam, {"beta_1": 0.7, "beta_2": 0.9, "epsilon": 0.1}, ("mean", "square_mean")),
    "amsgrad": (
        scalar_amsgrad,
        {"beta_1": 0.7, "beta_2": 0.9, "epsilon": 0.1},
        ("mean", "square_mean", "greatest_square_mean"),
    ),
    "nadam": (scalar_nadam, {"beta_1": 0.7, "beta_2": 0.9, "epsilon": 0.1}, ("mean", "square_mean")),
    "lion": (scalar_lion, {"beta_1": 0.7, "beta_2": 0.5}, ("mean",)),
}

# PyTorch adds epsilon to sqrt(v / (1 - beta_2^t)), not to sqrt(v): only an epsilon that is nothing makes Adam the same.
TINY = 1e-150
TORCH = {
    "sgd": (lambda torch, p: torch.optim.SGD(p), {}),
    "momentum": (lambda torch, p: torch.optim.SGD(p, momentum=0.9), {}),
    "nesterov": (lambda torch, p: torch.optim.SGD(p, momentum=0.9, nesterov=True), {}),
    "adagrad": (lambda torch, p: torch.optim.Adagrad(p, eps=0.1), {"epsilon": 0.1}),
    "rmsprop": (lambda torch, p: torch.optim.RMSprop(p, alpha=0.9, eps=0.1), {"epsilon": 0.1}),
    "adam": (lambda torch, p: torch.optim.Adam(p, eps=TINY), {"epsilon": TINY}),
    "adamw": (lambda torch, p: torch.optim.AdamW(p, eps=TINY, weight_decay=0.0), {"epsilon": TINY}),
    "amsgrad": (lambda torch, p: torch.optim.Adam(p, eps=TINY, amsgrad=True), {"epsilon": TINY}),
}
NOT_IN_TORCH = {
    "nadam": "PyTorch's momentum is beta_1 (1 - 0.96^(t * decay) / 2), which is beta_1 for no decay",
    "lion": "torch.optim has none",
}
# PyTorch's velocity does not hold the rate, so that it is the same only where the rate does not change.
CONSTANT_RATE_ONLY = {"momentum", "nesterov"}

SKLEARN = {
    "sgd": lambda p: sklearn_optimizers.SGDOptimizer(p, 0.02, momentum=0.0, nesterov=False),
    "momentum": lambda p: sklearn_optimizers.SGDOptimizer(p, 0.02, momentum=0.9, nesterov=False),
    "nesterov": lambda p: sklearn_optimizers.SGDOptimizer(p, 0.02, momentum=0.9, nesterov=True),
    "adam": lambda p: sklearn_optimizers.AdamOptimizer(p, 0.02),
}


def steps_taken(optimizer, dtype=np.float64, rate_of=None):
    """The parameters after each of the steps, and the slots after the last."""
    p = start().astype(dtype)
    slots = np.zeros((len(optimizer.slots), SIZE), dtype)
    taken = []
    for step, (g, rate) in enumerate(zip(gradients().astype(dtype), rate_of or rates(), strict=True), start=1):
        before = g.copy()
        assert optimizer.update(p, g, slots, rate, step) is None
        np.testing.assert_array_equal(g, before)
        taken.append(p.copy())
    return np.array(taken), slots


@pytest.fixture
def torch():
    return import_torch()


def test_every_optimizer_has_its_oracles():
    assert set(ORACLES) == set(OPTIMIZERS)
    assert set(TORCH) | set(NOT_IN_TORCH) == set(OPTIMIZERS)
    assert not set(TORCH) & set(NOT_IN_TORCH)
    assert all(reason for reason in NOT_IN_TORCH.values())


@pytest.mark.parametrize("defaults", [True, False])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_fifty_steps_are_those_of_the_scalar_oracle(name, defaults):
    oracle, settings, slot_names = ORACLES[name]
    settings = {} if defaults else settings
    optimizer = OPTIMIZERS[name](**settings)
    assert optimizer.slots == slot_names
    taken, slots = steps_taken(optimizer)
    for index in range(SIZE):
        steps = list(zip(range(1, STEPS + 1), gradients()[:, index].tolist(), rates(), strict=True))
        for count in (1, 2, STEPS):
            p, _ = oracle(float(start()[index]), steps[:count], **settings)
            assert taken[count - 1, index] == pytest.approx(p, rel=1e-12, abs=1e-14)
        p, slot_values = oracle(float(start()[index]), steps, **settings)
        assert slots[:, index].tolist() == pytest.approx(list(slot_values), rel=1e-12, abs=1e-300)
    assert (taken[:, -1] == start()[-1]).all()  # whose gradient was always 0


@pytest.mark.parametrize("name", TORCH)
def test_fifty_steps_are_pytorchs(name, torch):
    make, settings = TORCH[name]
    rate_of = [0.02] * STEPS if name in CONSTANT_RATE_ONLY else rates()
    p = torch.tensor(start(), requires_grad=True)
    optimizer = make(torch, [p])
    theirs = []
    for g, rate in zip(gradients(), rate_of, strict=True):
        optimizer.param_groups[0]["lr"] = rate
        p.grad = torch.tensor(g)
        optimizer.step()
        theirs.append(p.detach().numpy().copy())
    ours, _ = steps_taken(OPTIMIZERS[name](**settings), rate_of=rate_of)
    np.testing.assert_allclose(ours, np.array(theirs), rtol=1e-10, atol=1e-13)


def test_adamw_with_its_decay_is_pytorchs(torch):
    p = torch.tensor(start(), requires_grad=True)
    optimizer = torch.optim.AdamW([p], eps=TINY, weight_decay=OPTIMIZERS["adamw"].decoupled_decay)
    ours, slots = start(), np.zeros((2, SIZE))
    for step, (g, rate) in enumerate(zip(gradients(), rates(), strict=True), start=1):
        optimizer.param_groups[0]["lr"] = rate
        p.grad = torch.tensor(g)
        optimizer.step()
        ours *= 1 - rate * OPTIMIZERS["adamw"].decoupled_decay  # as the trainer's engine does to weights
        OPTIMIZERS["adamw"](epsilon=TINY).update(ours, g, slots, rate, step)
    np.testing.assert_allclose(ours, p.detach().numpy(), rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("name", SKLEARN)
def test_fifty_steps_are_scikit_learns(name):
    p = start()
    optimizer = SKLEARN[name]([p])
    theirs = []
    for g in gradients():
        optimizer.update_params([p], [g])
        theirs.append(p.copy())
    ours, _ = steps_taken(OPTIMIZERS.resolve(name), rate_of=[0.02] * STEPS)
    np.testing.assert_allclose(ours, np.array(theirs), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_float32_stays_float32_and_is_near(name):
    optimizer = OPTIMIZERS.resolve(name)
    single, slots = steps_taken(optimizer, np.float32)
    assert single.dtype == slots.dtype == np.float32
    double, _ = steps_taken(optimizer)
    scale = np.abs(double).max(axis=0)
    np.testing.assert_allclose(single / scale, double / scale, rtol=0, atol=2e-4)
    # a rate that is a NumPy number does not change that
    p, one, slots = np.ones(2, np.float32), np.ones(2, np.float32), np.zeros((len(optimizer.slots), 2), np.float32)
    optimizer.update(p, one, slots, np.float64(0.1), 1)
    assert p.dtype == slots.dtype == np.float32


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_updates_are_in_place_and_in_views(name):
    """The trainer hands over views of one array."""
    optimizer = OPTIMIZERS.resolve(name)
    whole, all_slots = np.ones(6), np.zeros((len(optimizer.slots), 6))
    p, slots = whole[1:5], all_slots[:, 1:5]
    optimizer.update(p, np.array([1.0, -1.0, 2.0, 0.5]), slots, 0.1, 1)
    assert (whole[1:5] != 1).all()
    assert whole[[0, 5]].tolist() == [1, 1]
    assert (all_slots[:, 1:5] != 0).all()
    assert (all_slots[:, [0, 5]] == 0).all()
    assert np.sign(1 - whole[1:5]).tolist() == [1, -1, 1, 1]  # against the gradient


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_first_step_in_closed_form(name):
    g, rate = np.array([0.5, -2.0]), 0.1
    optimizer = OPTIMIZERS.resolve(name)
    p = np.zeros(2)
    optimizer.update(p, g, np.zeros((len(optimizer.slots), 2)), rate, 1)
    by_rate_alone = -rate * np.sign(g)  # whatever the gradient's size
    expected = {
        "sgd": -rate * g,
        "momentum": -rate * g,
        "nesterov": -1.9 * rate * g,
        "rmsprop": by_rate_alone / math.sqrt(0.1),
        "nadam": by_rate_alone * (0.9 * 0.1 / (1 - 0.9**2) + 1),
    }.get(name, by_rate_alone)
    np.testing.assert_allclose(p, expected, rtol=1e-5)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_each_finds_the_minimum_of_a_bowl(name):
    """x² / 2 + 5 y², at a rate that falls, from (3, -2)."""
    optimizer = OPTIMIZERS.resolve(name)
    p, slots, curvature = np.array([3.0, -2.0]), np.zeros((len(optimizer.slots), 2)), np.array([1.0, 10.0])
    for step in range(1, 2001):
        optimizer.update(p, curvature * p, slots, (0.5 if name == "adagrad" else 0.05) * 0.997**step, step)
    assert np.abs(p).max() < 1e-2


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_settings_are_frozen_written_and_read(name):
    _, settings, _ = ORACLES[name]
    optimizer = OPTIMIZERS[name](**settings)
    assert OPTIMIZERS.from_config(OPTIMIZERS.to_config(optimizer)) == optimizer
    assert OPTIMIZERS.resolve(optimizer) is optimizer
    assert optimizer.learning_rate > 0
    if settings:
        assert optimizer != OPTIMIZERS.resolve(name)
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(optimizer, next(iter(settings)), 0.1)


def test_usual_rates_and_decays():
    assert {name: cls.decoupled_decay for name, cls in OPTIMIZERS.items() if cls.decoupled_decay} == {"adamw": 0.01}
    network = Network([1, 1], rng=0)
    for name, cls in OPTIMIZERS.items():
        trainer = Trainer(network, optimizer=name)
        assert trainer.learning_rate == cls.learning_rate
        assert trainer.decoupled_decay == cls.decoupled_decay
    assert Trainer(network, optimizer="adamw", decoupled_decay=0.0).decoupled_decay == 0


# setting: (values out of its range, the rule)
RULES = {
    "momentum": ([1.001, -0.1, 2, math.nan], "from 0 to 1"),
    "decay": ([1.0, -0.1, math.inf], "from 0 to below 1"),
    "beta_1": ([1, -0.1, math.nan], "from 0 to below 1"),
    "beta_2": ([1.0, -1, 1.001], "from 0 to below 1"),
    "epsilon": ([-1e-9, math.inf, math.nan], "a finite number >= 0"),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_settings_out_of_range_are_refused(name):
    settings = [field.name for field in dataclasses.fields(OPTIMIZERS[name])] if ORACLES[name][1] else []
    assert set(settings) == set(ORACLES[name][1])
    for setting in settings:
        values, rule = RULES[setting]
        for value in values:
            message = f"^{setting} must be {rule}, got {value}$"
            with pytest.raises(ValueError, match=message):
                OPTIMIZERS[name](**{setting: value})
            with pytest.raises(ValueError, match=message):
                OPTIMIZERS.from_config({"name": name, setting: value})
        for value in ("0.5", True, [0.5]):
            with pytest.raises(TypeError, match=f"^{setting} must be a number, got {re.escape(repr(value))}$"):
                OPTIMIZERS[name](**{setting: value})
        OPTIMIZERS[name](**{setting: 0})  # the least that is in range
        OPTIMIZERS[name](**{setting: np.float32(0.5)})


@pytest.mark.parametrize("setting", ["beta_1", pytest.param("epsilon")])
def test_settings_that_are_none_are_refused(setting):
    with pytest.raises(TypeError, match=f"^{setting} must be a number, got None$"):
        OPTIMIZERS["adam"](**{setting: None})


@pytest.mark.parametrize("setting", ["max_evaluations", "memory"])
@pytest.mark.parametrize("value", [0, 2.5])
def test_settings_of_lbfgs_out_of_range_are_refused(setting, value):
    with pytest.raises(ValueError, match=f"^{setting} must be a whole number >= 1, got {value!r}$"):
        LBfgs(**{setting: value})


def test_errors():
    with pytest.raises(ValueError, match=r"unknown optimizer 'adm', did you mean 'adam'\? There are: sgd, "):
        OPTIMIZERS.resolve("adm")
    with pytest.raises(TypeError, match=r"optimizer must be an object, got the class Adam: write Adam\(\)"):
        OPTIMIZERS.resolve(OPTIMIZERS["adam"])
    with pytest.raises(
        ValueError, match=r"unknown optimizer 'lbfsg', did you mean 'lbfgs'\? There are: sgd, .*, lbfgs$"
    ):
        OPTIMIZERS.resolve("lbfsg")
    with pytest.raises(TypeError, match=r"^optimizer must be a name or an object of class Optimizer, got 3$"):
        OPTIMIZERS.resolve(3)
    with pytest.raises(TypeError, match="abstract"):
        Optimizer()


def test_lbfgs_is_no_optimizer_of_one_gradient():
    assert "lbfgs" not in OPTIMIZERS
    assert not isinstance(LBfgs(), Optimizer)
    assert LBfgs() == LBfgs(max_evaluations=15_000, memory=10)


def test_lbfgs_is_told_apart_from_a_name_that_is_unknown():
    with pytest.raises(ValueError, match="optimizer 'lbfgs' cannot be used here: choose one of sgd, "):
        OPTIMIZERS.resolve("lbfgs")
    with pytest.raises(ValueError, match="unknown optimizer 'lbfg', did you mean 'lbfgs'"):
        OPTIMIZERS.resolve("lbfg")
