"""Sums by the fixed tree: the same bits however the terms are divided among those that add them."""

import numpy as np
import pytest

from clearprop.training.reduction import nodes, tree_sum

TERMS = 10.0 ** np.random.default_rng(0).integers(-9, 9, (33, 4)) * np.random.default_rng(1).normal(size=(33, 4))


def naive(terms):
    """The tree from above: the left half is the largest power of two below the number of terms."""
    if len(terms) == 1:
        return terms[0]
    half = 1
    while 2 * half < len(terms):
        half *= 2
    return naive(terms[:half]) + naive(terms[half:])


@pytest.mark.parametrize("count", range(1, 34))
def test_is_the_tree_however_the_terms_are_divided(count):
    terms = TERMS[:count]
    for least in range(1, count + 2):
        parts = nodes(count, least)
        assert [number for part in parts for number in part] == list(range(count))
        assert len(parts) >= min(least, count)
        total = tree_sum(tree_sum(terms[number].copy() for number in part) for part in parts)
        assert total.tobytes() == naive(terms).tobytes()


def test_another_order_would_give_other_bits():
    assert tree_sum(iter(TERMS.copy())).tobytes() != TERMS.sum(axis=0).tobytes()
