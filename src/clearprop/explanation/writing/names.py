"""Which number of the network a symbol, or the number in its place, speaks of: names such as W2[3,1] and delta1[3]."""

from clearprop.explanation.writing.expressions import Derivative, Expression, Number, Symbol

# Letters whose names are others; all others of a layer or an input are called as they are written.
_CALLED = {"δ": "delta", "φ": "phi"}
_LOSS = ("L", "ℓ")
# A member's output, which the member's own network knows by another name.
_OF_MEMBER = "m"


def name_of(node: Expression) -> str:
    """The name that `explain` knows it by, or a target's; "" where it is none of the network's numbers.

    Of a slope within the network it is the name of what rises, of one of the loss the name that its gradient has.

    Examples
    --------
    >>> z = Symbol("z", ("2",), "1")
    >>> name_of(z), name_of(Derivative(Symbol("L"), z)), name_of(Derivative(Symbol("a", ("2",), "1"), z))
    ('z1[2]', 'delta1[2]', 'a1[2]')
    """
    match node:
        case Number(_, of):
            return "" if of is None else name_of(of)
        case Symbol(letter, (), "") if letter in _LOSS:
            return "loss"
        case Symbol(letter, lower, upper) if all(place.isdecimal() for place in lower):
            places = f"[{','.join(lower)}]"
            if letter != _OF_MEMBER and lower and upper.isdecimal():
                return f"{_CALLED.get(letter, letter)}{upper}{places}"
            return f"{letter}{places}" if letter in ("x", "y") and lower and not upper else ""
        case Derivative(Symbol(letter), by) if letter in _LOSS:
            name = name_of(by)
            return {"z": f"delta{name[1:]}", "a": f"dL/d{name}"}.get(name[:1], name)
        case Derivative(of):
            return name_of(of)
    return ""


def html_name(name: str) -> str:
    """The name in letters that mean nothing to KaTeX.

    Examples
    --------
    >>> html_name("W2[3,1]")
    'W2(3;1)'
    """
    return name.translate(str.maketrans("[],", "();"))
