"""
Across the loss surface
=======================

A network of two weights has a loss that can be drawn, and the ways of four optimisers across it. The valley is long and
narrow: plain steps zigzag, momentum overshoots, Adam takes all directions at one pace.
"""

import numpy as np
from matplotlib import pyplot

from clearprop import Network, Trainer

rng = np.random.default_rng(0)
X = rng.normal(size=(100, 2)) * [1.0, 4.0]
y = X @ [1.5, -0.8]


def network_at(w):
    network = Network([2, 1], rng=0)
    network.weights[0][:, 0] = w
    return network


first, second = np.linspace(-2.2, 2.6, 60), np.linspace(-1.6, 1.2, 60)
surface = [[network_at((one, two)).loss(X, y) for one in first] for two in second]

figure, axes = pyplot.subplots(1, 4, figsize=(15, 4), layout="constrained", sharey=True)
for ax, (name, rate) in zip(axes, {"sgd": 0.1, "momentum": 0.02, "adam": 0.2, "lion": 0.1}.items(), strict=True):
    network = network_at((-1.8, 0.9))
    trainer = Trainer(network, optimizer=name, learning_rate=rate, batch_size=100, epochs=60, patience=None, rng=0)
    training = trainer.start(X, y)
    way = [network.weights[0][:, 0].copy()]
    for _ in range(60):
        training.run_batch()
        way.append(network.weights[0][:, 0].copy())
    ax.contour(first, second, surface, levels=np.geomspace(0.05, 30, 14), colors="grey", linewidths=0.6)
    ax.plot(*np.array(way).T, marker="o", markersize=3, color="#d55e00")
    ax.plot(1.5, -0.8, marker="*", markersize=12, color="#0072b2")
    ax.set(title=f"{name}, rate {rate:g}", xlabel="W1[1,1]")
axes[0].set_ylabel("W1[2,1]")
