"""What is lent: enough, aligned, to one at a time, and bounded in what is kept."""

import gc
import weakref

import numpy as np
import pytest

from clearprop import Network, Trainer
from clearprop.engines import CompiledEngine
from clearprop.engines.compiled import work_space
from clearprop.engines.compiled.work_space import ALIGNED, MOST_BYTES, lent

FLOAT, DOUBLE = np.dtype("float32"), np.dtype("float64")


@pytest.fixture(autouse=True)
def nothing_kept():
    work_space._kept.clear()
    yield
    work_space._kept.clear()


def address(array):
    return array.__array_interface__["data"][0]


@pytest.mark.parametrize("dtype", [FLOAT, DOUBLE])
@pytest.mark.parametrize("numbers", [1, 1000, 123_457])
def test_what_is_lent_has_the_size_and_begins_at_a_cache_line(numbers, dtype):
    with lent(numbers, dtype) as space:
        space[:] = 7
        assert (space.shape, space.dtype, space.sum()) == ((numbers,), dtype, 7 * numbers)
        assert address(space) % ALIGNED == 0


def test_the_next_is_lent_the_same_and_another_at_a_time_another():
    with lent(1000, FLOAT) as first, lent(1000, FLOAT) as second:
        places = address(first), address(second)
        assert abs(places[0] - places[1]) >= 4000
    with lent(500, DOUBLE) as third, lent(10, FLOAT) as fourth:
        assert {address(third), address(fourth)} == set(places)


def test_what_is_too_small_makes_room():
    with lent(10, FLOAT):
        pass
    with lent(1000, FLOAT) as space:
        space[:] = 1
    assert [block.nbytes for block in work_space._kept] == [4000 + ALIGNED]


def test_no_more_than_two_are_kept_and_none_that_is_larger_than_the_most():
    with lent(10, FLOAT), lent(20, FLOAT), lent(30, FLOAT), lent(MOST_BYTES // 4, FLOAT):
        pass
    assert [block.nbytes for block in work_space._kept] == [80 + ALIGNED, 40 + ALIGNED]


def test_it_comes_back_after_an_error():
    with pytest.raises(KeyError), lent(1000, FLOAT):
        raise KeyError
    assert len(work_space._kept) == 1


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("threads", [1, 2])
def test_what_stood_in_it_before_plays_no_part(threads, dtype):
    """Not a number, in each place of it, of rows and their padding."""

    def trained():
        rng = np.random.default_rng(0)
        X, y = rng.normal(size=(300, 13)), rng.integers(0, 3, 300)
        network = Network([13, 35, 21, 3], ["tanh", "relu"], loss="cross_entropy", dtype=dtype, rng=0)
        trainer = Trainer(network, batch_size=70, epochs=3, dropout=0.2, engine=CompiledEngine(threads), rng=1)
        history = trainer.fit(X, y)
        outputs = CompiledEngine(threads).predict(network, np.repeat(X, 3, axis=0))
        return network.parameters.tobytes(), list(history.loss), outputs.tobytes()

    first = trained()
    assert work_space._kept
    for block in work_space._kept:
        block[:] = 0xFF
    assert trained() == first


def test_a_training_that_has_ended_holds_none_of_it():
    network = Network([3, 4, 1], rng=0)
    trainer = Trainer(network, batch_size=2, epochs=1, engine=CompiledEngine(), rng=0)
    trainer.fit(np.eye(3), [[1.0], [2.0], [3.0]])
    block = weakref.ref(work_space._kept[-1])
    work_space._kept.clear()
    gc.collect()
    assert block() is None
    assert len(trainer.history) == 1
