"""The trainer of an ensemble: a trainer each for its members, which are trained side by side."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import numpy.typing as npt

from clearprop.foundation.arguments import truth, whole
from clearprop.foundation.callers import warnings_kept
from clearprop.foundation.near_names import no_attribute, says_near_keywords
from clearprop.foundation.randomness import Seed, seeds
from clearprop.foundation.table_cells import quoted
from clearprop.network.ensemble import Ensemble
from clearprop.network.rows import Rows
from clearprop.training.callbacks import Callback
from clearprop.training.history import History
from clearprop.training.run import Training
from clearprop.training.settings import checked_callbacks, progress_bar
from clearprop.training.side_by_side import Run, run_side_by_side, warn_together
from clearprop.training.trainer import NOT_STARTED, Trainer, run_and_judge, training_rows, validation_rows

T = TypeVar("T")

# Settings whose objects may remember something, so that each member has its own.
ONE_EACH = ("optimizer", "schedule", "engine")
# What is often tried on an ensemble's trainer, and what to write instead.
INSTEAD = {
    "train": "write trainer.fit(X, y)",
    "predict": "the ensemble predicts, as in trainer.ensemble.predict(X)",
    "history": "each member has its own, as in trainer.trainers[0].history",
    "score": "write trainer.ensemble.loss(X, y)",
    "network": "its networks are trainer.ensemble.members",
    "training": "each member has its own: see trainer.trainings",
    "run_epoch": "each member has its own, as in trainer.trainers[0].run_epoch()",
    "run_batch": "each member has its own, as in trainer.trainers[0].run_batch()",
}


class EnsembleTrainer:
    """Trains the members of an ensemble, each as a `Trainer` of its own would, as many at a time as there are workers.

    Parameters
    ----------
    ensemble : Ensemble
        Changed in place.
    workers : int, optional
        How many members are trained at a time; where not given, as many as there are processors that this process may
        use, or as OMP_NUM_THREADS says.
    rng : int, Generator, RandomState, or a list of them, optional
        What the members' seeds are drawn from; or a list with one of each member's own.
    **settings
        Those of `Trainer`, for every member. Each has an optimizer, schedule and engine of its own; callbacks are told
        of every member's training, one at a time.

    Attributes
    ----------
    trainers : list of Trainer
        One a member.
    seeds : list
        What each member's trainer was given as `rng`.
    trainings : list of Training
        The runs that were started last.

    Raises
    ------
    ValueError, TypeError
        See `Trainer`; or the list of seeds is not as long as the ensemble.

    Examples
    --------
    >>> import numpy as np
    >>> from clearprop import Network
    >>> X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    >>> y = np.array([0.0, 1.0, 1.0, 0.0])
    >>> ensemble = Ensemble([Network([2, 8, 1], "tanh", loss="binary_cross_entropy", rng=seed) for seed in range(4)])
    >>> trainer = EnsembleTrainer(ensemble, learning_rate=0.05, epochs=300, rng=0)
    >>> histories = trainer.fit(X, y)
    >>> len(histories), (ensemble.predict(X)[:, 0] > 0.5).tolist()
    (4, [False, True, True, False])
    """

    _trainings: list[Training] | None = None

    def __init__(
        self,
        ensemble: Ensemble,
        *,
        workers: int | None = None,
        rng: Seed | Sequence[Seed] = None,
        progress: bool = False,
        callbacks: Sequence[Callback] = (),
        **settings: Any,
    ) -> None:
        if not isinstance(ensemble, Ensemble):
            raise TypeError(
                f"ensemble must be an Ensemble, got {quoted(ensemble)}: make one as in Ensemble([network, ...])"
            )
        self.ensemble = ensemble
        self.workers = None if workers is None else whole("workers", workers, 1)
        self.seeds = _seeds(rng, len(ensemble))
        self._bar = progress_bar(len(ensemble)) if truth("progress", progress) else None
        callbacks = [*checked_callbacks("callbacks", callbacks), *([] if self._bar is None else [self._bar])]

        def trainer_of(number: int) -> Trainer:
            own = {name: copy.deepcopy(value) if name in ONE_EACH else value for name, value in settings.items()}
            told = [callback.of_member(number) for callback in callbacks]
            return Trainer(ensemble.members[number], rng=self.seeds[number], callbacks=told, **own)

        self.trainers = _each(len(ensemble), trainer_of)

    @says_near_keywords
    def fit(
        self,
        X: npt.ArrayLike,
        y: npt.ArrayLike,
        sample_weight: npt.ArrayLike | None = None,
        validation: Sequence[npt.ArrayLike] | None = None,
    ) -> list[History]:
        """Train all members: `start`, then `run`; their histories, in the members' order.

        Raises
        ------
        ValueError, DivergenceError
            See `start` and `run`.

        Warns
        -----
        TrainingWarning
            See `Trainer.fit`; the message says which members it is about.
        """
        self.start(X, y, sample_weight, validation)
        return self._run(run_and_judge)

    @says_near_keywords
    def start(
        self,
        X: npt.ArrayLike | Rows,
        y: npt.ArrayLike | None = None,
        sample_weight: npt.ArrayLike | None = None,
        validation: Sequence[npt.ArrayLike] | Rows | None = None,
    ) -> list[Training]:
        """A run for each member, all of the same rows, that stand before their first batches; see `Trainer.start`.

        Raises
        ------
        ValueError
            See `Trainer.start`.
        """
        first = self.ensemble.members[0]
        rows = training_rows(first, X, y, sample_weight)
        with warnings_kept():  # what there is to be told is told by each trainer
            held_out = None if validation is None else validation_rows(first, validation, rows)
        trainers = self.trainers
        self._trainings = _each(len(trainers), lambda number: trainers[number].start(rows, validation=held_out))
        return self._trainings

    def run(self) -> list[History]:
        """Go on to the end of all members' trainings; see `Training.run`.

        An interruption, or an error in one of them, ends all, and comes through. They can then be gone on with.

        Raises
        ------
        DivergenceError
            A member's training has diverged; a note says which.
        """
        return self._run(Training.run_undisturbed)

    def _run(self, run: Run) -> list[History]:
        try:
            return run_side_by_side(self.trainings, self.workers, run, "member")
        finally:
            if self._bar is not None:
                self._bar.close()

    @property
    def trainings(self) -> list[Training]:
        """The runs that were started last, one a member.

        Raises
        ------
        RuntimeError
            None were.
        """
        if self._trainings is None:
            raise RuntimeError(NOT_STARTED)
        return self._trainings

    if not TYPE_CHECKING:  # to whom a name that is not there is an error by itself

        def __getattr__(self, name: str) -> NoReturn:
            raise no_attribute(self, name, INSTEAD)


def _each(members: int, make: Callable[[int], T]) -> list[T]:
    """What is made for each member by its number, from 0; a warning is given once for all members that have it."""
    made, kept = [], {}
    for number in range(members):
        with warnings_kept() as kept[number]:
            made.append(make(number))
    warn_together(kept, members, "member")
    return made


def _seeds(rng: Seed | Sequence[Seed], members: int) -> list[Seed]:
    if not isinstance(rng, list | tuple):
        return list(seeds(rng, members))  # type: ignore[arg-type]
    if len(rng) != members:
        raise ValueError(f"rng must be one seed or {members}, one a member, got {len(rng)} of them")
    return list(rng)
