"""
XOR
===

A hidden layer draws two lines where one cannot do.
"""

import numpy as np

from clearprop import DecisionBoundaryDisplay, Network, Trainer

X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
y = np.array([0.0, 1.0, 1.0, 0.0])
network = Network([2, 8, 1], "tanh", loss="binary_cross_entropy", rng=0)
Trainer(network, learning_rate=0.05, epochs=300, rng=0).fit(X, y)
display = DecisionBoundaryDisplay.from_network(network, X, y).plot()
