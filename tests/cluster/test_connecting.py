import pickle
import sys
from copy import deepcopy

import pytest

from clearprop.cluster import Cluster, Executor, Inline, connect
from clearprop.errors import InputError, MissingExtraError


@pytest.mark.parametrize("wrong", ["local", "local:", "local:0", "local:-1", "local:two", "local:2.5", "tcp://", ""])
def test_what_is_no_cluster_is_refused_before_anything_is_started(wrong):
    for refuse in (connect, Cluster):
        with pytest.raises(InputError, match="cluster must be 'local:2' for two processes of this machine, the"):
            refuse(wrong)


def test_something_else_is_named():
    with pytest.raises(InputError, match="or a client, got a int"):
        connect(3)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"mode": "ring"}, "mode must be 'local' or 'exact', got 'ring'"),
        ({"shards": 0}, "shards must be a whole number >= 1"),
        ({"steps": 0}, "steps must be a whole number >= 1"),
        ({"outer_momentum": 1.0}, "outer_momentum must be from 0 to below 1"),
        ({"deadline": 0.0}, "deadline must be a finite number > 0"),
    ],
)
def test_settings_that_cannot_be(setting, said):
    with pytest.raises(ValueError, match=said):
        Cluster("local:2", **setting)


def test_a_cluster_is_copied_and_travels_without_what_it_is_connected_to():
    cluster = Cluster(Inline(), "exact", shards=3)
    assert deepcopy(cluster) is cluster
    travelled = pickle.loads(pickle.dumps(cluster))
    assert (travelled.where, travelled.mode, travelled.shards) == ("dask", "exact", 3)
    assert pickle.loads(pickle.dumps(Cluster("local:2"))) == Cluster("local:2")


def test_an_executor_is_used_as_it_is():
    executor = Inline()
    assert isinstance(executor, Executor)
    with connect(executor) as used:
        assert used is executor


def test_without_dask_the_error_names_the_command(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.delitem(sys.modules, "clearprop.cluster.dask_executor", raising=False)
    monkeypatch.delattr("clearprop.cluster.dask_executor", raising=False)
    with pytest.raises(MissingExtraError, match=r"pip install 'clearprop\[cluster\]'"):
        connect("local:2")


def test_without_a_present_client_there_is_a_word():
    pytest.importorskip("distributed")
    with pytest.raises(InputError, match="cluster='dask' stands for the present Dask client, and there is none"):
        connect("dask")
