"""Arguments checked: each function names the argument, what it got and what it must be."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def whole(name: str, value: int, least: int) -> int:
    """A whole number of at least `least`, or ValueError."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise ValueError(f"{name} must be a whole number >= {least}, got {value!r}")
    return int(value)


def positive(name: str, value: float | None, default: float) -> float:
    """A finite number above 0 (the default where None is given), or ValueError."""
    value = default if value is None else value
    if not 0 < value < np.inf:
        raise ValueError(f"{name} must be a finite number > 0, got {value!r}")
    return float(value)


def not_negative(name: str, value: float | None, default: float) -> float:
    """A finite number of at least 0 (the default where None is given), or ValueError."""
    value = default if value is None else value
    if not 0 <= value < np.inf:
        raise ValueError(f"{name} must be a finite number >= 0, got {value!r}")
    return float(value)


def check_finite(name: str, values: Array) -> None:
    """Raise ValueError, naming the first place, if an array holds NaN or infinity."""
    wrong = ~np.isfinite(values)
    if wrong.any():
        place = np.argwhere(wrong)[0]
        where = f"row {place[0]}" + (f", column {place[1]}" if values.ndim == 2 else "")
        raise ValueError(
            f"{name} holds {values[tuple(place)]} at {where} ({int(wrong.sum())} such in all): "
            "training needs finite numbers; fill in or leave out what is missing"
        )


def dropout_by_layer(dropout: float | Sequence[float], hidden_layers: int) -> list[float]:
    """One share of at least 0 and below 1 for each hidden layer, or ValueError."""
    shares = list(dropout) if isinstance(dropout, Sequence) else [float(dropout)] * hidden_layers
    if len(shares) != hidden_layers:
        raise ValueError(f"dropout must be one number, or one for each of the {hidden_layers} hidden layers: {shares}")
    for share in shares:
        if not 0 <= share < 1:
            raise ValueError(f"dropout must be from 0 to below 1, got {share}")
    return shares
