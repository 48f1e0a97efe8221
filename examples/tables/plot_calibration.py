"""
Are its probabilities true?
===========================

Of the rows that are said to be of a class with 80 %, 80 % should be. Out-of-fold probabilities of a model that is
given four columns only, so that it cannot be sure, against what came to pass; below, how often each probability was
said.
"""

from matplotlib import pyplot
from sklearn.calibration import CalibrationDisplay
from sklearn.datasets import load_breast_cancer

from clearprop import TableClassifier

table = load_breast_cancer(as_frame=True)
four = table.data[["mean texture", "mean smoothness", "mean symmetry", "texture error"]]
model = TableClassifier(recipe="plain", members=3, max_epochs=60, random_state=0).fit(four, table.target)
said = model.oof_probabilities_[:, 1]

figure, (above, below) = pyplot.subplots(
    2, 1, figsize=(5.5, 6.5), layout="constrained", sharex=True, height_ratios=[3, 1]
)
CalibrationDisplay.from_predictions(table.target, said, n_bins=8, strategy="quantile", ax=above, name="out of fold")
above.set(xlabel="", ylabel="share that was benign")
below.hist(said, bins=20, range=(0, 1), color="#0072b2")
below.set(xlabel="said probability of benign", ylabel="rows")
