"""Warnings where scikit-learn is silent: parameters without effect, divergence, nothing learned, no separating line."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from clearprop.errors import TrainingWarning
from clearprop.foundation.callers import warn_caller


class IgnoredParameterWarning(UserWarning):
    """A parameter was given that the chosen solver does not use."""


class DivergenceWarning(ConvergenceWarning):  # type: ignore[misc]
    """Training left the finite numbers and was ended; an earlier state is kept."""


class PoorFitWarning(TrainingWarning, ConvergenceWarning):  # type: ignore[misc]
    """Training came to an end with next to nothing learned, for a reason that can be removed."""


class NotSeparableWarning(ConvergenceWarning):  # type: ignore[misc]
    """No line, plane or hyperplane can separate the classes."""


_BY_STEPS = (
    "batch_size",
    "learning_rate",
    "learning_rate_init",
    "shuffle",
    "early_stopping",
    "n_iter_no_change",
    "dropout",
    "decoupled_decay",
    "clip_norm",
)
# The parameters that set up a solver, and which of them each solver takes that is given by name.
_SET_UP = ("momentum", "nesterovs_momentum", "beta_1", "beta_2", "epsilon", "max_fun")
_TAKEN = {
    "sgd": ("momentum", "nesterovs_momentum"),
    "momentum": ("momentum",),
    "nesterov": ("momentum",),
    "adam": ("beta_1", "beta_2", "epsilon"),
    "adamw": ("beta_1", "beta_2", "epsilon"),
    "lbfgs": ("max_fun",),
}


def warn_of_ignored(estimator: Any, defaults: dict[str, Any], hidden: list[int], own_validation: bool) -> None:
    """Warn of every parameter that is not at its default and has no effect beside the others.

    Parameters
    ----------
    estimator : MLPClassifier or MLPRegressor
    defaults : dict
        Name to default of each parameter.
    hidden : list of int
        The hidden layers' sizes.
    own_validation : bool
        Whether validation rows are given.
    """
    for who, names, remedy in _without_effect(estimator, hidden, own_validation):
        given = [name for name in names if not _same(getattr(estimator, name), defaults[name])]
        if given:
            shown = ", ".join(f"{name}={getattr(estimator, name)!r}" for name in given)
            warn_caller(f"{who} does not use {shown}: {remedy}", IgnoredParameterWarning)


def _without_effect(estimator: Any, hidden: list[int], own_validation: bool) -> Iterator[tuple[str, list[str], str]]:
    """What does not use which parameters, and what to do about it."""
    solver, schedule = estimator.solver, estimator.learning_rate
    by_steps = estimator._is_stochastic()
    taken = _TAKEN.get(solver, ()) if isinstance(solver, str) else ()
    unused = [name for name in _SET_UP if name not in taken] + ([] if by_steps else list(_BY_STEPS))
    remedy = "leave them out or choose another solver"
    if not by_steps and estimator.early_stopping:
        remedy += "; early stopping works with sgd and adam"
    yield f"solver {solver!r}", unused, remedy
    if solver == "adam" and schedule in ("invscaling", "adaptive"):
        remedy = "leave it out, or to have the schedule with adam, give it as an object: learning_rate=InverseScaling()"
        yield "solver 'adam'", ["learning_rate"], remedy
    if not by_steps or solver == "adam" or schedule != "invscaling":
        yield f"learning_rate {schedule!r} of solver {solver!r}", ["power_t"], "it is for 'invscaling', as of sgd"
    if by_steps and not hidden:
        yield "a network without hidden layers", ["dropout"], "it leaves out hidden units"
    if not (by_steps and estimator.early_stopping):
        yield "training without early stopping", ["scoring", "validation_fraction"], "set early_stopping=True"
    elif own_validation:
        yield "early stopping by X_val", ["validation_fraction"], "it is the share of X that is held out otherwise"


def _same(value: Any, default: Any) -> bool:
    return value is default or bool(np.isscalar(value) and value == default)  # NumPy's numbers are defaults too
