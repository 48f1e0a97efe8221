"""A progress bar."""

from typing import Any

from clearprop.training.callbacks import Callback, ObservedTraining


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

    def on_start(self, training: ObservedTraining) -> None:
        """Show the empty bar."""
        self._task = self._progress.add_task("training", total=training.epochs, numbers="")
        self._progress.start()

    def on_epoch_end(self, training: ObservedTraining) -> None:
        """One epoch further."""
        record = training.history[-1]
        numbers = f"loss {record.loss:.4f}"
        if record.validation_loss is not None:
            numbers += f", validation {record.validation_loss:.4f}"
        self._progress.update(self._task, completed=record.epoch, numbers=numbers)

    def on_finish(self, training: ObservedTraining) -> None:
        """Take the bar away."""
        self._progress.stop()
