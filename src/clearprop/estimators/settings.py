"""From an estimator's parameters to the core's objects: activations, initialisers, optimiser, schedule."""

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from clearprop.activations import ACTIVATIONS, Activation
from clearprop.foundation.callers import warn_caller
from clearprop.foundation.table_cells import quoted
from clearprop.initializers import GlorotUniformWithBiases, Initializer
from clearprop.optimizers import OPTIMIZERS, Adam, AdamW, LBfgs, Momentum, Nesterov, Optimizer, Sgd
from clearprop.schedules import Adaptive, Constant, InverseScaling, Schedule

# scikit-learn's names for output activations that the core calls otherwise.
OUTPUT_NAMES = {"sigmoid": "logistic", "exponential": "exp"}


def _defaults(cls: Any) -> dict[str, Any]:
    parameters = inspect.signature(cls).parameters.items()
    return {name: parameter.default for name, parameter in parameters if parameter.kind != parameter.VAR_KEYWORD}


# From an estimator's class to the default of each of its parameters.
defaults: Callable[[Any], dict[str, Any]] = functools.cache(_defaults)


def hidden_sizes(hidden_layer_sizes: Any) -> list[int]:
    """The hidden layers' sizes as a list.

    Raises
    ------
    ValueError
        One is not above 0, or no whole number.
    """
    sizes = list(hidden_layer_sizes) if hasattr(hidden_layer_sizes, "__iter__") else [hidden_layer_sizes]
    for size in sizes:
        if isinstance(size, bool) or not isinstance(size, int | np.integer):
            raise ValueError(f"hidden_layer_sizes must be whole numbers, got {quoted(size)} in {quoted(sizes)}")
    if any(size <= 0 for size in sizes):
        raise ValueError(f"hidden_layer_sizes must be > 0, got {quoted(sizes)}.")
    return [int(size) for size in sizes]


def hidden_activations(given: Any, n_hidden: int) -> list[Activation]:
    """One activation for each hidden layer.

    Raises
    ------
    ValueError
        A list has not the length of the hidden layers, or one is softmax.
    """
    names = list(given) if isinstance(given, list | tuple) else [given] * n_hidden
    if len(names) != n_hidden:
        raise ValueError(
            f"activation must be one, or a list of {n_hidden} (one for each hidden layer), got {len(names)}: "
            f"{quoted(given)}"
        )
    activations = [ACTIVATIONS.resolve(name) for name in names]
    if any(activation.name == "softmax" for activation in activations):
        raise ValueError("activation 'softmax' is for outputs only, as in output_activation: take one unit by unit")
    return activations


def layer_initializers(given: Any, activation: Any, activations: list[Activation]) -> Any:
    """What `Network` takes; where none is given, scikit-learn's: its bound depends on the hidden activation alone."""
    if given is not None:
        return list(given) if isinstance(given, tuple) else given
    if not isinstance(activation, list | tuple):
        activations = [ACTIVATIONS.resolve(activation)]
    layers: list[Initializer] = [
        GlorotUniformWithBiases(2.0 if item.name == "sigmoid" else 6.0) for item in activations
    ]
    if not isinstance(activation, list | tuple):
        return layers[0]
    return [*layers, layers[-1] if layers else GlorotUniformWithBiases()]


def optimizer(estimator: Any) -> Optimizer | LBfgs:
    """The solver as an object; names take their settings from the estimator's other parameters."""
    solver = estimator.solver
    if not isinstance(solver, str):
        return solver
    if solver == "lbfgs":
        return LBfgs(max_evaluations=estimator.max_fun)
    if solver == "sgd" and estimator.momentum == 0:
        return Sgd()
    if solver in ("sgd", "nesterov", "momentum"):
        ahead = solver == "nesterov" or (solver == "sgd" and estimator.nesterovs_momentum)
        return (Nesterov if ahead else Momentum)(momentum=estimator.momentum)
    if solver in ("adam", "adamw"):
        return (Adam if solver == "adam" else AdamW)(estimator.beta_1, estimator.beta_2, estimator.epsilon)
    return OPTIMIZERS.resolve(solver)


def schedule(estimator: Any) -> str | Schedule:
    """The learning rate's schedule; adam does not use scikit-learn's names, as there."""
    given = estimator.learning_rate
    if given == "constant" or (given in ("invscaling", "adaptive") and estimator.solver == "adam"):
        return Constant()
    if given == "invscaling":
        return InverseScaling(power=estimator.power_t)
    if given == "adaptive":
        return Adaptive()
    return given


def patience(n_iter_no_change: float) -> int | None:
    """Epochs that may pass without gain; None for any number."""
    return None if np.isinf(n_iter_no_change) else int(n_iter_no_change)


def batch_size(given: Any, n_rows: int) -> int | None:
    """Rows a batch: "auto" is left to the trainer, and no batch is larger than the data."""
    if given == "auto":
        return None
    if given > n_rows:
        warn_caller(
            f"Got `batch_size` less than 1 or larger than sample size ({given}, with {n_rows} rows). "
            "It is going to be clipped"
        )
    return int(np.clip(given, 1, n_rows))
