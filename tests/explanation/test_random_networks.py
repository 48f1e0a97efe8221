"""Random networks, every parameter of each: value, terms, update and check."""

import math
from itertools import pairwise

import numpy as np
import pytest

from clearprop.explanation import explain

from ..extent import seeds
from .cases import random_case

PARTS = 10


@pytest.mark.parametrize("part", range(PARTS))
def test_every_parameter_of_random_networks(part):
    compared = checked = 0
    for seed in seeds(500)[part::PARTS]:
        network, X, y, weight, trainer = random_case(seed)
        first = explain(network, X, y, network.parameter_name(0), sample_weight=weight, trainer=trainer)
        engine = network.backward(network.forward(X), y, weight, trainer.penalty).flat
        explained = [first.open(network.parameter_name(index)) for index in range(engine.size)]
        before = network.parameters.copy()
        steps = [explanation.step for explanation in explained]
        for explanation, gradient in zip(explained, engine, strict=True):
            case = f"seed {seed}, {explanation.name} of {network!r}"
            terms = explanation.terms
            scale = max(abs(gradient), math.fsum(abs(term.value) for term in terms))
            assert explanation.value == gradient, case
            assert abs(explanation.sum - gradient) <= 1e-12 * scale, case
            assert all(abs(a.value) >= abs(b.value) for a, b in pairwise(terms)), case
            for term in terms[:4]:
                product = math.prod(factor.value for factor in term.factors)
                assert abs(product - term.value) <= 1e-12 * abs(term.value) + 1e-300, case
            compared += 1
            if not explanation.check.at_kinks:
                assert explanation.check.worst_relative_error <= 1e-6, f"{case}: {explanation.check}"
                checked += 1
        assert np.array_equal(network.parameters, before)
        trainer.run_batch()
        assert [step.new for step in steps] == network.parameters.tolist(), f"seed {seed}"
        assert [step.old for step in steps] == before.tolist()
    assert compared > 10 * len(seeds(500)[part::PARTS])
    assert checked > 0.9 * compared
