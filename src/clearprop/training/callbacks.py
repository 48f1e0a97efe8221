"""Callbacks: what is to be told how training goes. They may read all of the trainer, and stop it."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clearprop.training.trainer import Trainer


class Callback:
    """Told when training starts, after each batch and epoch, and when it ends; override what is of interest.

    `trainer.stop("reason")` ends training after the present epoch.

    Attributes
    ----------
    reads_history_only : bool
        True of one that, after an epoch, reads `trainer.history` only and stops nothing: it may then be told of several
        short epochs one after the other when all of them have passed, which trains small networks faster.
    """

    reads_history_only: bool = False

    def on_start(self, trainer: "Trainer") -> None:
        """Before the first batch."""

    def on_batch_end(self, trainer: "Trainer") -> None:
        """After a batch, when training is advanced by single batches."""

    def on_epoch_end(self, trainer: "Trainer") -> None:
        """After an epoch; `trainer.history[-1]` tells of it."""

    def on_finish(self, trainer: "Trainer") -> None:
        """When training has ended; `trainer.stop_reason` tells why."""


class ProgressBar(Callback):
    """A bar with epochs, losses and the time left, on standard error."""

    reads_history_only = True

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("training"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TextColumn("{task.fields[numbers]}"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task: Any = None

    def on_start(self, trainer: "Trainer") -> None:
        """Show the empty bar."""
        self._task = self._progress.add_task("training", total=trainer.epochs, numbers="")
        self._progress.start()

    def on_epoch_end(self, trainer: "Trainer") -> None:
        """One epoch further."""
        record = trainer.history[-1]
        numbers = f"loss {record.loss:.4f}"
        if record.validation_loss is not None:
            numbers += f", validation {record.validation_loss:.4f}"
        self._progress.update(self._task, completed=record.epoch, numbers=numbers)

    def on_finish(self, trainer: "Trainer") -> None:
        """Take the bar away."""
        self._progress.stop()
