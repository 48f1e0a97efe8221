"""A table that is read bit by bit is learned as one in memory: the same numbers, rows kept out, sample and bounds."""

import subprocess
import sys

import numpy as np
import polars as pl
import pytest

from clearprop import Callback, TableClassifier, TableRegressor
from clearprop import load as loaded
from clearprop.tables.preparation.preparation import Preparation
from clearprop.tables.sources import source as sources
from clearprop.tables.sources.frames import frame_source
from clearprop.tables.streaming import first_pass as passes
from clearprop.tables.streaming.first_pass import Roles, first_pass
from clearprop.tables.streaming.held_out import HeldOutRows, held_out_rows

from .tables import frame, written

QUICK = {"recipe": "plain", "max_epochs": 3, "random_state": 0, "members": 1}
ALL_ROLES = Roles("price", None, ("size", "town", "day", "half"))


@pytest.mark.parametrize("recipe", ["plain", "auto"])
@pytest.mark.parametrize("estimator", [TableRegressor, TableClassifier])
def test_in_one_order_it_learns_as_from_memory_bit_for_bit(estimator, recipe):
    """One part, no shuffling, no rows kept out: nothing differs but the way that the rows go."""
    settings = {
        **QUICK,
        "recipe": recipe,
        "validation_fraction": 0,
        "trainer": {"shuffle": False},
        "learning_rate": 0.01,
    }
    target = "price" if estimator is TableRegressor else "town"
    whole = frame()
    there = estimator(**settings).fit(whole, target)
    other = estimator(**settings, stream=True).fit(whole, target)
    assert other.training_.overview is not None
    assert other.predictor_.preparation == there.predictor_.preparation
    assert other.predictor_.target == there.predictor_.target
    assert other.network_.parameters.tobytes() == there.network_.parameters.tobytes()
    assert other.history_.loss == there.history_.loss
    np.testing.assert_array_equal(other.predict(whole), there.predict(whole))


def test_a_model_that_was_streamed_is_like_any_other(tmp_path):
    folder = written(tmp_path / "t")
    model = TableRegressor(**QUICK, stream=True).fit(str(folder), "price")
    row = frame(3, seed=7).drop("price")
    model.save(tmp_path / "m.model")
    np.testing.assert_array_equal(loaded(tmp_path / "m.model").predict(row), model.predict(row))
    assert model.feature_importances_.argmax() == 0
    assert "price" in str(model.explain(row, 0))
    assert model.feature_names_in_.tolist() == ["size", "town", "day", "half"]
    again = TableRegressor(**QUICK, stream=True).fit(str(folder), "price")
    np.testing.assert_array_equal(again.network_.parameters, model.network_.parameters)


def test_it_goes_on_by_warm_start_and_has_as_many_members_as_are_asked_for(tmp_path):
    folder = str(written(tmp_path / "t"))
    model = TableRegressor(**{**QUICK, "members": 2}, stream=True, warm_start=True).fit(folder, "price")
    assert len(model.ensemble_) == 2
    first = model.evaluation_.scores["R2"].value
    assert model.fit(folder, "price").evaluation_.scores["R2"].value > first


def test_early_stopping_and_callbacks_are_as_in_memory(tmp_path):
    folder = str(written(tmp_path / "t"))
    seen = []

    class Notes(Callback):
        def on_epoch_end(self, training):
            seen.append(training.n_rows)
            if len(seen) == 2:
                training.stop("enough was seen")

    model = TableRegressor(**QUICK, stream=True, callbacks=[Notes()]).fit(folder, "price")
    assert model.training_.endings[0].startswith("enough was seen")
    assert seen == [model.training_.overview.n_trained] * 2
    # No epoch is better by so much as a thousand: patience ends it, and the best epoch stays.
    patient = {"n_iter_no_change": 2, "trainer": {"tolerance": 1000.0}}
    stopped = TableRegressor(**{**QUICK, "max_epochs": 60}, stream=True, **patient).fit(folder, "price")
    assert len(stopped.history_) == 4
    losses = stopped.history_.validation_loss
    assert losses[stopped.training_.best_epochs[0] - 1] == min(losses)


# -- the first pass ----------------------------------------------------------------------------------------------------


def rare(n=5000):
    """Something rare in each column."""
    rng = np.random.default_rng(3)
    town = np.full(n, "Ulm", dtype=object)
    town[rng.random(n) < 0.3] = "Bonn"
    town[1234] = "Rom"
    size = rng.normal(size=n)
    size[[77, 4100]] = 50.0, -60.0
    half = pl.Series(rng.normal(size=n)).to_list()
    half[3333] = None
    day = np.datetime64("2024-01-01T00:00:00", "us") + rng.integers(0, 5, n).astype("timedelta64[D]")
    day[2500] = np.datetime64("1999-01-01")
    return pl.DataFrame({"size": size, "town": town.tolist(), "day": day, "half": half, "price": size + 1})


def test_what_is_exact_is_so_whatever_the_sample(monkeypatch):
    monkeypatch.setattr(passes, "SAMPLE_ROWS", 100)
    monkeypatch.setattr(sources, "PART_ROWS", 700)
    whole = rare()
    overview = first_pass(frame_source(whole), ALL_ROLES, HeldOutRows(0.0, 0), 0)
    assert (overview.n_rows, overview.n_trained, overview.n_uniform) == (5000, 5000, 100)
    assert overview.sample.n_rows <= 100 + 2 * 4 + 2 + 1
    assert overview.missing == {"size": 0, "town": 0, "day": 0, "half": 1, "price": 0}
    mean, deviation = overview.moments
    np.testing.assert_allclose([mean, deviation], [whole["price"].mean(), whole["price"].std(ddof=0)], rtol=1e-12)
    prepared = {part.name: part for part in Preparation.fit(overview.sample.drop(["price"])).parts}
    assert prepared["town"].categories == ("Bonn", "Rom", "Ulm")
    assert (prepared["size"].scaling.low, prepared["size"].scaling.high) == (-60.0, 50.0)
    assert prepared["half"].marked
    assert not prepared["size"].marked
    assert np.datetime64(prepared["day"].first, "us") == np.datetime64("1999-01-01")


def test_the_sample_is_uniform_and_the_same_in_whatever_order_parts_come(monkeypatch):
    monkeypatch.setattr(passes, "SAMPLE_ROWS", 400)
    monkeypatch.setattr(sources, "PART_ROWS", 100)
    n = 2000
    whole = pl.DataFrame({"size": np.arange(n, dtype=float), "price": np.ones(n)})
    roles = Roles("price", None, ("size",))
    chosen = [first_pass(frame_source(whole), roles, HeldOutRows(0.0, 0), seed).sample.rows[:400] for seed in range(30)]
    tenths = np.histogram(np.concatenate(chosen), bins=10, range=(0, n))[0]
    expected = 30 * 400 / 10
    assert ((tenths - expected) ** 2 / expected).sum() < 27.9  # chi squared of 9 degrees, one in a thousand


def test_many_texts_are_followed_up_to_a_bound(monkeypatch, tmp_path):
    monkeypatch.setattr("clearprop.tables.streaming.column_extent.MOST_TEXTS", 30)
    whole = frame(900).with_columns(town=pl.Series([f"t{i % 50}" for i in range(900)]))
    model = TableRegressor(**QUICK, stream=True).fit(whole, "price")
    assert any("'town': it has more than 10,000 different texts" in note for note in model.notes_)
    assert len(model.predictor_.preparation.parts[1].categories) == 50  # of which the sample shows all


def test_rows_without_a_target_are_left_out_and_told(tmp_path):
    whole = frame().with_columns(price=pl.when(pl.col("size") > 1).then(None).otherwise(pl.col("price")))
    model = TableRegressor(**QUICK, stream=True).fit(whole, "price")
    gone = whole["price"].null_count()
    overview = model.training_.overview
    assert overview.n_left_out == gone
    assert overview.n_trained + len(model.held_out_rows_) == 600 - gone
    assert any(f"{gone} of 600 rows are left out" in note for note in model.notes_)
    assert not set(model.held_out_rows_) & set(np.flatnonzero(whole["price"].is_null()))


# -- rows kept out -----------------------------------------------------------------------------------------------------


def test_the_share_kept_out_is_what_is_asked_for_and_bounded(monkeypatch):
    source = frame_source(frame(4000))
    rule = held_out_rows(source, 0.25, 1, None, 4)
    assert rule.share == 0.25
    mask = rule.mask(0, source.table(0))
    assert abs(mask.mean() - 0.25) < 0.03
    assert (rule.mask(0, source.table(0)) == mask).all()
    assert (rule.mask(1, source.table(0)) != mask).any()
    monkeypatch.setattr("clearprop.tables.streaming.held_out.MOST_ROWS", 100)
    assert held_out_rows(source, 0.25, 1, None, 4).share == pytest.approx(100 / 4000)


def test_groups_are_kept_out_whole_in_whatever_part_they_are(monkeypatch):
    monkeypatch.setattr(sources, "PART_ROWS", 50)
    group = np.arange(1000) % 37
    whole = frame(1000).with_columns(group=pl.Series([f"g{number}" for number in group]))
    model = TableRegressor(**QUICK, stream=True, split_by="group", validation_fraction=0.3).fit(whole, "price")
    kept_out = set(group[model.held_out_rows_].tolist())
    assert 0 < len(kept_out) < 25
    assert len(model.held_out_rows_) == sum(number in kept_out for number in group)
    assert "its groups" in model.training_.division.how
    assert "group" not in model.predictor_.preparation.names


def test_the_last_rows_of_a_column_of_dates_are_kept_out(monkeypatch):
    monkeypatch.setattr(sources, "PART_ROWS", 50)
    whole = frame(1000)
    model = TableRegressor(**QUICK, stream=True, split_by="day").fit(whole, "price")
    days = whole["day"].to_numpy()
    kept_out = np.zeros(1000, dtype=bool)
    kept_out[model.held_out_rows_] = True
    assert days[kept_out].min() > days[~kept_out].max()
    assert 150 < kept_out.sum() < 250
    with pytest.raises(ValueError, match="of its cells are missing"):
        TableRegressor(**QUICK, stream=True, split_by="half").fit(whole, "price")


# -- memory ------------------------------------------------------------------------------------------------------------

BOUNDED = """
import resource, sys
import numpy as np
from clearprop import TableRegressor
import clearprop.engines.compiled_engine, clearprop.tables.streamed_learning, scipy.optimize, sklearn.metrics
from clearprop.training import row_stream

row_stream.WINDOW_BYTES = 2**22
TABLE_BATCHES, ROWS, COLUMNS = int(sys.argv[1]), 8192, 32  # 2 MiB each

def batches():
    for number in range(TABLE_BATCHES):
        rng = np.random.default_rng(number)
        X = rng.normal(size=(ROWS, COLUMNS))
        yield X, X[:, 0] + X[:, 1]

settings = dict(recipe="plain", hidden_layer_sizes=[8], max_epochs=1, random_state=0, validation_fraction=0.01)
TableRegressor(**settings).fit(lambda: iter([next(batches())]))  # what is loaded, is loaded
size = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
more = int(sys.argv[2]) * 2**20
resource.setrlimit(resource.RLIMIT_AS, (size + more, size + more))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
model = TableRegressor(**settings).fit(batches)
print(model.evaluation_.scores["R2"].value > 0.9, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc and RLIMIT_AS")
def test_more_rows_than_memory_allows_take_no_more_of_it():
    """70 batches of 2 MiB, as float64, of which learning takes five times, where 220 MiB more may be allocated."""
    kilobytes = []
    for batches in (20, 70):
        command = [sys.executable, "-c", BOUNDED, str(batches), "220"]
        found = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        assert found.returncode == 0, found.stderr
        good, more = found.stdout.split()
        assert good == "True"
        kilobytes.append(int(more))
    assert kilobytes[1] < kilobytes[0] + 40_000
