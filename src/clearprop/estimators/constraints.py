"""What each parameter of the estimators may be, in scikit-learn's own terms, which give its own errors."""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Set
from numbers import Integral, Real
from typing import Any

import numpy as np
from sklearn.utils._param_validation import HasMethods, Interval, Options, StrOptions

from clearprop.activations import ACTIVATIONS, Activation
from clearprop.engines.perceptron import RULES
from clearprop.foundation.registry import Registry
from clearprop.initializers import INITIALIZERS, Initializer
from clearprop.losses import LOSSES, Loss
from clearprop.optimizers import OPTIMIZERS, LBfgs, Optimizer
from clearprop.schedules import SCHEDULES, Schedule

POSITIVE = Interval(Real, 0, None, closed="neither")
NOT_NEGATIVE = Interval(Real, 0, None, closed="left")
SHARE = Interval(Real, 0, 1, closed="left")
COUNT = Interval(Integral, 1, None, closed="left")


class NamesOf(Set[str]):
    """The names in a registry, as it is whenever they are asked for: a user may have registered more.

    Parameters
    ----------
    registry : Registry
    also, but : collection of str
        Names that are taken besides, and that are not.
    where : function of a registered class, optional
        Whether its name is taken.
    """

    def __init__(
        self,
        registry: Registry[Any],
        also: Collection[str] = (),
        but: Collection[str] = (),
        where: Callable[[Any], bool] = lambda registered: True,
    ) -> None:
        self.registry, self.also, self.but, self.where = registry, also, but, where

    @classmethod
    def _from_iterable(cls, names: Iterable[Any]) -> frozenset[Any]:
        return frozenset(names)

    def __iter__(self) -> Iterator[str]:
        yield from (name for name, cls in self.registry.items() if name not in self.but and self.where(cls))
        yield from self.also

    def __contains__(self, name: object) -> bool:
        return any(name == one for one in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


# Softmax is an output's: over a hidden layer its slope is a matrix.
HIDDEN_ACTIVATIONS = NamesOf(ACTIVATIONS, also=["logistic"], but=["softmax"])

# The engine is checked by the core, which knows what there is.
NETWORK_CONSTRAINTS: Mapping[str, list[Any]] = {
    "hidden_layer_sizes": ["array-like", COUNT],
    "activation": [StrOptions(HIDDEN_ACTIVATIONS), Activation, list, tuple],
    "solver": [StrOptions(NamesOf(OPTIMIZERS, also=["lbfgs"])), Optimizer, LBfgs],
    "alpha": [NOT_NEGATIVE],
    "batch_size": [StrOptions({"auto"}), COUNT],
    "learning_rate": [StrOptions(NamesOf(SCHEDULES)), Schedule],
    "learning_rate_init": [POSITIVE],
    "power_t": [NOT_NEGATIVE],
    "max_iter": [COUNT],
    "shuffle": ["boolean"],
    "random_state": ["random_state"],
    "tol": [NOT_NEGATIVE],
    "verbose": ["verbose"],
    "warm_start": ["boolean"],
    "momentum": [Interval(Real, 0, 1, closed="both")],
    "nesterovs_momentum": ["boolean"],
    "early_stopping": ["boolean"],
    "validation_fraction": [SHARE],
    "beta_1": [SHARE],
    "beta_2": [SHARE],
    "epsilon": [POSITIVE],
    "n_iter_no_change": [COUNT, Options(Real, {np.inf})],
    "max_fun": [COUNT],
    "output_activation": [StrOptions(NamesOf(ACTIVATIONS, also=["logistic"])), Activation, None],
    "dropout": [SHARE, list, tuple],
    "l1": [NOT_NEGATIVE],
    "decoupled_decay": [NOT_NEGATIVE, None],
    "clip_norm": [POSITIVE, None],
    "initializer": [StrOptions(NamesOf(INITIALIZERS)), Initializer, list, tuple, None],
    "dtype": [StrOptions({"float32", "float64"}), type, np.dtype, None],
    "scoring": [str, callable, None],
    "checkpoint": [str, os.PathLike, HasMethods(["start_from", "compared_by"]), None],
    "checkpoint_every": [COUNT, str, None],
}

REGRESSION_LOSSES = NamesOf(LOSSES, where=lambda loss: not loss.classification)
CLASSIFICATION_LOSSES = NamesOf(LOSSES, also=["log_loss", "squared_error"], where=lambda loss: loss.classification)
REGRESSOR_CONSTRAINTS: Mapping[str, list[Any]] = {
    **NETWORK_CONSTRAINTS,
    "loss": [StrOptions(REGRESSION_LOSSES), Loss],
}
CLASSIFIER_CONSTRAINTS: Mapping[str, list[Any]] = {
    **NETWORK_CONSTRAINTS,
    "loss": [StrOptions(CLASSIFICATION_LOSSES), Loss],
    "class_weight": [StrOptions({"balanced"}), dict, list, None],
}
PERCEPTRON_CONSTRAINTS: Mapping[str, list[Any]] = {
    "penalty": [StrOptions({"l2", "l1", "elasticnet"}), None],
    "alpha": [NOT_NEGATIVE],
    "l1_ratio": [Interval(Real, 0, 1, closed="both")],
    "fit_intercept": ["boolean"],
    "max_iter": [COUNT],
    "tol": [NOT_NEGATIVE, None],
    "shuffle": ["boolean"],
    "verbose": ["verbose"],
    "eta0": [POSITIVE],
    "n_jobs": [Integral, None],
    "random_state": ["random_state"],
    "early_stopping": ["boolean"],
    "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
    "n_iter_no_change": [COUNT],
    "class_weight": [StrOptions({"balanced"}), dict, None],
    "warm_start": ["boolean"],
    "engine": [StrOptions(set(RULES))],
}
