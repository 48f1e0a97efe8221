"""
XOR: what one line cannot do
============================

A neuron without a hidden layer draws one straight line. No line parts the corners of XOR, so that the best it can do
is to say one half everywhere (left, grey). With four hidden units the border bends.
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
    said = network.predict(X)[:, 0]
    ax.set_title(f"{'-'.join(map(str, layers))}: says " + ", ".join(f"{a:.2f}" for a in said))
