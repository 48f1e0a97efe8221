"""
Learned by heart, and three remedies
====================================

A network of 2,751 parameters has thirty rows to learn from. What counts are rows that it has never seen: above each
column stands the share of these that is right.
"""

from matplotlib import pyplot
from sklearn.datasets import make_moons

from clearprop import DecisionBoundaryDisplay, Network, Trainer

seen, unseen = make_moons(30, noise=0.35, random_state=1), make_moons(500, noise=0.35, random_state=2)
remedies = {"none": {}, "l2=0.1": {"l2": 0.1}, "dropout=0.5": {"dropout": 0.5}, "stopped in time": {"keep_best": True}}

figure, axes = pyplot.subplots(2, 4, figsize=(14, 6.5), layout="constrained")
for (above, below), (name, settings) in zip(axes.T, remedies.items(), strict=True):
    network = Network([2, 50, 50, 1], "tanh", loss="binary_cross_entropy", rng=0)
    settings = {"keep_best": False, **settings}
    trainer = Trainer(network, learning_rate=0.01, epochs=200, patience=None, metric="accuracy", rng=0, **settings)
    history = trainer.fit(*seen, validation=unseen)
    above.semilogy(history.loss, label="seen")
    above.semilogy(history.validation_loss, label="unseen")
    DecisionBoundaryDisplay.from_network(network, *seen, side=100, ax=below)
    right = ((network.predict(unseen[0])[:, 0] > 0.5) == unseen[1]).mean()
    above.set(title=f"{name}: {right:.1%}", xlabel="epoch")
axes[0, 0].legend(frameon=False)
axes[0, 0].set_ylabel("loss")
