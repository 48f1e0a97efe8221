"""
XOR: what one line cannot do
============================

A neuron without a hidden layer draws one straight line, and no line has both corners of XOR on one side. Four hidden
units bend it.
"""

import numpy as np
from matplotlib import pyplot

from clearprop import DecisionBoundaryDisplay, Network, Trainer

X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
y = np.array([0.0, 1.0, 1.0, 0.0])

figure, axes = pyplot.subplots(1, 2, figsize=(9, 4), layout="constrained")
for ax, layers in zip(axes, ([2, 1], [2, 4, 1]), strict=True):
    network = Network(layers, "tanh", loss="binary_cross_entropy", rng=1)
    Trainer(network, learning_rate=0.05, epochs=500, patience=None, rng=0).fit(X, y)
    DecisionBoundaryDisplay.from_network(network, X, y, ax=ax)
    right = int(((network.predict(X)[:, 0] > 0.5) == y).sum())
    ax.set_title(f"{'-'.join(map(str, layers))}: {right} of 4 right")
