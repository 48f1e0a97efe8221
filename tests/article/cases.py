"""Random networks and data for the comparisons with the oracle, each made from one seed."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from . import oracle


class Case(NamedTuple):
    sizes: list[int]
    rows: list[list[float]]
    labels: list[int]
    new_rows: list[list[float]]
    eta: float
    epochs: int
    encoding: str
    given: list | None
    seed: int


def random_case(seed):
    rng = np.random.RandomState(seed)
    hidden = [int(size) for size in rng.randint(1, 7, size=rng.randint(0, 5))]
    outputs = 1 if seed % 10 == 9 else 2
    sizes = [int(rng.randint(1, 7)), *hidden, outputs]
    count = int(rng.randint(1, 13))
    scale = [1.0, 3.0, 10.0][rng.randint(3)]
    rows = rng.normal(scale=scale, size=(count, sizes[0])).tolist()
    new_rows = rng.normal(scale=scale, size=(5, sizes[0])).tolist()
    labels = [int(label) for label in rng.randint(0, 2, size=count)]
    given = None
    if seed % 2:
        given = [rng.normal(scale=2.0, size=(fan_out, fan_in + 1)).tolist() for fan_in, fan_out in pairwise(sizes)]
    eta = [0.05, 0.3, 1.7][rng.randint(3)]
    encoding = "prose" if seed % 4 == 0 else "article"
    return Case(sizes, rows, labels, new_rows, eta, int(rng.randint(1, 8)), encoding, given, seed)


def oracle_network(case):
    if case.given is None:
        return oracle.draw(np.random.RandomState(case.seed), case.sizes)
    return [[list(neuron) for neuron in layer] for layer in case.given]


def bits(numbers):
    """Nested lists of floats as text that differs where any bit does."""
    if isinstance(numbers, list):
        return [bits(number) for number in numbers]
    assert type(numbers) is float
    return numbers.hex()
