"""The doctor: what keeps a network from learning, by which evidence, with remedies as settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import numpy as np

from clearprop.lab.protocol import Advice, LayerChoice, Settings
from clearprop.network.network import Network
from clearprop.training.diagnosis.diagnosis import diagnose_network
from clearprop.training.diagnosis.findings import TRAINER, Finding
from clearprop.training.diagnosis.findings import Settings as Known
from clearprop.training.history import History
from clearprop.training.run import Training

# Earlier in a training nothing can be said of its pace, nor of what it forgets.
YOUNG = 10
# The held-out loss has risen by this share of its least: what is learned no longer holds for other rows.
RISEN = 0.1
MOST_LINES = 2_000


def advice(training: Training, settings: Settings, *, first_loss: float | None = None, ended: str = "") -> list[Advice]:
    """What keeps the network from learning, most fundamental first, with the remedies as changes of the settings.

    Parameters
    ----------
    settings : Settings
        As they were chosen; remedies begin from them.
    first_loss : float, optional
        Of the rows that are trained on, before the first step, without penalty.
    ended : str
        Why training has ended, where the run itself does not know, such as "diverged in epoch 3".
    """
    network, rows, history = training.network, training.rows, training.history
    reason = ended or training.stop_reason or ""
    known = Known(
        rate=training.learning_rate,
        clipped=training.clip_norm is not None,
        penalty=training.penalty,
        decay=training.decoupled_decay,
        batch_size=training.batch_size,
        first_loss=first_loss,
        stop_reason=reason,
        names=TRAINER,
    )
    with np.errstate(all="ignore"):
        found = [
            *diagnose_network(network, rows, history, known, at_end=len(rows) > MOST_LINES),
            *_overfitting(history),
        ]
    names = {finding.name for finding in found}
    due = [finding for finding in found if _is_due(finding, history, reason, names)]
    return [_advised(finding, found, settings, network) for finding in due]


def _is_due(finding: Finding, history: History, reason: str, others: set[str]) -> bool:
    """Whether there is anything to be done about it: while training goes on, epochs are still to come."""
    if finding.name == "rate too low" and "no line can separate" in others:
        return False
    if reason:
        return True
    if finding.name in ("too few epochs", "stopped too early"):
        return False
    return len(history) >= YOUNG or finding.name not in ("rate too low", "nothing learned")


def _overfitting(history: History) -> list[Finding]:
    """The loss of the rows that were held out has turned, while that of the others still falls.

    Both jump about from epoch to epoch: that it has turned is said when it has stayed above for a while.
    """
    losses = [loss for loss in history.validation_loss if loss is not None]
    if len(losses) <= YOUNG or len(losses) < len(history) or not np.isfinite(losses).all():
        return []
    least, last = int(np.argmin(losses)), losses[-1]
    training = history.loss
    if min(losses[-YOUNG:]) <= (1 + RISEN) * losses[least] or np.median(training[-YOUNG:]) >= training[least]:
        return []
    epoch = history[least].epoch
    evidence = (
        f"the loss of the held-out rows was least after epoch {epoch}, {losses[least]:.4g}, and is {last:.4g} now, "
        f"while that of the rows trained on fell from {training[least]:.4g} to {training[-1]:.4g}"
    )
    return [Finding("overfitting", evidence, "stop there, take more rows or fewer neurons, or give l2 or dropout")]


Remedy = tuple[str, dict[str, Any]]


def _advised(finding: Finding, found: Sequence[Finding], settings: Settings, network: Network) -> Advice:
    # What only follows from something more fundamental has that one's remedy.
    follows = finding.name in ("nothing learned", "dead units", "saturated units") and finding is not found[0]
    cause = found[0] if follows and finding.remedy == found[0].remedy else finding
    remedy = _REMEDIES.get(cause.name)
    text, change = (cause.remedy, {}) if remedy is None else remedy(settings, network)
    return Advice(name=finding.name, evidence=_sentence(finding.evidence), remedy=_sentence(text), change=change)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _lower_rate(settings: Settings, network: Network) -> Remedy:
    rate = _round(settings.learning_rate / 10)
    return f"lower the learning rate to {rate:g}, or clip gradients to a length of 1", {"learning_rate": rate}


def _higher_rate(settings: Settings, network: Network) -> Remedy:
    rate = _round(settings.learning_rate * 10)
    return f"raise the learning rate to {rate:g}", {"learning_rate": rate}


def _round(number: float) -> float:
    """To three digits, so that a form can show it."""
    return float(f"{number:.3g}")


def _standardize(settings: Settings, network: Network) -> Remedy:
    if settings.standardized:
        return "leave out the inputs or rows that lie so far off", {}
    return "standardise: every column then has mean 0 and deviation 1", {"standardized": True}


def _weaker(name: str) -> Callable[[Settings, Network], Remedy]:
    def remedy(settings: Settings, network: Network) -> Remedy:
        strength = _round(getattr(settings, name) / 100)
        return f"lower {name.upper()} to {strength:g}", {name: strength}

    return remedy


def _other_activation(name: str) -> Callable[[Settings, Network], Remedy]:
    def remedy(settings: Settings, network: Network) -> Remedy:
        return f"take {name.replace('_', ' ')} for the hidden layers", {"layers": _layers(settings, name)}

    return remedy


def _unsaturated(settings: Settings, network: Network) -> Remedy:
    """Another activation: one that is flat on one side only, or on none."""
    usual = {layer.activation for layer in settings.layers} - {"relu"}
    return _other_activation("relu" if usual else "leaky_relu")(settings, network)


def _layers(settings: Settings, activation: str) -> list[dict[str, Any]]:
    changed = [msgspec.structs.replace(layer, activation=activation) for layer in settings.layers]
    return [msgspec.to_builtins(layer) for layer in changed]


def _hidden_layer(settings: Settings, network: Network) -> Remedy:
    layer = msgspec.to_builtins(LayerChoice(units=4))
    return "give it a hidden layer: each of its neurons is a line, and together they bend", {"layers": [layer]}


def _draw_anew(settings: Settings, network: Network) -> Remedy:
    return "let the first weights be drawn at random, each another", {"initializer": "", "weights": None}


def _sloped(settings: Settings, network: Network) -> Remedy:
    """Slopes for all layers: tanh where a hidden one has none, the loss's own for the output."""
    change: dict[str, Any] = {"output_activation": ""}
    if any(layer.activation == "step" for layer in settings.layers):
        layers = [
            msgspec.structs.replace(layer, activation="tanh") if layer.activation == "step" else layer
            for layer in settings.layers
        ]
        change = {"layers": [msgspec.to_builtins(layer) for layer in layers]}
    return "take activations that have a slope, such as tanh", change


def _natural_output(settings: Settings, network: Network) -> Remedy:
    natural = network.loss_function.output_activation
    return f"take the output activation that goes with this loss, {natural}", {"output_activation": ""}


def _simpler(settings: Settings, network: Network) -> Remedy:
    strength = _round(10 * max(settings.l2, 0.01))
    return (
        f"go back to that epoch, take more rows or fewer neurons, or set L2 to {strength:g}",
        {"l2": strength},
    )


def _more_epochs(settings: Settings, network: Network) -> Remedy:
    epochs = min(1_000_000, settings.epochs * 10)
    return f"train for longer: {epochs:,} epochs", {"epochs": epochs}


def _more_classes(settings: Settings, network: Network) -> Remedy:
    return "give rows that have other answers, too", {}


def _judge_otherwise(settings: Settings, network: Network) -> Remedy:
    return "take more rows of the rare class, and do not judge by the share of right answers alone", {}


_REMEDIES: dict[str, Callable[[Settings, Network], Remedy]] = {
    "rate too high": _lower_rate,
    "rate too low": _higher_rate,
    "unscaled features": _standardize,
    "unscaled targets": _standardize,
    "l2 too high": _weaker("l2"),
    "l1 too high": _weaker("l1"),
    "dead units": _other_activation("leaky_relu"),
    "saturated units": _unsaturated,
    "no line can separate": _hidden_layer,
    "units alike": _draw_anew,
    "closed layers": _draw_anew,
    "no gradient": _sloped,
    "targets out of reach": _natural_output,
    "overfitting": _simpler,
    "too few epochs": _more_epochs,
    "stopped too early": _more_epochs,
    "one class": _more_classes,
    "one target": _more_classes,
    "imbalanced classes": _judge_otherwise,
}
