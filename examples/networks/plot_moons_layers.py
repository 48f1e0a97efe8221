"""
What more hidden units buy
==========================

The same two half moons, learned by ever wider layers from the same seed.
"""

from matplotlib import pyplot
from sklearn.datasets import make_moons

from clearprop import DecisionBoundaryDisplay, MLPClassifier

X, y = make_moons(200, noise=0.2, random_state=0)

figure, axes = pyplot.subplots(1, 4, figsize=(14, 3.6), layout="constrained")
for ax, units in zip(axes, (1, 2, 4, 32), strict=True):
    model = MLPClassifier((units,), activation="tanh", solver="lbfgs", max_iter=500, random_state=1).fit(X, y)
    DecisionBoundaryDisplay.from_estimator(model, X, y, ax=ax)
    ax.set_title(f"{units} hidden: {model.score(X, y):.1%}")
