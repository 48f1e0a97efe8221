"""Several runs of training at the same time, each by one worker at a time: nothing is shared, and all is as one by one.

Workers are plain threads, whose kernels run without the GIL. The thread that wants the runs waits beside them, which is
where an interrupt takes effect: it ends all of them between two pieces of their work.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextvars import copy_context

from clearprop.engines import compiles, numpy_seconds
from clearprop.engines.blas import one_blas_thread
from clearprop.engines.compiled.threads import as_worker, available, run_together
from clearprop.engines.compiled.uninterrupted import Apart, asking
from clearprop.foundation.arguments import whole
from clearprop.foundation.callers import Kept, warn_caller, warnings_kept
from clearprop.training.history import History
from clearprop.training.run import Training

Run = Callable[[Training], History]

# What it takes to gain by a worker of its own, in NumPy's seconds: a call of compiled code, or a step of NumPy's. Below
# these, two workers took up to twice the time that one did (benchmarks/ensembles.py has rows of both).
CALL, STEP = 2e-3, 1e-3


def run_side_by_side(
    trainings: Sequence[Training],
    workers: int | None = None,
    run: Run = Training.run_undisturbed,
    called: str = "training",
) -> list[History]:
    """Go on to the end of each training, as many at a time as there are workers.

    Networks, settings and rows may be others in each. All numbers are those of one training after the other, bit for
    bit. Callbacks are told one at a time, from the workers' threads.

    An interruption, or an error in one of the trainings, ends all of them within a quarter of a second or so, or when
    a callback or metric that is being called returns. Each network then has the parameters that it would have had if
    its own training had been interrupted, and a second call goes on from there.

    Parameters
    ----------
    trainings : sequence of Training
        As `Trainer.start` makes them. No two may share a network, generator or engine.
    workers : int, optional
        How many are trained at a time. Where not given, as many as there are processors that this process may use, or
        as OMP_NUM_THREADS says; but no more than there are trainings whose work is done without Python's lock in
        pieces long enough, since those that ask for it all the time would only wait for each other. A single worker is
        the thread that calls.
    run : callable
        What is done with each; where not given, `Training.run_undisturbed`.
    called : str
        What messages call them, counted from 1.

    Returns
    -------
    list of History
        One each, in the trainings' order.

    Raises
    ------
    DivergenceError
        One has diverged. This and all other errors have a note that says which training was theirs.
    ValueError
        Two trainings share what a training changes.

    Examples
    --------
    >>> from clearprop import Network, Trainer
    >>> X, y = [[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0]
    >>> trainers = [Trainer(Network([1, size, 1], rng=0), epochs=3, rng=size) for size in (2, 4, 8)]
    >>> run_side_by_side([trainer.start(X, y) for trainer in trainers])
    [<History: 3 epochs, loss ...>, <History: 3 epochs, loss ...>, <History: 3 epochs, loss ...>]
    """
    _check_apart(trainings, called)
    if workers is None:
        workers = min(available(), max(1, sum(map(_gains, trainings))))
    workers = min(whole("workers", workers, 1), len(trainings))
    runs = _Runs(trainings, run if workers > 1 else _undisturbed(run), called)
    try:
        if workers > 1:
            with one_blas_thread():
                _run_by(workers, runs)
        else:
            runs.work()
        return runs.outcome()
    except BaseException:
        runs.leave_waiting()
        raise


def warn_together(kept: Mapping[int, Sequence[Kept]], n: int, called: str) -> None:
    """Give the warnings of n things, kept by their numbers from 0: each once, with the numbers from 1 of its things."""
    having: dict[Kept, list[int]] = {}
    for number, warnings in sorted(kept.items()):
        for warning in dict.fromkeys(warnings):
            having.setdefault(warning, []).append(number + 1)
    for (message, category), numbers in having.items():
        whose = "" if len(numbers) == n else f"{called} {', '.join(map(str, numbers))} of {n}: "
        warn_caller(f"{whose}{message}", category)


def _undisturbed(run: Run) -> Run:
    """The same, for a training that is not within `Training.undisturbed`."""

    def run_undisturbed(training: Training) -> History:
        with training.undisturbed():
            return run(training)

    return run_undisturbed


def _run_by(workers: int, runs: _Runs) -> None:
    """Have threads work at the trainings, and return when all have ended, whatever happens meanwhile."""
    contexts = [copy_context() for _ in range(workers)]  # what NumPy does about errors belongs to a thread's context

    def work(worker: int, workers: int, counter: None) -> None:
        with as_worker(), asking(runs.look):
            contexts[worker].run(runs.work)

    together = Apart(lambda: run_together(work, workers, None))
    try:
        together.result()
    except BaseException:
        runs.end()
        together.wait_out()
        raise


def _gains(training: Training) -> bool:
    """Whether a training works without Python's lock for long enough at a time to have a worker of its own."""
    job, n_rows = training.job, training.n_rows
    step = numpy_seconds(training.network, job.settings.batch_size)
    if compiles(training.engine, job, n_rows):
        return step * -(-n_rows // job.settings.batch_size) * training.epochs_ahead() >= CALL
    return step >= STEP


class _Ended(BaseException):
    """A training is not to go on, since another has failed or whoever wanted it was interrupted."""


class _Runs:
    """Trainings that are waiting for a worker, and what has come of the others."""

    def __init__(self, trainings: Sequence[Training], run: Run, called: str) -> None:
        self._run_one, self._n, self._called = run, len(trainings), called
        self._waiting = deque(enumerate(trainings))
        self._turn = threading.RLock()
        self._ended = False
        self._histories: dict[int, History] = {}
        self._errors: dict[int, BaseException] = {}
        self._warnings: dict[int, list[Kept]] = {}

    def end(self) -> None:
        """Let no training begin any more, and those under way end before their next piece of work."""
        self._ended = True

    def leave_waiting(self) -> None:
        """Have those that have not begun, and will not, tell so."""
        for _, training in self._waiting:
            training.leave()

    def look(self) -> None:
        """What each training asks between pieces of its work."""
        if self._ended:
            raise _Ended

    def work(self) -> None:
        """What a worker does: one training after the other."""
        while not self._ended:
            try:
                number, training = self._waiting.popleft()
            except IndexError:  # none is left
                return
            self._run(number, training)

    def _run(self, number: int, training: Training) -> None:
        with warnings_kept() as self._warnings[number], training.beside_others(self.look, self._turn):
            try:
                self._histories[number] = self._run_one(training)
            except _Ended:
                pass
            except BaseException as error:
                self._errors[number] = error
                self.end()

    def outcome(self) -> list[History]:
        """The histories; or the error of the first training, in their order, that has one. Warnings are given here."""
        try:
            warn_together(self._warnings, self._n, self._called)
        finally:
            for number, error in sorted(self._errors.items()):
                error.add_note(f"This was {self._called} {number + 1} of {self._n} that were trained side by side.")
                raise error
        return [self._histories[number] for number in range(self._n)]


def _check_apart(trainings: Sequence[Training], called: str) -> None:
    """Refuse trainings of which two would change the same thing."""
    shared: dict[str, list[object]] = {
        "network": [training.network for training in trainings],
        "generator (rng)": [training.job.rng for training in trainings],
        "engine": [training.engine for training in trainings],
    }
    for what, things in shared.items():
        first: dict[int, int] = {}
        for number, thing in enumerate(things, start=1):
            if first.setdefault(id(thing), number) != number:
                raise ValueError(
                    f"{called}s {first[id(thing)]} and {number} share one {what}, which both would change at the same "
                    f"time: give each {called} a {what.partition(' ')[0]} of its own"
                )
