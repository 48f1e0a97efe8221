"""Progress, as a bar."""

from clearprop.training.bars import bar_here
from clearprop.training.callbacks import Callback, ObservedTraining


class ProgressBar(Callback):
    """A bar with epochs, losses and the time left, on the terminal's standard error or in the notebook.

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
        self._epochs: dict[int, int] = {}

    def on_start(self, training: ObservedTraining) -> None:
        """Show the empty bar, which the first training does."""
        if not self._epochs:
            self._bar.start(self._trainings * training.epochs)
        self._epochs[id(training)] = 0

    def on_epoch_end(self, training: ObservedTraining) -> None:
        """One epoch further."""
        record = training.history[-1]
        numbers = f"loss {record.loss:.4f}"
        if record.validation_loss is not None:
            numbers += f", validation {record.validation_loss:.4f}"
        if self._trainings > 1:
            numbers = f"{self._ended} of {self._trainings} trained, {numbers}"
        self._epochs[id(training)] = record.epoch
        self._bar.update(sum(self._epochs.values()), numbers)

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
