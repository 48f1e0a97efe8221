import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearprop.errors import InputError
from clearprop.foundation.table_cells import MISSING
from clearprop.tables.targets import ClassTarget, NumberTarget, Target
from clearprop.tables.text_table import Table

from ..extent import examples


def column(values):
    return Table.from_columns(["y"], [values], path="t.csv").column("y")


def refusal(action, *args, **kwargs):
    with pytest.raises(InputError) as caught:
        action(*args, **kwargs)
    assert str(caught.value).isprintable()
    return str(caught.value)


def through_json(target):
    return Target.from_config(json.loads(json.dumps(target.to_config(), allow_nan=False)))


# --- recognition


@pytest.mark.parametrize(
    ("values", "classes", "why"),
    [
        (["b", "a", "b"], ("a", "b"), "'y' holds text: classification."),
        (["1", "0"], ("0", "1"), "'y' holds 2 different whole numbers in 2 rows: classification (pass task='"),
        (["1", "-1", "1.0e2"] * 5, ("-1", "1", "1.0e2"), "'y' holds 3 different whole numbers in 15 rows: class"),
        (list(range(10)) * 5, tuple(map(str, range(10))), "'y' holds 10 different whole numbers in 50 rows: class"),
    ],
)
def test_classification_is_recognised(values, classes, why):
    notes = []
    target = Target.recognise(column(values), notes=notes)
    assert target == ClassTarget("y", classes)
    assert len(notes) == 1
    assert notes[0].startswith(why)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (["1.5", "0"], "'y' holds numbers with fractions: regression (pass task='classification' if that is wrong)."),
        ([1, 2, 3] * 4 + [1, 2], "'y' holds 3 different whole numbers in 14 rows: regression (pass task='class"),
        (list(range(21)) * 50, "'y' holds 21 different whole numbers in 1,050 rows: regression"),
    ],
)
def test_regression_is_recognised(values, why):
    notes = []
    target = Target.recognise(column(values), notes=notes)
    numbers = np.array(values, dtype=float)
    assert target == NumberTarget("y", float(numbers.mean()), float(numbers.std()))
    assert notes[0].startswith(why)


def test_a_given_task_is_taken_without_a_word():
    notes = []
    values = ["1.5", "0", "1.5", "0"]
    assert Target.recognise(column(values), "classification", notes) == ClassTarget("y", ("0", "1.5"))
    assert Target.recognise(column(["1", "0"]), "regression", notes) == NumberTarget("y", 0.5, 0.5)
    assert Target.recognise(column([1, 2, 3, 4, "x"] * 2), "classification", notes).task == "classification"
    assert notes == []


@pytest.mark.parametrize(
    ("values", "task", "message"),
    [
        (
            ["a", "", "b", "NA"],
            None,
            "column 'y': the target is missing in row 1, 3 (counted from 0) (first: ''): fill it in, or remove",
        ),
        (
            ["?"] * 10,
            None,
            "column 'y': the target is missing in row 0, 1, 2, 3, 4, 5, 6, 7 (counted from 0) and 2 more (first: '?')",
        ),
        (["1", "NA"], "regression", "column 'y': the target is missing in row 1 (counted from 0)"),
        (["a", "a"], None, "column 'y': every row has the class 'a': two classes or more are needed"),
        (["1", "1"], None, "column 'y': every row has the class '1': two classes or more"),
        (["1", "1"], "regression", "column 'y': every row has the value '1': there is nothing to learn"),
        (["1.5", "1.50"], None, "column 'y': every row has the value '1.5': there is nothing to learn"),
        (["1", "x"], "regression", "row 1 (counted from 0), column 'y': 'x' is not a number"),
        (["1", "2.5", "inf"], None, "row 2 (counted from 0), column 'y': 'inf' is infinite"),
        (["1", "2.5", "1e999"], "regression", "row 2 (counted from 0), column 'y': '1e999' is infinite"),
        (
            [1, 2, 3, 4, "5l"],
            None,
            "row 4 (counted from 0), column 'y': '5l' is not a number, and 4 of the 5 known cells are: correct",
        ),
        (
            ["1,5", "2,5"],
            None,
            "row 0 (counted from 0), column 'y': '1,5' looks like a number with a decimal comma: write it with a",
        ),
        (["a", "b", "c"], None, "column 'y': 3 classes in 3 rows are too many (at most 1,000, and half of the rows); "),
        (["1", "1.0", "2", "2"] * 2, None, "column 'y': the classes '1', '1.0' are the same number: write them alike"),
    ],
)
def test_bad_targets(values, task, message):
    assert refusal(Target.recognise, column(values), task).startswith("t.csv, " + message)


def test_too_many_classes():
    text = refusal(Target.recognise, column([f"n{i}" for i in range(1001)] * 3))
    assert text.startswith("t.csv, column 'y': 1,001 classes in 3,003 rows are too many")
    assert text.endswith("an identifier or free text: name another target")
    numbers = refusal(Target.recognise, column(range(100)), "classification")
    assert numbers.endswith("the column looks like a quantity: pass task='regression'")
    assert len(Target.recognise(column([f"n{i}" for i in range(1000)] * 2)).classes) == 1000


def test_a_remedy_is_offered_for_classes_among_numbers():
    assert "or pass task='classification'" in refusal(Target.recognise, column([1, 2, 3, 4, "other"]))


def test_an_unknown_task():
    assert refusal(Target.recognise, column(["a", "b"]), "cluster").startswith("the task is 'cluster': it must be")


# --- encoding


def test_classes_are_numbered_in_order_and_keep_their_labels():
    target = Target.recognise(column(["10", "9", "010e0x"] * 3), "classification")
    assert target.classes == ("010e0x", "10", "9")
    target = Target.recognise(column(["10", "9.0", "-3"] * 5))
    assert target.classes == ("-3", "9.0", "10")
    numbers = target.encode(column(["10.0", "9", "-3", "10"]))
    assert numbers.dtype == np.int64
    assert numbers.tolist() == [2, 1, 0, 2]
    assert target.decode(numbers).tolist() == ["10", "9.0", "-3", "10"]


def test_bad_cells_in_other_tables():
    classes = ClassTarget("y", ("no", "yes"))
    assert refusal(classes.encode, column(["no", "perhaps"])) == (
        "t.csv, row 1 (counted from 0), column 'y': 'perhaps' is none of the classes 'no', 'yes': correct it, or "
        "remove the row"
    )
    assert refusal(classes.encode, column(["no", ""])).startswith(
        "t.csv, column 'y': the target is missing in row 1 (counted from 0)"
    )
    assert refusal(ClassTarget("y", ("0", "1")).encode, column(["1", "x"])).startswith(
        "t.csv, row 1 (counted from 0), column 'y': 'x'"
    )
    quantity = NumberTarget("y", 1.0, 2.0)
    assert refusal(quantity.encode, column(["1", "many"])).startswith(
        "t.csv, row 1 (counted from 0), column 'y': 'many' is not a num"
    )
    assert refusal(quantity.encode, column(["1", "NA"])).startswith(
        "t.csv, column 'y': the target is missing in row 1 (counted from 0)"
    )


def test_a_quantity_is_standardised_and_brought_back():
    values = [3.0, 5.0, 10.0]
    target = Target.recognise(column(values), "regression")
    encoded = target.encode(column(values))
    np.testing.assert_allclose(encoded, (np.array(values) - 6) / np.sqrt(26 / 3), rtol=1e-15)
    assert abs(encoded.mean()) < 1e-15
    np.testing.assert_allclose(encoded.std(), 1, rtol=1e-15)
    np.testing.assert_allclose(target.decode(encoded), values, rtol=1e-15)


# --- configurations

label = st.text(st.characters(exclude_categories=["Cs"]), max_size=4).map(str.strip).filter(lambda t: t not in MISSING)


@examples(200)
@given(labels=st.lists(label, min_size=2, max_size=8, unique=True))
def test_any_classes_go_through_json_and_back_to_their_labels(labels):
    try:
        target = Target.recognise(column(labels * 2), "classification")
    except InputError as error:
        labels = str(error)
    else:
        assert through_json(target) == target
        assert target.decode(target.encode(column(labels))).tolist() == labels
        return
    assert "are the same number" in labels


@examples(200)
@given(values=st.lists(st.floats(-1e100, 1e100), min_size=2))
def test_any_quantity_goes_through_json_to_the_last_bit(values):
    if max(values) - min(values) < 1e-100:
        return
    target = Target.recognise(column(values), "regression")
    rebuilt = through_json(target)
    assert rebuilt == target
    encoded = target.encode(column(values))
    assert rebuilt.encode(column(values)).tobytes() == encoded.tobytes()
    assert rebuilt.decode(encoded).tobytes() == target.decode(encoded).tobytes()
    np.testing.assert_allclose(target.decode(encoded), values, rtol=1e-13, atol=1e-13 * np.abs(values).max())


CLASSES = {"task": "classification", "name": "y", "classes": ["no", "yes"]}
NUMBER = {"task": "regression", "name": "y", "mean": 1.0, "scale": 2.0}


def test_good_configurations_are_taken():
    assert Target.from_config(CLASSES) == ClassTarget("y", ("no", "yes"))
    assert Target.from_config(NUMBER) == NumberTarget("y", 1.0, 2.0)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (None, "target: its task, None, is neither 'classification' nor 'regression'"),
        ({}, "target: its task, None, is neither"),
        ({"task": {}}, "target: its task, {}, is neither"),
        ({**CLASSES, "mean": 1.0}, "target: the entry 'mean' is unknown"),
        ({"task": "classification", "name": "y"}, "target: there is no entry 'classes'"),
        ({**CLASSES, "name": ""}, "target, name: '' is not a name"),
        ({**CLASSES, "classes": "no"}, "target, classes: 'no' is not a list of strings"),
        ({**CLASSES, "classes": ["no"]}, "target, classes: 'no' are not two or more different classes"),
        ({**CLASSES, "classes": ["no", "no"]}, "target, classes: a value stands there twice"),
        ({**CLASSES, "classes": ["1", "1.0"]}, "target, classes: '1', '1.0' are not two or more different classes"),
        ({**CLASSES, "classes": ["no", None]}, "target, classes: None is not a string"),
        ({**CLASSES, "classes": ["no", ""]}, "target, classes: one of ''"),
        ({**NUMBER, "classes": []}, "target: the entry 'classes' is unknown"),
        ({**NUMBER, "name": None}, "target, name: None is not a name"),
        ({**NUMBER, "mean": float("nan")}, "target, mean: nan is not between"),
        ({**NUMBER, "mean": [1.0]}, "target, mean: [1.0] is not a number"),
        ({**NUMBER, "scale": 0.0}, "target, scale: 0.0 is not between"),
        ({**NUMBER, "scale": float("inf")}, "target, scale: inf is not between"),
        ({**NUMBER, "scale": False}, "target, scale: False is not a number"),
    ],
)
def test_bad_configurations(config, message):
    refused = refusal(Target.from_config, config)
    assert refused.startswith(message)
    assert refused.endswith(": the file is damaged or was changed: save the model again")
