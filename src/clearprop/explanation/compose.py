"""The document of an explanation: which sections there are, and what stands in them."""

from collections.abc import Iterator

from clearprop.explanation.document import Bullets, Document, Paragraph, Section
from clearprop.explanation.explanation import Explanation
from clearprop.explanation.gradient import GradientExplanation
from clearprop.explanation.gradient_sections import gradient_headline, gradient_sections
from clearprop.explanation.renderers.numbers import plain_number
from clearprop.explanation.unfolding import Shown
from clearprop.explanation.value import LossExplanation, ValueExplanation
from clearprop.explanation.value_sections import loss_headline, loss_sections, value_headline, value_sections

# At the default level so many deltas are unfolded in all, however deep the network is.
DELTAS_IN_ALL = 8


def compose(explanation: Explanation, most: int | None) -> Document:
    """The sections, with at most so many entries in each list."""
    computation = explanation.computation
    shown = _shown(explanation, most)
    if isinstance(explanation, GradientExplanation):
        headline, sections = gradient_headline(explanation, shown), list(gradient_sections(explanation, shown))
    elif isinstance(explanation, ValueExplanation):
        headline, sections = value_headline(explanation, shown), list(value_sections(explanation, shown))
    else:
        assert isinstance(explanation, LossExplanation)
        headline, sections = loss_headline(explanation, shown), list(loss_sections(explanation, shown))
    network = computation.network
    functions = ", ".join(activation.name for activation in network.activations)
    rows = "" if computation.n_rows == 1 else f", {computation.n_rows:,} rows"
    sizes = "-".join(map(str, network.layer_sizes))
    about = Paragraph(f"Network {sizes} ({functions}), loss {network.loss_function.name}{rows}")
    return Document(_title(explanation), headline, [Section("", (about, headline)), *sections, *_closing(explanation)])


def _shown(explanation: Explanation, most: int | None) -> Shown:
    """Small networks are listed whole; of a large one less of everything, so that it fits a screen."""
    if most is None:
        return Shown(None, None)
    sizes = explanation.computation.network.layer_sizes[1:]
    if max(sizes) <= most and len(sizes) <= most:
        return Shown(most, most)
    return Shown(max(1, most - 1), max(1, min(most // 2, DELTAS_IN_ALL // len(sizes))))


def _title(explanation: Explanation) -> str:
    if isinstance(explanation, GradientExplanation):
        return (
            f"The gradient of {explanation.name}" if explanation.name[0] != "d" else f"The gradient {explanation.name}"
        )
    return {"prediction": "The prediction", "loss": "The loss"}.get(
        explanation.name, f"The value of {explanation.name}"
    )


def _closing(explanation: Explanation) -> Iterator[Section]:
    step = explanation.step
    if step is not None:
        lead = Paragraph(
            f"Step {step.step:,} at rate {plain_number(step.rate)}; p is {explanation.name}, g its gradient"
            + (f" {plain_number(step.gradient)}." if step.gradient == explanation.value else ".")
        )
        yield Section(f"The optimiser's step ({step.optimizer})", (lead, *step.lines))
    if explanation.check is not None and explanation.check.checked:
        check = explanation.check
        assert check.difference is not None
        verdict = "agrees" if check.passed else "does NOT agree"
        yield Section(
            "Check",
            (
                Paragraph(
                    f"The finite difference of the loss is {plain_number(check.difference, 10)}, the gradient "
                    f"{plain_number(check.gradient, 10)}: it {verdict} (relative error "
                    f"{plain_number(check.worst_relative_error, 2)})."
                ),
            ),
        )
    if explanation.remarks:
        yield Section("Remarks", (Bullets(tuple(explanation.remarks)),))
    legend = _legend(explanation)
    if legend:
        yield Section("Names", (Bullets(legend),))


def _legend(explanation: Explanation) -> tuple[str, ...]:
    """What the inputs and outputs that are spoken of are called."""
    computation, name = explanation.computation, explanation.parsed_name
    lines = []
    if name.kind == "x" or (name.kind == "W" and name.layer == 1):
        feature = computation.feature(name.places[0])
        lines += [f"x[{name.places[0]}] is {feature}"] if feature else []
    elif computation.feature_names is not None and explanation.kind == "value":
        features = computation.feature_names
        listed = ", ".join(f"x[{place}] {feature}" for place, feature in enumerate(features[:8], start=1))
        lines.append("Inputs: " + listed + (", …" if len(features) > 8 else ""))
    last = len(computation.network.weights)
    if computation.speaks_for_two:
        lines.append(f"a{last}[1] is {computation.output_meaning(1)}")
    elif computation.class_names is not None and computation.network.layer_sizes[-1] == len(computation.class_names):
        names = ", ".join(
            f"a{last}[{place}] {label}" for place, label in enumerate(computation.class_names[:6], start=1)
        )
        lines.append("Outputs: " + names + (", …" if len(computation.class_names) > 6 else ""))
    return tuple(lines)
