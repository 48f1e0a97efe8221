"""Terms and factors: what a gradient or a value is the sum of, and what each summand is the product of."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from clearprop.explanation.expressions import Expression, Number, product, with_numbers


@dataclass(frozen=True)
class Factor:
    """One link of a chain.

    Attributes
    ----------
    symbol : Expression
        What it is, such as ∂a1[2]/∂z1[2].
    formula : Expression
        Its formula, such as a1[2]·(1 − a1[2]).
    value : float
    """

    symbol: Expression
    formula: Expression
    value: float

    @property
    def numbers(self) -> Expression:
        """The formula with its numbers filled in."""
        return with_numbers(self.formula)


@dataclass(frozen=True, eq=False)
class Term:
    """A summand of what is explained: a product of factors.

    Attributes
    ----------
    label : str
        Which way it goes, or what it is.
    value : float
    paths : int
        How many paths it stands for.
    opens : str
        The name of the number at its end that stands for several paths and can be explained in turn; "" if none.
    """

    label: str
    value: float
    build: Callable[[], tuple[Factor, ...]]
    paths: int = 1
    opens: str = ""

    @cached_property
    def factors(self) -> tuple[Factor, ...]:
        """The links of the chain."""
        return self.build()

    @property
    def formula(self) -> Expression:
        """The product of the factors' formulas."""
        return product(*(factor.formula for factor in self.factors))

    @property
    def symbol(self) -> Expression:
        """The product of what the factors are."""
        return product(*(factor.symbol for factor in self.factors))

    @property
    def numbers(self) -> Expression:
        """The product of the factors' values."""
        return product(*(Number(float(factor.value)) for factor in self.factors if factor.formula != Number(1)))


def sum_of(terms: Iterable[Term]) -> float:
    """The terms added up, without rounding in between."""
    return math.fsum(term.value for term in terms)
