"""
What a table's model looks at
=============================

How much of the score is lost where one column is shuffled, in rows that were kept out.
"""

import numpy as np
from matplotlib import pyplot
from sklearn.datasets import load_diabetes

from clearprop import TableRegressor

table = load_diabetes(as_frame=True)
model = TableRegressor(recipe="plain", members=3, max_epochs=60, random_state=0).fit(table.data, table.target)
order = np.argsort(model.feature_importances_)

figure, ax = pyplot.subplots(figsize=(7, 4.5), layout="constrained")
ax.barh(np.array(model.feature_names_in_)[order], model.feature_importances_[order], color="#0072b2")
ax.set(xlabel="share of R2 that is lost", title=f"R2 out of fold: {model.oof_score_:.2f}")
