"""What went wrong with dataframes elsewhere, as public reports tell it, tried here: the right numbers, or an error."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from clearprop import TableClassifier, TableRegressor, load
from clearprop.errors import InputError
from clearprop.tables.frames import as_column, as_table
from clearprop.tables.notes import Alert
from clearprop.tables.preparation import Preparation
from clearprop.tables.roles import find_roles
from clearprop.tables.targets import Target

from .frames import needs_pyarrow, values

COUNTRIES = ["Germany", "France", "Italy", "Spain", "Belgium"]


def learned(frame, **others):
    return Preparation.fit(as_table(frame), **others)


def given_to(preparation, frame, notes=None):
    return preparation.transform(as_table(frame), notes).tolist()


def test_categories_go_by_their_labels_where_two_frames_number_them_differently():
    """LightGBM 2761 and 2826; also where it has become text (5244) or is in another library (XGBoost 10554)."""
    train = pd.DataFrame({"X": pd.Categorical(COUNTRIES)})
    preparation = learned(train)
    everything = given_to(preparation, train)
    fewer = ["Germany", "France", "Spain", "Belgium"]
    expected = [everything[COUNTRIES.index(country)] for country in fewer]
    assert [sorted(row) for row in expected] == [[0, 0, 0, 0, 1]] * 4
    for column in (
        pd.Categorical(fewer),
        pd.Categorical(fewer, categories=COUNTRIES[::-1]),
        pd.Categorical(fewer, categories=[*COUNTRIES, "Chile"], ordered=True),
        pd.Series(fewer, dtype=object),
        pd.Series(fewer, dtype="string"),
    ):
        assert given_to(preparation, pd.DataFrame({"X": column})) == expected
    for kind in (pl.Categorical, pl.String, pl.Enum([*COUNTRIES, "Chile"])):
        assert given_to(preparation, pl.DataFrame({"X": pl.Series(fewer, dtype=kind)})) == expected


def test_a_category_that_training_did_not_have_is_said_and_not_guessed():
    """LightGBM 1936: an unknown category was answered without a word."""
    notes = []
    assert given_to(learned({"X": COUNTRIES}), {"X": ["Chile"]}, notes) == [[0.0] * 5]
    assert "training did not have, such as 'Chile' in row 0" in notes[0]


def test_a_frame_that_lacks_a_column_is_refused():
    """LightGBM 2396 answered all the same."""
    preparation = learned({"age": [1.0, 2.0, 4.0], "income": [3.0, 1.0, 2.0]})
    with pytest.raises(InputError, match="there is no column 'income': add or rename the column; those there are"):
        given_to(preparation, {"age": [1.0]})


def test_categorical_features_that_are_not_there_are_refused_before_training():
    """LightGBM 6692: seen only when the saved model was used."""
    with pytest.raises(InputError, match="there is no column 'city'"):
        find_roles(as_table({"age": [1.0, 2.0]}), categorical_features=["city"])


@pytest.mark.parametrize("dtype", ["Int8", "Int16", "Int32", "Int64", "UInt8", "Float32", "Float64"])
def test_nullable_numbers_train_and_predict(dtype):
    """XGBoost 6851, 8213, 8466; LightGBM 4173."""
    plain = pd.DataFrame({"a": [4.0, np.nan, 6.0, 7.0]})
    nullable = pd.DataFrame({"a": pd.array([4, pd.NA, 6, 7], dtype=dtype)})
    assert given_to(learned(nullable), nullable) == given_to(learned(plain), plain)
    target = Target.recognise(as_column(nullable["a"]), "regression")
    assert target.rows(as_column(nullable["a"])).tolist() == [0, 2, 3]


def test_nullable_booleans_train_and_may_be_the_target():
    """XGBoost 6851; evalml 3981, where CatBoost could not take them."""
    frame = pd.DataFrame({"a": pd.array([True, pd.NA, False, True], dtype="boolean")})
    assert given_to(learned(frame), frame) == [[1, 0], [0, 1], [-1, 0], [1, 0]]
    assert Target.recognise(as_column(frame["a"])).classes == (False, True)


def test_whole_numbers_are_not_rounded_by_the_way():
    """Asked in the review of XGBoost 7760: is it right to make float32 of Int64? Three identifiers became one."""
    numbers = pd.array([2**60 + 1, 2**60 + 2, 2**60 + 3, pd.NA], dtype="Int64")
    assert values(as_table(pd.DataFrame({"a": numbers})).columns[0]) == [2**60 + 1, 2**60 + 2, 2**60 + 3, None]
    spread = np.ptp(learned(pd.DataFrame({"a": numbers})).transform(as_table(pd.DataFrame({"a": numbers})))[:3, 0])
    assert spread > 1


def test_missing_values_of_all_kinds_in_columns_of_objects_are_one():
    """CatBoost 2037 and 3142; scikit-learn 17317 and 26890: None, NaN and NA were not taken together."""
    numbers = pd.DataFrame({"a": pd.Series([1.0, None, np.nan, pd.NA, pd.NaT, 3.0], dtype=object)})
    assert values(as_table(numbers).columns[0]) == [1.0, None, None, None, None, 3.0]
    texts = pd.DataFrame({"a": pd.Series(["a", None, np.nan, pd.NA, pd.NaT, "b"], dtype=object)})
    assert learned(texts).feature_names == ("a is missing", "a=a", "a=b")
    assert given_to(learned(texts), texts)[1:5] == [[1, 0, 0]] * 4
    assert values(as_table([[1.0], [pd.NA], [3.0]]).columns[0]) == [1.0, None, 3.0]


def test_a_missing_cell_is_not_an_unknown_category():
    """scikit-learn 12018: NaN was counted among the unknown ones."""
    preparation = learned({"x": ["a", "b", "c"]})
    notes = []
    assert given_to(preparation, {"x": ["a", "b", "d", np.nan]}, notes) == [[1, 0, 0], [0, 1, 0], [0, 0, 0], [0, 0, 0]]
    assert len(notes) == 2
    assert "1 of 3 known cells hold categories that training did not have, such as 'd'" in notes[0]
    assert "1 cell is missing, and none was in training: no category stands in place" in notes[1]


def test_categorical_columns_and_texts_with_missing_cells_become_the_same():
    """category_encoders 221 and 54: the missing cells of categorical columns became garbage, or a category too many."""
    frame = pd.DataFrame({"A": pd.Categorical(["a", "b", "c", "a", np.nan]), "B": ["a", "b", "c", "a", np.nan]})
    rows = np.array(given_to(learned(frame), frame))
    assert rows[:, :4].tolist() == rows[:, 4:].tolist() == np.eye(4)[[1, 2, 3, 1, 0]].tolist()


def test_texts_of_another_type_of_array_are_the_same_categories():
    """scikit-learn 15726: a column of NumPy's fixed-width texts gave a 2 and lost rows."""
    preparation = learned(pd.DataFrame({"x": np.array(["mse", "mae"], dtype=object)}))
    given = np.array([["mae"], ["mae"], ["mse"], ["mae"]])
    assert preparation.transform(as_table(given, ["x"])).tolist() == [[-1], [-1], [1], [-1]]


def test_texts_and_numbers_may_stand_in_one_column():
    """scikit-learn 11379 and 16702: '<' is not supported between instances of 'int' and 'str', or 'NoneType'."""
    table = as_table([["a"], ["b"], ["c"], [1], [None]])
    assert Preparation.fit(table).feature_names == ("x0 is missing", "x0=1", "x0=a", "x0=b", "x0=c")


def test_a_whole_number_at_training_may_be_a_float_with_missing_cells_at_prediction():
    train = pd.DataFrame({"code": pd.Categorical([1, 2, 3, 1]), "n": [1, 2, 3, 1]})
    preparation = learned(train)
    later = pd.DataFrame({"code": [3, np.nan, 1], "n": [3, np.nan, 1]})
    assert later["code"].dtype == float
    expected = given_to(preparation, train)
    found = given_to(preparation, later)
    assert (found[0], found[2]) == (expected[2], expected[0])
    assert found[1][1:] == [0.0, 0.0, 0.0]


def test_booleans_that_became_objects_for_a_missing_cell_stay_booleans():
    """pandas makes objects of True, False and None; elsewhere those are refused or become categories."""
    column = as_table(pd.DataFrame({"b": [True, None, False]})).columns[0]
    assert (column.kind, values(column)) == ("boolean", [True, None, False])


def test_columns_of_one_name_are_each_learned_from():
    """pycaret 3482 failed far from the cause; XGBoost 12199 and skrub 650 refuse them."""
    frame = pd.DataFrame([[1.0, 5.0], [2.0, 3.0], [3.0, 1.0]], columns=["x", "x"])
    table = as_table(frame)
    assert Preparation.fit(table).feature_names == ("x", "x.1")
    assert table.notes == ("the table: several columns have one name; those behind the first are taken 'x' as 'x.1'.",)


@needs_pyarrow
def test_chunks_of_pyarrow_may_each_number_the_categories_anew():
    """polars 17945: each chunk had a dictionary of its own."""
    import pyarrow

    chunks = [pyarrow.array(texts).dictionary_encode() for texts in (["Parrot", "Dog"], ["Horse", "Dog", None])]
    column = as_table(pyarrow.table({"x": pyarrow.chunked_array(chunks)})).columns[0]
    assert values(column) == ["Parrot", "Dog", "Horse", "Dog", None]
    assert column.declared


def test_a_spelling_that_has_changed_throughout_is_said_in_front():
    notes = []
    given_to(learned({"b": ["yes", "no", "maybe"] * 3}), {"b": ["Y", "N", "M"]}, notes)
    assert isinstance(notes[0], Alert)


def test_the_types_that_pandas_converts_to_change_nothing():
    """shap 4011: what is converted by convert_dtypes() could not be explained any more."""
    rng = np.random.default_rng(0)
    numbers = {"x": rng.normal(size=20), "n": rng.integers(-9, 9, 20), "b": rng.random(20) > 0.5}
    frame = pd.DataFrame({**numbers, "t": ["a", "b"] * 10})
    converted = frame.convert_dtypes()
    preparation = learned(frame)
    assert learned(converted) == preparation
    assert given_to(preparation, converted) == given_to(preparation, frame)


def test_floats_with_missing_cells_may_be_categories():
    """CatBoost 482 and 1502, evalml 3965: real numbers and NaN had to be made texts by hand."""
    X = np.array([[1.0, 0.5], [2.0, 1.5], [np.nan, 0.5], [3.0, 2.5]])
    table = as_table(X)
    preparation = Preparation.fit(table, find_roles(table, categorical_features=[0, 1], named=False))
    assert preparation.feature_names == ("x0 is missing", "x0=1", "x0=2", "x0=3", "x1=0.5", "x1=1.5", "x1=2.5")
    assert preparation.transform(table).tolist()[2] == [1, 0, 0, 0, 1, 0, 0]


def test_a_column_may_be_of_another_type_in_the_rows_of_a_split():
    """skrub 631: numbers in one half of the rows, texts in the other."""
    halves = pd.Series([1.5, 2.5, 3.5, "4.5", "5.5"], dtype=object)
    preparation = learned(pd.DataFrame({"x": halves[:3]}))
    assert given_to(preparation, pd.DataFrame({"x": halves[3:]})) == given_to(preparation, {"x": [4.5, 5.5]})
    with pytest.raises(InputError, match=r"row 1 \(counted from 0\), column 'x': 'a' is no number, as in training"):
        given_to(preparation, {"x": [4.5, "a"]})


def test_durations_are_seconds_in_every_library():
    """skrub 2069: categories in polars, something else in pandas."""
    seconds = [3600.0, 5400.0, 7200.0]
    for frame in (
        pl.DataFrame({"d": seconds}).select(pl.duration(seconds=pl.col("d").cast(pl.Int64)).alias("d")),
        pd.DataFrame({"d": pd.to_timedelta(seconds, unit="s")}),
    ):
        assert values(as_table(frame).columns[0]) == seconds


@pytest.mark.parametrize("large", [np.inf, 1.7e308, 1e200])
def test_infinite_and_huge_numbers_do_not_give_the_target_away(large):
    """Infinity is on every line, and the squares of huge numbers are infinite."""
    rng = np.random.default_rng(0)
    a, y = rng.normal(size=60), rng.normal(size=60)
    model = TableRegressor(**QUICK).fit(pd.DataFrame({"a": np.where(a > 0, large, a), "b": rng.normal(size=60)}), y)
    assert not any("gives the target away" in note for note in model.notes_)


def test_large_quantities_are_no_identifiers():
    """Floats beyond 2^53 are whole numbers, all of them."""
    masses = np.random.default_rng(0).lognormal(size=60) * 1.9e30
    (role,) = find_roles(as_table({"mass": masses}))
    assert (role.use, role.kind) == ("number", "number")
    numbers = 2**60 + np.arange(60) * 7
    roles = find_roles(as_table({"mass": masses, "account": numbers}))
    assert [role.use for role in roles] == ["number", "nothing"]


QUICK = {"recipe": "plain", "max_epochs": 2, "random_state": 0, "members": 1}
MIXED = pd.DataFrame(
    {
        "a": np.random.default_rng(0).normal(size=60),
        "b": np.arange(60) % 5,
        "c": ["x", "y", "z"] * 20,
        "d": [True, False] * 30,
    }
)
UP = np.where(MIXED["a"] > 0, "up", "down")


@pytest.mark.parametrize(
    "labels",
    [
        [0, 1, 2, 3],
        [3, 1, 2, 0],
        [7, 5, 6, 9],
        ["a", 1, 2.5, None],
        pd.MultiIndex.from_tuples([("u", "a"), ("u", "b"), ("v", "a"), ("v", "b")]),
    ],
    ids=str,
)
def test_columns_whose_names_are_no_texts_are_found_by_them(labels, tmp_path):
    """scikit-learn 7242 and 12936: other places gave wrong values in silence; frames of arrays have such names."""
    frame = MIXED.set_axis(labels, axis=1)
    model = TableClassifier(**QUICK).fit(frame, UP, X_val=frame.iloc[:, ::-1], y_val=UP)
    model.save(tmp_path / "m")
    expected = model.predict_proba(frame)
    for one in (model, load(tmp_path / "m")):
        assert not hasattr(one, "feature_names_in_")
        for other in (frame.iloc[:, ::-1], frame.iloc[:, [2, 0, 3, 1]], pd.concat([frame, frame.iloc[:, [0]]], axis=1)):
            np.testing.assert_array_equal(one.predict_proba(other), expected)
        np.testing.assert_array_equal(one.predict_proba(MIXED.to_numpy()), expected)  # by places, without any names
    np.testing.assert_array_equal(model.evaluation_.n_rows, 60)
    with pytest.raises(ValueError, match="X has 3 features, but TableClassifier is expecting 4 features"):
        model.predict(frame.iloc[:, :3])


CLASSES = [None, *(number % 3 for number in range(59))]


@pytest.mark.parametrize(
    "make",
    [
        lambda: pd.Series(CLASSES, dtype="Int64"),
        lambda: pl.Series(CLASSES),
        lambda: pytest.importorskip("pyarrow").array(CLASSES),
        lambda: pytest.importorskip("pyarrow").chunked_array([CLASSES]),
    ],
    ids=["pandas", "polars", "Arrow", "Arrow, in chunks"],
)
def test_whole_numbers_with_missing_ones_stay_whole_as_classes(make):
    """CatBoost 1645 and 3142: labels of nullable types; NumPy has them as floats."""
    model = TableClassifier(**QUICK).fit(MIXED, make())
    assert model.classes_.tolist() == [0, 1, 2]
    assert model.predict(MIXED).dtype.kind == "i"


def test_columns_of_booleans_and_categories_alone_are_learned():
    """TabPFN 880 and 1040."""
    frame = MIXED[["d", "c"]].astype({"c": "category"})
    model = TableClassifier(**QUICK).fit(frame, UP)
    np.testing.assert_array_equal(
        model.predict_proba(frame.astype({"d": "boolean", "c": str})), model.predict_proba(frame)
    )


def test_nothing_given_is_changed_by_a_prediction():
    """LightGBM 6195: categories that training did not have became missing in the caller's own frame."""
    frame = MIXED.astype({"c": "category"})
    model = TableClassifier(**QUICK).fit(frame, UP)
    other = frame.assign(c=pd.Categorical(["x", "new"] * 30))
    before = other.copy(deep=True)
    model.predict(other)
    pd.testing.assert_frame_equal(other, before)


def test_no_rows_are_refused_by_what_is_wrong():
    """LightGBM 1395: an empty slice gave an error about dimensions."""
    with pytest.raises(InputError, match=r"0 sample\(s\) \(shape=\(0, 4\)\) .*: give a row"):
        TableClassifier(**QUICK).fit(MIXED, UP).predict(MIXED[:0])


def test_a_lazy_frame_is_not_asked_for_what_is_dear():
    """polars warns where a lazy frame's columns are looked up; warnings are errors here."""
    model = TableClassifier(**QUICK).fit(MIXED, UP)
    lazy = pl.from_dict({name: MIXED[name].tolist() for name in MIXED}).lazy()
    np.testing.assert_array_equal(model.predict_proba(lazy), model.predict_proba(MIXED))


@needs_pyarrow
def test_what_can_be_read_only_once_is_read_once():
    import pyarrow as pa

    frame = pa.Table.from_pandas(MIXED.assign(up=UP), preserve_index=False)
    model = TableClassifier(**QUICK).fit(frame.to_reader(), "up")
    expected = TableClassifier(**QUICK).fit(frame, "up").predict_proba(frame)
    np.testing.assert_array_equal(model.predict_proba(frame.to_reader()), expected)
    assert model.score(frame.to_reader(), UP) == (expected.argmax(axis=1) == np.searchsorted(["down", "up"], UP)).mean()


def test_a_lazy_frame_is_collected_once():
    asked = []

    def tell(frame):
        asked.append(len(frame))
        return frame

    lazy = pl.from_pandas(MIXED).lazy().map_batches(tell)
    model = TableClassifier(**QUICK).fit(lazy, UP)
    model.predict(lazy)
    assert asked == [len(MIXED)] * 2


@needs_pyarrow
def test_answers_may_be_read_only_once_too():
    import pyarrow as pa

    labels, quantities = pa.table({"up": UP.tolist()}), pl.DataFrame({"a": MIXED["a"].tolist()})
    expected = TableClassifier(**QUICK).fit(MIXED, UP)
    model = TableClassifier(**QUICK).fit(MIXED, labels.to_reader())
    assert model.score(MIXED, labels.to_reader()) == expected.score(MIXED, UP)
    assert expected.score(MIXED, pl.from_arrow(labels).lazy()) == expected.score(MIXED, UP)
    lazy = TableRegressor(**QUICK).fit(MIXED, quantities.lazy())
    assert lazy.score(MIXED, quantities.lazy()) == lazy.score(MIXED, MIXED["a"])


def test_labels_that_are_one_class_are_scored_as_one():
    """Training took "true" and "True" for one class, and the score for two."""
    up = np.array(UP) == "up"
    labels = np.where(up, np.where(np.arange(len(up)) % 2, "true", "True"), "False").astype(object)
    model = TableClassifier(**QUICK).fit(MIXED, labels)
    assert model.classes_.tolist() == ["False", "True"]
    assert model.score(MIXED, labels) == ((model.predict(MIXED) == "True") == up).mean()
    numbered = TableClassifier(**QUICK).fit(MIXED, up.astype(int))
    spelled = np.where(up, "1.0", "0")
    assert numbered.score(MIXED, spelled) == numbered.score(MIXED, up.astype(int))


@pytest.mark.parametrize(
    ("labels", "scoring", "message"),
    [
        (UP, "f1", r"scoring='f1' cannot be had of the classes 'down', 'up' \(pos_label=1 is not .*scoring='f1_macro'"),
        (
            MIXED["c"],
            "roc_auc",
            r"scoring='roc_auc' cannot be had of the classes 'x', 'y', 'z' .*scoring='roc_auc_ovr'",
        ),
    ],
)
def test_a_score_that_these_classes_do_not_have(labels, scoring, message):
    with pytest.raises(InputError, match=message):
        TableClassifier(**QUICK, scoring=scoring).fit(MIXED, labels)


@pytest.mark.parametrize(
    ("settings", "labels", "message"),
    [
        ({"members": 61}, UP, "60 rows are too few for a fold of 61 members each: give members at most 60"),
        ({}, MIXED["a"], "take MLPRegressor or TableRegressor for quantities"),
        ({}, pd.cut(MIXED["a"], 3), r"as by np\.array\(y\)\.astype\(str\)"),
        ({"split_by": "k"}, UP, "split by 'k': 1 different value is too few for 2 parts"),
    ],
)
def test_what_cannot_be_says_why(settings, labels, message):
    with pytest.raises(ValueError, match=message):
        TableClassifier(**{**QUICK, **settings}).fit(MIXED.assign(k=1), labels)


def test_a_warm_start_with_other_classes_says_so():
    model = TableClassifier(**QUICK, warm_start=True).fit(MIXED, UP)
    with pytest.raises(InputError, match=r"no row has an answer of those .* before \('down', 'up'\): .* warm_start"):
        model.fit(MIXED, ["left", "right"] * 30)


@pytest.mark.parametrize(
    ("labels", "finest"), [(1e-300 * MIXED["a"], "1e-"), (2**60 + MIXED["b"], "2.6e"), (-(2**60) - MIXED["b"], "2.6e")]
)
def test_a_target_of_too_fine_differences_is_not_called_constant(labels, finest):
    message = rf"all values are .*, but for differences below {finest}.*: subtract what they have"
    with pytest.raises(InputError, match=message):
        TableRegressor(**QUICK).fit(MIXED, labels)
