"""Engines of the perceptron's rule. All come to the same bits, so that the choice between them is one of time only."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from clearprop.engines.auto import numba_is_there
from clearprop.perceptron.rule import NumpyRule, RuleEngine, Run, Standing
from clearprop.perceptron.update_log import Updates

Array = npt.NDArray[Any]

# So many rows are gone through in Python in the time that compiled code is loaded (benchmarks/crossover.py).
ROWS_IN_PYTHON = 5_000


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
    """The rule in machine code, or in Python where fewer rows are gone through before that would be loaded."""

    def permutation(self, n: int, seed: int) -> Array:
        """The numbers from 0 to n - 1 as scikit-learn shuffles them."""
        return _rule(n).permutation(n, seed)

    def advance(self, run: Run, standing: Standing, last: int, judges: bool = True) -> Updates:
        """Go on to the last epoch, or until patience is over or a number is not finite."""
        return _rule(last * len(standing.places)).advance(run, standing, last, judges)


def _rule(rows: int) -> RuleEngine:
    """What goes through so many rows, at most."""
    return CompiledRule() if rows > ROWS_IN_PYTHON and numba_is_there() else NumpyRule()


RULES: dict[str, type[RuleEngine]] = {"auto": AutoRule, "numpy": NumpyRule, "compiled": CompiledRule}
