"""Rows that are read while others are trained on: the numbers are those of rows in memory, whatever the timing."""

import pickle
import re
import threading

import numpy as np
import pytest
from scipy.sparse import csr_array

from clearprop import Callback, InputError, Network, Trainer
from clearprop.engines import ENGINES
from clearprop.network.rows import Rows
from clearprop.training.progress import ProgressBar
from clearprop.training.read_ahead import ReadAhead
from clearprop.training.row_stream import RowStream
from clearprop.training.shards import ArrayShards
from clearprop.training.stream_order import LANES, windows

N, SHARDS = 103, 9


def arrays(n=N, weighted=False):
    rng = np.random.default_rng(5)
    X = rng.normal(size=(n, 3))
    return X, (X @ [1.0, -2.0, 0.5])[:, None], rng.uniform(0.5, 2, n) if weighted else None


def shards_of(n=N, count=SHARDS, weighted=False):
    return ArrayShards(*arrays(n, weighted), count=count)


def streamed(shards=None, window_rows=25, runs=None):
    shards = shards or shards_of()
    return RowStream(shards, shards_of().rows(0), runs, window_rows)


def trainer(seed=0, **settings):
    merged = {"epochs": 3, "batch_size": 8, "learning_rate": 0.02, "patience": None, "engine": "numpy", **settings}
    return Trainer(Network([3, 6, 1], "tanh", rng=1), rng=seed, **merged)


def outcome(trainer):
    snapshot = trainer.snapshot()
    return snapshot.parameters.tobytes(), snapshot.slots.tobytes(), snapshot.step, snapshot.records, trainer.stop_reason


class Slow:
    """Shards of which each waits until it is told."""

    def __init__(self, shards):
        self.shards, self.told = shards, threading.Semaphore(0)

    def __getattr__(self, name):
        return getattr(self.shards, name)

    def __len__(self):
        return len(self.shards)

    def rows(self, number):
        self.told.acquire()
        return self.shards.rows(number)


class Changed:
    """Shards that one thing can be said of otherwise."""

    def __init__(self, shards, **answers):
        self.shards, self.answers = shards, answers

    def __getattr__(self, name):
        return self.answers.get(name) or getattr(self.shards, name)

    def __len__(self):
        return len(self.shards)


@pytest.mark.parametrize("engine", list(ENGINES))
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("settings", [{}, {"dropout": 0.3, "schedule": "cosine", "optimizer": "sgd", "l2": 0.1}])
def test_in_one_order_streamed_rows_train_as_those_in_memory_bit_for_bit(engine, weighted, settings):
    X, y, weight = arrays(weighted=weighted)
    there = trainer(engine=engine, shuffle=False, **settings)
    there.start(X, y, weight).run()
    other = trainer(engine=engine, shuffle=False, **settings)
    other.start(streamed(shards_of(weighted=weighted))).run()
    assert other.n_rows == N
    assert outcome(other)[:4] == outcome(there)[:4]


def test_an_epochs_steps_are_those_of_its_order_of_rows():
    """The order that the windows have, met as one array in memory, gives the same numbers."""
    stream, (X, y, _) = streamed(), arrays()
    one = trainer(epochs=1)
    training = one.start(stream)
    training.run()
    (seed,) = one.snapshot().state.order.tolist()
    order = np.concatenate([rows_of(window) for window in windows(counts(), each(), 25, seed)])
    assert sorted(order.tolist()) == list(range(N))
    assert order.tolist() != list(range(N))
    there = trainer(epochs=1, shuffle=False)
    there.start(X[order], y[order]).run()
    assert one.network.parameters.tobytes() == there.network.parameters.tobytes()


def counts():
    return [shards_of().n_rows(number) for number in range(SHARDS)]


def each():
    return [range(number, number + 1) for number in range(SHARDS)]


def rows_of(window):
    """Which rows of all a window has, in its order."""
    first = np.concatenate([[0], np.cumsum(counts())])
    read = np.concatenate([np.arange(first[shard], first[shard + 1]) for shard in window.shards])
    return read[window.order()]


def test_each_epoch_has_every_row_once_and_an_order_of_its_own():
    stream = streamed()
    seen = []

    class Engine:
        name = "notes"

        def run(self, job, rows, stretch):
            seen.append(rows.X[:, 0].copy())
            stretch.progress.add(0, 1.0, 1.0, len(rows))

    trainer(engine=Engine(), epochs=2).start(stream).run()
    X = arrays()[0][:, 0]
    epochs = np.concatenate(seen).reshape(2, N)
    assert (np.sort(epochs, axis=1) == np.sort(X)).all()
    assert (epochs[0] != epochs[1]).any()


def test_the_model_is_the_same_whatever_the_timing():
    expected = trainer()
    expected.start(streamed()).run()
    slow = Slow(shards_of())

    class LetsOneMore(Callback):
        """What is trained on lets a window more be read, so that training waits for each."""

        def on_batch_end(self, training):
            slow.told.release(SHARDS)

    late = trainer(callbacks=[LetsOneMore()])
    training = late.start(RowStream(slow, slow.shards.rows(0), None, 25))
    slow.told.release(SHARDS)
    training.run()
    assert outcome(late) == outcome(expected)


@pytest.mark.parametrize("batches", [0, 1, 4, 13, 20, 33])
@pytest.mark.parametrize("shuffle", [True, False])
def test_a_snapshot_goes_on_at_its_place_in_another_stream(batches, shuffle):
    expected = trainer(shuffle=shuffle)
    expected.start(streamed()).run()
    begun = trainer(shuffle=shuffle)
    begun.start(streamed())
    for _ in range(batches):
        begun.run_batch()
    snapshot = pickle.loads(pickle.dumps(begun.snapshot()))
    other = trainer(seed=77, shuffle=shuffle)
    other.start(streamed())
    other.restore(snapshot)
    other.run()
    assert outcome(other) == outcome(expected)
    begun.run()
    assert outcome(begun) == outcome(expected)


def test_an_interruption_is_gone_on_from_with_nothing_lost():
    expected = trainer()
    expected.start(streamed()).run()

    class Interrupts(Callback):
        left = 3

        def on_batch_end(self, training):
            self.left -= 1
            if self.left == 0:
                raise KeyboardInterrupt

    stopped = trainer(callbacks=[Interrupts()])
    training = stopped.start(streamed())
    with pytest.raises(KeyboardInterrupt):
        training.run()
    training.run()
    assert outcome(stopped) == outcome(expected)


def test_whole_epochs_batches_and_blocks_come_to_the_same():
    expected = trainer()
    expected.start(streamed()).run()
    by_epochs = trainer()
    by_epochs.start(streamed())
    for _ in range(3):
        by_epochs.run_epoch()
    assert outcome(by_epochs) == outcome(expected)


def test_the_steps_are_those_of_all_rows():
    """No batch is lost or cut at the end of a shard or a window: ceil(103 / 8) steps an epoch."""
    one = trainer(epochs=2)
    one.start(streamed()).run()
    assert one.snapshot().step == 2 * 13
    assert one.training.position().total_steps == 26


def test_sparse_rows_come_as_dense_ones_do():
    X, y, _ = arrays()
    X[np.abs(X) < 0.7] = 0
    dense, sparse = (ArrayShards(form(X), y, count=SHARDS) for form in (np.asarray, csr_array))
    outcomes = []
    for shards in (dense, sparse):
        one = trainer()
        one.start(RowStream(shards, shards.rows(0), None, 25)).run()
        outcomes.append(one.network.parameters)
    np.testing.assert_allclose(*outcomes, rtol=1e-9)


def test_batches_mix_the_runs_of_files_that_are_sorted_by_their_target():
    """Eight runs of one class each: a shuffle buffer that read one after the other would see a single class."""
    labels = np.repeat(np.arange(LANES), 400)
    counts = [50] * (len(labels) // 50)
    runs = [range(8 * run, 8 * run + 8) for run in range(LANES)]
    first = windows(counts, runs, least=400, seed=3)[0]
    classes = np.concatenate([labels[50 * shard : 50 * shard + 50] for shard in first.shards])
    assert len(set(classes.tolist())) == LANES
    # And within a run, shards are read one after the other, which is what makes them cheap.
    order = [shard for window in windows(counts, runs, 400, 3) for shard in window.shards]
    assert all([shard for shard in order if shard in run] == list(run) for run in runs)


def test_a_sample_judges_where_there_is_nothing_else():
    stream = streamed()
    one = trainer(metric="r2")
    one.start(stream).run()
    assert one.history[-1].metric == stream.sample.evaluate(one.network, one.metric)[1]


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"rows": lambda number: (_ for _ in ()).throw(InputError("shard 3 of 9: torn"))}, "shard 3 of 9: torn"),
        ({"rows": lambda number: shards_of(120).rows(number)}, r"shard \d of 9 .*it has 1[34] rows, and had 1[12]"),
    ],
)
def test_what_is_wrong_with_a_shard_names_it(answers, said):
    one = trainer()
    training = one.start(streamed(Changed(shards_of(), **answers)))
    with pytest.raises(InputError, match=said):
        training.run()


def test_a_shard_that_changes_on_the_way_is_refused_by_its_name():
    marks = iter("a" * SHARDS + "aab" + "b" * 99)
    one = trainer()
    training = one.start(streamed(Changed(shards_of(), fingerprint=lambda number: next(marks))))
    with pytest.raises(InputError, match=r"shard \d of 9 .*has changed since training began"):
        training.run()


def test_a_shard_without_rows_is_refused_by_its_name():
    with pytest.raises(InputError, match=r"shard 1 of 9 .*there are no rows"):
        streamed(Changed(shards_of(), n_rows=lambda number: 0))


def test_lbfgs_is_refused_since_it_takes_all_rows_at_once():
    one = Trainer(Network([3, 1], rng=0), optimizer="lbfgs")
    with pytest.raises(ValueError, match="lbfgs takes all rows at once"):
        one.start(streamed())


def test_a_network_that_rows_do_not_fit_is_refused():
    with pytest.raises(ValueError, match="3 inputs"):
        Trainer(Network([4, 1], rng=0)).start(streamed())


# -- reading ahead -----------------------------------------------------------------------------------------------------


def test_no_more_is_read_than_is_wanted():
    begun = []

    def items():
        for number in range(10):
            begun.append(number)
            yield number

    ahead = ReadAhead(items(), 2)
    got = [next(ahead) for _ in range(4)]
    ahead.close()
    assert got == [0, 1, 2, 3]
    assert max(begun) <= 7


def test_an_error_comes_where_its_item_would():
    def items():
        yield 1
        raise ValueError("torn")

    ahead = ReadAhead(items(), 3)
    assert next(ahead) == 1
    for _ in range(2):
        with pytest.raises(ValueError, match="torn"):
            next(ahead)


def test_the_thread_ends_when_nobody_wants_more():
    ended = threading.Event()

    def items():
        try:
            while True:
                yield bytes(10)
        finally:
            ended.set()

    ahead = ReadAhead(items(), 1)
    next(ahead)
    del ahead
    assert ended.wait(60)


def test_rows_of_one_array_are_taken_as_they_are():
    X, y, _ = arrays()
    shards = ArrayShards(X, y, count=1)
    one = trainer(shuffle=False)
    one.start(RowStream(shards, Rows(X, y, None))).run()
    there = trainer(shuffle=False)
    there.start(X, y).run()
    assert outcome(one) == outcome(there)


def test_the_bar_moves_within_epochs_and_tells_rows_a_second():
    shown = []

    class Bar:
        def start(self, total):
            shown.append(total)

        def update(self, completed, numbers):
            shown.append((completed, numbers))

        def stop(self):
            pass

    bar = ProgressBar()
    bar._bar = Bar()
    trainer(epochs=2, callbacks=[bar]).start(streamed()).run()
    total, *updates = shown
    assert total == 2
    done = [completed for completed, _ in updates]
    assert done == sorted(done)
    assert done[0] == 24 / N  # a window of 25 rows and more, in whole batches of 8
    assert done[-1] == 2
    assert all(re.search(r"[\d,]+ rows/s$", numbers) for _, numbers in updates)


def test_what_a_stream_is_of_can_be_compared():
    assert streamed().fingerprint == streamed().fingerprint
    others = [streamed(shards_of(104)), streamed(shards_of(count=8)), streamed(window_rows=30)]
    assert len({stream.fingerprint for stream in [streamed(), *others]}) == 4
