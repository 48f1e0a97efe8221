"""
What hidden units say
=====================

Each hidden unit of a small network over the plane of its inputs, blue where it says 1, red where it says -1. The
output adds them up by their weights; three lines make a ring.
"""

import numpy as np
from matplotlib import pyplot
from sklearn.datasets import make_circles

from clearprop import Network, Trainer

X, y = make_circles(200, noise=0.1, factor=0.4, random_state=0)
network = Network([2, 4, 1], "tanh", loss="binary_cross_entropy", rng=0)
Trainer(network, learning_rate=0.03, epochs=300, rng=0).fit(X, y)

side = np.linspace(-1.5, 1.5, 80)
plane = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
trace = network.forward(plane)

figure, axes = pyplot.subplots(1, 5, figsize=(14, 3), layout="constrained")
for unit, ax in enumerate(axes[:4]):
    ax.contourf(side, side, trace.a[0][:, unit].reshape(80, 80), levels=20, cmap="RdBu", vmin=-1, vmax=1)
    ax.set_title(f"a1[{unit + 1}], weight {network.weights[1][unit, 0]:+.1f}")
axes[4].contourf(side, side, trace.a[1].reshape(80, 80), levels=20, cmap="RdBu", vmin=0, vmax=1)
axes[4].scatter(*X.T, c=y, cmap="RdBu", edgecolor="white", s=15)
axes[4].set_title("the output")
