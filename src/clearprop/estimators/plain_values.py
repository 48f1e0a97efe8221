"""Parameters of estimators as plain values, which JSON has, and back.

Numbers, texts, truth values, None and lists of them stand for themselves. What JSON has not is an object with one key
that says what it is: {"tuple": [...]}, {"dict": [[key, value], ...]}, {"float": "inf"}, {"dtype": "float32"}, and what
a registry holds by its kind, as in {"activation": {"name": "elu", "alpha": 1.0}}.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from clearprop.activations import ACTIVATIONS, Activation
from clearprop.foundation.arguments import checked_dtype
from clearprop.foundation.registry import Registry
from clearprop.foundation.table_cells import listed, quoted
from clearprop.initializers import INITIALIZERS, Initializer
from clearprop.losses import LOSSES, Loss
from clearprop.optimizers import OPTIMIZERS, LBfgs, Optimizer
from clearprop.schedules import SCHEDULES, Schedule

REGISTRIES: dict[str, tuple[type[Any], Registry[Any]]] = {
    "activation": (Activation, ACTIVATIONS),
    "initializer": (Initializer, INITIALIZERS),
    "loss": (Loss, LOSSES),
    "optimizer": (Optimizer, OPTIMIZERS),
    "schedule": (Schedule, SCHEDULES),
}
_NOT_FINITE = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}


class NotPlainError(ValueError):
    """What no plain value stands for: a function, a random generator, an object of the user's own."""


def to_plain(value: Any) -> Any:
    """A value as JSON has it.

    Raises
    ------
    NotPlainError
        There is none for it.

    Examples
    --------
    >>> to_plain((8, 4)), to_plain(math.inf), to_plain({0: 1.0, 1: 5.0})
    ({'tuple': [8, 4]}, {'float': 'inf'}, {'dict': [[0, 1.0], [1, 5.0]]})
    >>> to_plain(["relu", ACTIVATIONS["elu"]()])
    ['relu', {'activation': {'name': 'elu', 'alpha': 1.0}}]
    >>> to_plain(print)
    Traceback (most recent call last):
    clearprop.estimators.plain_values.NotPlainError: a builtin_function_or_method
    """
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        if not -(2**63) <= value < 2**64:
            raise NotPlainError("a whole number of more than 64 bits")
        return int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else {"float": str(float(value))}
    if isinstance(value, list):
        return [to_plain(item) for item in value]
    if isinstance(value, tuple):
        return {"tuple": [to_plain(item) for item in value]}
    if isinstance(value, Mapping):
        return {"dict": [[to_plain(key), to_plain(item)] for key, item in value.items()]}
    return _of_object(value)


def _of_object(value: Any) -> Any:
    if isinstance(value, type | np.dtype):
        try:
            return {"dtype": checked_dtype(value).name}
        except ValueError:
            raise NotPlainError(f"the type {getattr(value, '__name__', value)}") from None
    if isinstance(value, LBfgs):
        return {"lbfgs": asdict(value)}
    for kind, (base, registry) in REGISTRIES.items():
        if isinstance(value, base):
            try:
                return {kind: registry.to_config(value)}
            except ValueError:
                raise NotPlainError(f"the {kind} {type(value).__name__}, which is not registered") from None
    raise NotPlainError(f"a {type(value).__name__}")


def from_plain(value: Any) -> Any:
    """The value that `to_plain` gave.

    Raises
    ------
    ValueError
        It is none that it gives.

    Examples
    --------
    >>> from_plain({"dict": [[0, {"tuple": [1.5, None]}]]})
    {0: (1.5, None)}
    """
    if isinstance(value, list):
        return [from_plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) != 1:
        raise ValueError(f"a value says what it is by one key, not by {listed(list(value))}")
    ((kind, content),) = value.items()
    try:
        return _of_kind(kind, content)
    except TypeError:
        raise ValueError(f"{quoted(content)} is no {quoted(kind)[1:-1]}") from None


def _of_kind(kind: str, content: Any) -> Any:
    if kind in REGISTRIES and isinstance(content, dict):
        return REGISTRIES[kind][1].from_config(content)
    if kind == "lbfgs" and isinstance(content, dict):
        return LBfgs(**content)
    if kind == "tuple" and isinstance(content, list):
        return tuple(from_plain(item) for item in content)
    if kind == "dict" and isinstance(content, list):
        entries = {from_plain(key): from_plain(item) for key, item in content}
        if len(entries) == len(content):
            return entries
    if kind == "float" and content in _NOT_FINITE:
        return _NOT_FINITE[content]
    if kind == "dtype" and content in ("float32", "float64"):
        return np.dtype(content).type
    raise ValueError(f"{quoted(content)} is no {quoted(kind)[1:-1]}")
