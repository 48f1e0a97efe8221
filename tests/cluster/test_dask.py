"""Training by the processes of a real Dask cluster: the same bits as by this process, whatever happens to them."""

import copy
import multiprocessing
import os
import pickle
import random
import signal
import threading
import warnings
from urllib.error import HTTPError
from urllib.request import urlopen

import numpy as np
import pytest
from sklearn.base import clone

import clearprop.cluster.dask_executor as dask_executor
from clearprop import Checkpoints, MLPRegressor, TableClassifier, TableRegressor
from clearprop.cluster import Cluster, Inline, connect
from clearprop.errors import InputError
from clearprop.training import Callback
from clearprop.training.shards import ArrayShards

from ..extent import WHOLE
from .helpers import DeadlyShards, FolderShards, WaitingShards, data, trainer

MODES = ["exact", "local"]


def trained(shards, where, mode, **settings):
    one = trainer(**{"batch_size": 30 if mode == "exact" else 5, "dropout": 0.1} | settings)
    history = one.fit(shards, cluster=Cluster(where, mode, steps=3))
    return one.network.parameters.tobytes(), history.records


class AtRounds(Callback):
    """Does something after some of the rounds, counted from 1."""

    def __init__(self, done):
        self.done, self.round = done, 0

    def on_batch_end(self, training):
        self.round += 1
        if self.round in self.done:
            self.done[self.round]()


@pytest.mark.parametrize("mode", MODES)
def test_here_two_workers_three_and_two_that_are_killed_come_to_the_same_bits(two, kill_one, tmp_path, mode):
    shards = FolderShards.write(tmp_path, *data(), 5)
    expected = trained(shards, Inline(), mode)
    assert trained(shards, two, mode) == expected
    assert trained(ArrayShards(*data(), count=5), two, mode) == expected
    kills = AtRounds({2: lambda: kill_one(0), 4: lambda: kill_one(1)})
    assert trained(shards, two, mode, callbacks=[kills]) == expected
    assert kills.round > 4
    if mode == "exact":
        cluster = two._owned[1]
        cluster.scale(3)
        two.client.wait_for_workers(3, timeout=60)
        try:
            assert two.workers == 3
            assert trained(shards, two, mode) == expected
        finally:
            cluster.scale(2)


def test_what_is_met_with_in_silence_is_named_by_its_kind(monkeypatch):
    async def silent(address):
        raise TimeoutError

    monkeypatch.setattr(dask_executor, "_reach", silent)
    with pytest.raises(
        InputError, match=r"'tcp://127\.0\.0\.1:9' cannot be reached: TimeoutError\. Start its scheduler"
    ):
        connect("tcp://127.0.0.1:9")


def fitted_within(where):
    return trainer().fit(*data(), cluster=where)


@pytest.mark.parametrize("where", ["dask", "local:2"])
def test_what_is_spread_does_not_spread_itself(two, where):
    with pytest.raises(InputError, match=r"already a task of a cluster's worker.*leave the parameter cluster out"):
        two.client.submit(fitted_within, where, pure=False).result(timeout=60)


@pytest.mark.parametrize("given", [Cluster("dask"), "dask"])
def test_estimators_on_a_cluster_are_cloned_copied_and_pickled(two, given):
    model = MLPRegressor(hidden_layer_sizes=4, max_iter=2, random_state=0, cluster=given)
    X, y = data()
    with warnings.catch_warnings(), two.client.as_current():
        warnings.simplefilter("ignore")
        models = [model.fit(X, y), clone(model).fit(X, y), copy.deepcopy(model), pickle.loads(pickle.dumps(model))]
        models.append(clone(MLPRegressor(**model.get_params() | {"cluster": Cluster(two.client)})).fit(X, y))
    assert len({one.predict(X).tobytes() for one in models}) == 1


def test_all_workers_lost_at_once_and_for_good_are_begun_anew(two, both_again, tmp_path, monkeypatch):
    monkeypatch.setattr(dask_executor, "LOOK", 0.5)
    monkeypatch.setattr(dask_executor, "ALONE", 300)  # what a busy machine may take to start Python
    cluster, shards, found = two._owned[1], FolderShards.write(tmp_path, *data(), 5), []

    def lose_all():
        lane = two._thread(0)
        for nanny in list(cluster.workers.values()):  # so that nobody begins their processes anew
            cluster.sync(nanny.close)
        task = two.client.submit(pow, 2, 5, workers=[lane], allow_other_workers=True)
        found.extend(two.gather([task], ["a power"], 300))

    assert trained(shards, two, "exact", callbacks=[AtRounds({2: lose_all})]) == trained(shards, Inline(), "exact")
    assert found == [32]


def test_the_loss_of_a_worker_that_was_not_heard_of_does_not_end_the_watch_over_others(monkeypatch):
    monkeypatch.setattr(dask_executor, "LOOK", 0.5)
    monkeypatch.setattr(dask_executor, "ALONE", 300)
    with connect("local:1") as one:
        cluster = one._owned[1]
        for _ in range(2):
            cluster.scheduler_info["workers"].clear()
            for nanny in list(cluster.workers.values()):
                cluster.sync(nanny.close)
            assert one.gather([one.client.submit(pow, 2, 5, pure=False)], ["a power"], 300) == [32]
        assert not cluster._watch_worker_status_task.done()


@pytest.mark.skipif(not WHOLE, reason="takes minutes: CLEARPROP_WHOLE=1 does it")
@pytest.mark.parametrize("mode", MODES)
def test_twenty_kills_at_random_times_change_no_bit(two, tmp_path, mode):
    X, y = data(40_000)
    shards = FolderShards.write(tmp_path, X, y, 8)
    settings = {"epochs": 300 if mode == "exact" else 40, "batch_size": None if mode == "exact" else 50}
    expected = trained(shards, Inline(), mode, **settings)
    over, killed = threading.Event(), []

    def kill():
        while len(killed) < 20 and not over.wait(random.uniform(0, 3)):
            pids = list(two.client.run(os.getpid, on_error="ignore").values())
            if pids:
                os.kill(random.choice(pids), signal.SIGKILL)
                killed.append(len(pids))

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        while len(killed) < 20:
            assert trained(shards, two, mode, **settings) == expected
    finally:
        over.set()
        killer.join()


def test_a_shard_whose_readers_die_is_named(two, tmp_path, kill_one, monkeypatch):
    monkeypatch.setattr(two._owned[1].scheduler, "allowed_failures", 0)
    shards = FolderShards.write(tmp_path, *data(), 4)
    deadly = DeadlyShards(shards.folder, 4, os.getpid())
    with pytest.raises(RuntimeError, match=r"part \d\.npy.*: workers that had them to do were lost 1 times"):
        trainer().fit(deadly, cluster=two)


def test_faults_come_through_with_the_shard_and_what_it_was(two, tmp_path):
    X, y = data()
    shards = FolderShards.write(tmp_path, X, y, 4)
    table = np.load(tmp_path / "2.npy")
    for broken, said in (
        (np.where(np.arange(len(table))[:, None] == 4, np.nan, table), "NaN in a row"),
        (table[:, 1:], "2 inputs"),
    ):
        np.save(tmp_path / "2.npy", broken)
        with pytest.raises(InputError, match=rf"part 2\.npy: .*{said}"):
            trainer().fit(shards, cluster=two)


def test_a_round_that_is_too_slow_ends(two, tmp_path):
    shards = WaitingShards.write(tmp_path, *data(), 8)  # which come when they are let, and so too late
    said = r"parts? (is|are) missing, the first of them part 0\.npy.* there after 0\.01 seconds"
    try:
        with pytest.raises(TimeoutError, match=said):
            trainer().fit(shards, cluster=Cluster(two, deadline=0.01))
    finally:
        shards.let()


def test_an_interrupted_training_goes_on_where_it_was(two):
    def interrupt():
        raise KeyboardInterrupt

    shards = ArrayShards(*data(), count=4)
    expected = trained(shards, two, "exact")[0]
    from clearprop.training.sharded_rows import ShardedRows

    one = trainer(batch_size=30, dropout=0.1, callbacks=[AtRounds({3: interrupt})])
    training = one.start(ShardedRows(shards, two, Cluster(two, "exact")))
    with pytest.raises(KeyboardInterrupt):
        training.run()
    training.run()
    assert one.network.parameters.tobytes() == expected


# -- estimators ----------------------------------------------------------------------------------------------------


class Counts(Callback):
    reads_history_only = True

    def __init__(self):
        self.epochs = []

    def on_epoch_end(self, training):
        self.epochs.append(training.history[-1].epoch)


@pytest.mark.parametrize("estimator", [TableClassifier, TableRegressor])
def test_members_spread_over_a_cluster_are_those_of_one_machine(two, estimator):
    X, y = data(200)
    y = y[:, 0] > 0 if estimator is TableClassifier else y[:, 0]
    told = [Counts(), Counts()]
    alone, spread = (
        estimator(members=3, max_epochs=5, random_state=0, callbacks=[counts], **more).fit(X, y)
        for counts, more in zip(told, ({"n_jobs": 1}, {"cluster": Cluster(two)}), strict=True)
    )
    assert np.array_equal(alone.predict(X), spread.predict(X))
    for one, other in zip(alone.ensemble_.members, spread.ensemble_.members, strict=True):
        assert one.parameters.tobytes() == other.parameters.tobytes()
    assert [history.records for history in alone.histories_] == [history.records for history in spread.histories_]
    assert told[0].epochs == told[1].epochs
    assert alone.oof_score_ == spread.oof_score_


def test_a_callback_that_stops_goes_with_each_member(two):
    X, y = data(200)
    model = TableRegressor(members=2, max_epochs=9, random_state=0, callbacks=[StopsAfter(2)], cluster=Cluster(two))
    model.fit(X, y[:, 0])
    assert [len(history) for history in model.histories_] == [2, 2]


class StopsAfter(Callback):
    def __init__(self, epochs):
        self.epochs = epochs

    def on_epoch_end(self, training):
        if len(training.history) == self.epochs:
            training.stop("enough")


def test_a_callback_that_cannot_travel_is_named(two):
    stops = StopsAfter(2)
    stops.lock = threading.Lock()
    X, y = data(200)
    with pytest.raises(InputError, match=r"StopsAfter cannot travel to .* workers .*pickle.*reads_history_only"):
        TableRegressor(members=2, max_epochs=2, callbacks=[stops], cluster=Cluster(two)).fit(X, y[:, 0])


# -- connecting ----------------------------------------------------------------------------------------------------


def test_an_embedded_cluster_is_of_this_machine_alone_and_leaves_nothing_behind():
    before = set(multiprocessing.active_children())
    with connect("local:1") as executor:
        (pid,) = executor.client.run(os.getpid).values()
        info = executor.client.scheduler_info(n_workers=-1)
        assert info["address"].startswith("tcp://127.0.0.1:")
        assert all(address.startswith("tcp://127.0.0.1:") for address in info["workers"])
        with pytest.raises(HTTPError, match="404"):
            urlopen(f"http://127.0.0.1:{info['services']['dashboard']}/status")
        assert executor.client.run(one_blas_thread) == dict.fromkeys(info["workers"], True)
        assert executor.gather([executor.submit(pow, 2, 5)], ["a power"], 60) == [32]
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert set(multiprocessing.active_children()) == before


def one_blas_thread():
    return all(os.environ[name] == "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"))


def test_a_cluster_by_its_address_by_a_client_and_by_the_present_client(two):
    address = two.client.scheduler_info()["address"]
    shards = ArrayShards(*data(), count=3)
    expected = trained(shards, Inline(), "exact")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert trained(shards, address, "exact") == expected
        assert trained(shards, two.client, "exact") == expected
        with two.client.as_current():
            assert trained(shards, "dask", "exact") == expected
    assert two.client.status == "running"


def test_workers_with_another_version_are_refused(two, monkeypatch):
    monkeypatch.setattr("clearprop.__version__", "99.0")
    with pytest.raises(InputError, match=r"the worker tcp://127\.0\.0\.1:\d+ has clearprop .*, and this is 99\.0: ins"):
        connect(two.client.scheduler_info()["address"])


def test_where_nobody_answers_there_is_an_error_soon(monkeypatch):
    monkeypatch.setattr(dask_executor, "CONNECTING", 0.2)
    with pytest.raises(InputError, match=r"cluster 'tcp://127\.0\.0\.1:9' cannot be reached: .*local:2"):
        connect("tcp://127.0.0.1:9")
    with pytest.warns(UserWarning, match="neither of this machine nor encrypted"), pytest.raises(InputError):
        connect("tcp://192.0.2.1:8786")


# -- checkpoints ---------------------------------------------------------------------------------------------------


def test_a_network_goes_on_from_its_checkpoint_by_other_workers(two, tmp_path):
    def interrupt():
        raise KeyboardInterrupt

    expected = trained(ArrayShards(*data(), count=4), Inline(), "local")
    stops = AtRounds({3: interrupt})
    with pytest.raises(KeyboardInterrupt):
        trained(ArrayShards(*data(), count=4), two, "local", callbacks=[Checkpoints(tmp_path), stops])
    assert trained(ArrayShards(*data(), count=4), Inline(), "local", callbacks=[Checkpoints(tmp_path)]) == expected


def test_members_that_others_train_keep_no_checkpoints(two, tmp_path):
    X, y = data(200)
    settings = {"members": 2, "max_epochs": 2, "random_state": 0, "checkpoint": tmp_path / "kept"}
    with pytest.raises(InputError, match=r"checkpoint is for what is trained in this process.*leave .* out"):
        TableRegressor(**settings, cluster=Cluster(two)).fit(X, y[:, 0])
