"""The document: sections of paragraphs, equations, lists and tables; what every renderer is given."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from clearprop.explanation.expressions import Expression, Number, with_numbers


@dataclass(frozen=True)
class Paragraph:
    """Words."""

    text: str


@dataclass(frozen=True)
class Equation:
    """A chain of equal things: what it is, its formulas one after the other, its value.

    Attributes
    ----------
    left : Expression
    forms : tuple of Expression
    note : str
        A remark in a few words.
    number : str
        Its number in the article, where it has one.
    sign : str
        Between left and the first form.
    reasons : tuple of str
        Why each form follows from the one before; or none at all.
    """

    left: Expression
    forms: tuple[Expression, ...]
    note: str = ""
    number: str = ""
    sign: str = "="
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Bullets:
    """A list of sentences."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """Rows of cells, each words, an expression or a number."""

    header: tuple[str | Expression, ...]
    rows: tuple[tuple[str | Expression | float, ...], ...]


Block = Paragraph | Equation | Bullets | Table


@dataclass(frozen=True)
class Section:
    """A title, what it says, and what can be opened below it."""

    title: str
    blocks: Sequence[Block] = ()
    hidden: Sequence["Section"] = field(default=())


@dataclass(frozen=True)
class Document:
    """A title and sections.

    Attributes
    ----------
    title : str
    headline : Equation
        What it comes to, for forms that have room for one line only.
    sections : sequence of Section
    """

    title: str
    headline: Equation
    sections: Sequence[Section]


def chain(left: Expression, *formulas: Expression, value: float, note: str = "", number: str = "") -> Equation:
    """Formulas, the last one with its numbers filled in, and the value; forms that say the same are not repeated."""
    forms: list[Expression] = []
    numbers = [with_numbers(formula) for formula in formulas[-1:]]
    # A formula whose numbers are one number is that number.
    numbers = [form for form in numbers if not isinstance(form, Number)]
    for form in (*formulas, *numbers, Number(float(value))):
        if form not in forms and form != left:
            forms.append(form)
    return Equation(left, tuple(forms), note, number)
