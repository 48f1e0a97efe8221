"""What the commands print with: results to standard output, progress and notes to standard error."""

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.status import Status
from rich.table import Table
from rich.text import Text

from clearprop.cli.flags import FLAGS
from clearprop.errors import worded
from clearprop.printable import printable
from clearprop.tables.evaluation import ClassEvaluation, Evaluation
from clearprop.training.callbacks import Callback, ObservedTraining

# Neither reads anything into a text: no markup, no names of emoji.
console = Console(highlight=False, markup=False, emoji=False)
notes = Console(stderr=True, highlight=False, markup=False, emoji=False)

MOST_PRINTED_CLASSES = 12


class UntilTraining(Callback):
    """Takes a status line away when training starts, which has a bar of its own."""

    reads_history_only = True

    def __init__(self, status: Status) -> None:
        self._status = status

    def on_start(self, training: ObservedTraining) -> None:
        """Take the line away: from here on the bar says how far training is."""
        self._status.stop()


def say(sentence: str, to: Console = console, style: str | None = None) -> None:
    """Print a sentence, which names, paths and cells may stand in, on one line however long it is."""
    to.print(printable(sentence), style=style, soft_wrap=True)


def working(what: str) -> Status:
    """A line on standard error that says what is being done, while it is."""
    return notes.status(Text(printable(what)))


def print_notes(sentences: Sequence[str]) -> None:
    """Print each sentence as a note, or as a warning, a line of its own, to standard error; parameters as flags."""
    from clearprop.tables.notes import Alert

    for sentence in sentences:
        kind = "warning" if isinstance(sentence, Alert) else "note"
        say(f"{kind}: {worded(sentence, FLAGS)}", notes)


def print_evaluation(evaluation: Evaluation, where: str, to: Console = console) -> None:
    """Print scores with their intervals and the baseline's and, for a few classes, which is taken for which."""
    say(f"On {evaluation.n_rows:,} {where}:", to)
    table = Table(box=box.SIMPLE_HEAD, show_edge=False)
    table.add_column("score")
    for heading in ("value", "95 % interval", "baseline"):
        table.add_column(heading, justify="right")
    for score in evaluation.scores.values():
        interval = "" if score.interval is None else " to ".join(map(_four, score.interval))
        table.add_row(score.name, _four(score.value), interval, "" if score.baseline is None else _four(score.baseline))
    to.print(table)
    if isinstance(evaluation, ClassEvaluation) and len(evaluation.classes) <= MOST_PRINTED_CLASSES:
        to.print()
        to.print(_confusion(evaluation, to.width))
    print_notes(evaluation.notes)


def _four(value: float) -> str:
    return f"{round(value, 4) + 0.0:.4f}" if abs(value) < 1e4 else f"{value:.6g}"  # 0, never -0


def _confusion(evaluation: ClassEvaluation, width: int) -> Table:
    """True classes by row, predicted ones by column, under their numbers if the names would not fit."""
    names = [printable(name) for name in evaluation.classes]
    numbered = [f"{number} {name}" for number, name in enumerate(names, start=1)]
    fits = sum(len(name) + 3 for name in names) + max(map(len, names)) + 20 < width
    table = Table(box=box.SIMPLE_HEAD, show_edge=False)
    table.add_column("true \\ predicted")
    for number, name in enumerate(names, start=1):
        table.add_column(name if fits else str(number), justify="right")
    for name, counts in zip(names if fits else numbered, evaluation.confusion, strict=True):
        table.add_row(name, *(f"{count:.6g}" if evaluation.weighted else str(count) for count in counts))
    return table


def header(text: str) -> None:
    """Print a title between an empty line and a ruled one."""
    console.print(f"\n{text}", style="bold")
    console.print("─" * len(text))
