"""`clearprop train`: learn to predict one column of a table from the others."""

import shlex
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from clearprop.cli.train_options import TrainOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clearprop.errors import InputError
    from clearprop.tables.model import Learned
    from clearprop.tables.preprocessing import Preprocessor
    from clearprop.tables.settings import TableSettings
    from clearprop.tables.text_table import Table


def train(options: TrainOptions) -> None:
    """Train a network to predict one column of a table from the others.

    Numbers are scaled, missing cells filled in and texts turned into yes-or-no inputs; the model file remembers how.

    Example: clearprop train flowers.csv --target species --out flowers.model --report flowers.html
    """
    from clearprop.cli.console import console, notes, print_evaluation, print_notes, say, working
    from clearprop.cli.outputs import check_not_terminal, checked_endings, checked_outputs, goes_to_standard_output
    from clearprop.foundation.atomic import is_stream
    from clearprop.tables.text_reading import read_csv

    pictures = [options.report, options.loss_curve, options.boundary]
    outputs = checked_outputs([options.out, *pictures], inputs=[options.data])
    place, report, loss_curve, boundary = outputs
    assert place is not None
    check_not_terminal(place, "a model file")
    checked_endings([loss_curve, boundary], [".png", ".svg"])
    checked_endings([report], [".html", ".htm"])
    settings = options.settings()
    plane = _Plane(options, settings)
    with working(f"reading {options.data}"):
        table = read_csv(options.data, check=plane.check_header)
    learned = _learned(table, options.target, settings, plane)
    learned.model.save(place)
    drawn = _write_pictures(learned, options, report, loss_curve, boundary)

    # All is written before anything is printed, so that nothing is lost if whoever reads goes away.
    to = notes if goes_to_standard_output(outputs) else console
    say(f"{options.data}: {table.n_rows:,} rows, {len(table.names)} columns", to)
    print_notes(learned.notes)
    say(f"{len(learned.history)} epochs; {learned.ending}", to)
    if learned.held_out is None:
        where = "training rows (none were kept out, so expect less on new ones)"
    else:
        where = "rows kept out of training (they chose the best epoch: expect less on new ones)"
    print_evaluation(learned.evaluation, where, to)
    for name, path in {"model": place, **drawn}.items():
        say(f"{name}: {path}", to)
    if not is_stream(place):
        say(f"next: clearprop predict {shlex.quote(str(options.out))} NEW.csv --out predictions.csv", to)


class _Plane:
    """The two columns of numbers that --boundary takes: looked for before the rows are read, and before training."""

    def __init__(self, options: TrainOptions, settings: "TableSettings") -> None:
        self._options, self._settings = options, settings

    def check_header(self, header: "Table") -> None:
        """Refuse columns that are not there, and for a picture those of which no two can be numbers."""
        learned_from = self._settings.check_columns(header, self._options.target)
        if self._wanted and len(set(learned_from.names) - set(self._settings.categories)) < 2:
            raise self._refusal(learned_from.names)

    def check(self, preprocessor: "Preprocessor") -> None:
        """For a picture, refuse what is not two columns of numbers."""
        if self._wanted and not preprocessor.is_plane:
            raise self._refusal(preprocessor.names)

    @property
    def _wanted(self) -> bool:
        return self._options.boundary is not None

    def _refusal(self, names: "Sequence[str]") -> "InputError":
        from clearprop.errors import InputError
        from clearprop.foundation.table_cells import listed

        return InputError(
            f"--boundary: {self._options.data} has {listed(names) or 'no column'} to learn from, and a picture of the "
            "answers takes two columns of numbers and no others: leave out --boundary, or other columns by --ignore"
        )


def _learned(table: "Table", target: str, settings: "TableSettings", plane: _Plane) -> "Learned":
    """Train behind a status line and a bar; what is remarkable, warnings too, is among the notes, in flags."""
    from clearprop.cli.console import UntilTraining, working
    from clearprop.cli.flags import FLAGS
    from clearprop.errors import DivergenceError, TrainingWarning, worded
    from clearprop.tables.model import TableModel
    from clearprop.training.progress import ProgressBar

    with working("preparing the columns") as status, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", TrainingWarning)
        try:
            callbacks = [UntilTraining(status), ProgressBar()]
            learned = TableModel.learn(table, target, settings, callbacks, check=plane.check)
        except DivergenceError as error:
            raise error.worded(FLAGS, kept="No model is written") from None
    learned.notes[:] = [worded(note, FLAGS) for note in learned.notes]
    learned.notes.extend(str(warning.message) for warning in caught)
    return learned


def _write_pictures(
    learned: "Learned", options: TrainOptions, report: Path | None, loss_curve: Path | None, boundary: Path | None
) -> dict[str, Path]:
    """Write the report and the pictures that have a path; what each is, and its path."""
    if report is None and loss_curve is None and boundary is None:
        return {}
    from clearprop.cli.flags import FLAGS
    from clearprop.plots import new_figure
    from clearprop.tables.learned_report import boundary_display, report_data
    from clearprop.tables.report import loss_figure, save_figure, write_report

    written = {}
    if loss_curve is not None:
        save_figure(loss_figure([learned.history]), loss_curve)
        written["loss curve"] = loss_curve
    if boundary is not None:
        display = boundary_display(learned.model, learned.train)
        assert display is not None
        title = f"What the network answers: {learned.model.target.name}"
        save_figure(display.plot(new_figure(6.4, 4.8).add_subplot(), title).figure_, boundary)
        written["boundary"] = boundary
    if report is not None:
        data = report_data(learned, options.data.name, options.command(), str(options.out))
        write_report(report, data, FLAGS)
        written["report"] = report
    return written
