"""What keeps a training from learning: unscaled data, too strong a penalty, too high a rate, layers that are dead.

Each is a reason by itself, with its evidence and its remedy; `diagnosis` looks at all else, too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.activations import Activation
from clearprop.foundation.sparse import greatest, is_sparse
from clearprop.network.network import Network
from clearprop.network.rows import Rows
from clearprop.network.trace import Trace
from clearprop.training.diagnosis.findings import Diagnosis, Finding, Settings
from clearprop.training.diagnosis.learnability import is_flat, obstacles
from clearprop.training.diagnosis.outcome import Outcome
from clearprop.training.history import History

Array = npt.NDArray[Any]

# More rows than these show nothing new about scales and units; nor do more numbers than these.
MOST_ROWS, MOST_NUMBERS = 2_000, 2_000_000
# At the end of a fit, which is not to wait, so many are enough.
ROWS_AT_END = 500
# A column or target whose values are this large, or this alike, is taken as unscaled.
LARGE, SMALL = 10.0, 0.1
# A column that varies little may still reach so many times as far from its mean, as one of zeros and a few ones does.
UNUSUAL = 5.0
# So many times as large is a column beside which another is lost.
UNLIKE = 300.0
# A penalty that takes less than this of a weight at rate 1 leaves it what it is.
STRONG = 0.1
# A loss that fell in each of the last epochs, by this share in all of them together, still falls.
FALLING, EPOCHS = 0.05, 10
# By less than this share of itself a loss rises by chance: with dropout, or in small batches.
RISE = 0.1
# A loss that was so many times what it was at first, or what a constant has, was thrown about by its steps.
WILD = 1e3
# A way below this share of the parameters' size leaves a network what it was.
TINY_WAY = 1e-3
# Weights whose mean square is below this share of Glorot's are taken as shrunken.
SHRUNKEN = 0.25


def looked_at(X: Any, most: int = MOST_ROWS) -> slice:
    """Rows, evenly spread and no more than so many, that are enough to judge scales and units by."""
    n_rows, columns = X.shape
    rows = min(most, max(100, MOST_NUMBERS // columns))
    return slice(None, None, max(1, -(-n_rows // rows)))


def trace_of(network: Network, X: Any) -> Trace:
    """What the network makes of rows, which may be infinite after training that diverged."""
    with np.errstate(all="ignore"):
        return network.propagate(X)


def poor_outcome(
    network: Network, rows: Rows, history: History, settings: Settings, outcome: Outcome | None
) -> str | None:
    """What to say of a training that ended with next to nothing learned; None where it has learned, or none knows why.

    What `obstacles` names was said before the first step, and is not said again; and where the loss still fell, it was
    the tolerance that ended it, which is meant for targets of a usual size.
    """
    if outcome is None or not outcome.is_poor:
        return None
    some = rows.take(looked_at(rows.X, ROWS_AT_END))
    trace = trace_of(network, some.X)
    outcome = outcome.measured(network, trace, some)
    if not outcome.is_poor:
        return None
    found = causes(network, rows, history, settings, trace, dead_units(network, trace), outcome)
    found = found or _tiny_steps(network, some, len(rows.y), history, settings, outcome)
    if found and obstacles(network, rows.y, [0.0] * (len(network.weights) - 1)):
        return None
    if settings.stop_reason.startswith("no gain") and _still_fell(history[-1 - EPOCHS :]):
        found = [finding for finding in found if finding.name == "unscaled targets"]  # they make the loss as small
    return f"{outcome}.{Diagnosis(found).hints()}" if found else None


def _tiny_steps(
    network: Network, some: Rows, n_rows: int, history: History, settings: Settings, outcome: Outcome
) -> list[Finding]:
    """Steps that could not bring the parameters anywhere, by whatever optimiser.

    Adam moves each by a rate's worth a step at most, momentum a whole step by ten times the gradient or so.
    """
    if settings.rate is None or len(history) < EPOCHS:
        return []
    steps = len(history) * math.ceil(n_rows / min(settings.batch_size or n_rows, n_rows))
    slope = np.linalg.norm(network.backward(network.propagate(some.X), some.y).flat.astype(np.float64))
    size = np.linalg.norm(network.parameters.astype(np.float64))
    way = settings.rate * steps * max(math.sqrt(network.parameters.size), 10 * float(slope))
    if not way < TINY_WAY * size:
        return []
    evidence = (
        f"in all {steps:,} steps at {settings.names.rate}={settings.rate:g} the parameters could move by no more than "
        f"{way / size:.1g} of their size"
    )
    return [Finding("rate too low", evidence, f"raise {settings.names.rate} ({settings.rate:g}) a hundredfold or more")]


def _still_fell(epochs: History) -> bool:
    """Whether the loss fell to the end, with penalty and without."""
    fit = [record.loss - record.penalty for record in epochs]
    falls = len(fit) > 2 and np.all(np.diff(fit) < 0) and np.all(np.diff(epochs.loss) < 0)
    return bool(falls and fit[-1] < (1 - FALLING) * fit[0])


def causes(
    network: Network,
    rows: Rows,
    history: History,
    settings: Settings,
    trace: Trace,
    dead: Sequence[Array | None],
    outcome: Outcome | None,
) -> list[Finding]:
    """All reasons that are found, most fundamental first.

    Parameters
    ----------
    trace : Trace
        Of the rows that are `looked_at`.
    dead : sequence
        `dead_units` of that trace.
    """
    penalty = _strong_penalty(network, rows, settings, outcome)
    found = [
        *_scales(_sizes_of(network, trace.inputs), rows.y, network, settings),
        *penalty,
        *([] if penalty else _large_steps(history, settings, outcome)),
    ]
    return found + _dead_layers(dead, settings, found)


def _sizes_of(network: Network, X: Any) -> Any:
    """The columns, but 0 where they hold codes, whose size is nothing to go by."""
    front = network.front
    if not any(one.coded for one in front.inputs):
        return X
    return np.where([front.is_coded(column) for column in range(front.n_columns)], 0, X)


def _scales(X: Any, targets: Array, network: Network, settings: Settings) -> list[Finding]:
    size, mean, spread = _columns(X)
    findings, scaler = [], settings.names.scale_inputs
    if len(targets) > 1 and size.any() and not spread.any():
        each = "the only column has" if len(size) == 1 else f"all {len(size):,} columns have each"
        evidence = f"{each} one value in every row, so that rows cannot be told apart"
        return [Finding("constant features", evidence, "give columns that vary")]
    worst = int(np.argmax(size))
    varying = spread[spread > 0]
    offset = np.where(spread > 0, np.abs(mean) / np.maximum(spread, 1), 0)
    far = int(np.argmax(offset))
    if size[worst] > LARGE and spread.max() > LARGE / 2:
        evidence = f"column {worst} reaches {size[worst]:.4g}, where about 1 is good (columns counted from 0)"
        findings.append(Finding("unscaled features", evidence, scaler))
    elif offset[far] > LARGE:
        of_column = f"column {far} is about {mean[far]:.4g} and varies by {spread[far]:.3g}"
        evidence = f"{of_column}, where 0 and 1 are good (columns counted from 0)"
        findings.append(Finding("unscaled features", evidence, scaler))
    elif varying.size and varying.max() < SMALL and (size - np.abs(mean)).max() < SMALL * UNUSUAL:
        evidence = f"the columns vary by {varying.max():.3g} at most, where about 1 is good"
        findings.append(Finding("unscaled features", evidence, scaler))
    elif size[spread > 0].min(initial=np.inf) < size[worst] / UNLIKE:
        least = int(np.argmin(np.where(spread > 0, size, np.inf)))
        evidence = (
            f"column {worst} reaches {size[worst]:.4g}, column {least} no more than {size[least]:.3g} (counted from 0)"
        )
        findings.append(Finding("unscaled features", evidence, scaler))
    if not network.loss_function.classification and network.activations[-1].name == "identity":
        targets = np.asarray(targets, dtype=np.float64)
        middle, deviation = float(np.abs(targets.mean(axis=0)).max()), float(targets.std(axis=0).max())
        if middle > LARGE or deviation > LARGE or 0 < deviation < SMALL**2:
            evidence = (
                f"the targets have mean {middle:.4g} and standard deviation {deviation:.4g}, where 0 and 1 are good"
            )
            findings.append(Finding("unscaled targets", evidence, settings.names.scale_targets))
    return findings


def _columns(X: Any) -> tuple[Array, Array, Array]:
    """Greatest size, mean and standard deviation of each column; a sparse X is not made dense."""
    if is_sparse(X):
        X = X.astype(np.float64)
        mean, square = (np.asarray(part.mean(axis=0)).ravel() for part in (X, X.multiply(X)))
        return greatest(X), mean, np.sqrt(np.maximum(square - mean**2, 0))
    dense = np.asarray(X, dtype=np.float64)
    n_rows = len(dense)
    mean = dense.sum(axis=0) / n_rows
    deviation = dense - mean
    return greatest(dense), mean, np.sqrt((deviation * deviation).sum(axis=0) / n_rows)


def _strong_penalty(network: Network, rows: Rows, settings: Settings, outcome: Outcome | None) -> list[Finding]:
    """A penalty that has taken the weights away, or is most of the loss, where nothing was learned."""
    if outcome is None or not outcome.is_poor or outcome.constant is None:
        return []
    n_rows = len(rows.y)
    weight = float(n_rows if rows.sample_weight is None else rows.sample_weight.sum())
    shrinkage = settings.shrinkage(n_rows, weight)
    name = max(shrinkage, key=lambda name: shrinkage[name])
    if shrinkage[name] < STRONG:
        return []
    usual = sum(2 * W.size / (W.shape[0] + W.shape[1]) for W in network.weights)
    size = float(sum(np.vdot(W, W) for W in network.weights)) / usual
    a_step = (settings.rate or 0.0) * settings.decay if name == "decoupled_decay" else 0.0
    if a_step >= STRONG:
        evidence = (
            f"with {name}={settings.strength(name):g} a step at {settings.names.rate}={settings.rate:g} takes weights "
            f"back by {a_step:.2g} of their size; the loss is {outcome.reached:.4g}, and the best constant output "
            f"would have {outcome.constant:.4g}"
        )
        return [Finding(f"{name} too high", evidence, f"lower {name} ({settings.strength(name):g})")]
    if not (size < SHRUNKEN or outcome.penalty > outcome.reached):
        return []
    evidence = (
        f"with {name}={settings.strength(name):g} the weights are {np.sqrt(size):.2g} times the usual size and add "
        f"{outcome.penalty:.3g} to the loss, which is {outcome.reached:.4g} without it; the best constant output would "
        f"have {outcome.constant:.4g}"
    )
    return [Finding(f"{name} too high", evidence, f"lower {name} ({settings.strength(name):g})")]


def _large_steps(history: History, settings: Settings, outcome: Outcome | None) -> list[Finding]:
    """Steps that jump over the valley: the loss left the finite range, or rose."""
    remedy = settings.lower_rate
    if settings.rate is not None and not settings.clipped:
        remedy += f", or give {settings.names.clip}"
    if settings.stop_reason.startswith("diverged"):
        name = "numbers too large" if settings.rate is None else "rate too high"
        return [Finding(name, f"training {settings.stop_reason}: numbers left the finite range", remedy)]
    loss = np.array(history.loss)
    if settings.rate is None or not len(loss) or not np.isfinite(loss).all():
        return []
    if outcome is not None and outcome.has_risen:
        evidence = f"the loss was {outcome.before:.4g} before the first step, and came to {outcome.reached:.4g}"
        return [Finding("rate too high", evidence, remedy)]
    fit = loss - np.array([record.penalty for record in history])
    end = fit[-1] if outcome is None else min(fit[-1], outcome.reached)  # an epoch's may be high by dropout
    rises = np.count_nonzero(fit[1:] - fit[:-1] > RISE * abs(fit[:-1])) / (len(fit) - 1) if len(fit) > EPOCHS else 0.0
    if len(fit) > 2 and (end > 1.5 * fit.min() or rises > 0.3):
        parts = [f"the loss ended at {end:.4g}, its least was {fit.min():.4g}"] if end > 1.5 * fit.min() else []
        parts += [f"the loss rose by a tenth or more in {rises:.0%} of the epochs"] if rises > 0 else []
        return [Finding("rate too high", ", and ".join(parts), remedy)]
    if outcome is not None and outcome.is_poor and outcome.before is not None:
        usual, most = max(outcome.before, outcome.constant or 0.0), fit.max()
        if most > WILD * usual:
            evidence = f"the loss went up to {most:.4g} in epoch {int(fit.argmax()) + 1}, from {outcome.before:.4g}"
            return [Finding("rate too high", evidence, remedy)]
    return []


def _dead_layers(dead: Sequence[Array | None], settings: Settings, found: list[Finding]) -> list[Finding]:
    """Hidden layers all of whose units are dead, so that no input has an effect."""
    findings = []
    for layer, units in enumerate(dead, start=1):
        if units is not None and units.all():
            evidence = f"all {units.size} units of layer {layer} have slope 0 at every row, so that nothing is learned"
            remedy = f"{settings.lower_rate}, or take activation='leaky_relu'"
            findings.append(Finding("dead units", evidence, found[0].remedy if found else remedy))
    return findings


def dead_units(network: Network, trace: Trace) -> list[Array | None]:
    """Which units of each hidden layer have slope 0 at every row; None of a layer whose activation has none at all."""
    layers = zip(network.activations[:-1], trace.z, trace.a, network.shares, strict=False)
    return [_is_dead(*layer) for layer in layers]


def _is_dead(activation: Activation, z: Array, a: Array, share: Array | None) -> Array | None:
    if share is not None:  # which can always learn to let something through
        return np.zeros(z.shape[1], dtype=bool)
    if activation.name == "softmax":
        return None if is_flat(activation, z.shape[1]) else np.zeros(z.shape[1], dtype=bool)
    dead: Array = (activation.delta(z, a, np.ones_like(z)) == 0).all(axis=0)
    return None if dead.all() and is_flat(activation, z.shape[1]) else dead
