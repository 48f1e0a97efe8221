"""Random networks with everything that a gradient can depend on."""

import warnings

import numpy as np

from clearprop import ACTIVATIONS, LOSSES, OPTIMIZERS, Trainer
from clearprop.errors import CannotLearnWarning

from ..strategies import quiet_network, targets_for


def random_case(seed):
    """A network, a batch, and a trainer that has taken a few steps on it."""
    rng = np.random.default_rng([2024, seed])
    layers = int(rng.integers(1, 7))
    sizes = [int(rng.integers(1, 4)) for _ in range(layers + 1)]
    hidden = [str(rng.choice(list(ACTIVATIONS))) for _ in range(layers - 1)]
    # Registries are walked in turn, so that none is left out by chance.
    loss = list(LOSSES)[seed % len(LOSSES)]
    output = None if seed % 2 else list(ACTIVATIONS)[seed // 2 % len(ACTIVATIONS)]
    if "softmax" in (output, output or LOSSES[loss].output_activation):
        sizes[-1] = max(2, sizes[-1])  # over one output it is always 1, which no trainer takes
    network = quiet_network(sizes, hidden, output, loss, "glorot_normal", rng=rng)
    network.parameters += rng.normal(scale=0.3, size=network.parameters.size)
    n = 1 if seed % 3 == 0 else int(rng.integers(2, 6))
    X, y = rng.normal(size=(n, sizes[0])), targets_for(loss, rng, n, sizes[-1])
    weight = rng.uniform(0.5, 2.0, size=n) if seed % 5 == 0 else None
    trainer = Trainer(
        network,
        optimizer=list(OPTIMIZERS)[seed % len(OPTIMIZERS)],
        learning_rate=0.003,
        schedule="cosine" if seed % 7 == 0 else "constant",
        l1=0.02 if seed % 4 in (1, 3) else 0.0,
        l2=0.05 if seed % 4 in (2, 3) else 0.0,
        decoupled_decay=0.1 if seed % 11 == 0 else None,
        clip_norm=0.5 if seed % 6 == 0 else None,
        shuffle=False,
        patience=None,
        engine="numpy",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CannotLearnWarning)  # whatever the targets, there are gradients to explain
        trainer.start(X, y, weight)
    for _ in range(seed % 3):
        trainer.run_batch()
    return network, X, y, weight, trainer
