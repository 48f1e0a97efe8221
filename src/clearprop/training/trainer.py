"""The trainer: what was chosen for training a network, and the way to a run of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import numpy.typing as npt

from clearprop.engines import ENGINES, AutoEngine
from clearprop.errors import CannotLearnWarning, TrainingWarning
from clearprop.foundation.callers import warn_caller
from clearprop.foundation.near_names import no_attribute, says_near_keywords
from clearprop.network.network import Network
from clearprop.network.rows import Rows
from clearprop.training.diagnosis.causes import poor_outcome
from clearprop.training.diagnosis.findings import Settings
from clearprop.training.diagnosis.learnability import check_output, obstacles
from clearprop.training.diagnosis.outcome import LOOKED_AT, Outcome, loss_now
from clearprop.training.history import EpochRecord, History
from clearprop.training.row_source import InMemory, RowSource
from clearprop.training.run import Training
from clearprop.training.settings import TrainingSettings
from clearprop.training.shards import Shards
from clearprop.training.snapshots import Snapshot
from clearprop.training.spreading import spread_over

# What is often tried on a trainer, and what to write instead.
INSTEAD = {
    "train": "write trainer.fit(X, y)",
    "predict": "the network predicts, as in trainer.network.predict(X)",
    "score": "see trainer.history, or write trainer.network.loss(X, y)",
    "evaluate": "see trainer.history, or write trainer.network.loss(X, y)",
    "step": "write trainer.run_batch() for one step, after trainer.start(X, y)",
    "partial_fit": "write trainer.run_epoch() for one epoch, after trainer.start(X, y)",
}

# What is said where a run is asked for and there is none.
NOT_STARTED = "training has not been started: call start(X, y), or fit(X, y)"


class Trainer(TrainingSettings):
    """Trains a network; all at once by `fit`, or from outside by the epoch or the batch.

    It holds what was chosen. What goes on is a `Training`, which `start` makes; what the trainer has of that, from
    `run` to `stop_reason`, speaks of the run that was started last.

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
    dropout_schedule, decay_schedule : str or Schedule
        By what dropout, and decoupled decay, are multiplied in each batch: what the schedule makes of a rate of 1.
        Those that wait for patience to run out go by the same count of it as the learning rate's.
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
        "accuracy", "r2", "brier", or a function (loss, y, outputs, sample_weight) -> float, the greater the better.
    callbacks : sequence of Callback
    progress : bool
        Whether to show a progress bar.
    engine : str or Engine
    rng : int, Generator, RandomState, optional
        For the order of the rows and for dropout.

    Attributes
    ----------
    training : Training
        The run that was started last.
    layout : Layout
        The network's, with these factors on the rates and decays of its parameters.
    history : History
        Its epochs, an entry each.
    stop_reason : str or None
        Why it has ended; None while it has not.

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

    _training: Training | None = None

    @says_near_keywords
    def fit(
        self,
        X: Any,
        y: npt.ArrayLike | None = None,
        sample_weight: npt.ArrayLike | None = None,
        validation: Sequence[npt.ArrayLike] | Rows | RowSource | None = None,
        cluster: Any = None,
    ) -> History:
        """Train until the epochs are over or nothing is gained any more: `start`, then `run`.

        Parameters
        ----------
        X, y, sample_weight, validation
            See `start`; on a cluster X may be `Shards`, too, which have y and sample_weight.
        cluster : str, distributed.Client or Cluster, optional
            Whose workers train: "local:2" for two processes of this machine, the address of a Dask scheduler, or a
            `Cluster`, which says how as well. See `clearprop.cluster`.

        Raises
        ------
        ValueError, DivergenceError
            See `start` and `run`.
        InputError
            The cluster cannot be reached, or a shard cannot be read.
        TimeoutError
            A round took longer than the cluster's deadline.

        Warns
        -----
        TrainingWarning
            Training came to an end with next to nothing learned, for a reason that can be removed; or see `start`.
        """
        if cluster is not None:
            with spread_over(cluster) as spread:
                rows: Any = X if isinstance(X, Shards) else training_rows(self.network, X, y, sample_weight)
                return self.fit(spread(rows), validation=validation)
        training = self.start(X, y, sample_weight, validation)
        with training.undisturbed():
            return run_and_judge(training)

    @says_near_keywords
    def start(
        self,
        X: npt.ArrayLike | Rows | RowSource,
        y: npt.ArrayLike | None = None,
        sample_weight: npt.ArrayLike | None = None,
        validation: Sequence[npt.ArrayLike] | Rows | RowSource | None = None,
        samples: int = 0,
    ) -> Training:
        """A run that stands before the first batch.

        Parameters
        ----------
        X : array-like or SciPy sparse matrix, shape (n, inputs), or Rows
            `Rows` have been checked, and hold y and sample_weight.
        y : array-like, shape (n, outputs), or (n,)
            See `Network.backward`.
        sample_weight : array-like, shape (n,), optional
            What each row counts, >= 0.
        validation : (X, y), (X, y, sample_weight) or Rows, optional
            Rows that are not trained on, by which training is judged.
        samples : int
            Rows seen in trainings before this one, which schedules count in from the second epoch on.

        Raises
        ------
        ValueError
            Shapes do not fit, a number is not finite, a target is none that the loss can take, `Rows` were checked for
            another network, or the output is a softmax over one unit, which is always 1.

        Warns
        -----
        CannotLearnWarning
            Activations, weights or targets that keep a layer, or all of the network, from learning.
        """
        source = training_source(self.network, X, y, sample_weight)
        rows = source.sample
        held_out = None if validation is None else validation_rows(self.network, validation, rows)
        check_output(self.network)
        self._training = training = Training(self, source, held_out, samples)
        if samples == 0 and (found := obstacles(self.network, rows.y, self.dropout)):  # one that goes on has said it
            warn_caller(f"not all can be learned: {' '.join(map(str, found))}", CannotLearnWarning)
        training.begin()
        return training

    # -- the run that was started last ---------------------------------------------------------------------------

    @property
    def training(self) -> Training:
        """The run that was started last.

        Raises
        ------
        RuntimeError
            None was.
        """
        if self._training is None:
            raise RuntimeError(NOT_STARTED)
        return self._training

    def run(self) -> History:
        """Go on to the end: `Training.run`."""
        return self.training.run()

    def run_epoch(self) -> EpochRecord:
        """Go on to the end of the present epoch: `Training.run_epoch`."""
        return self.training.run_epoch()

    def run_batch(self) -> bool:
        """Take one step: `Training.run_batch`."""
        return self.training.run_batch()

    def stop(self, reason: str) -> None:
        """End training after the present epoch: `Training.stop`."""
        self.training.stop(reason)

    def snapshot(self) -> Snapshot:
        """All of the present state: `Training.snapshot`."""
        return self.training.snapshot()

    def restore(self, snapshot: Snapshot) -> None:
        """Stand where the snapshot was taken: `Training.restore`."""
        self.training.restore(snapshot)

    def resume(self, snapshot: Snapshot) -> None:
        """Go on with a training that had ended: `Training.resume`."""
        self.training.resume(snapshot)

    def end_of_schedule(self) -> str | None:
        """What is to be told of a schedule that has ended: `Training.end_of_schedule`."""
        return self.training.end_of_schedule()

    @property
    def history(self) -> History:
        """The epochs so far."""
        return self.training.history

    @property
    def stop_reason(self) -> str | None:
        """Why training has ended; None while it has not."""
        return self.training.stop_reason

    @property
    def stop_requested(self) -> str | None:
        """Why training will end after the present epoch; None where it will not."""
        return self.training.stop_requested

    @property
    def ending(self) -> str | None:
        """Why training has ended, and which epoch's parameters stay if not the last."""
        return self.training.ending

    @property
    def best_epoch(self) -> int | None:
        """The epoch that was best by the monitored number so far."""
        return self.training.best_epoch

    @property
    def epochs_without_gain(self) -> int:
        """How many epochs on end have passed without gain in the monitored number."""
        return self.training.epochs_without_gain

    @property
    def next_rate(self) -> float:
        """The learning rate of the step that comes next."""
        return self.training.next_rate

    @property
    def rows(self) -> Rows:
        """What is trained on."""
        return self.training.rows

    @property
    def n_rows(self) -> int:
        """How many rows are trained on."""
        return self.training.n_rows

    if not TYPE_CHECKING:  # to whom a name that is not there is an error by itself

        def __getattr__(self, name: str) -> NoReturn:
            raise no_attribute(self, name, INSTEAD)


def run_and_judge(training: Training) -> History:
    """Go on to the end within `Training.undisturbed`, with a warning where next to nothing was learned."""
    gone_on_with = len(training.history) > 0  # from a checkpoint, before which the loss was another
    before = None if gone_on_with or _first_epoch_tells(training) else loss_now(training.network, training.rows)
    history = training.run_undisturbed()
    if len(history) and (poor := _poor_outcome(training, history, before)):
        warn_caller(poor, TrainingWarning)
    return history


def _first_epoch_tells(training: Training) -> bool:
    """Whether the loss of the first epoch is what `loss_now` is before: that of all rows, in a single batch.

    So our engines have it; one of the user's own may have another.
    """
    a_batch = training.batch_size >= training.n_rows and not training.settings.finds_steps_itself
    ours = type(training.engine) in (AutoEngine, *ENGINES.values())
    return ours and a_batch and training.n_rows <= LOOKED_AT and not any(training.dropout)


def _poor_outcome(training: Training, history: History, before: float | None) -> str | None:
    """What to say of a run that ended with next to nothing learned; None where it has learned."""
    state, network, rows = training.state, training.network, training.rows
    first_loss = history[0].loss - history[0].penalty if before is None else before
    outcome = Outcome.of(network, rows, history, first_loss, state.patience.keeps_best)
    if outcome is None or not outcome.is_poor:
        return None
    settings = Settings(
        rate=None if training.settings.finds_steps_itself else training.learning_rate,
        clipped=training.clip_norm is not None,
        penalty=training.penalty,
        decay=training.decoupled_decay,
        batch_size=training.batch_size,
        first_loss=first_loss,
        stop_reason=state.stop_reason or "",
        names=training.settings.names,
    )
    return poor_outcome(network, rows, history, settings, outcome)


def training_source(
    network: Network, X: npt.ArrayLike | Rows | RowSource, y: npt.ArrayLike | None, sample_weight: npt.ArrayLike | None
) -> RowSource:
    """What is trained on, checked."""
    if not isinstance(X, RowSource):
        return InMemory(training_rows(network, X, y, sample_weight))
    if y is not None or sample_weight is not None:
        raise ValueError("what rows come from has y and sample_weight, too: leave these out, or give X as an array")
    X.check_fits(network)
    return X


def training_rows(
    network: Network, X: npt.ArrayLike | Rows, y: npt.ArrayLike | None, sample_weight: npt.ArrayLike | None
) -> Rows:
    """The rows that are trained on, checked."""
    if not isinstance(X, Rows):
        return Rows.checked(network, X, y, sample_weight)  # type: ignore[arg-type]
    if y is not None or sample_weight is not None:
        raise ValueError("Rows hold y and sample_weight: leave these out, or give X as an array")
    X.check_fits(network)
    return X


def validation_rows(
    network: Network, validation: Sequence[npt.ArrayLike] | Rows | RowSource, trained_on: Rows
) -> Rows | RowSource:
    """The rows by which training is judged, checked."""
    if isinstance(validation, RowSource):
        validation.check_fits(network, which="validation ")
        return validation
    if isinstance(validation, Rows):
        validation.check_fits(network, which="validation ")
        rows = validation
    elif isinstance(validation, list | tuple) and len(validation) in (2, 3):
        rows = Rows.checked(network, *validation, which="validation ")
    else:
        raise ValueError("validation must be (X, y) or (X, y, sample_weight)")
    largest, limit = float(abs(rows.y).max()), math.sqrt(np.finfo(network.dtype).max)
    if largest > limit >= float(abs(trained_on.y).max()):  # else training itself will fail, and say so
        warn_caller(
            f"the validation rows have targets up to {largest:.3g}, whose squares {network.dtype} cannot hold, so that "
            "their loss may be infinite: scale them as those that are trained on",
            TrainingWarning,
        )
    return rows
