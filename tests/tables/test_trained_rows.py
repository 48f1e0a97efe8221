"""Rows that were trained on are known again, so that scores on them are not taken for honest ones."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from clearprop import TableClassifier, TableRegressor, load
from clearprop.tables import trained_rows
from clearprop.tables.evaluating import evaluate_source, evaluate_table
from clearprop.tables.frames import as_column, as_table
from clearprop.tables.notes import Alert
from clearprop.tables.sources.opening import streamed
from clearprop.tables.trained_rows import MOST_KEPT, Comparison, TrainedRows, row_digests

QUICK = {"recipe": "plain", "max_epochs": 2, "random_state": 0, "members": 1}
NUMBERS = np.random.default_rng(0).normal(size=(3000, 4)).astype(np.float32)


def frame(n, seed=0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame({"a": rng.normal(size=n), "b": rng.choice(["x", "y", "z"], n), "c": rng.integers(0, 9, n)})


def kinds(X):
    return np.where(X.a > 0, "up", "down")


def compared(trained, *parts):
    comparison = Comparison(trained)
    for X in parts:
        comparison.take(X)
    return comparison


def told(model, X, y):
    """The share of rows that were trained on, and the note on it."""
    evaluation = evaluate_table(model.predictor_, as_table(X), as_column(y, "y"))
    notes = [note for note in evaluation.notes if "trained on" in note]
    return evaluation.trained_on, notes


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_equal_rows_have_equal_digests_however_they_are_stored(dtype):
    X = np.where(np.random.default_rng(0).random((50, 120)) < 0.05, 1.5, 0.0).astype(dtype)
    digests = row_digests(X)
    assert row_digests(csr_array(X)).tolist() == digests.tolist()
    assert row_digests(-X * -1).tolist() == digests.tolist()
    assert row_digests(np.asfortranarray(X)).tolist() == digests.tolist()
    assert row_digests(X[::-1]).tolist() == digests[::-1].tolist()
    assert row_digests(csr_array((2, 3), dtype=dtype)).tolist() == row_digests(np.zeros((2, 3), dtype)).tolist()
    assert digests.max() < 2**53


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rows_of_flags_alone_are_told_apart(dtype):
    places = np.arange(2**12)[:, np.newaxis]
    X = ((places >> np.arange(12)) & 1).astype(dtype)
    assert len(set(row_digests(X).tolist())) == 2**12


def test_of_few_rows_all_are_known():
    trained = TrainedRows.of(row_digests(NUMBERS[:100]))
    assert trained.look_up(row_digests(NUMBERS[50:150])) == (50, 100)
    assert compared(trained, NUMBERS[50:150]).share == 0.5
    assert compared(trained, NUMBERS[100:]).share == 0
    assert compared(trained, NUMBERS[100:]).note("t") is None


def test_of_many_rows_a_sample_tells():
    trained = TrainedRows.of(row_digests(NUMBERS[:2000]))
    assert len(trained.digests) == MOST_KEPT
    assert trained.look_up(row_digests(NUMBERS[:2000])) == (MOST_KEPT, MOST_KEPT)
    found, looked_up = trained.look_up(row_digests(NUMBERS[1000:]))
    assert compared(trained, NUMBERS[1000:]).share == found / looked_up == pytest.approx(0.5, abs=0.1)
    assert trained.look_up(row_digests(NUMBERS[2000:]))[0] == 0
    assert f"{found} of the {looked_up} rows that can be looked up" in compared(trained, NUMBERS[1000:]).note("t")


@pytest.mark.parametrize("n_trained", [100, 2000])
def test_rows_that_come_part_by_part_are_compared_as_those_that_come_together(n_trained):
    trained = TrainedRows.of(row_digests(NUMBERS[:n_trained]))
    together = compared(trained, NUMBERS[50:])
    assert compared(trained, NUMBERS[50:700], NUMBERS[700:700], csr_array(NUMBERS[700:])) == together
    assert (together.n_rows, together.found > 0) == (2950, True)


def test_digests_of_many_rows_are_made_a_few_cells_at_a_time(monkeypatch):
    at_once = row_digests(NUMBERS)
    sizes, bits = [], trained_rows._bits
    monkeypatch.setattr(trained_rows, "_CELLS_AT_A_TIME", 42)
    monkeypatch.setattr(trained_rows, "_bits", lambda X: sizes.append(X.size) or bits(X))
    assert row_digests(NUMBERS).tolist() == at_once.tolist()
    assert max(sizes) == 40
    assert row_digests(np.tile(NUMBERS[:3], 20)).tolist() == row_digests(csr_array(np.tile(NUMBERS[:3], 20))).tolist()


def test_rows_that_are_equal_by_chance_say_nothing():
    X = np.random.default_rng(0).integers(0, 3, (400, 2)).astype(np.float32)
    trained = TrainedRows.of(row_digests(X[:200]))
    assert trained.repeated == 1
    assert compared(trained, X[200:]).share is None
    twice = np.repeat(NUMBERS[80:90], 2, axis=0)
    few = np.vstack([NUMBERS[:80], twice])  # a fifth of them has an equal
    trained = TrainedRows.of(row_digests(few))
    assert trained.repeated == 0.2
    assert compared(trained, np.vstack([NUMBERS[100:180], twice])).share == 0
    assert compared(trained, few).share == 1


@pytest.mark.parametrize(("settings", "share"), [({}, 0.8), ({"members": 3}, 1), ({"refit": True}, 1)])
def test_rows_that_members_were_trained_on_are_known(tmp_path, settings, share):
    X = frame(200)
    model = TableClassifier(**{**QUICK, **settings}).fit(X, kinds(X))
    model.save(tmp_path / "model")
    for one in (model, load(tmp_path / "model")):
        assert told(one, X, kinds(X))[0] == share
        (note,) = told(one, X, kinds(X))[1]
        assert isinstance(note, Alert)
        which = "the 200 rows are" if share == 1 else "160 of the 200 rows are"
        assert note.startswith(f"the table: {which}, cell for cell, rows that the model was trained on: ")
        assert told(one, frame(200, seed=1), kinds(frame(200, seed=1))) == (0, [])
    if share < 1:
        kept_out = X.iloc[model.held_out_rows_]
        assert told(model, kept_out, kinds(kept_out)) == (0, [])


def test_the_same_rows_are_known_in_another_order_and_of_another_type():
    X = frame(100)
    model = TableRegressor(**QUICK, validation_fraction=0).fit(X, X.a + X.c)
    other = X.sample(30, random_state=0)[["c", "b", "a"]].astype({"c": str, "b": "category"})
    assert told(model, other, other.a)[0] == 1


def test_what_was_trained_on_before_a_warm_start_is_known():
    first, second = frame(60), frame(60, seed=1)
    model = TableRegressor(**QUICK, validation_fraction=0, warm_start=True).fit(first, first.a).fit(second, second.a)
    for X in (first, second):
        assert told(model, X, X.a)[0] == 1


def test_a_table_that_was_read_bit_by_bit_is_known_too(tmp_path):
    X = frame(100).assign(y=kinds(frame(100)))
    X.to_csv(tmp_path / "t.csv", index=False)
    model = TableClassifier(**QUICK).fit(str(tmp_path / "t.csv"), "y")
    evaluation = evaluate_source(model.predictor_, streamed(str(tmp_path / "t.csv"), True))
    assert evaluation.trained_on == 0.8
    assert any("80 of the 100 rows are" in note for note in evaluation.notes)
    assert evaluation.to_json()["trained on"] == 0.8
