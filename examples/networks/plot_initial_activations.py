"""
Why the first weights matter
============================

Ten layers of tanh at their first weights. Too small, and every layer says less than the one before; too large, and all
of them shout; Glorot's are in between.
"""

import numpy as np
from matplotlib import pyplot

from clearprop import Network
from clearprop.initializers import GlorotUniform, Normal

X = np.random.default_rng(0).normal(size=(500, 50))

figure, axes = pyplot.subplots(3, 5, figsize=(12, 6), layout="constrained", sharex=True)
for row, (name, start) in zip(
    axes, {"too small": Normal(0.02), "too large": Normal(1.0), "glorot_uniform": GlorotUniform()}.items(), strict=True
):
    network = Network([50] * 11, "tanh", initializer=start, rng=0)
    trace = network.forward(X)
    for ax, layer in zip(row, (0, 2, 4, 6, 8), strict=True):
        ax.hist(trace.a[layer].ravel(), bins=40, range=(-1, 1), color="#0072b2")
        ax.set(title=f"{name}, layer {layer + 1}", yticks=[])
