"""
A network, drawn by its weights
===============================

Lines are blue where a weight is positive, orange where it is negative, and as wide as it is large.
"""

from sklearn.datasets import load_iris

from clearprop import MLPClassifier, NetworkDisplay

flowers = load_iris(as_frame=True)
model = MLPClassifier((6,), activation="tanh", max_iter=500, learning_rate_init=0.02, random_state=0)
model.fit((flowers.data - flowers.data.mean()) / flowers.data.std(), flowers.target)
display = NetworkDisplay.from_estimator(model)
