"""Attribution: what each input did for an output, by gradient, gradient times input, or integrated gradients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError
from clearprop.explanation.computation import Computation
from clearprop.explanation.ensemble import is_of_all_members
from clearprop.explanation.notation import Name
from clearprop.explanation.slopes import Slopes
from clearprop.explanation.subjects.estimators import column_names
from clearprop.explanation.subjects.models import subject_of
from clearprop.explanation.subjects.subject import Subject
from clearprop.explanation.writing.algebra import subtract
from clearprop.explanation.writing.document import (
    MOST,
    Bullets,
    Document,
    Element,
    Equation,
    Listing,
    Paragraph,
    Section,
)
from clearprop.explanation.writing.expressions import Call, Expression, Number, Symbol
from clearprop.explanation.writing.numerals import plain_number
from clearprop.explanation.writing.rendered import Rendered
from clearprop.explanation.writing.schema import VERSION
from clearprop.foundation.arguments import as_numbers
from clearprop.foundation.near_names import did_you_mean, near, says_near_keywords
from clearprop.foundation.table_cells import quoted
from clearprop.network.network import Network
from clearprop.network.trace import Trace

Array = npt.NDArray[Any]
Method = Literal["gradient", "gradient_times_input", "integrated_gradients"]

METHODS = {
    "gradient": "the output's slope by each input",
    "gradient_times_input": "the output's slope by each input, times the input",
    "integrated_gradients": "the slope averaged along the line from the baseline, times the way",
}

# The rule of so many points is had from a matrix of as many rows and columns.
MOST_STEPS = 5_000
# What they are called elsewhere.
KNOWN_AS = {
    "gradient": ("gradients", "saliency", "grad", "vanilla"),
    "gradient_times_input": ("input_x_gradient", "gradient_x_input", "grad_times_input", "input_times_gradient"),
    "integrated_gradients": ("ig", "integrated_gradient", "path"),
}


@says_near_keywords
def attribute(
    model: Any,
    x: Any,
    method: Method = "integrated_gradients",
    *,
    output: str | None = None,
    baseline: npt.ArrayLike | None = None,
    steps: int = 64,
    feature_names: Sequence[str] | None = None,
    class_names: Sequence[str] | None = None,
) -> Attribution:
    """Attribute an output to the inputs.

    Parameters
    ----------
    model : Network, fitted estimator, Pipeline or search that ends in one, or NeuralNetwork of the article
    x : array-like, shape (columns,)
        The row; of a pandas Series or a data frame, columns with the names that the model was fitted with.
    method : {"gradient", "gradient_times_input", "integrated_gradients"}
    output : str, optional
        Which number, such as `a2[1]` or, before the activation, `z2[1]`; where not given, the greatest output.
    baseline : array-like, shape (columns,), optional
        Where integrated gradients start; where not given all 0, and in columns of codes -1, the category that is not
        known.
    steps : int
        Points of the Gauss-Legendre rule for the integral.
    feature_names, class_names : sequences of str, optional
        What inputs and outputs are called.

    Returns
    -------
    Attribution

    Raises
    ------
    InputError
        An unknown method or output, or a shape that does not fit.

    Examples
    --------
    >>> from clearprop import Network
    >>> network = Network([2, 1])
    >>> network.parameters[:] = [2.0, -1.0, 0.5]
    >>> attribution = attribute(network, [3.0, 4.0])
    >>> attribution.values.round(12).tolist(), abs(attribution.completeness_error) < 1e-12
    ([6.0, -4.0], True)

    Notes
    -----
    Integrated gradients: (x_i - b_i) times the integral over t from 0 to 1 of dF/dx_i at b + t (x - b), whose sum is
    F(x) - F(b); how far it is from that is the completeness error (Sundararajan and others, 2017).

    A code has no slope. In its place stand the features that the network looks up for it, which go in a straight line
    from the baseline's to the row's; the code's part is that of its features together. What the columns of a table do,
    each with all that it became, in the table's own unit, is told by `explain` (`Explanation.columns`).
    """
    if not isinstance(method, str) or method not in METHODS:
        hint = did_you_mean(near(str(method), METHODS, KNOWN_AS)) or "."
        raise InputError(f"unknown method {quoted(method)}{hint} There are: {', '.join(METHODS)}")
    if isinstance(steps, bool) or not isinstance(steps, int) or steps < 1:
        raise InputError(f"steps must be a whole number >= 1, got {quoted(steps)}")
    if steps > MOST_STEPS:
        raise InputError(f"steps must be at most {MOST_STEPS:,}, got {quoted(steps)}: 64 are usual")
    subject = subject_of(model, x, None)
    rows = subject.rows()
    if len(rows.X) != 1:
        raise InputError(f"attribute takes one row, got {len(rows.X)}")
    computation = Computation(
        subject.network,
        rows,
        feature_names=subject.checked_feature_names(feature_names),
        class_names=subject.checked_class_names(class_names),
        original=subject.original,
    )
    name = _output_name(computation, output)
    start = _checked_baseline(baseline, subject)
    row = rows.X[0].astype(np.float64)
    together = subject.ensemble is not None and is_of_all_members(subject.ensemble, name)
    networks = subject.ensemble.members if together and subject.ensemble is not None else (subject.network,)
    parts = [_parts(network.copy("float64"), name, method, start, row, steps) for network in networks]
    # Of several members the output is the mean, and so are its parts.
    values, value, start_value = (np.mean(part, axis=0) for part in zip(*parts, strict=True))
    is_prediction = name.kind == "a" and name.layer == len(computation.network.weights)
    notes = subject.notes_on(Name("prediction") if is_prediction else name, 0)
    return Attribution(values, method, str(name), float(value), start, float(start_value), steps, computation, notes)


def _parts(
    network: Network, name: Name, method: Method, start: Array, row: Array, steps: int
) -> tuple[Array, float, float]:
    """Each input's part in a network's output, and the output at the row and at the baseline."""
    value, start_value = (float(_numbers(network.forward(at[np.newaxis]), name)[0]) for at in (row, start))
    if method == "integrated_gradients":
        nodes, weights = np.polynomial.legendre.leggauss(steps)
        way = Slopes(network, start, row)
        trace = way.trace((nodes + 1) / 2)
        return weights / 2 @ way.changes(trace, name.layer, _slopes(network, trace, name)), value, start_value
    way = Slopes(network, row, row)
    trace = way.trace(np.ones(1))
    by_column, by_feature = way.slopes(trace, name.layer, _slopes(network, trace, name))
    if method == "gradient":
        return by_column[0], value, start_value
    return by_column[0] * row + way.by_code(by_feature[0] * way.features(row)), value, start_value


def _numbers(trace: Trace, name: Name) -> Array:
    """The number of this name, for each row."""
    return (trace.z if name.kind == "z" else trace.a)[name.layer - 1][:, name.places[0] - 1]


def _slopes(network: Network, trace: Trace, name: Name) -> Array:
    """Its slopes by the z of its layer."""
    at = name.layer - 1
    slopes = np.zeros_like(trace.z[at])
    slopes[:, name.places[0] - 1] = 1.0
    return network.delta_of(trace, at, slopes) if name.kind == "a" else slopes


@dataclass(frozen=True, repr=False)
class Attribution(Rendered):
    """What each input did for an output; `attribute` makes it. It can be shown in every form, as an `Explanation` can.

    Attributes
    ----------
    values : array, shape (inputs,)
        Each input's part, in the order of the inputs.
    method : {"gradient", "gradient_times_input", "integrated_gradients"}
    output : str
        The name of what is attributed, such as a2[1].
    value, baseline_value : float
        The output at the row and at the baseline.
    baseline : array, shape (inputs,)
    steps : int
        Points of the integral's rule.
    computation : Computation
        The row with its forward pass, and what inputs and outputs are called.
    notes : sequence of str
        What a reader should know about how the model was brought to this form.

    Examples
    --------
    >>> from clearprop import Network
    >>> network = Network([2, 1])
    >>> network.parameters[:] = [2.0, -1.0, 0.5]
    >>> print(attribute(network, [3.0, 4.0], "gradient").to_text(sections=["Inputs, those that did most first"]))
    Gradient: the output's slope by each input.
    input  x  part
    x[1]   3     2
    x[2]   4    −1
    sum          1
    """

    values: Array
    method: str
    output: str
    value: float
    baseline: Array
    baseline_value: float
    steps: int
    computation: Computation
    notes: Sequence[str] = ()

    def __repr__(self) -> str:
        return f"<Attribution of {self.output} = {self.value:.6g} to {len(self.values):,} inputs, by {self.method}>"

    @property
    def completeness_error(self) -> float:
        """How far the values' sum is from the output's change; of gradients alone it is no error, but not 0 either."""
        return float(self.values.sum()) - (self.value - self.baseline_value)

    def document(self, most: int | None = MOST) -> Document:
        """The inputs, those that did most first, and how complete they are."""
        name = self.computation.name(self.output)
        letter = Symbol(name.kind, (str(name.places[0]),), str(name.layer), self.value)
        order = np.argsort(-np.abs(self.values), kind="stable")
        listed = order if most is None else order[: 3 * most]
        rows: list[tuple[str | Expression | float, ...]] = [self._row(int(place)) for place in listed]
        header = ("input", "x", "part") if self.computation.original is None else ("input", "given", "x", "part")
        empty = [""] * (len(header) - 2)
        if len(listed) < len(order):
            rest = float(self.values.sum() - self.values[listed].sum())
            rows.append((f"{len(order) - len(listed):,} more", *empty, rest))
        rows.append(("sum", *empty, float(self.values.sum())))
        is_output = name.layer == len(self.computation.network.weights)
        meaning = self.computation.output_meaning(name.places[0], name.kind == "z") if is_output else ""
        headline = Equation(letter, (Number(self.value),), meaning)
        method = self.method.replace("_", " ")
        elements: tuple[Element, ...] = (
            Paragraph(f"{method.capitalize()}: {METHODS[self.method]}."),
            Listing(header, tuple(rows), adds_up=True),
        )
        sections = [Section("", (headline,)), Section("Inputs, those that did most first", elements)]
        if self.method == "integrated_gradients":
            sections.append(self._completeness(letter))
        if self.notes:
            sections.append(Section("Remarks", (Bullets(tuple(self.notes)),)))
        return Document(f"What the inputs did for {self.output}", headline, sections)

    def _row(self, place: int) -> tuple[str | Expression | float, ...]:
        feature = self.computation.feature(place + 1)
        original = self.computation.original and self.computation.original(0, place)
        cells = () if self.computation.original is None else (original.text if original else "",)
        x, part = float(self.computation.X[0, place]), float(self.values[place])
        return f"x[{place + 1}] {feature}".strip(), *cells, x, part

    def _completeness(self, letter: Symbol) -> Section:
        change = self.value - self.baseline_value
        of_x, of_baseline = (Call("F", (Symbol(place),)) for place in ("x", "x′"))
        numbers = subtract(Number(self.value), Number(self.baseline_value))
        lead = Paragraph(f"F is {letter} as a function of the inputs, x the row, x′ the baseline.")
        equation = Equation(subtract(of_x, of_baseline), (numbers, Number(change)))
        share = abs(self.completeness_error) / max(abs(change), 1e-300)
        verdict = f"{plain_number(self.completeness_error, 3)}, {plain_number(100 * share, 2)} % of the change"
        remarks = [f"Completeness error, the sum's distance from it: {verdict}, with {self.steps} steps."]
        if share > 0.01:
            remarks.append("More steps make it smaller.")
        return Section("Completeness", (lead, equation, Bullets(tuple(remarks))))

    def to_dict(self) -> dict[str, Any]:
        """Plain values, in the form of `SCHEMA`."""
        features = self.computation.feature_names
        return {
            "version": VERSION,
            "kind": "attribution",
            "output": self.output,
            "method": self.method,
            "value": self.value,
            "x": self.computation.X[0].tolist(),
            "baseline": self.baseline.tolist(),
            "baseline_value": self.baseline_value,
            "steps": self.steps,
            "values": self.values.tolist(),
            "completeness_error": self.completeness_error,
            "feature_names": None if features is None else list(features),
        }


def _output_name(computation: Computation, output: str | None) -> Name:
    if output is None:
        place = int(np.argmax(computation.trace.outputs[0])) + 1
        return Name("a", len(computation.network.weights), (place,))
    name = computation.name(output)
    if name.kind == "prediction":
        return _output_name(computation, None)
    if name.kind not in ("a", "z") or name.gradient or name.layer == 0:
        raise InputError(f"{output} is no output of a neuron: give an a or a z, such as a{len(computation.trace.a)}[1]")
    return name


def _checked_baseline(baseline: Any, subject: Subject) -> Array:
    front, own = subject.network.front, subject.feature_names
    inputs = front.n_columns
    if baseline is None:
        return np.array([-1.0 if front.is_coded(column) else 0.0 for column in range(inputs)])
    names = column_names(baseline)
    if own is not None and names is not None and names != list(own):
        raise InputError(
            f"baseline has the columns {', '.join(names)}, and the inputs are {', '.join(own)}: give it in their order"
        )
    try:
        start = as_numbers("baseline", baseline, np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(str(error)) from None
    start = start[0] if start.ndim == 2 and len(start) == 1 else start
    if start.shape != (inputs,) or not np.isfinite(start).all():
        raise InputError(f"baseline must be {inputs} finite numbers, one for each input, got shape {start.shape}")
    return start
