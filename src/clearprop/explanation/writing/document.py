"""The document: sections of paragraphs, equations, lists and listings, from which every form is written."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from clearprop.explanation.writing.algebra import symbols
from clearprop.explanation.writing.evaluation import with_numbers
from clearprop.explanation.writing.expressions import Expression, Number, Symbol
from clearprop.explanation.writing.precision import (
    DIGITS_LOST,
    MOST_DIGITS,
    ZERO_LOG,
    as_printed,
    digits_needed,
    digits_of_sum,
    has_zero_log,
)

# How much is listed of each long list where nothing else is asked for.
MOST = 4


@dataclass(frozen=True)
class Paragraph:
    """Running text, without markup."""

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

    def in_digits(self, digits: int) -> tuple[list[tuple[Expression, int]], str]:
        """Each form with the digits that its numbers need to explain the value, and the note, lost digits included."""
        if digits not in self._in_digits:
            self._in_digits[digits] = self._with_digits(digits)
        return self._in_digits[digits]

    @cached_property
    def _in_digits(self) -> dict[int, tuple[list[tuple[Expression, int]], str]]:
        """What `in_digits` has found: an equation is laid out to be counted in lines, then to be written."""
        return {}

    def _with_digits(self, digits: int) -> tuple[list[tuple[Expression, int]], str]:
        value = self.forms[-1]
        if not isinstance(value, Number):
            return [(form, digits) for form in self.forms], self.note
        needed = [digits_needed(form, float(value.value), digits) for form in self.forms[:-1]]
        forms = [(form, MOST_DIGITS if own is None else own) for form, own in zip(self.forms, needed, strict=False)]
        zero_log = any(has_zero_log(as_printed(form, own)) for form, own in forms)
        notes = (self.note, DIGITS_LOST if None in needed else "", ZERO_LOG if zero_log else "")
        return [*forms, (value, digits)], "; ".join(note for note in notes if note)


@dataclass(frozen=True)
class Bullets:
    """Sentences, each an entry of a list."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Listing:
    """Rows of cells, each words, an expression or a number; if it adds up, the last column does, to its last row."""

    header: tuple[str | Expression, ...]
    rows: tuple[tuple[str | Expression | float, ...], ...]
    adds_up: bool = False

    def in_digits(self, digits: int) -> list[int]:
        """The digits of each column; one that adds up has as many as it takes to add up as it is shown."""
        same = [digits] * len(self.header)
        if not self.adds_up:
            return same
        *parts, value = (float(row[-1]) for row in self.rows if isinstance(row[-1], float))
        return [*same[:-1], digits_of_sum(parts, value, digits)]


Element = Paragraph | Equation | Bullets | Listing
# Elements in which neighbouring equations are put together.
Group = Paragraph | Bullets | Listing | list[Equation]


@dataclass(frozen=True)
class Section:
    """A title, what it says, and what makes the sections that can be opened below it, in forms that can."""

    title: str
    elements: Sequence[Element] = ()
    hidden: Callable[[], Iterable["Section"]] = tuple


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

    @cached_property
    def lines(self) -> dict[tuple[int, int], list[str]]:
        """Its lines as text by digits and width, where it has been laid out: to see whether it fits, or to be shown."""
        return {}


def symbols_of(sections: Iterable[Section]) -> Iterator[Symbol]:
    """The symbols that stand in the equations and listings of sections."""
    for section in sections:
        for element in section.elements:
            match element:
                case Equation(left, forms):
                    parts: Iterable[object] = (left, *forms)
                case Listing(header, rows):
                    parts = (*header, *(cell for row in rows for cell in row))
                case _:
                    parts = ()
            yield from (symbol for part in parts if isinstance(part, Expression) for symbol in symbols(part))


def in_groups(elements: Iterable[Element]) -> Iterator[Group]:
    """Elements with neighbouring equations put together, so that they can be aligned; one with reasons stands alone."""
    group: list[Equation] = []
    for element in elements:
        alone = isinstance(element, Equation) and element.reasons
        if group and (alone or not isinstance(element, Equation)):
            yield group
            group = []
        if not isinstance(element, Equation):
            yield element
        elif alone:
            yield [element]
        else:
            group.append(element)
    if group:
        yield group


def chain(left: Expression, *formulas: Expression, value: float, note: str = "", number: str = "") -> Equation:
    """Formulas, the last one with its numbers filled in, and the value; forms that say the same are not repeated."""
    forms: list[Expression] = []
    numbers = [with_numbers(formula) for formula in formulas[-1:]]
    # A formula whose numbers are one number is that number.
    numbers = [form for form in numbers if not isinstance(form, Number)]
    for form in (*formulas, *numbers, Number(float(value), left)):
        if form not in forms and form != left:
            forms.append(form)
    return Equation(left, tuple(forms), note, number)
