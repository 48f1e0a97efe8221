"""
Which pixels made it a three?
=============================

Integrated gradients add up to what the network says more of this digit than of an empty image.
"""

from matplotlib import pyplot
from sklearn.datasets import load_digits

from clearprop import MLPClassifier, attribute

X, y = load_digits(return_X_y=True)
X = X / 16
model = MLPClassifier((40,), max_iter=60, learning_rate_init=0.005, random_state=0).fit(X[200:], y[200:])

figure, axes = pyplot.subplots(2, 5, figsize=(11, 5), layout="constrained")
for column, row in zip(axes.T, range(5), strict=True):
    attribution = attribute(model, X[row])
    parts = attribution.values.reshape(8, 8)
    limit = abs(parts).max()
    column[0].imshow(X[row].reshape(8, 8), cmap="Greys")
    column[0].set_title(f"said to be {model.predict(X[row : row + 1])[0]}")
    column[1].imshow(parts, cmap="RdBu", vmin=-limit, vmax=limit)
for ax in axes.flat:
    ax.set_axis_off()
