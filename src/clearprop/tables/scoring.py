"""The score that counts: by what epochs are chosen and columns are judged, from answers rather than from rows."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError, Message, Parameter
from clearprop.foundation.near_names import did_you_mean, near
from clearprop.foundation.table_cells import listed, quoted
from clearprop.losses import Loss
from clearprop.tables.targets import ClassTarget, Target

Array = npt.NDArray[Any]


def check_scoring(scoring: Any) -> None:
    """Refuse what is no scorer.

    Raises
    ------
    ValueError
        The message names near names.
    """
    if scoring is None or callable(scoring):
        return
    from sklearn.metrics import get_scorer_names

    known = get_scorer_names()
    if not isinstance(scoring, str) or scoring not in known:
        hint = did_you_mean(near(str(scoring), known, {"neg_log_loss": ("log_loss", "cross_entropy", "logloss")}))
        raise ValueError(
            "scoring must be a name of one of scikit-learn's scorers, as 'accuracy', 'neg_log_loss' or 'r2', or one, "
            f"got {quoted(scoring)}{hint or ': see sklearn.metrics.get_scorer_names()'}"
        )


@dataclass(frozen=True)
class Score:
    """A score of answers whose truth is known, the greater the better.

    Parameters
    ----------
    target : ClassTarget or NumberTarget
    scoring : str, callable (estimator, X, y) -> float, or None
        scikit-learn's name of a scorer, or a scorer; accuracy or R² where not given.

    Raises
    ------
    ValueError
        There is no such scorer.
    """

    target: Target
    scoring: Any = None

    @property
    def name(self) -> str:
        """What it is called."""
        usual = "accuracy" if isinstance(self.target, ClassTarget) else "r2"
        return self.scoring if isinstance(self.scoring, str) else usual if self.scoring is None else "score"

    def of_answers(self, truth: Array, answers: Array, weight: Array | None = None) -> float:
        """The score of probabilities (n, classes) by class numbers (n,), or of quantities (n,) by quantities."""
        if self.name == "accuracy":
            return float(np.average(answers.argmax(axis=1) == truth, weights=weight))
        if not np.isfinite(answers).all():
            return float("nan")
        return _scored(self.scoring or self.name, self.target, truth, answers, weight)

    def __call__(self, loss: Loss, y: Array, outputs: Array, sample_weight: Array | None) -> float:
        """The score of a network's outputs, as a trainer's metric."""
        if not isinstance(self.target, ClassTarget):
            return self.of_answers(self.target.decode(y[:, 0]), self.target.decode(outputs[:, 0]), sample_weight)
        if outputs.shape[1] == 1:
            y, outputs = y > 0.5, np.column_stack([1 - outputs, outputs])
            return self.of_answers(y[:, 0].astype(np.intp), outputs, sample_weight)
        return self.of_answers(y.argmax(axis=1), outputs, sample_weight)


def _scored(scoring: Any, target: Target, truth: Array, answers: Array, weight: Array | None) -> float:
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
    from sklearn.metrics import get_scorer

    class Answered(BaseEstimator):  # type: ignore[misc]
        """What a scorer takes for an estimator: it answers what has been answered."""

        def __sklearn_is_fitted__(self) -> bool:
            return True

        def predict(self, X: Any) -> Array:
            return labels[answers.argmax(axis=1)] if isinstance(target, ClassTarget) else answers

    class AnsweredClasses(ClassifierMixin, Answered):  # type: ignore[misc]
        def predict_proba(self, X: Any) -> Array:
            return answers

    class AnsweredNumbers(RegressorMixin, Answered):  # type: ignore[misc]
        pass

    scorer = get_scorer(scoring)
    given = {} if weight is None or not _takes_weights(scorer) else {"sample_weight": weight}
    rows = np.zeros((len(truth), 1))
    if not isinstance(target, ClassTarget):
        return float(scorer(AnsweredNumbers(), rows, truth, **given))
    labels = target.labels
    stands_in = AnsweredClasses()
    stands_in.classes_ = labels
    try:
        return float(scorer(stands_in, rows, labels[truth], **given))
    except ValueError as error:
        if not isinstance(scoring, str):
            raise
        raise _not_of_these_classes(scoring, target, error) from None


def _not_of_these_classes(scoring: str, target: ClassTarget, error: ValueError) -> InputError:
    """What to say where a score is of the class 1, as "f1" is, or of two classes, and there are others."""
    from sklearn.metrics import get_scorer_names

    others = [name for name in (f"{scoring}_macro", f"{scoring}_ovr") if name in get_scorer_names()]
    reason = re.split(r"[.:]", str(error))[0]
    rule = f" cannot be had of the classes {listed(target.classes, 4)} ({reason}): take "
    take = Parameter("scoring", (others or ["balanced_accuracy"])[0])
    return InputError(Message(Parameter("scoring", scoring), rule, take, ", say"))


def _takes_weights(scorer: Any) -> bool:
    parameters = inspect.signature(scorer).parameters
    return "sample_weight" in parameters or any(p.kind is p.VAR_KEYWORD for p in parameters.values())
