import pickle

import numpy as np
import pytest
from scipy.sparse import csr_array

from clearprop.training.shards import ArrayShards, Shards

from .helpers import FolderShards, data


@pytest.mark.parametrize(("n_rows", "count"), [(7, 3), (8, 8), (100, 7), (1, 1)])
def test_shards_are_neighbouring_rows_of_even_numbers(n_rows, count):
    X, y = data(n_rows)
    shards = ArrayShards(X, y, np.arange(1.0, n_rows + 1), count)
    sizes = [shards.n_rows(number) for number in range(len(shards))]
    assert (len(sizes), sum(sizes)) == (count, n_rows)
    assert max(sizes) - min(sizes) <= 1
    parts = [shards.rows(number) for number in range(count)]
    assert np.array_equal(np.concatenate([part.X for part in parts]), X)
    assert np.array_equal(np.concatenate([part.y for part in parts]), y)
    assert np.concatenate([part.sample_weight for part in parts]).tolist() == list(range(1, n_rows + 1))


def test_what_is_no_shards_is_refused():
    with pytest.raises(ValueError, match=r"4 shards of 3 rows leave some without any: choose a lower count"):
        ArrayShards(*data(3), count=4)
    with pytest.raises(ValueError, match=r"shapes \(n, inputs\) and \(n, outputs\), or \(n,\), got \(3, 3\) and"):
        ArrayShards(np.zeros((3, 3)), np.zeros(4))


def test_a_number_that_is_none_names_its_shard():
    X, y = data(10)
    X[7, 1] = np.nan
    shards = ArrayShards(X, y, count=2)
    shards.rows(0)
    with pytest.raises(ValueError, match=r"shard 2 of 2 \(rows 5 to 9, counted from 0\): X holds nan .* at row 2, col"):
        shards.rows(1)


def test_a_fingerprint_tells_whether_rows_are_others():
    X, y = data(10)
    before = ArrayShards(X, y, count=2)
    same, sparse = pickle.loads(pickle.dumps(before)), ArrayShards(csr_array(X), y, count=2)
    X[9, 0] += 1
    after = ArrayShards(X.copy(), y, count=2)
    assert before.fingerprint(0) == same.fingerprint(0) == after.fingerprint(0)
    assert same.fingerprint(1) != after.fingerprint(1)
    assert sparse.fingerprint(0) != sparse.fingerprint(1)


def test_float32_stays_and_all_else_is_float64():
    X, y = data(4)
    assert ArrayShards(X.astype("f4"), y, count=1).rows(0).y.dtype == np.float32
    assert ArrayShards(X.astype("i4"), [1, 2, 3, 4], count=1).rows(0).X.dtype == np.float64


def test_what_has_the_methods_is_shards(tmp_path):
    assert isinstance(FolderShards(tmp_path, 2), Shards)
    assert isinstance(ArrayShards(*data(4), count=1), Shards)
    assert not isinstance(np.zeros((2, 2)), Shards)
