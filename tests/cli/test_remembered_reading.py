"""A model remembers how its table's cells were read, and reads new files so; a flag given overrules."""

import numpy as np
import pytest

from clearprop import TableRegressor, load, read_table
from clearprop.cli.train_options import TrainOptions
from clearprop.files.container import read_container, write_container


@pytest.fixture
def trained(run, tmp_path):
    """A model of a file in which k.A. is missing, numbers have a decimal comma and days stand first."""
    rng = np.random.default_rng(0)
    size = rng.uniform(10, 90, 80).round(1)
    cells = [f"{value:.1f}".replace(".", ",") for value in size]
    cells[3] = cells[9] = "k.A."
    days = [f"{1 + k % 12:02}/{1 + k % 9:02}/2024" for k in range(80)]
    prices = [f"{3 * value:.1f}".replace(".", ",") for value in size]
    lines = [";".join(row) for row in zip(cells, days, prices, strict=True)]
    (tmp_path / "sales.csv").write_text("size;sold;price\n" + "\n".join(lines) + "\n")
    status, _, errors = run(
        *("train", "sales.csv", "--target", "price", "--recipe", "plain", "--epochs", "3", "--out", "m"),
        *("--missing", "k.A.", "--decimal", ",", "--dates", "day-first", "--task", "regression"),
    )
    assert status == 0, errors
    return "m"


NEW = "size;sold\nk.A.;05/06/2024\n1,5;07/08/2024\n"


def test_what_was_said_at_training_holds_for_new_files(run, trained, tmp_path):
    (tmp_path / "new.csv").write_text(NEW)
    status, _, errors = run("predict", trained, "new.csv", "--out", "p.csv")
    assert status == 0, errors
    said = "cells are read as those of the training table were: --missing k.A., --decimal ,, --dates day-first"
    assert f"note: {said}; flags given here overrule." in errors
    known = read_table(tmp_path / "new.csv", missing=["k.A."], decimal=",", dates="day-first")
    answers = (tmp_path / "p.csv").read_text().splitlines()[1:]
    assert list(map(float, answers)) == load(trained).predict(known).tolist()


@pytest.mark.parametrize("command", ["evaluate", "explain"])
def test_the_other_commands(run, trained, tmp_path, command):
    (tmp_path / "known.csv").write_text("size;sold;price\nk.A.;05/06/2024;9,5\n1,5;07/08/2024;4,5\n2,5;07/08/2024;7\n")
    status, _, errors = run(command, trained, "known.csv", *(["--row", "1"] if command == "explain" else []))
    assert status == 0, errors
    assert "as those of the training table were: --missing k.A." in errors


def test_a_flag_overrules(run, trained, tmp_path):
    (tmp_path / "new.csv").write_text("size;sold\nn/k;06/25/2024\n1.5;07/08/2024\n")
    flags = ("--missing", "n/k", "--decimal", ".", "--dates", "month-first")
    status, _, errors = run("predict", trained, "new.csv", "--out", "p.csv", *flags)
    assert status == 0, errors
    assert "training table were" not in errors


def test_what_does_not_fit_says_where_it_is_from(refused, trained, tmp_path):
    (tmp_path / "new.csv").write_text("size;sold\n1,5;05/06/2024\n2,5;07/28/2024\n")
    message = refused("predict", trained, "new.csv", "--out", "p.csv")
    assert "'07/28/2024'" in message
    assert "(cells are read as those of the training table were: --missing k.A., --decimal ,, --dates " in message


def test_columns_that_reader_and_model_refuse_are_named_at_once(run, refused, tmp_path):
    (tmp_path / "t.csv").write_text("a,b,y\n" + "".join(f"{k}.5,{k % 7 + 0.5},{3 * k}.25\n" for k in range(60)))
    assert run("train", "t.csv", "--target", "y", "--recipe", "plain", "--epochs", "2", "--out", "m")[0] == 0
    rows = "".join(f"{k}.5,low\n" for k in range(9))
    (tmp_path / "new.csv").write_text(f"a,b\n12O,high\n{rows}")
    for command in (("predict", "m", "new.csv", "--out", "p.csv"), ("explain", "m", "new.csv", "--row", "1")):
        message = refused(*command)
        assert "line 2, column 'a': '12O' is not a number" in message
        assert "line 2, column 'b': 'high' is no number, as in training (9 more like it)" in message


def test_it_is_in_the_model_file_and_older_files_load(trained, tmp_path):
    own = load(trained).predictor_.notation
    assert own.said() == {"missing": ("k.A.",), "decimal": ",", "dates": "day-first"}
    model = TableRegressor(recipe="plain", random_state=0, max_epochs=2).fit({"x": np.arange(50.0)}, np.arange(50.0))
    assert "notation" not in model.predictor_._config()


@pytest.mark.parametrize("changes", [{"decimal": ";"}, {"thousands": 3}, {"dates": "sometimes"}, {"more": 1}])
def test_what_cannot_be_in_a_file(run, trained, tmp_path, refused, changes):
    container = read_container(tmp_path / trained)
    container.config["extra"]["predictor"]["notation"] |= changes
    write_container(tmp_path / "bad", container)
    (tmp_path / "new.csv").write_text(NEW)
    assert "damaged model file" in refused("predict", "bad", "new.csv", "--out", "p.csv")


def test_the_command_line_of_a_report_has_it_all():
    from pathlib import Path

    from clearprop.cli.reading import ReadingOptions

    reading = ReadingOptions(missing=["k.A.", "-9"], decimal=",")
    options = TrainOptions(Path("a.csv"), "y", Path("m"), reading=reading, decoupled_decay=0.1)
    assert options.command() == (
        "clearprop train a.csv --target y --out m --decoupled-decay 0.1 --missing k.A. --missing -9 --decimal ,"
    )


def test_what_is_read_bit_by_bit_says_so_too(run, refused, trained, tmp_path):
    known = "size;sold;price\n" + "k.A.;05/06/2024;9,5\n" * 5 + "1,5;07/08/2024;4,5\n" * 5
    (tmp_path / "known.csv").write_text(known)
    said = "cells are read as those of the training table were: --missing k.A., --decimal ,, --dates day-first"
    for command in (["predict", trained, "known.csv", "--out", "p.csv"], ["evaluate", trained, "known.csv"]):
        status, out, errors = run(*command, "--stream")
        assert status == 0, errors
        assert said in " ".join((out + errors).split())
    (tmp_path / "new.csv").write_text("size;sold\n1,5;05/06/2024\n2,5;07/28/2024\n")
    message = refused("predict", trained, "new.csv", "--out", "q.csv", "--stream")
    assert "'07/28/2024'" in message
    assert message.endswith(f" ({said}; flags given here overrule)")
    (tmp_path / "new.csv").write_text("size;sold;price\n1,5;05/06/2024;1\n2,5;07/28/2024;2\n")
    message = refused("evaluate", trained, "new.csv", "--stream")
    assert message.endswith(f" ({said}; flags given here overrule)")


def test_columns_that_are_not_asked_for_are_not_refused_bit_by_bit(run, trained, tmp_path):
    rows = "".join(f"{k},5;0{k}/08/2024;{'long' if k == 7 else k}\n" for k in range(1, 10))
    (tmp_path / "new.csv").write_text(f"size;sold;weight\n{rows}")
    status, _, errors = run("predict", trained, "new.csv", "--out", "p.csv", "--stream")
    assert status == 0, errors
    known = {"size": [k + 0.5 for k in range(1, 10)], "sold": [np.datetime64(f"2024-08-0{k}") for k in range(1, 10)]}
    answers = (tmp_path / "p.csv").read_text().splitlines()[1:]
    assert list(map(float, answers)) == load(trained).predict(known).tolist()
