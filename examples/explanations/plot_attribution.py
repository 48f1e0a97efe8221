"""
Which pixels spoke for its answer?
==================================

Blue pixels speak for the digit that the network says, orange ones against it. The parts are integrated gradients:
they add up to what the network says more of this image than of an empty one. It takes the third digit, a two, for a
one, and the pixels say by what.
"""

from matplotlib import pyplot
from matplotlib.colors import LinearSegmentedColormap
from sklearn.datasets import load_digits

from clearprop import MLPClassifier, attribute

X, y = load_digits(return_X_y=True)
X = X / 16
model = MLPClassifier((40,), tol=0.001, learning_rate_init=0.005, random_state=0).fit(X[200:], y[200:])

figure, axes = pyplot.subplots(2, 5, figsize=(11, 5), layout="constrained")
for column, row in zip(axes.T, range(5), strict=True):
    attribution = attribute(model, X[row])
    parts = attribution.values.reshape(8, 8)
    limit = abs(parts).max()
    column[0].imshow(X[row].reshape(8, 8), cmap="Greys")
    column[0].set_title(f"a {y[row]}, said to be {model.predict(X[row : row + 1])[0]}")
    column[1].imshow(
        parts, cmap=LinearSegmentedColormap.from_list("", ["#d55e00", "white", "#0072b2"]), vmin=-limit, vmax=limit
    )
for ax in axes.flat:
    ax.set_axis_off()
