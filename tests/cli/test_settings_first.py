"""Settings that cannot be are refused before a file is read: here there is none, and the message is not of that."""

import re

import pytest

from clearprop import TableClassifier, load, write_csv
from clearprop.tables.choices import MOST_EPOCHS
from clearprop.tables.estimator import GREATEST_SEED

TRAIN = {
    "learning rate": (["--learning-rate", "nan"], "learning_rate must be a finite number > 0, got nan"),
    "no learning": (["--learning-rate", "0"], "learning_rate must be"),
    "optimiser": (["--optimizer", "adma"], "unknown optimizer 'adma'"),
    "schedule": (["--schedule", "cosin"], "unknown schedule 'cosin'"),
    "activation": (["--activation", "rleu"], "unknown activation 'rleu'"),
    "initializer": (["--initializer", "glorott"], "unknown initializer 'glorott'"),
    "loss": (["--loss", "hubr"], "unknown loss 'hubr'"),
    "loss of classes": (["--loss", "cross_entropy"], "loss 'cross_entropy' is for classes"),
    "loss of quantities": (["--loss", "huber", "--task", "classification"], "loss 'huber' is for regression"),
    "dtype": (["--dtype", "float16"], "float16"),
    "dtype by its sign": (["--dtype", "f16"], "dtype must be float32 or float64, got 'f16', which is float128"),
    "dtype by a short name": (["--dtype", "e"], "dtype must be float32 or float64, got 'e', which is float16"),
    "dropout": (["--dropout", "1"], "dropout must be from 0 to below 1"),
    "l1": (["--l1", "-1"], "l1 must be"),
    "l2": (["--l2", "inf"], "l2 must be"),
    "clip": (["--clip-norm", "0"], "clip_norm must be"),
    "hidden": (["--hidden", "3,x"], "--hidden must be whole numbers"),
    "layers too large": (["--hidden", "1000000000000"], "the 3,000,000,000,001 parameters that layer_sizes [1, 10"),
    "task": (["--task", "guess"], "--task must be classification or regression"),
    "validation": (["--validation", "1.5"], "validation must be a share from 0 to below 1, got 1.5"),
    "no share": (["--validation", "nan"], "validation must be a share from 0 to below 1, got nan"),
    "seed": (["--seed", "4294967296"], "seed must be at most 4,294,967,295, got 4,294,967,296"),
    "a huge seed": (["--seed", str(10**30)], "seed must be at most 4,294,967,295"),
    "epochs": (
        ["--epochs", "1000000000000"],
        "epochs must be at most 10,000,000, got 1,000,000,000,000: a few hundred",
    ),
    "huge epochs": (["--epochs", str(10**30)], "epochs must be at most 10,000,000"),
    "report": (["--report", "r.pdf"], "must end in .html"),
    "picture": (["--loss-curve", "l.gif"], "must end in .png or .svg"),
}


@pytest.mark.parametrize("case", TRAIN)
def test_train(refused, case):
    arguments, message = TRAIN[case]
    assert message in refused("train", "not-there.csv", "--target", "y", "--out", "m", *arguments)


def test_a_table_that_is_not_there_is_next(refused):
    assert "there is no such file" in refused("train", "not-there.csv", "--target", "y", "--out", "m")


BROKEN = "a,b,c,y\n1,2,3\n"  # a row that is refused, once rows are read
COLUMNS = {
    "target": (["--target", "nope"], "there is no column 'nope'"),
    "ignore": (["--target", "y", "--ignore", "nope"], "there is no column 'nope'"),
    "category": (["--target", "y", "--category", "nope"], "there is no column 'nope'"),
    "category of none": (["--target", "y", "--ignore", "a", "--category", "a"], "there is no column 'a'"),
    "a line": (["--target", "y", "--ignore", "a", "--ignore", "b", "--boundary", "b.png"], "has 'c' to learn from"),
    "categories": (["--target", "y", "--category", "a", "--category", "b", "--boundary", "b.png"], "two columns of"),
}


@pytest.mark.parametrize("case", COLUMNS)
def test_columns_are_checked_before_the_rows(refused, tmp_path, case):
    arguments, message = COLUMNS[case]
    (tmp_path / "broken.csv").write_text(BROKEN)
    assert message in refused("train", "broken.csv", "--out", "m", *arguments)


def test_what_a_model_needs_is_checked_before_the_rows(run, refused, houses, tmp_path):
    run("train", houses, "--recipe", "plain", "--target", "price", "--out", "m", "--epochs", 1, "--hidden", 2)
    (tmp_path / "broken.csv").write_text("size,age\n1,2,3\n")
    assert "there is no column 'price'" in refused("evaluate", "m", "broken.csv")
    assert "there is no column 'nope'" in refused("predict", "m", "broken.csv", "--keep", "nope", "--out", "p.csv")
    (tmp_path / "broken.csv").write_text("size,price\n1,2,3\n")
    assert "there is no column 'age'" in refused("predict", "m", "broken.csv", "--out", "p.csv")
    assert "there is no column 'age'" in refused("explain", "m", "broken.csv", "--row", "1")


@pytest.mark.parametrize("third", ["number", "text"])
def test_a_picture_that_cannot_be_drawn_is_refused_before_training(refused, tmp_path, third):
    columns = [[1, 2, 3, 4] * 5, [0, 1] * 10, [5, 6, 7, 8] * 5 if third == "number" else ["r", "s"] * 10, [7] * 20]
    write_csv(tmp_path / "t.csv", ["a", "b", "c", "d", "y"], [*columns, ["p", "q"] * 10])
    said = refused("train", "t.csv", "--target", "y", "--out", "m", "--boundary", "b.svg")
    assert "--boundary: t.csv has 'a', 'b', 'c' to learn from" in said
    assert "leave out --boundary, or other columns by --ignore" in said


def test_a_column_of_one_value_does_not_keep_the_picture_from_being_drawn(run, tmp_path):
    write_csv(tmp_path / "t.csv", ["a", "b", "d", "y"], [[1, 2, 3, 4] * 5, [0, 1] * 10, [7] * 20, ["p", "q"] * 10])
    assert (
        run("train", "t.csv", "--recipe", "plain", "--target", "y", "--out", "m", "--epochs", 1, "--boundary", "b.svg")[
            0
        ]
        == 0
    )
    assert (tmp_path / "b.svg").read_text().count("<svg") == 1


def test_a_demo_needs_a_folder(refused, tmp_path):
    assert "--out -: the demo writes several files, which need a folder" in refused("demo", "--out", "-")
    assert not list(tmp_path.iterdir())


EXPLAIN = {
    "optimiser": (["--optimizer", "magic"], "unknown optimizer 'magic'"),
    "rate": (["--optimizer", "sgd", "--learning-rate", "nan"], "learning_rate must be a finite number > 0, got nan"),
    "a rate alone": (["--learning-rate", "0.1"], "a learning_rate needs an optimizer"),
}


@pytest.mark.parametrize("case", EXPLAIN)
def test_explain(refused, case):
    arguments, message = EXPLAIN[case]
    assert message in refused("explain", "no-model", "not-there.csv", "--row", "1", *arguments)


def test_explain_asks_the_model_before_the_table(run, refused, flowers):
    run("train", flowers, "--recipe", "plain", "--target", "kind", "--out", "m", "--epochs", 1, "--hidden", 2)
    assert "'W9[1,1]' names nothing" in refused("explain", "m", "not-there.csv", "--parameter", "W9[1,1]")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["--runs", "0"], "1"), (["--runs", str(10**12)], "1000"), (["--rows", "99"], "100")],
)
def test_bench(run, arguments, message):
    status, out, err = run("bench", *arguments)
    assert (status, out) == (2, "")
    assert f"'{arguments[0]}'" in err
    assert re.search(rf"\b{message}\b", err)


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"trainer": {"learning_rate": float("nan")}}, ValueError, "learning_rate"),
        ({"trainer": {"patience": -1}}, ValueError, "patience"),
        ({"trainer": {"momentum": 1}}, TypeError, "momentum"),
        ({"trainer": {"epochs": MOST_EPOCHS + 1}}, ValueError, "at most 10,000,000"),
        ({"random_state": GREATEST_SEED + 1}, ValueError, "random_state must be at most"),
        ({"random_state": -1}, ValueError, "random_state must be a whole number >= 0"),
        ({"members": 0}, ValueError, "members must be a whole number >= 1"),
        ({"hidden_layer_sizes": [0]}, ValueError, "layer_sizes must hold whole numbers >= 1"),
        ({"scoring": "acuracy"}, ValueError, "did you mean 'accuracy'"),
        ({"recipe": "autp"}, ValueError, "unknown recipe 'autp', did you mean 'auto'"),
    ],
)
def test_settings_of_a_table_are_checked_where_they_are_made(settings, error, message):
    with pytest.raises(error, match=message):
        TableClassifier(**settings).choices()


def test_the_greatest_that_are_taken(run, houses):
    given = ("--recipe", "plain", "--target", "price", "--out", "m", "--seed", GREATEST_SEED, "--epochs", 1)
    status, _, err = run("train", houses, *given)
    assert status == 0, err
    assert load("m").predictor_.target.name == "price"
    greatest = {"epochs": MOST_EPOCHS, "patience": 10**30, "batch_size": 10**30}
    assert TableClassifier(trainer=greatest, random_state=0).choices().seed == 0


def test_what_lbfgs_ignores_is_said_once(recwarn):
    TableClassifier(trainer={"optimizer": "lbfgs", "learning_rate": 0.1}).choices()
    assert not recwarn.list
