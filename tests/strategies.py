"""Networks, rows and targets for tests: what suits a loss, drawn from a seed."""

import warnings

import numpy as np

from clearprop import LOSSES, Network


def targets_for(loss_name, rng, n, k):
    """Targets that the loss takes, off the kinks of the pinball and absolute losses by continuity."""
    if loss_name == "cross_entropy":
        return np.eye(k)[rng.integers(k, size=n)] if k > 1 else np.ones((n, 1))
    if loss_name == "binary_cross_entropy":
        return rng.integers(2, size=(n, k)).astype(float)
    if loss_name in ("hinge", "perceptron"):
        return rng.choice([-1.0, 1.0], size=(n, k))
    if loss_name == "poisson":
        return rng.poisson(2.0, size=(n, k)).astype(float)
    assert loss_name in LOSSES
    return rng.normal(size=(n, k))


def quiet_network(*args, **settings):
    """A network, without the warning that some outputs do not suit its loss."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*such outputs teach nothing.*")
        return Network(*args, **settings)
