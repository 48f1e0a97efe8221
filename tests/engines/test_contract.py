"""Engines by name, and what an engine is to leave behind."""

import math

import numpy as np
import pytest

from clearprop import OPTIMIZERS, Network, Penalty
from clearprop.engines import (
    ENGINES,
    AutoEngine,
    Diverged,
    Job,
    NumpyEngine,
    Progress,
    StepSettings,
    Stretch,
    resolve_engine,
)
from clearprop.engines.contract import ROWS
from clearprop.network.rows import Rows

from ..training.helpers import Script, rows


def test_engines_by_name_or_as_objects():
    assert ENGINES["numpy"] is NumpyEngine
    for name, cls in ENGINES.items():
        assert type(resolve_engine(name)) is cls
        assert cls.name == name
    assert type(resolve_engine("auto")) is AutoEngine
    given = Script([1])
    assert resolve_engine(given) is given
    with pytest.raises(ValueError, match=r"unknown engine 'cuda'\. There are: auto, numpy"):
        resolve_engine("cuda")


def job_of(network, batch_size, dropout=0.0):
    optimizer = OPTIMIZERS.resolve("adam")
    return Job(
        network=network,
        optimizer=optimizer,
        slots=np.zeros((len(optimizer.slots), network.parameters.size)),
        settings=StepSettings(batch_size, Penalty(l2=0.1), dropout=[dropout] * (len(network.weights) - 1)),
        rng=np.random.default_rng(5),
    )


def run_in_parts(name, stops, progress):
    """23 rows in batches of 4, the last of 3, the runs ending at the given places."""
    given = Rows(*rows(), None)
    job = job_of(Network([3, 5, 2], "tanh", rng=0), 4, dropout=0.3)
    order, start, sums = np.random.default_rng(1).permutation(23), 0, []
    for stop in stops:
        sum_so_far = Progress.none() if progress is None else progress
        stretch = Stretch(order[np.newaxis], start, stop, np.full((1, -(-(stop - start) // 4)), 0.01), sum_so_far)
        assert resolve_engine(name).run(job, given, stretch) is None
        sums.append(sum_so_far.sums[0].tolist())
        start = stop
    return job, sums


@pytest.mark.parametrize("stops", [[23], [4, 23], [20, 23], [8, 12, 20, 23]])
def test_an_engine_adds_batch_after_batch_onto_the_progress_that_it_is_given(stops, engine):
    single, batches = run_in_parts(engine, [4, 8, 12, 16, 20, 23], None)  # each batch by itself
    assert [batch[ROWS] for batch in batches] == [4, 4, 4, 4, 4, 3]
    expected = [1e3, 1e-3, 100, 10.0]
    for batch in batches:
        expected = [before + more for before, more in zip(expected, batch, strict=True)]
    progress = Progress(np.array([[1e3, 1e-3, 100, 10.0]]))
    job, _ = run_in_parts(engine, stops, progress)
    assert progress.sums.tolist() == [expected]  # bit for bit
    np.testing.assert_array_equal(job.network.parameters, single.network.parameters)
    np.testing.assert_array_equal(job.slots, single.slots)
    assert job.step == single.step == 6


def test_an_engine_that_diverges_has_added_the_batches_before(engine):
    X, y = np.array([[1.0], [-1.0], [800.0], [0.5]]), np.zeros((4, 1))
    network = Network([1, 2, 1], "exponential", rng=0)
    network.weights[0] = 1.0
    progress = Progress.none()
    stretch = Stretch(None, 0, 4, np.full((1, 4), 0.01), progress)
    with pytest.raises(Diverged, match="the activations a of layer 1 not finite in batch 2") as caught:
        resolve_engine(engine).run(job_of(network, 1), Rows(X, y, None), stretch)
    assert (caught.value.batch, caught.value.layer, caught.value.what) == (2, 1, "the activations a")
    assert progress.sums[0, ROWS] == 2
    assert np.isfinite(progress.sums).all()


def test_progress_of_several_epochs():
    """Sums by hand; what is added to some of the epochs is added to all of them."""
    progress = Progress.none(3)
    progress.add(0, 2.0, 3.0, 4, 0.5)
    progress.add(0, 1.0, 9.0, 2)
    progress[1:].add(0, 7.0, 8.0, 5, 0.25)
    progress[1:].add(1, math.nan, math.inf, 3)
    assert progress.sums[:2].tolist() == [[10.0, 30.0, 6, 2.0], [35.0, 40.0, 5, 1.25]]
    assert (len(progress), len(progress[1:]), len(progress[:0])) == (3, 2, 0)
    assert progress[:2].means() == ([10 / 6, 7.0], [5.0, 8.0], [2 / 6, 0.25])
    losses, norms, penalties = progress.means()
    assert math.isnan(losses[2])
    assert (norms[2], penalties[2]) == (math.inf, 0.0)
    assert progress[:0].means() == ([], [], [])
