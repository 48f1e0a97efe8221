"""What the article's system accepts: every rule that an input can break, with its message.

The article checks nothing: a short row ends in an IndexError, a long one is cut without a word, and a third
class is trained as if it were class 0. Each function here returns its input in the form that the arithmetic
wants, or raises a ValueError that names the value, the rule and the remedy.
"""

import math
import operator
import reprlib
from collections.abc import Collection, Sequence
from itertools import pairwise
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt

MOST_WEIGHTS, MOST_EPOCHS = 10_000_000, 10_000_000
# Values as messages show them: the middle of what is long is left out.
_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 39
_shown = _SHORT.repr

Row = Sequence[float] | npt.NDArray[Any]
Rows = Sequence[Row] | npt.NDArray[Any]
Labels = Sequence[float] | npt.NDArray[Any]


def whole_number(name: str, value: object, minimum: int, maximum: int | None = None) -> int:
    """Return `value` as an int of at least `minimum`, and of at most `maximum` where there is one.

    Raises
    ------
    ValueError
        If it is not a whole number, or is below `minimum` or above `maximum`.

    Examples
    --------
    >>> whole_number("epochs", 100, minimum=0)
    100
    """
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        number = minimum - 1
    if number < minimum or isinstance(value, bool):
        raise ValueError(f"{name}={_shown(value)} is not a whole number of at least {minimum}: pass an int such as 2")
    if maximum is not None and number > maximum:
        raise ValueError(f"{name}={_shown(value)} is more than {maximum:,}: pass a smaller number")
    return number


def weights_in_all(sizes: Sequence[int]) -> None:
    """Refuse layers of these sizes, the inputs first, whose objects no computer could hold.

    Raises
    ------
    ValueError
        If they have more than ten million weights.

    Examples
    --------
    >>> weights_in_all([2, 10**12, 2])
    Traceback (most recent call last):
    ValueError: num_inputs, hidden_layer_sizes and num_outputs are [2, 1000000000000, 2]: more than ...
    """
    if sum((1 + fan_in) * fan_out for fan_in, fan_out in pairwise(sizes)) > MOST_WEIGHTS:
        rule = f"num_inputs, hidden_layer_sizes and num_outputs are {_shown(sizes)}: more than {MOST_WEIGHTS:,} weights"
        raise ValueError(f"{rule}: choose smaller ones")


def positive_number(name: str, value: object) -> float:
    """Return `value` as a finite float above zero.

    Raises
    ------
    ValueError
        If it is not a number, not finite, or not above zero.

    Examples
    --------
    >>> positive_number("eta", 0.05)
    0.05
    """
    number = None if isinstance(value, bool) else _finite_float(value)
    if number is None or number <= 0:
        raise ValueError(f"{name}={_shown(value)} is not a finite number above 0: pass a number such as 0.05")
    return number


def choice(name: str, value: object, allowed: Collection[str]) -> str:
    """Return `value` if it is one of the `allowed` words.

    Raises
    ------
    ValueError
        If it is not.

    Examples
    --------
    >>> choice("gradient", "exact", ("article", "exact"))
    'exact'
    """
    if not isinstance(value, str) or value not in allowed:
        words = " or ".join(repr(word) for word in allowed)
        raise ValueError(f"{name}={_shown(value)} is unknown: pass {words}")
    return value


def random_state(rng: object) -> np.random.RandomState:
    """Return `rng`, or a fresh generator seeded by the operating system for None.

    Raises
    ------
    ValueError
        If it is anything but a `numpy.random.RandomState`, whose stream the article's digits come from.

    Examples
    --------
    >>> random_state(np.random.RandomState(7)).random(1)
    array([0.07630829])
    """
    if rng is None:
        return np.random.RandomState()
    if not isinstance(rng, np.random.RandomState):
        raise ValueError(
            f"rng={_shown(rng)} is not a numpy.random.RandomState: pass numpy.random.RandomState(7), or None"
        )
    return rng


def numbers(name: str, values: object, length: int) -> list[float]:
    """Return `values` as a list of `length` finite Python floats.

    Raises
    ------
    ValueError
        If it is not a sequence, has another length, or holds something that is not a finite number.

    Examples
    --------
    >>> numbers("row 1", (1, 2.5), length=2)
    [1.0, 2.5]
    """
    items = sequence(name, values)
    if len(items) != length:
        raise ValueError(f"{name} has {len(items)} numbers where {length} are needed: pass exactly {length}")
    floats = []
    for position, item in enumerate(items, start=1):
        number = _finite_float(item)
        if number is None:
            raise ValueError(
                f"{name} holds {_shown(item)} in place {position}, not a finite number: replace or drop it"
            )
        floats.append(number)
    return floats


def _finite_float(value: object) -> float | None:
    """Return `value` as a float, or None if it is not a number or not a finite float."""
    if not isinstance(value, Real | np.bool_):
        return None
    try:
        number = float(value)
    except (OverflowError, TypeError):  # a span of time is a whole number to NumPy
        return None
    return number if math.isfinite(number) else None


def sequence(name: str, values: object) -> list[Any]:
    """Return `values` as a list, whatever kind of sequence or array it is.

    Raises
    ------
    ValueError
        If it is a single thing, or text.

    Examples
    --------
    >>> sequence("hidden_layer_sizes", (2, 3))
    [2, 3]
    """
    if hasattr(values, "__array__") and np.ndim(values) > 0:
        return list(np.asarray(values))
    if isinstance(values, str | bytes) or not isinstance(values, Sequence):
        raise ValueError(f"{name}={_shown(values)} is not a list: pass a list, also for a single entry")
    return list(values)


def nested_weights(name: str, values: object, neurons: int) -> list[Any]:
    """Return `values` as a list with one entry (bias first, then weights) a neuron.

    Raises
    ------
    ValueError
        If there are more or fewer entries than neurons.

    Examples
    --------
    >>> nested_weights("output_weights", [[0.1, 0.2], [0.3, 0.4]], neurons=2)
    [[0.1, 0.2], [0.3, 0.4]]
    """
    entries = sequence(name, values)
    if len(entries) != neurons:
        raise ValueError(f"{name} has {len(entries)} entries where {neurons} are needed: pass one a neuron or layer")
    return entries


def table(rows: object, width: int) -> list[list[float]]:
    """Return `rows` as a list of lists of `width` finite Python floats.

    Raises
    ------
    ValueError
        If a row has another length or holds something that is not a finite number.

    Examples
    --------
    >>> table([[1, 2], [3, 4]], width=2)
    [[1.0, 2.0], [3.0, 4.0]]
    """
    return [numbers(f"row {number}", row, width) for number, row in enumerate(sequence("rows", rows), start=1)]


def two_classes(targets: object, count: int) -> list[int]:
    """Return `targets` as `count` ints, each 0 or 1.

    The article's program trains every target but 1 as class 0; here another value is an error.

    Raises
    ------
    ValueError
        If there are no targets, another number of them than `count`, or a value other than 0 and 1.

    Examples
    --------
    >>> two_classes([0, 1.0, True], count=3)
    [0, 1, 1]
    """
    items = sequence("targets", targets)
    if count == 0:
        raise ValueError("rows=[] holds no sample: pass at least one row and its target")
    if len(items) != count:
        raise ValueError(f"{len(items)} targets do not go with {count} rows: pass one target a row")
    for number, item in enumerate(items, start=1):
        if not isinstance(item, Real | np.bool_) or item not in (0, 1):
            raise ValueError(
                f"target {number} is {_shown(item)}, but the encoding knows two classes only: "
                "number them 0 and 1, or take clearprop.MLPClassifier for more"
            )
    return [int(item) for item in items]
