"""Unknown parameters, and unknown names for their values: scikit-learn's errors, and the near name."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from numbers import Integral, Real
from typing import Any

from sklearn.utils._param_validation import InvalidParameterError, StrOptions, validate_parameter_constraints

from clearprop.activations import ACTIVATIONS
from clearprop.errors import Message, Parameter
from clearprop.estimators.settings import defaults
from clearprop.foundation.arguments import LARGEST
from clearprop.foundation.near_names import SaysNearKeywords, did_you_mean, near, near_keywords
from clearprop.foundation.registry import Registry
from clearprop.foundation.table_cells import quoted
from clearprop.initializers import INITIALIZERS
from clearprop.losses import LOSSES
from clearprop.optimizers import OPTIMIZERS
from clearprop.schedules import SCHEDULES

# Where the names come from that a parameter takes.
REGISTRIES: dict[str, Registry[Any]] = {
    "activation": ACTIVATIONS,
    "output_activation": ACTIVATIONS,
    "initializer": INITIALIZERS,
    "learning_rate": SCHEDULES,
    "loss": LOSSES,
    "solver": OPTIMIZERS,
}


class SaysNearParameters(SaysNearKeywords):
    """What an estimator answers to an unknown parameter, or to a value that one cannot have."""

    def set_params(self, **params: Any) -> Any:
        """Set parameters, as in scikit-learn; the error for one that there is not names the near one."""
        try:
            return super().set_params(**params)  # type: ignore[misc]
        except ValueError as error:
            taken = self.get_params(deep=False)  # type: ignore[attr-defined]
            unknown = next((own for name in params if (own := name.partition("__")[0]) not in taken), None)
            hint = "" if unknown is None else did_you_mean(near_keywords(unknown, taken))
            raise type(error)(f"{str(error).removesuffix('.')}{hint}" if hint else str(error)) from None


def validate_given(estimator: Any, usual: Mapping[str, Any]) -> None:
    """Check as scikit-learn does, in its order, the parameters that are not at their usual values.

    Parameters
    ----------
    usual : mapping
        Our own constructor's defaults, by name, which are known to be right; a subclass may have others.

    Raises
    ------
    InvalidParameterError
        The first one that cannot be, by name; the near value is said. It is a ValueError and a TypeError.
    """
    values = {name: getattr(estimator, name) for name in sorted(defaults(type(estimator)))}
    given = {name: value for name, value in values.items() if name not in usual or value is not usual[name]}
    for name, value in given.items():
        if isinstance(value, Integral) and abs(int(value)) > LARGEST:
            rule = f"The {name!r} parameter of {type(estimator).__name__} must be a number that float64 can hold."
            raise InvalidParameterError(f"{rule} Got {quoted(value)} instead.")
    if given:
        with saying_near_values(estimator):
            validate_parameter_constraints(
                estimator._parameter_constraints, given, caller_name=type(estimator).__name__
            )


@contextmanager
def called(names: Mapping[str, str]) -> Iterator[None]:
    """Let an error that begins with the core's name for a parameter begin with the estimator's, of these names.

    Examples
    --------
    >>> with called({"epochs": "max_iter"}):
    ...     raise ValueError("epochs must be a whole number >= 1, got 0")
    Traceback (most recent call last):
    ValueError: max_iter must be a whole number >= 1, got 0
    """
    try:
        yield
    except (ValueError, TypeError) as error:
        text = str(error)
        name = re.match(r"\w+", text)
        if name is None or name[0] not in names:
            raise
        rest = text[name.end() :]
        raise type(error)(Message(Parameter(names[name[0]]), rest)) from None


@contextmanager
def saying_near_values(estimator: Any) -> Iterator[None]:
    """Add to scikit-learn's error for a value that a parameter cannot have what may have been meant."""
    try:
        yield
    except InvalidParameterError as error:
        rule = str(error).partition(" Got ")[0]  # behind which stands the whole of the value
        name = next(name for name in estimator._parameter_constraints if rule.startswith(f"The {name!r} parameter"))
        value = getattr(estimator, name)
        hint = _hint(name, value, estimator._parameter_constraints[name])
        raise InvalidParameterError(f"{rule} Got {quoted(value)} instead{hint or '.'}") from None


def _hint(name: str, value: Any, constraints: list[Any]) -> str:
    if name == "learning_rate" and isinstance(value, Real):
        return f": it names the schedule, and the rate itself is learning_rate_init={value!r}"
    if isinstance(value, str) and value == "none" and None in constraints:
        return ", did you mean None?"
    options = sorted(option for one in constraints if isinstance(one, StrOptions) for option in one.options)
    if not isinstance(value, str | None) or not options:
        return ""
    given = "none" if value is None else value
    return did_you_mean(REGISTRIES[name].near(given, options) if name in REGISTRIES else near(given, options))
