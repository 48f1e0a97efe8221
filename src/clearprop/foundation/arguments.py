"""Arguments checked: each function names the argument, what it got and what it must be."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.foundation.sparse import canonical, is_sparse
from clearprop.foundation.table_cells import quoted

Array = npt.NDArray[Any]

# How much of what NumPy says of a value, which may have that in it, stands in a message.
MOST_OF_A_REASON = 80
# The largest whole number that float64 holds.
LARGEST = int(np.finfo(np.float64).max)


def whole(name: str, value: int, least: int) -> int:
    """A whole number of at least `least` that float64 can hold, or ValueError."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise ValueError(f"{name} must be a whole number >= {least}, got {quoted(value)}")
    if value > LARGEST:
        raise ValueError(f"{name} must be a whole number of at most 1.8e+308, got {quoted(value)}")
    return int(value)


def positive(name: str, value: float) -> float:
    """A finite number above 0, or an error."""
    number = _number(name, value)
    if not 0 < number < np.inf:
        raise ValueError(f"{name} must be a finite number > 0, got {quoted(value)}")
    return number


def finite(name: str, value: float) -> float:
    """A finite number, or an error."""
    number = _number(name, value)
    if not math.isfinite(number):
        raise ValueError(f"{name} must be a finite number, got {quoted(value)}")
    return number


def not_negative(name: str, value: float) -> float:
    """A finite number of at least 0, or an error."""
    number = _number(name, value)
    if not 0 <= number < np.inf:
        raise ValueError(f"{name} must be a finite number >= 0, got {quoted(value)}")
    return number


def share(name: str, value: float) -> float:
    """A number from 0 to below 1, or an error."""
    number = _number(name, value)
    if not 0 <= number < 1:
        raise ValueError(f"{name} must be from 0 to below 1, got {quoted(value)}")
    return number


def fraction(name: str, value: float) -> float:
    """A number from 0 to 1, or an error."""
    number = _number(name, value)
    if not 0 <= number <= 1:
        raise ValueError(f"{name} must be from 0 to 1, got {quoted(value)}")
    return number


def truth(name: str, value: bool) -> bool:
    """True or False, or an error: of other things it is not plain which they stand for.

    Examples
    --------
    >>> truth("shuffle", "no")
    Traceback (most recent call last):
    TypeError: shuffle must be True or False, got 'no'
    """
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be True or False, got {quoted(value)}")
    return bool(value)


def factors(name: str, values: Mapping[str, float] | None) -> dict[str, float]:
    """Factors by name, each a finite number of at least 0, or an error; None is none.

    Examples
    --------
    >>> factors("rates", {"b": -1.0})
    Traceback (most recent call last):
    ValueError: rates['b'] must be a finite number >= 0, got -1.0
    """
    if values is None:
        return {}
    if not isinstance(values, Mapping):
        raise TypeError(
            f"{name} must be a dict of factors by name, such as {{'b': 0.1, 'W1': 2.0}}, got {quoted(values)}"
        )
    return {key: not_negative(f"{name}[{quoted(key)}]", value) for key, value in values.items()}


def _number(name: str, value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise TypeError(f"{name} must be a number, got {quoted(value)}")
    try:
        return float(value)
    except OverflowError:
        raise ValueError(f"{name} must be a finite number, got one that float64 cannot hold") from None


def check_not_masked(name: str, values: Any) -> None:
    """Raise ValueError for a masked array with something masked, which would count as the numbers behind the mask.

    Examples
    --------
    >>> check_not_masked("X", np.ma.masked_equal([1.0, 2.0], 2.0))
    Traceback (most recent call last):
    ValueError: X is a masked array, 1 of whose values is masked: fill it in by X.filled(...), or leave such rows out
    """
    if isinstance(values, np.ma.MaskedArray) and (count := int(np.ma.getmaskarray(values).sum())):
        masked, them = ("is", "it") if count == 1 else ("are", "them")
        rule = f"{name} is a masked array, {count:,} of whose values {masked} masked"
        raise ValueError(f"{rule}: fill {them} in by {name}.filled(...), or leave such rows out")


def as_array(name: str, values: Any) -> Array:
    """The values as an array, of whatever type.

    Raises
    ------
    ValueError
        They are lists of different lengths, or some are masked.
    """
    check_not_masked(name, values)
    try:
        return np.asarray(values)
    except ValueError as error:
        raise ValueError(f"{name} must hold rows of one length, {_lengths(values) or f'but {error}'}") from None


def as_numbers(name: str, values: Any, dtype: npt.DTypeLike) -> Array:
    """The values as an array of a dtype, not copied where they are one already; what it cannot hold is infinite.

    Raises
    ------
    ValueError, TypeError
        They are lists of different lengths, or one is no number.
    """
    if type(values) is np.ndarray and values.dtype == dtype:
        return values
    array = as_array(name, values)
    if array.ndim == 0 and array.dtype.kind == "O":
        given = array.item()
        if given is None:
            raise ValueError(f"{name} must be an array of numbers, got None")
        remedy = ": call its .toarray()" if is_sparse(given) else ""
        raise TypeError(f"{name} must be an array of numbers, got a {type(given).__name__}{remedy}")
    if array.dtype.kind not in "biufOUS":
        first = array.flat[0] if array.size else "nothing"
        if array.dtype.kind == "c":
            raise ValueError(f"Complex data not supported: {name} must hold real numbers, got {array.dtype}: {first}")
        raise TypeError(f"{name} must hold numbers, got {array.dtype}: {first}: turn it into numbers first")
    try:
        with np.errstate(over="ignore"):
            return array.astype(dtype, copy=False)
    except (TypeError, ValueError, OverflowError) as error:
        raise _first_no_number(name, array, error) from None


def as_rows(name: str, X: Any, dtype: npt.DTypeLike) -> Any:
    """The rows as an array, or in their `canonical` form where they are sparse, of a dtype; see `as_numbers`."""
    if not is_sparse(X):
        return as_numbers(name, X, dtype)
    if X.dtype.kind not in "biuf":
        raise TypeError(f"{name} must hold real numbers, got {X.dtype}")
    with np.errstate(over="ignore"):
        return canonical(X).astype(dtype, copy=False)


def row_weights(name: str, sample_weight: Any, n_rows: int, dtype: npt.DTypeLike) -> Array:
    """What each of so many rows counts, as an array.

    Raises
    ------
    ValueError, TypeError
        There are more or fewer, or one is no finite number.
    """
    weight = as_numbers(name, sample_weight, dtype)
    if weight.shape != (n_rows,):
        raise ValueError(f"{name} must have shape ({n_rows},), a number a row, got {weight.shape}")
    check_finite(name, weight)
    with np.errstate(over="ignore"):
        if not math.isfinite(weight.sum()):
            greatest = f"up to {weight.max():.3g}"
            raise ValueError(
                f"{name} adds up to infinity ({weight.dtype}, {greatest}): divide all of it by its greatest"
            )
    return weight


def kind_of(thing: object) -> str:
    """What something is, for messages.

    Examples
    --------
    >>> kind_of(np.zeros((2, 3))), kind_of(None), kind_of({})
    ('an array of shape (2, 3)', 'None', 'a dict')
    """
    if isinstance(thing, np.ndarray):
        return f"an array of shape {thing.shape}"
    return "None" if thing is None else f"a {type(thing).__name__}"


def _first_no_number(name: str, array: Array, error: Exception) -> Exception:
    """The error that tells of the first value that is no number."""
    for index, entry in np.ndenumerate(array):
        value = entry.item() if isinstance(entry, np.generic) else entry
        try:
            float(value)
        except (TypeError, ValueError, OverflowError) as reason:
            why = str(reason) if len(str(reason)) < MOST_OF_A_REASON else f"{str(reason)[:MOST_OF_A_REASON]}..."
            what = f"{name} must hold numbers, got {quoted(value)}{_place(index)} ({why})"
            kind = TypeError if isinstance(reason, TypeError) else ValueError
            remedy = "turn text and categories into numbers, and leave out what is missing"
            return kind(f"{what}: {remedy}{_counting(index)}")
    return type(error)(f"{name} must hold numbers: {error}")


def _lengths(values: Any) -> str:
    """What is the length of the first row, and of the first that has another."""
    if not isinstance(values, Sequence):
        return ""
    lengths = [_length(row) for row in values]
    other = next((place for place, length in enumerate(lengths) if length != lengths[0]), None)
    return "" if other is None else f"got {lengths[0]} in row 0 and {lengths[other]} in row {other} (counted from 0)"


def _length(row: Any) -> str:
    count = len(row) if hasattr(row, "__len__") and not isinstance(row, str) else None
    return "a single value" if count is None else f"{count} value{'s' * (count != 1)}"


def _place(index: Sequence[int]) -> str:
    return "".join(f"{word}{at}" for word, at in zip((" at row ", ", column "), index, strict=False))


def _counting(index: Sequence[int]) -> str:
    return " (rows and columns counted from 0)" if len(index) > 1 else " (rows counted from 0)" if len(index) else ""


def check_finite(name: str, values: Any, purpose: str = "training") -> None:
    """Raise ValueError, naming the first place, if an array or CSR matrix holds NaN or infinity."""
    numbers = values.data if is_sparse(values) else values
    with np.errstate(over="ignore", invalid="ignore"):
        if math.isfinite(numbers.sum()):  # then each number is, and no memory is needed to know it
            return
    wrong = ~np.isfinite(numbers)
    if wrong.any():
        first = place = np.argwhere(wrong)[0]
        if is_sparse(values):
            place = np.append(np.searchsorted(values.indptr, first, side="right") - 1, values.indices[first])
        remedy = "fill in or leave out what is missing"
        if numbers.dtype == np.float32:
            remedy += f", and scale what is too large: numbers beyond {np.finfo(np.float32).max:.2g} are infinite there"
        raise ValueError(
            f"{name} holds {numbers[tuple(first)]} (as {numbers.dtype}){_place(place)}, {int(wrong.sum())} such in "
            f"all: {purpose} needs finite numbers; {remedy}{_counting(place)}"
        )


def dropout_by_layer(dropout: float | Sequence[float], hidden_layers: int) -> list[float]:
    """One share of at least 0 and below 1 for each hidden layer, or an error."""
    is_one = isinstance(dropout, float) or np.ndim(dropout) != 1
    shares: list[Any] = [dropout] * hidden_layers if is_one else list(dropout)  # type: ignore[arg-type]
    if len(shares) != hidden_layers:
        raise ValueError(
            f"dropout must be one number, or one for each of the {hidden_layers} hidden layers: {quoted(shares)}"
        )
    return [share("dropout", item) for item in shares]


def checked_sizes(layer_sizes: Sequence[int]) -> tuple[int, ...]:
    """Two or more whole numbers of at least 1, or an error."""
    if isinstance(layer_sizes, str | bytes) or not isinstance(layer_sizes, Iterable):
        raise TypeError(f"layer_sizes must be a list such as [2, 8, 1], got {quoted(layer_sizes)}")
    sizes = list(layer_sizes)
    for size in sizes:
        if isinstance(size, bool) or not isinstance(size, int | np.integer) or size < 1:
            raise ValueError(f"layer_sizes must hold whole numbers >= 1, got {quoted(size)} in {quoted(sizes)}")
    if len(sizes) < 2:
        raise ValueError(f"layer_sizes must name at least inputs and outputs, got {quoted(sizes)}")
    return tuple(int(size) for size in sizes)


def checked_dtype(dtype: npt.DTypeLike) -> np.dtype[Any]:
    """float32 or float64, or an error."""
    try:
        checked = np.dtype(dtype)
    except TypeError:
        raise ValueError(f"dtype must be float32 or float64, got {quoted(dtype)}") from None
    if checked not in (np.float32, np.float64):
        given = f"{quoted(dtype)}, which is {checked}" if isinstance(dtype, str) and dtype != checked.name else checked
        raise ValueError(f"dtype must be float32 or float64, got {given}")
    return checked
