"""`clearprop train`: learn to predict one column of a table from the others."""

import shlex
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from clearprop.cli.train_options import TrainOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clearprop.errors import InputError
    from clearprop.tables.column import Column
    from clearprop.tables.estimator import TableEstimator
    from clearprop.tables.evaluation import Evaluation
    from clearprop.tables.sources.source import Source
    from clearprop.tables.table import Table


def train(options: TrainOptions) -> None:
    """Train a network, or several, to predict one column of a table from the others.

    Numbers are scaled, missing cells filled in, categories and dates turned into inputs, identifiers left out; the
    model file remembers how.

    Example: clearprop train flowers.csv --target species --out flowers.model --report flowers.html
    """
    from clearprop.cli.console import console, notes, print_evaluation, print_notes, say
    from clearprop.cli.going_on import check_folder
    from clearprop.cli.outputs import check_not_terminal, checked_endings, checked_outputs, goes_to_standard_output
    from clearprop.cli.sources import header_of, streamed_source
    from clearprop.foundation.atomic import is_stream
    from clearprop.tables.evaluating import evaluate_training
    from clearprop.tables.notes import in_front
    from clearprop.tables.sources.opening import pattern_of, some_of
    from clearprop.tables.sources.source import n_rows_of
    from clearprop.tables.targets import Target, guessed_task

    pictures = [options.report, options.loss_curve, options.boundary]
    outputs = checked_outputs([options.out, *pictures], inputs=[options.data])
    place, report, loss_curve, boundary = outputs
    assert place is not None
    check_not_terminal(place, "a model file")
    checked_endings([loss_curve, boundary], [".png", ".svg"])
    checked_endings([report], [".html", ".htm"])
    check_folder(options)
    options.estimator()
    source = streamed_source(options.data, options.stream, options.reading, categories=options.category or ())
    found: list[str] = []
    if source is None:
        table = options.reading.read(
            Path(pattern_of(options.data)),
            categories=options.category or (),
            needed=lambda names: set(names) - (set(options.ignore or ()) - {options.target, options.split_by}),
            check=lambda header: _check_header(header, options),
        )
        column, given = table.column(options.target), table.drop([options.target])
        task = Target.recognise(column, options.task, found, table.path).task  # type: ignore[arg-type]
        size = table.n_rows, len(table.names)
    else:
        _check_header(header_of(source), options)
        task, why = guessed_task(some_of(source, options.target))
        task, found = (options.task, []) if options.task else (task, [why])  # type: ignore[assignment]
        size = n_rows_of(source), len(source.names)
    estimator = options.estimator(task)
    if options.boundary is not None and source is None:
        _check_plane(given, options)
    if source is None:
        said = _fitted(estimator, given, column, options)
    else:
        said = _fitted(estimator, source, options.target, options)
    said = in_front([*found, *said])
    if source is not None:
        assert estimator.training_.overview is not None
        sample = estimator.training_.overview.sample
        column, given = sample.column(options.target), sample.drop([options.target])
    if options.boundary is not None and not _is_plane(estimator):
        raise _no_plane(estimator.predictor_.preparation.names, options)
    evaluation = evaluate_training(estimator, given, column)
    estimator.save(place)
    drawn = _write_pictures(
        estimator, given, column, evaluation, said, options, report=report, loss_curve=loss_curve, boundary=boundary
    )

    # All is written before anything is printed, so that nothing is lost if whoever reads goes away.
    to = notes if goes_to_standard_output(outputs) else console
    say(f"{options.data}: {size[0]:,} rows, {size[1]} columns", to)
    print_notes(said)
    say(_course(estimator), to)
    print_evaluation(evaluation, _where(estimator), to)
    for name, path in {"model": place, **drawn}.items():
        say(f"{name}: {path}", to)
    if not is_stream(place):
        say(f"next: clearprop predict {shlex.quote(str(options.out))} NEW.csv --out predictions.csv", to)


def _check_header(header: "Table", options: TrainOptions) -> None:
    """Refuse columns that are not there as soon as their names are read."""
    header.select([options.target])
    kept = header.drop([options.target, *(options.ignore or ())])
    named = [*(options.category or ()), *([] if options.split_by is None else [options.split_by])]
    kept.select(name for name in named if name != options.target)  # which may be called categories, too
    if options.boundary is not None and len(set(kept.names) - set(options.category or ())) < 2:
        raise _no_plane(kept.names, options)


def _check_plane(given: "Table", options: TrainOptions) -> None:
    """For a picture of the answers, refuse before training what cannot be two columns of numbers."""
    from clearprop.tables.roles import find_roles

    kept = given.drop(options.ignore or ())
    used = [role for role in find_roles(kept, None, options.category or "auto") if role.use != "nothing"]
    if [role.use for role in used] != ["number"] * 2:
        raise _no_plane([role.column.name for role in used], options)


def _is_plane(estimator: "TableEstimator") -> bool:
    from clearprop.tables.reporting import is_plane

    return is_plane(estimator.predictor_)


def _no_plane(names: "Sequence[str]", options: TrainOptions) -> "InputError":
    from clearprop.errors import InputError
    from clearprop.foundation.table_cells import listed

    return InputError(
        f"--boundary: {options.data} has {listed(names) or 'no column'} to learn from, and a picture of the "
        "answers takes two columns of numbers and no others: leave out --boundary, or other columns by --ignore"
    )


def _fitted(
    estimator: "TableEstimator", given: "Table | Source", column: "Column | str", options: TrainOptions
) -> list[str]:
    """Train behind a status line and a bar; what is remarkable, warnings too."""
    from clearprop.cli.console import UntilTraining, working
    from clearprop.cli.flags import FLAGS, with_flags
    from clearprop.cli.going_on import ended_to_go_on
    from clearprop.errors import DivergenceError

    with warnings.catch_warnings(record=True) as caught, ended_to_go_on(options, caught) as stops:
        warnings.simplefilter("always", UserWarning)
        with working("preparing the columns") as status:
            try:
                estimator.set_params(callbacks=[UntilTraining(status), *stops], verbose=True)
                estimator.fit(given, column)
            except DivergenceError as error:
                raise error.worded(FLAGS, kept="No model is written") from None
        estimator.set_params(callbacks=None, verbose=False, checkpoint=None, checkpoint_every=None)  # for this run
    return [*estimator.notes_, *(with_flags(str(warning.message)) for warning in caught)]


def _course(estimator: "TableEstimator") -> str:
    """How training went, in a line."""
    training, members = estimator.training_, len(estimator.histories_)
    if members == 1:
        return f"{len(estimator.history_)} epochs; {training.endings[0]}"
    epochs = [len(history) for history in training.histories]
    span = f"{min(epochs)}" if min(epochs) == max(epochs) else f"{min(epochs)} to {max(epochs)}"
    best = [epoch for epoch in training.best_epochs if epoch is not None]
    kept = f"; the best epoch of each is kept, {min(best)} to {max(best)}" if best else ""
    return f"{members} members of {span} epochs{kept}"


def _where(estimator: "TableEstimator") -> str:
    """Which rows the scores are of."""
    training = estimator.training_
    if training.held_out is None:
        return "training rows (none were kept out, so expect less on new ones)"
    if training.division.out_of_fold:
        return "rows, each by the members that were not trained on it (out of fold)"
    return "rows kept out of training (they chose the best epoch: expect less on new ones)"


def _write_pictures(
    estimator: "TableEstimator",
    given: "Table",
    column: "Column",
    evaluation: "Evaluation",
    said: "Sequence[str]",
    options: TrainOptions,
    *,
    report: Path | None,
    loss_curve: Path | None,
    boundary: Path | None,
) -> dict[str, Path]:
    """Write the report and the pictures that have a path; what each is, and its path."""
    if report is None and loss_curve is None and boundary is None:
        return {}
    from clearprop.cli.console import working
    from clearprop.cli.flags import FLAGS
    from clearprop.plots import new_figure
    from clearprop.tables.report import loss_figure, save_figure, write_report
    from clearprop.tables.reporting import boundary_display, report_data

    written = {}
    if loss_curve is not None:
        save_figure(loss_figure(estimator.histories_), loss_curve)
        written["loss curve"] = loss_curve
    if boundary is not None:
        display = boundary_display(estimator.predictor_, given, column)
        assert display is not None
        title = f"What the network answers: {estimator.predictor_.target.name}"
        save_figure(display.plot(new_figure(6.4, 4.8).add_subplot(), title).figure_, boundary)
        written["boundary"] = boundary
    if report is not None:
        with working("writing the report"):
            data = report_data(
                estimator,
                given,
                column,
                evaluation,
                title=options.data.name,
                notes=said,
                command=options.command(),
                model_path=str(options.out),
            )
            write_report(report, data, FLAGS)
        written["report"] = report
    return written
