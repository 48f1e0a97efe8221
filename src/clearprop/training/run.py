"""One run of training: its rows, where it stands, and how it goes on, by the batch, by the epoch or to its end."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.engines import (
    Diverged,
    Engine,
    Job,
    Progress,
    Stretch,
    WholeRunEngine,
    engine_for,
    needs_no_blas_threads,
)
from clearprop.engines.blas import training_under_way
from clearprop.errors import DivergenceError, TrainingWarning
from clearprop.foundation.callers import warn_caller
from clearprop.foundation.pieces import nothing
from clearprop.foundation.randomness import Mark, generator_state
from clearprop.network.rows import Rows
from clearprop.schedules import factors_of
from clearprop.training.best_parameters import KeptParameters
from clearprop.training.callbacks import Callback
from clearprop.training.divergence import divergence_error
from clearprop.training.history import EpochRecord, History
from clearprop.training.row_source import RowSource
from clearprop.training.run_state import RunState
from clearprop.training.settings import TrainingSettings
from clearprop.training.snapshots import Snapshot, check_is_snapshot

Array = npt.NDArray[Any]


class Training(RunState):
    """A run under way: what is trained on, where it stands and what it was like; `Trainer.start` makes one.

    It answers for the settings, too, as in `training.epochs`. Runs of one trainer share its network, generator and
    settings, and nothing else.

    Attributes
    ----------
    settings : TrainingSettings
        The trainer.
    network : Network
        What is trained.
    source : RowSource
        What is trained on.
    rows : Rows
        The same, in memory; of rows that are elsewhere, some.
    n_rows, batch_size : int
        How many there are, and how many a step takes; the last batch of an epoch may have fewer.
    validation : Rows, RowSource or None
        By what training is judged, where it is not by those.
    job : Job
        What engines change: the network, the optimiser's slots, the number of steps.
    state : State

    Examples
    --------
    >>> from clearprop import Network, Trainer
    >>> trainer = Trainer(Network([1, 1], rng=0), batch_size=2, epochs=2, shuffle=False)
    >>> training = trainer.start([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0])
    >>> training.next_batch().tolist(), training.run_batch(), training.next_batch().tolist(), training.run_batch()
    ([0, 1], False, [2], True)
    >>> training.run(), training.stop_reason
    (<History: 2 epochs, loss ...>, 'all 2 epochs done')
    """

    def __init__(
        self, settings: TrainingSettings, source: RowSource, validation: Rows | RowSource | None, samples: int
    ) -> None:
        super().__init__(settings, source, validation, samples)
        self._before = _Before()
        self._kept = KeptParameters(self.network)
        self._telling = False
        self._moves = False
        self._on_piece: Callable[[], None] = nothing
        self._turn: AbstractContextManager[Any] = nullcontext()

    # -- going on ------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Stand where a callback has training begin, and tell all of them that it starts."""
        for callback in self.settings.callbacks:
            snapshot = callback.start_from(self)
            if snapshot is not None:
                self._stand_at(snapshot)
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
        with self.undisturbed():
            return self.run_undisturbed()

    def undisturbed(self) -> AbstractContextManager[None]:
        """Within this context the training counts as one that is under way, and has processors and BLAS to itself.

        Others at the same time leave it its share of both. What has workers of its own leaves BLAS one thread, and so
        does what `auto` leaves to NumPy as being short.
        """
        return training_under_way(one_thread=needs_no_blas_threads(self._engine(), self.job, self.n_rows))

    @contextmanager
    def beside_others(self, on_piece: Callable[[], None], turn: AbstractContextManager[Any]) -> Iterator[None]:
        """Within this context others are trained at the same time.

        Parameters
        ----------
        on_piece : callable
            Called between pieces of the work (see `Stretch`); what it raises is taken as an interruption.
        turn : context manager
            In which callbacks are told, so that those of several runs are told one after the other.
        """
        self._on_piece, self._turn = on_piece, turn
        try:
            yield
        finally:
            self._on_piece, self._turn = nothing, nullcontext()

    def leave(self) -> None:
        """Tell the callbacks that training, which stands between two steps, is left as it is, unless it has ended."""
        if self.state.stop_reason is None:
            self._tell("on_finish")

    def run_undisturbed(self) -> History:
        """`run`, for those who have more to do within `undisturbed`."""
        self._check_not_telling("run the training")
        self._kept.take_up(self.best_parameters)
        self._settle()
        self._warn_of_end()
        try:
            engine = self._engine()
            if isinstance(engine, WholeRunEngine) and self.state.stop_reason is None:
                self._follow(engine)
            while self.state.stop_reason is None:
                self._go_on(self.epochs_ahead())
        except BaseException:
            if self.state.stop_reason is None:
                self._kept.interrupt(self.best_parameters)
                self._tell("on_finish")
            raise
        return self.history

    def run_epoch(self) -> EpochRecord:
        """Go on to the end of the present epoch, and judge it.

        Raises
        ------
        DivergenceError
            See `run`.
        """
        self._check_not_telling("run an epoch")
        self._warn_of_end()
        judged = len(self._records)
        while len(self._records) == judged:
            self._go_on(1)
        return self._records[-1]

    def run_batch(self) -> bool:
        """Take one step; whether that ended an epoch, which is then judged.

        Raises
        ------
        DivergenceError
            See `run`.
        """
        return self.run_batches(1)

    def run_batches(self, count: int) -> bool:
        """Take so many steps, or those that are left of the epoch; whether that ended it. It is then judged.

        Callbacks are told of the last of them.

        Raises
        ------
        DivergenceError
            See `run`.
        """
        self._check_not_telling("run a batch")
        self._warn_of_end()
        return self._run_batches(count)

    def _run_batches(self, count: int) -> bool:
        self._kept.take_up(self.best_parameters)
        if self.state.cursor < self.n_rows:  # else a callback failed, or a snapshot was taken, before the epoch's end
            self._advance(self.state.cursor + count * self.batch_size)
            self._tell("on_batch_end")
        ended_epoch = self.state.cursor == self.n_rows
        if ended_epoch:
            self._end_epochs()
        self._tell("on_rest")
        self._settle()
        return ended_epoch

    def stop(self, reason: str) -> None:
        """End training at the end of the present epoch, or at once if none has begun."""
        self.state.stop_requested = self.state.stop_requested or reason
        self._settle()

    # -- snapshots -----------------------------------------------------------------------------------------------

    def snapshot(self) -> Snapshot:
        """All of the present state, as copies."""
        return Snapshot(
            parameters=self._kept.to_go_on_with(self.best_parameters).copy(),
            slots=self.job.slots.copy(),
            slot_names=(*self.job.optimizer.slots, *("momentum of means",) * self.source.extra_slots),
            step=self.job.step,
            generator=copy.deepcopy(generator_state(self.job.rng)),
            state=self.state.copy(),
            records=tuple(self._records),
            n_rows=self.n_rows,
        )

    def restore(self, snapshot: Snapshot) -> None:
        """Stand where the snapshot was taken; what follows is then the same, bit for bit.

        It must have been taken of a run of the same rows and the same settings.

        Raises
        ------
        ValueError
            It is of another size, dtype or optimiser, of more or fewer rows, or of a generator of another kind.
        TypeError
            It is no snapshot.
        """
        self._check_not_telling("restore a snapshot")
        check_is_snapshot("restore", snapshot)
        self._stand_at(snapshot)
        self._settle()

    def _stand_at(self, snapshot: Snapshot) -> None:
        snapshot.check_same_training(self.job, self.n_rows)
        snapshot.restore_into(self.job)
        self._kept.forget()
        self.state = snapshot.state.copy()
        self._records = list(snapshot.records)
        self._moves = False

    @property
    def can_be_left(self) -> bool:
        """Whether all of the state is that of one place: an interrupt may come while it goes from one to the next."""
        return not self._moves

    def replay(self, callbacks: Sequence[Callback]) -> None:
        """Have these callbacks, and tell them epoch by epoch of a run that was restored to its end."""
        records, self._records = self._records, []
        self.settings.callbacks = list(callbacks)
        self._tell("on_start")
        self._tell_of(records)
        self._tell("on_finish")

    def resume(self, snapshot: Snapshot) -> None:
        """Go on with a training that had ended, as if it had not; the rows may be others than before.

        Parameters and generator stay as they are; slots, step, the schedule's place and history are the snapshot's, and
        so is the best so far, where the same is monitored. Where there are as many rows, their order is the snapshot's,
        too; where there are more or fewer, an epoch that was under way is begun anew.

        Raises
        ------
        ValueError
            The snapshot is of a network of another size or dtype, or of another optimiser.
        TypeError
            It is no snapshot.
        """
        self._check_not_telling("resume a training")
        check_is_snapshot("resume", snapshot)
        snapshot.check_arrays(self.job)
        state = snapshot.state.copy()
        state.stop_reason = state.stop_requested = None
        state.patience = self.state.patience.after(state.patience)
        if snapshot.n_rows != self.n_rows:
            state.order = None
            state.begin_epoch()
        self._kept.forget()
        self.job.slots[:] = snapshot.slots
        self.job.step = snapshot.step
        self.state, self._records = state, list(snapshot.records)

    def go_on_with(self, rows: Rows) -> None:
        """Go on with other rows, as if training had not ended: what `resume` comes to, with nothing copied.

        Where there are as many, their order is drawn from that of the last ones.
        """
        self._check_not_telling("go on with other rows")
        self._before.keep_place(self)
        state, count = self.state, len(rows)
        state.stop_reason = state.stop_requested = None
        if count != self.n_rows:
            state.order = None
            self.n_rows, self.batch_size = count, self.settings.rows_a_step(count)
            if self.batch_size != self.job.settings.batch_size:
                self.job.settings = replace(self.job.settings, batch_size=self.batch_size)
        self.rows = rows
        self._kept.forget()

    def take_back(self) -> None:
        """Stand where training stood before the rows that it was last told to go on with, as if they had not come.

        It is for those who run one epoch of them, by one call.
        """
        self._before.put_place_back(self)

    # -- stretches of training -----------------------------------------------------------------------------------

    def _engine(self) -> Engine | WholeRunEngine:
        """What takes the steps; it may be exchanged half-way."""
        return engine_for(self.job.optimizer, self.settings.engine)

    def _go_on(self, epochs: int) -> None:
        """Go on by so many epochs; or to the next look, where rows come bit by bit."""
        if self.source.batches_a_look is None:
            self._run_epochs(epochs)
        else:
            self._run_batches(self.source.batches_a_look)

    def _run_epochs(self, epochs: int) -> None:
        """Go on to the end of the present epoch, or run so many whole ones; judge them."""
        self._kept.take_up(self.best_parameters)
        for place in self.rests() if epochs == 1 else [self.n_rows]:
            self._advance(place, epochs)
            if place < self.n_rows:
                self._tell("on_rest")
        self._end_epochs()
        self._tell("on_rest")
        self._settle()

    def _advance(self, stop: int, epochs: int = 1) -> None:
        """Run the batches from the present place in the epoch to `stop`, of so many epochs, which are judged later."""
        engine, job, state = self._engine(), self.job, self.state
        if isinstance(engine, WholeRunEngine):
            raise TypeError(
                f"{job.optimizer.name} decides its steps itself and cannot be advanced from outside: use fit or run"
            )
        if state.stop_reason is not None:
            raise RuntimeError(f"training has ended ({state.stop_reason}): start it again, or restore a snapshot")
        if state.cursor == self.n_rows:
            return
        self._on_piece()
        before = self._before
        before.keep(job, state.order, draws=self.shuffle or any(self.dropout))
        self._moves, first_batch = True, state.cursor // self.batch_size
        try:
            stretch = self._stretch(min(stop, self.n_rows), epochs)
            self.source.run(engine, job, stretch)
        except Diverged as diverged:
            job.slots[:] = 0
            in_epoch, batch = divmod(diverged.batch, stretch.rates.shape[1])
            if in_epoch > 0:
                state.progress, state.rates = stretch.progress[:in_epoch], stretch.rates[:in_epoch, -1].tolist()
                self._end_epochs()
            if self.shuffle and epochs > 1:  # the orders of epochs that never came are not drawn
                state.order = before.put_generator_back()
                self._orders(in_epoch + 1)
            raise self._divergence(diverged, first_batch + batch) from None
        except BaseException:  # such as Ctrl-C: back to where training can be gone on with
            state.order = before.put_back(job)
            self._moves = False
            raise
        state.progress, state.rates, state.cursor = stretch.progress, stretch.rates[:, -1].tolist(), stretch.stop
        self._moves = False

    def _stretch(self, stop: int, epochs: int) -> Stretch:
        """What is run next: the rest of an epoch to `stop`, or so many epochs from their beginning."""
        state, settings = self.state, self.settings
        orders = self._orders(epochs) if state.cursor == 0 else None if state.order is None else state.order[np.newaxis]
        batches = -(-(stop - state.cursor) // self.batch_size)
        course = self.position(), epochs, batches, self.n_rows
        rates = settings.schedule.rates(settings.learning_rate, *course)
        dropouts = factors_of(settings.dropout_schedule, *course) if any(self.dropout) else None
        decays = factors_of(settings.decay_schedule, *course) if self.decoupled_decay else None
        _check_dropout(self.dropout, dropouts)
        progress = Progress.none(epochs) if state.cursor == 0 else Progress(state.progress.sums.copy())
        return Stretch(
            orders, state.cursor, stop, rates, progress, self._on_piece, is_kept=True, dropouts=dropouts, decays=decays
        )

    def _orders(self, epochs: int) -> Array | None:
        """The order of the rows in each of the next epochs, shape (epochs, n)."""
        state = self.state
        if not self.settings.shuffle:
            return None if state.order is None else np.tile(state.order, (epochs, 1))
        first = self.source.next_order(state.order, self.job.rng)
        orders = np.empty((epochs, *first.shape), dtype=np.intp)
        orders[0] = first
        for before, order in pairwise(orders):
            order[:] = self.source.next_order(before, self.job.rng)
        state.order = orders[-1]
        return orders

    def _follow(self, engine: WholeRunEngine) -> None:
        """Have an engine that decides its steps itself train to the end, each of its iterations an epoch."""
        state, settings = self.state, self.settings

        def after_iteration(progress: Progress) -> bool:
            state.progress = progress
            self._end_epochs()
            self._tell("on_rest")
            self._settle()
            return state.stop_reason is None

        try:
            reason = engine.run_to_end(
                self.job, self.rows, settings.epochs, settings.tolerance, after_iteration, self._on_piece
            )
        except Diverged as diverged:
            raise self._divergence(diverged, 0) from None
        finally:
            if state.stop_reason is not None:  # again, since the engine's last word came after an end that was wanted
                self._kept.show(self.best_parameters)
        if state.stop_reason is None:
            state.stop_requested = reason
            self._tell("on_rest")
        self._end(reason)

    # -- ends of epochs, and of training -------------------------------------------------------------------------

    def _end_epochs(self) -> None:
        """Judge the epochs that have been run; another one is then the present."""
        state = self.state
        losses, norms, penalties = state.progress.means()
        count = len(losses)
        numbers = range(state.epoch + 1, state.epoch + 1 + count)
        validation_loss, metric = self._judge()  # None where several epochs were run together
        judged = [validation_loss] * count, [metric] * count
        records = EpochRecord.of_columns(numbers, losses, *judged, norms, state.rates, penalties)
        self._moves = True
        state.patience.weigh(records, self.network.parameters)
        state.epoch += count
        state.samples += count * self.n_rows
        state.begin_epoch()
        if state.patience.over:
            self._lose_patience(records[-1].rate)
        self._tell_of(records)

    def _judge(self) -> tuple[float | None, float | None]:
        """Validation loss (without penalty) and metric; the metric of the training rows where there are no others."""
        if not self._shows_metric:
            return None, None
        loss, metric = (self.validation or self.source).evaluate(self.network, self.metric, self._on_piece)
        return (None if self.validation is None else loss), metric

    def _lose_patience(self, rate: float) -> None:
        """Go on at a lower rate than this, where the schedule has one, or stop."""
        state = self.state
        if self.schedule.continues_after_stall(rate):
            state.stalls += 1
            state.patience.epochs_without_gain = 0
        else:
            state.stop_requested = state.stop_requested or state.patience.reason

    def _settle(self) -> None:
        """End training if that is due, unless an epoch is under way or a callback is being told."""
        state = self.state
        if self._telling or state.cursor > 0:
            return
        if state.stop_requested is None and state.epoch >= self.settings.epochs:
            state.stop_requested = f"all {self.settings.epochs} epochs done"
        if state.stop_requested is not None:
            self._end(state.stop_requested)

    def _end(self, reason: str) -> None:
        """Training is over: keep the best parameters, where they are wanted, and tell the callbacks."""
        if self.state.stop_reason is None:
            self.state.stop_reason = reason
            self._kept.forget()
            self._kept.show(self.best_parameters)
            self._tell("on_finish")

    def _divergence(self, diverged: Diverged, batch: int) -> DivergenceError:
        """End training that has left the finite numbers in this batch (from 0) of the present epoch; what to raise."""
        state = self.state
        epoch = state.epoch + 1
        state.stop_reason = f"diverged in epoch {epoch}"
        self._kept.show(self.best_parameters)
        self._tell("on_finish")
        kept = "last finite" if state.patience.best_parameters is None else "best"
        return divergence_error(diverged, self.settings, self.job, self.rows, epoch, batch + 1, kept)

    def _check_not_telling(self, what: str) -> None:
        """Refuse what would change the epoch that callbacks are being told of, and tell them in turn, for ever."""
        if self._telling:
            raise RuntimeError(f"a callback cannot {what}: do so between batches or epochs")

    def _warn_of_end(self) -> None:
        told = self.end_of_schedule()
        if told is not None:
            remedy = (
                f"plan for more than epochs={self.epochs}, or choose a schedule that does not end, such as 'constant'"
            )
            warn_caller(f"{told}. To go on learning, {remedy}", TrainingWarning)

    def _tell(self, event: str) -> None:
        with self._turn:
            self._telling = True
            try:
                for callback in self.settings.callbacks:
                    getattr(callback, event)(self)
            finally:
                self._telling = False

    def _tell_of(self, records: Sequence[EpochRecord]) -> None:
        """Tell the callbacks of each epoch, the history ending with it."""
        told = len(self._records)
        if not self.settings.callbacks:
            self._records.extend(records)
            self._moves = False
            return
        with self._turn:
            self._telling = True
            try:
                for record in records:
                    self._records.append(record)
                    for callback in self.settings.callbacks:
                        callback.on_epoch_end(self)
            finally:
                self._records[told:] = records  # all of them, where a callback failed
                self._telling = self._moves = False


def _check_dropout(shares: Sequence[float], factors: Array | None) -> None:
    """Refuse a schedule by which all units of a layer would be left out."""
    if factors is not None and not max(shares) * (greatest := float(factors.max())) < 1:
        raise ValueError(
            f"dropout must stay below 1, and dropout_schedule multiplies {max(shares)} by {greatest:g}: choose less "
            "dropout, or a schedule that does not go above 1"
        )


class _Before:
    """What a run was before the batches under way, and before the rows that it goes on with."""

    def __init__(self) -> None:
        self._mark: Mark | None = None
        self._order: Array | None = None
        self._is_kept = False

    def keep(self, job: Job, order: Array | None, draws: bool) -> None:
        """Take note of the job's numbers, of the order of the rows, and of the generator, if it `draws`."""
        job.keep()
        self._order = order
        self._mark = (self._mark or Mark(job.rng)) if draws else None  # made once, as are the arrays for the numbers
        if self._mark is not None:
            self._mark.set()
        self._is_kept = True

    def put_generator_back(self) -> Array | None:
        """Let the generator stand there again; the order that the rows had."""
        if self._mark is not None:
            self._mark.go_back()
        return self._order

    def put_back(self, job: Job) -> Array | None:
        """Put all that was taken note of back, but the order that the rows had, which is returned."""
        job.put_back()
        return self.put_generator_back()

    def keep_place(self, training: Training) -> None:
        """Take note of where a run stands; its numbers are kept when they are about to change."""
        self._is_kept = False
        self._place = [(one, vars(one).copy()) for one in (training, training.state, training.state.patience)]
        self._settings, self._records = training.job.settings, len(training._records)

    def put_place_back(self, training: Training) -> None:
        """Let the run stand there again, with the numbers that it had."""
        for one, was in self._place:
            vars(one).update(was)
        training.job.settings = self._settings
        del training._records[self._records :]
        if self._is_kept:
            self.put_back(training.job)
