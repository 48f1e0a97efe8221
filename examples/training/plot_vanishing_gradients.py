"""
Gradients that vanish
=====================

The length of the gradient in each of ten layers at the first weights: with the sigmoid it shrinks by a factor a layer,
as its slope is a quarter at most; with relu it stays.
"""

import numpy as np
from matplotlib import pyplot

from clearprop import Network

rng = np.random.default_rng(0)
X, y = rng.normal(size=(200, 20)), rng.normal(size=(200, 1))

figure, ax = pyplot.subplots(figsize=(8, 4.5), layout="constrained")
for name in ("sigmoid", "tanh", "relu", "selu"):
    network = Network([20] * 11 + [1], name, rng=0)
    gradients = network.backward(network.forward(X), y)
    ax.semilogy(range(1, 12), [np.linalg.norm(dW) for dW in gradients.weights], marker="o", label=name)
ax.set(xlabel="layer", ylabel="length of the weights' gradient")
ax.legend(frameon=False)
