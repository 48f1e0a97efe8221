"""Engines of the perceptron's rule. All come to the same bits, so that the choice between them is one of time only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy.typing as npt

from clearprop.engines.auto import numba_is_there
from clearprop.perceptron.rule import NumpyRule, RuleEngine, Run, Standing
from clearprop.perceptron.update_log import Updates

Array = npt.NDArray[Any]


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


def best_rule() -> RuleEngine:
    """The rule in machine code, where that can be loaded: an estimator's process has taken longer to begin."""
    return CompiledRule() if numba_is_there() else NumpyRule()


RULES: dict[str, Callable[[], RuleEngine]] = {"auto": best_rule, "numpy": NumpyRule, "compiled": CompiledRule}
