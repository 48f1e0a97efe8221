"""train, predict and evaluate on real files, and all that can be wrong with them."""

import html
import json
import re
import shlex
import signal
import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pytest

from clearprop import InputError, TableClassifier, load, read_table, write_csv
from clearprop.tables.targets import Target

PLAIN = ("--recipe", "plain")


def learned(table, target):
    """What is noticed where a column of a table is learned from Python."""
    notes = []
    Target.recognise(table.column(target), None, notes, table.path)
    model = TableClassifier(recipe="plain", max_epochs=1, random_state=0)
    return [*notes, *model.fit(table.drop([target]), table.column(target)).notes_]


def numbers(table, name):
    return table.column(name).values.astype(float)


def cells(table, name):
    column = table.column(name)
    return column.texts[column.values]


def test_classes_from_csv_to_predictions(run, flowers):
    status, out, err = run(
        "train", flowers, *PLAIN, "--target", "kind", "--out", "m", "--epochs", 60, "--learning-rate", 0.01
    )
    assert status == 0, err
    assert "'kind' holds text: classification." in err
    assert "On 60 rows kept out of training" in out
    model = load("m")
    assert model.network_.layer_sizes == (6, 32, 16, 3)
    assert model.classes_.tolist() == ["iris", "lily", "rose"]

    status, out, _ = run("evaluate", "m", flowers, "--json")
    assert status == 0
    evaluation = json.loads(out)
    assert evaluation["rows"] == 300
    assert evaluation["scores"]["accuracy"] > 0.97
    assert evaluation["baseline"]["accuracy"] == pytest.approx(1 / 3)
    assert np.sum(evaluation["confusion"]) == 300
    assert np.trace(evaluation["confusion"]) / 300 == pytest.approx(evaluation["scores"]["accuracy"])

    status, _, err = run("predict", "m", flowers, "--out", "p.csv")
    assert status == 0, err
    predictions = read_table("p.csv")
    assert predictions.names == ("predicted kind", "probability iris", "probability lily", "probability rose")
    probabilities = np.column_stack([numbers(predictions, name) for name in predictions.names[1:]])
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-12)
    answers = cells(predictions, "predicted kind")
    assert model.classes_[probabilities.argmax(axis=1)].tolist() == answers.tolist()
    truth = cells(read_table(flowers), "kind")
    assert np.mean(answers == truth) == pytest.approx(evaluation["scores"]["accuracy"])


def test_quantities_and_every_output(run, houses, tmp_path):
    status, out, err = run(
        *(
            "train",
            houses,
            *PLAIN,
            "--target",
            "price",
            "--out",
            "m",
            "--hidden",
            "16",
            "--learning-rate",
            0.02,
            "--seed",
            3,
        ),
        *("--report", "r.html", "--loss-curve", "l.svg", "--boundary", "b.png"),
    )
    assert status == 0, err
    assert re.search(r"R2 +0\.9[5-9]", out)
    assert (tmp_path / "b.png").read_bytes().startswith(b"\x89PNG")
    assert ElementTree.parse(tmp_path / "l.svg").getroot().tag.endswith("svg")
    report = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert report.count("<svg") == 7  # four of errors, loss curve, plane of answers, network
    assert "http://" not in report.replace("http://www.w3.org/", "")
    status, out, _ = run("evaluate", "m", houses, "--json")
    scores = json.loads(out)["scores"]
    truth = numbers(read_table(houses), "price")
    run("predict", "m", houses, "--out", "p.csv")
    predicted = numbers(read_table("p.csv"), "predicted price")
    assert scores["RMSE"] == pytest.approx(np.sqrt(np.mean((truth - predicted) ** 2)))
    assert scores["MAE"] == pytest.approx(np.mean(np.abs(truth - predicted)))
    assert scores["R2"] == pytest.approx(1 - np.var(truth - predicted) / np.var(truth), abs=2e-3)


@pytest.mark.parametrize("loss", ["absolute_error", "huber", "log_cosh", "quantile", "poisson"])
def test_losses_for_quantities(run, tmp_path, loss):
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, size=200)
    write_csv(tmp_path / "counts.csv", ["x", "y"], [x, rng.poisson(np.exp(1 + x))])
    arguments = ("--task", "regression", "--loss", loss, "--epochs", 100, "--learning-rate", 0.01)
    status, _, err = run("train", "counts.csv", "--target", "y", "--out", "m", *arguments)
    assert status == 0, err
    run("predict", "m", "counts.csv", "--out", "p.csv")
    predicted = numbers(read_table("p.csv"), "predicted y")
    assert np.corrcoef(predicted, np.exp(1 + x))[0, 1] > 0.95


def test_same_seed_same_model(run, flowers, tmp_path):
    for out, seed in (("a", 5), ("b", 5), ("c", 6)):
        run("train", flowers, *PLAIN, "--target", "kind", "--out", out, "--epochs", 3, "--seed", seed, "--dropout", 0.1)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert (tmp_path / "a").read_bytes() != (tmp_path / "c").read_bytes()


def test_same_run_same_pictures_and_report(run, houses, tmp_path):
    names = ("r.html", "l.svg", "b.svg", "l.png", "b.png")
    contents = []
    for _ in range(2):
        for kind in ("svg", "png"):
            pictures = ("--report", "r.html", "--loss-curve", f"l.{kind}", "--boundary", f"b.{kind}")
            run("train", houses, *PLAIN, "--target", "price", "--out", "m", "--hidden", 4, "--epochs", 2, *pictures)
        contents.append([(tmp_path / name).read_bytes() for name in names])
        for name in names:
            (tmp_path / name).unlink()
    assert contents[0] == contents[1]


def test_new_categories_and_other_columns_at_prediction(run, flowers, tmp_path):
    run("train", flowers, *PLAIN, "--target", "kind", "--out", "m", "--epochs", 3)
    write_csv(tmp_path / "new.csv", ["extra", "colour", "width", "length"], [[1, 2], ["green", "red"], [0, 1], [2, ""]])
    status, _, err = run("predict", "m", "new.csv", "--out", "p.csv")
    assert status == 0
    assert "'green'" in err
    assert "'extra'" in err
    assert read_table("p.csv").n_rows == 2


def test_missing_column_at_prediction(run, refused, flowers, tmp_path):
    run("train", flowers, *PLAIN, "--target", "kind", "--out", "m", "--epochs", 3)
    write_csv(tmp_path / "new.csv", ["Colour", "width"], [["red"], [1]])
    line = refused("predict", "m", "new.csv", "--out", "p.csv")
    assert "'length'" in line
    assert "'Colour'" in line


def test_kept_columns_and_standard_output(run, flowers, tmp_path):
    run("train", flowers, *PLAIN, "--target", "kind", "--out", "m", "--epochs", 3)
    command = [sys.executable, "-m", "clearprop", "predict", "m", flowers, "--out", "-", "--keep", "colour"]
    printed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    lines = printed.stdout.splitlines()
    assert lines[0] == "colour,predicted kind,probability iris,probability lily,probability rose"
    assert [line.split(",")[0] for line in lines[1:]] == cells(read_table(flowers), "colour").tolist()
    assert "300 predictions" in printed.stderr


def test_the_report_names_the_command(run, flowers, tmp_path):
    arguments = ("--ignore", "length", "--category", "colour", "--dtype", "float32", "--epochs", 3, "--dropout", 0.1)
    run("train", flowers, *PLAIN, "--target", "kind", "--out", "m", "--report", "r.html", *arguments)
    first = (tmp_path / "m").read_bytes()
    report = (tmp_path / "r.html").read_text(encoding="utf-8")
    command = html.unescape(re.search(r'class="command">(.*?)</code>', report, re.DOTALL)[1])
    (tmp_path / "m").unlink()
    status, _, err = run(*shlex.split(command)[1:])
    assert status == 0, err
    assert (tmp_path / "m").read_bytes() == first


def test_nothing_is_lost_when_the_reader_goes_away(flowers, tmp_path):
    command = [sys.executable, "-m", "clearprop", "train", flowers, *PLAIN, "--target", "kind", "--out", tmp_path / "m"]
    with subprocess.Popen([*command, "--epochs", "3"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        errors = process.stderr.read().decode()
        process.wait()
    assert load(tmp_path / "m").predictor_.target.name == "kind"
    assert "Traceback" not in errors


# The command line, which says when its training has begun.
SAYS_WHEN = """
from clearprop.cli import main
from clearprop.engines import AutoEngine

run = AutoEngine.run

def say(*given):
    print("training", flush=True)
    AutoEngine.run = run
    return run(*given)

AutoEngine.run = say
main()
"""


def test_interrupted(houses, tmp_path):
    command = [sys.executable, "-c", SAYS_WHEN, "train", houses, *PLAIN, "--target", "price", "--out", tmp_path / "m"]
    with subprocess.Popen(
        [*command, "--epochs", "1000000", "--patience", "1000000"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout.readline() == b"training\n"
        process.send_signal(signal.SIGINT)
        errors = process.stderr.read().decode()
        assert process.wait() == 130
    assert errors.splitlines()[-1] == "clearprop: interrupted; what was not finished is not written"
    assert [path.name for path in tmp_path.iterdir()] == ["houses.csv"]


def test_zero_hidden_layers_and_all_rows(run, flowers):
    status, out, _ = run(
        "train", flowers, *PLAIN, "--target", "kind", "--out", "m", "--hidden", 0, "--validation", 0, "--epochs", 5
    )
    assert status == 0
    assert "On 300 training rows" in out
    assert load("m").network_.layer_sizes == (6, 3)


def test_what_counts_as_gain_is_said_beside_the_best_epoch(run, houses, tmp_path):
    """Of the last epochs one may be the best, and yet none a gain: on the command line and in the report."""
    given = ("--patience", 5, "--learning-rate", 0.02, "--epochs", 500, "--seed", 1)
    status, out, err = run("train", houses, *PLAIN, "--target", "price", "--out", "m", "--report", "r.html", *given)
    assert status == 0, err
    said = (
        r"no gain of 0\.0001 or more in validation loss over 6 epochs; epoch (\d+) is kept, the best by validation loss"
    )
    epochs, best = map(int, re.search(rf"(\d+) epochs; {said}\n", out).groups())
    report = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert re.search(rf"{epochs} epochs on 192 rows; training ended because: {said}\.</p>", report)[1] == str(best)
    assert epochs - 6 < best < epochs  # which "no gain over 6 epochs" alone would deny
    status, out, _ = run("train", houses, *PLAIN, "--target", "price", "--out", "m", "--validation", 0, "--epochs", 3)
    assert "3 epochs; all 3 epochs done\n" in out


def table(path, header, rows):
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")


GOOD = [f"{i % 7},{i % 5},{'p' if i % 7 > 3 else 'q'}" for i in range(60)]
BAD_TABLES = {
    "empty": (None, "is empty"),
    "header only": ([], "no rows"),
    "one class": ([row[:-1] + "p" for row in GOOD], "every row has the class 'p'"),
    "text among numbers": ([*GOOD, *["oops,1,p"] * 3], "'oops' is not a number"),
    "ragged": ([*GOOD, "1,p"], "line 62"),
    "identifiers": ([f"id{i},1,{'p' if i % 2 else 'q'}" for i in range(3000)], "3,000 different texts"),
    "identifiers for a target": ([f"1,{i % 3},id{i}" for i in range(3000)], "identifier"),
    "binary": (b"\x00\x01\x02" * 50, "binary"),
}


ODD_TABLES = {
    "a column of which all is missing": ([f",{row[2:]}" for row in GOOD], "column 'a': left out, as every cell"),
    "infinity": ([*GOOD, *["inf,1,p"] * 3], "column 'a': 3 infinite or beyond 1e+100: taken as the least"),
    "a target that is missing": ([*GOOD, "1,1,"], "1 row is left out, as the target 'y' is missing there"),
}


@pytest.mark.parametrize("case", ODD_TABLES)
def test_odd_tables_are_learned_from_and_said(run, tmp_path, case):
    content, note = ODD_TABLES[case]
    table(tmp_path / "t.csv", "a,b,y", content)
    status, _, err = run("train", "t.csv", *PLAIN, "--target", "y", "--out", "m", "--epochs", 20)
    assert status == 0, err
    assert f"note: t.csv, {note}" in err or f"note: t.csv: {note}" in err
    assert (tmp_path / "m").exists()


@pytest.mark.parametrize("case", BAD_TABLES)
def test_bad_tables(refused, tmp_path, case):
    content, expected = BAD_TABLES[case]
    if content is None or isinstance(content, bytes):
        (tmp_path / "t.csv").write_bytes(content or b"")
    else:
        table(tmp_path / "t.csv", "a,b,y", content)
    arguments = ("--target", "y", "--out", "m", "--report", "r.html")
    line = refused("train", "t.csv", *arguments)
    assert "t.csv" in line
    assert expected in line


BAD_ARGUMENTS = {
    "no such file": (["train", "none.csv", "--target", "y", "--out", "m"], "none.csv"),
    "no such column": (["train", "t.csv", "--target", "Y", "--out", "m"], "no column 'Y'"),
    "no such folder": (["train", "t.csv", "--target", "y", "--out", "none/m"], "folder none does not exist"),
    "output is a folder": (["train", "t.csv", "--target", "y", "--out", "."], "is a folder"),
    "output is the input": (["train", "t.csv", "--target", "y", "--out", "t.csv"], "overwrite"),
    "two outputs in one": (["train", "t.csv", "--target", "y", "--out", "m", "--report", "m"], "overwrite"),
    "hidden": (["train", "t.csv", "--target", "y", "--out", "m", "--hidden", "3,x"], "--hidden"),
    "absurd size": (["train", "t.csv", "--target", "y", "--out", "m", "--hidden", "999999999999"], "parameters"),
    "activation": (["train", "t.csv", "--target", "y", "--out", "m", "--activation", "rleu"], "'relu'"),
    "optimiser": (["train", "t.csv", "--target", "y", "--out", "m", "--optimizer", "adma"], "'adam'"),
    "task": (["train", "t.csv", "--target", "y", "--out", "m", "--task", "guess"], "--task"),
    "loss for classes": (["train", "t.csv", "--target", "y", "--out", "m", "--loss", "huber"], "regression"),
    "picture": (["train", "t.csv", "--target", "y", "--out", "m", "--loss-curve", "l.gif"], ".png or .svg"),
    "report": (["train", "t.csv", "--target", "y", "--out", "m", "--report", "r.pdf"], ".html"),
    "few rows left": (
        ["train", "t.csv", "--target", "y", "--out", "m", "--members", "1", "--validation", "0.99"],
        "1 to train on",
    ),
    "keep": (["predict", "none", "t.csv", "--out", "p.csv", "--keep", "z"], "no such model"),
    "validation": (["train", "t.csv", "--target", "y", "--out", "m", "--validation", "1.5"], "validation"),
    "dropout": (["train", "t.csv", "--target", "y", "--out", "m", "--dropout", "1"], "dropout"),
    "rate": (["train", "t.csv", "--target", "y", "--out", "m", "--learning-rate", "0"], "learning_rate"),
    "no model": (["predict", "none", "t.csv", "--out", "p.csv"], "no such model"),
    "no model but a table": (["predict", "t.csv", "t.csv", "--out", "p.csv"], "not a model file"),
    "no model but a table, evaluate": (["evaluate", "t.csv", "t.csv"], "not a model file"),
}


@pytest.mark.parametrize("case", BAD_ARGUMENTS)
def test_bad_arguments(refused, tmp_path, case):
    table(tmp_path / "t.csv", "a,b,y", GOOD)
    arguments, expected = BAD_ARGUMENTS[case]
    assert expected in refused(*arguments)


# What the library says of its parameters, and what the command line makes of it.
WORDED = {
    "text among numbers": (
        [*GOOD, "oops,1,p"],
        ("or pass categorical_features=['a'] if the column", "or pass --category 'a' if the column"),
    ),
    "what may be missing": (
        [*GOOD, "oops,1,p"],
        ("or pass missing=['oops'] if it is not known", "or pass --missing 'oops' if it is not known"),
    ),
    "text in a guessed target": (
        [f"{i % 5},{i % 3},{i if i < 50 else 'x'}" for i in range(60)],
        ("or pass categorical_features=['y'] if the column", "or pass --category 'y' if the column"),
    ),
}


@pytest.mark.parametrize("case", WORDED)
def test_messages_name_parameters_in_python_and_flags_on_the_command_line(refused, tmp_path, case):
    rows, (parameters, flags) = WORDED[case]
    table(tmp_path / "t.csv", "a,b,y", rows)
    with pytest.raises(InputError) as caught:
        learned(read_table(tmp_path / "t.csv"), "y")
    assert parameters in str(caught.value)
    assert "--" not in str(caught.value)
    said = refused("train", "t.csv", "--target", "y", "--out", "m")
    assert flags in said
    assert parameters not in said


def test_notes_name_parameters_in_python_and_flags_on_the_command_line(run, tmp_path):
    """On the terminal and in the report; which name the same column, a running number."""
    table(tmp_path / "t.csv", "a,b,y", [f"{100 + i},{i % 7},{i % 3}" for i in range(60)])
    notes = learned(read_table(tmp_path / "t.csv"), "y")
    assert "classification (pass task='regression' if that is wrong)." in notes[0]
    assert notes[1].endswith("pass ignore=['a'] if it is an identifier.")
    status, _, err = run("train", "t.csv", *PLAIN, "--target", "y", "--out", "m", "--epochs", 1, "--report", "r.html")
    assert status == 0, err
    for said in (err, html.unescape((tmp_path / "r.html").read_text(encoding="utf-8"))):
        assert "classification (pass --task regression if that is wrong)." in said
        assert "pass --ignore 'a' if it is an identifier." in said


def test_a_table_that_memory_has_no_room_for_is_refused_in_flags(run, refused, flowers, monkeypatch):
    run("train", flowers, *PLAIN, "--target", "kind", "--out", "m", "--epochs", 1, "--hidden", 4)
    monkeypatch.setattr("clearprop.foundation.memory.SMALL", 8 * 300 * 6)  # more than the network takes
    monkeypatch.setattr("clearprop.foundation.memory.free_memory", lambda: 100)
    said = refused("predict", "m", flowers, "--out", "p.csv")
    assert "300 rows of 6 numbers would take" in said
    assert "leave out (--ignore) a column with very many texts, or give fewer rows" in said
    with pytest.raises(ValueError, match=r"leave out \(ignore\) a column with very many texts, or give fewer rows"):
        load("m").predict(read_table(flowers))


def test_a_column_that_is_left_out_is_said_with_the_flag_that_keeps_it(run, tmp_path):
    rows = [f"id{i},{i % 5},{'p' if i % 5 > 2 else 'q'}" for i in range(100)]
    table(tmp_path / "t.csv", "a,b,y", rows)
    status, _, err = run("train", "t.csv", *PLAIN, "--target", "y", "--out", "m", "--epochs", 20)
    assert status == 0, err
    (note,) = (line for line in err.splitlines() if "column 'a'" in line)
    assert "looks like an identifier (80 different texts in 80 known cells)" in note
    assert "--category 'a'" in note
    (note,) = (note for note in learned(read_table(tmp_path / "t.csv"), "y") if "column 'a'" in note)
    assert "categorical_features=['a']" in note


def test_a_target_of_numbers_may_be_called_categories(run, tmp_path):
    rows = [f"{i % 5},{i % 3},{i % 5 if i < 50 else 'x'}" for i in range(60)]
    table(tmp_path / "t.csv", "a,b,y", rows)
    status, _, err = run("train", "t.csv", *PLAIN, "--target", "y", "--category", "y", "--out", "m", "--epochs", 2)
    assert status == 0, err
    assert load("m").classes_.tolist() == ["0", "1", "2", "3", "4", "x"]


def test_a_cell_that_cannot_be_taken_leaves_its_answer_empty_where_that_is_asked_for(run, refused, houses, tmp_path):
    run("train", houses, *PLAIN, "--target", "price", "--out", "m", "--epochs", 2)
    table(tmp_path / "new.csv", "size,age", ["100,20", "many,30", "120,10"])
    assert "line 3, column 'size': 'many' is no number, as in training" in refused(
        "predict", "m", "new.csv", "--out", "p.csv"
    )
    status, _, err = run("predict", "m", "new.csv", "--out", "p.csv", "--keep-going")
    assert status == 0, err
    assert "new.csv: 1 row, line 3, has a cell that cannot be taken, and no answer." in err
    column = read_table("p.csv").column("predicted price")
    assert column.is_missing.tolist() == [False, True, False]
    expected = load("m").predict({"size": [100.0, 120.0], "age": [20.0, 10.0]})
    np.testing.assert_allclose(column.values[[0, 2]], expected, rtol=1e-12)


def test_members_weights_and_division_from_the_command_line(run, flowers):
    status, out, err = run(
        *("train", flowers, *PLAIN, "--target", "kind", "--out", "m", "--epochs", 20, "--members", 3),
        *("--class-weight", "iris=2", "--class-weight", "lily=1", "--class-weight", "rose=1", "--split-by", "colour"),
    )
    assert status == 0, err
    assert "On 300 rows, each by the members that were not trained on it (out of fold):" in out
    assert "3 members of 20 epochs; the best epoch of each is kept" in out
    assert "column 'colour': rows are kept out by its groups, and it is not learned from" in err
    assert len(load("m").ensemble_) == 3


def test_divergence_is_one_line(refused, houses):
    line = refused(
        *("train", houses, *PLAIN, "--target", "price", "--out", "m", "--optimizer", "sgd", "--learning-rate", 1e12)
    )
    assert "diverged in epoch 1" in line
    assert "No model is written. Try a lower --learning-rate than 1e+12 or --clip-norm 1.0" in line
    assert "learning_rate" not in line


def test_traceback_on_request(run, monkeypatch, tmp_path):
    monkeypatch.setenv("CLEARPROP_TRACEBACK", "1")
    with pytest.raises(ValueError, match=r"none\.csv"):
        run("train", "none.csv", "--target", "y", "--out", "m")


def test_markup_in_names_stays_text(run, tmp_path):
    rng = np.random.default_rng(0)
    names = ["<script>alert(1)</script>", "[red]&amp;$x$", "<b>y</b>"]
    x = rng.normal(size=(80, 2))
    labels = np.where(x[:, 0] > 0, "<img src=x onerror=alert(1)>", "[bold]no")
    write_csv(tmp_path / "t.csv", names, [*x.T, labels])
    arguments = ("--report", "r.html", "--boundary", "b.svg", "--epochs", 5)
    status, out, err = run("train", "t.csv", "--target", names[2], "--out", "m", *arguments)
    assert status == 0, err
    assert "[bold]no" in out
    report = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "<script" not in report
    assert "<img" not in report
    assert "&lt;script&gt;" in report
    assert run("evaluate", "m", "t.csv")[0] == 0


def test_version_and_help(run):
    status, out, _ = run("--version")
    assert (status, out) == (0, "clearprop 0.1.0\n")
    status, out, _ = run("--help")
    assert status == 0
    for command in ("article", "demo", "train", "predict", "evaluate"):
        assert command in out


@pytest.mark.parametrize(
    ("option", "value", "note"),
    [
        (
            "--learning-rate",
            10_000,
            r"training came to a loss of \S+, and .* output has \S+\. rate too high: "
            r".* lower --learning-rate \(10000\)",
        ),
        (
            "--l2",
            1e5,
            r"training came to a loss of \S+, and .* output has \S+\. l2 too high: .* lower l2 \(100000\)",
        ),
        ("--activation", "step", r"not all can be learned: no gradient: step, the activation of layer 2"),
        ("--initializer", "zeros", r"not all can be learned: closed layers: layers 1 and 2 begin with weights of 0"),
    ],
)
def test_training_that_learned_nothing_is_a_note(run, flowers, option, value, note):
    given = ("train", flowers, *PLAIN, "--target", "kind", "--out", "m", "--epochs", 30, "--report", "r.html")
    status, _, err = run(*given, option, value)
    assert status == 0, err
    assert re.search(f"^note: {note}", err, re.MULTILINE), err
    assert "Warning" not in err


def test_training_that_learned_something_has_no_such_note(run, flowers):
    given = ("train", flowers, *PLAIN, "--target", "kind", "--out", "m", "--epochs", 30, "--report", "r.html")
    status, _, err = run(*given)
    assert status == 0, err
    assert "note: no" not in err.replace("note: no better", "")


def test_an_evaluation_on_rows_that_were_trained_on_says_so(run, flowers, tmp_path):
    lines = flowers.read_text().splitlines(keepends=True)
    (tmp_path / "old.csv").write_text("".join([lines[0], *lines[1::2]]))
    (tmp_path / "new.csv").write_text("".join([lines[0], *lines[2::2]]))
    given = ("--target", "kind", "--out", "m", "--epochs", 3)
    for settings, words, count in (
        (("--members", 3), "(trained on, so expect less on new ones)", "the 150 rows are"),
        (("--members", 1), "(about 80 % trained on, so expect less on new ones)", "120 of the 150 rows are"),
    ):
        assert run("train", "old.csv", *PLAIN, *given, *settings)[0] == 0
        for stream in ((), ("--stream",)):
            status, out, err = run("evaluate", "m", "old.csv", *stream)
            assert status == 0, err
            assert out.startswith(f"On 150 rows of old.csv {words}:\n")
            assert f"warning: old.csv: {count}, cell for cell, rows that the model was trained on: " in err
        status, out, err = run("evaluate", "m", "new.csv")
        assert out.startswith("On 150 rows of new.csv:\n")
        assert "trained on" not in err
    assert json.loads(run("evaluate", "m", "old.csv", "--json")[1])["trained on"] == 0.8
    assert json.loads(run("evaluate", "m", "new.csv", "--json")[1])["trained on"] == 0
    # Where none were kept out, training itself says so, and once.
    _, out, err = run("train", "old.csv", *PLAIN, *given, "--validation", 0)
    assert "On 150 training rows (none were kept out, so expect less on new ones):" in out
    assert "cell for cell" not in err


@pytest.mark.parametrize("stream", [(), ("--stream",)])
def test_cells_of_columns_that_are_not_used_are_not_refused(run, flowers, tmp_path, stream):
    names, *rows = flowers.read_text().splitlines()
    numbered = [f"{number},{number / 4},{row}" for number, row in enumerate(rows)]
    (tmp_path / "t.csv").write_text("\n".join([f"id,left,{names}", *numbered]) + "\n")
    numbered[100] = f"?!,oops,{rows[100]}"
    (tmp_path / "n.csv").write_text("\n".join([f"id,left,{names}", *numbered]) + "\n")
    assert run("train", "t.csv", *PLAIN, "--target", "kind", "--ignore", "left", "--out", "m", "--epochs", 2)[0] == 0
    assert load("m").predictor_.preparation.names == ("length", "width", "colour")
    for table in ("t", "n"):
        status, _, err = run("predict", "m", f"{table}.csv", "--out", f"{table}-p.csv", "--keep", "left", *stream)
        assert status == 0, err
    old, new = ((tmp_path / f"{table}-p.csv").read_text().splitlines() for table in "tn")
    assert [row.partition(",")[2] for row in old] == [row.partition(",")[2] for row in new]
    assert new[101].startswith("oops,")
    status, _, err = run("train", "n.csv", *PLAIN, "--target", "kind", "--out", "m2", "--epochs", 2, "--ignore", "left")
    assert status == 2
    assert "line 102, column 'id': '?!' is not a number" in err
    assert "left" not in err
