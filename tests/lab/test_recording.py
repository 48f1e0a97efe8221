"""The recording: anywhere in a long training again, in bounded memory, to the same bits."""

import numpy as np
import pytest

from clearprop.errors import InputError
from clearprop.lab.networks import build
from clearprop.lab.protocol import LayerChoice, Preset, Settings
from clearprop.lab.recording import Recording, Spot
from tests.extent import seeds

SETTINGS = Settings(
    data=Preset(name="circles", rows=40), layers=[LayerChoice(units=4, dropout=0.25)], batch_size=7, held_out=0.25
)


def recording(most_bytes=2**26, **changes):
    import msgspec

    return Recording(build(msgspec.structs.replace(SETTINGS, **changes)), most_bytes)


def state(recorded):
    """All that a training goes on from."""
    training = recorded.live.training
    snapshot = training.snapshot()
    order = snapshot.state.order
    return (
        snapshot.parameters.tobytes(),
        snapshot.slots.tobytes(),
        snapshot.step,
        str(snapshot.generator),
        None if order is None else order.tolist(),
        snapshot.state.cursor,
        snapshot.state.epoch,
        snapshot.state.samples,
        recorded.update.tobytes(),
    )


@pytest.mark.parametrize(
    ("most_bytes", "epochs"), [(2**26, 40), (60_000, 40), (1, 15)], ids=["all", "thinned", "the first alone"]
)
def test_each_spot_again_is_the_same_to_the_bit_however_few_keyframes_are_kept(most_bytes, epochs):
    recorded = recording(most_bytes, shuffle=True)
    recorded._apart = 3
    states = {recorded.spot: state(recorded)}
    while recorded.spot < Spot(epochs, 0):
        recorded.advance(recorded.after(1))
        states[recorded.spot] = state(recorded)
    assert len(states) == epochs * recorded.batches + 1
    first = recorded._keyframes[0].bytes
    assert recorded.bytes <= max(most_bytes, 2 * first)
    rng = np.random.default_rng(0)
    for at in rng.permutation(len(states))[:150]:
        spot = list(states)[at]
        recorded.seek(*spot)
        assert recorded.spot == spot
        assert state(recorded) == states[spot], spot
    assert recorded.furthest == Spot(epochs, 0)


def test_an_epoch_at_once_is_the_same_as_its_batches():
    by_batches, at_once = recording(), recording()
    for _ in range(3 * by_batches.batches):
        by_batches.advance(by_batches.after(1))
    at_once.advance(Spot(3, 0))
    assert state(by_batches) == state(at_once)
    assert by_batches.curve.points(10) == at_once.curve.points(10)


def test_keyframes_lie_as_far_apart_as_numpys_time_says_and_not_as_a_clock_does():
    spots = []
    for _ in range(2):
        recorded = recording()
        recorded._apart = 10
        recorded.advance(Spot(20, 0))
        spots.append([frame.spot for frame in recorded._keyframes])
    assert spots[0] == spots[1]
    distances = [recorded._distance(*pair) for pair in zip(spots[0], spots[0][1:], strict=False)]
    assert max(distances) <= 2 * 10


def test_memory_stays_within_its_bound_however_long_it_runs():
    recorded = recording(most_bytes=100_000)
    recorded._apart = 1
    sizes = []
    for epoch in range(50, 501, 50):
        recorded.advance(Spot(epoch, 0))
        sizes.append(recorded.bytes)
        assert len(recorded.live.training.history) == epoch
    assert max(sizes) <= 100_000
    recorded.seek(1, 2)
    assert recorded.spot == Spot(1, 2)


def test_of_a_long_history_the_last_epochs_are_kept_and_ever_fewer_of_those_before(monkeypatch):
    import clearprop.lab.recording as module

    monkeypatch.setattr(module, "MOST_RECORDS", 50)
    monkeypatch.setattr(module, "LAST_RECORDS", 20)
    recorded, plain = recording(), recording()
    recorded.advance(Spot(240, 0))
    records = recorded.live.training.history.records
    assert len(records) <= 51
    epochs = [record.epoch for record in records]
    assert epochs[-20:] == list(range(221, 241))
    assert epochs[0] == 1
    assert (np.diff(epochs) > 0).all()
    plain.live.training.run_batches(1)
    while plain.live.training.state.epoch < 240:
        plain.live.training.run_epoch()
    every = plain.live.training.history.records
    assert records == [every[epoch - 1] for epoch in epochs]
    recorded.seek(130, 2)
    before = recorded.live.training.history.records
    assert before[-1].epoch == 130
    assert all(record == every[record.epoch - 1] for record in before)


def test_changes_by_hand_stay_when_keyframes_are_thinned():
    recorded = recording(most_bytes=60_000)
    recorded._apart = 2
    recorded.advance(Spot(3, 1))
    recorded.change(lambda: recorded.live.network.parameters.__setitem__(0, 2.0))
    changed = state(recorded)
    recorded.advance(Spot(60, 0))
    end = state(recorded)
    recorded.seek(2)
    assert not recorded.edited
    recorded.advance(Spot(3, 1))
    assert state(recorded) == changed
    assert recorded.edited
    recorded.seek(1)
    recorded.seek(60)
    assert state(recorded) == end


def test_where_it_is_to_stand_is_held_within_where_it_has_been():
    recorded = recording()
    recorded.advance(Spot(2, 1))
    recorded.seek(99)
    assert recorded.spot == Spot(2, 1)
    recorded.seek(0, 2 * recorded.batches)
    assert recorded.spot == Spot(2, 0)
    recorded.back(1)
    assert recorded.spot == Spot(1, recorded.batches - 1)
    recorded.back(1_000)
    assert recorded.spot == Spot(0, 0)
    assert not recorded.update.any()


def test_all_epochs_done_is_an_end_that_can_be_left_again():
    recorded = recording(epochs=3)
    assert not recorded.at_end
    recorded.advance(Spot(9, 0))
    assert (recorded.spot, recorded.at_end) == (Spot(3, 0), True)
    assert recorded.live.training.stop_reason == "all 3 epochs done"
    recorded.seek(1)
    assert not recorded.at_end
    assert recorded.advance(Spot(3, 0))
    assert recorded.at_end


@pytest.mark.parametrize("seed", seeds(10))
def test_numbers_that_leave_the_finite_range_end_it_before_their_batch(seed):
    recorded = recording(
        seed=seed,
        optimizer="sgd",
        learning_rate=1e5,
        loss="squared_error",
        output_activation="identity",
        layers=[LayerChoice(units=3, activation="relu"), LayerChoice(units=3, activation="identity")],
    )
    recorded.advance(Spot(30, 0))
    if recorded.end is None:
        pytest.skip("this seed's units died before anything grew")
    spot = recorded.spot
    assert (recorded.end.epoch - 1, recorded.end.batch - 1) == spot == recorded.furthest
    assert np.isfinite(recorded.live.network.parameters).all()
    assert not recorded.advance(recorded.after(1))
    before = state(recorded)
    recorded.seek(0)
    assert not recorded.at_end
    recorded.advance(Spot(30, 0))
    assert state(recorded) == before
    recorded.change(lambda: recorded.live.network.parameters.fill(1e-3))
    assert recorded.end is None
    assert recorded.advance(recorded.after(1)) or recorded.end is not None


def test_a_tick_stops_at_so_many():
    recorded = recording()
    assert recorded.run_for(1000.0, "epoch", 3) == 3
    assert recorded.spot == Spot(3, 0)
    recorded.run_for(1000.0, "batch", 2)
    assert recorded.spot == Spot(3, 2)
    recorded.run_for(1000.0, "epoch", 1)  # what is left of the epoch
    assert recorded.spot == Spot(4, 0)
    assert recorded.run_for(1e-9, "batch", 100) > 0  # one at least, however short the time


def test_to_go_back_for_longer_than_anybody_waits_is_refused_and_nothing_moves():
    """With the first keyframe alone, what lies between it and the spot has to be trained once more."""
    recorded = Recording(build(SETTINGS), most_bytes=1)
    fits = 7 * recorded.batches
    recorded._most_seconds = (fits + 0.5) * recorded._seconds
    recorded.advance(Spot(12, 0))
    before = state(recorded)
    with pytest.raises(InputError, match="to stand after 8 epochs would take about 0 seconds: rewind to the start"):
        recorded.seek(8)
    with pytest.raises(InputError, match="rewind to the start"):
        recorded.back()
    assert state(recorded) == before
    recorded.seek(7)
    assert recorded.spot == Spot(7, 0)
    recorded.seek(12)  # from here it is near
    assert state(recorded) == before


def test_changes_by_hand_have_a_bound():
    recorded = recording(most_bytes=30_000)

    def change():
        recorded.change(lambda: recorded.live.network.parameters.__setitem__(0, 2.0))

    while recorded.bytes <= 30_000:
        change()
        recorded.advance(recorded.after(1))
    assert len(recorded._changes) >= 2
    with pytest.raises(InputError, match=f"{len(recorded._changes)} changes by hand fill the memory"):
        change()
    recorded.seek(0)
    change()  # what follows is forgotten, and there is room again
    assert recorded.edited
