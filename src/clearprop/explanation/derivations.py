"""Derivations: how the slope of an activation, the gradient of a loss or of an input follows from its formula."""

from typing import Any

from clearprop.activations import ACTIVATIONS, Activation
from clearprop.errors import InputError
from clearprop.explanation.writing.document import MOST, Document, Equation, Paragraph, Section
from clearprop.explanation.writing.expressions import Derivative, Symbol
from clearprop.explanation.writing.formulas import parse_formula
from clearprop.explanation.writing.json import equation_dict, expression_dict
from clearprop.explanation.writing.rendered import Rendered
from clearprop.explanation.writing.schema import VERSION
from clearprop.foundation.near_names import did_you_mean, says_near_keywords
from clearprop.foundation.table_cells import quoted
from clearprop.inputs import INPUTS, Input
from clearprop.losses import LOSSES, Loss

Steps = tuple[tuple[str, str], ...]


@says_near_keywords
def derive(what: str | Activation | Loss | Input) -> "Derivation":
    """Derive the slope of an activation, or the gradient of a loss or an input, from its formula.

    Parameters
    ----------
    what : str, Activation, Loss or Input
        A name of one of these registries, or an object.

    Raises
    ------
    InputError
        There is no such name.

    Examples
    --------
    >>> print(derive("relu").to_text())
    The slope of relu
    ═════════════════
    <BLANKLINE>
    a = max(z, 0)
    <BLANKLINE>
    Step by step
    ────────────
    da/dz = d/dz (max(z, 0))
          = {dz/dz if z > 0, else d/dz (0)}
            (piece by piece; at 0 the slope from below)
          = {1 if z > 0, else 0}   (a straight line, and a constant)

    Notes
    -----
    The article's equations 1 to 3 do this for the sigmoid.
    """
    if isinstance(what, str):
        name, registries = what, (ACTIVATIONS, LOSSES, INPUTS)
        found = next((registry for registry in registries if name in registry), None)
        if found is None:
            near = dict.fromkeys(one for registry in registries for one in registry.near(name))
            hint = did_you_mean(list(near)) or "."
            there_are = ", ".join(one for registry in registries for one in registry)
            raise InputError(
                f"{quoted(name)} is neither an activation, a loss nor an input{hint} There are: {there_are}"
            )
        what = found.resolve(name)
    return InputDerivation(what) if isinstance(what, Input) else Derivation(what)


class Derivation(Rendered):
    """The steps from a formula to its slope; `derive` makes it.

    Attributes
    ----------
    name : str
    formula, result : str
        Where it begins and ends, as the registries write them.
    steps : tuple of (formula, reason)
        All equal to the derivative.
    delta_steps : tuple of (formula, reason)
        Of a loss with its natural output activation: the steps to dl/dz.

    Raises
    ------
    InputError
        It states no formula or no slope.

    Examples
    --------
    >>> derivation = derive("cross_entropy")
    >>> derivation.formula, derivation.result
    ('-y*log(a)', '-y/a')
    >>> for formula, reason in derivation.delta_steps[-2:]:
    ...     print(formula, "-", reason)
    a_k*Sum(y_j, j) - y_k - of the first part only j = k is left
    a_k - y_k - the targets of a row sum to 1
    """

    def __init__(self, subject: Activation | Loss) -> None:
        self.subject: Activation | Loss | Input = subject
        self.name = subject.name
        self.formula = subject.formula
        self.steps: Steps = subject.derivation
        if isinstance(subject, Loss):
            self.result, self.variable, self.letter = subject.gradient_formula, "a", "ℓ"
            self.delta_steps: Steps = subject.delta_derivation
        else:
            self.result, self.variable, self.letter = subject.slope_formula, "z", "a"
            self.delta_steps = ()
        if not self.formula or not self.result:
            raise InputError(f"{self.name} states no formula and slope, so there is nothing to derive")

    @property
    def slope_equation(self) -> Equation:
        """From the derivative of the formula to the result, a reason for each step."""
        left, by = self._letters()
        start = Derivative(parse_formula(self.formula), by, partial=False)
        steps = (("", ""), *(self.steps or ((self.result, ""),)))
        forms = (start, *(parse_formula(text) for text, _ in steps[1:]))
        return Equation(Derivative(left, by, partial=False), forms, reasons=tuple(why for _, why in steps))

    @property
    def delta_equation(self) -> Equation | None:
        """Of a loss with its natural output activation, from the chain rule to dl/dz; None where there is none."""
        if not isinstance(self.subject, Loss) or not self.delta_steps:
            return None
        index = ("k",) if self.subject.output_activation == "softmax" else ()
        left = Derivative(Symbol("ℓ"), Symbol("z", index), partial=False)
        forms = tuple(parse_formula(text) for text, _ in self.delta_steps)
        return Equation(left, forms, reasons=tuple(why for _, why in self.delta_steps))

    def document(self, most: int | None = MOST) -> Document:
        """Formula, steps, and for a loss the steps to its delta."""
        what = "gradient" if isinstance(self.subject, Loss) else "slope"
        left, _ = self._letters()
        sections = [
            Section("", (Equation(left, (parse_formula(self.formula),)),)),
            Section("Step by step", (self.slope_equation,)),
        ]
        if isinstance(self.subject, Loss) and self.delta_equation is not None:
            output = self.subject.output_activation
            lead = Paragraph(f"With its natural output activation, {output}, the gradient by z is simpler:")
            sections.append(Section(f"Together with {output}", (lead, self.delta_equation)))
        return Document(f"The {what} of {self.name}", self.slope_equation, sections)

    def _letters(self) -> tuple[Symbol, Symbol]:
        if self.name == "softmax":
            return Symbol("a", ("j",)), Symbol("z", ("k",))
        return Symbol(self.letter), Symbol(self.variable)

    def to_dict(self) -> dict[str, Any]:
        """Name, formula, and the equations with their reasons, in the form of `SCHEMA`."""
        equations = (self.slope_equation, self.delta_equation)
        return {
            "version": VERSION,
            "kind": "loss" if isinstance(self.subject, Loss) else "activation",
            "name": self.name,
            "formula": expression_dict(parse_formula(self.formula)),
            "result": expression_dict(parse_formula(self.result)),
            "equations": [equation_dict(equation) for equation in equations if equation is not None],
        }


class InputDerivation(Derivation):
    """The steps from an input's formula to its slopes by its column and by each kind of its parameters.

    `result` and `steps` are those of the column x, the others are in `by_kind`.

    Examples
    --------
    >>> derivation = derive("scale")
    >>> derivation.formula, derivation.result, {kind: steps[-1] for kind, steps in derivation.by_kind.items()}
    ('s*x', 's', {'x': ('s', 'a straight line rises by its factor'), 's': ('x', 'a product rises with ...')})
    """

    def __init__(self, subject: Input) -> None:
        self.subject, self.name, self.formula = subject, subject.name, subject.formula
        self.by_kind = dict(subject.derivations)
        if not self.formula or "x" not in self.by_kind:
            raise InputError(f"{self.name} states no formula and slope, so there is nothing to derive")
        self.result, self.steps, self.delta_steps = subject.gradient_formulas["x"], self.by_kind["x"], ()

    @property
    def slope_equation(self) -> Equation:
        """From the derivative of the formula by the column to the result, a reason for each step."""
        return self.equation_of("x")

    def equation_of(self, kind: str) -> Equation:
        """From the derivative of the formula by a kind of parameters, or by x, to the result."""
        steps = self.by_kind[kind]
        symbol = parse_formula(kind)
        forms = tuple(parse_formula(text) for text, _ in steps)
        return Equation(Derivative(Symbol("a"), symbol), forms, reasons=tuple(why for _, why in steps))

    @property
    def delta_equation(self) -> None:
        """It has none, being no loss."""

    def document(self, most: int | None = MOST) -> Document:
        """The formula, and the steps for the column and each kind of parameters."""
        sections = [Section("", (Equation(Symbol("a"), (parse_formula(self.formula),)),))]
        for kind in self.by_kind:
            by = "its column x" if kind == "x" else f"a parameter {parse_formula(kind)}"
            sections.append(Section(f"By {by}", (self.equation_of(kind),)))
        return Document(f"The slopes of {self.name}", self.slope_equation, sections)

    def to_dict(self) -> dict[str, Any]:
        """Name, formula, and the equations with their reasons, in the form of `SCHEMA`."""
        equations = [equation_dict(self.equation_of(kind)) for kind in self.by_kind]
        return {**super().to_dict(), "kind": "input", "equations": equations}
