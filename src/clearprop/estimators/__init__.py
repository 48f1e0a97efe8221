"""scikit-learn's interface: `MLPClassifier`, `MLPRegressor` and `Perceptron`, to change one import.

The estimators check what they are given and hand it to the core: `Network`, `Trainer` and the perceptron's rule. Names,
order and defaults of the parameters, methods, fitted attributes and error conditions are scikit-learn 1.9's, and so are
the numbers: in float64, the same `random_state` gives the same model. What differs, on purpose, stands in
`docs/differences-from-scikit-learn.md`.
"""

from clearprop.estimators.classifier import MLPClassifier
from clearprop.estimators.fit_warnings import (
    DivergenceWarning,
    IgnoredParameterWarning,
    NotSeparableWarning,
    PoorFitWarning,
)
from clearprop.estimators.perceptron import Perceptron
from clearprop.estimators.regressor import MLPRegressor

__all__ = [
    "DivergenceWarning",
    "IgnoredParameterWarning",
    "MLPClassifier",
    "MLPRegressor",
    "NotSeparableWarning",
    "Perceptron",
    "PoorFitWarning",
]
