"""Documents as HTML that loads nothing, their formulas in MathML; what a large network hides can be opened."""

import re
from collections.abc import Callable, Sequence
from html import escape

from clearprop.explanation.writing.document import (
    Bullets,
    Document,
    Equation,
    Group,
    Listing,
    Paragraph,
    Section,
    in_groups,
)
from clearprop.explanation.writing.expressions import (
    ATOM,
    PRODUCT,
    SUM,
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
    binding,
    expression_text,
)
from clearprop.explanation.writing.numerals import split_number

# In the ink of the page around it, be it a notebook's: whose theme need not be the system's.
STYLE = """
.clearprop-explanation{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:0 auto;padding:1rem;color:inherit;
--hairline:color-mix(in srgb,currentColor 22%,transparent)}
.clearprop-explanation h1{font-size:1.5rem;margin:.2em 0}
.clearprop-explanation h2{font-size:1.1rem;margin:1.6em 0 .3em;border-bottom:1px solid var(--hairline)}
.clearprop-explanation .scroll{overflow-x:auto}
.clearprop-explanation table{border-collapse:collapse;margin:.5em 0}
.clearprop-explanation .equations td{padding:.15em .3em;vertical-align:baseline;border:0;text-align:left;
background:none}
.clearprop-explanation .equations td:nth-last-child(3){text-align:right;white-space:nowrap}
.clearprop-explanation .equations tbody+tbody tr:first-child td{padding-top:.7em}
.clearprop-explanation .value{white-space:nowrap}
.clearprop-explanation .note{opacity:.75;font-size:.9em;padding-left:1em}
.clearprop-explanation .listing th,.clearprop-explanation .listing td{padding:.2em .8em;
border-bottom:1px solid var(--hairline);text-align:right;font-variant-numeric:tabular-nums}
.clearprop-explanation .listing th:first-child,.clearprop-explanation .listing td:first-child{text-align:left}
.clearprop-explanation math{font-size:1.08em}
.clearprop-explanation summary{cursor:pointer;margin:.4em 0;text-decoration:underline;text-underline-offset:.2em}
"""
# A page of its own follows the system.
PAGE = """
:root{color-scheme:light dark;color:#1b1b1b;background:#fff}
@media (prefers-color-scheme:dark){:root{color:#e8e8e8;background:#16181b}}
"""
# A formula of more letters than this, as text, may be broken between its parts.
LINE = 30
LETTERS = {"pi": "π", "v_max": "v"}
FUNCTIONS = {"Max": "max", "Min": "min"}
SIGNS = {"<=": "≤", ">=": "≥", "==": "=", "!=": "≠"}


def operator(sign: str) -> str:
    """The element of a sign, such as + or =."""
    return f"<mo>{escape(sign)}</mo>"


def row(*parts: str) -> str:
    """The element that sets its parts side by side."""
    return f"<mrow>{''.join(parts)}</mrow>"


def bracketed(content: str) -> str:
    """Something in brackets, which grow with what is tall."""
    stretch = "" if "<mfrac" in content or "<mtable" in content else ' stretchy="false"'
    return row(f"<mo{stretch}>(</mo>", content, f"<mo{stretch}>)</mo>")


def expression_mathml(node: Expression, digits: int = 6) -> str:
    """An expression as a <math> element."""
    return f'<math displaystyle="true">{_write(node, digits)}</math>'


def _write(node: Expression, digits: int, least: int = SUM) -> str:
    def inner(child: Expression, tight: int = SUM) -> str:
        return _write(child, digits, tight)

    content = _one(node, digits, inner)
    return bracketed(content) if binding(node) < least and not isinstance(node, Divide | Derivative) else content


def _one(node: Expression, digits: int, inner: Callable[..., str]) -> str:
    match node:
        case Number(value):
            return number_mathml(value, digits)
        case Symbol():
            return _symbol(node)
        case Derivative(of, by, _, partial):
            sign = '<mo rspace="0" lspace="0">∂</mo>' if partial else "<mi>d</mi>"
            if isinstance(of, Symbol):
                return f"<mfrac>{row(sign, inner(of))}{row(sign, inner(by))}</mfrac>"
            return row(f"<mfrac>{row(sign)}{row(sign, inner(by))}</mfrac>", bracketed(inner(of)))
        case Add(items):
            return row(*(_signed(index, item, inner) for index, item in enumerate(items)))
        case Negate(item):
            return row('<mo form="prefix">−</mo>', inner(item, PRODUCT))
        case Multiply(items):
            return row(operator("·").join(inner(item, PRODUCT) for item in items))
        case Divide(top, bottom):
            return f"<mfrac>{row(inner(top))}{row(inner(bottom))}</mfrac>"
        case Power(base, exponent):
            tall = isinstance(base, Symbol) and bool(base.upper or base.lower)
            return f"<msup>{row(bracketed(inner(base)) if tall else inner(base, ATOM))}{row(inner(exponent))}</msup>"
        case Call("Abs", (argument,)):
            return row("<mo>|</mo>", inner(argument), "<mo>|</mo>")
        case Call("sqrt", (argument,)):
            return f"<msqrt>{inner(argument)}</msqrt>"
        case Call(function, arguments):
            name = f"<mi>{escape(FUNCTIONS.get(function, function))}</mi>"
            return row(name, "<mo>&#x2061;</mo>", bracketed(operator(",").join(inner(item) for item in arguments)))
        case Compare(left, sign, right):
            return row(inner(left), operator(SIGNS.get(sign, sign)), inner(right))
        case Cases(cases):
            lines = "".join(_case(value, holds, inner) for value, holds in cases)
            return row("<mo>{</mo>", f"<mtable>{lines}</mtable>")
        case Sigma(body, index):
            sign = "<mo>∑</mo>"
            over = f"<munder>{sign}<mi>{escape(index)}</mi></munder>" if index else sign
            return row(over, inner(body, PRODUCT))
        case Rest(count, value):
            return row(
                operator("["), f"<mtext>{count:,} more:&#xA0;</mtext>", number_mathml(value, digits), operator("]")
            )
    raise TypeError(f"{type(node).__name__} cannot be written")


def _case(value: Expression, holds: Compare | None, inner: Callable[..., str]) -> str:
    condition = row("<mtext>if&#xA0;</mtext>", inner(holds)) if holds else "<mtext>else</mtext>"
    return f'<mtr><mtd>{inner(value)}</mtd><mtd style="text-align:left">{condition}</mtd></mtr>'


def _signed(index: int, item: Expression, inner: Callable[..., str]) -> str:
    if isinstance(item, Negate):
        sign = operator("−") if index else '<mo form="prefix">−</mo>'
        return f"{sign}{inner(item.item, PRODUCT)}"
    negative = isinstance(item, Number) and item.value < 0
    return f"{operator('+')}{inner(item, PRODUCT if negative else SUM)}" if index else str(inner(item))


def number_mathml(value: float, digits: int) -> str:
    """A number; a power of ten as one."""
    mantissa, exponent = split_number(value, digits)
    mantissa = mantissa.replace("inf", "∞")
    sign = '<mo form="prefix">−</mo>' if mantissa.startswith("-") else ""
    number = f"{sign}<mn>{mantissa.removeprefix('-')}</mn>"
    if not exponent:
        return row(number) if sign else number
    power = f"<msup><mn>10</mn><mn>{exponent.replace('-', '−')}</mn></msup>"
    return row(number, operator("×"), power)


def _symbol(node: Symbol) -> str:
    letter, prime = node.letter.removesuffix("′"), node.letter.endswith("′")
    numbered = re.fullmatch(r"(\D)(\d+)", letter)
    lower = ",".join(node.lower) or (numbered[2] if numbered else "max" if letter == "v_max" else "")
    letter = numbered[1] if numbered else LETTERS.get(letter, letter)
    base = f"<mi>{escape(letter)}</mi>"
    places = "mn" if lower.replace(",", "").isdigit() else "mi"
    below, above = (
        f"<{places}>{escape(lower)}</{places}>",
        f"<mn>{escape(node.upper)}</mn>" if node.upper else "<mo>′</mo>",
    )
    if lower and (node.upper or prime):
        return f"<msubsup>{base}{below}{above}</msubsup>"
    if lower:
        return f"<msub>{base}{below}</msub>"
    return f"<msup>{base}{above}</msup>" if node.upper or prime else base


def document_html(document: Document, digits: int = 6, standalone: bool = True) -> str:
    """A page, or the part of one."""
    body = [f"<h1>{escape(document.title)}</h1>"]
    for section in document.sections:
        body += _section(section, digits)
    inside = "\n".join(body)
    content = f'<article class="clearprop-explanation"><style>{STYLE}</style>\n{inside}\n</article>'
    if not standalone:
        return content
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(document.title)}</title>\n<style>body{{margin:0}}{PAGE}</style>\n</head>\n"
        f"<body>\n<main>\n{content}\n</main>\n</body>\n</html>\n"
    )


def _section(section: Section, digits: int) -> list[str]:
    lines = [f"<h2>{escape(section.title)}</h2>"] if section.title else []
    lines += [_group(group, digits) for group in in_groups(section.elements)]
    for hidden in section.hidden():
        inside = "\n".join(_group(group, digits) for group in in_groups(hidden.elements))
        lines.append(f"<details><summary>{escape(hidden.title)}</summary>\n{inside}\n</details>")
    return lines


def _group(group: Group, digits: int) -> str:
    match group:
        case Paragraph(text):
            return f"<p>{escape(text)}</p>"
        case Bullets(items):
            return "<ul>" + "".join(f"<li>{escape(item)}</li>" for item in items) + "</ul>"
        case Listing():
            return _listing(group, digits)
    numbered = any(equation.number for equation in group)
    bodies = "".join(_equation(equation, digits, numbered) for equation in group)
    return f'<div class="scroll"><table class="equations" role="presentation">{bodies}</table></div>'


def _equation(equation: Equation, digits: int, numbered: bool) -> str:
    """The rows of an equation: a form a row, the value beside its numbers, a note behind; all wrap where they must."""
    rows: list[str] = []
    forms, whole_note = equation.in_digits(digits)
    for position, (form, needed) in enumerate(forms):
        last = position == len(equation.forms) - 1
        sign = equation.sign if position == 0 else "="
        reason = equation.reasons[position] if equation.reasons else whole_note if last else ""
        note = f' <span class="note">{escape(reason)}</span>' if reason else ""
        if last and position and not equation.reasons:
            value = f"<math>{operator(sign)}</math> {expression_mathml(form, needed)}"
            rows[-1] += f' <span class="value">{value}</span>{note}'
            continue
        content = _wrapping(form, needed) + note
        left = expression_mathml(equation.left, digits) if position == 0 else ""
        number = f"({escape(equation.number)})" if equation.number and position == 0 else ""
        first = f"<td>{number}</td>" if numbered else ""
        rows.append(f"{first}<td>{left}</td><td><math>{operator(sign)}</math></td><td>{content}")
    return "<tbody>" + "".join(f"<tr>{line}</td></tr>" for line in rows) + "</tbody>"


def _wrapping(form: Expression, digits: int) -> str:
    """An expression; one that is long in pieces, between which a line may end."""
    if len(expression_text(form, digits)) <= LINE:
        return expression_mathml(form, digits)
    return "<wbr/>".join(f'<math displaystyle="true">{row(piece)}</math>' for piece in _pieces(form, digits))


def _pieces(node: Expression, digits: int, least: int = SUM) -> list[str]:
    """The summands and factors of an expression with their signs, as far as no bracket around them has to grow."""
    whole = _write(node, digits, least)
    if not isinstance(node, Add | Multiply):
        return [whole]
    bracket = binding(node) < least
    if bracket and ("<mfrac" in whole or "<mtable" in whole):
        return [whole]
    pieces: list[str] = []
    for index, item in enumerate(node.items):
        if isinstance(node, Multiply):
            sign, parts = "·", _pieces(item, digits, PRODUCT)
        elif isinstance(item, Negate):
            sign, parts = "−", _pieces(item.item, digits, PRODUCT)
        else:
            negative = index > 0 and isinstance(item, Number) and item.value < 0
            sign, parts = "+", _pieces(item, digits, PRODUCT if negative else SUM)
        shown = index > 0 or sign == "−"
        form = "infix" if index else "prefix"
        pieces += [f'<mo form="{form}">{sign}</mo>{parts[0]}' if shown else parts[0], *parts[1:]]
    if bracket:
        pieces[0] = f'<mo stretchy="false" form="prefix">(</mo>{pieces[0]}'
        pieces[-1] += '<mo stretchy="false" form="postfix">)</mo>'
    return pieces


def _listing(listing: Listing, digits: int) -> str:
    def cell(content: str | Expression | float, needed: int, tag: str) -> str:
        if isinstance(content, str):
            return f"<{tag}>{escape(content)}</{tag}>"
        node = content if isinstance(content, Expression) else Number(content)
        return f"<{tag}>{expression_mathml(node, needed)}</{tag}>"

    def line(cells: Sequence[str | Expression | float], tag: str) -> str:
        columns = zip(cells, listing.in_digits(digits), strict=True)
        return "<tr>" + "".join(cell(content, needed, tag) for content, needed in columns) + "</tr>"

    head, rows = line(listing.header, "th"), "".join(line(row, "td") for row in listing.rows)
    return f'<div class="scroll"><table class="listing"><thead>{head}</thead><tbody>{rows}</tbody></table></div>'
