"""
A search, as in scikit-learn
============================

The estimators stand in pipelines and searches where scikit-learn's did.
"""

import numpy as np
from matplotlib import pyplot
from sklearn.datasets import load_wine
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from clearprop import MLPClassifier

X, y = load_wine(return_X_y=True)
alphas, sizes = np.geomspace(1e-4, 10, 6), [(4,), (16,), (64,)]
search = GridSearchCV(
    make_pipeline(StandardScaler(), MLPClassifier(solver="lbfgs", max_iter=1000, random_state=0)),
    {"mlpclassifier__alpha": alphas, "mlpclassifier__hidden_layer_sizes": sizes},
    scoring="neg_log_loss",
    cv=3,
)
search.fit(X, y)
scores = -search.cv_results_["mean_test_score"].reshape(len(alphas), len(sizes))

figure, ax = pyplot.subplots(figsize=(7, 4.5), layout="constrained")
for (units,), column in zip(sizes, scores.T, strict=True):
    ax.semilogx(alphas, column, marker="o", label=f"{units} hidden units")
ax.set(xlabel="alpha, the strength of the penalty", ylabel="log loss, over three folds")
ax.legend(frameon=False)
