"""The loss before the first step, of which a training that made it worse is told."""

import re

import numpy as np
import pytest

from clearprop import Network, Trainer
from clearprop.errors import TrainingWarning


@pytest.mark.parametrize("n_rows", [100, 350, 450])
@pytest.mark.parametrize(
    "settings", [{}, {"batch_size": 500}, {"batch_size": 20}, {"dropout": 0.3}, {"l2": 50.0}], ids=str
)
@pytest.mark.parametrize("weighted", [False, True])
def test_the_loss_before_the_first_step_is_that_of_the_first_parameters(n_rows, settings, weighted):
    """Whether it is read off the first epoch, of a single batch, or computed."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(n_rows, 3)), rng.normal(size=n_rows)
    weight = rng.uniform(0.5, 2, n_rows) if weighted else None
    network = Network([3, 4, 1], "tanh", loss="absolute_error", rng=0)
    every = slice(None, None, max(1, n_rows // 200))  # of some rows, where there are many
    before = network.loss(X[every], y[every], None if weight is None else weight[every])
    said = re.escape(f"the loss was {before:.4g} before the first step")
    settings = {"batch_size": n_rows, **settings}
    with pytest.warns(TrainingWarning, match=said):
        Trainer(network, optimizer="sgd", learning_rate=30.0, epochs=6, patience=None, rng=0, **settings).fit(
            X, y, weight
        )
