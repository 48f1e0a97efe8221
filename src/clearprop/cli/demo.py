"""`clearprop demo`: the article's outputs, a real table learned, judged, saved, applied and pictured, and a replay."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

LEAST_ACCURACY = 0.95


def demo(
    out: Annotated[Path, typer.Option(help="The folder for everything that the demo writes.")] = Path("clearprop-demo"),
) -> None:
    """Show the main job: reproduce the article, then learn a real table with the very commands that you would type.

    The table is the Wisconsin breast cancer data that scikit-learn ships. Its iris data is left as three files to go on
    with: flowers.csv to train on, more-flowers.csv to evaluate on, and new-flowers.csv, whose species are to be
    predicted. The exit status is 1 if an output of the article differs or the accuracy on the test rows is below 0.95.
    """
    from clearprop.article import reproduce
    from clearprop.cli.article import mark, print_outputs_in_brief
    from clearprop.cli.console import console, header, say
    from clearprop.cli.evaluate import evaluate
    from clearprop.cli.models import load_predictor
    from clearprop.cli.predict import predict
    from clearprop.cli.reading import ReadingOptions
    from clearprop.cli.train import train
    from clearprop.cli.train_options import TrainOptions
    from clearprop.tables.evaluating import evaluate_table
    from clearprop.tables.reading import read_table

    _make_folder(out)
    header("1. The article's six outputs, computed again")
    outputs = reproduce()
    print_outputs_in_brief(outputs)

    header("2. A real table: which tumours are malignant?")
    training, test = out / "tumours-training.csv", out / "tumours-test.csv"
    _write_tumours(training, test)
    say(f"{training} and {test}: the Wisconsin breast cancer data, written as CSV")

    model, report, loss_curve = out / "tumours.model", out / "report.html", out / "loss-curve.png"
    _echo_command(
        *("train", training, "--target", "diagnosis", "--out", model, "--report", report, "--loss-curve", loss_curve)
    )
    train(TrainOptions(training, target="diagnosis", out=model, report=report, loss_curve=loss_curve))
    _echo_command("evaluate", model, test)
    evaluate(model, test, reading=ReadingOptions())
    _echo_command("predict", model, test, "--out", out / "predictions.csv")
    predict(model, test, out / "predictions.csv", reading=ReadingOptions())

    header("3. The same with two columns, whose answers can be drawn")
    small, two_columns, boundary = out / "two-columns.model", out / "two-columns.csv", out / "boundary.png"
    _write_columns(two_columns, training, ["worst radius", "worst concave points", "diagnosis"])
    _echo_command("train", two_columns, "--target", "diagnosis", "--out", small, "--boundary", boundary)
    train(TrainOptions(two_columns, target="diagnosis", out=small, boundary=boundary))

    flowers = write_flowers(out)

    header("4. A network that learns before your eyes")
    replay = _write_replay(out / "lab.html")

    header("What there is to look at")
    accuracy = evaluate_table(load_predictor(model), read_table(test)).scores["accuracy"].value
    matching = sum(output.matches for output in outputs)
    marks = ", ".join(f"{output.number} {mark(console, output.matches)}" for output in outputs)
    console.print(f"article: outputs {marks}: {matching} of 6 equal, to the last printed digit", markup=True)
    verdict = "at least" if accuracy >= LEAST_ACCURACY else "BELOW"
    console.print(f"test accuracy: {accuracy:.4f} ({verdict} {LEAST_ACCURACY}), by the model loaded from its file")
    for name, path in {"report": report, "loss curve": loss_curve, "decision boundary": boundary}.items():
        say(f"{name}: {path}")
    say(f"tables to go on with, of flowers: {', '.join(map(str, flowers))}")
    if replay is not None:
        say(f"open this first, in any browser: {replay}")
    if matching < len(outputs) or accuracy < LEAST_ACCURACY:
        raise typer.Exit(1)


def _write_replay(path: Path) -> Path | None:
    """A training recorded as a page that plays; None where the page was not built, which is said."""
    from clearprop.cli.console import notes, say, working
    from clearprop.errors import InputError
    from clearprop.lab.assets import SCRIPT, asset
    from clearprop.lab.showing import Lab

    try:
        asset(SCRIPT)
    except InputError as error:
        say(f"note: {path} is not written: {error}", notes)
        return None
    with working("recording a training"):
        Lab(data="circles", layers=[4, 2]).to_html(path, epochs=150)
    say(f"{path}: press play, click any weight and see why; `clearprop lab` is the same page, alive")
    return path


def _write_tumours(training: Path, test: Path) -> None:
    """The data in two files, a quarter of the rows for the test, both classes in proportion."""
    import numpy as np
    from sklearn.datasets import load_breast_cancer
    from sklearn.model_selection import train_test_split

    data = load_breast_cancer()
    diagnosis = data.target_names[data.target]
    rows = train_test_split(np.arange(len(diagnosis)), test_size=0.25, random_state=0, stratify=diagnosis)
    for path, chosen in zip((training, test), rows, strict=True):
        _write_rows(path, data, chosen, target="diagnosis")


def _write_columns(path: Path, table: Path, names: list[str]) -> None:
    """Some columns of a table in a file, as a file of their own."""
    from clearprop.tables.reading import read_table
    from clearprop.tables.writing import write_csv

    columns = read_table(table).select(names).columns
    cells = [column.texts[column.values] if column.kind == "text" else column.values for column in columns]
    write_csv(path, names, cells)


def write_flowers(folder: Path) -> list[Path]:
    """Write the iris data as three files, to train on, to evaluate on, and without species; their paths."""
    import numpy as np
    from sklearn.datasets import load_iris
    from sklearn.model_selection import train_test_split

    data = load_iris()
    training, others = train_test_split(np.arange(150), test_size=50, random_state=0, stratify=data.target)
    paths = [folder / name for name in ("flowers.csv", "more-flowers.csv", "new-flowers.csv")]
    _write_rows(paths[0], data, training, target="species")
    _write_rows(paths[1], data, others[:40], target="species")
    _write_rows(paths[2], data, others[40:])
    return paths


def _write_rows(path: Path, data: Any, rows: npt.NDArray[np.intp], target: str | None = None) -> None:
    """Some rows of one of scikit-learn's tables as CSV, the names of their classes last, if their column has a name."""
    from clearprop.tables.writing import write_csv

    names, columns = list(data.feature_names), list(data.data[rows].T)
    if target is not None:
        names.append(target)
        columns.append(data.target_names[data.target[rows]])
    write_csv(path, names, columns)


def _make_folder(folder: Path) -> None:
    from clearprop.errors import InputError

    if str(folder) == "-":
        raise InputError("--out -: the demo writes several files, which need a folder: name one")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: cannot be made a folder ({error.strerror}): name another with --out") from error


def _echo_command(*words: object) -> None:
    from clearprop.cli.console import console, say

    console.print()
    say(f"$ {shlex.join(['clearprop', *map(str, words)])}", style="bold")
