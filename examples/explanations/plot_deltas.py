"""
The deltas of one row, layer by layer
=====================================

What back-propagation hands from layer to layer is the delta dL/dz. Here it is, beside the activations that the same row
went forward by.
"""

from matplotlib import pyplot
from sklearn.datasets import load_iris

from clearprop import Network, Trainer, explain

X, y = load_iris(return_X_y=True)
X = (X - X.mean(axis=0)) / X.std(axis=0)
network = Network([4, 8, 6, 3], "tanh", loss="cross_entropy", rng=0)
Trainer(network, learning_rate=0.01, epochs=15, rng=0).fit(X, y)

row = 106  # a flower that it takes for another kind
trace = network.forward(X[row : row + 1])
gradients = network.backward(trace, y[row : row + 1])

figure, axes = pyplot.subplots(2, 3, figsize=(11, 5), layout="constrained")
for layer, (above, below) in enumerate(axes.T):
    above.bar(range(1, trace.a[layer].size + 1), trace.a[layer][0], color="#0072b2")
    above.set(title=f"layer {layer + 1}", xticks=range(1, trace.a[layer].size + 1))
    below.bar(range(1, trace.a[layer].size + 1), gradients.deltas[layer][0], color="#d55e00")
    below.set(xticks=range(1, trace.a[layer].size + 1), xlabel="neuron")

axes[0, 0].set_ylabel("activation a, forward")
axes[1, 0].set_ylabel("delta dL/dz, backward")

print(explain(network, X[row], y[row : row + 1], "delta2[1]").to_text())
