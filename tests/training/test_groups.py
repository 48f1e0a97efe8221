"""Factors on the rate and the decay of some parameters: against a program of single numbers, and to the bit."""

import math
import warnings

import numpy as np
import pytest

from clearprop import OPTIMIZERS, Network, Penalty, TableRegressor, Trainer, explain

from .helpers import outcome

SPANS = ("W1", "b1", "W2", "b2")
# Settings, with which each span has another factor on its rate and its decay, two of them 0.
GROUPS = {"rates": {"W1": 2.0, "b": 0.1, "b1": 0.0}, "decays": {"b": 0.5, "W1": 3.0, "b2": 0.0}}
RATE_FACTORS = {"W1": 2.0, "b1": 0.0, "W2": 1.0, "b2": 0.1}
DECAY_FACTORS = {"W1": 3.0, "b1": 0.5, "W2": 1.0, "b2": 0.0}
PLANS = {
    "plain": {},
    "l1": {"l1": 0.3},
    "l2": {"l2": 0.8},
    "decoupled decay": {"decoupled_decay": 0.5},
    "clipping": {"clip_norm": 0.2},
    "all": {"l1": 0.1, "l2": 0.4, "decoupled_decay": 0.3, "clip_norm": 0.4},
}
ALL = PLANS["all"]


def rows(n=13):
    rng = np.random.default_rng(4)
    return rng.normal(size=(n, 3)), rng.normal(size=(n, 2))


def network_of(dtype="float64"):
    network = Network([3, 4, 2], "tanh", rng=3, dtype=dtype)
    network.biases = [np.linspace(-0.5, 0.7, 4), [0.3, -0.2]]
    return network


def scalar_step(optimizer, p, g, slots, rate, t):
    """One number's step by the optimiser's formulas, as Python evaluates their text."""
    names = {**vars(optimizer), **slots, "g": g, "rate": rate, "t": t}
    names.update(sqrt=math.sqrt, Max=max, sign=lambda x: float(x > 0) - float(x < 0))
    change = None
    for name, formula in optimizer.formulas:
        names[name] = eval(formula, {"__builtins__": {}}, names)
        change = names[name] if name == "change" else change
    return p + change, {slot: names[slot] for slot in slots}


def scalar_fit(
    network, X, y, optimizer, rate, batch_size, epochs, l1=0.0, l2=0.0, decoupled_decay=0.0, clip_norm=None
):  # fmt: skip
    """A tanh layer and a linear one, trained number by number; returns parameters by span and losses by epoch."""
    W1, W2 = (np.array(W, dtype=float) for W in network.weights)
    b1, b2 = (np.array(b, dtype=float) for b in network.biases)
    spans, slots, losses, t = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}, {}, [], 0
    for _ in range(epochs):
        sums = 0.0
        for start in range(0, len(X), batch_size):
            x, target = X[start : start + batch_size], y[start : start + batch_size]
            n, t = len(x), t + 1
            hidden = np.tanh(x @ W1 + b1)
            error = hidden @ W2 + b2 - target
            below = (error @ W2.T) * (1 - hidden * hidden)
            gradients = {
                "W1": x.T @ below / n, "b1": below.sum(0) / n, "W2": hidden.T @ error / n, "b2": error.sum(0) / n
            }  # fmt: skip
            loss = 0.5 * (error * error).sum() / n
            for name, p in spans.items():
                gradients[name] += DECAY_FACTORS[name] * (l1 * np.sign(p) + l2 * p) / n
                loss += DECAY_FACTORS[name] * (l1 * np.abs(p).sum() + 0.5 * l2 * (p * p).sum()) / n
            sums += loss * n
            norm = math.sqrt(sum((g * g).sum() for g in gradients.values()))
            shorter = 1.0 if clip_norm is None else min(1.0, clip_norm / norm)
            for name, p in spans.items():
                own = rate * RATE_FACTORS[name]
                for at in np.ndindex(p.shape):
                    if own == 0:
                        continue
                    before = slots.get((name, at), dict.fromkeys(optimizer.slots, 0.0))
                    shrunken = p[at] * (1 - own * DECAY_FACTORS[name] * decoupled_decay)
                    g = float(shorter * gradients[name][at])
                    p[at], slots[name, at] = scalar_step(optimizer, shrunken, g, before, own, t)
        losses.append(sums / len(X))
    return spans, losses


def trained(network, engine, optimizer="adam", **settings):
    X, y = rows()
    plan = {"learning_rate": 0.02, "batch_size": 5, "epochs": 4, "shuffle": False, "patience": None, "rng": 0}
    trainer = Trainer(network, optimizer=optimizer, engine=engine, **{**plan, **settings})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        trainer.fit(X.astype(network.dtype), y.astype(network.dtype))
    return trainer


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_with_groups_is_that_of_single_numbers(name, plan, engine):
    settings = {"decoupled_decay": 0.0, **PLANS[plan]}
    network = network_of()
    expected, losses = scalar_fit(network, *rows(), OPTIMIZERS[name](), 0.02, 5, 4, **settings)
    trainer = trained(network, engine, name, **settings, **GROUPS)
    for span, values in network.layout.named_views(network.parameters).items():
        np.testing.assert_allclose(values, expected[span], rtol=1e-9, atol=1e-12, err_msg=span)
    assert trainer.history.loss == pytest.approx(losses, rel=1e-11)


@pytest.mark.parametrize("name", ["sgd", "momentum", "adagrad", "adam", "nadam"])
def test_float32_comes_to_the_same_but_for_rounding(name, engine):
    network = network_of("float32")
    expected, losses = scalar_fit(network, *rows(), OPTIMIZERS[name](), 0.02, 5, 4, **ALL)
    trainer = trained(network, engine, name, **ALL, **GROUPS)
    for span, values in network.layout.named_views(network.parameters).items():
        assert values.dtype == np.float32
        np.testing.assert_allclose(values, expected[span], rtol=1e-4, atol=1e-5, err_msg=span)
    assert trainer.history.loss == pytest.approx(losses, rel=1e-5)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_usual_factors_change_no_bit(name, dtype, engine):
    plain = trained(network_of(dtype), engine, name, **ALL)
    usual = {"rates": {"W": 1.0, "b": 1, "W2": 1.0}, "decays": {"W": 1.0, "b": 0.0, "b2": 0.0}}
    assert outcome(trained(network_of(dtype), engine, name, **ALL, **usual)) == outcome(plain)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("span", SPANS)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_frozen_span_keeps_every_bit_and_the_others_move(name, span, dtype, engine):
    network = network_of(dtype)
    network.layout.named_views(network.parameters)[span].flat[0] = -0.0  # which 0 added would make 0
    before = network.parameters.copy()
    trainer = trained(network, engine, name, **ALL, rates={span: 0.0}, decays={"b": 1.0})
    for other, values in network.layout.named_views(network.parameters).items():
        kept = network.layout.named_views(before)[other]
        assert (values.tobytes() == kept.tobytes()) == (other == span)
    frozen = network.layout.span(span)
    assert not trainer.snapshot().slots[:, frozen.start : frozen.stop].any()


def test_all_frozen_trains_nothing(engine):
    network = network_of()
    before = network.parameters.tobytes()
    trainer = trained(network, engine, "adamw", **ALL, rates={"W": 0, "b": 0})
    assert network.parameters.tobytes() == before
    assert len(set(trainer.history.loss)) == 1


def test_a_frozen_span_counts_in_the_length_that_is_clipped(engine):
    """So that a part of the network takes the steps that it took, whether the rest is frozen or not."""
    one, other = network_of(), network_of()
    settings = {"optimizer": "sgd", "epochs": 1, "batch_size": 13, "clip_norm": 0.1}
    trained(one, engine, **settings)
    trained(other, engine, **settings, rates={"W1": 0.0})
    np.testing.assert_array_equal(one.weights[1], other.weights[1])


def test_the_name_counts_before_the_kind():
    trainer = Trainer(network_of(), **GROUPS)
    assert {span.name: span.rate_factor for span in trainer.layout.spans} == RATE_FACTORS
    assert {span.name: span.decay_factor for span in trainer.layout.spans} == DECAY_FACTORS
    assert trainer.rates == GROUPS["rates"]
    assert trainer.penalty == Penalty(0.0, 0.0, GROUPS["decays"])


# -- losses and gradients -------------------------------------------------------------------------------------------


def test_gradients_with_factors_are_those_of_the_loss_with_them():
    network, (X, y) = network_of(), rows()
    weight = np.linspace(0.5, 2, len(X))
    penalty = Trainer(network, l1=0.3, l2=0.7, **GROUPS).penalty
    check = network.check_gradients(X, y, weight, penalty)
    assert check.passed
    assert check.checked == network.parameters.size
    trace = network.forward(X)
    gradients = network.backward(trace, y, weight, penalty)
    bare = network.layout.named_views(network.backward(trace, y, weight).flat)
    added = 0.0
    for name, values in network.layout.named_views(network.parameters).items():
        part = DECAY_FACTORS[name] * (0.3 * np.sign(values) + 0.7 * values) / weight.sum()
        with_penalty = network.layout.named_views(gradients.flat)[name]
        np.testing.assert_allclose(with_penalty - bare[name], part, rtol=1e-9, atol=1e-15)
        added += DECAY_FACTORS[name] * (0.3 * np.abs(values).sum() + 0.35 * (values**2).sum()) / weight.sum()
    assert network.loss(X, y, weight, penalty) - network.loss(X, y, weight) == pytest.approx(added, rel=1e-12)


def test_lbfgs_minimises_the_loss_with_decay_factors():
    network, (X, y) = network_of(), rows()
    trainer = Trainer(network, optimizer="lbfgs", l2=1.0, epochs=500, tolerance=1e-9, decays=GROUPS["decays"])
    history = trainer.fit(X, y)
    assert np.abs(network.backward(network.forward(X), y, None, trainer.penalty).flat).max() < 1e-4
    assert history.loss[-1] == pytest.approx(network.loss(X, y, penalty=trainer.penalty), rel=1e-12)
    assert np.abs(network.backward(network.forward(X), y, None, Penalty(l2=1.0)).flat).max() > 0.01


def test_lbfgs_says_that_it_ignores_factors_on_rates():
    with pytest.warns(UserWarning, match="it does not use rates"):
        Trainer(network_of(), optimizer="lbfgs", rates={"b": 0.5})
    Trainer(network_of(), optimizer="lbfgs", rates={"b": 1.0}, decays={"b": 1.0})


# -- explained ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_explained_steps_are_those_of_training_to_the_bit(name, dtype):
    X, y = (part.astype(dtype) for part in rows())
    network = network_of(dtype)
    plan = {"learning_rate": 0.02, "shuffle": False, "batch_size": len(X), "engine": "numpy", "rng": 0}
    trainer = Trainer(network, optimizer=name, **plan, **ALL, **GROUPS)
    trainer.start(X, y)
    for _ in range(3):
        trainer.run_batch()
    steps = [
        explain(network, X, y, network.parameter_name(index), trainer=trainer).step
        for index in range(network.parameters.size)
    ]
    before = network.parameters.copy()
    trainer.run_batch()
    slots = trainer.snapshot().slots
    for index, step in enumerate(steps):
        span = network.parameter_name(index).partition("[")[0]
        assert step.rate == 0.02 * RATE_FACTORS[span]
        assert (step.old, step.new) == (before[index], network.parameters[index])
        assert [after for _, after in step.slots.values()] == slots[:, index].tolist()
        assert len(step.lines) > 0


def test_explained_steps_name_their_factors():
    X, y = rows()
    network = network_of()
    trainer = Trainer(network, optimizer="sgd", learning_rate=0.5, decoupled_decay=0.25, l2=1.0, **GROUPS)
    trainer.start(X, y)

    def text(name):
        return explain(network, X, y, name, trainer=trainer).to_text(sections=["The optimiser's step (sgd)"])

    assert "η = 2·0.5 = 1   (W1 has a factor on its rate)" in text("W1[1,1]")
    assert "(weight decay, which has a factor for W1)" in text("W1[1,1]")
    assert "1 − η·3·0.25" in text("W1[1,1]")
    assert "b1 stays: the factor on its rate is 0" in text("b1[1]")
    assert "factor" not in text("W2[1,1]")
    assert "weight decay" in text("W2[1,1]")
    assert "η = 0.1·0.5 = 0.05" in text("b2[1]")
    assert "weight decay" not in text("b2[1]")


@pytest.mark.parametrize("row", [None, 2])
@pytest.mark.parametrize("name", ["W1[2,1]", "b1[3]", "W2[4,2]", "b2[1]", "loss"])
def test_explained_penalties_have_the_factors(name, row):
    X, y = rows()
    network = network_of()
    penalty = Penalty(0.3, 0.7, GROUPS["decays"])
    explanation = explain(network, X, y, name, row=row, penalty=penalty)
    divisor = len(X) if row is None else 1
    assert sum(term.value for term in explanation.terms) == pytest.approx(explanation.value, rel=1e-12)
    labels = {term.label: term.value for term in explanation.terms if "penalty" in term.label}
    spans = network.layout.named_views(network.parameters)
    if name == "loss":
        absolute = sum(DECAY_FACTORS[span] * np.abs(values).sum() for span, values in spans.items())
        squares = sum(DECAY_FACTORS[span] * (values**2).sum() for span, values in spans.items())
        expected = {"L1 penalty": 0.3 * absolute / divisor, "L2 penalty": 0.35 * squares / divisor}
        assert "3·Σ" in explanation.to_text()
        assert "0.5·Σ" in explanation.to_text()
    else:
        assert explanation.check.passed
        value, factor = network.parameters[network.layout.index(name)], DECAY_FACTORS[name.partition("[")[0]]
        parts = {"L1 penalty": 0.3 * np.sign(value), "L2 penalty": 0.7 * value}
        expected = {label: factor * part / divisor for label, part in parts.items() if factor}
    assert labels == {label: pytest.approx(part, rel=1e-12) for label, part in expected.items()}


# -- gone on with, and set from elsewhere ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_what_follows_a_snapshot_is_the_same_again(name, engine):
    X, y = rows()
    trainer = Trainer(
        network_of(), optimizer=name, batch_size=4, epochs=6, patience=None, engine=engine, rng=0, **ALL, **GROUPS
    )
    trainer.start(X, y)
    for _ in range(5):
        trainer.run_batch()
    snapshot = trainer.snapshot()
    trainer.run()
    first = outcome(trainer)
    trainer.restore(snapshot)
    trainer.run()
    assert outcome(trainer) == first


def test_a_table_is_learned_with_factors():
    settings = {"recipe": "plain", "hidden_layer_sizes": [4]}
    trainer = {"rates": {"b": 0.5, "W2": 0.0}, "decays": {"b": 1.0}}
    choices = TableRegressor(**settings, trainer=trainer).choices()
    assert choices.trainer_changes["rates"] == {"b": 0.5, "W2": 0.0}
    with pytest.raises(ValueError, match="rates has 'W3', which names no parameters"):
        TableRegressor(**settings, trainer={"rates": {"W3": 0.5}}).choices()


def test_refusals_name_the_factor():
    with pytest.raises(ValueError, match="decays has 'weights', which names no parameters, did you mean 'W'"):
        Trainer(network_of(), decays={"weights": 1.0})
    with pytest.raises(ValueError, match=r"rates\['b'\] must be a finite number >= 0, got nan"):
        Trainer(network_of(), rates={"b": math.nan})
    with pytest.raises(TypeError, match="rates must be a dict of factors by name"):
        Trainer(network_of(), rates=0.0)
    with pytest.raises(ValueError, match=r"decays\['b'\] must be a finite number >= 0, got -1"):
        Penalty(l2=0.1, decays={"b": -1})
    with pytest.raises(ValueError, match="decays has 'W9', which names no parameters"):
        network_of().loss(*rows(), penalty=Penalty(l2=0.1, decays={"W9": 1.0}))
