"""Engines of the perceptron's rule. All come to the same bits, so that the choice between them is one of time only."""

import sys
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.perceptron_rule import Course, NumpyRule, RuleEngine, Run

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

    def advance(self, run: Run, course: Course, last: int, judges: bool = True) -> Array:
        """Go on to the last epoch, or until patience is over or a number is not finite."""
        from clearprop.engines.compiled import perceptron

        with np.errstate(all="ignore"):  # where nothing is compiled
            return perceptron.advance(run, course, last, judges)


class AutoRule:
    """The rule in Python, until so many rows have been gone through that compiled code is worth loading."""

    def permutation(self, n: int, seed: int) -> Array:
        """The numbers from 0 to n - 1 as scikit-learn shuffles them."""
        engine = CompiledRule() if _loaded() or n > ROWS_IN_PYTHON else NumpyRule()
        return engine.permutation(n, seed)

    def advance(self, run: Run, course: Course, last: int, judges: bool = True) -> Array:
        """Go on to the last epoch, or until patience is over or a number is not finite."""
        rows = len(course.places)
        in_python = 0 if _loaded() else min(last, ROWS_IN_PYTHON // rows)
        first = NumpyRule().advance(run, course, in_python, judges)
        return np.concatenate([first, CompiledRule().advance(run, course, last, judges)]) if in_python < last else first


def _loaded() -> bool:
    return "clearprop.engines.compiled.perceptron" in sys.modules


RULES: dict[str, type[RuleEngine]] = {"auto": AutoRule, "numpy": NumpyRule, "compiled": CompiledRule}
