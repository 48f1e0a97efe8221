"""
Too slow, right, too fast
=========================

One optimiser, several rates: the same start, the same rows in the same order.
"""

import warnings

from matplotlib import pyplot
from sklearn.datasets import make_moons

from clearprop import Network, Trainer

X, y = make_moons(200, noise=0.2, random_state=0)

figure, ax = pyplot.subplots(figsize=(8, 4.5), layout="constrained")
for rate in (0.003, 0.03, 0.3, 3.0, 30.0):
    network = Network([2, 8, 1], "tanh", loss="binary_cross_entropy", rng=0)
    trainer = Trainer(network, optimizer="sgd", learning_rate=rate, epochs=60, batch_size=20, patience=None, rng=0)
    with warnings.catch_warnings(action="ignore"):  # a rate of 30 is warned of, and rightly
        ax.semilogy(trainer.fit(X, y).loss, label=f"{rate:g}")
ax.set(xlabel="epoch", ylabel="loss", title="sgd at several rates")
ax.legend(frameon=False, title="rate")
