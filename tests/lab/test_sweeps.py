"""A batch operation by operation: its numbers are the engine's and finite differences', its step is training's."""

import re

import msgspec
import numpy as np
import pytest

from clearprop.lab.operations import Plan
from clearprop.lab.protocol import LayerChoice, Preset, SetNumber, Settings, Step, Tick
from tests.lab.asking import PLAIN, answered, look, same, session_of

PLANS = {
    "two layers": Settings(
        data=Preset(name="circles", rows=12), layers=[LayerChoice(units=3), LayerChoice(units=2)], batch_size=4
    ),
    "softmax": Settings(
        data=Preset(name="blobs3", rows=12), layers=[LayerChoice(units=3, activation="relu")], batch_size=3
    ),
    "squared error, penalties, clipping": Settings(
        data=Preset(name="plane", rows=12),
        layers=[LayerChoice(units=3, activation="sigmoid")],
        batch_size=4,
        l1=0.01,
        l2=0.1,
        clip_norm=0.05,
        optimizer="adamw",
    ),
    "dropout": Settings(
        data=Preset(name="xor", rows=12), layers=[LayerChoice(units=6, dropout=0.5), LayerChoice(units=2)], batch_size=3
    ),
    "float32": Settings(
        data=Preset(name="gauss", rows=12), layers=[LayerChoice(units=2)], batch_size=4, dtype="float32"
    ),
    "one row": Settings(data=Preset(name="and"), layers=[], batch_size=1, loss="hinge", optimizer="lion"),
    "wide": Settings(data=Preset(name="wine", rows=20), layers=[LayerChoice(units=12)], batch_size=3, optimizer="sgd"),
}


def number_of(name, arrays, sizes):
    """The number of a name such as z2[1] out of a frame's arrays."""
    if name == "loss":
        return float(arrays["row_loss"][0])
    kind, layer, unit = re.fullmatch(r"(z|a|delta)(\d+)\[(\d+)\]", name).groups()
    return float(arrays[kind][sum(sizes[1 : int(layer)]) + int(unit) - 1])


def last_number(latex):
    """What a LaTeX equation ends with."""
    latex = latex.removesuffix(r"\end{gathered}")
    plain = re.sub(r"\\htmlData\{name=[^}]*\}\{(.*)\}$", r"\1", latex.rsplit(" = ", 1)[1])
    plain = plain.replace(r" \times 10^{", "e").replace("}", "").strip()
    return float(plain)


def all_steps(session, grain="operation"):
    """The frames of a whole batch."""
    while True:
        frame, arrays = answered(session, Step(grain=grain, view=PLAIN))
        yield frame, arrays
        if frame.place.sample == frame.place.samples and frame.place.done == frame.place.total:
            return


@pytest.mark.parametrize("settings", PLANS.values(), ids=PLANS.keys())
def test_every_operation_shows_the_number_that_it_makes_and_only_what_is_known_by_then(settings):
    session = session_of(settings)
    live = session.state
    sizes = live.network.layer_sizes
    seen = []
    _, batch = look(session)
    for frame, arrays in all_steps(session):
        operation, place = frame.place.operation, frame.place
        seen.append((place.sample, operation.kind, operation.name))
        if operation.kind in ("z", "a", "delta", "loss"):
            number = number_of(operation.name, arrays, sizes)
            assert np.isfinite(number)
            assert last_number(operation.equation) == pytest.approx(number, rel=1e-4, abs=1e-300)
            assert operation.lit[0] == operation.name
        else:
            made = {"gradient": arrays["gradient"], "mean": arrays["gradient"], "update": arrays["parameters"]}
            span = live.network.layout.span(operation.name)
            gradient = arrays["gradient"] if operation.kind == "gradient" else batch["gradient"]
            if operation.kind != "gradient" or (place.sample == 0 and place.samples == 1):
                at = span.start + np.abs(gradient[span.start : span.stop]).argmax()
                number = made[operation.kind][at]
                assert last_number(operation.equation) == pytest.approx(number, rel=1e-4, abs=1e-300)
        known = np.concatenate([arrays["z"], arrays["a"], arrays["delta"], arrays["row_loss"]])
        if place.sample < place.samples:
            done = sum(1 for deed in Plan.of(sizes).of_sample[: place.done] if deed.kind != "gradient")
            assert np.isfinite(known).sum() == done
        assert operation.says.endswith((".", ":"))
    samples = len(live.training.next_batch())
    plan = Plan.of(sizes)
    assert len(seen) == samples * len(plan.of_sample) + len(plan.closing)
    assert seen[-2 * len(sizes) + 2 :] == [
        (samples, kind, f"W{layer}") for kind in ("mean", "update") for layer in range(1, len(sizes))
    ]


@pytest.mark.parametrize("settings", PLANS.values(), ids=PLANS.keys())
def test_after_the_last_operation_the_parameters_are_those_after_the_batch_to_the_bit(settings):
    by_operations, by_batch = session_of(settings), session_of(settings)
    for _ in range(2):
        _, before = look(by_batch)
        *_, (frame, arrays) = all_steps(by_operations)
        _, expected = answered(by_batch, Step(grain="batch", view=PLAIN))
        np.testing.assert_array_equal(arrays["parameters"], expected["parameters"])
        np.testing.assert_array_equal(arrays["gradient"], before["gradient"])
        answered(by_operations, Step(grain="operation", view=PLAIN))
        frame, arrays = answered(by_operations, Step(grain="operation", direction=-1, view=PLAIN))
        assert (frame.place.batch, frame.place.done) == (by_batch_place(by_batch), 0)
        same(arrays, look(by_batch)[1])


def by_batch_place(session):
    return look(session)[0].place.batch


@pytest.mark.parametrize("settings", PLANS.values(), ids=PLANS.keys())
def test_the_samples_gradients_add_up_to_the_batchs(settings):
    settings = msgspec.structs.replace(settings, l1=0.0, l2=0.0)
    session = session_of(settings)
    _, before = look(session)
    arrays = next(
        arrays
        for frame, arrays in all_steps(session)
        if frame.place.sample == frame.place.samples - 1 and frame.place.done == frame.place.total
    )
    tolerance = {"rtol": 1e-9, "atol": 1e-15} if settings.dtype == "float64" else {"rtol": 1e-4, "atol": 1e-6}
    np.testing.assert_allclose(arrays["gradient"], before["gradient"], **tolerance)


@pytest.mark.parametrize("grain", ["operation", "layer", "sample"])
@pytest.mark.parametrize("settings", PLANS.values(), ids=PLANS.keys())
def test_back_shows_the_same_as_forwards_did(settings, grain):
    session = session_of(settings)
    answered(session, Step(grain="batch", view=PLAIN))
    forwards = [look(session), *all_steps(session, grain), *all_steps(session, grain)]
    back = [look(session)]
    while (back[-1][0].place.batch, back[-1][0].place.done) != (1, 0) or back[-1][0].place.epoch:
        back.append(answered(session, Step(grain=grain, direction=-1, view=PLAIN)))
    first, again = ({spot_of(frame): (frame, arrays) for frame, arrays in frames} for frames in (forwards, back))
    common = first.keys() & again.keys()
    # Where all of a batch is done, going back stands between batches; all else is passed in both directions.
    assert len(common) >= len(first) - 2
    for spot in common:
        (frame, arrays), (other, numbers) = first[spot], again[spot]
        same(arrays, numbers)
        assert frame.place.operation == other.place.operation


def spot_of(frame):
    place = frame.place
    return (place.epoch, place.batch, place.sample, place.done)


def test_the_perceptrons_rule_is_said_in_its_own_words():
    rule = {"layers": [], "loss": "perceptron", "optimizer": "sgd", "learning_rate": 1.0, "batch_size": 1}
    session = session_of(Settings(data=Preset(name="and"), shuffle=False, **rule))
    said = []
    for _ in range(4):
        *_, (frame, _) = all_steps(session)
        said.append(frame.place.operation.says)
        wrong = not np.array_equal(session.state.network.parameters, look(session)[1]["parameters"])
        assert ("wrong side" in said[-1]) == wrong
    assert any("wrong side" in words for words in said)
    assert any("stay as they are" in words for words in said)


def test_layers_and_samples_end_where_they_should():
    session = session_of(PLANS["two layers"])
    ends = [(f.place.sample, f.place.done, f.place.operation.name) for f, _ in all_steps(session, "layer")]
    assert [name for sample, _, name in ends if sample == 0] == ["a1[3]", "a2[2]", "a3[1]", "loss", "W3", "W2", "W1"]
    assert [name for sample, _, name in ends if sample == 4] == ["W1", "W2", "W3", "W1", "W2", "W3"]
    session = session_of(PLANS["two layers"])
    ends = [(f.place.sample, f.place.operation.name) for f, _ in all_steps(session, "sample")]
    assert ends == [(0, "W1"), (1, "W1"), (2, "W1"), (3, "W1"), (4, "W3")]


def test_a_change_by_hand_within_a_batch_leaves_the_place_and_changes_what_follows():
    session = session_of(PLANS["two layers"])
    for _ in range(3):
        answered(session, Step(grain="layer", view=PLAIN))
    before, old = look(session)
    frame, new = answered(session, SetNumber(name="x[1]", value=0.125, view=PLAIN))
    assert new["x"][0] == 0.125
    assert frame.row == before.row
    assert (frame.place.sample, frame.place.done) == (before.place.sample, before.place.done)
    network = session.state.network
    np.testing.assert_array_equal(new["z"], np.concatenate([z[0] for z in network.forward(new["x"][np.newaxis]).z]))
    assert not np.array_equal(old["z"], new["z"])
    assert new["data.plane"][frame.row, 0] == 0.125


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("rate", [1e3, 1e6])
def test_the_first_number_that_is_not_finite_is_where_it_stops(rate, dtype):
    settings = Settings(
        layers=[LayerChoice(units=3, activation="relu")],
        loss="squared_error",
        output_activation="identity",
        optimizer="sgd",
        learning_rate=rate,
        dtype=dtype,
        seed=1,
    )
    session = session_of(settings)
    for _ in range(60):
        frame, arrays = answered(session, Tick(budget=1000.0, most=1, view=PLAIN))
        if frame.alert:
            break
    assert frame.alert
    assert "lower learning_rate" in frame.alert
    badge = frame.badges[0]  # the doctor's may follow
    assert badge.kind == "not finite"
    operation = frame.place.operation
    assert badge.unit == operation.name
    place = frame.place
    if operation.kind in ("z", "a", "delta", "loss"):
        assert not np.isfinite(number_of(operation.name, arrays, session.state.network.layer_sizes))
        assert operation.name in frame.alert
    assert np.isfinite(arrays["parameters"]).all()
    again, _ = answered(session, Step(grain="operation", view=PLAIN))  # nothing follows
    assert (again.place.sample, again.place.done) == (place.sample, place.done)
    back, arrays = answered(session, Step(grain="operation", direction=-1, view=PLAIN))
    assert back.alert == ""
    numbers = np.concatenate([arrays[name] for name in ("z", "a", "delta", "row_loss")])
    assert not np.isinf(numbers).any()
    again, _ = answered(session, Step(grain="operation", view=PLAIN))
    assert again.alert == frame.alert
