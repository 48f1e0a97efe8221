"""The trainer: batches, epochs, stopping, history and snapshots around an engine that takes the steps."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import numpy.typing as npt

from clearprop.engines import Diverged, Engine, Job, Progress, Stretch, compiles, numpy_seconds, resolve_engine
from clearprop.engines.blas import one_blas_thread
from clearprop.engines.lbfgs import minimise
from clearprop.errors import CannotLearnWarning, DivergenceError, TrainingWarning
from clearprop.foundation.arguments import dropout_by_layer, not_negative, positive, whole
from clearprop.foundation.callers import warn_caller
from clearprop.foundation.memory import check_memory
from clearprop.foundation.near_names import SaysNearKeywords, did_you_mean, near, no_attribute, says_near_keywords
from clearprop.foundation.randomness import Seed, as_generator, generator_state, restore_generator, same_kind
from clearprop.metrics import Metric, resolve_metric
from clearprop.network.layout import dense_size
from clearprop.network.network import Network
from clearprop.network.rows import Rows
from clearprop.optimizers import OPTIMIZERS, LBfgs, Optimizer, Sgd
from clearprop.penalties import Penalty
from clearprop.schedules import SCHEDULES, Constant, Position, Schedule
from clearprop.training.callbacks import Callback, ProgressBar
from clearprop.training.diagnosis.causes import poor_outcome
from clearprop.training.diagnosis.findings import TRAINER, Settings
from clearprop.training.diagnosis.learnability import check_output, obstacles
from clearprop.training.diagnosis.outcome import Outcome, loss_now
from clearprop.training.history import EpochRecord, History
from clearprop.training.snapshots import Snapshot, State
from clearprop.training.stopping import MONITORS, Monitored, Patience

Array = npt.NDArray[Any]

# So many seconds of training, as NumPy would take them, may pass with nobody looking.
SECONDS_AHEAD = 0.1
# Inputs and targets past this are worth scaling where numbers have left the finite ones.
LARGE = 100.0
# What is often tried on a trainer, and what to write instead.
INSTEAD = {
    "train": "write trainer.fit(X, y)",
    "predict": "the network predicts, as in trainer.network.predict(X)",
    "score": "see trainer.history, or write trainer.network.loss(X, y)",
    "evaluate": "see trainer.history, or write trainer.network.loss(X, y)",
    "step": "write trainer.run_batch() for one step, after trainer.start(X, y)",
    "partial_fit": "write trainer.run_epoch() for one epoch, after trainer.start(X, y)",
}

REMEDY = "choose smaller layers or fewer classes, dtype float32, or an optimizer that remembers less, such as sgd"


def check_room(sizes: Sequence[int], dtype: np.dtype[Any], optimizer: Optimizer | LBfgs) -> None:
    """ValueError if there is no memory to train layers of these sizes, which are not made yet.

    It takes the parameters, their gradient, and what the optimiser remembers of each.
    """
    count = dense_size(sizes)
    check_memory(
        (dtype.itemsize + _bytes_a_parameter(optimizer, dtype)) * count,
        f"the {count:,} parameters that layer_sizes {list(sizes)} make, trained by {optimizer.name},",
        REMEDY,
    )


def _bytes_a_parameter(optimizer: Optimizer | LBfgs, dtype: np.dtype[Any]) -> int:
    """What training takes of memory beside a parameter itself."""
    if isinstance(optimizer, LBfgs):
        return dtype.itemsize + optimizer.bytes_a_parameter
    return dtype.itemsize * (1 + len(optimizer.slots))


class Trainer(SaysNearKeywords):
    """Trains a network; all at once by `fit`, or from outside by the epoch or the batch.

    Parameters
    ----------
    network : Network
        Changed in place.
    optimizer : str, Optimizer or LBfgs
    learning_rate : float, optional
        The schedule's base; where not given, the optimiser's usual one.
    schedule : str or Schedule
    batch_size : int, optional
        Rows a step; where not given, 200, or all if there are fewer.
    epochs : int
        The most passes over the rows.
    shuffle : bool
        Whether the rows come in a new order in each epoch.
    l1, l2 : float
        Penalties on the weights (see `penalties`).
    decoupled_decay : float, optional
        Weights shrink by this share times the rate in each step; where not given, as the optimiser has it.
    rates, decays : dict of str to float, optional
        Factors on the learning rate, and on l1, l2 and decoupled decay alike, for some of the parameters: by name, as
        `W2` or `b1`, or by kind, `W` or `b`, of which the name counts. A rate factor of 0 leaves them as they are.
        Where not given, all rates are the same, and weights decay while biases do not.
    dropout : float or sequence of float
        The share of units left out at random in each batch, one for all hidden layers or one each.
    clip_norm : float, optional
        The greatest length of a gradient; longer ones are shortened to it.
    tolerance, patience : float, int or None
        Training stops when the monitored number has not got better by `tolerance` in more than `patience`
        epochs on end, counted from the best so far; with patience None it does not stop early.
    monitor : {"loss", "validation_loss", "metric"} or callable, optional
        Where not given, the validation loss if there are validation rows, else the training loss. A function of the
        epoch's record gives a number that should fall.
    keep_best : bool, optional
        Whether the parameters of the best epoch, by `monitor`, are those that stay, whatever ends training; where not
        given, if there are validation rows.
    metric : str or callable, optional
        "accuracy", "r2", or a function (loss, y, outputs, sample_weight) -> float, the greater the better.
    callbacks : sequence of Callback
    progress : bool
        Whether to show a progress bar.
    engine : str or Engine
    rng : int, Generator, RandomState, optional
        For the order of the rows and for dropout.

    Attributes
    ----------
    layout : Layout
        The network's, with these factors on the rates and decays of its parameters.
    history : History
        An entry an epoch.
    stop_reason : str or None
        Why training has ended; None while it has not.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    >>> y = np.array([0.0, 1.0, 1.0, 0.0])
    >>> network = Network([2, 8, 1], "tanh", loss="binary_cross_entropy", rng=0)
    >>> trainer = Trainer(network, learning_rate=0.05, epochs=300, rng=0)
    >>> history = trainer.fit(X, y)
    >>> (network.predict(X)[:, 0] > 0.5).tolist()
    [False, True, True, False]
    """

    def __init__(
        self,
        network: Network,
        *,
        optimizer: str | Optimizer | LBfgs = "adam",
        learning_rate: float | None = None,
        schedule: str | Schedule = "constant",
        batch_size: int | None = None,
        epochs: int = 200,
        shuffle: bool = True,
        l1: float = 0.0,
        l2: float = 0.0,
        decoupled_decay: float | None = None,
        rates: Mapping[str, float] | None = None,
        decays: Mapping[str, float] | None = None,
        dropout: float | Sequence[float] = 0.0,
        clip_norm: float | None = None,
        tolerance: float = 1e-4,
        patience: int | None = 10,
        monitor: Monitored | None = None,
        keep_best: bool | None = None,
        metric: str | Metric | None = None,
        callbacks: Sequence[Callback] = (),
        progress: bool = False,
        engine: str | Engine = "auto",
        rng: Seed = None,
    ) -> None:
        if not isinstance(network, Network):
            raise TypeError(f"network must be a Network, got {network!r}: make one as in Network([2, 8, 1])")
        self.network = network
        self.lbfgs = _resolve_lbfgs(optimizer)
        self.layout = network.layout.with_factors(rates, decays)
        self.rates = dict(rates or {})
        if self.lbfgs:
            given = {
                "learning_rate": learning_rate is not None,
                "schedule": SCHEDULES.resolve(schedule) != Constant(),
                "batch_size": batch_size is not None,
                "decoupled_decay": decoupled_decay is not None,
                "rates": any(factor != 1 for factor in self.rates.values()),
                "dropout": bool(np.any(dropout)),
                "clip_norm": clip_norm is not None,
            }
            _warn_of_ignored([name for name, is_given in given.items() if is_given])
        # L-BFGS keeps no slots; plain descent stands in the job for the optimiser that it does not use.
        self.optimizer: Optimizer = Sgd() if self.lbfgs else OPTIMIZERS.resolve(optimizer)  # type: ignore[arg-type]
        optimizer, count = self.lbfgs or self.optimizer, network.parameters.size
        check_memory(
            _bytes_a_parameter(optimizer, network.dtype) * count,
            f"the gradient and what {optimizer.name} remembers of {count:,} parameters",
            REMEDY,
        )
        self.learning_rate = positive(
            "learning_rate", self.optimizer.learning_rate if learning_rate is None else learning_rate
        )
        self.schedule = SCHEDULES.resolve(schedule)
        self.batch_size = batch_size if batch_size is None else whole("batch_size", batch_size, 1)
        self.epochs = whole("epochs", epochs, 1)
        self.shuffle = shuffle
        self.penalty = Penalty(l1, l2, decays or {})
        self.decoupled_decay = not_negative(
            "decoupled_decay", self.optimizer.decoupled_decay if decoupled_decay is None else decoupled_decay
        )
        self.dropout = dropout_by_layer(dropout, len(network.weights) - 1)
        self.clip_norm = None if clip_norm is None else positive("clip_norm", clip_norm)
        self.tolerance = not_negative("tolerance", tolerance)
        self.patience = patience if patience is None else whole("patience", patience, 0)
        if monitor not in (None, *MONITORS) and not callable(monitor):
            hint = did_you_mean(near(str(monitor), MONITORS, MONITORS))
            raise ValueError(
                f"monitor must be 'loss', 'validation_loss', 'metric' or a function, got {monitor!r}{hint}"
            )
        self.monitor = monitor
        self.keep_best = keep_best
        self._given_metric = metric
        self.metric = resolve_metric(metric, network.loss_function)
        self.callbacks = [*callbacks, *([ProgressBar()] if progress else [])]
        self.engine = resolve_engine(engine)
        self.rng = as_generator(rng)
        self._job: Job | None = None
        self._last: Array | None = None  # the last parameters, where the network shows the best in between
        self._telling = False

    # -- training ------------------------------------------------------------------------------------------------

    @says_near_keywords
    def fit(
        self,
        X: npt.ArrayLike,
        y: npt.ArrayLike,
        sample_weight: npt.ArrayLike | None = None,
        validation: Sequence[npt.ArrayLike] | None = None,
    ) -> History:
        """Train until the epochs are over or nothing is gained any more: `start`, then `run`.

        Raises
        ------
        ValueError, DivergenceError
            See `start` and `run`.

        Warns
        -----
        TrainingWarning
            Training came to an end with next to nothing learned, for a reason that can be removed; or see `start`.
        """
        self.start(X, y, sample_weight, validation)
        with self.undisturbed():
            before = loss_now(self.network, self.rows)
            history = self.run()
            outcome = Outcome.of(self.network, self.rows, history, before, self._state.patience.keeps_best)
            poor = poor_outcome(self.network, self.rows, history, self._settings(before), outcome)
        if poor:
            warn_caller(poor, TrainingWarning)
        return history

    def _settings(self, first_loss: float) -> Settings:
        """What findings may tell to turn, and how training began and ended."""
        return Settings(
            rate=None if self.lbfgs else self.learning_rate,
            clipped=self.clip_norm is not None,
            penalty=self.penalty,
            decay=self.decoupled_decay,
            batch_size=None if self.lbfgs else self._started().batch_size,
            first_loss=first_loss,
            stop_reason=self.stop_reason or "",
            names=TRAINER,
        )

    @says_near_keywords
    def start(
        self,
        X: npt.ArrayLike,
        y: npt.ArrayLike,
        sample_weight: npt.ArrayLike | None = None,
        validation: Sequence[npt.ArrayLike] | None = None,
        samples: int = 0,
    ) -> None:
        """Take the data and stand before the first batch.

        Parameters
        ----------
        X : array-like or SciPy sparse matrix, shape (n, inputs)
        y : array-like, shape (n, outputs), or (n,)
            See `Network.backward`.
        sample_weight : array-like, shape (n,), optional
            What each row counts, >= 0.
        validation : (X, y) or (X, y, sample_weight), optional
            Rows that are not trained on, by which training is judged.
        samples : int
            Rows seen in trainings before this one, which schedules count in from the second epoch on.

        Raises
        ------
        ValueError
            Shapes do not fit, a number is not finite, a target is none that the loss can take, or the output is a
            softmax over one unit, which is always 1.

        Warns
        -----
        CannotLearnWarning
            Activations, weights or targets that keep a layer, or all of the network, from learning.
        """
        rows = Rows.checked(self.network, X, y, sample_weight)
        self._validation = None if validation is None else _validation_rows(self.network, validation, rows)
        check_output(self.network)
        monitor = self.monitor or ("loss" if validation is None else "validation_loss")
        if monitor == "validation_loss" and validation is None:
            raise ValueError("monitor='validation_loss' needs validation rows: give fit validation=(X, y)")
        keeps_best = validation is not None if self.keep_best is None else self.keep_best
        self._shows_metric = validation is not None or self._given_metric is not None or monitor == "metric"
        network = self.network
        slots = (len(self.optimizer.slots), network.parameters.size)
        self._job = Job(
            network=network,
            optimizer=self.optimizer,
            slots=np.zeros(slots, network.dtype),
            X=rows.X,
            y=rows.y,
            sample_weight=rows.sample_weight,
            batch_size=min(self.batch_size or 200, len(rows.y)),
            penalty=self.penalty,
            decoupled_decay=self.decoupled_decay,
            dropout=self.dropout,
            clip_norm=self.clip_norm,
            rng=self.rng,
            rates=self.rates,
        )
        # What parameters and slots were before the batches under way: to fill arrays is faster than to make them.
        self._before = np.empty_like(network.parameters), np.empty_like(self._job.slots)
        self._state = State(Patience(monitor, self.tolerance, self.patience, keeps_best), samples=samples)
        self._records: list[EpochRecord] = []
        self._last = None
        if samples == 0 and (found := obstacles(network, rows.y, self.dropout)):  # training that goes on has said it
            warn_caller(f"not all can be learned: {' '.join(map(str, found))}", CannotLearnWarning)
        self._tell("on_start")
        self._settle()

    def run(self) -> History:
        """Go on to the end of training.

        An interruption, or an error in a callback, metric or monitor, comes through. The network then has the best
        parameters, where those are kept, and training can be gone on with from where it was: after the last epoch.

        Raises
        ------
        DivergenceError
            Numbers left the finite range; the network keeps the last parameters that were finite, or the best where
            those are kept.
        """
        self._started()
        self._take_up()
        self._settle()
        self._warn_of_end()
        try:
            if self.lbfgs and self.stop_reason is None:
                self._run_lbfgs(self.lbfgs)
            with self.undisturbed():
                while self.stop_reason is None:
                    self._run_epochs(self._epochs_ahead())
        except BaseException:
            if self.stop_reason is None:
                self._last = self.network.parameters.copy()
                self._keep_best()
                self._tell("on_finish")
            raise
        return self.history

    def undisturbed(self) -> AbstractContextManager[None]:
        """One BLAS thread within this context, if the engine has workers of its own; `run` sees to it itself."""
        return one_blas_thread() if not self.lbfgs and compiles(self.engine, self._started()) else nullcontext()

    def run_epoch(self) -> EpochRecord:
        """Go on to the end of the present epoch, and judge it.

        Raises
        ------
        DivergenceError
            See `run`.
        """
        self._warn_of_end()
        self._run_epochs(1)
        return self._records[-1]

    def run_batch(self) -> bool:
        """Take one step; whether that ended an epoch, which is then judged.

        Raises
        ------
        DivergenceError
            See `run`.
        """
        job = self._started()
        self._take_up()
        self._warn_of_end()
        if self._state.cursor < job.n_rows:  # else a callback failed, or a snapshot was taken, before the epoch's end
            self._advance(self._state.cursor + job.batch_size)
            self._tell("on_batch_end")
        ended_epoch = self._state.cursor == job.n_rows
        if ended_epoch:
            self._end_epochs()
            self._settle()
        return ended_epoch

    def stop(self, reason: str) -> None:
        """End training at the end of the present epoch, or at once if none has begun."""
        self._started()
        self._state.stop_requested = self._state.stop_requested or reason
        self._settle()

    @property
    def history(self) -> History:
        """The epochs so far."""
        self._started()
        return History(self._records)

    @property
    def stop_reason(self) -> str | None:
        """Why training has ended; None while it has not."""
        self._started()
        return self._state.stop_reason

    @property
    def ending(self) -> str | None:
        """Why training has ended, and which epoch's parameters stay if not the last; None while it has not."""
        reason, patience = self.stop_reason, self._state.patience
        if reason is None or patience.best_parameters is None:
            return reason
        return f"{reason}; epoch {patience.best_epoch} is kept, the best by {patience.name}"

    @property
    def best_epoch(self) -> int | None:
        """The epoch that was best by the monitored number so far; None where none had a finite one."""
        self._started()
        return self._state.patience.best_epoch

    @property
    def next_rate(self) -> float:
        """The learning rate of the step that comes next."""
        self._started()
        return self.schedule.rate(self.learning_rate, self._position())

    def end_of_schedule(self) -> str | None:
        """What is to be told of a schedule that has ended though training, resumed, goes on; None where nothing is.

        It is told once, for as many epochs as are planned. A schedule has ended after the planned steps, if more of
        them planned would have made another rate.
        """
        self._started()
        at, state = self._position(), self._state
        if at.step < at.total_steps or state.stop_reason is not None or state.told_of_end == self.epochs:
            return None
        rate = self.next_rate
        if rate == self.schedule.rate(self.learning_rate, at._replace(total_steps=2 * at.total_steps)):
            return None
        state.told_of_end = self.epochs
        return (
            f"the schedule {self.schedule.name!r} was planned for {at.total_steps} steps, and this is step "
            f"{at.step + 1}: training goes on at a rate of {rate:.3g}, where the base is {self.learning_rate:g}"
        )

    # -- snapshots -----------------------------------------------------------------------------------------------

    def snapshot(self) -> Snapshot:
        """All of the present state, as copies."""
        job = self._started()
        return Snapshot(
            parameters=self._parameters_to_go_on_with().copy(),
            slots=job.slots.copy(),
            step=job.step,
            generator=copy.deepcopy(generator_state(self.rng)),
            state=copy.deepcopy(self._state),
            records=tuple(self._records),
        )

    def restore(self, snapshot: Snapshot) -> None:
        """Stand where the snapshot was taken; what follows is then the same, bit for bit.

        The trainer must have been started with the same rows and the same settings.

        Raises
        ------
        ValueError
            The snapshot is of a network of another size or dtype, or of another optimiser.
        """
        job = self._started()
        if self._telling:
            raise RuntimeError("a callback cannot restore a snapshot: do so between batches or epochs")
        if not same_kind(snapshot.generator, generator_state(self.rng)):
            raise ValueError("the snapshot was taken with another kind of random generator: give the trainer the same")
        if (
            snapshot.parameters.shape != self.network.parameters.shape
            or snapshot.slots.shape != job.slots.shape
            or snapshot.parameters.dtype != self.network.dtype
        ):
            raise ValueError(
                f"the snapshot is of {snapshot.parameters.size} {snapshot.parameters.dtype} parameters and "
                f"{len(snapshot.slots)} slots, this training of {self.network.parameters.size} "
                f"{self.network.dtype} and {len(job.slots)}: start the trainer with the same network and optimiser"
            )
        self._last = None
        self.network.parameters[:] = snapshot.parameters
        job.slots[:] = snapshot.slots
        job.step = snapshot.step
        restore_generator(self.rng, copy.deepcopy(snapshot.generator))
        self._state = copy.deepcopy(snapshot.state)
        self._records = list(snapshot.records)
        self._settle()

    def resume(self, snapshot: Snapshot) -> None:
        """Go on with a training that had ended, as if it had not; the rows may be others than before.

        Parameters and generator stay as they are; slots, step, the schedule's place and history are the snapshot's, and
        so are the order of the rows, where there are as many of them, and the best so far, where the same is monitored.
        """
        job, state = self._started(), copy.deepcopy(snapshot.state)
        state.stop_reason = state.stop_requested = None
        state.patience = self._state.patience.after(state.patience)
        if state.order is not None and len(state.order) != job.n_rows:
            state.order = None
        self._last = None
        job.slots[:] = snapshot.slots
        job.step = snapshot.step
        self._state, self._records = state, list(snapshot.records)

    @property
    def stop_requested(self) -> str | None:
        """Why training will end after the present epoch; None where it will not."""
        self._started()
        return self._state.stop_requested

    @property
    def rows(self) -> Rows:
        """What is trained on."""
        job = self._started()
        return Rows(job.X, job.y, job.sample_weight)

    @property
    def n_rows(self) -> int:
        """How many rows are trained on."""
        return self._started().n_rows

    @property
    def epochs_without_gain(self) -> int:
        """How many epochs on end have passed without gain in the monitored number."""
        self._started()
        return self._state.patience.epochs_without_gain

    # -- stretches of training -----------------------------------------------------------------------------------

    def _epochs_ahead(self) -> int:
        """How many short epochs are sure to come, whatever they bring, with nobody looking in between.

        They are run by one call of the engine, and judged afterwards: that comes to the same.
        """
        job, state = self._started(), self._state
        watched = not all(callback.reads_history_only for callback in self.callbacks)
        if state.cursor > 0 or self._shows_metric or state.patience.keeps_best or watched or any(self.dropout):
            return 1
        seconds = numpy_seconds(self.network, job.batch_size) * -(-job.n_rows // job.batch_size)
        return max(1, int(min(SECONDS_AHEAD / seconds, self.epochs - state.epoch, state.patience.epochs_to_come)))

    def _run_epochs(self, epochs: int) -> None:
        """Go on to the end of the present epoch, or run so many whole ones; judge them."""
        self._take_up()
        self._advance(self._started().n_rows, epochs)
        self._end_epochs()
        self._settle()

    def _advance(self, stop: int, epochs: int = 1) -> None:
        """Run the batches from the present place in the epoch to `stop`, of so many epochs, which are judged later."""
        job, state = self._started(), self._state
        if self.lbfgs:
            raise TypeError("lbfgs decides its steps itself and cannot be advanced from outside: use fit or run")
        if state.stop_reason is not None:
            raise RuntimeError(f"training has ended ({state.stop_reason}): start it again, or restore a snapshot")
        if state.cursor == job.n_rows:
            return
        drawn, order = generator_state(self.rng), state.order
        parameters, slots, step = *self._before, job.step
        parameters[:], slots[:] = self.network.parameters, job.slots
        stretch = self._stretch(min(stop, job.n_rows), epochs)
        first_batch = state.cursor // job.batch_size
        try:
            self.engine.run(job, stretch)
        except Diverged as diverged:
            job.slots[:] = 0
            in_epoch, batch = divmod(diverged.batch, stretch.rates.shape[1])
            if in_epoch > 0:
                state.progress, state.rates = stretch.progress[:in_epoch], stretch.rates[:in_epoch, -1].tolist()
                self._end_epochs()
            if self.shuffle and epochs > 1:  # the orders of epochs that never came are not drawn
                restore_generator(self.rng, drawn)
                state.order = order
                self._orders(in_epoch + 1)
            raise self._divergence_error(diverged, first_batch + batch) from None
        except BaseException:  # such as Ctrl-C: back to where training can be gone on with
            self.network.parameters[:], job.slots[:], job.step = parameters, slots, step
            restore_generator(self.rng, drawn)
            state.order = order
            raise
        state.progress, state.rates, state.cursor = stretch.progress, stretch.rates[:, -1].tolist(), stretch.stop

    def _stretch(self, stop: int, epochs: int) -> Stretch:
        """What is run next: the rest of an epoch to `stop`, or so many epochs from their beginning."""
        job, state = self._started(), self._state
        orders = self._orders(epochs) if state.cursor == 0 else None if state.order is None else state.order[np.newaxis]
        batches = -(-(stop - state.cursor) // job.batch_size)
        rates = self.schedule.rates(self.learning_rate, self._position(), epochs, batches, job.n_rows)
        progress = Progress.none(epochs) if state.cursor == 0 else Progress(state.progress.sums.copy())
        return Stretch(orders, state.cursor, stop, rates, progress)

    def _orders(self, epochs: int) -> Array | None:
        """The order of the rows in each of the next epochs, shape (epochs, n)."""
        state, n = self._state, self._started().n_rows
        if not self.shuffle:
            return None if state.order is None else np.tile(state.order, (epochs, 1))
        orders = np.empty((epochs, n), dtype=np.intp)
        for order in orders:
            # Shuffles accumulate, as scikit-learn's do.
            places = np.arange(n) if state.order is None else state.order
            order[:] = places[self.rng.permutation(n)]
            state.order = order
        return orders

    def _position(self) -> Position:
        """Where training stands, as schedules are told."""
        job, state = self._started(), self._state
        total = self.epochs * -(-job.n_rows // job.batch_size)
        return Position(job.step, total, state.epoch, state.samples, state.stalls)

    def _end_epochs(self) -> None:
        """Judge the epochs that have been run; another one is then the present."""
        job, state = self._started(), self._state
        losses, norms, penalties = state.progress.means()
        count = len(losses)
        numbers = range(state.epoch + 1, state.epoch + 1 + count)
        validation_loss, metric = self._judge()  # None where several epochs were run together
        judged = [validation_loss] * count, [metric] * count
        columns = zip(numbers, losses, *judged, norms, state.rates, penalties, strict=True)
        records = list(map(EpochRecord._make, columns))
        state.patience.weigh(records, self.network.parameters)
        state.epoch += count
        state.samples += count * job.n_rows
        state.progress, state.rates, state.cursor = Progress.none(), [0.0], 0
        if state.patience.over:
            self._lose_patience(records[-1].rate)
        self._tell_of(records)

    def _judge(self) -> tuple[float | None, float | None]:
        """Validation loss (without penalty) and metric; the metric of the training rows where there are no others."""
        if not self._shows_metric:
            return None, None
        job = self._started()
        rows = self._validation or Rows(job.X, job.y, job.sample_weight)
        loss, metric = rows.evaluate(self.network, self.metric)
        return (None if self._validation is None else loss), metric

    def _lose_patience(self, rate: float) -> None:
        """Go on at a lower rate than this, where the schedule has one, or stop."""
        state = self._state
        if self.schedule.continues_after_stall(rate):
            state.stalls += 1
            state.patience.epochs_without_gain = 0
        else:
            state.stop_requested = state.stop_requested or state.patience.reason

    def _settle(self) -> None:
        """End training if that is due, unless an epoch is under way or a callback is being told."""
        state = self._state
        if self._telling or state.cursor > 0:
            return
        if state.stop_requested is None and state.epoch >= self.epochs:
            state.stop_requested = f"all {self.epochs} epochs done"
        if state.stop_requested is not None:
            self._end(state.stop_requested)

    def _end(self, reason: str) -> None:
        """Training is over: keep the best parameters, where they are wanted, and tell the callbacks."""
        if self._state.stop_reason is None:
            self._state.stop_reason, self._last = reason, None
            self._keep_best()
            self._tell("on_finish")

    def _keep_best(self) -> None:
        if self._state.patience.best_parameters is not None:
            self.network.parameters[:] = self._state.patience.best_parameters

    def _warn_of_end(self) -> None:
        told = self.end_of_schedule()
        if told is not None:
            remedy = (
                f"plan for more than epochs={self.epochs}, or choose a schedule that does not end, such as 'constant'"
            )
            warn_caller(f"{told}. To go on learning, {remedy}", TrainingWarning)

    def _take_up(self) -> None:
        """Go on where training was interrupted: at the last parameters, where the best were shown in between."""
        if self._last is not None:
            self.network.parameters[:] = self._parameters_to_go_on_with()
            self._last = None

    def _parameters_to_go_on_with(self) -> Array:
        """The network's, unless these are the best, kept there by an interruption."""
        shown, best = self.network.parameters, self._state.patience.best_parameters
        if self._last is None or best is None or not np.array_equal(shown, best):
            return shown
        return self._last

    def _tell(self, event: str) -> None:
        self._telling = True
        try:
            for callback in self.callbacks:
                getattr(callback, event)(self)
        finally:
            self._telling = False

    def _tell_of(self, records: Sequence[EpochRecord]) -> None:
        """Tell the callbacks of each epoch, the history ending with it."""
        left = iter(records)
        self._telling = True
        try:
            for record in left:
                self._records.append(record)
                for callback in self.callbacks:
                    callback.on_epoch_end(self)
        finally:
            self._records.extend(left)  # where a callback failed
            self._telling = False

    def _run_lbfgs(self, method: LBfgs) -> None:
        state, job = self._state, self._started()

        def after_iteration(progress: Progress) -> bool:
            state.progress = progress
            self._end_epochs()
            self._settle()
            return state.stop_reason is None

        try:
            reason = minimise(job, method, self.epochs, self.tolerance, after_iteration)
        except Diverged as diverged:
            raise self._divergence_error(diverged, 0) from None
        finally:
            if state.stop_reason is not None:  # again, since SciPy's last word came after an end that a callback wanted
                self._keep_best()
        self._end(reason)

    if not TYPE_CHECKING:  # to whom a name that is not there is an error by itself

        def __getattr__(self, name: str) -> NoReturn:
            raise no_attribute(self, name, INSTEAD)

    # -- checks --------------------------------------------------------------------------------------------------

    def _started(self) -> Job:
        if self._job is None:
            raise RuntimeError("training has not been started: call start(X, y), or fit(X, y)")
        return self._job

    def _divergence_error(self, diverged: Diverged, batch: int) -> DivergenceError:
        """What to raise where numbers left the finite range in this batch (from 0) of the present epoch."""
        epoch, batch = self._state.epoch + 1, batch + 1
        self._state.stop_reason = f"diverged in epoch {epoch}"
        self._keep_best()
        self._tell("on_finish")
        kept = "last finite" if self._state.patience.best_parameters is None else "best"
        inputs, targets = float(abs(self._started().X).max()), float(abs(self._started().y).max())
        return DivergenceError(
            f"training diverged in epoch {epoch}, batch {batch}: {diverged.what} of layer {diverged.layer} were the "
            f"first numbers that were not finite (the largest input is {inputs:.4g}, the largest target {targets:.4g})",
            epoch,
            batch,
            diverged.layer,
            f"The network keeps its {kept} parameters",
            self._remedies(inputs, targets),
        )

    def _remedies(self, inputs: float, targets: float) -> list[tuple[str, str]]:
        """What may keep numbers finite, given the largest input and target."""
        limit = math.sqrt(np.finfo(self.network.dtype).max)
        sizes = {"scaled inputs": inputs, "scaled targets": targets}
        if max(inputs, targets) > limit:
            why = f": {self.network.dtype} cannot hold squares of numbers beyond {limit:.2g}"
            return [(" and ".join(what for what, size in sizes.items() if size > limit) + why, "")]
        scaled = [(what, "") for what, size in sizes.items() if size > LARGE]
        if self.lbfgs:
            return [(f"a higher {{}} than {self.penalty.l2:g}", "l2"), ("another {}", "optimizer"), *scaled]
        if self._started().step == 0:  # it is not the steps that are too long
            largest = float(abs(self.network.parameters).max())
            return scaled or [(f"smaller weights to begin with (the largest is {largest:.3g})", "")]
        clipped = [] if self.clip_norm is not None else [("{}", "clip_norm=1.0")]
        return [(f"a lower {{}} than {self.learning_rate:g}", "learning_rate"), *clipped, *scaled]


def _validation_rows(network: Network, validation: Sequence[npt.ArrayLike], trained_on: Rows) -> Rows:
    if not isinstance(validation, list | tuple) or len(validation) not in (2, 3):
        raise ValueError("validation must be (X, y) or (X, y, sample_weight)")
    rows = Rows.checked(network, *validation, which="validation ")
    largest, limit = float(abs(rows.y).max()), math.sqrt(np.finfo(network.dtype).max)
    if largest > limit >= float(abs(trained_on.y).max()):  # else training itself will fail, and say so
        warn_caller(
            f"the validation rows have targets up to {largest:.3g}, whose squares {network.dtype} cannot hold, so that "
            "their loss may be infinite: scale them as those that are trained on",
            TrainingWarning,
        )
    return rows


def _warn_of_ignored(names: list[str]) -> None:
    if names:
        warn_caller(f"lbfgs takes all rows at once and finds its steps itself: it does not use {', '.join(names)}")


def _resolve_lbfgs(optimizer: str | Optimizer | LBfgs) -> LBfgs | None:
    if isinstance(optimizer, LBfgs):
        return optimizer
    return LBfgs() if optimizer == LBfgs.name else None
