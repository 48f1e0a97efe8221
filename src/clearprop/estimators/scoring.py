"""scikit-learn's scorers, as the trainer calls a metric."""

from __future__ import annotations

import copy
from inspect import Parameter, signature
from typing import Any

import numpy.typing as npt
from sklearn.metrics import check_scoring, get_scorer_names

from clearprop.foundation.near_names import did_you_mean, near
from clearprop.foundation.table_cells import quoted
from clearprop.metrics import FUNCTIONS, KNOWN_AS

Array = npt.NDArray[Any]

# Scorers by the names of the functions that they are made of: the greater is the better of both.
CALLED = {
    {"f1_score": "f1", "roc_auc_score": "roc_auc"}.get(function, f"neg_{function}"): (function, *names)
    for function, (names, _) in FUNCTIONS.items()
}


def scorer_of(estimator: Any) -> Any:
    """The scorer that the parameter `scoring` stands for.

    Raises
    ------
    ValueError
        It is none; the near name is said.
    """
    try:
        return check_scoring(estimator, estimator.scoring)
    except ValueError as error:
        rule = str(error).replace(repr(estimator.scoring), quoted(estimator.scoring))
        known_as = {**KNOWN_AS, **CALLED, "loss": ("val_loss", "validation_loss")}
        hint = did_you_mean(near(str(estimator.scoring), ["loss", *get_scorer_names()], known_as))
        raise ValueError(f"{rule.removesuffix('.')}{hint}" if hint else rule) from None


class Scored:
    """A scorer's score of an estimator on given rows.

    Parameters
    ----------
    estimator : MLPClassifier or MLPRegressor
        In training.
    scorer : callable (estimator, X, y) -> float
    X, y : arrays
        Checked rows, and what the scorer compares predictions with.
    """

    def __init__(self, estimator: Any, scorer: Any, X: Any, y: Array) -> None:
        self.estimator, self.scorer, self.X, self.y = estimator, scorer, X, y

    def __call__(self, loss: Any, y: Array, outputs: Array, sample_weight: Array | None) -> float:
        """The score; loss and outputs are for metrics that need them."""
        given = {} if sample_weight is None or not _takes_weights(self.scorer) else {"sample_weight": sample_weight}
        # Checked rows have lost their feature names, which predict would miss.
        nameless = copy.copy(self.estimator)
        vars(nameless).pop("feature_names_in_", None)
        return float(self.scorer(nameless, self.X, self.y, **given))


def _takes_weights(scorer: Any) -> bool:
    try:
        parameters = signature(scorer).parameters
    except (TypeError, ValueError):  # of some built-in callables nothing is known
        return False
    return "sample_weight" in parameters or any(p.kind is Parameter.VAR_KEYWORD for p in parameters.values())
