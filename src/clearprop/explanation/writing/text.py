"""Expressions and documents as Unicode text for a terminal."""

import math
import re
import textwrap
from collections.abc import Sequence

from clearprop.errors import InputError
from clearprop.explanation.writing.document import Bullets, Document, Element, Equation, Listing, Paragraph
from clearprop.explanation.writing.expressions import Expression, Number, expression_text
from clearprop.explanation.writing.lines import laid_out

DIGITS, WIDTH = 6, 80
# No column of words is cut to less.
SHORTEST = 8
# For terminals that have no Unicode.
ASCII = {
    "∂": "d", "δ": "delta", "·": "*", "−": "-", "Σ": "sum", "√": "sqrt", "π": "pi", "≤": "<=", "≥": ">=", "≠": "!=",
    "α": "alpha", "β": "beta", "ε": "epsilon", "η": "eta", "σ": "sigma", "ℓ": "l", "′": "'", "…": "...", "→": "->",
    "←": "<-", "×": "x", "²": "^2", "•": "-", "─": "-", "═": "=", "ρ": "rho", "μ": "mu", "λ": "lambda",
    "Δ": "change", **{digit: str(value) for value, digit in enumerate("₀₁₂₃₄₅₆₇₈₉")},
}  # fmt: skip


def document_text(document: Document, digits: int = DIGITS, width: int = WIDTH) -> str:
    """A document for a terminal.

    Parameters
    ----------
    digits : int
        Significant digits of numbers.
    width : int
        Of a line, in characters; what cannot be broken may be longer.
    """
    if (digits, width) not in document.lines:
        lines = _lines(document, digits, width, math.inf)
        assert lines is not None
        document.lines[digits, width] = lines
    return "\n".join(document.lines[digits, width])


def fits(document: Document, most: int) -> bool:
    """Whether a document takes at most this many lines of text; it is laid out no further than it takes to see that."""
    lines = _lines(document, DIGITS, WIDTH, most)
    if lines is None:
        return False
    document.lines[DIGITS, WIDTH] = lines
    return True


def _lines(document: Document, digits: int, width: int, most: float) -> list[str] | None:
    """The lines of a document, None where they are more than `most`."""
    lines = [*textwrap.wrap(document.title, width), "═" * min(width, len(document.title))]
    to_come = sum(_least(element) for section in document.sections for element in section.elements)
    for section in document.sections:
        lines += ["", section.title, "─" * len(section.title)] if section.title else [""]
        for element in section.elements:
            if len(lines) + to_come > most:
                return None
            lines += element_lines(element, digits, width)
            to_come -= _least(element)
    return lines if len(lines) <= most else None


def _least(element: Element) -> int:
    """The lines that an element takes at least, however short its words and formulas are."""
    match element:
        case Bullets(items):
            return len(items)
        case Listing(_, rows):
            return 1 + len(rows)
        case Equation(reasons=reasons):
            return len(reasons) or 1
    return 0


def sections_text(document: Document, titles: Sequence[str], digits: int = DIGITS, width: int = WIDTH) -> str:
    """What stands in the sections of these titles."""
    by_title = {section.title: section for section in document.sections if section.title}
    for title in titles:
        if title not in by_title:
            raise InputError(f"there is no section {title!r}. There are: {', '.join(map(repr, by_title))}")
    return "\n\n".join(
        "\n".join(line for element in by_title[title].elements for line in element_lines(element, digits, width))
        for title in titles
    )


def element_lines(element: Element, digits: int, width: int) -> list[str]:
    """The lines of a paragraph, an equation, a list or a listing."""
    match element:
        case Paragraph(text):
            return textwrap.wrap(text, width)
        case Bullets(items):
            return [
                line
                for item in items
                for line in textwrap.wrap(item, width, initial_indent="• ", subsequent_indent="  ")
            ]
        case Equation():
            return equation_lines(element, digits, width)
        case Listing():
            return listing_lines(element, digits, width)


def equation_lines(equation: Equation, digits: int, width: int) -> list[str]:
    """An equation, a form a line where they do not fit on one; wide forms broken before + and −."""
    number = f"({equation.number})  " if equation.number else ""
    left = number + expression_text(equation.left, digits)
    written, note = equation.in_digits(digits)
    forms = [expression_text(form, needed) for form, needed in written]
    if equation.reasons:
        return _reasoned(left, equation, forms, width)
    indent = " " * min(len(left), 18)
    joined = f"{left} {equation.sign} {' = '.join(forms)}"
    lines = [joined] if len(joined) <= width else []
    for position, form in enumerate(forms if not lines else ()):
        if position and position == len(forms) - 1 and len(lines[-1]) + len(form) + 3 <= width:
            # The value stands beside its numbers where there is room.
            lines[-1] += f" = {form}"
            continue
        sign = equation.sign if position == 0 else "="
        lines += _broken(f"{left if position == 0 else indent} {sign} ", form, width)
    return _noted(lines, note, f"{indent} ", width)


def _noted(lines: list[str], note: str, indent: str, width: int) -> list[str]:
    """The lines with a note in brackets, behind the last where there is room, else below it."""
    if not note:
        return lines
    if len(lines[-1]) + len(note) + 5 <= width:
        return [*lines[:-1], f"{lines[-1]}   ({note})"]
    return [*lines, *textwrap.wrap(f"({note})", width, initial_indent=indent, subsequent_indent=indent)]


def _reasoned(left: str, equation: Equation, forms: list[str], width: int) -> list[str]:
    """A form a line, each with its reason behind it or below it."""
    lines: list[str] = []
    for position, (form, reason) in enumerate(zip(forms, equation.reasons, strict=True)):
        start = f"{left} {equation.sign} " if position == 0 else f"{' ' * len(left)} = "
        lines += _noted(_broken(start, form, width), reason, " " * (len(left) + 3), width)
    return lines


def _broken(start: str, form: str, width: int) -> list[str]:
    """The form in lines, broken before + and − and between factors, inside brackets only where it must be."""
    indent = " " * (min(len(start), 21) + 2)
    pieces: list[tuple[str, float]] = []
    depth = 0
    for piece in re.split(r"(?= [+−] )|(?<=, )|(?=·)", form):
        pieces.append((piece, depth + (0.5 if piece.startswith("·") else 0.0)))
        depth += sum(piece.count(bracket) for bracket in "([{") - sum(piece.count(bracket) for bracket in ")]}")
    first, *others = laid_out(pieces, width - len(start), width - len(indent), len)
    return [line.rstrip() for line in (start + first, *(indent + line.lstrip() for line in others))]


def listing_lines(listing: Listing, digits: int, width: int) -> list[str]:
    """Rows in columns: words to the left, numbers to the right; where it is too wide, its words are cut."""
    needed = listing.in_digits(digits)
    rows = [tuple(map(_cell, row, needed)) for row in (listing.header, *listing.rows)]
    columns = range(len(listing.header))
    widths = [max(len(row[column]) for row in rows) for column in columns]
    numeric = [_is_numeric([row[column] for row in listing.rows]) for column in columns]
    while sum(widths) + 2 * (len(widths) - 1) > width:
        widest = max((column for column in columns if not numeric[column]), key=lambda column: widths[column])
        if widths[widest] <= SHORTEST:
            break
        widths[widest] -= 1
    return [
        "  ".join(
            _shortened(cell, size).rjust(size) if right else _shortened(cell, size).ljust(size)
            for cell, size, right in zip(row, widths, numeric, strict=True)
        ).rstrip()
        for row in rows
    ]


def _is_numeric(cells: list[str | Expression | float]) -> bool:
    """Whether there are numbers and, beside empty cells, nothing else."""
    filled = [cell for cell in cells if cell != ""]
    return bool(filled) and not any(isinstance(cell, str | Expression) for cell in filled)


def _shortened(cell: str, size: int) -> str:
    return cell if len(cell) <= size else cell[: size - 1] + "…"


def _cell(cell: str | Expression | float, digits: int) -> str:
    if isinstance(cell, str):
        return cell
    return expression_text(cell if isinstance(cell, Expression) else Number(cell), digits)


def to_ascii(text: str) -> str:
    """The text for a terminal without Unicode."""
    for sign, plain in ASCII.items():
        text = text.replace(sign, plain)
    return text.encode("ascii", "replace").decode()
