"""
Activations and their slopes
============================

Every activation of the library, and the slope by which back-propagation multiplies.
"""

import numpy as np
from matplotlib import pyplot

from clearprop import ACTIVATIONS

z = np.linspace(-4, 4, 401)
names = [name for name in ACTIVATIONS if name != "softmax"]  # which takes all units together

figure, axes = pyplot.subplots(3, 5, figsize=(12, 7), layout="constrained", sharex=True)
for ax, name in zip(axes.flat, names, strict=True):
    activation = ACTIVATIONS.resolve(name)
    a = activation.value(z.copy())
    ax.plot(z, a, color="#0072b2", label="a")
    ax.plot(z, activation.slope(z, a) * 1.0, color="#d55e00", linestyle="--", label="da/dz")
    ax.set_title(name)
    ax.set_ylim(-2, 4)
axes[0, 0].legend(frameon=False)
