"""
Losses, and what they pull by
=============================

How wrong an output is said to be, and the gradient that training follows. A squared error pulls ever harder, an
absolute one always the same, and Huber's changes from the one to the other. The quantile's pulls nine times as hard
from below as from above, so that nine tenths of the targets come to lie below the answer.
"""

import numpy as np
from matplotlib import pyplot

from clearprop import LOSSES
from clearprop.losses import Quantile

a = np.linspace(-3, 3, 301)[:, np.newaxis]
y = np.zeros_like(a)

figure, (left, right) = pyplot.subplots(1, 2, figsize=(10, 4), layout="constrained")
losses = {name: LOSSES.resolve(name) for name in ("squared_error", "absolute_error", "huber", "log_cosh")}
losses["quantile, 0.9"] = Quantile(0.9)
for (name, loss), style in zip(losses.items(), ("-", "-", "--", ":", "-."), strict=True):
    left.plot(
        a,
        [loss.value(one, zero) for one, zero in zip(a[:, np.newaxis], y[:, np.newaxis], strict=True)],
        label=name,
        linestyle=style,
    )
    right.plot(a, loss.gradient(a, y), linestyle=style)
left.set(title="loss", xlabel="output a, where the target is 0")
right.set(title="gradient dl/da", xlabel="output a, where the target is 0")
left.legend(frameon=False)
