"""The perceptron's rule in machine code: every sum and every rounding as in `clearprop.perceptron.rule`, to the bit."""

import functools
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from clearprop.engines.compiled.argument_kinds import D_POINTER, N_POINTER, NOTHING, X_POINTER, N, Pointers
from clearprop.engines.compiled.elementary import like
from clearprop.engines.compiled.jit import part
from clearprop.engines.compiled.machine_code import entry, pointer_to, pointers_to
from clearprop.engines.compiled.pointers import fetch, tuple_at
from clearprop.engines.time_estimate import AT_ONCE
from clearprop.perceptron.rule import Run, Standing
from clearprop.perceptron.update_log import Updates
from clearprop.perceptron.weights import LEAST_SCALE

Array = npt.NDArray[Any]

# Entries of `state`: what `Run` and its `Weights` keep besides arrays.
SCALE, SQUARE, ABSOLUTE, BIAS, CUT, OBJECTIVE = range(6)
# Entries of `settings`.
RATE, ALPHA, L1_RATIO, BIAS_STEP, POSITIVE, NEGATIVE, LEAST, TOLERANCE, PATIENCE, LAST, JUDGES, SHUFFLES = range(12)
# Entries of `counts` and `judged`, as in `Standing`; and how many updates the log holds.
EPOCH, MISTAKES, STALE, UPDATES = range(4)
BEST, CURRENT = range(2)
# Fields of an update in the log, each of 8 bytes, as in `Updates`.
OF_EPOCH, OF_ROW, OF_OUTPUT, OF_SCORE, OF_STEP = range(5)
N_FIELDS = OF_STEP + 1
# So many rows ahead are fetched from memory; 64 bytes come at a time.
AHEAD, NUMBERS_A_LINE = 12, 8
# What a row and a number take, in seconds: an interrupt takes effect between epochs.
ROW, NUMBER = 2e-8, 2e-9
# The log has room for so many updates at least before the kernel stops to have it emptied.
ROOM = 1 << 16


class Arrays(NamedTuple):
    """Rows, dense (only `values`) or CSR; what was and is learned from them; and the log, as whole and real numbers."""

    values: Any
    starts: Any
    columns: Any
    places: Any
    before: Any
    shuffled: Any
    signs: Any
    weight: Any
    w: Any
    cut_so_far: Any
    state: Any
    settings: Any
    counts: Any
    judged: Any
    whole_log: Any
    real_log: Any


@functools.cache
def _pointers(sparse: bool) -> Pointers:
    of_row = N_POINTER if sparse else NOTHING
    return Pointers.to(
        Arrays,
        values=X_POINTER,
        starts=of_row,
        columns=of_row,
        places=N_POINTER,
        before=N_POINTER,
        shuffled=N_POINTER,
        signs=D_POINTER,
        weight=D_POINTER,
        w=X_POINTER,
        cut_so_far=X_POINTER,
        state=D_POINTER,
        settings=D_POINTER,
        counts=N_POINTER,
        judged=D_POINTER,
        whole_log=N_POINTER,
        real_log=D_POINTER,
    )


@functools.cache
def entry_of_epochs(sparse: bool, dtype: Any) -> Any:
    """The kernel that goes through rows, dense or CSR."""
    return entry(epochs, (_pointers(sparse), N, N, N, N), dtype)


def entry_of_shuffle(dtype: Any) -> Any:
    """The kernel that puts places, whole numbers of this dtype, in another order."""
    return entry(shuffle, (N_POINTER, N, N), dtype)


def advance(run: Run, standing: Standing, last: int, judges: bool) -> Updates:
    """Go on to the last epoch, or until patience is over or a number is not finite; returns the updates."""
    X, w, settings, n = run.rows.X, run.w, run.settings, run.rows.n
    values, starts, columns = X, None, None
    if run.rows.sparse:
        values, starts, columns = X.data, X.indptr.astype(np.int64), X.indices.astype(np.int64)
    state = np.array([w.scale, w.square, w.absolute, run.bias, run.cut, run.objective])
    bias_step = run.bias_share if settings.fit_intercept else 0.0
    tolerance = -np.inf if settings.tolerance is None else settings.tolerance
    numbers = [settings.rate, settings.alpha, settings.l1_ratio, bias_step, *run.class_weight]
    numbers += [LEAST_SCALE[w.values.dtype], tolerance, settings.patience, last, judges, settings.shuffle]
    counts = np.array([standing.epoch, standing.mistakes, standing.stale, 0])
    judged = np.array([standing.best, standing.current])
    log, parts = np.empty(max(min(ROOM, n * (last - standing.epoch)), n), dtype=Updates.FIELDS), []
    standing.places = np.array(standing.places)
    signs = np.where(standing.taught, run.signs, 0.0)
    arrays = Arrays(
        values.reshape(-1), starts, columns,
        standing.places, standing.places.copy(), np.ascontiguousarray(standing.shuffled),
        signs, np.ascontiguousarray(run.sample_weight, dtype=np.float64), w.values, run.cut_so_far,
        state, np.array(numbers, dtype=np.float64), counts, judged, log.view(np.int64), log.view(np.float64),
    )  # fmt: skip
    all_pointers = pointers_to(arrays, _pointers(run.rows.sparse), w.values.dtype)
    run_epochs = entry_of_epochs(run.rows.sparse, w.values.dtype)
    n_taught = max(int(np.count_nonzero(signs)), 1)
    at_once = max(1, int(AT_ONCE / (n * ROW + arrays.values.size * NUMBER)))
    while True:
        counts[UPDATES] = 0
        arrays.settings[LAST] = min(last, standing.epoch + at_once)
        run_epochs(pointer_to(all_pointers), n, len(w.values), n_taught, len(log))
        parts.append(log[: counts[UPDATES]].copy())
        parts[-1]["output"] = run.output
        w.scale, w.square, w.absolute = map(float, state[:BIAS])
        run.bias, run.cut, run.objective = map(float, state[BIAS:])
        standing.epoch, standing.mistakes, standing.stale = map(int, counts[:UPDATES])
        standing.best, standing.current = map(float, judged)
        if standing.epoch >= last or standing.stale >= settings.patience or not run.is_finite:
            return Updates(*parts)


@part
def epochs(arrays, n, n_features, n_taught, room):
    """Epoch after epoch, while there is room for the updates of one more."""
    (
        values, starts, columns, places, before, shuffled, signs, weight, w, cut_so_far, state, settings,
        counts, judged, whole_log, real_log,
    ) = tuple_at(arrays)  # fmt: skip
    alpha, l1, rate, bias_step = settings[ALPHA], settings[L1_RATIO], settings[RATE], settings[BIAS_STEP]
    class_weights = (settings[NEGATIVE], settings[POSITIVE])
    shuffles, penalised = settings[SHUFFLES] > 0, alpha > 0
    finite = True
    while counts[EPOCH] < settings[LAST] and counts[STALE] < settings[PATIENCE] and finite:
        count = counts[UPDATES]
        if room - count < n:
            return
        counts[EPOCH] += 1
        objective, bias = 0.0, state[BIAS]
        if shuffles:
            for i in range(n):
                before[i] = places[i]
            for i in range(n):
                places[i] = before[shuffled[i]]
        for i in range(n):
            row = places[i]
            if shuffles and i + AHEAD < n:  # rows in another order are not where the machine expects them
                fetch(signs, places[i + AHEAD])
                fetch_row(values, starts, places[i + AHEAD], n_features)
            y = signs[row]
            if y == 0:  # not learned from
                continue
            first, size = place_of(starts, row, n_features)
            score = np.float64(like(weighted_sum(w, values, columns, first, size) * state[SCALE], w[0])) + bias
            objective += max(0.0 - y * score, 0.0)
            if penalised:
                objective += alpha * ((1 - l1) * 0.5 * state[SQUARE] + l1 * state[ABSOLUTE])
                if l1 < 1:
                    shrink(w, n_features, state, settings, max(0.0, 1.0 - (1.0 - l1) * rate * alpha))
            if y * score <= 0.0:
                counted = like(class_weights[1] if y > 0 else class_weights[0], w[0]) * like(weight[row], w[0])
                step = rate * y * np.float64(counted)
                if step != 0:
                    add(w, values, columns, first, size, step, state, penalised)
                    bias += step * bias_step
                    update = count * N_FIELDS
                    whole_log[update + OF_EPOCH], whole_log[update + OF_ROW] = counts[EPOCH], row
                    real_log[update + OF_SCORE], real_log[update + OF_STEP] = score, step
                    count += 1
            if penalised and l1 > 0:
                state[CUT] += l1 * rate * alpha
                cut_off(w, columns, first, size, cut_so_far, state)
        if objective == 0 and count == counts[UPDATES] and not penalised:
            n = 0  # where no row was wrong, none will be
        state[OBJECTIVE], state[BIAS] = objective, bias
        counts[MISTAKES], counts[UPDATES] = count - counts[UPDATES], count
        if settings[JUDGES] > 0:
            judged[CURRENT] = state[OBJECTIVE] / n_taught
            counts[STALE] = counts[STALE] + 1 if judged[CURRENT] > judged[BEST] - settings[TOLERANCE] else 0
            judged[BEST] = min(judged[BEST], judged[CURRENT])
        finite = np.isfinite(state[BIAS])
        for feature in range(n_features):
            finite = finite and np.isfinite(w[feature])


@part
def place_of(starts, row, n_features):
    """Where the numbers of a row begin, and how many they are."""
    if starts is None:
        return row * n_features, n_features
    return starts[row], starts[row + 1] - starts[row]


@part
def fetch_row(values, starts, row, n_features):
    """Ask for all numbers of a row to be brought near."""
    first, size = place_of(starts, row, n_features)
    for at in range(first, first + size, NUMBERS_A_LINE):
        fetch(values, at)
    fetch(values, first + size - 1)  # a row may begin in the middle of a line


@part
def feature_of(columns, first, k):
    """Of which feature the k-th number of a row is; the row begins at `first`."""
    return k if columns is None else columns[first + k]


@part
def weighted_sum(w, values, columns, first, size):
    """From the first feature to the last, products in their dtype, the sum in float64."""
    total = np.float64(0.0)  # where nothing is compiled, 0.0 would take the dtype of the products
    for k in range(size):
        total += w[feature_of(columns, first, k)] * values[first + k]
    return total


@part
def add(w, values, columns, first, size, step, state, keeps_norms):
    """The row times the step, added to the weights; both norms are then those of the features that it touched."""
    factor = np.float64(like(step, w[0]) / like(state[SCALE], w[0]))
    for k in range(size):
        feature = feature_of(columns, first, k)
        w[feature] = np.float64(w[feature]) + np.float64(values[first + k]) * factor
    if keeps_norms:
        square = absolute = 0.0
        for k in range(size):
            kept = np.float64(w[feature_of(columns, first, k)])
            square += kept * kept
            absolute += abs(kept)
        state[SQUARE], state[ABSOLUTE] = square * (state[SCALE] * state[SCALE]), absolute * state[SCALE]


@part
def shrink(w, n_features, state, settings, factor):
    """All weights times the factor, by their scale."""
    factor = np.float64(like(factor, w[0]))
    state[SCALE] *= factor
    state[SQUARE] *= factor * factor
    state[ABSOLUTE] *= factor
    if state[SCALE] < settings[LEAST]:
        for feature in range(n_features):
            w[feature] *= like(state[SCALE], w[0])
        state[SCALE] = 1.0


@part
def cut_off(w, columns, first, size, cut_so_far, state):
    """Take from each touched weight what L1 has come to since it was last touched, but not past 0."""
    for k in range(size):
        feature = feature_of(columns, first, k)
        z, q = np.float64(w[feature]), np.float64(cut_so_far[feature])
        if z > 0:
            w[feature] = max(0.0, z - (state[CUT] + q) / state[SCALE])
        elif z < 0:
            w[feature] = min(0.0, z + (state[CUT] - q) / state[SCALE])
        cut_so_far[feature] = q + state[SCALE] * (np.float64(w[feature]) - z)


def permutation(n: int, seed: int) -> Array:
    """The numbers from 0 to n - 1 as scikit-learn shuffles them; see `clearprop.perceptron.shuffles.XorShift`."""
    order = np.arange(n)
    entry_of_shuffle(order.dtype)(pointer_to(order), n, seed)
    return order


@part
def shuffle(order, n, seed):
    """From the front (Fisher and Yates), by XorShift's random numbers."""
    x = seed & 0xFFFFFFFF
    x = 1 if x == 0 else x
    for i in range(n - 1):
        x ^= (x << 13) & 0xFFFFFFFF
        x ^= x >> 17
        x ^= (x << 5) & 0xFFFFFFFF
        j = i + (x & 0x7FFFFFFF) % (n - i)
        order[i], order[j] = order[j], order[i]
