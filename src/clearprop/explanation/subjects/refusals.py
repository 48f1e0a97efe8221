"""Whether a model of scikit-learn's conventions can be explained; and why not, with the remedy, where it cannot."""

from typing import Any

from clearprop.explanation.subjects.kinds import (
    FittedOnTables,
    OnTransformedTarget,
    PipelineOfSteps,
    Search,
    fitted_inside,
)
from clearprop.network.ensemble import Ensemble


def is_fitted(model: Any) -> bool:
    """Whether it has a network, or what it wraps has one."""
    inside = fitted_inside(model)
    # By its name as all that fitting leaves behind: a perceptron makes its network when it is asked for it.
    own = isinstance(model, FittedOnTables) or hasattr(model, "network_")
    return own if inside is None else is_fitted(inside)


def refusal(model: Any) -> str:
    """Why it cannot be explained, and what can."""
    kind, theirs = type(model).__name__, type(model).__module__.startswith("sklearn.")
    inside = fitted_inside(model)
    if inside is not None:
        return refusal(inside)
    wrapped = getattr(model, "estimator", getattr(model, "regressor", None))
    if wrapped is not None and not _may_be_explained(wrapped):
        return refusal(wrapped)
    if hasattr(model, "cv_results_"):
        return f"this {kind} has refit=False and so keeps no model: set refit=True and call fit(X, y) again"
    if theirs and kind in ("MLPClassifier", "MLPRegressor", "Perceptron"):
        return (
            f"this is scikit-learn's {kind}, which keeps no trace of how it computes: fit clearprop.{kind} in its "
            "place, which takes the same settings and gives the same model for the same seed"
        )
    if isinstance(model, Ensemble):
        return (
            "of an Ensemble only explain(ensemble, x) is had as a whole: give one of its networks, such as "
            "ensemble.members[0]"
        )
    part = _fitted_part(model)
    if part is None and _may_be_explained(model):
        return f"this {kind} is not fitted, so it has no network yet: call fit(X, y) first"
    return f"{kind} cannot be explained: " + (
        "give a Network, a fitted estimator of clearprop's, a pipeline that ends in one, a search, a "
        "TransformedTargetRegressor, a loaded model or a NeuralNetwork of the article"
        if part is None
        else f"give what it has fitted, as in explain(model.{part}, ...)"
    )


def _may_be_explained(model: Any) -> bool:
    """Whether it may be once it is fitted: a search or a wrapper of targets if what it wraps may."""
    if isinstance(model, PipelineOfSteps):
        return _may_be_explained(model.steps[-1][1])
    if isinstance(model, Search):
        return _may_be_explained(model.estimator)
    if isinstance(model, OnTransformedTarget):
        return _may_be_explained(model.regressor)
    return hasattr(model, "fit") and not type(model).__module__.startswith("sklearn.")


def _fitted_part(model: Any) -> str | None:
    """Where a model of models, such as an ensemble, keeps one that can be explained."""
    if hasattr(model, "estimator_") and is_fitted(model.estimator_):
        return "estimator_"
    several = getattr(model, "estimators_", None)
    if isinstance(several, list) and several and is_fitted(several[0]):
        return "estimators_[0]"
    return None
