"""An estimator's parameters in a model file: plain values and what registries hold; the rest is left out, and said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clearprop.errors import InputError
from clearprop.estimators.plain_values import NotPlainError, from_plain, to_plain
from clearprop.estimators.settings import defaults
from clearprop.foundation.callers import warn_caller
from clearprop.foundation.table_cells import listed

# Parameters that came after files had been written: a file is silent on one that has its default.
LATER = ("checkpoint", "checkpoint_every", "cluster", "stream")


def parameters_to_plain(estimator: Any) -> dict[str, Any]:
    """The parameters as plain values, and why some are left out.

    Warns
    -----
    UserWarning
        Some are, as a file holds no functions, generators or objects of the user's own.
    """
    values, left_out = {}, {}
    for name, usual in defaults(type(estimator)).items():
        value = getattr(estimator, name)
        if name in LATER and value is usual:
            continue
        try:
            values[name] = to_plain(value)
        except NotPlainError as error:
            left_out[name] = str(error)[:1000]
    if getattr(estimator, "_skl_callbacks", None):
        left_out["callbacks"] = "callbacks, which were set beside the parameters"
    if left_out:
        what = "; ".join(f"{name} ({why})" for name, why in left_out.items())
        warn_caller(
            f"a model file holds values, and nothing that would have to be run: it leaves out {what}. The loaded model "
            "has the usual value there: set it anew before training further, or keep all of it by pickle"
        )
    return {"values": values, "left_out": left_out}


def estimator_of(cls: Any, parameters: Mapping[str, Any]) -> Any:
    """A new estimator with these parameters, checked as `fit` would check them.

    Raises
    ------
    InputError, ValueError
        One is unknown, or cannot be.
    """
    from clearprop.estimators.model_configs import ParametersConfig
    from clearprop.foundation.configs import checked

    said = checked(parameters, ParametersConfig, "parameters")
    unknown = set(said.values) - set(defaults(cls))
    if unknown:
        raise ValueError(f"{cls.__name__} has no parameters {listed(sorted(unknown))}")
    try:
        estimator = cls(**{name: from_plain(value) for name, value in said.values.items()})
        if hasattr(estimator, "_parameter_constraints"):
            estimator._validate_params()
    except InputError:
        raise
    except (TypeError, ValueError, ArithmeticError) as error:
        raise ValueError(f"parameters: {error}") from None
    return estimator
