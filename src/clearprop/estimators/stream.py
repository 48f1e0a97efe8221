"""A stream: what stays ready between calls of `partial_fit`, so that the next one makes nothing anew.

It goes on as long as the estimator is as the last call has left it: the same parameters, network and history, and rows
of a short call. Whatever else there is (other parameters, a refit, callbacks, an error, a copy) finds the training by
its snapshot, which is taken when it is asked for. Both come to the same, bit for bit.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import is_dataclass
from typing import Any

import numpy as np

from clearprop.engines import numpy_seconds
from clearprop.errors import DivergenceError
from clearprop.estimators.epoch_report import EpochReport
from clearprop.estimators.fit_end import LEFT, report_divergence, warn_of_end_of_schedule
from clearprop.estimators.rollback import SavedState, rolled_back_if_refused
from clearprop.estimators.settings import batch_size, defaults
from clearprop.foundation.callers import warn_caller
from clearprop.foundation.sparse import is_sparse
from clearprop.network.rows import Rows
from clearprop.training.run import Training
from clearprop.training.snapshots import Snapshot

# Longer calls would gain nothing, and larger tables are let go of when a call ends. A call of NumPy's milliseconds is
# over before BLAS's threads could be in anybody's way.
MOST_SECONDS, MOST_BYTES = 2e-3, 1 << 20
# What cannot change behind the estimator's back; and what can, but is looked at in each call.
UNCHANGING = (str, int, float, type(None), np.generic)
LOOKED_AT = ("class_weight", "random_state")
# What an estimator has of a training, and nobody else is to have put there.
LEFT_BEHIND = operator.itemgetter("network_", "history_", "n_features_in_")


class Stream:
    """A training under way, and what its estimator was when the last rows had come.

    Between calls it does not hold the estimator, which holds it.
    """

    def __init__(self, estimator: Any, training: Training, report: EpochReport) -> None:
        names = defaults(type(estimator))
        self._training, self._report = training, report
        self._values = operator.itemgetter(*names)
        self._parameters = self._values(vars(estimator))
        self._lists = [(value, list(value)) for value in self._parameters if type(value) is list]
        self._left = LEFT_BEHIND(vars(estimator))
        self._vector = estimator.network_.parameters
        report.end()

    @staticmethod
    def can_follow(estimator: Any, training: Training) -> bool:
        """Whether more rows like these may go on with this training."""
        own, names = vars(estimator), defaults(type(estimator))
        if estimator.verbose or "_skl_callbacks" in own or any(name not in own for name in names):
            return False
        given = [own[name] for name in names if name not in LOOKED_AT]
        unchanging = all(map(_is_unchanging, (one for value in given for one in _entries(value))))
        return unchanging and isinstance(estimator.engine, str) and _is_short(training)

    def goes_on(self, estimator: Any) -> bool:
        """Whether the estimator is as the last call has left it."""
        own = vars(estimator)
        try:
            same = all(map(operator.is_, self._values(own), self._parameters))
            left = all(map(operator.is_, LEFT_BEHIND(own), self._left))
        except KeyError:
            return False
        same = same and all(value == entries for value, entries in self._lists)
        return same and left and own["network_"].parameters is self._vector and "_skl_callbacks" not in own

    def snapshot(self) -> Snapshot:
        """What it takes to go on without this stream."""
        return self._training.snapshot()

    def train(self, estimator: Any, check: Callable[[], Rows]) -> bool:
        """Train for one epoch more on the rows that `check` gives; whether more of their kind may follow.

        Raises
        ------
        ValueError, TypeError, DivergenceError
            See `partial_fit`; the estimator is as it was.
        """
        training, report = self._training, self._report
        with rolled_back_if_refused(estimator) as earlier:
            rows = check()
            size = batch_size(estimator.batch_size, len(rows))
        try:
            report.begin(estimator)
            training.settings.batch_size = size
            training.go_on_with(rows)
            warn_of_end_of_schedule(estimator, training)
            with nullcontext() if _is_short(training) else training.undisturbed():
                training.run_epoch()
        except DivergenceError as error:
            report_divergence(estimator, error, training, left=True)
        except KeyboardInterrupt:
            warn_caller(f"Training interrupted by user.{'' if report.epochs else f' {LEFT}.'}")
        finally:
            if report.epochs:
                report.keep(training)
                self._left = LEFT_BEHIND(vars(estimator))
            else:
                self._take_back(earlier)
            report.end()
        return _is_short(training)

    def _take_back(self, earlier: SavedState) -> None:
        """Let training and estimator be as they were before the call."""
        self._training.take_back()
        earlier.restore()


def _entries(value: Any) -> list[Any]:
    return value if type(value) is list else [value]


def _is_unchanging(value: Any) -> bool:
    if type(value) is tuple:
        return all(map(_is_unchanging, value))
    frozen = is_dataclass(value) and getattr(type(value), "__dataclass_params__").frozen  # noqa: B009
    return isinstance(value, UNCHANGING) or (frozen and all(map(_is_unchanging, vars(value).values())))


def _is_short(training: Training) -> bool:
    X = training.rows.X.data if is_sparse(training.rows.X) else training.rows.X
    batches = -(-training.n_rows // training.batch_size)
    return X.nbytes <= MOST_BYTES and batches * numpy_seconds(training.network, training.batch_size) <= MOST_SECONDS
