"""Derivations: how the slope of an activation, or the gradient of a loss, follows from its formula, step by step."""

from typing import Any

from clearprop.activations import ACTIVATIONS, Activation
from clearprop.errors import InputError
from clearprop.explanation.document import Document, Equation, Paragraph, Rendered, Section
from clearprop.explanation.expressions import Derivative, Expression, Symbol
from clearprop.explanation.formulas import parse_formula
from clearprop.explanation.renderers.json import expression_dict
from clearprop.losses import LOSSES, Loss

Steps = tuple[tuple[str, str], ...]


def derive(what: str | Activation | Loss) -> "Derivation":
    """Derive the slope of an activation, or the gradient of a loss, from its formula.

    Parameters
    ----------
    what : str, Activation or Loss
        A name of either registry, or an object.

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
        if what not in ACTIVATIONS and what not in LOSSES:
            raise InputError(
                f"{what!r} is neither an activation nor a loss. There are: {', '.join((*ACTIVATIONS, *LOSSES))}"
            )
        what = ACTIVATIONS.resolve(what) if what in ACTIVATIONS else LOSSES.resolve(what)
    return Derivation(what)


class Derivation(Rendered):
    """The steps from a formula to its slope.

    Attributes
    ----------
    name : str
    formula, result : str
        Where it begins and ends, as the registries write them.
    steps : tuple of (formula, reason)
        All equal to the derivative.
    delta_steps : tuple of (formula, reason)
        Of a loss with its natural output activation: the steps to dl/dz.
    """

    def __init__(self, subject: Activation | Loss) -> None:
        self.subject = subject
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

    def document(self, most: int | None = 4) -> Document:
        """Formula, steps, and for a loss the steps to its delta."""
        what = "gradient" if isinstance(self.subject, Loss) else "slope"
        left, by = self._letters()
        start = Derivative(parse_formula(self.formula), by, partial=False)
        steps = self.steps or ((self.result, ""),)
        chain = Equation(
            Derivative(left, by, partial=False),
            (start, *(parse_formula(text) for text, _ in steps)),
            reasons=("", *(reason for _, reason in steps)),
        )
        sections = [
            Section("", (Equation(left, (parse_formula(self.formula),)),)),
            Section("Step by step", (chain,)),
        ]
        if self.delta_steps and isinstance(self.subject, Loss):
            sections.append(self._delta_section(self.subject))
        return Document(f"The {what} of {self.name}", chain, sections)

    def _letters(self) -> tuple[Symbol, Symbol]:
        if self.name == "softmax":
            return Symbol("a", ("j",)), Symbol("z", ("k",))
        return Symbol(self.letter), Symbol(self.variable)

    def _delta_section(self, loss: Loss) -> Section:
        index = ("k",) if loss.output_activation == "softmax" else ()
        z = Symbol("z", index)
        forms: list[Expression] = [parse_formula(text) for text, _ in self.delta_steps]
        equation = Equation(
            Derivative(Symbol("ℓ"), z, partial=False), tuple(forms), reasons=tuple(why for _, why in self.delta_steps)
        )
        lead = Paragraph(f"With its natural output activation, {loss.output_activation}, the gradient by z is simpler:")
        return Section(f"Together with {loss.output_activation}", (lead, equation))

    def to_dict(self) -> dict[str, Any]:
        """Name, formula, and the steps as text and LaTeX with their reasons."""

        def listed(steps: Steps) -> list[dict[str, str]]:
            return [{**expression_dict(parse_formula(text)), "reason": reason} for text, reason in steps]

        return {
            "name": self.name,
            "kind": "loss" if isinstance(self.subject, Loss) else "activation",
            "formula": expression_dict(parse_formula(self.formula)),
            "result": expression_dict(parse_formula(self.result)),
            "steps": listed(self.steps),
            "delta_steps": listed(self.delta_steps),
        }
