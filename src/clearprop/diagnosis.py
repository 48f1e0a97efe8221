"""Why is it not learning? Looks at data, network and history, and names what is wrong, how it shows, and the remedy."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from clearprop.history import History
from clearprop.network import Network
from clearprop.rows import Rows
from clearprop.separability import separable
from clearprop.sparse import is_sparse
from clearprop.trace import Trace

Array = npt.NDArray[Any]

# More rows than these show nothing new about scales and units.
LOOKED_AT = 2_000
# A column or target whose values are this large, or this alike, is taken as unscaled.
LARGE, SMALL = 10.0, 0.1
# So many times as large is a column beside which another is lost.
UNLIKE = 300.0
# A unit whose slope is, over the rows, on average less than this share of the steepest has stopped learning.
FLAT = 0.02
# What has not got the loss below that of a constant output by this share has learned nothing.
LEARNED = 0.1
# If at its present pace it would have after so many more epochs, it is only the epochs that are missing.
FORESEEN = 200


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: its name, the evidence in numbers, and what to do about it."""

    name: str
    evidence: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.name}: {self.evidence}. Remedy: {self.remedy}."


class Diagnosis(Sequence[Finding]):
    """The findings, most fundamental first.

    Examples
    --------
    >>> print(Diagnosis([Finding("one class", "all 4 targets are 1", "give rows of another class too")]))
    one class: all 4 targets are 1. Remedy: give rows of another class too.
    >>> print(Diagnosis([]))
    Nothing was found that keeps it from learning.
    """

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = list(findings)

    def hints(self) -> str:
        """The findings as the end of a warning; empty where there are none."""
        return "".join(f" {finding}" for finding in self.findings[:2])

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> "Diagnosis": ...
    def __getitem__(self, index: int | slice) -> "Finding | Diagnosis":
        return Diagnosis(self.findings[index]) if isinstance(index, slice) else self.findings[index]

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    def __str__(self) -> str:
        return "\n".join(map(str, self.findings)) or "Nothing was found that keeps it from learning."

    def __repr__(self) -> str:
        return f"<Diagnosis: {', '.join(finding.name for finding in self.findings) or 'nothing found'}>"


@dataclass(frozen=True)
class Settings:
    """What remedies may name, since it has an effect, and how training ended.

    Parameters
    ----------
    rate : float, optional
        `learning_rate_init`; None where the solver finds its steps itself.
    clipped : bool
        Whether gradients are clipped already.
    layers : bool
        Whether the model can be given a hidden layer.
    stop_reason : str
        The trainer's; empty where training has not ended.
    """

    rate: float | None = None
    clipped: bool = False
    layers: bool = True
    stop_reason: str = ""

    @property
    def lower_rate(self) -> str:
        """The remedy for too large steps."""
        if self.rate is None:
            return "begin elsewhere by another random_state"
        return f"lower learning_rate_init ({self.rate:g})"


def diagnose_network(
    network: Network, rows: Rows, history: History, settings: Settings = Settings(), lines: bool = True
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
    settings : Settings
    lines : bool
        Whether a linear programme may look for a separating line, which can take longer than the training.

    Examples
    --------
    >>> from clearprop import Trainer
    >>> network = Network([2, 1], loss="binary_cross_entropy", initializer="zeros")
    >>> X, y = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([[0.0], [1.0], [1.0], [0.0]])
    >>> history = Trainer(network, epochs=50, learning_rate=0.5, rng=0).fit(X, y)
    >>> diagnose_network(network, Rows(X, y, None), history)[0].name
    'no line can separate'
    """
    X, targets = rows.X, np.asarray(rows.y, dtype=np.float64)
    picked = slice(None, None, max(1, X.shape[0] // LOOKED_AT))
    with np.errstate(all="ignore"):  # of a network that has diverged
        trace = network.forward(X[picked])
    findings = [
        *_scales(X[picked], targets, network),
        *_one_target(targets, network),
        *(_no_line(X, targets, network, settings) if lines else []),
        *_flat_units(network, trace, settings),
        *_progress(network, rows, history, settings),
    ]
    return Diagnosis(findings)


def _scales(X: Any, targets: Array, network: Network) -> list[Finding]:
    dense = np.asarray(X.todense() if is_sparse(X) else X, dtype=np.float64)
    spread, size = dense.std(axis=0), np.abs(dense).max(axis=0)
    findings, scaler = [], "put a StandardScaler before it: make_pipeline(StandardScaler(), model)"
    worst = int(np.argmax(size))
    varying = spread[spread > 0]
    if size[worst] > LARGE and spread.max() > LARGE / 2:
        evidence = f"column {worst} (counted from 0) reaches {size[worst]:.4g}, where about 1 is good"
        findings.append(Finding("unscaled features", evidence, scaler))
    elif varying.size and varying.max() < SMALL:
        evidence = f"the columns vary by {varying.max():.3g} at most, where about 1 is good"
        findings.append(Finding("unscaled features", evidence, scaler))
    elif size[spread > 0].min(initial=np.inf) < size[worst] / UNLIKE:
        least = int(np.argmin(np.where(spread > 0, size, np.inf)))
        evidence = (
            f"column {worst} reaches {size[worst]:.4g}, column {least} no more than {size[least]:.3g} (counted from 0)"
        )
        findings.append(Finding("unscaled features", evidence, scaler))
    if not network.loss_function.classification and network.activations[-1].name == "identity":
        mean, deviation = float(np.abs(targets.mean(axis=0)).max()), float(targets.std(axis=0).max())
        if mean > LARGE or deviation > LARGE or 0 < deviation < SMALL**2:
            evidence = (
                f"the targets have mean {mean:.4g} and standard deviation {deviation:.4g}, where 0 and 1 are good"
            )
            remedy = "wrap it: TransformedTargetRegressor(model, transformer=StandardScaler())"
            findings.append(Finding("unscaled targets", evidence, remedy))
    return findings


def _one_target(targets: Array, network: Network) -> list[Finding]:
    if len(targets) < 2 or (targets != targets[0]).any():
        return []
    value = f"{targets[0, 0]:g}" if targets.shape[1] == 1 else str(targets[0].tolist())
    name = "one class" if network.loss_function.classification else "one target"
    evidence = f"all {len(targets)} targets are {value}"
    return [Finding(name, evidence, "give rows of another class too" if name == "one class" else "check the targets")]


def _no_line(X: Any, targets: Array, network: Network, settings: Settings) -> list[Finding]:
    # Of several outputs the greatest decides, which separates classes that no line has on a side of its own.
    if len(network.weights) > 1 or not network.loss_function.classification or targets.shape[1] > 1:
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


def _flat_units(network: Network, trace: Trace, settings: Settings) -> list[Finding]:
    findings = []
    for layer, (activation, z, a) in enumerate(zip(network.activations[:-1], trace.z, trace.a, strict=False), start=1):
        slope = np.abs(np.asarray(activation.slope(z, a), dtype=np.float64))
        steepest = np.abs(activation.slope(np.linspace(-3, 3, 601), activation.value(np.linspace(-3, 3, 601)))).max()
        dead = (slope == 0).all(axis=0)
        saturated = ~dead & (slope.mean(axis=0) < FLAT * steepest)
        units, n = [f"{unit + 1}" for unit in np.flatnonzero(dead)[:5]], z.shape[1]
        if dead.sum() > n / 10 and steepest > 0:
            evidence = (
                f"{int(dead.sum())} of {n} units of layer {layer} have slope 0 at every row ({', '.join(units)}...)"
            )
            remedy = f"scale the inputs, {settings.lower_rate}, or take activation='leaky_relu'"
            findings.append(Finding("dead units", evidence, remedy))
        units = [f"{unit + 1}" for unit in np.flatnonzero(saturated)[:5]]
        if saturated.sum() > n / 10:
            evidence = (
                f"{int(saturated.sum())} of {n} units of layer {layer} are at an end of {activation.name} at nearly "
                f"every row ({', '.join(units)}...)"
            )
            remedy = f"scale the inputs, {settings.lower_rate}, or raise alpha"
            findings.append(Finding("saturated units", evidence, remedy))
    return findings


def _progress(network: Network, rows: Rows, history: History, settings: Settings) -> list[Finding]:
    loss = np.array([record.loss for record in history])
    ended, smaller_steps = settings.stop_reason, settings.lower_rate
    if settings.rate is not None and not settings.clipped:
        smaller_steps += ", or give clip_norm=1.0"
    if ended.startswith("diverged"):
        name = "numbers too large" if settings.rate is None else "rate too high"
        return [Finding(name, f"training {ended}: numbers left the finite range", smaller_steps)]
    if not len(loss) or not np.isfinite(loss).all():
        return []
    if len(loss) < 3:
        if ended.startswith("Convergence"):
            return []
        what = "1 epoch shows" if len(loss) == 1 else "2 epochs show"
        return [Finding("too few epochs", f"{what} nothing yet; the loss is {loss[-1]:.4g}", "train for more epochs")]
    changes = np.diff(loss)
    rises = float(np.mean(changes > 0.01 * np.abs(loss[:-1])))
    if settings.rate is not None and (loss[-1] > 1.5 * loss.min() or rises > 0.3):
        evidence = (
            f"the loss rose in {rises:.0%} of the epochs and ended at {loss[-1]:.4g}, its least was {loss.min():.4g}"
        )
        return [Finding("rate too high", evidence, smaller_steps)]
    tail = max(1, len(loss) // 10)
    gain = (loss[-1 - tail] - loss[-1]) / abs(loss[-1 - tail]) if loss[-1 - tail] else 0.0
    falls = f"the loss still fell by {gain:.1%} over the last {tail} of {len(loss)} epochs, to {loss[-1]:.4g}"
    fit = loss - [record.penalty for record in history]
    constant = loss_of_constant(network, rows)
    goal = np.inf if constant is None else (1 - LEARNED) * constant
    half = fit[len(fit) // 2 - 1 :]
    pace = (half[0] - half[-1]) / (len(half) - 1)
    is_over = ended.startswith(("no gain", "Convergence"))
    findings = []
    if fit[-1] >= goal and (is_over or fit[-1] - FORESEEN * pace >= goal):
        findings.append(_stuck(len(fit), fit[-1], constant, settings))
    elif fit[-1] >= goal or (gain > 0.01 and not is_over):
        remedy = "raise max_iter" + ("" if settings.rate is None else f", or learning_rate_init ({settings.rate:g})")
        findings.append(Finding("too few epochs", falls, remedy))
    if gain > 0.01 and ended.startswith("no gain"):
        findings.append(Finding("stopped too early", falls, "lower tol, or raise n_iter_no_change"))
    return findings


def _stuck(epochs: int, loss: float, constant: float | None, settings: Settings) -> Finding:
    """The loss is that of a constant output, and more epochs would not help."""
    evidence = f"after {epochs} epochs the loss is {loss:.4g}; the best constant output would have {constant:.4g}"
    if settings.rate is None:
        remedy = "begin elsewhere by another random_state, give more hidden units, or lower alpha"
        return Finding("nothing learned", evidence, remedy)
    stopped = ", lower tol" if settings.stop_reason.startswith("no gain") else ""
    remedy = f"raise learning_rate_init ({settings.rate:g}) tenfold{stopped}, or take solver='lbfgs' for few rows"
    return Finding("rate too low", evidence, remedy)


def loss_of_constant(network: Network, rows: Rows) -> float | None:
    """The loss of the mean target as an output, where the loss is least there; None where it is not."""
    if network.loss_function.name not in ("squared_error", "binary_cross_entropy", "cross_entropy", "poisson"):
        return None
    targets = np.asarray(rows.y, dtype=np.float64)
    mean = np.broadcast_to(np.average(targets, axis=0, weights=rows.sample_weight), targets.shape)
    value = float(np.average(network.loss_function.value(mean, targets), weights=rows.sample_weight))
    return value if value > 1e-8 else None
