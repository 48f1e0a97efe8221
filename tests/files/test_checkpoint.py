"""A checkpoint's file: all that a snapshot has comes back to the bit, and nothing that cannot be is believed."""

import copy

import numpy as np
import pytest

from clearprop import InputError, Network, Trainer
from clearprop.files.checkpoint import Best, Checkpoint
from clearprop.files.container import Container, read_container, write_container
from clearprop.files.fingerprint import Fingerprint
from clearprop.foundation.randomness import generator_state

from .going_on import KINDS, rows

X, Y = rows()
OF = (Fingerprint({"rows": 30}, {"X": "aa"}),)


def training(kind="PCG64", optimizer="adam", batches=7, **settings):
    network = Network([3, 5, 1], "tanh", loss="binary_cross_entropy", rng=1)
    trainer = Trainer(network, optimizer=optimizer, batch_size=7, epochs=9, rng=KINDS[kind](), **settings)
    run = trainer.start(X[:30], Y[:30], validation=(X[30:], Y[30:]))
    for _ in range(batches):
        run.run_batch()
    return run


BEST = Best("epoch-000001.checkpoint", -0.5)


def written(run, path):
    Checkpoint(run.snapshot(), OF, 0.125, {"engine": "numpy"}, BEST).write(path)
    return path


def numbers(snapshot):
    state, patience = snapshot.state, snapshot.state.patience
    arrays = snapshot.parameters, snapshot.slots, state.order, state.progress.sums, patience.best_parameters
    plain = (
        snapshot.slot_names, snapshot.step, snapshot.n_rows, snapshot.records, repr(snapshot.generator), state.rates,
        state.epoch, state.samples, state.stalls, state.cursor, state.stop_requested, state.stop_reason,
        patience.monitor, patience.tolerance, patience.patience, patience.keeps_best, patience.epochs_without_gain,
        patience.best, patience.best_epoch,
    )  # fmt: skip
    return [None if array is None else (array.dtype, array.shape, array.tobytes()) for array in arrays], plain


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("batches", [0, 7, 10])
def test_all_of_a_snapshot_comes_back_to_the_bit(tmp_path, kind, batches):
    run = training(kind, batches=batches, dropout=0.2)
    run.job.rng.normal(size=3)  # a RandomState keeps one of them, a double, for the next
    read = Checkpoint.read(written(run, tmp_path / "c"))
    assert numbers(read.snapshot) == numbers(run.snapshot())
    assert (read.fingerprints, read.learning_rate, read.best) == (OF, 0.125, BEST)
    again = training(kind, batches=0, dropout=0.2)
    again.restore(read.snapshot_for(again))
    assert (again.run().loss, again.network.parameters.tobytes()) == (run.run().loss, run.network.parameters.tobytes())
    assert repr(generator_state(again.job.rng)) == repr(generator_state(run.job.rng))


def test_what_is_monitored_by_a_function_is_the_trainings_own(tmp_path):
    def monitor(record):
        return record.penalty

    run = training(monitor=monitor)
    read = Checkpoint.read(written(run, tmp_path / "c"))
    assert read.snapshot_for(run).state.patience.monitor is monitor


def test_infinite_numbers_of_the_history_are_kept(tmp_path):
    run = training(batches=10)
    run._records[0] = run._records[0]._replace(validation_loss=np.inf, metric=float("nan"))
    run.state.patience.best = -np.inf
    read = Checkpoint.read(written(run, tmp_path / "c")).snapshot
    assert (read.records[0].validation_loss, np.isnan(read.records[0].metric)) == (np.inf, True)
    assert read.state.patience.best == -np.inf


def test_a_generator_that_is_not_numpys_is_refused(tmp_path):
    run = training()
    snapshot = run.snapshot()
    snapshot.generator["bit_generator"] = "Dice"
    with pytest.raises(ValueError, match="rng is a Dice: take one of MT19937, PCG64"):
        Checkpoint(snapshot, OF, 0.1, {}).write(tmp_path / "c")
    assert not list(tmp_path.iterdir())


def put(*path):
    """What sets an entry of the configuration, its value last."""

    def change(config, tensors):
        *way, name, value = path
        for step in way:
            config = config[step]
        config[name] = value

    return change


def tensor(name, make):
    def change(config, tensors):
        tensors[name] = make(tensors[name])

    return change


def first(value):
    def make(array):
        array = array.copy()
        array.flat[0] = value
        return array

    return make


def without(name):
    def change(config, tensors):
        del (config if name in config else tensors)[name]

    return change


PCG64, MT19937, PHILOX, LEGACY = "PCG64", "MT19937", "Philox", "RandomState"
# By name: the generator, what is changed, and what is said.
DAMAGE = {
    "an unknown entry": (PCG64, put("more", 1), "the entry 'more' is unknown"),
    "no step": (PCG64, without("step"), "there is no entry 'step'"),
    "a step below 0": (PCG64, put("step", -1), "step: -1 is not a whole number of at least 0"),
    "a step as text": (PCG64, put("step", "7"), "step: '7' is not"),
    "another slot": (PCG64, put("slot_names", ["m"]), "slots is float64 (2, 26), not float64 (1, 26)"),
    "behind the last row": (PCG64, put("state", "cursor", 31), "row 31 of 30 comes next"),
    "an epoch as truth": (PCG64, put("state", "epoch", True), "epoch: True is not a whole number"),
    "an unknown monitor": (PCG64, put("patience", "monitor", "luck"), "'luck' is not what can be monitored"),
    "a patience below 0": (PCG64, put("patience", "patience", -3), "patience: -3 is not"),
    "a fingerprint of numbers": (PCG64, put("fingerprints", [{"settings": {}, "contents": 1}]), "contents: "),
    "NaN among the parameters": (PCG64, tensor("parameters", first(np.nan)), "parameters holds numbers that are"),
    "parameters as a table": (PCG64, tensor("parameters", lambda a: a.reshape(2, -1)), "parameters is float64 (2, 13)"),
    "whole parameters": (PCG64, tensor("parameters", lambda a: a.astype(np.int64)), "parameters is int64"),
    "no parameters": (PCG64, without("parameters"), "there is no tensor parameters"),
    "other best parameters": (PCG64, tensor("best_parameters", lambda a: a[1:]), "best_parameters is float64 (25,)"),
    "a row twice": (PCG64, tensor("order", lambda a: np.append(a[1:], a[1])), "order is none of 30"),
    "a row that is not there": (PCG64, tensor("order", first(2**40)), "order is none of 30 rows"),
    "a row below 0": (PCG64, tensor("order", first(-1)), "order is none of 30 rows"),
    "fewer rows": (PCG64, tensor("order", lambda a: a[:-1]), "order is int64 (29,), not int64 (30,)"),
    "progress of other epochs": (PCG64, tensor("progress", lambda a: np.vstack([a, a])), "progress is float64 (2, 4)"),
    "records without a column": (PCG64, tensor("records", lambda a: a[:, 1:]), "records is no history"),
    "half an epoch": (PCG64, tensor("records", first(1.5)), "records is no history"),
    "an unknown generator": (PCG64, put("generator", "bit_generator", "os.system"), "'os.system' is no generator"),
    "a number that is too large": (PCG64, put("generator", "state", "state", ["int", str(2**128)]), "is out of bounds"),
    "a number below 0": (PCG64, put("generator", "uinteger", ["int", "-1"]), "generator.uinteger is out of bounds"),
    "words for a number": (PCG64, put("generator", "uinteger", ["int", "many"]), "generator.uinteger is no int"),
    "another entry": (PCG64, put("generator", "state", {"state": ["int", "1"]}), "generator.state has not the entries"),
    # NumPy takes these places as they are, and would read what is not its own.
    "a place behind the twister": (MT19937, put("generator", "state", "pos", ["int", "1000000"]), "is out of bounds"),
    "a place behind the buffer": (PHILOX, put("generator", "buffer_pos", ["int", "5"]), "buffer_pos is out of bounds"),
    "half a key": (LEGACY, tensor("generator.state.key", lambda a: a[: a.size // 2]), "is no array of 624 uint32"),
    "no key": (PHILOX, without("generator.state.key"), "is no array of 2 uint64"),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGE)
def test_what_cannot_be_is_refused_with_its_name(tmp_path, name):
    kind, change, said = DAMAGE[name]
    path = written(training(kind, batches=13), tmp_path / "c")
    container = read_container(path)
    config, tensors = copy.deepcopy(container.config), {key: array.copy() for key, array in container.tensors.items()}
    change(config, tensors)
    write_container(path, Container("checkpoint", config, tensors))
    with pytest.raises(InputError) as caught:
        Checkpoint.read(path)
    assert str(caught.value).startswith(f"{path}: damaged checkpoint: ")
    assert said in str(caught.value)


def test_another_kind_of_file_is_refused(tmp_path):
    Network([1, 1], rng=0).save(tmp_path / "m") if hasattr(Network, "save") else write_container(
        tmp_path / "m", Container("network", {}, {"x": np.zeros(1)})
    )
    with pytest.raises(InputError, match="holds a network and no checkpoint"):
        Checkpoint.read(tmp_path / "m")
