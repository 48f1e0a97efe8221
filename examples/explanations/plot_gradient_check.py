"""
Is the gradient right?
======================

Back-propagation against central differences at every parameter. A network of one's own loss, or activation, is checked
the same way.
"""

import numpy as np
from matplotlib import pyplot

from clearprop import Network

rng = np.random.default_rng(0)
X, y = rng.normal(size=(20, 3)), rng.integers(0, 3, 20)
network = Network([3, 6, 3], "gelu", loss="cross_entropy", rng=0)
print(network.check_gradients(X, y))

gradient = network.backward(network.forward(X), y)
exact = np.concatenate([part.ravel() for pair in zip(gradient.weights, gradient.biases, strict=True) for part in pair])
steps = np.geomspace(1e-10, 1e-1, 19)
errors = []
for step in steps:
    differences = []
    for place in range(network.parameters.size):
        around = []
        for sign in (1, -1):
            moved = network.copy()
            moved.parameters[place] += sign * step
            around.append(moved.loss(X, y))
        differences.append((around[0] - around[1]) / (2 * step))
    errors.append(np.abs(np.array(differences) - exact).max())

figure, ax = pyplot.subplots(figsize=(8, 4.5), layout="constrained")
ax.loglog(steps, errors, marker="o")
ax.set(xlabel="step h of the difference", ylabel="worst error", title="Too large is crude, too small is noise")
