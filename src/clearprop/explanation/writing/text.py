"""Expressions and documents as Unicode text for a terminal."""

import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence

from clearprop.errors import InputError
from clearprop.explanation.writing.document import Block, Bullets, Document, Equation, Paragraph, Section, Table
from clearprop.explanation.writing.expressions import (
    Add,
    Call,
    Cases,
    Compare,
    Derivative,
    Divide,
    Expression,
    Multiply,
    Negate,
    Number,
    Power,
    Rest,
    Sigma,
    Symbol,
)
from clearprop.explanation.writing.lines import laid_out
from clearprop.explanation.writing.numerals import plain_number

WIDTH = 80
# No column of words is cut to less.
SHORTEST = 8
_NAMES = {"pi": "π", "Max": "max", "Min": "min", "Abs": "abs"}
_SIGNS = {"<=": "≤", ">=": "≥", "==": "=", "!=": "≠"}
# For terminals that have no Unicode.
ASCII = {
    "∂": "d", "δ": "delta", "·": "*", "−": "-", "Σ": "sum", "√": "sqrt", "π": "pi", "≤": "<=", "≥": ">=", "≠": "!=",
    "α": "alpha", "β": "beta", "ε": "epsilon", "η": "eta", "σ": "sigma", "ℓ": "l", "′": "'", "…": "...", "→": "->",
    "←": "<-", "×": "x", "²": "^2", "•": "-", "─": "-", "═": "=", "ρ": "rho", "μ": "mu", "λ": "lambda",
    "Δ": "change", **{digit: str(value) for value, digit in enumerate("₀₁₂₃₄₅₆₇₈₉")},
}  # fmt: skip
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")

# How tightly a node binds: what stands inside something tighter goes into brackets.
SUM, PRODUCT, POWER, ATOM = range(4)


def binding(node: Expression) -> int:
    """How tightly a node binds."""
    match node:
        case Sigma(_, ""):
            return PRODUCT
        case Add() | Compare() | Negate() | Sigma():
            return SUM
        case Number(value):
            return SUM if value < 0 or (isinstance(value, float) and "e" in plain_number(value)) else ATOM
        case Multiply() | Divide() | Derivative():
            return PRODUCT
        case Power():
            return POWER
    return ATOM


def expression_text(node: Expression, digits: int = 6) -> str:
    """An expression on one line."""

    def write(inner: Expression, least: int = SUM) -> str:
        text = one(inner)
        return f"({text})" if binding(inner) < least else text

    def one(node: Expression) -> str:
        match node:
            case Number(value):
                return plain_number(value, digits)
            case Symbol(letter, lower, upper):
                places = f"[{','.join(lower)}]" if lower else ""
                # The number of a path or a constant stands low, so that it is no layer's.
                return f"{_NAMES.get(letter, letter).translate(_SUBSCRIPTS)}{upper}{places}"
            case Derivative(of, by, _, partial):
                sign = "∂" if partial else "d"
                if isinstance(of, Symbol):
                    return f"{sign}{write(of)}/{sign}{write(by)}"
                return f"d/d{write(by)} ({write(of)})"
            case Add(items):
                return "".join(_signed(index, item, write) for index, item in enumerate(items))
            case Negate(item):
                return f"−{write(item, PRODUCT)}"
            case Multiply(items):
                return "·".join(write(item, PRODUCT if not isinstance(item, Divide) else POWER) for item in items)
            case Divide(top, bottom):
                return f"{write(top, PRODUCT)}/{write(bottom, POWER)}"
            case Power(base, exponent):
                if exponent == Number(2):
                    return f"{write(base, ATOM)}²"
                return f"{write(base, ATOM)}^{write(exponent, ATOM)}"
            case Call("Abs", (argument,)):
                return f"|{write(argument)}|"
            case Call("sqrt", (argument,)):
                return f"√{write(argument, ATOM)}"
            case Call(function, arguments):
                return f"{_NAMES.get(function, function)}({', '.join(write(argument) for argument in arguments)})"
            case Compare(left, sign, right):
                return f"{write(left)} {_SIGNS.get(sign, sign)} {write(right)}"
            case Cases(cases):
                parts = [
                    f"{write(value)} if {write(holds)}" if holds else f"else {write(value)}" for value, holds in cases
                ]
                return f"{{{', '.join(parts)}}}"
            case Sigma(body, index, _):
                return f"Σ_{index} {write(body, PRODUCT)}" if index else f"Σ{write(body, PRODUCT)}"
            case Rest(count, value):
                return f"[{count:,} more: {plain_number(value, digits)}]"
        raise TypeError(f"{type(node).__name__} cannot be written")

    return write(node)


def _signed(index: int, item: Expression, write: Callable[..., str]) -> str:
    if isinstance(item, Negate):
        return f"{' − ' if index else '−'}{write(item.item, PRODUCT)}"
    # A negative number opens a sum without brackets, and is bracketed within it.
    return (
        f" + {write(item, PRODUCT if binding(item) == SUM and _is_negative(item) else SUM)}" if index else write(item)
    )


def _is_negative(item: Expression) -> bool:
    return isinstance(item, Number) and item.value < 0


def document_text(document: Document, digits: int = 6, width: int = WIDTH) -> str:
    """A document for a terminal.

    Parameters
    ----------
    digits : int
        Significant digits of numbers.
    width : int
        Of a line, in characters; what cannot be broken may be longer.
    """
    lines = [*textwrap.wrap(document.title, width), "═" * min(width, len(document.title))]
    for section in document.sections:
        lines += _section(section, digits, width)
    return "\n".join(lines)


def sections_text(document: Document, titles: Sequence[str], digits: int = 6, width: int = WIDTH) -> str:
    """What stands in the sections of these titles."""
    by_title = {section.title: section for section in document.sections if section.title}
    for title in titles:
        if title not in by_title:
            raise InputError(f"there is no section {title!r}. There are: {', '.join(map(repr, by_title))}")
    return "\n\n".join(
        "\n".join(line for block in by_title[title].blocks for line in block_lines(block, digits, width))
        for title in titles
    )


def _section(section: Section, digits: int, width: int) -> Iterator[str]:
    yield ""
    if section.title:
        yield section.title
        yield "─" * len(section.title)
    for block in section.blocks:
        yield from block_lines(block, digits, width)


def block_lines(block: Block, digits: int, width: int) -> Iterable[str]:
    """The lines of a block."""
    match block:
        case Paragraph(text):
            return textwrap.wrap(text, width)
        case Bullets(items):
            return [
                line
                for item in items
                for line in textwrap.wrap(item, width, initial_indent="• ", subsequent_indent="  ")
            ]
        case Equation():
            return equation_lines(block, digits, width)
        case Table():
            return table_lines(block, digits, width)


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


def table_lines(table: Table, digits: int, width: int) -> list[str]:
    """A table in columns: words to the left, numbers to the right; where it is too wide, its words are cut."""
    needed = table.in_digits(digits)
    rows = [tuple(map(_cell, row, needed)) for row in (table.header, *table.rows)]
    columns = range(len(table.header))
    widths = [max(len(row[column]) for row in rows) for column in columns]
    numeric = [_is_numeric([row[column] for row in table.rows]) for column in columns]
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
