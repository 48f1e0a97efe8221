"""The folder of a training: what is kept in it, who may write to it, and which training may go on from it."""

import copy
import errno
import os
import pickle
import re
import signal
import subprocess
import sys
import warnings
from types import SimpleNamespace

import numpy as np
import pytest

import clearprop.files.checkpoints
from clearprop import Callback, Checkpoints, EnsembleTrainer, InputError, Network, Trainer
from clearprop.errors import DivergenceError, TrainingWarning
from clearprop.files.checkpoint import Checkpoint
from clearprop.files.checkpoint_folder import files_in
from clearprop.network.ensemble import Ensemble

from ..extent import WHOLE
from .going_on import rows

X, Y = rows()
VALIDATION = X[30:], Y[30:]


class Ends(Callback):
    """Raises when there are so many epochs, or after so many batches of the next."""

    def __init__(self, epochs, error=None):
        self.epochs, self.error = epochs, error or KeyboardInterrupt()

    def on_epoch_end(self, training):
        if len(training.history) == self.epochs:
            raise self.error


def trainer(folder, *, epochs=8, every=3, keep=2, resume=True, network=None, callbacks=(), **settings):
    network = network or Network([3, 5, 1], "tanh", loss="binary_cross_entropy", rng=1)
    kept = [] if folder is None else [Checkpoints(folder, every=every, keep=keep, resume=resume)]
    given = {"patience": None, "batch_size": 7, "learning_rate": 0.05, "rng": 0, "engine": "numpy", **settings}
    return Trainer(network, epochs=epochs, callbacks=[*kept, *callbacks], **given)


def fit(one, X=X[:30], y=Y[:30], validation=VALIDATION, sample_weight=None):
    one.fit(X, y, sample_weight, validation)
    return one


def interrupted(folder, epochs=5, **settings):
    with pytest.raises(KeyboardInterrupt):
        fit(trainer(folder, callbacks=[Ends(epochs)], **settings))


def names(folder):
    return [path.name for path in files_in(folder)]


def result(one):
    return one.network.parameters.tobytes(), repr(one.history.records), one.stop_reason, one.best_epoch


# -- what is kept ------------------------------------------------------------------------------------------------------


def test_the_last_ones_and_the_best_are_kept(tmp_path):
    losses = fit(trainer(None, epochs=20, learning_rate=0.3)).history.validation_loss
    kept = fit(trainer(tmp_path, epochs=20, every=2, learning_rate=0.3))
    assert kept.history.validation_loss == losses
    best = min(range(2, 21, 2), key=lambda epoch: losses[epoch - 1])
    assert best < 18  # else it would be kept as one of the last
    assert names(tmp_path) == [f"epoch-{epoch:06d}.checkpoint" for epoch in (best, 18, 20)]
    assert Checkpoint.read(files_in(tmp_path)[-1]).best.value == losses[best - 1]
    one = trainer(None, epochs=20).start(X[:30], Y[:30], validation=VALIDATION)
    Checkpoints(tmp_path).restore(one, best=True)
    assert (len(one.history), one.network.loss(*VALIDATION)) == (best, pytest.approx(losses[best - 1], rel=1e-12))


def test_by_a_metric_the_best_is_the_greatest(tmp_path):
    one = fit(trainer(tmp_path, epochs=12, every=1, keep=1, monitor="metric", learning_rate=0.3))
    best = int(np.argmax(one.history.metric)) + 1
    assert names(tmp_path)[0] == f"epoch-{best:06d}.checkpoint"


def test_how_often(tmp_path, monkeypatch):
    written = []
    write = Checkpoint.write
    monkeypatch.setattr(Checkpoint, "write", lambda self, path: (written.append(path.name), write(self, path)))
    fit(trainer(tmp_path / "a", epochs=7, every=3, keep=9))
    assert written == [f"epoch-{epoch:06d}.checkpoint" for epoch in (3, 6, 7)]
    written.clear()
    fit(trainer(tmp_path / "b", epochs=3, every=100))
    assert written == ["epoch-000003.checkpoint"]
    written.clear()
    seconds = iter(range(0, 1000, 10))  # each look at the clock is ten seconds later; other threads have their own
    clock = SimpleNamespace(monotonic=lambda: next(seconds))
    monkeypatch.setattr(clearprop.files.checkpoints, "time", clock)
    fit(trainer(tmp_path / "c", epochs=8, every="25s"))
    assert written == ["epoch-000003.checkpoint", "epoch-000006.checkpoint", "epoch-000008.checkpoint"]


@pytest.mark.parametrize("every", [0, -1, "soon", "10", "0s", "-5s", "nan s", ""])
def test_a_rhythm_that_is_none(every):
    with pytest.raises(ValueError, match="every must be"):
        Checkpoints("f", every=every)


def test_settings_can_be_copied_and_pickled_while_a_training_is_followed(tmp_path):
    one = trainer(tmp_path)
    one.start(X[:30], Y[:30])
    checkpoints = one.callbacks[0]
    for other in (copy.deepcopy(checkpoints), pickle.loads(pickle.dumps(checkpoints))):
        assert repr(other) == repr(checkpoints) == f"Checkpoints('{tmp_path}', every=3, keep=2, resume=True)"
    with pytest.raises(TypeError, match=re.escape("keyword argument 'period', did you mean 'every'?")):
        Checkpoints(tmp_path, period=3)


def test_members_have_a_folder_each_and_those_that_have_ended_are_not_trained_again(tmp_path):
    def ensemble(folder, callbacks=()):
        networks = [Network([3, 5, 1], "tanh", loss="binary_cross_entropy", rng=seed) for seed in range(3)]
        kept = [] if folder is None else [Checkpoints(folder, every=2)]
        told = [*kept, *callbacks]
        return EnsembleTrainer(Ensemble(networks), workers=1, epochs=6, patience=None, rng=0, callbacks=told)

    whole = ensemble(None)
    whole.fit(X[:30], Y[:30])
    steps = Counts()
    with pytest.raises(KeyboardInterrupt):
        ensemble(tmp_path, [EndsAfter(8)]).fit(X[:30], Y[:30])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["member-1", "member-2", "member-3"]
    assert [names(tmp_path / f"member-{number}")[-1][6:12] for number in (1, 2, 3)] == ["000006", "000002", "000000"]
    again = ensemble(tmp_path, [steps])
    with pytest.warns(TrainingWarning, match="^member 1 of 3: .*holds this training to its end, after 6 epochs"):
        histories = again.fit(X[:30], Y[:30])
    assert [len(history) for history in histories] == [6, 6, 6]
    assert steps.epochs == 18 - 8
    for one, other in zip(again.ensemble.members, whole.ensemble.members, strict=True):
        assert one.parameters.tobytes() == other.parameters.tobytes()


class Counts(Callback):
    epochs = 0

    def on_epoch_end(self, training):
        self.epochs += 1


class EndsAfter(Counts):
    def __init__(self, most):
        self.most = most

    def on_epoch_end(self, training):
        super().on_epoch_end(training)
        if self.epochs == self.most:
            raise KeyboardInterrupt


# -- what others have got wrong: each is a report on another library ---------------------------------------------------


def test_more_epochs_go_on_from_the_last_parameters_and_not_from_the_best(tmp_path):
    """Where the best are kept, an ended network has those; a schedule by steps is that of all epochs."""
    whole = fit(trainer(None, epochs=16, learning_rate=0.3))
    fit(trainer(tmp_path, epochs=9, learning_rate=0.3))
    assert result(fit(trainer(tmp_path, epochs=16, learning_rate=0.3))) == result(whole)


def test_the_best_so_far_and_the_patience_are_gone_on_with(tmp_path):
    settings = {"epochs": 60, "learning_rate": 0.5, "patience": 6, "optimizer": "sgd"}
    whole = fit(trainer(None, **settings))
    assert 8 < len(whole.history) < 60
    assert whole.best_epoch < len(whole.history) - 5
    for epochs in range(len(whole.history) - 5, len(whole.history)):  # after the best one
        folder = tmp_path / str(epochs)
        with pytest.raises(KeyboardInterrupt):
            fit(trainer(folder, callbacks=[Ends(epochs)], **settings))
        assert result(fit(trainer(folder, **settings))) == result(whole)


def test_a_best_checkpoint_is_not_replaced_by_a_worse_one_after_going_on(tmp_path):
    fit(trainer(tmp_path, epochs=20, every=2, learning_rate=0.3))
    best = names(tmp_path)[0]
    fit(trainer(tmp_path, epochs=26, every=2, learning_rate=0.3))
    assert names(tmp_path) == [best, "epoch-000024.checkpoint", "epoch-000026.checkpoint"]


def test_an_end_that_a_callback_wanted_is_kept(tmp_path):
    """One that is told after the checkpoints' turn in the same epoch, too; and more epochs do not undo it."""

    class Stops(Callback):
        def on_epoch_end(self, training):
            if len(training.history) == 4:
                training.stop("enough")

    fit(trainer(tmp_path, callbacks=[Stops()], every=1))
    with pytest.warns(TrainingWarning, match="holds this training to its end, after 4 epochs: nothing is trained"):
        again = fit(trainer(tmp_path, every=1, epochs=50))
    assert (len(again.history), again.stop_reason) == (4, "enough")


def test_a_rate_that_a_callback_has_changed_is_gone_on_with(tmp_path):
    class Halves(Callback):
        def on_epoch_end(self, training):
            if len(training.history) == 2:
                training.learning_rate /= 2

    whole = fit(trainer(None, callbacks=[Halves()]))
    with pytest.raises(KeyboardInterrupt):
        fit(trainer(tmp_path, callbacks=[Halves(), Ends(5)]))
    again = fit(trainer(tmp_path))
    assert again.history.rate == whole.history.rate == [0.05, 0.05, *[0.025] * 6]
    assert result(again) == result(whole)


def test_training_that_went_back_is_gone_on_with_from_there(tmp_path):
    """What was kept of epochs that are not any more does not come back."""
    one = trainer(tmp_path, every=1, keep=3)
    run = one.start(X[:30], Y[:30], validation=VALIDATION)
    run.run_epoch()
    early = run.snapshot()
    for _ in range(4):
        run.run_epoch()
    assert names(tmp_path)[-1] == "epoch-000005.checkpoint"
    run.restore(early)
    run.run_epoch()
    assert names(tmp_path)[-1] == "epoch-000002.checkpoint"


def test_a_checkpoint_between_batches(tmp_path):
    run = trainer(tmp_path, every="1h").start(X[:30], Y[:30], validation=VALIDATION)
    for _ in range(7):
        run.run_batch()
    run.leave()
    assert names(tmp_path) == ["epoch-000001-row-14.checkpoint"]
    assert result(fit(trainer(tmp_path))) == result(fit(trainer(None)))


@pytest.mark.parametrize("who", ["metric", "monitor"])
def test_after_an_error_of_a_metric_or_monitor(tmp_path, who):
    def looks(raises):
        left = [raises]

        def look(*given):
            left[0] -= 1
            if left[0] == 0:
                raise ZeroDivisionError
            return given[0].validation_loss if who == "monitor" else float(given[2].mean())

        look.__qualname__ = "look"
        return {who: look}

    with pytest.raises(ZeroDivisionError):
        fit(trainer(tmp_path, every=2, **looks(6)))
    assert result(fit(trainer(tmp_path, every=2, **looks(-1)))) == result(fit(trainer(None, **looks(-1))))


def test_one_that_diverges_leaves_the_last_good_one(tmp_path):
    def one(**settings):
        given = {"optimizer": "sgd", "epochs": 30, "learning_rate": 1e-3, "every": 1, "network": Network([3, 1], rng=0)}
        return trainer(tmp_path, **{**given, **settings})

    class Raises(Callback):
        def on_epoch_end(self, training):
            if len(training.history) == 3:
                training.learning_rate = 1e200

    with pytest.raises(DivergenceError):
        fit(one(callbacks=[Raises()]))
    assert names(tmp_path)[-1] == "epoch-000003.checkpoint"
    lower = one(learning_rate=1e-4, callbacks=())
    lower.callbacks.clear()
    run = lower.start(X[:30], Y[:30], validation=VALIDATION)
    Checkpoints(tmp_path).restore(run)
    assert len(run.run()) == 30


# -- which training may go on ------------------------------------------------------------------------------------------


def changed(array, value=9.0):
    array = array.copy()
    array.flat[0] = value
    return array


# What is other than in the folder's training, and what is said of it.
OTHERS = {
    "a value": (lambda folder: fit(trainer(folder), X=changed(X[:30])), "X holds other values."),
    "a target": (lambda folder: fit(trainer(folder), y=1 - Y[:30]), "y holds other values."),
    "a validation value": (
        lambda folder: fit(trainer(folder), validation=(changed(X[30:]), Y[30:])), "validation X holds other values."
    ),
    "weights": (lambda folder: fit(trainer(folder), sample_weight=np.ones(30)), "sample_weight was not there."),
    "rows": (lambda folder: fit(trainer(folder), X[:29], Y[:29]), "the number of rows was 30 and is 29."),
    "another order": (lambda folder: fit(trainer(folder), X[29::-1], Y[29::-1]), "X holds other values, y holds other"),
    "no validation": (
        lambda folder: fit(trainer(folder), validation=None), "the number of validation rows was 14 and is 0,"
    ),
    "patience": (lambda folder: fit(trainer(folder, patience=3)), "patience was None and is 3."),
    "optimizer": (lambda folder: fit(trainer(folder, optimizer="sgd")), "epsilon=1e-08)' and is 'Sgd()'."),
    "rate": (lambda folder: fit(trainer(folder, learning_rate=0.1)), "learning_rate was 0.05 and is 0.1."),
    "schedule": (lambda folder: fit(trainer(folder, schedule="cosine")), "schedule was 'Constant()' and is 'Cosine("),
    "batch size": (lambda folder: fit(trainer(folder, batch_size=8)), "batch_size was 7 and is 8."),
    "dropout": (lambda folder: fit(trainer(folder, dropout=0.1)), "dropout was [0.0] and is [0.1]."),
    "l2": (lambda folder: fit(trainer(folder, l2=0.1)), "l2 was 0.0 and is 0.1."),
    "seed": (lambda folder: fit(trainer(folder, rng=1)), "the random numbers (their seed) holds other values."),
    "first weights": (
        lambda folder: fit(trainer(folder, network=Network([3, 5, 1], "tanh", loss="binary_cross_entropy", rng=2))),
        "the first parameters (their seed or network) holds other values.",
    ),
    "dtype": (
        lambda folder: fit(
            trainer(folder, network=Network([3, 5, 1], "tanh", loss="binary_cross_entropy", rng=1, dtype="float32"))
        ),
        "dtype was 'float64' and is 'float32',",
    ),
    "layers": (
        lambda folder: fit(trainer(folder, network=Network([3, 4, 1], "tanh", loss="binary_cross_entropy", rng=1))),
        "layer_sizes was [3, 5, 1] and is [3, 4, 1],",
    ),
    "fewer epochs": (lambda folder: fit(trainer(folder, epochs=4)), "a training of 5 epochs, and epochs is 4:"),
}  # fmt: skip


@pytest.mark.parametrize("what", OTHERS)
def test_another_training_is_refused_with_what_is_other(tmp_path, what):
    interrupted(tmp_path)
    before = {path.name: path.read_bytes() for path in files_in(tmp_path)}
    train, said = OTHERS[what]
    with pytest.raises(InputError) as caught:
        train(tmp_path)
    assert str(caught.value).startswith(f"{tmp_path}: holds ")
    assert said in str(caught.value)
    assert {path.name: path.read_bytes() for path in files_in(tmp_path)} == before
    fit(trainer(tmp_path))  # the folder is free, and the right one goes on


def test_what_makes_no_difference_may_be_other(tmp_path):
    interrupted(tmp_path)
    with pytest.warns(TrainingWarning, match="by other means than before, .*: engine was 'numpy' and is 'compiled'"):
        fit(trainer(tmp_path, engine="compiled"))
    interrupted(tmp_path / "two")
    fit(trainer(tmp_path / "two", progress=False, every="1h", keep=9, callbacks=[Callback()]))


def test_an_unseeded_training_is_known_by_rows_and_settings_alone(tmp_path):
    def one(**settings):
        return trainer(tmp_path, rng=None, network=Network([3, 5, 1], "tanh", loss="binary_cross_entropy"), **settings)

    with pytest.raises(KeyboardInterrupt):
        fit(one(callbacks=[Ends(5)]))
    last = Checkpoint.read(files_in(tmp_path)[-1]).snapshot
    assert fit(one()).history.records[:5] == list(last.records)


def test_what_is_there_can_be_replaced(tmp_path):
    interrupted(tmp_path)
    other = fit(trainer(tmp_path, learning_rate=0.3, epochs=2, resume=False))
    assert len(other.history) == 2
    assert names(tmp_path) == ["epoch-000002.checkpoint"]


def test_lbfgs_goes_on_from_its_last_iteration(tmp_path):
    """Which is not as if nothing had been: what it remembers of the iterations before is SciPy's."""

    def one(**settings):
        given = {"optimizer": "lbfgs", "epochs": 30, "tolerance": 1e-8, "batch_size": None, "learning_rate": None}
        return trainer(tmp_path, **given, every=1, **settings)

    with pytest.raises(KeyboardInterrupt):
        fit(one(callbacks=[Ends(5)]))
    again = fit(one())
    assert again.history.loss[4] > again.history.loss[-1]
    assert len(again.history) > 5
    assert again.history[5].epoch == 6
    with pytest.warns(TrainingWarning, match="nothing is trained"):
        ended = fit(one())
    assert result(ended) == result(again)


# -- folders, disks and other processes --------------------------------------------------------------------------------


def test_a_folder_has_one_training_at_a_time(tmp_path):
    one = trainer(tmp_path)
    one.start(X[:30], Y[:30])
    with pytest.raises(InputError, match="another training writes its checkpoints there: wait until it has ended"):
        fit(trainer(tmp_path))
    one.training.leave()
    with pytest.raises(InputError, match="holds checkpoints of another"):  # it is free
        fit(trainer(tmp_path))


def test_a_process_that_was_killed_holds_no_folder(tmp_path):
    program = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom clearprop.files.folder_lock import FolderLock\n"
        "lock = FolderLock(Path(sys.argv[1]))\nos.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", program, tmp_path], check=False)
    assert done.returncode == -signal.SIGKILL
    fit(trainer(tmp_path))


def test_a_folder_that_cannot_be_written_to_is_refused_before_training(tmp_path):
    (tmp_path / "file").write_text("mine")
    steps = Counts()
    for folder, said in (
        (tmp_path / "file", "is a file or lies in one"),
        (tmp_path / "file" / "below", "is a file or lies in one"),
        ("/proc/nowhere", "no checkpoint can be written there"),
    ):
        with pytest.raises(InputError, match=said):
            fit(trainer(folder, callbacks=[steps]))
    assert (steps.epochs, (tmp_path / "file").read_text()) == (0, "mine")


def full(monkeypatch, at):
    """Have the disk be full for these writes, counted from 1."""
    sync, count = os.fsync, [0]

    def fsync(descriptor):
        if os.path.basename(os.readlink(f"/proc/self/fd/{descriptor}")).startswith(".clearprop"):
            count[0] += 1
            if count[0] in at:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    return count


@pytest.mark.skipif(not os.path.exists("/proc/self/fd"), reason="by Linux's names of open files")
def test_a_disk_that_is_full_is_told_once_and_training_goes_on(tmp_path, monkeypatch):
    whole = fit(trainer(None))
    count = full(monkeypatch, at=(2, 3, 4, 5))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        one = fit(trainer(tmp_path, every=1))
    assert result(one) == result(whole)
    (warning,) = caught
    assert "the checkpoint after 2 epochs is not written: " in str(warning.message)
    assert "No space left on device: choose another place, or make room. Training goes on" in str(warning.message)
    assert (count[0], names(tmp_path)) == (8, [f"epoch-00000{epoch}.checkpoint" for epoch in (7, 8)])
    full(monkeypatch, at=range(1, 99))
    with pytest.warns(TrainingWarning, match="after 9 epochs is not written"):
        fit(trainer(tmp_path, every=1, epochs=12))
    assert names(tmp_path)[-1] == "epoch-000008.checkpoint"  # the last good one stays
    assert not list(tmp_path.glob("*.tmp"))


def test_a_file_that_may_not_grow_so_large_leaves_the_last_good_one(tmp_path):
    """The system's own limit, which is met in the middle of a file."""
    resource = pytest.importorskip("resource")
    interrupted(tmp_path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.warns(TrainingWarning, match="is not written: .*File too large"):
            one = fit(trainer(tmp_path))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert result(one) == result(fit(trainer(None)))
    assert names(tmp_path)[-1] == "epoch-000005.checkpoint"
    assert not list(tmp_path.glob("*.tmp"))


def test_a_damaged_checkpoint_is_told_and_the_one_before_is_taken(tmp_path):
    interrupted(tmp_path)
    before, last = files_in(tmp_path)[-2:]
    content = bytearray(last.read_bytes())
    content[-5] ^= 1
    last.write_bytes(content)
    with pytest.warns(TrainingWarning, match=rf"{last.name}: .* goes on from the one before, {before.name}"):
        one = fit(trainer(tmp_path))
    assert result(one) == result(fit(trainer(None)))
    for path in files_in(tmp_path):
        path.write_bytes(b"")
    with pytest.raises(InputError, match=r"\.checkpoint: "):
        fit(trainer(tmp_path))


SAVES = """
import os, sys
import numpy as np
from pathlib import Path
from clearprop import Checkpoints, Network, Trainer
run = Trainer(Network([200, 200, 2], rng=0), epochs=10**6, patience=None, callbacks=[Checkpoints(sys.argv[1], every=1)],
              rng=0, batch_size=4, engine="numpy").start(np.zeros((4, 200)), np.zeros((4, 2)))
while True:
    run.run_epoch()
    os.write(1, b".")
"""


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_kills_while_saving_leave_no_file_that_cannot_be_read(tmp_path):
    """One after the other in the same folder, each somewhere in a save of 1 MB, of which the next goes on."""
    rng, read, last = np.random.default_rng(0), 0, 0
    for _ in range(200 if WHOLE else 5):
        process = subprocess.Popen([sys.executable, "-c", SAVES, str(tmp_path)], stdout=subprocess.PIPE)
        process.stdout.read(int(rng.integers(1, 4)))
        for _ in range(int(rng.integers(0, 60_000))):  # somewhere in the next save, by no clock
            pass
        process.kill()
        process.communicate()
        paths = files_in(tmp_path)
        for path in paths:
            Checkpoint.read(path)
            read += 1
        epoch = int(paths[-1].name[6:12])
        assert epoch > last
        last = epoch
        assert len(list(tmp_path.glob("*.tmp"))) <= 1  # the next save takes away what a kill has left
    assert read >= last > 3
