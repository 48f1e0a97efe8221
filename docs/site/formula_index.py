"""The index of formulas: a table of each registry, one row for whatever is registered."""

from clearprop import ACTIVATIONS, INITIALIZERS, INPUTS, LOSSES, OPTIMIZERS, SCHEDULES, derive
from clearprop.explanation.writing.formulas import parse_formula
from clearprop.explanation.writing.latex import expression_latex
from clearprop.lab.catalogue import catalogue

PENALTY = (
    r"\frac{1}{\sum_i s_i} \Bigl(\lambda_1 \sum_w |w| + \frac{\lambda_2}{2} \sum_w w^2\Bigr), \qquad "
    r"\frac{\partial}{\partial w} = \frac{\lambda_1 \operatorname{sign}(w) + \lambda_2 w}{\sum_i s_i}"
)
# Of what is chosen by name alone, words and formulas stand in the lab's catalogue.
CHOSEN = {"optimizers": OPTIMIZERS, "schedules": SCHEDULES, "initializers": INITIALIZERS}
# How many signs of LaTeX a formula has that fits its column in full size.
LARGE = 50


def derived(registry, left, right):
    """Name, formula and derivative of everything in a registry, as a table in Markdown."""
    rows = []
    for name in registry:
        try:
            derivation = derive(name)
        except ValueError:  # of what has several or none, of which its page tells in words
            rows.append((link(registry, name), words(registry, name), ""))
            continue
        formulas = [expression_latex(parse_formula(text)) for text in (derivation.formula, derivation.result)]
        rows.append((link(registry, name), *map(typeset, formulas)))
    return table(("name", left, right), rows)


def chosen(kind, left):
    """Name, formula and sentence of everything in one of the registries of the catalogue, as a table in Markdown."""
    entries = getattr(catalogue([], []), kind)
    rows = [(link(CHOSEN[kind], entry.name), typeset(entry.formula), entry.help) for entry in entries]
    return table(("name", left, "in words"), rows)


def formula_of(cls):
    """In LaTeX, the formula of an optimiser, a schedule or an initialiser that is registered; else nothing."""
    entries = {kind: getattr(catalogue([], []), kind) for kind in CHOSEN}
    found = [one.formula for kind in CHOSEN for one in entries[kind] if CHOSEN[kind].get(one.name) is cls]
    return found[0] if found else ""


def words(registry, name):
    """What its docstring begins with."""
    return (type(registry.resolve(name)).__doc__ or "").strip().partition("\n")[0]


def link(registry, name):
    """The name, which leads to its page."""
    kind = type(registry.resolve(name))
    return f"[{name}](api/generated/{kind.__module__}.{kind.__name__}.rst)"


def typeset(formula):
    """A formula in a cell, where a bar would end the cell; its fractions are large where the column has room."""
    size = r"\displaystyle " if len(formula) <= LARGE else ""
    return f"${size}{formula}$".replace("|", r"\vert ") if formula else ""


def table(header, rows):
    """Rows of cells as Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def sections():
    """The index by the name of each of its parts."""
    return {
        "activations": derived(ACTIVATIONS, "$a = f(z)$", r"$\mathrm{d}a/\mathrm{d}z$"),
        "losses": derived(LOSSES, r"$\ell(a, y)$ of an output", r"$\mathrm{d}\ell/\mathrm{d}a$"),
        "inputs": derived(INPUTS, "$a$ of a column $x$", r"$\partial a/\partial x$"),
        "penalty": f"$$\n{PENALTY}\n$$",
        **{kind: chosen(kind, left) for kind, left in LEFT.items()},
    }


LEFT = {"optimizers": "a step", "schedules": "rate", "initializers": "drawn from"}
