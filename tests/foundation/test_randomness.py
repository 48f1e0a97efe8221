"""Marks of generators, against their states as NumPy tells of them."""

import numpy as np
import pytest

from clearprop.foundation import randomness
from clearprop.foundation.randomness import Mark, generator_state

KINDS = [
    np.random.RandomState,
    np.random.default_rng,
    lambda seed: np.random.RandomState(np.random.PCG64(seed)),
    lambda seed: np.random.Generator(np.random.MT19937(seed)),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("drawn", [0, 1, 623, 624, 1000])
@pytest.mark.parametrize("looks_as_expected", [True, False])
def test_a_generator_goes_back_to_the_mark(kind, drawn, looks_as_expected, monkeypatch):
    if not looks_as_expected:
        monkeypatch.setattr(randomness, "_memory_is_as_expected", lambda: False)
    rng = kind(5)
    rng.permutation(max(1, drawn))
    mark, before = Mark(rng), str(generator_state(rng))
    mark.set()
    first = rng.permutation(700).tolist()
    for _ in range(2):
        mark.go_back()
        assert str(generator_state(rng)) == before
        assert rng.permutation(700).tolist() == first
    mark.set()
    second = rng.permutation(700).tolist()
    mark.go_back()
    assert rng.permutation(700).tolist() == second != first


def test_the_memory_of_numpys_twister_is_as_expected():
    assert randomness._memory_is_as_expected()
