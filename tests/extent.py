"""How much of what is drawn by chance is tried.

By default a tenth, and the same each time, so that the tests are quick and a failure is the change's. With
CLEARPROP_WHOLE=1, as in `make test-all`, all of it, drawn afresh: Hypothesis prints the example that fails, other tests
name the seed that fails. CLEARPROP_SEED, printed when the tests begin, draws the same seeds again.
"""

import itertools
import os
import random
import secrets

from hypothesis import settings

WHOLE = os.environ.get("CLEARPROP_WHOLE") == "1"
# Written where the workers of a run find it, which must all collect the same tests.
SEED = int(os.environ.setdefault("CLEARPROP_SEED", str(secrets.randbelow(10**9)))) if WHOLE else 0


def share(n):
    """How many of n cases are tried: a tenth, but ten at least."""
    return n if WHOLE else max(min(n, 10), n // 10)


def examples(n):
    """For a Hypothesis test that tries n examples, or a tenth of them; without it a test tries 100."""
    return settings(max_examples=share(n))


def seeds(n):
    """n seeds in a row, or a tenth of them: what goes through a registry by the seed leaves nothing out."""
    return range(SEED, SEED + share(n))


def some(cases, seed=0):
    """The cases, or a tenth of them, which the seed draws."""
    cases = list(cases)
    return cases if WHOLE else random.Random(seed).sample(cases, share(len(cases)))


def crossed(one, other):
    """Every pair of one of each, or as few pairs as leave none of either out."""
    one, other = list(one), list(other)
    if WHOLE:
        return list(itertools.product(one, other))
    return [(one[i % len(one)], other[i % len(other)]) for i in range(max(len(one), len(other)))]


def in_pairs(cases):
    """The cases, each a tuple; or of them so few that any two values that meet in one of them still meet."""
    cases = list(cases)
    pairs = [{(i, j, one[i], one[j]) for i, j in itertools.combinations(range(len(one)), 2)} for one in cases]
    left, chosen = set().union(*pairs), []
    while left and not WHOLE:
        best = max(range(len(cases)), key=lambda number: len(left & pairs[number]))
        left -= pairs[best]
        chosen.append(best)
    return cases if WHOLE else [cases[number] for number in sorted(chosen)]


settings.register_profile(
    "clearprop", max_examples=share(100), derandomize=not WHOLE, database=None, deadline=None, print_blob=WHOLE
)
settings.load_profile("clearprop")
