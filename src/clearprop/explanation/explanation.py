"""An explanation: a value, the terms it is made of, the way it was computed, its check, and what stands out."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from clearprop.explanation.computation import Computation
from clearprop.explanation.contributions import Contributions
from clearprop.explanation.json_records import check_dict, network_dict, step_dict, term_dict
from clearprop.explanation.notation import Name
from clearprop.explanation.optimizer_step import OptimizerStep, UpdateRule
from clearprop.explanation.selection import Shown
from clearprop.explanation.terms import Term, sum_of
from clearprop.explanation.writing.document import MOST, Bullets, Document, Equation, Paragraph, Section, symbols_of
from clearprop.explanation.writing.expressions import Symbol
from clearprop.explanation.writing.json import PLAIN, Style, equation_dict
from clearprop.explanation.writing.numerals import in_runs, plain_number
from clearprop.explanation.writing.rendered import Rendered
from clearprop.explanation.writing.schema import MOST_TERMS, VERSION
from clearprop.explanation.writing.text import fits
from clearprop.network.gradient_check import AGREE, GradientCheck
from clearprop.printable import printable

if TYPE_CHECKING:
    from clearprop.network.trace import Gradients, Trace


# The most lines that an explanation takes as text at the default level, whatever the network.
SCREEN = 60
# Columns that are listed where not all are asked for.
MOST_COLUMNS = 12
# Of a network with more layers, those that are alike are counted.
MANY_LAYERS = 8
# Letters whose numbers are layers'.
OF_LAYERS = ("W", "b", "z", "a", "δ")
# How much the equations list that are written as JSON.
IN_JSON = Shown(8, 4)


class Explanation(Rendered, ABC):
    """Why one number of a network is what it is; `clearprop.explain` makes it.

    Attributes
    ----------
    name : str
        What is explained, such as W2[3,1].
    value : float
        The engine's own number.
    terms : sequence of Term
        The summands, largest first.
    sum : float
        What they add up to: the value; or, of an activation, its z.
    remarks : sequence of str
        What made it large or small, in plain words.
    check : GradientCheck or None
        The finite difference; None for a value, which has no slope to compare.
    step : OptimizerStep or None
        What training makes of the parameter, where an optimiser was given.
    columns : Contributions or None
        Of a table's row, what each column adds to the prediction.

    Examples
    --------
    >>> from clearprop import Network, explain
    >>> network = Network([1, 1, 1], "tanh")
    >>> network.parameters[:] = [0.5, 0.0, 2.0, 0.0]
    >>> explanation = explain(network, [1.0], [0.0], "W1[1,1]")
    >>> [f"{factor.symbol} = {factor.value:.4f}" for factor in explanation.terms[0].factors]
    ['∂z1[1]/∂W1[1,1] = 1.0000', '∂a1[1]/∂z1[1] = 0.7864', '∂z2[1]/∂a1[1] = 2.0000', '∂L/∂z2[1] = 0.9242']
    >>> f"{explanation.value:.4f}"
    '1.4537'
    """

    def __init__(
        self,
        computation: Computation,
        name: Name,
        rule: UpdateRule | None,
        notes: Sequence[str],
        explain_name: Callable[[Name], Explanation],
    ) -> None:
        self.computation = computation
        self.parsed_name = name
        self.rule = rule
        self.notes = tuple(printable(note) for note in notes)
        self._explain_name = explain_name
        self._documents: dict[int | None, Document] = {}

    @property
    def name(self) -> str:
        """What is explained, such as W2[3,1]."""
        return str(self.parsed_name)

    @property
    @abstractmethod
    def kind(self) -> str:
        """The word for what is explained: "gradient" or "value"."""

    @property
    @abstractmethod
    def value(self) -> float:
        """The number as the engine computed it."""

    @cached_property
    @abstractmethod
    def terms(self) -> Sequence[Term]:
        """The summands, largest first."""

    @cached_property
    @abstractmethod
    def remarks(self) -> Sequence[str]:
        """What made it large or small."""

    @abstractmethod
    def equations(self, shown: Shown) -> list[Equation]:
        """How it was computed, step by step."""

    @property
    @abstractmethod
    def contributions(self) -> npt.NDArray[Any]:
        """What each row adds, in the order of the rows: to a gradient or the loss; of another value, the value."""

    @property
    @abstractmethod
    def title(self) -> str:
        """What is explained, in words."""

    @abstractmethod
    def headline(self, shown: Shown) -> Equation:
        """The number and what it comes to, in one equation."""

    @abstractmethod
    def sections(self, shown: Shown) -> Iterable[Section]:
        """What it is made of and how it was computed."""

    @property
    def check(self) -> GradientCheck | None:
        """The finite difference beside the value."""
        return None

    @property
    def step(self) -> OptimizerStep | None:
        """What training makes of the parameter."""
        return None

    @cached_property
    def columns(self) -> Contributions | None:
        """What each of a table's columns adds to the prediction of a row, in the table's own words and units."""
        of_row = self.computation.columns
        return None if of_row is None or self.parsed_name.kind != "prediction" else of_row(0)

    @cached_property
    def sum(self) -> float:
        """The terms added up, without rounding in between."""
        return math.fsum(term.value for term in self.terms)

    @property
    def paths(self) -> int:
        """How many paths there are in all, over all rows."""
        return sum(term.paths for term in self.terms)

    @property
    def trace(self) -> Trace:
        """The forward pass that is explained."""
        return self.computation.trace

    @property
    def gradients(self) -> Gradients:
        """The backward pass that is explained."""
        return self.computation.gradients

    def __repr__(self) -> str:
        rows = self.computation.n_rows
        over = f"{rows:,} {'row' if rows == 1 else 'rows'}"
        return f"<Explanation of {self.name}: {self.kind} {self.value:.6g} over {over}; print() or to_html() shows it>"

    def open(self, name: str) -> Explanation:
        """Explain another number of the same computation, such as a delta that stands for several paths.

        Raises
        ------
        InputError
            The name names nothing; see `explain`.
        """
        return self._explain_name(self.computation.name(name))

    def document(self, most: int | None = MOST) -> Document:
        """Sections for the renderers; `most` is how many summands, paths, deltas and rows are listed.

        At the default level as much is listed as goes on a screen of 60 lines.
        """
        if most not in self._documents:
            self._documents[most] = self._document(most)
        return self._documents[most]

    def _document(self, most: int | None) -> Document:
        closing = tuple(self._closing())
        for shown in self._levels(most):
            headline = self.headline(shown)
            first = Section("", (Paragraph(self._about()), headline))
            sections = [first, *self._columns(shown), *self.sections(shown), *closing]
            document = Document(self.title, headline, [*sections, *self._names(symbols_of(sections))])
            if most != MOST or fits(document, SCREEN):
                break
        return document

    def _columns(self, shown: Shown) -> Iterator[Section]:
        if self.columns is not None:
            yield self.columns.section(None if shown.summands is None else MOST_COLUMNS // (1 + shown.brief))

    def _levels(self, most: int | None) -> Iterator[Shown]:
        """How much to list: a small network whole, of a large one less of everything; then ever less."""
        if most is None:
            yield Shown()
            return
        sizes = self.computation.network.layer_sizes[1:]
        if max(sizes) <= most and len(sizes) <= most:
            yield Shown(most, most)
        yield Shown(max(1, most - 1), max(1, most // 2), max(1, most // 2))
        yield Shown(max(1, most // 2), 1, max(1, most // 2))
        yield Shown(1, 1, 1)
        yield Shown(1, 1, 1, brief=True)
        yield Shown(1, 1, 0, brief=True)

    def _about(self) -> str:
        """The network, and the letters that the headline is about to use."""
        computation, network = self.computation, self.computation.network
        sizes, functions = network.layer_sizes, [activation.name for activation in network.activations]
        deep = len(functions) > MANY_LAYERS
        shape = f"of {len(functions)} layers, {in_runs(sizes)}" if deep else "-".join(map(str, sizes))
        rows = self._which_row() if computation.n_rows == 1 else f", {computation.n_rows:,} rows"
        about = f"Network {shape} ({in_runs(functions) if deep else ', '.join(functions)}{self._front()})"
        sentences = [f"{about}, loss {network.loss_function.name}{rows}", self.letters, self._smoothing()]
        return " ".join(f"{sentence}." for sentence in sentences if sentence)

    def _front(self) -> str:
        """What is made of the columns, where that is more than themselves, and whether shares are trained."""
        network = self.computation.network
        kinds = in_runs([one.name for one in network.inputs])
        inputs = "" if network.front.is_plain else f"; inputs {kinds}: {network.n_columns} columns"
        return inputs + ("; p is a share" if network.trainable_share else "")

    def _smoothing(self) -> str:
        """Which targets y stands for, where labels are smoothed."""
        loss = self.computation.network.loss_function
        share = getattr(loss, "smoothing", 0.0)
        if not share or not (self.parsed_name.of_loss and self.computation.y is not None):
            return ""
        outputs = self.computation.network.layer_sizes[-1]
        none, one = (float(loss.smoothed(np.full((1, outputs), y))[0, 0]) for y in (0.0, 1.0))
        return f"Labels are smoothed by {share:g}: of y, 1 counts as {plain_number(one)} and 0 as {plain_number(none)}"

    def _which_row(self) -> str:
        """The one row that there is by its number, "" where that is not known."""
        computation = self.computation
        return f", row {computation.first_row:,} ({computation.counting})" if computation.counting else ""

    @property
    def letters(self) -> str:
        """What the letters of the headline mean that are not the network's own."""
        computation = self.computation
        if computation.n_rows > 1:
            share = f"1/{computation.n_rows:,}" if computation.sample_weight is None else "its weight over their sum"
            counting = f", {computation.counting}" if computation.counting else ""
            first, last = computation.number(0), computation.number(computation.n_rows - 1)
            of = f" (from {first} to {last:,})" if computation.row_numbers is None else ""
            rows = f"ℓ[i] is the loss of row i{of}{counting}"
            return f"{rows}, s[i] its share of the mean, {share}"
        return "ℓ is the loss without the penalty" if computation.penalty else ""

    def _closing(self) -> Iterator[Section]:
        """The optimiser's step, the check, remarks, and what inputs and outputs are called."""
        step, check = self.step, self.check
        if step is not None:
            gradient = f" {plain_number(step.gradient)}." if step.gradient == self.value else "."
            lead = f"Step {step.step:,} at rate {plain_number(step.rate)}; p is {self.name}, g its gradient{gradient}"
            yield Section(f"The optimiser's step ({step.optimizer})", (Paragraph(lead), *step.lines))
        if check is not None and check.difference is not None:
            in_float64 = "" if self.computation.in_float64 is self.computation else " in float64"
            compared = (
                f"The finite difference of the loss is {plain_number(check.difference, 10)}, the gradient{in_float64} "
                f"{plain_number(check.gradient, 10)}: {verdict(check)}."
            )
            yield Section("Check", (Paragraph(compared),))
        if self.remarks:
            yield Section("Remarks", (Bullets(tuple(self.remarks)),))

    def _names(self, shown: Iterable[Symbol]) -> Iterator[Section]:
        """What the inputs and outputs that are shown are called, and what the inputs were before they were scaled."""
        computation, last = self.computation, len(self.computation.network.weights)
        inputs, outputs = set(), set()
        for symbol in shown:
            if symbol.letter == "x" and symbol.lower:
                inputs.add(int(symbol.lower[0]))
            elif (
                symbol.lower[:1]
                and symbol.lower[0].isdigit()
                and (symbol.letter == "y" or (symbol.letter in OF_LAYERS and symbol.upper == str(last)))
            ):
                # Of a weight W[from,to], the neuron that it leads to.
                outputs.add(int(symbol.lower[-1]))
        lines = [self._input_name(place) for place in sorted(inputs)]
        if computation.speaks_for_two:
            lines.append(f"a{last}[1] is {computation.output_meaning(1)}")
        else:
            named = [f"a{last}[{k}] {computation.class_name(k)}" for k in sorted(outputs) if computation.class_name(k)]
            lines += ["Outputs: " + ", ".join(named)] if named else []
        if any(lines):
            yield Section("Names", (Paragraph("; ".join(line for line in lines if line) + "."),))

    def _input_name(self, place: int) -> str:
        """An input's name, and in the row that is shown what it was and what it became; "" where neither is known."""
        computation, row = self.computation, self.shown_row
        name = computation.feature(place)
        original = computation.original and computation.original(row, place - 1)
        if not name and not original:
            return ""
        text = f"x[{place}] is {name}" if name else f"x[{place}]"
        if not original:
            return text
        number = plain_number(float(computation.X[row, place - 1]))
        where = f", in row {computation.number(row)}" if computation.n_rows > 1 else ""
        return f"{text}{where}: {original.text} ({original.was}) → {number} ({original.became})"

    @cached_property
    def shown_row(self) -> int:
        """The row whose numbers stand in the equations."""
        return int(np.argmax(np.abs(self.contributions)))

    def to_dict(self, style: Style = PLAIN, most_terms: int = MOST_TERMS) -> dict[str, Any]:
        """Plain values, as `to_json` writes them."""
        written, rest = self.terms[:most_terms], self.terms[most_terms:]
        return {
            "version": VERSION,
            "name": self.name,
            "kind": self.kind,
            "value": self.value,
            "network": network_dict(self.computation),
            "terms": [term_dict(term, style) for term in written],
            "rest": {"count": len(rest), "value": sum_of(rest)},
            "term_count": len(self.terms),
            "path_count": self.paths,
            "sum": self.sum,
            "contributions": self.contributions.tolist(),
            "equations": [equation_dict(equation, style) for equation in self.equations(IN_JSON)],
            "step": None if self.step is None else step_dict(self.step, style),
            "check": None if self.check is None else check_dict(self.check),
            "remarks": list(self.remarks),
            "columns": None if self.columns is None else self.columns.to_dict(),
        }


def verdict(check: GradientCheck) -> str:
    """Whether a gradient agrees with its difference, does not, or is too small to tell."""
    assert check.difference is not None
    rounding = plain_number(check.rounding, 2)
    if check.too_small:
        return f"too small to measure, since rounding alone may make the difference {rounding}"
    distance = abs(check.difference - check.gradient)
    error = distance / max(abs(check.difference), abs(check.gradient)) if distance else 0.0
    if check.passed and error > AGREE:
        return f"it agrees within the {rounding} that rounding may leave in the difference"
    return f"it {'agrees' if check.passed else 'does NOT agree'} (relative error {plain_number(error, 2)})"
