"""The document: sections of paragraphs, equations, lists and tables; and what can be shown as one, in every form."""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from clearprop.explanation.precision import (
    DIGITS_LOST,
    MOST_DIGITS,
    ZERO_LOG,
    as_printed,
    digits_needed,
    digits_of_sum,
    has_zero_log,
)
from clearprop.explanation.writing.expressions import Expression, Number, Symbol, symbols, with_numbers

if TYPE_CHECKING:
    from rich.text import Text

# How much is listed of each long list where nothing else is asked for.
MOST = 4


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

    def in_digits(self, digits: int) -> tuple[list[tuple[Expression, int]], str]:
        """Each form with the digits that its numbers need to explain the value, and the note, lost digits included."""
        value = self.forms[-1]
        if not isinstance(value, Number):
            return [(form, digits) for form in self.forms], self.note
        needed = [digits_needed(form, float(value.value), digits) for form in self.forms[:-1]]
        forms = [(form, MOST_DIGITS if own is None else own) for form, own in zip(self.forms, needed, strict=False)]
        zero_log = any(has_zero_log(as_printed(form, own)) for form, own in forms)
        said = (self.note, DIGITS_LOST if None in needed else "", ZERO_LOG if zero_log else "")
        return [*forms, (value, digits)], "; ".join(note for note in said if note)


@dataclass(frozen=True)
class Bullets:
    """A list of sentences."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """Rows of cells, each words, an expression or a number; if it adds up, the last column does, to its last row."""

    header: tuple[str | Expression, ...]
    rows: tuple[tuple[str | Expression | float, ...], ...]
    adds_up: bool = False

    def in_digits(self, digits: int) -> list[int]:
        """The digits of each column, so many in one that adds up that it does so as it is shown."""
        same = [digits] * len(self.header)
        if not self.adds_up:
            return same
        *parts, value = (float(row[-1]) for row in self.rows if isinstance(row[-1], float))
        return [*same[:-1], digits_of_sum(parts, value, digits)]


Block = Paragraph | Equation | Bullets | Table


@dataclass(frozen=True)
class Section:
    """A title, what it says, and what makes the sections that can be opened below it, in forms that can."""

    title: str
    blocks: Sequence[Block] = ()
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


def symbols_of(sections: Iterable[Section]) -> Iterator[Symbol]:
    """The symbols that stand in the equations and tables of sections."""
    for section in sections:
        for block in section.blocks:
            match block:
                case Equation(left, forms):
                    parts: Iterable[object] = (left, *forms)
                case Table(header, rows):
                    parts = (*header, *(cell for row in rows for cell in row))
                case _:
                    parts = ()
            yield from (symbol for part in parts if isinstance(part, Expression) for symbol in symbols(part))


def in_groups(blocks: Iterable[Block]) -> Iterator[Paragraph | Bullets | Table | list[Equation]]:
    """Blocks with neighbouring equations put together, so that they can be aligned; one with reasons stands alone."""
    group: list[Equation] = []
    for block in blocks:
        alone = isinstance(block, Equation) and block.reasons
        if group and (alone or not isinstance(block, Equation)):
            yield group
            group = []
        if not isinstance(block, Equation):
            yield block
        elif alone:
            yield [block]
        else:
            group.append(block)
    if group:
        yield group


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


class Rendered(ABC):
    """One document, many forms. Every form takes `digits`, the significant digits of its numbers, and `most`.

    `most` is how many summands, paths, deltas of a layer and rows are listed; the rest is summed up. None lists all.
    """

    @abstractmethod
    def document(self, most: int | None = MOST) -> Document:
        """Sections for the renderers."""

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Plain values, as `to_json` writes them."""

    def to_text(
        self, *, digits: int = 6, most: int | None = MOST, width: int = 80, sections: Sequence[str] | None = None
    ) -> str:
        """Unicode text for a terminal, `width` characters a line where that can be; or of these sections the content.

        Raises
        ------
        InputError
            There is no section of that title.
        """
        from clearprop.explanation.writing.text import document_text, sections_text

        document = self.document(most)
        if sections is None:
            return document_text(document, digits, width)
        return sections_text(document, sections, digits, width)

    def to_latex(self, *, digits: int = 6, most: int | None = MOST, standalone: bool = False) -> str:
        """LaTeX with amsmath; with `standalone`, a whole file to compile."""
        from clearprop.explanation.writing.latex import document_latex

        return document_latex(self.document(most), digits, standalone)

    def to_markdown(self, *, digits: int = 6, most: int | None = MOST) -> str:
        """Markdown with its formulas in $...$."""
        from clearprop.explanation.writing.markdown import document_markdown

        return document_markdown(self.document(most), digits)

    def to_html(self, *, digits: int = 6, most: int | None = MOST, standalone: bool = True) -> str:
        """A page of its own, its formulas in MathML, that loads nothing; without `standalone`, the part for a page."""
        from clearprop.explanation.writing.html import document_html

        return document_html(self.document(most), digits, standalone)

    def to_json(self, *, indent: int | None = 2) -> str:
        """JSON; its schema is `clearprop.explanation.SCHEMA`. A number that is not finite becomes null."""
        return json.dumps(finite(self.to_dict()), indent=indent, allow_nan=False, ensure_ascii=False)

    def _repr_html_(self) -> str:
        return self.to_html(standalone=False)

    def _repr_latex_(self) -> str:
        from clearprop.explanation.writing.latex import equation_latex

        return f"${equation_latex(self.document().headline, 6)}$"

    def __rich__(self) -> "Text":
        from rich.text import Text

        # A Text is printed as it is, so that brackets in names are no markup.
        return Text(self.to_text())

    def __str__(self) -> str:
        return self.to_text()


def finite(value: Any) -> Any:
    """The same values, those that JSON cannot hold as None."""
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    if isinstance(value, float) and not abs(value) < float("inf"):
        return None
    return value
