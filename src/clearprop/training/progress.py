"""Progress, as a bar."""

import time

from clearprop.training.bars import bar_here
from clearprop.training.callbacks import Callback, ObservedTraining


class ProgressBar(Callback):
    """A bar with epochs, losses and the time left, on the terminal's standard error or in the notebook.

    Where rows come bit by bit it moves within epochs, and says how many rows are trained on in a second.

    Parameters
    ----------
    trainings : int
        How many trainings the one bar is for.
    """

    reads_history_only = True

    def __init__(self, trainings: int = 1) -> None:
        self._bar = bar_here()
        self._trainings, self._ended = trainings, 0
        # The epochs of each training, by its identity.
        self._epochs: dict[int, float] = {}
        self._numbers = self._speed = ""
        self._since = 0.0, 0

    def on_start(self, training: ObservedTraining) -> None:
        """Show the empty bar, which the first training does."""
        if not self._epochs:
            self._bar.start(self._trainings * training.epochs)
        self._epochs[id(training)] = 0
        self._since = time.monotonic(), training.rows_seen

    def on_batch_end(self, training: ObservedTraining) -> None:
        """Some batches further."""
        start, rows = self._since
        seconds = max(1e-9, time.monotonic() - start)
        self._speed = f", {(training.rows_seen - rows) / seconds:,.0f} rows/s"
        self._epochs[id(training)] = training.epochs_done
        self._show()

    def on_epoch_end(self, training: ObservedTraining) -> None:
        """One epoch further."""
        record = training.history[-1]
        numbers = f"loss {record.loss:.4f}"
        if record.validation_loss is not None:
            numbers += f", validation {record.validation_loss:.4f}"
        if self._trainings > 1:
            numbers = f"{self._ended} of {self._trainings} trained, {numbers}"
        self._epochs[id(training)], self._numbers = record.epoch, numbers
        self._show()

    def _show(self) -> None:
        self._bar.update(sum(self._epochs.values()), f"{self._numbers}{self._speed}".removeprefix(", "))

    def on_finish(self, training: ObservedTraining) -> None:
        """Take the bar away when all trainings have ended; one that ended early has no epochs left."""
        self._epochs[id(training)] = training.epochs
        self._ended += 1
        if self._ended == self._trainings:
            self.close()

    def close(self) -> None:
        """Take the bar away, which may be away already; another start shows another."""
        self._bar.stop()
        self._epochs, self._ended = {}, 0
