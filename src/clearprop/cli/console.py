"""What the commands print with: results to standard output, progress and notes to standard error."""

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.status import Status
from rich.table import Table

from clearprop.callbacks import Callback
from clearprop.evaluation import Evaluation
from clearprop.training import Trainer

console = Console(highlight=False, markup=False)
notes = Console(stderr=True, highlight=False, markup=False)

MOST_PRINTED_CLASSES = 12


class UntilTraining(Callback):
    """Takes a status line away when training starts, which has a bar of its own."""

    def __init__(self, status: Status) -> None:
        self._status = status

    def on_start(self, trainer: Trainer) -> None:
        """Preparation is over."""
        self._status.stop()


def print_notes(sentences: Sequence[str]) -> None:
    """Print what was remarkable, to standard error."""
    for sentence in sentences:
        notes.print(f"note: {sentence}", soft_wrap=True)


def print_evaluation(evaluation: Evaluation, where: str) -> None:
    """Print scores and, for a few classes, which is taken for which."""
    console.print(f"On {evaluation.n_rows:,} {where}:", soft_wrap=True)
    table = Table(box=box.SIMPLE_HEAD, show_edge=False)
    table.add_column("score")
    table.add_column("value", justify="right")
    for name, score in evaluation.scores.items():
        table.add_row(name, f"{score:.4f}" if abs(score) < 1e4 else f"{score:.6g}")
    console.print(table)
    if evaluation.classes and len(evaluation.classes) <= MOST_PRINTED_CLASSES:
        confusion = Table(box=box.SIMPLE_HEAD, show_edge=False)
        confusion.add_column("true \\ predicted")
        for name in evaluation.classes:
            confusion.add_column(escape(name), justify="right")
        for name, counts in zip(evaluation.classes, evaluation.confusion, strict=True):
            confusion.add_row(escape(name), *map(str, counts))
        console.print()
        console.print(confusion)
    print_notes(evaluation.notes)


def header(text: str) -> None:
    """Print the title of what follows."""
    console.print(f"\n{text}", style="bold")
    console.print("─" * len(text))
