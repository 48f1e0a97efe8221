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
        console.print()
        console.print(_confusion(evaluation))
    print_notes(evaluation.notes)


def _confusion(evaluation: Evaluation) -> Table:
    """True classes by row, predicted ones by column, under their numbers if the names would not fit."""
    names = [escape(name) for name in evaluation.classes]
    numbered = [f"{number} {name}" for number, name in enumerate(names, start=1)]
    fits = sum(len(name) + 3 for name in names) + max(map(len, names)) + 20 < console.width
    table = Table(box=box.SIMPLE_HEAD, show_edge=False)
    table.add_column("true \\ predicted")
    for number, name in enumerate(names, start=1):
        table.add_column(name if fits else str(number), justify="right")
    for name, counts in zip(names if fits else numbered, evaluation.confusion, strict=True):
        table.add_row(name, *map(str, counts))
    return table


def header(text: str) -> None:
    """Print the title of what follows."""
    console.print(f"\n{text}", style="bold")
    console.print("─" * len(text))
