"""
Eight networks are surer than one
=================================

Where there are rows the members of an ensemble say the same; where there are none they differ, and the spread tells it.
"""

import numpy as np
from matplotlib import pyplot

from clearprop import Ensemble, EnsembleTrainer, Network

rng = np.random.default_rng(1)
x = np.concatenate([rng.uniform(-3, -1, 40), rng.uniform(1, 3, 40)])[:, np.newaxis]
y = np.sin(2 * x[:, 0]) + rng.normal(0, 0.1, 80)

ensemble = Ensemble([Network([1, 20, 1], "tanh", rng=seed) for seed in range(8)])
EnsembleTrainer(ensemble, learning_rate=0.02, epochs=400, patience=None, rng=0).fit(x, y)

line = np.linspace(-4, 4, 300)[:, np.newaxis]
answers = ensemble.predict_members(line)[:, :, 0]
mean, spread = answers.mean(axis=0), answers.std(axis=0)

figure, ax = pyplot.subplots(figsize=(8, 4.5), layout="constrained")
ax.plot(line, answers.T, color="#0072b2", alpha=0.25, linewidth=0.8)
band = "mean, two deviations up and down"
ax.fill_between(line[:, 0], mean - 2 * spread, mean + 2 * spread, color="#0072b2", alpha=0.15, label=band)
ax.plot(line, mean, color="#0072b2", linewidth=2, label="their mean")
ax.scatter(x, y, s=12, color="black", zorder=3, label="rows")
ax.set(xlabel="x", ylabel="answer", ylim=(-3, 3))
ax.legend(frameon=False)
