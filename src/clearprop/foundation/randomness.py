"""Random numbers come from an explicit generator only: NumPy's `Generator` or its legacy `RandomState`."""

from __future__ import annotations

import ctypes
import functools
from typing import Any, TypeAlias

import numpy as np

from clearprop.foundation.table_cells import quoted

Rng: TypeAlias = np.random.Generator | np.random.RandomState
Seed: TypeAlias = int | Rng | None


def as_generator(rng: Seed) -> Rng:
    """A generator: the one given, or a new one from a seed (an unpredictable one from None).

    Raises
    ------
    TypeError, ValueError
        It is no generator, whole number >= 0 or None.
    """
    if isinstance(rng, np.random.Generator | np.random.RandomState):
        return rng
    if rng is not None and (isinstance(rng, bool) or not isinstance(rng, int | np.integer)):
        raise TypeError(f"rng must be a whole number, a numpy Generator or RandomState, or None, got {quoted(rng)}")
    if rng is not None and rng < 0:
        raise ValueError(f"rng must be a seed >= 0, got {quoted(rng)}")
    return np.random.default_rng(rng)


def seeds(rng: Seed, count: int) -> list[int]:
    """So many seeds, drawn from a generator or from that of a seed.

    Examples
    --------
    >>> seeds(0, 2), seeds(np.random.RandomState(0), 2)
    ([..., ...], [..., ...])
    >>> seeds(0, 3)[:2] == seeds(0, 2)
    True
    """
    generator = as_generator(rng)
    draw = generator.integers if isinstance(generator, np.random.Generator) else generator.randint
    return [int(draw(0, 2**31 - 1)) for _ in range(count)]


def generator_state(rng: Rng) -> dict[str, Any]:
    """All that is needed to draw the same numbers again, as plain values and arrays."""
    if isinstance(rng, np.random.Generator):
        return dict(rng.bit_generator.state)
    return dict(rng.get_state(legacy=False))


def same_kind(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two states are of generators of the same kind."""
    return one.keys() == other.keys() and one["bit_generator"] == other["bit_generator"]


def restore_generator(rng: Rng, state: dict[str, Any]) -> None:
    """Set the generator to a state taken from a generator of the same kind."""
    if isinstance(rng, np.random.Generator):
        rng.bit_generator.state = state
    else:
        rng.set_state(state)


# The Mersenne Twister's state in memory: 624 numbers of 32 bits, and the place of the next.
_TWISTER_BYTES = 625 * 4


class Mark:
    """Where a generator stands, to go back there; for the moment, and in this process.

    NumPy hands out the state of a Mersenne Twister number by number, in 50 microseconds, which is more than a small
    step of training takes: so its memory is copied, where it looks as expected. What a normal distribution has drawn
    ahead is not among it.

    Examples
    --------
    >>> rng = np.random.RandomState(3)
    >>> mark = Mark(rng)
    >>> mark.set()
    >>> first = rng.permutation(5).tolist()
    >>> mark.go_back()
    >>> rng.permutation(5).tolist() == first
    True
    """

    def __init__(self, rng: Rng) -> None:
        self._rng = rng
        self._twister: np.random.MT19937 | None = None
        self._kept: Any = None

    def set(self) -> None:
        """Mark the place where the generator stands now."""
        bits = getattr(self._rng, "_bit_generator", None)
        self._twister = bits if isinstance(bits, np.random.MT19937) and _memory_is_as_expected() else None
        if self._twister is None:
            self._kept = generator_state(self._rng)
        else:
            self._kept = ctypes.string_at(self._twister.ctypes.state_address, _TWISTER_BYTES)

    def go_back(self) -> None:
        """Let the generator stand there again."""
        if self._twister is None:
            restore_generator(self._rng, self._kept)
        else:
            ctypes.memmove(self._twister.ctypes.state_address, self._kept, _TWISTER_BYTES)


@functools.cache
def _memory_is_as_expected() -> bool:
    twister = np.random.MT19937(0)
    state = twister.state["state"]
    expected = np.append(state["key"], state["pos"]).astype(np.uint32).tobytes()
    return ctypes.string_at(twister.ctypes.state_address, _TWISTER_BYTES) == expected
