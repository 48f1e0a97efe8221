"""Warnings where scikit-learn is silent: parameters without effect, divergence, data that no line can separate."""

import warnings
from typing import Any

from sklearn.exceptions import ConvergenceWarning


class IgnoredParameterWarning(UserWarning):
    """A parameter was given that the chosen solver does not use."""


class DivergenceWarning(ConvergenceWarning):  # type: ignore[misc]
    """Training left the finite numbers and was ended; an earlier state is kept."""


class NotSeparableWarning(ConvergenceWarning):  # type: ignore[misc]
    """No line, plane or hyperplane can separate the classes."""


_DESCENT = ("momentum", "nesterovs_momentum")
_MOMENTS = ("beta_1", "beta_2", "epsilon")
_STEPS = (
    "batch_size",
    "learning_rate",
    "learning_rate_init",
    "power_t",
    "shuffle",
    "early_stopping",
    "validation_fraction",
    "n_iter_no_change",
    "dropout",
    "decoupled_decay",
    "clip_norm",
    "scoring",
)

# Which parameters each of scikit-learn's solvers leaves unused.
UNUSED: dict[str, tuple[str, ...]] = {
    "adam": (*_DESCENT, "power_t", "max_fun"),
    "sgd": (*_MOMENTS, "max_fun"),
    "lbfgs": (*_STEPS, *_DESCENT, *_MOMENTS),
}


def warn_of_ignored(estimator: Any, defaults: dict[str, Any]) -> None:
    """Warn of every parameter that is not at its default and has no effect with the estimator's solver.

    Parameters
    ----------
    estimator : MLPClassifier or MLPRegressor
    defaults : dict
        Name to default of each parameter.
    """
    solver = estimator.solver
    if not isinstance(solver, str):
        return
    known = [name for name in UNUSED.get(solver, ()) if name in defaults]
    given = [name for name in known if not _same(getattr(estimator, name), defaults[name])]
    if solver == "adam" and estimator.learning_rate in ("invscaling", "adaptive"):
        given.append("learning_rate")
    if solver == "sgd" and estimator.learning_rate == "invscaling" and "power_t" in given:
        given.remove("power_t")
    if not given:
        return
    shown = ", ".join(f"{name}={getattr(estimator, name)!r}" for name in given)
    remedy = "leave them out or choose another solver"
    if "learning_rate" in given and solver == "adam":
        remedy += "; to have the schedule with adam, give it as an object, as in learning_rate=InverseScaling()"
    if "early_stopping" in given:
        remedy += "; early stopping works with sgd and adam"
    warnings.warn(f"solver {solver!r} does not use {shown}: {remedy}", IgnoredParameterWarning, stacklevel=5)


def _same(value: Any, default: Any) -> bool:
    return value is default or (type(value) is type(default) and value == default)
