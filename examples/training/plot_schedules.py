"""
The learning rate by time
=========================

What the schedules make of a base rate of 0.01 in a hundred epochs.
"""

import numpy as np
from matplotlib import pyplot

from clearprop import Network, Trainer

X = np.linspace(-1, 1, 64)[:, np.newaxis]
y = X[:, 0] ** 2

figure, axes = pyplot.subplots(2, 4, figsize=(13, 5), layout="constrained", sharex=True)
for ax, name in zip(
    axes.flat,
    ("constant", "invscaling", "step", "exponential", "cosine", "one_cycle", "coslog4", "flat_cosine"),
    strict=True,
):
    trainer = Trainer(
        Network([1, 4, 1], "tanh", rng=0),
        optimizer="sgd", learning_rate=0.01, schedule=name, epochs=100, batch_size=64, patience=None, rng=0,
    )  # fmt: skip
    history = trainer.fit(X, y)
    ax.plot([record.rate for record in history], color="#0072b2")
    ax.set(title=name, ylim=(0, 0.0105))
for ax in axes[1]:
    ax.set_xlabel("epoch")
for ax in axes[:, 0]:
    ax.set_ylabel("learning rate")
