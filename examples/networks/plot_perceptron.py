"""
The perceptron, update by update
================================

It changes its line only where it is wrong; while some row is wrong, the line goes on moving.
"""

import numpy as np
from matplotlib import pyplot
from sklearn.datasets import make_blobs

from clearprop import Perceptron

X, y = make_blobs(80, centers=[[-1, 0.9], [1, 1.8]], cluster_std=0.55, random_state=3)
x = np.array([-3, 3])

figure, ax = pyplot.subplots(figsize=(6, 5), layout="constrained")
ax.scatter(*X.T, c=y, cmap="coolwarm", edgecolor="white")
model = Perceptron(shuffle=False)
for epoch in range(1, 6):
    model.partial_fit(X, y, classes=[0, 1])
    (w1, w2), bias = model.coef_[0], model.intercept_[0]
    ax.plot(x, -(w1 * x + bias) / w2, color="black", alpha=0.15 + 0.15 * epoch, label=f"after epoch {epoch}")
ax.set(xlabel="x1", ylabel="x2", ylim=(-1, 4), title=f"right after five epochs: {model.score(X, y):.0%}")
ax.legend(frameon=False)
