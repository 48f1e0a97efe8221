"""Engines of the perceptron's rule. All come to the same bits, so that the choice between them is one of time only."""

from __future__ import annotations

import sys
from typing import Any

import numpy.typing as npt

from clearprop.engines.auto import numba_is_there
from clearprop.perceptron.rule import NumpyRule, RuleEngine, Run, Standing
from clearprop.perceptron.updates import Updates

Array = npt.NDArray[Any]

# So many rows are gone through in Python before it pays to load a compiler (benchmarks/crossover.py).
ROWS_IN_PYTHON = 100_000


class CompiledRule:
    """The rule in Numba's machine code."""

    def permutation(self, n: int, seed: int) -> Array:
        """The numbers from 0 to n - 1 as scikit-learn shuffles them."""
        from clearprop.engines.compiled import perceptron

        order: Array = perceptron.permutation(n, seed)
        return order

    def advance(self, run: Run, standing: Standing, last: int, judges: bool = True) -> Updates:
        """Go on to the last epoch, or until patience is over or a number is not finite."""
        from clearprop.engines.compiled import perceptron

        return perceptron.advance(run, standing, last, judges)


class AutoRule:
    """The rule in Python, until so many rows have been gone through that compiled code is worth loading."""

    def permutation(self, n: int, seed: int) -> Array:
        """The numbers from 0 to n - 1 as scikit-learn shuffles them."""
        engine = CompiledRule() if _rows_in_python() < n else NumpyRule()
        return engine.permutation(n, seed)

    def advance(self, run: Run, standing: Standing, last: int, judges: bool = True) -> Updates:
        """Go on to the last epoch, or until patience is over or a number is not finite."""
        by_numpy = NumpyRule().advance(run, standing, min(last, _rows_in_python() // len(standing.places)), judges)
        if standing.epoch >= last or standing.stale >= run.settings.patience or not run.is_finite:
            return by_numpy
        return by_numpy + CompiledRule().advance(run, standing, last, judges)


def _rows_in_python() -> int:
    """None where compiled code is loaded already, all where there can be none."""
    if not numba_is_there():
        return sys.maxsize
    return 0 if "clearprop.engines.compiled.perceptron" in sys.modules else ROWS_IN_PYTHON


RULES: dict[str, type[RuleEngine]] = {"auto": AutoRule, "numpy": NumpyRule, "compiled": CompiledRule}
