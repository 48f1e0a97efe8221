"""Expressions and documents as LaTeX (amsmath)."""

import re
from collections.abc import Callable

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
)
from clearprop.explanation.writing.lines import laid_out
from clearprop.explanation.writing.names import html_name, name_of
from clearprop.explanation.writing.numerals import split_number

LETTERS = {
    "α": r"\alpha", "β": r"\beta", "δ": r"\delta", "Δ": r"\Delta", "ε": r"\varepsilon", "η": r"\eta", "λ": r"\lambda",
    "μ": r"\mu", "φ": r"\varphi", "ρ": r"\rho", "σ": r"\sigma", "ℓ": r"\ell", "pi": r"\pi", "…": r"\dots",
    "v_max": r"v_{\max}",
}  # fmt: skip
FUNCTIONS = {
    "exp": r"\exp", "log": r"\log", "cos": r"\cos", "sin": r"\sin", "tanh": r"\tanh", "cosh": r"\cosh", "Max": r"\max",
    "Min": r"\min",
}  # fmt: skip
SIGNS = {"<=": r"\le", ">=": r"\ge", "==": "=", "!=": r"\ne", "←": r"\leftarrow"}
_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "_": r"\_", "%": r"\%",
    "^": r"\^{}", "~": r"\~{}", "<": r"\textless{}",
    ">": r"\textgreater{}", "|": r"\textbar{}", '"': r"\textquotedbl{}",
    "∂": r"$\partial$", "δ": r"$\delta$", "→": r"$\rightarrow$", "−": r"$-$", "·": r"$\cdot$", "ℓ": r"$\ell$",
    "β": r"$\beta$", "η": r"$\eta$", "′": r"$'$", "α": r"$\alpha$", "≤": r"$\le$", "Σ": r"$\Sigma$", "…": r"\dots{}",
    "ε": r"$\varepsilon$", "λ": r"$\lambda$", "Δ": r"$\Delta$", "²": r"$^{2}$", "½": r"$\tfrac12$",
    "σ": r"$\sigma$", "φ": r"$\varphi$", "π": r"$\pi$", "√": r"$\surd$", "×": r"$\times$",
}  # fmt: skip
# Where a line may be broken, at a sum and within a product, until lines are laid out.
BREAK, PRODUCT_BREAK = "\x1f", "\x1e"
LINE = 80
# How wide a letter of a note is.
SMALL = 0.7


def escape_latex(text: str) -> str:
    """Words in which nothing is a command; what the fonts of LaTeX lack becomes a question mark."""
    return "".join(_SPECIAL.get(letter, letter if ord(letter) < 0x250 else "?") for letter in text)


def expression_latex(node: Expression, digits: int = 6, named: bool = False) -> str:
    r"""An expression, for maths mode.

    Parameters
    ----------
    named : bool
        Whether what speaks of a number of the network, in letters or as that number, stands in KaTeX's
        \htmlData{name=...}{...}, with the name as `html_name` writes it.

    Examples
    --------
    >>> from clearprop.explanation.writing.evaluation import with_numbers
    >>> weight = Symbol("W", ("3", "1"), "2", 0.5)
    >>> print(expression_latex(weight, named=True), expression_latex(with_numbers(weight), named=True))
    \htmlData{name=W2(3;1)}{W_{3,1}^{2}} \htmlData{name=W2(3;1)}{0.5}
    """
    return _unbroken(_write(node, digits, named=named))


def _unbroken(text: str) -> str:
    return text.replace(BREAK, "").replace(PRODUCT_BREAK, "")


def _write(node: Expression, digits: int, least: int = SUM, named: bool = False) -> str:
    name = name_of(node) if named else ""
    within = named and not name  # what has a name is pointed at as a whole

    def inner(child: Expression, tight: int = SUM) -> str:
        return _write(child, digits, tight, within)

    def whole(child: Expression) -> str:
        return _unbroken(_write(child, digits, named=within))

    text = _one(node, digits, inner, whole)
    if name:
        text = rf"\htmlData{{name={html_name(name)}}}{{{text}}}"
    if binding(node) >= least or isinstance(node, Divide | Derivative):
        return text
    # Brackets that grow cannot be broken across lines, so only what needs them has them.
    if r"\begin" in text or r"\frac{\frac" in text:
        return rf"\left({_unbroken(text)}\right)"
    size = "big" if r"\frac" not in text else "bigg" if r"\left" in text else "Big"
    return rf"\{size}l({text}\{size}r)"


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
            return rf"{PRODUCT_BREAK} \cdot ".join(inner(item, PRODUCT) for item in items)
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
            inside = ", ".join(whole(argument) for argument in arguments)
            # Brackets that grow stand off the function's name, so only what is tall has them.
            return rf"{name}\left({inside}\right)" if r"\frac" in inside else f"{name}({inside})"
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


def equation_latex(equation: Equation, digits: int, named: bool = False) -> str:
    """An equation on one line."""
    forms = " = ".join(expression_latex(form, needed, named) for form, needed in equation.in_digits(digits)[0])
    return f"{expression_latex(equation.left, digits, named)} {SIGNS.get(equation.sign, equation.sign)} {forms}"


def document_latex(document: Document, digits: int = 6, standalone: bool = False) -> str:
    """A document with a heading a section; with `standalone`, a file to compile."""
    lines = [rf"\section*{{{escape_latex(document.title)}}}"]
    for section in document.sections:
        lines += _section(section, digits)
    body = "\n".join(lines) + "\n"
    if not standalone:
        return body
    return (
        "\\documentclass[10pt,fleqn]{article}\n\\usepackage[T1]{fontenc}\n\\usepackage[utf8]{inputenc}\n\\usepackage{amsmath}\n"
        "\\usepackage[a4paper,margin=2cm]{geometry}\n\\allowdisplaybreaks\n"
        "\\AtBeginDocument{\\abovedisplayskip=6pt plus 2pt \\belowdisplayskip=6pt plus 2pt}\n"
        "\\setlength{\\parindent}{0pt}\n"
        f"\\begin{{document}}\n{body}\\end{{document}}\n"
    )


def _section(section: Section, digits: int) -> list[str]:
    title = [rf"\subsection*{{{escape_latex(section.title)}}}"] if section.title else []
    return title + [_group(group, digits) for group in in_groups(section.elements)]


def _group(group: Group, digits: int) -> str:
    match group:
        case Paragraph(text):
            return escape_latex(text) + r"\par"
        case Bullets(items):
            entries = "\n".join(rf"\item {escape_latex(item)}" for item in items)
            return f"\\begin{{itemize}}\n{entries}\n\\end{{itemize}}"
        case Listing():
            return _listing(group, digits)
    # A page may end between equations, never within one.
    equations = " \\\\[6pt]\n".join(" \\\\*\n".join(_lines(equation, digits)) for equation in group)
    return f"\\begin{{align*}}\n{equations}\n\\end{{align*}}"


def _lines(equation: Equation, digits: int) -> list[str]:
    """The lines of an equation: a form a line, the value beside its numbers where there is room, wide forms broken."""
    left = expression_latex(equation.left, digits)
    width = LINE - visible(left)
    lines: list[str] = []
    end = 0
    forms, note = equation.in_digits(digits)
    for position, (form, needed) in enumerate(forms):
        sign = SIGNS.get(equation.sign, equation.sign) if position == 0 else "="
        pieces = _pieces(_write(form, needed), width)
        is_value = position and position == len(equation.forms) - 1 and not equation.reasons and len(pieces) == 1
        if is_value and end + visible(pieces[0]) + 3 <= width:
            lines[-1] += f" {sign} {pieces[0]}"
            end += visible(pieces[0]) + 3
            continue
        lines.append(f"{left if position == 0 else ''} &{sign} {pieces[0]}")
        lines += [rf"&\qquad {piece}" for piece in pieces[1:]]
        end = visible(pieces[-1])
        if equation.reasons:
            lines = _noted(lines, equation.reasons[position], end, width)
    if equation.number:
        lines[0] += rf" \tag{{{equation.number}}}"
    return _noted(lines, note, end, width)


def _noted(lines: list[str], note: str, end: int, width: int) -> list[str]:
    """The lines with a note in small letters, beside the last where there is room, else below it."""
    if not note:
        return lines
    text = rf"\footnotesize {escape_latex(note)}"
    if end + len(note) * SMALL + 4 <= width:
        return [*lines[:-1], rf"{lines[-1]} \qquad \text{{{text}}}"]
    return [*lines, rf"&\qquad \parbox[t]{{0.7\linewidth}}{{\raggedright {text}}}"]


def _pieces(text: str, width: int) -> list[str]:
    """The lines of a form, broken outside brackets before within them."""
    pieces: list[tuple[str, float]] = []
    depth, cost = 0, 0.0
    for part in re.split(f"({BREAK}|{PRODUCT_BREAK})", text):
        if part in (BREAK, PRODUCT_BREAK):
            cost = depth + (0.5 if part == PRODUCT_BREAK else 0.0)
            continue
        pieces.append((part, cost))
        depth += len(re.findall(r"\\[bB]igg?l\(", part)) - len(re.findall(r"\\[bB]igg?r\)", part))
    return laid_out(pieces, width, width - 4, visible)


def visible(text: str) -> int:
    r"""About how many letters wide a formula is: a fraction as its wider part, what is set small as half.

    Examples
    --------
    >>> visible(r"\frac{1}{1 + \exp(-z)}"), visible("W_{12,3}^{2}")
    (9, 4)
    """
    text = re.sub(r"\\(left|right|[bB]igg?[lr]|operatorname|text)(?![a-z])", "", text)
    text = re.sub(r"\\(exp|log|tanh|cosh|max|min)(?![a-z])", r"\1", text)
    text = re.sub(r"\\(?!frac)[a-zA-Z]+ ?", "x", text).replace(" ", "")
    before = ""
    while text != before:
        before = text
        text = re.sub(r"[_^]\{([^{}]*)\}", lambda small: "x" * ((len(small[1]) + 1) // 2), text)
        text = re.sub(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", lambda parts: max(parts[1], parts[2], key=len), text)
        if text == before:
            text = re.sub(r"\{([^{}]*)\}", r"\1", text)
    return len(text)


def _listing(listing: Listing, digits: int) -> str:
    def cell(content: str | Expression | float, needed: int) -> str:
        if isinstance(content, str):
            return escape_latex(content)
        return f"${expression_latex(content if isinstance(content, Expression) else Number(content), needed)}$"

    columns = "l" + "r" * (len(listing.header) - 1)
    needed = listing.in_digits(digits)
    rows = " \\\\\n".join(" & ".join(map(cell, row, needed)) for row in (listing.header, *listing.rows))
    rows = rows.replace(" \\\\\n", " \\\\ \\hline\n", 1)
    return f"\\begin{{flushleft}}\\begin{{tabular}}{{{columns}}}\n{rows}\n\\end{{tabular}}\\end{{flushleft}}"
