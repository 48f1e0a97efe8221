"""Documents as Markdown, their formulas as LaTeX between dollar signs."""

import re

from clearprop.explanation.writing.document import Bullets, Document, Element, Equation, Listing, Paragraph, Section
from clearprop.explanation.writing.expressions import Expression, Number
from clearprop.explanation.writing.latex import SIGNS, escape_latex, expression_latex
from clearprop.explanation.writing.numerals import plain_number


def escape_markdown(text: str) -> str:
    """Words in which nothing is markup, HTML's included; brackets stay as they are where they make no link.

    Examples
    --------
    >>> escape_markdown("W1[2,1] of <b> and [a](b) *c*"), escape_markdown("# 1"), escape_markdown("1. x")
    ('W1[2,1] of &lt;b&gt; and [a\\\\](b) \\\\*c\\\\*', '\\\\# 1', '1\\\\. x')
    """
    escaped = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    escaped = re.sub(r"([\\`*_~$|])|\](?=[(\[:])", lambda sign: "\\" + sign[0], escaped)
    # What would begin a heading or a list.
    return re.sub(r"^(\d*)(?=[#+=-]|(?<=\d)[.)])", r"\1\\", escaped)


def document_markdown(document: Document, digits: int = 6) -> str:
    """A document with a heading a section."""
    parts = [f"# {escape_markdown(document.title)}"]
    for section in document.sections:
        parts += _section(section, digits)
    return "\n\n".join(parts) + "\n"


def _section(section: Section, digits: int) -> list[str]:
    title = [f"## {escape_markdown(section.title)}"] if section.title else []
    return title + [_element(element, digits) for element in section.elements]


def _element(element: Element, digits: int) -> str:
    match element:
        case Paragraph(text):
            return escape_markdown(text)
        case Bullets(items):
            return "\n".join(f"- {escape_markdown(item)}" for item in items)
        case Equation():
            return _equation(element, digits)
        case Listing():
            return _listing(element, digits)


def _equation(equation: Equation, digits: int) -> str:
    sign = SIGNS.get(equation.sign, equation.sign)
    written, note = equation.in_digits(digits)
    forms = [expression_latex(form, needed) for form, needed in written]
    number = rf" \tag{{{equation.number}}}" if equation.number else ""
    reasons = [rf" && \text{{{escape_latex(reason)}}}" if reason else "" for reason in equation.reasons]
    lines = " \\\\\n".join(
        f"&{sign if index == 0 else '='} {form}{reason}"
        for index, (form, reason) in enumerate(zip(forms, reasons or [""] * len(forms), strict=True))
    )
    below = f"\n\n{escape_markdown(note)}" if note else ""
    left = expression_latex(equation.left, digits)
    return f"$$\n\\begin{{aligned}}\n{left} {lines}\n\\end{{aligned}}{number}\n$$" + below


def _listing(listing: Listing, digits: int) -> str:
    def cell(content: str | Expression | float, needed: int) -> str:
        if isinstance(content, str):
            return escape_markdown(content)
        if isinstance(content, Expression) and not isinstance(content, Number):
            return f"${expression_latex(content, needed)}$".replace("|", r"\vert ")
        return plain_number(content.value if isinstance(content, Number) else content, needed)

    lines = [" | ".join(map(cell, row, listing.in_digits(digits))) for row in (listing.header, *listing.rows)]
    rule = " | ".join(["---"] + ["---:"] * (len(listing.header) - 1))
    return "\n".join(f"| {line} |" for line in (lines[0], rule, *lines[1:]))
