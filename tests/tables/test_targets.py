"""Classes and quantities learned from typed columns, encoded and decoded."""

import json

import numpy as np
import pandas as pd
import polars as pl
import pytest

from clearprop.errors import InputError
from clearprop.tables.column import Column
from clearprop.tables.frames import as_column
from clearprop.tables.notes import Alert
from clearprop.tables.targets import ClassTarget, NumberTarget, Target


def recognised(given, task=None):
    notes = []
    target = Target.recognise(as_column(given, "y"), task, notes)
    assert Target.from_config(json.loads(json.dumps(target.to_config()))) == target
    return target, notes


@pytest.mark.parametrize(
    ("given", "classes"),
    [
        (["no", "yes", "no"], ("no", "yes")),
        ([1, 0, 1], (0, 1)),
        ([1.0, 0.0, np.nan], (0, 1)),
        ([True, False, None], (False, True)),
        (["10", "9", "x"], ("10", "9", "x")),
        (pd.Categorical([3, 1, 3]), ("1", "3")),
        (pl.Series(["b", "a", None]), ("a", "b")),
        ([0, 1, 2] * 5, (0, 1, 2)),
        ([2**60 + 1, 2**60 + 2], (2**60 + 1, 2**60 + 2)),
        (np.array(["b", "a"]), ("a", "b")),
    ],
)
def test_classes_are_the_users_own_values(given, classes):
    target, _ = recognised(pd.Series(given) if isinstance(given, pd.Categorical) else given)
    assert isinstance(target, ClassTarget)
    assert target.classes == classes
    assert [type(label) for label in target.classes] == [type(label) for label in classes]
    assert target.decode(np.arange(len(classes))).tolist() == list(classes)


@pytest.mark.parametrize("labels", [["b", "a", "c"], [3, 1, 2], [0.5, -1.0], [True, False]])
def test_labels_are_as_scikit_learn_has_them(labels):
    target, _ = recognised(labels * 5, "classification")
    expected = np.unique(labels)
    np.testing.assert_array_equal(target.labels, expected)
    assert target.labels.dtype.kind == expected.dtype.kind
    np.testing.assert_array_equal(
        target.encode(as_column(labels)), np.unique(labels, return_inverse=True)[1].astype(np.int64)
    )


@pytest.mark.parametrize(
    ("learned", "met"),
    [
        (["1", "2"], [1.0, 2.0]),
        (["1.0", "2.0"], [1, 2]),
        ([1, 2], ["1", "2.0"]),
        ([True, False], ["true", "FALSE"]),
        (["true", "false"], [True, False]),
        ([0.5, 1.5], ["0.50", "1.5"]),
        (["a ", "b"], ["a", " b"]),
    ],
)
def test_a_label_is_the_same_class_however_it_is_typed(learned, met):
    target, _ = recognised(learned, "classification")
    np.testing.assert_array_equal(target.encode(as_column(met)), target.encode(as_column(learned)))


def test_booleans_that_have_words_of_their_own_are_classes_of_those_words():
    column = Column("y", "boolean", np.array([True, False, True]), texts=np.array(["no", "yes"], dtype=object))
    target = Target.recognise(column)
    assert target == ClassTarget("y", ("no", "yes"))
    assert target.encode(column).tolist() == target.encode(as_column(["yes", "no", " yes"])).tolist() == [1, 0, 1]


def test_labels_that_are_spelled_alike_are_one_class_by_its_commonest_name():
    target, _ = recognised(["1", "1.0", "1.0", "x", " x", "x"])
    assert target.classes == ("1.0", "x")
    assert target.encode(as_column(["1", "1.0", " x"])).tolist() == [0, 0, 1]


@pytest.mark.parametrize(
    ("given", "task", "why"),
    [
        (["a", "b"], "classification", "'y' holds text: classification."),
        ([True, False], "classification", "'y' holds booleans: classification."),
        ([1.5, 2.5], "regression", "'y' holds numbers with fractions: regression (pass task='classification' if"),
        ([1, 2] * 9, "classification", "'y' holds 2 different whole numbers in 18 rows: classification (pass task="),
        ([1, 2, 3] * 5, "classification", "'y' holds 3 different whole numbers in 15 rows: classification"),
        ([1, 2, 3] * 4, "regression", "'y' holds 3 different whole numbers in 12 rows: regression"),
        (list(range(11)) * 9, "regression", "'y' holds 11 different whole numbers in 99 rows: regression"),
        (["1.5", "2", "NA"], "regression", "'y' holds numbers with fractions: regression"),
        (pd.Series(pd.Categorical([1, 2, 3])), "classification", "'y' holds categories: classification."),
        ([1.0, np.inf, 2.0], "regression", None),
    ],
)
def test_the_task_is_guessed_with_a_note(given, task, why):
    if why is None:
        with pytest.raises(InputError, match=r"row 1 .*the target 'inf' is infinite or beyond 1e\+100"):
            recognised(given)
        return
    target, (note,) = recognised(given)
    assert target.task == task
    assert note.startswith(why)


def test_rows_without_a_target_are_left_out_with_a_note():
    column = as_column([1.5, None, np.nan, 3.5], "y")
    target, _ = recognised([1.5, 3.5])
    notes = []
    rows = target.rows(column, notes, "data.csv")
    assert rows.tolist() == [0, 3]
    assert notes == ["data.csv: 2 of 4 rows are left out, as the target 'y' is missing there."]
    assert target.encode(column.take(rows)).tolist() == [-1.0, 1.0]
    with pytest.raises(InputError, match=r"row 1 .*the target '\(missing\)' is missing: fill it in, or remove the row"):
        target.encode(column)


def test_unknown_classes_are_left_out_with_an_alert_or_refused():
    target, _ = recognised(["a", "b"])
    column = as_column(["a", "c", None, "b"], "y")
    notes = []
    assert target.rows(column, notes).tolist() == [0, 3]
    assert [type(note) for note in notes] == [str, Alert]
    assert notes[1] == (
        "the table: 1 row is left out, as the target 'y' is none of the classes of training there (such as 'c'; there "
        "are 'a', 'b')."
    )
    with pytest.raises(InputError, match=r"row 1 .*: 'c' is none of the classes 'a', 'b': correct it, or remove"):
        target.encode(column)


def test_a_quantity_has_mean_0_and_deviation_1_and_its_range_is_known():
    y = np.random.default_rng(0).gamma(2, 10, size=100)
    target, _ = recognised(y)
    assert (target.mean, target.scale) == (pytest.approx(y.mean()), pytest.approx(y.std()))
    assert (target.low, target.high) == (y.min(), y.max())
    encoded = target.encode(as_column(y))
    assert (encoded.mean(), encoded.std()) == (pytest.approx(0), pytest.approx(1))
    np.testing.assert_allclose(target.decode(encoded), y)
    counts = NumberTarget.learned(as_column([0, 3, 9]), standardised=False)
    assert counts == NumberTarget("y", 0.0, 1.0, 0.0, 9.0)


@pytest.mark.parametrize(
    ("given", "task", "message"),
    [
        ([None, None], None, "column 'y': the target is missing in every row: fill it in"),
        (["a"] * 3, None, "column 'y': every row has the class 'a': two classes or more are needed"),
        ([1, 1, None], "classification", "every row has the class 1: two classes"),
        ([5.0, 5.0, None], "regression", r"every row has the value 5\.0: there is nothing to learn"),
        (["a", "b", "c"], "regression", "row 0 .*: the target 'a' is no number, and a quantity is to be predicted"),
        (
            [f"n{i}" for i in range(30)],
            None,
            "30 classes in 30 rows are too many .*an identifier or free text",
        ),
        (list(range(30)), "classification", "30 classes in 30 rows are too many .*: pass task='regression'"),
        (pd.Series(pd.to_datetime(["2024-01-31", "2024-02-01"])), "regression", "'2024-01-31' is no number"),
        ([1, 2], "clustering", "the task is 'clustering': it must be 'classification' or 'regression'"),
    ],
)
def test_what_is_no_target_is_refused(given, task, message):
    with pytest.raises(InputError, match=message):
        recognised(given, task)


def test_a_few_rows_may_have_as_many_classes():
    assert recognised(["a", "b", "c"])[0].classes == ("a", "b", "c")


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"task": "classification", "name": "y", "classes": ["a"]}, r"target, classes: .* is not a list of labels"),
        ({"task": "classification", "name": "y", "classes": ["1", "1.0"]}, "are not two or more different classes"),
        (
            {"task": "classification", "name": "y", "classes": ["a", None]},
            "target, classes: None is not a label",
        ),
        ({"task": "classification", "name": "y", "classes": [float("nan")] * 2}, "target, classes: nan is no label"),
        ({"task": "regression", "name": "y", "mean": 0.0, "scale": 0.0}, r"target, scale: 0\.0 is not between"),
        ({"task": "magic"}, "target: its task, 'magic', is neither"),
        ([], "target: its task, None, is neither"),
    ],
)
def test_a_damaged_configuration_is_refused(config, message):
    with pytest.raises(InputError, match=message):
        Target.from_config(config)


def test_the_targets_of_the_first_model_files_are_read():
    labels = Target.from_config({"task": "classification", "name": "y", "classes": ["9", "10"]})
    assert labels.encode(as_column([10, 9.0])).tolist() == [1, 0]
    assert labels.decode(np.array([1])).tolist() == ["10"]
    number = Target.from_config({"task": "regression", "name": "y", "mean": 2.5, "scale": 0.5})
    assert number.decode(np.array([1.0])).tolist() == [3.0]
