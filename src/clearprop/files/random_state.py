"""The state of a generator as plain values and arrays, and back: of each kind that NumPy has.

Whole numbers stand as texts, since some have 128 bits, and arrays as their bytes, since some have 64 without a sign.
NumPy believes what it is given, a place beyond its memory too, so that all is checked before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.foundation.configs import refuse
from clearprop.foundation.randomness import Rng, generator_state, restore_generator
from clearprop.foundation.table_cells import quoted

Array = npt.NDArray[Any]

KINDS = ("MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64")
# The greatest that a number may be which NumPy takes for a place, or a truth value, without a look.
GREATEST = {"pos": 624, "buffer_pos": 4, "has_uint32": 1, "has_gauss": 1}
WHAT = "random numbers"


def to_values(state: Mapping[str, Any], tensors: dict[str, Array]) -> dict[str, Any]:
    """A generator's state as JSON holds it; its arrays go into `tensors`, under names that begin with `generator`.

    Raises
    ------
    ValueError
        It is no generator of NumPy's.

    Examples
    --------
    >>> tensors = {}
    >>> values = to_values(generator_state(np.random.default_rng(0)), tensors)
    >>> values["bit_generator"], values["has_uint32"], tensors
    ('PCG64', ['int', '0'], {})
    """
    if state["bit_generator"] not in KINDS:
        raise ValueError(
            f"a checkpoint holds the state of NumPy's generators only, and rng is a {state['bit_generator']}: take one "
            f"of {', '.join(KINDS)}"
        )
    return _values(state, "generator", tensors)


def _values(state: Mapping[str, Any], name: str, tensors: dict[str, Array]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, value in state.items():
        if isinstance(value, Mapping):
            values[key] = _values(value, f"{name}.{key}", tensors)
        elif isinstance(value, np.ndarray):
            tensors[f"{name}.{key}"] = np.frombuffer(value.tobytes(), dtype=np.uint8)
            values[key] = ["array", value.dtype.name]
        elif isinstance(value, float):
            values[key] = ["float", value.hex()]
        else:
            values[key] = value if isinstance(value, str) else ["int", str(int(value))]
    return values


def from_values(values: Any, tensors: Mapping[str, Array]) -> dict[str, Any]:
    """The state that `to_values` described, once it is certain that a generator can take it.

    Raises
    ------
    InputError
        It is the state of no generator.
    """
    kind = values.get("bit_generator") if isinstance(values, dict) else None
    if kind not in KINDS:
        raise refuse(WHAT, f"{quoted(kind)} is no generator of NumPy's")
    bits = getattr(np.random, kind)(0)
    rng: Rng = np.random.RandomState(bits) if "gauss" in values else np.random.Generator(bits)
    state = _state(values, generator_state(rng), "generator", tensors)
    try:
        restore_generator(rng, state)
    except (ValueError, TypeError, OverflowError, KeyError) as error:
        raise refuse(WHAT, f"{kind} cannot go on from them ({error})") from error
    return state


def _state(values: Any, like: Mapping[str, Any], name: str, tensors: Mapping[str, Array]) -> dict[str, Any]:
    """The values as a state with the very entries that this one has."""
    if not isinstance(values, dict) or values.keys() != like.keys():
        raise refuse(WHAT, f"{name} has not the entries {', '.join(like)}")
    state: dict[str, Any] = {}
    for key, usual in like.items():
        place = f"{name}.{key}"
        if isinstance(usual, Mapping):
            state[key] = _state(values[key], usual, place, tensors)
        elif isinstance(usual, np.ndarray):
            state[key] = _array(values[key], usual, place, tensors)
        elif isinstance(usual, str):
            state[key] = usual
        else:
            state[key] = _number(values[key], "float" if isinstance(usual, float) else "int", place)
        if isinstance(state[key], int) and not 0 <= state[key] <= GREATEST.get(key, 2**128 - 1):
            raise refuse(WHAT, f"{place} is out of bounds")
    return state


def _array(value: Any, usual: Array, place: str, tensors: Mapping[str, Array]) -> Array:
    array = tensors.get(place)
    if value != ["array", usual.dtype.name] or array is None or array.dtype != np.uint8 or array.size != usual.nbytes:
        raise refuse(WHAT, f"{place} is no array of {usual.size} {usual.dtype}")
    return np.frombuffer(array.tobytes(), dtype=usual.dtype).reshape(usual.shape).copy()


def _number(value: Any, kind: str, place: str) -> int | float:
    try:
        said, text = value
        if said != kind or not isinstance(text, str) or len(text) > 64:
            raise ValueError
        return float.fromhex(text) if kind == "float" else int(text)
    except (ValueError, TypeError, OverflowError):
        raise refuse(WHAT, f"{place} is no {kind}") from None
