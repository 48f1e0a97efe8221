"""Dask's dataframes and arrays, and Parquet, trained on by a cluster and by this process."""

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from clearprop import MLPClassifier, MLPRegressor, TableClassifier
from clearprop.cluster import Cluster, Inline
from clearprop.errors import InputError

pd = pytest.importorskip("pandas")
dd = pytest.importorskip("dask.dataframe")
da = pytest.importorskip("dask.array")


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.normal(size=600), "b": rng.normal(size=600)})
    frame["c"] = pd.Categorical(rng.choice(["x", "y", "z"], 600))
    frame["d"] = np.where(frame.a + frame.b + (frame.c == "x") > 0.3, "yes", "no")
    return frame


def model(where, **settings):
    settings = {"members": 1, "max_epochs": 6, "random_state": 0, "stream": True, "batch_size": 20} | settings
    return TableClassifier(**settings, cluster=None if where is None else Cluster(where, steps=5))


def test_a_folder_of_parquet_is_trained_on_by_workers_that_read_it(two, frame, tmp_path):
    for number in range(12):
        frame.iloc[50 * number : 50 * (number + 1)].to_parquet(tmp_path / f"{number:02}.parquet")
    here, there = (model(where).fit(tmp_path, "d") for where in (Inline(), two))
    assert here.network_.parameters.tobytes() == there.network_.parameters.tobytes()
    assert there.score(frame.drop(columns="d"), frame.d) > 0.9


def test_partitions_of_a_dataframe_are_parts_and_empty_ones_are_none(two, frame):
    place = np.arange(600)
    frames = dd.from_pandas(frame.assign(e=place), npartitions=6)
    frames = frames[(frames.e < 100) | (frames.e >= 300)].drop(columns="e")
    assert frames.map_partitions(len).compute().tolist() == [100, 0, 0, 100, 100, 100]
    here, there = (model(where).fit(frames, "d") for where in (Inline(), two))
    assert here.network_.parameters.tobytes() == there.network_.parameters.tobytes()
    assert there.score(frame.drop(columns="d"), frame.d) > 0.9
    assert sorted(there.classes_) == ["no", "yes"]


def test_classes_that_some_partitions_lack_have_one_number_each(two, frame):
    ordered = frame.sort_values("d", ignore_index=True)
    fitted = model(two).fit(dd.from_pandas(ordered, npartitions=6), "d")
    assert fitted.score(frame.drop(columns="d"), frame.d) > 0.9


def test_arrays_come_by_blocks_whatever_their_columns_are_cut_into(two):
    rng = np.random.default_rng(1)
    A = rng.normal(size=(400, 4))
    X = da.from_array(A, chunks=(100, 3))
    for estimator, b in ((MLPClassifier, (A[:, 0] > 0).astype(int)), (MLPRegressor, A[:, 0] - A[:, 3])):
        settings = {"max_iter": 12, "learning_rate_init": 0.01, "random_state": 0, "batch_size": 10}
        y = da.from_array(b, chunks=100)
        with pytest.warns(ConvergenceWarning, match="Maximum iterations"):
            here, there = (
                estimator(**settings, cluster=Cluster(where, steps=5)).fit(X, y) for where in (Inline(), two)
            )
        assert here.network_.parameters.tobytes() == there.network_.parameters.tobytes()
        assert there.score(A, b) > 0.8


def test_what_does_not_belong_together_is_refused(two, frame):
    X = da.ones((40, 2), chunks=10)
    with pytest.raises(InputError, match="where X is a Dask collection, y and sample_weight must be so, too"):
        MLPRegressor().fit(X, np.ones(40))
    with pytest.raises(InputError, match=r"parts of the same rows, got \[10, 10, 10, 10\], \[20, 20\]: rechunk y"):
        MLPRegressor().fit(X, da.ones(40, chunks=20))
    with two.client.as_current():
        persisted = dd.from_pandas(frame, npartitions=2).persist()
        with pytest.raises(InputError, match=r"persisted on a cluster.*as it was before persist\(\)"):
            model(two).fit(persisted, "d")


def test_predictions_of_partitions_are_written_as_parquet(two, frame, tmp_path):
    fitted = model(None).fit(dd.from_pandas(frame, npartitions=3), "d")
    frames = dd.from_pandas(frame.drop(columns="d"), npartitions=4)
    with two.client.as_current():
        frames.map_partitions(predicted, fitted, meta=frames._meta.assign(d="")).to_parquet(tmp_path / "answers")
    written = pd.concat(pd.read_parquet(file) for file in sorted((tmp_path / "answers").glob("*.parquet")))
    assert written.d.tolist() == fitted.predict(frame.drop(columns="d")).tolist()


def predicted(part, fitted):
    return part.assign(d=fitted.predict(part))
