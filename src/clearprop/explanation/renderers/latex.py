"""Expressions and documents as LaTeX (amsmath)."""

import re
from collections.abc import Callable

from clearprop.explanation.document import Block, Bullets, Document, Equation, Paragraph, Section, Table
from clearprop.explanation.expressions import (
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
from clearprop.explanation.numerals import split_number
from clearprop.explanation.renderers.text import ATOM, PRODUCT, SUM, binding

LETTERS = {
    "α": r"\alpha", "β": r"\beta", "δ": r"\delta", "Δ": r"\Delta", "ε": r"\varepsilon", "η": r"\eta", "λ": r"\lambda",
    "μ": r"\mu", "ρ": r"\rho", "σ": r"\sigma", "ℓ": r"\ell", "pi": r"\pi", "…": r"\dots", "v_max": r"v_{\max}",
}  # fmt: skip
FUNCTIONS = {"exp": r"\exp", "log": r"\log", "tanh": r"\tanh", "cosh": r"\cosh", "Max": r"\max", "Min": r"\min"}
SIGNS = {"<=": r"\le", ">=": r"\ge", "==": "=", "!=": r"\ne", "←": r"\leftarrow"}
_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "_": r"\_", "%": r"\%",
    "^": r"\^{}", "~": r"\~{}", "<": r"\textless{}",
    ">": r"\textgreater{}", "|": r"\textbar{}", '"': r"\textquotedbl{}",
    "∂": r"$\partial$", "δ": r"$\delta$", "→": r"$\rightarrow$", "−": r"$-$", "·": r"$\cdot$", "ℓ": r"$\ell$",
    "β": r"$\beta$", "η": r"$\eta$", "′": r"$'$", "α": r"$\alpha$", "≤": r"$\le$", "Σ": r"$\Sigma$", "…": r"\dots{}",
    "ε": r"$\varepsilon$", "λ": r"$\lambda$", "Δ": r"$\Delta$", "²": r"\textsuperscript{2}", "½": r"$\tfrac12$",
    "σ": r"$\sigma$", "×": r"$\times$",
}  # fmt: skip
# Where a line may be broken, until lines are laid out.
BREAK = "\x1f"
LINE = 80
# A note of at most so many letters stands beside its equation, a longer one below it.
SHORT_NOTE = 30


def escape_latex(text: str) -> str:
    """Words in which nothing is a command; what the fonts of LaTeX lack becomes a question mark."""
    return "".join(_SPECIAL.get(letter, letter if ord(letter) < 0x250 else "?") for letter in text)


def expression_latex(node: Expression, digits: int = 6) -> str:
    """An expression, for maths mode."""
    return _write(node, digits).replace(BREAK, "")


def _write(node: Expression, digits: int, least: int = SUM) -> str:
    def inner(child: Expression, tight: int = SUM) -> str:
        return _write(child, digits, tight)

    def whole(child: Expression) -> str:
        return _write(child, digits).replace(BREAK, "")

    text = _one(node, digits, inner, whole)
    if binding(node) >= least or isinstance(node, Divide | Derivative):
        return text
    # Brackets that grow cannot be broken across lines, so only what needs them has them.
    if r"\begin" in text or r"\frac{\frac" in text:
        return rf"\left({text.replace(BREAK, '')}\right)"
    return rf"\Bigl({text}\Bigr)" if r"\frac" in text else rf"\bigl({text}\bigr)"


def _one(node: Expression, digits: int, inner: Callable[..., str], whole: Callable[..., str]) -> str:
    match node:
        case Number(value):
            return number_latex(value, digits)
        case Symbol():
            return _symbol(node)
        case Derivative(of, by, _, partial):
            sign = r"\partial " if partial else r"\mathrm{d}"
            if isinstance(of, Symbol):
                return rf"\frac{{{sign}{whole(of)}}}{{{sign}{whole(by)}}}"
            return rf"\frac{{{sign}}}{{{sign}{whole(by)}}}\left({whole(of)}\right)"
        case Add(items):
            return "".join(_signed(index, item, inner) for index, item in enumerate(items))
        case Negate(item):
            return f"-{inner(item, PRODUCT)}"
        case Multiply(items):
            return r" \cdot ".join(inner(item, PRODUCT) for item in items)
        case Divide(top, bottom):
            return rf"\frac{{{whole(top)}}}{{{whole(bottom)}}}"
        case Power(base, exponent):
            tall = isinstance(base, Symbol) and (base.upper or base.lower)
            return (
                f"{{{inner(base, ATOM)}}}^{{{whole(exponent)}}}"
                if tall
                else f"{inner(base, ATOM)}^{{{whole(exponent)}}}"
            )
        case Call("Abs", (argument,)):
            return rf"\left|{whole(argument)}\right|"
        case Call("sqrt", (argument,)):
            return rf"\sqrt{{{whole(argument)}}}"
        case Call(function, arguments):
            name = FUNCTIONS.get(function, rf"\operatorname{{{escape_latex(function)}}}")
            return rf"{name}\left({', '.join(whole(argument) for argument in arguments)}\right)"
        case Compare(left, sign, right):
            return f"{whole(left)} {SIGNS.get(sign, sign)} {whole(right)}"
        case Cases(cases):
            lines = [
                rf"{whole(value)} & \text{{if }} {whole(holds)}" if holds else rf"{whole(value)} & \text{{else}}"
                for value, holds in cases
            ]
            return r"\begin{cases}" + r" \\ ".join(lines) + r"\end{cases}"
        case Sigma(body, index):
            return rf"\sum{f'_{{{index}}}' if index else ''} {inner(body, PRODUCT)}"
        case Rest(count, value):
            return rf"[{count:,}\text{{ more: }}{number_latex(value, digits)}]".replace(",", "{,}")
    raise TypeError(f"{type(node).__name__} cannot be written")


def _signed(index: int, item: Expression, inner: Callable[..., str]) -> str:
    if isinstance(item, Negate):
        return f"{BREAK if index else ''}{' - ' if index else '-'}{inner(item.item, PRODUCT)}"
    negative = isinstance(item, Number) and item.value < 0
    return f"{BREAK} + {inner(item, PRODUCT if negative else SUM)}" if index else str(inner(item))


def number_latex(value: float, digits: int) -> str:
    """A number; a power of ten as one."""
    mantissa, exponent = split_number(value, digits)
    mantissa = mantissa.replace("inf", r"\infty").replace("nan", r"\text{NaN}")
    return rf"{mantissa} \times 10^{{{exponent}}}" if exponent else mantissa


def _symbol(node: Symbol) -> str:
    lower = f"_{{{','.join(node.lower)}}}" if node.lower else ""
    upper = f"^{{{node.upper}}}" if node.upper else ""
    return f"{letter_latex(node.letter)}{lower}{upper}"


def letter_latex(letter: str) -> str:
    """A letter, a Greek letter, a letter with a digit or a prime, or a word."""
    if letter in LETTERS:
        return LETTERS[letter]
    prime = letter.endswith("′")
    plain = letter.removesuffix("′")
    numbered = re.fullmatch(r"(\D)(\d+)", plain)
    if numbered:
        return f"{letter_latex(numbered[1])}_{{{numbered[2]}}}"
    body = LETTERS.get(plain) or (plain if len(plain) == 1 else rf"\text{{{escape_latex(plain)}}}")
    return body + ("'" if prime else "")


def equation_latex(equation: Equation, digits: int) -> str:
    """An equation on one line."""
    forms = " = ".join(expression_latex(form, digits) for form in equation.forms)
    return f"{expression_latex(equation.left, digits)} {SIGNS.get(equation.sign, equation.sign)} {forms}"


def document_latex(document: Document, digits: int = 6, standalone: bool = False) -> str:
    """A document with a heading a section; with `standalone`, a file to compile."""
    lines = [rf"\section*{{{escape_latex(document.title)}}}"]
    for section in document.sections:
        lines += _section(section, digits)
    body = "\n".join(lines) + "\n"
    if not standalone:
        return body
    return (
        "\\documentclass[10pt]{article}\n\\usepackage[T1]{fontenc}\n\\usepackage[utf8]{inputenc}\n\\usepackage{amsmath}\n"
        "\\usepackage[a4paper,margin=2cm]{geometry}\n\\allowdisplaybreaks\n\\setlength{\\parindent}{0pt}\n"
        f"\\begin{{document}}\n{body}\\end{{document}}\n"
    )


def _section(section: Section, digits: int) -> list[str]:
    lines = [rf"\subsection*{{{escape_latex(section.title)}}}"] if section.title else []
    for block in section.blocks:
        lines.append(_block(block, digits))
    return lines


def _block(block: Block, digits: int) -> str:
    match block:
        case Paragraph(text):
            return escape_latex(text) + r"\par"
        case Bullets(items):
            entries = "\n".join(rf"\item {escape_latex(item)}" for item in items)
            return f"\\begin{{itemize}}\n{entries}\n\\end{{itemize}}"
        case Equation():
            return aligned(block, digits)
        case Table():
            return _table(block, digits)


def aligned(equation: Equation, digits: int) -> str:
    """An equation with a form a line, wide ones broken before + and −."""
    lines = []
    for position, form in enumerate(equation.forms):
        sign = SIGNS.get(equation.sign, equation.sign) if position == 0 else "="
        left = expression_latex(equation.left, digits) + " " if position == 0 else ""
        line = f"{left}&{sign} " + r" \\ &\qquad ".join(_pieces(_write(form, digits)))
        reason = equation.reasons[position] if equation.reasons else ""
        lines.append(line + (rf" && \text{{\footnotesize {escape_latex(reason)}}}" if reason else ""))
    note = ""
    if equation.note and len(equation.note) <= SHORT_NOTE:
        lines[-1] += rf" && \text{{{escape_latex(equation.note)}}}"
    elif equation.note:
        note = f"\n\\emph{{{escape_latex(equation.note)}}}\\par"
    tag = rf" \tag{{{equation.number}}}" if equation.number else ""
    return "\\begin{align*}\n" + " \\\\\n".join(lines) + tag + "\n\\end{align*}" + note


def _pieces(text: str) -> list[str]:
    """The lines of a form."""
    lines, line = [], ""
    for part in text.split(BREAK):
        if line and _visible(line) + _visible(part) > LINE:
            lines.append(line)
            line = ""
        line += part
    return [*lines, line]


def _visible(text: str) -> int:
    return len(re.sub(r"[{}_^ ]", "", re.sub(r"\\[a-zA-Z]+", "x", text)))


def _table(table: Table, digits: int) -> str:
    def cell(content: str | Expression | float) -> str:
        if isinstance(content, str):
            return escape_latex(content)
        return f"${expression_latex(content if isinstance(content, Expression) else Number(content), digits)}$"

    columns = "l" + "r" * (len(table.header) - 1)
    rows = " \\\\\n".join(" & ".join(cell(content) for content in row) for row in (table.header, *table.rows))
    rows = rows.replace(" \\\\\n", " \\\\ \\hline\n", 1)
    return f"\\begin{{center}}\\begin{{tabular}}{{{columns}}}\n{rows}\n\\end{{tabular}}\\end{{center}}"
