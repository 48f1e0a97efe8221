"""A plan is made once for trainings that are alike, and another one for whatever else it depends on."""

from dataclasses import replace

import numpy as np
import pytest

from clearprop import Activation, Network, Penalty
from clearprop.engines.compiled import plans

from .helpers import job_of


def plan_of(sizes=(3, 4, 2), activation="tanh", loss="squared_error", dtype="float64", seed=0, workers=1, **settings):
    network = Network(sizes, activation, loss=loss, dtype=dtype, rng=seed)
    rng = np.random.default_rng(seed)
    job, rows = job_of(network, rng.normal(size=(9, sizes[0])), rng.normal(size=(9, sizes[-1])), **settings)
    steps = plans.Steps.of(job, False, rows.sample_weight is not None, workers)
    return plans.training_plan(plans.Layers.of(job.network, job.layout), steps)


def test_trainings_that_are_alike_share_a_plan_and_no_numbers():
    assert plan_of(seed=0) is plan_of(seed=1)


@pytest.mark.parametrize(
    "other",
    [
        {"sizes": (3, 5, 2)},
        {"activation": "relu"},
        {"loss": "absolute_error"},
        {"dtype": "float32"},
        {"workers": 2},
        {"optimizer": "momentum"},
        {"batch_size": 6},
        {"weight": np.ones(9)},
        {"penalty": Penalty(l2=0.1)},
        {"penalty": Penalty(l2=0.1, decays={"b": 1.0})},
        {"decay": 0.1},
        {"dropout": 0.5},
        {"clip_norm": 1.0},
    ],
    ids=lambda other: next(iter(other)),
)
def test_what_a_plan_depends_on(other):
    usual, changed = plan_of(), plan_of(**other)
    assert changed is not usual
    assert changed is plan_of(**other)


def test_rows_and_factors_are_of_a_plan():
    network = Network([3, 4, 2], "tanh", rng=0)
    job, _ = job_of(network, np.ones((9, 3)), np.ones((9, 2)))
    layers, steps = plans.Layers.of(job.network, job.layout), plans.Steps.of(job, False, False, 1)
    sparse = steps._replace(sparse=True)
    slow = layers._replace(layout=job.layout.with_factors({"b1": 0.5}))
    made = [plans.training_plan(layers, steps), plans.training_plan(layers, sparse), plans.training_plan(slow, steps)]
    assert len({id(plan) for plan in made}) == 3
    assert made[2].plan.rates.tolist() == [1.0, 0.5, 1.0]
    job.settings = replace(job.settings, clip_norm=2.0)
    assert plans.Steps.of(job, False, False, 1).strengths == (0.0, 0.0, 0.0, 2.0)


class Doubled(Activation):
    """The user's own, who brings other functions of numbers half-way."""

    name = "doubled"
    kernels = (lambda z, s: 2 * z, lambda z, a, s: 2.0)

    def value(self, z, out=None):
        return np.multiply(z, 2, out=out)

    def slope(self, z, a):
        return np.full_like(z, 2)


def test_other_functions_of_a_users_class_make_another_plan(monkeypatch):
    first = plan_of(activation=Doubled())
    assert plan_of(activation=Doubled()) is first
    monkeypatch.setattr(Doubled, "kernels", (lambda z, s: z + z, lambda z, a, s: 2.0))
    assert plan_of(activation=Doubled()) is not first
