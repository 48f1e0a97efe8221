"""Why is it not learning? Looks at data, network and history, and names what is wrong, how it shows, and the remedy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.activations import Activation
from clearprop.foundation.table_cells import listed
from clearprop.network.network import Network
from clearprop.network.rows import Rows
from clearprop.network.trace import Trace
from clearprop.perceptron.separability import separable
from clearprop.training.diagnosis.causes import MOST_ROWS, ROWS_AT_END, causes, dead_units, looked_at, trace_of
from clearprop.training.diagnosis.findings import Diagnosis, Finding, Settings
from clearprop.training.diagnosis.learnability import obstacles
from clearprop.training.diagnosis.outcome import Outcome
from clearprop.training.history import History

Array = npt.NDArray[Any]

# A unit whose slope is, over the rows, on average less than this share of the steepest has stopped learning.
FLAT = 0.02
# Where an activation has come to its ends.
FAR = 30.0
# What has not got the loss below that of a constant output by this share has learned nothing.
LEARNED = 0.1
# If at its present pace it would have after so many more epochs, it is only the epochs that are missing.
FORESEEN = 200
# Of those rows that are not of the most frequent class, fewer than this share are answered as they should be.
NOTICED = 0.1


def diagnose_network(
    network: Network,
    rows: Rows,
    history: History,
    settings: Settings | None = None,
    at_end: bool = False,
    outcome: Outcome | None = None,
) -> Diagnosis:
    """Look at everything that commonly keeps a network from learning.

    Parameters
    ----------
    network : Network
        After training.
    rows : Rows
        What it was trained on.
    history : History
        Of the training, on the scale of `network.loss`.
    settings : Settings, optional
    at_end : bool
        Whether a fit ends with it, which is not to wait: fewer rows are looked at, and no linear programme looks for a
        separating line, which can take longer than the training.
    outcome : Outcome, optional
        What the training came to, where it is known already.

    Examples
    --------
    >>> from clearprop import Trainer
    >>> network = Network([2, 1], loss="binary_cross_entropy", initializer="zeros")
    >>> X, y = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([[0.0], [1.0], [1.0], [0.0]])
    >>> history = Trainer(network, epochs=50, learning_rate=0.5, rng=0).fit(X, y)
    >>> diagnose_network(network, Rows(X, y, None), history)[0].name
    'no line can separate'
    """
    rows = rows.counted()
    settings = settings or Settings()
    targets = np.asarray(rows.y, dtype=np.float64)
    some = rows.take(looked_at(rows.X, ROWS_AT_END if at_end else MOST_ROWS))
    trace = trace_of(network, some.X)
    dead = dead_units(network, trace)
    outcome = outcome or Outcome.of(network, rows, history, settings.first_loss)
    outcome = outcome and outcome.measured(network, trace, some)
    found = [
        *obstacles(network, targets, [0.0] * (len(network.weights) - 1)),
        *causes(network, rows, history, settings, trace, dead, outcome),
    ]
    alike = _one_target(targets, network)
    progress = [] if alike else _progress(history, settings, found, outcome)
    return Diagnosis(
        [
            *found,
            *alike,
            *([] if at_end else _no_line(rows.X, targets, network, settings)),
            *_most_frequent_class(network, trace.outputs, some, settings),
            *_flat_units(network, trace, dead, settings, found, steps_too_small=bool(progress)),
            *progress,
        ]
    )


def _one_target(targets: Array, network: Network) -> list[Finding]:
    if len(targets) < 2 or (targets != targets[0]).any():
        return []
    value = f"{targets[0, 0]:g}" if targets.shape[1] == 1 else str(targets[0].tolist())
    name = "one class" if network.loss_function.classification else "one target"
    evidence = f"all {len(targets)} targets are {value}"
    return [Finding(name, evidence, "give rows of another class too" if name == "one class" else "check the targets")]


def _no_line(X: Any, targets: Array, network: Network, settings: Settings) -> list[Finding]:
    # Of several outputs the greatest decides, which separates classes that no line has on a side of its own.
    if (
        len(network.weights) > 1
        or not network.front.is_plain
        or not network.loss_function.classification
        or targets.shape[1] > 1
    ):
        return []
    if separable(X, targets[:, 0] > 0.5) is not False:
        return []
    return [
        Finding(
            "no line can separate",
            "a linear programme shows that no hyperplane has each class on a side of its own",
            ("add a hidden layer, as in hidden_layer_sizes=(10,)," if settings.layers else "take MLPClassifier,")
            + " or add further columns",
        )
    ]


def _most_frequent_class(network: Network, outputs: Array, rows: Rows, settings: Settings) -> list[Finding]:
    """One class is most of the rows, and nearly the only answer."""
    if not network.loss_function.classification or not np.isfinite(outputs).all():
        return []
    wanted, given = _classes(network, rows.y), _classes(network, outputs)
    if wanted is None or given is None:
        return []
    counts = np.bincount(wanted, weights=rows.sample_weight, minlength=2)
    most = int(counts.argmax())
    share, even, others = counts[most] / counts.sum(), 1 / max(2, rows.y.shape[1]), wanted != most
    if not others.any() or share < (1 + even) / 2 or np.mean(given[others] != most) >= NOTICED:
        return []
    lost = int((given[others] == most).sum())
    evidence = (
        f"the most frequent class has {share:.1%} of the rows, and {lost} of the {int(others.sum())} rows of other "
        "classes are taken for it, too"
    )
    remedy = f"{settings.names.weigh_classes}, and judge by another score than accuracy, such as balanced_accuracy"
    return [Finding("imbalanced classes", evidence, remedy)]


def _classes(network: Network, values: Array) -> Array | None:
    """The class of each row, counted from 0; None where a row may be of several, or of none."""
    decisions = network.loss_function.decisions(values)
    if decisions.shape[1] == 1:
        return decisions[:, 0].astype(np.intp)
    return decisions.argmax(axis=1) if (decisions.sum(axis=1) == 1).all() else None


def _flat_units(
    network: Network,
    trace: Trace,
    dead_units: Sequence[Array | None],
    settings: Settings,
    found: list[Finding],
    steps_too_small: bool,
) -> list[Finding]:
    findings = []
    lower_rate = [] if steps_too_small else [settings.lower_rate]
    layers = zip(network.activations[:-1], trace.z, trace.a, dead_units, strict=False)
    for layer, (activation, z, a, dead) in enumerate(layers, start=1):
        n = z.shape[1]
        if activation.name == "softmax" or dead is None:
            continue
        steepest = _slope_at(activation, np.linspace(-3, 3, 601))
        if min(_slope_at(activation, -FAR), _slope_at(activation, FAR)) >= FLAT * steepest:
            continue  # it has no end
        saturated = ~dead & (np.abs(activation.slope(z, a), dtype=np.float64).mean(axis=0) < FLAT * steepest)
        if n / 10 < dead.sum() < n:  # of a whole layer `causes` tells
            evidence = f"{int(dead.sum())} of {n} units of layer {layer} have slope 0 at every row ({_places(dead)})"
            remedy = " or ".join([*lower_rate, "take activation='leaky_relu'"])
            findings.append(Finding("dead units", evidence, found[0].remedy if found else remedy))
        flat_above = _slope_at(activation, FAR) < FLAT * steepest
        # One that is flat below 0 alone is often off; what few rows have is learned from those.
        if saturated.sum() > (n / 10 if flat_above else n / 2):
            evidence = (
                f"{int(saturated.sum())} of {n} units of layer {layer} are at a flat end of {activation.name} at "
                f"nearly every row ({_places(saturated)})"
            )
            other = "relu" if flat_above else "leaky_relu"
            remedy = " or ".join([*lower_rate, f"take another activation, such as '{other}'"])
            findings.append(Finding("saturated units", evidence, found[0].remedy if found else remedy))
    return findings


def _places(marked: Array) -> str:
    return listed((np.flatnonzero(marked) + 1).tolist(), most=5)


def _slope_at(activation: Activation, z: Any) -> float:
    """The steepest slope at these points."""
    z = np.atleast_1d(z)
    return float(np.abs(activation.slope(z, activation.value(z))).max())


def _progress(history: History, settings: Settings, found: list[Finding], outcome: Outcome | None) -> list[Finding]:
    """Whether it needed more, or longer, steps; nothing where they were too long, or a penalty undid them."""
    loss, ended, names = np.array(history.loss), settings.stop_reason, settings.names
    if not len(loss) or not np.isfinite(loss).all() or any(finding.name == "rate too high" for finding in found):
        return []
    if len(loss) < 3:
        if ended.startswith("Convergence"):
            return []
        what = "1 epoch shows" if len(loss) == 1 else "2 epochs show"
        return [Finding("too few epochs", f"{what} nothing yet; the loss is {loss[-1]:.4g}", "train for more epochs")]
    tail = max(1, len(loss) // 10)
    gain = (loss[-1 - tail] - loss[-1]) / abs(loss[-1 - tail]) if loss[-1 - tail] else 0.0
    falls = f"the loss still fell by {gain:.1%} over the last {tail} of {len(loss)} epochs, to {loss[-1]:.4g}"
    fit = loss - [record.penalty for record in history]
    constant = None if outcome is None else outcome.constant
    goal = np.inf if constant is None else (1 - LEARNED) * constant
    half = fit[len(fit) // 2 - 1 :]
    pace = (half[0] - half[-1]) / (len(half) - 1)
    is_over = ended.startswith(("no gain", "Convergence"))
    if fit[-1] >= goal and (is_over or fit[-1] - FORESEEN * pace >= goal):
        findings = [_stuck(len(fit), fit[-1], constant, settings, found)]
    elif fit[-1] >= goal or (gain > 0.01 and not is_over):
        remedy = f"raise {names.epochs}"
        remedy += "" if settings.rate is None else f", or {names.rate} ({settings.rate:g})"
        findings = [Finding("too few epochs", falls, remedy)]
    else:
        findings = []
    if any(finding.name.endswith("too high") for finding in found):  # a penalty: it goes on to shrink the weights
        return [finding for finding in findings if finding.name == "nothing learned"]
    if gain > 0.01 and ended.startswith("no gain"):
        findings.append(Finding("stopped too early", falls, f"lower {names.tolerance}, or raise {names.patience}"))
    return findings


def _stuck(epochs: int, loss: float, constant: float | None, settings: Settings, found: list[Finding]) -> Finding:
    """The loss is that of a constant output, and more epochs would not help."""
    evidence = f"after {epochs} epochs the loss is {loss:.4g}; the best constant output would have {constant:.4g}"
    names = settings.names
    if found:
        return Finding("nothing learned", evidence, found[0].remedy)
    if settings.rate is None:
        remedy = f"begin elsewhere by another {names.seed}, give more hidden units, or lower {names.l2}"
        return Finding("nothing learned", evidence, remedy)
    stopped = f", lower {names.tolerance}" if settings.stop_reason.startswith("no gain") else ""
    remedy = f"raise {names.rate} ({settings.rate:g}) tenfold{stopped}, or take {names.optimizer}='lbfgs' for few rows"
    return Finding("rate too low", evidence, remedy)
