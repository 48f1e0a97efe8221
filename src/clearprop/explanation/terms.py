"""Terms and factors: what a gradient or a value is the sum of, a row's part or a penalty's, and each one's product."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from clearprop.explanation.computation import Computation
from clearprop.explanation.writing.algebra import product
from clearprop.explanation.writing.evaluation import with_numbers
from clearprop.explanation.writing.expressions import Divide, Expression, Multiply, Number, Symbol


@dataclass(frozen=True)
class Factor:
    """One link of a chain: a derivative, its formula and its value.

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

    @property
    def stands_for(self) -> Expression:
        """What its value is that of: of the one symbol that its formula is, or else of the link."""
        return self.formula if isinstance(self.formula, Symbol) else self.symbol


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
        """The links of the chain, made when they are first looked at."""
        return self.build()

    @property
    def formula(self) -> Expression:
        """The product of the factors' formulas."""
        return product(*(factor.formula for factor in self.factors))

    @property
    def brief(self) -> Expression:
        """The product of the factors, each by its letter: what has a formula of several is not written out."""
        factors = ((factor.symbol, factor.formula) for factor in self.factors)
        return product(*(formula if isinstance(formula, Symbol | Number) else symbol for symbol, formula in factors))

    @property
    def numbers(self) -> Expression:
        """The product of the factors' values."""
        factors = (factor for factor in self.factors if factor.formula != Number(1))
        return product(*(Number(float(factor.value), factor.stands_for) for factor in factors))


def sum_of(terms: Iterable[Term]) -> float:
    """The terms added up, without rounding in between."""
    return math.fsum(term.value for term in terms)


def row_term(
    computation: Computation, index: int, value: float, own: Callable[[int], tuple[Expression, float]], paths: int = 1
) -> Term:
    """What a row adds to a mean: its share times its own number, which `own` gives with its symbol."""
    number = str(computation.number(index))

    def build() -> tuple[Factor, ...]:
        share = float(computation.shares[index])
        weight = computation.sample_weight
        top = Number(1) if weight is None else Number(float(weight[index]))
        bottom = Number(computation.n_rows if weight is None else computation.total_weight)
        symbol, size = own(index)
        return Factor(Symbol("s", (number,), value=share), Divide(top, bottom), share), Factor(symbol, symbol, size)

    return Term(f"row {number}", value, build, paths)


def penalty_letter(term: Term) -> str:
    """R1 or R2, for what L1 or L2 adds."""
    return f"R{term.label[1]}"


def penalty_term(
    label: str, strength: float, divisor: float, formula: Expression, size: float, factor: float = 1.0
) -> Term:
    """A penalty's part: its strength, with its factor for these parameters, over the divisor, times what it is on."""
    letter: Expression = Symbol(f"λ{label[1]}", value=strength)
    letter = letter if factor == 1 else Multiply((Number(factor), letter))
    whole = int(divisor) if divisor == int(divisor) else divisor
    scaled = letter if divisor == 1 else Divide(letter, Number(whole))
    scale = factor * strength / divisor
    return Term(label, scale * size, lambda: (Factor(scaled, scaled, scale), Factor(formula, formula, size)), paths=0)
