"""Prepared rows that are kept on the disk: the same rows, read and prepared once."""

import errno
import gc
import os

import numpy as np
import pytest
from scipy.sparse import csr_array

from clearprop import Network, Trainer
from clearprop.training import kept_shards
from clearprop.training.kept_shards import KeptShards, worth_keeping
from clearprop.training.row_stream import RowStream
from clearprop.training.shards import ArrayShards


class Counted(ArrayShards):
    """Counts how often a shard is read."""

    def __init__(self, *arguments, **keywords):
        super().__init__(*arguments, **keywords)
        self.read = []

    def rows(self, number):
        self.read.append(number)
        return super().rows(number)


def shards(weighted=True, form=np.asarray):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(90, 3)).astype(np.float32)
    return Counted(form(X), X[:, :2], rng.uniform(1, 2, 90) if weighted else None, count=7)


@pytest.mark.parametrize("weighted", [True, False])
def test_rows_are_the_same_and_are_read_once(weighted):
    own = shards(weighted)
    kept = KeptShards(own)
    assert len(kept) == 7
    for _ in range(3):
        for number in (6, 0, 3, 1, 5, 2, 4):
            rows, expected = kept.rows(number), shards(weighted).rows(number)
            np.testing.assert_array_equal(rows.X, expected.X)
            np.testing.assert_array_equal(rows.y, expected.y)
            assert (rows.X.dtype, rows.y.dtype) == (expected.X.dtype, expected.y.dtype)
            assert (rows.sample_weight is None) == (not weighted)
            assert not weighted or (rows.sample_weight == expected.sample_weight).all()
            assert kept.name(number) == own.name(number)
            assert kept.fingerprint(number) == own.fingerprint(number)
    assert sorted(own.read) == list(range(7))


def test_a_model_is_the_same_whether_rows_are_kept_or_not():
    outcomes = []
    for kept in (False, True):
        own = shards(weighted=False)
        trainer = Trainer(Network([3, 4, 2], "tanh", dtype="float32", rng=0), batch_size=8, epochs=3, rng=0)
        trainer.start(RowStream(KeptShards(own) if kept else own, shards(weighted=False).rows(0), None, 20)).run()
        outcomes.append(trainer.network.parameters.tobytes())
        assert len(own.read) == (7 if kept else 21)
    assert outcomes[0] == outcomes[1]


def test_sparse_rows_are_not_kept():
    own = shards(form=csr_array)
    kept = KeptShards(own)
    for _ in range(2):
        np.testing.assert_array_equal(kept.rows(2).X.toarray(), shards().rows(2).X)
    assert own.read == [2, 2]


def test_a_full_disk_only_ends_the_keeping(monkeypatch):
    own = shards()
    kept = KeptShards(own)
    kept.rows(0)

    def full(*arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    for _ in range(2):
        np.testing.assert_array_equal(kept.rows(1).X, shards().rows(1).X)
        np.testing.assert_array_equal(kept.rows(0).X, shards().rows(0).X)
    assert own.read == [0, 1, 1]


def test_nothing_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    kept = KeptShards(shards())
    kept.rows(0)
    assert list(tmp_path.iterdir()) == []
    descriptor = kept._file.fileno()
    file = identity(descriptor)
    del kept
    gc.collect()
    assert identity(descriptor) != file


def identity(descriptor):
    """Which file is open there, if any: another thread of this process may open its own there at once."""
    try:
        found = os.fstat(descriptor)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def test_rows_are_kept_where_that_is_worth_its_while(monkeypatch):
    own, sample = shards(), shards().rows(0)
    monkeypatch.setattr(kept_shards, "_is_memory", lambda folder: False)
    assert isinstance(worth_keeping(own, sample, 2), KeptShards)
    assert worth_keeping(own, sample, 1) is own
    sparse = shards(form=csr_array)
    assert worth_keeping(sparse, sparse.rows(0), 2) is sparse
    monkeypatch.setattr(kept_shards, "SHARE_OF_DISK", 0.0)
    assert worth_keeping(own, sample, 2) is own
    monkeypatch.setattr(kept_shards, "SHARE_OF_DISK", 0.5)
    monkeypatch.setattr(kept_shards, "_is_memory", lambda folder: True)
    assert worth_keeping(own, sample, 2) is own


@pytest.mark.skipif(not os.path.isdir("/dev/shm"), reason="there is no file system in memory")
def test_a_file_system_in_memory_is_known_as_one():
    assert kept_shards._is_memory("/dev/shm")
    assert not kept_shards._is_memory("/proc")
