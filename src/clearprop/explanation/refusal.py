"""Whether a model of scikit-learn's conventions can be explained; and what is said where it cannot."""

from typing import Any


def is_fitted(model: Any) -> bool:
    """Whether it has a network, or what it wraps has one."""
    if hasattr(model, "steps"):
        return is_fitted(model.steps[-1][1])
    wrapped = getattr(model, "best_estimator_", getattr(model, "regressor_", None))
    return hasattr(model, "network_") if wrapped is None else is_fitted(wrapped)


def refusal(model: Any) -> str:
    """Why it cannot be explained, and what can."""
    kind, theirs = type(model).__name__, type(model).__module__.startswith("sklearn.")
    if hasattr(model, "steps"):
        return refusal(model.steps[-1][1])
    wrapped = getattr(model, "estimator", getattr(model, "regressor", None))
    fitted = getattr(model, "best_estimator_", getattr(model, "regressor_", None))
    if fitted is not None or (wrapped is not None and not _may_be_explained(wrapped)):
        return refusal(wrapped if fitted is None else fitted)
    if hasattr(model, "cv_results_"):
        return f"this {kind} has refit=False and so keeps no model: set refit=True and call fit(X, y) again"
    if theirs and kind in ("MLPClassifier", "MLPRegressor", "Perceptron"):
        return (
            f"this is scikit-learn's {kind}, which keeps no trace of how it computes: fit clearprop.{kind} in its "
            "place, which takes the same settings and gives the same model for the same seed"
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
    if hasattr(model, "steps"):
        return _may_be_explained(model.steps[-1][1])
    if hasattr(model, "refit") or (hasattr(model, "regressor") and hasattr(model, "transformer")):
        return _may_be_explained(getattr(model, "estimator", getattr(model, "regressor", None)))
    return hasattr(model, "fit") and not type(model).__module__.startswith("sklearn.")


def _fitted_part(model: Any) -> str | None:
    """Where a model of models, such as an ensemble, keeps one that can be explained."""
    if hasattr(model, "estimator_") and is_fitted(model.estimator_):
        return "estimator_"
    several = getattr(model, "estimators_", None)
    if isinstance(several, list) and several and is_fitted(several[0]):
        return "estimators_[0]"
    return None
