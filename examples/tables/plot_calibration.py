"""
Are its probabilities true?
===========================

Of the rows that are said to be of a class with 80 %, 80 % should be. Out-of-fold probabilities of a model against
what came to pass.
"""

from matplotlib import pyplot
from sklearn.calibration import CalibrationDisplay
from sklearn.datasets import load_breast_cancer

from clearprop import TableClassifier

table = load_breast_cancer(as_frame=True)
model = TableClassifier(recipe="plain", members=3, max_epochs=60, random_state=0).fit(table.data, table.target)

figure, ax = pyplot.subplots(figsize=(5.5, 5), layout="constrained")
CalibrationDisplay.from_predictions(table.target, model.oof_probabilities_[:, 1], n_bins=8, strategy="quantile", ax=ax)
