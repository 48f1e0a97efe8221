"""The loss curve: thinned, with its peaks, in a memory that does not grow."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from clearprop.lab.curve import MOST_POINTS, LossCurve, thinned


def test_points_come_back_as_they_were_added():
    curve = LossCurve()
    curve.add(0, 0.7, None, 0.5, 0.1)
    curve.add(1, math.nan, 0.6, None, 0.05)
    first, second = curve.points(10)
    assert (first.epoch, first.loss, first.validation_loss, first.metric, first.rate) == (0, 0.7, None, 0.5, 0.1)
    assert (second.epoch, second.loss, second.validation_loss, second.metric) == (1, None, 0.6, None)


@given(st.integers(2, 60), st.integers(1, 400), st.integers(0, 2**32 - 1))
def test_thinning_keeps_ends_and_extremes(most, count, seed):
    rng = np.random.default_rng(seed)
    table = np.column_stack([np.arange(count), *(rng.normal(size=(4, count)))])
    kept = thinned(table, most)
    assert len(kept) <= max(most, min(count, 2))
    assert (np.diff(kept) > 0).all()
    assert {0, count - 1} <= set(kept.tolist())
    if most >= 6:
        for column in (1, 2):
            assert {table[:, column].argmin(), table[:, column].argmax()} <= set(kept.tolist())


def test_a_peak_among_a_million_epochs_is_still_there_and_memory_is_the_same():
    curve = LossCurve()
    for epoch in range(50_000):
        curve.add(epoch, 9.0 if epoch == 321 else 1 / (1 + epoch), None, None, 0.1)
    assert len(curve) <= MOST_POINTS
    points = curve.points(100)
    assert len(points) <= 100
    assert max(points, key=lambda point: point.loss).epoch == 321
    assert (points[0].epoch, points[-1].epoch) == (0, 49_999)


def test_what_comes_after_an_epoch_is_forgotten():
    curve = LossCurve()
    for epoch in range(10):
        curve.add(epoch, 1.0, None, None, 0.1)
    curve.cut(4)
    assert [point.epoch for point in curve.points(50)] == [0, 1, 2, 3]
