"""
A curve, learned from noisy points
==================================

A regressor with one hidden layer, and how its answer gets there.
"""

import numpy as np
from matplotlib import pyplot

from clearprop import Network, Trainer

rng = np.random.default_rng(0)
x = np.sort(rng.uniform(-3, 3, size=(120, 1)), axis=0)
y = np.sin(2 * x[:, 0]) + 0.3 * x[:, 0] + rng.normal(0, 0.15, 120)

network = Network([1, 24, 1], "tanh", rng=0)
training = Trainer(network, learning_rate=0.02, epochs=2000, patience=None, batch_size=30, rng=0).start(x, y)

figure, ax = pyplot.subplots(figsize=(8, 4.5), layout="constrained")
ax.scatter(x, y, s=12, color="grey")
line = np.linspace(-3, 3, 300)[:, np.newaxis]
for epoch in range(1, 2001):
    training.run_epoch()
    if epoch in (5, 100, 2000):
        ax.plot(line, network.predict(line), label=f"after {epoch:,} epochs")
ax.set(xlabel="x", ylabel="y")
ax.legend(frameon=False)
