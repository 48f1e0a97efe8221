"""Arguments checked: each function names the argument, what it got and what it must be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def whole(name: str, value: int, least: int) -> int:
    """A whole number of at least `least`, or ValueError."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise ValueError(f"{name} must be a whole number >= {least}, got {value!r}")
    return int(value)


def positive(name: str, value: float) -> float:
    """A finite number above 0, or an error."""
    number = _number(name, value)
    if not 0 < number < np.inf:
        raise ValueError(f"{name} must be a finite number > 0, got {value!r}")
    return number


def not_negative(name: str, value: float) -> float:
    """A finite number of at least 0, or an error."""
    number = _number(name, value)
    if not 0 <= number < np.inf:
        raise ValueError(f"{name} must be a finite number >= 0, got {value!r}")
    return number


def share(name: str, value: float) -> float:
    """A number from 0 to below 1, or an error."""
    number = _number(name, value)
    if not 0 <= number < 1:
        raise ValueError(f"{name} must be from 0 to below 1, got {value!r}")
    return number


def _number(name: str, value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise TypeError(f"{name} must be a number, got {value!r}")
    return float(value)


def check_finite(name: str, values: Array) -> None:
    """Raise ValueError, naming the first place, if an array holds NaN or infinity."""
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(values.sum()):  # then each number is, and no memory is needed to know it
            return
    wrong = ~np.isfinite(values)
    if wrong.any():
        place = np.argwhere(wrong)[0]
        where = f"row {place[0]}" + (f", column {place[1]}" if values.ndim == 2 else "")
        raise ValueError(
            f"{name} holds {values[tuple(place)]} (as {values.dtype}) at {where}, {int(wrong.sum())} such in all: "
            "training needs finite numbers; fill in or leave out what is missing "
            f"(rows{' and columns' if values.ndim == 2 else ''} counted from 0)"
        )


def dropout_by_layer(dropout: float | Sequence[float], hidden_layers: int) -> list[float]:
    """One share of at least 0 and below 1 for each hidden layer, or an error."""
    shares: list[Any] = list(dropout) if np.ndim(dropout) == 1 else [dropout] * hidden_layers  # type: ignore[arg-type]
    if len(shares) != hidden_layers:
        raise ValueError(f"dropout must be one number, or one for each of the {hidden_layers} hidden layers: {shares}")
    return [share("dropout", item) for item in shares]


def checked_sizes(layer_sizes: Sequence[int]) -> tuple[int, ...]:
    """Two or more whole numbers of at least 1, or an error."""
    if isinstance(layer_sizes, str) or not isinstance(layer_sizes, Iterable):
        raise TypeError(f"layer_sizes must be a list such as [2, 8, 1], got {layer_sizes!r}")
    sizes = list(layer_sizes)
    for size in sizes:
        if isinstance(size, bool) or not isinstance(size, int | np.integer) or size < 1:
            raise ValueError(f"layer_sizes must hold whole numbers >= 1, got {size!r} in {sizes}")
    if len(sizes) < 2:
        raise ValueError(f"layer_sizes must name at least inputs and outputs, got {sizes}")
    return tuple(int(size) for size in sizes)


def checked_dtype(dtype: npt.DTypeLike) -> np.dtype[Any]:
    """float32 or float64, or an error."""
    checked = np.dtype(dtype)
    if checked not in (np.float32, np.float64):
        raise ValueError(f"dtype must be float32 or float64, got {checked}")
    return checked
