"""
Ten optimisers from the same start
==================================

Each at its usual rate, on the same rows, beside the nine others in grey. Some are so near one another here that one
line would hide them.
"""

from matplotlib import pyplot
from sklearn.datasets import make_moons

from clearprop import OPTIMIZERS, Network, Trainer

X, y = make_moons(200, noise=0.2, random_state=0)

histories = {}
for name in OPTIMIZERS:
    network = Network([2, 8, 1], "tanh", loss="binary_cross_entropy", rng=0)
    trainer = Trainer(network, optimizer=name, epochs=120, batch_size=20, patience=None, rng=0)
    histories[name] = trainer.fit(X, y).loss

figure, axes = pyplot.subplots(2, 5, figsize=(13, 5.2), layout="constrained", sharex=True, sharey=True)
for ax, (name, losses) in zip(axes.flat, histories.items(), strict=True):
    for others in histories.values():
        ax.plot(others, color="lightgrey", linewidth=0.8)
    ax.plot(losses, color="#0072b2", linewidth=2)
    ax.set_title(f"{name}: {losses[-1]:.2f}")
for ax in axes[1]:
    ax.set_xlabel("epoch")
for ax in axes[:, 0]:
    ax.set_ylabel("loss")
