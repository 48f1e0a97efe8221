"""
Ten optimisers from the same start
==================================

Each at its usual rate, on the same rows.
"""

from matplotlib import pyplot
from sklearn.datasets import make_moons

from clearprop import OPTIMIZERS, Network, Trainer

X, y = make_moons(200, noise=0.2, random_state=0)

figure, ax = pyplot.subplots(figsize=(8, 5), layout="constrained")
for name in OPTIMIZERS:
    network = Network([2, 8, 1], "tanh", loss="binary_cross_entropy", rng=0)
    trainer = Trainer(network, optimizer=name, epochs=60, batch_size=20, patience=None, rng=0)
    ax.semilogy(trainer.fit(X, y).loss, label=name)
ax.set(xlabel="epoch", ylabel="loss")
ax.legend(frameon=False, ncols=2)
