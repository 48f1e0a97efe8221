"""Random numbers come from an explicit generator only: NumPy's `Generator` or its legacy `RandomState`."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

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
        raise TypeError(f"rng must be a whole number, a numpy Generator or RandomState, or None, got {rng!r}")
    if rng is not None and rng < 0:
        raise ValueError(f"rng must be a seed >= 0, got {rng}")
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
