"""Sessions: what is asked is answered with the engine's own numbers, and nothing that is chosen makes one raise."""

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearprop.activations import ACTIVATIONS
from clearprop.article import ROWS, TARGETS, new_network
from clearprop.initializers import INITIALIZERS
from clearprop.lab.features import FEATURES
from clearprop.lab.presets import DATASETS
from clearprop.lab.protocol import (
    Configure,
    Curve,
    Divided,
    Drawn,
    Explain,
    Given,
    LayerChoice,
    Look,
    Open,
    Pasted,
    Preset,
    ReadTable,
    Seek,
    SetNumber,
    Settings,
    Step,
    TakeLesson,
    Tick,
    View,
)
from clearprop.losses import LOSSES
from clearprop.optimizers import OPTIMIZERS
from clearprop.schedules import SCHEDULES
from tests.extent import examples
from tests.lab.asking import PLAIN, SMALL, answered, at, look, plain_training, refused, same, session_of

pytestmark = pytest.mark.filterwarnings("ignore::clearprop.errors.TrainingWarning")


def changed(**changes):
    return msgspec.structs.replace(SMALL, **changes)


# -- the same numbers as a trainer's ---------------------------------------------------------------------------------

VARIED = {
    "adam": SMALL,
    "sgd with everything": Settings(
        layers=[LayerChoice(units=5, activation="relu", dropout=0.3), LayerChoice(units=4, activation="sigmoid")],
        optimizer="momentum",
        learning_rate=0.1,
        schedule="cosine",
        epochs=7,
        l1=0.001,
        l2=0.01,
        clip_norm=0.2,
        batch_size=17,
        seed=3,
    ),
    "float32": changed(dtype="float32", optimizer="nadam"),
    "no shuffle, all rows": changed(shuffle=False, batch_size=0, held_out=0.0),
    "three classes": changed(data=Preset(name="blobs3", rows=90), batch_size=8),
    "regression": changed(data=Preset(name="plane", rows=90), batch_size=8, loss="huber"),
    "perceptron": Settings(layers=[], loss="perceptron", optimizer="sgd", learning_rate=1.0, batch_size=1),
}


@pytest.mark.parametrize("settings", VARIED.values(), ids=VARIED.keys())
def test_parameters_after_each_batch_and_epoch_are_a_plain_trainers_to_the_bit(settings):
    session = session_of(settings)
    plain = plain_training(session, settings)
    np.testing.assert_array_equal(look(session)[1]["parameters"], plain.network.parameters)
    for _ in range(3):
        frame, arrays = answered(session, Step(grain="batch", view=PLAIN))
        before = plain.network.parameters.copy()
        plain.run_batch()
        np.testing.assert_array_equal(arrays["parameters"], plain.network.parameters)
        np.testing.assert_array_equal(arrays["update"], plain.network.parameters - before)
    for _ in range(3):
        frame, arrays = answered(session, Step(grain="epoch", view=PLAIN))
        plain.run_epoch()
        np.testing.assert_array_equal(arrays["parameters"], plain.network.parameters)
    assert frame.rate == plain.next_rate
    assert frame.place.epoch == plain.state.epoch
    rows = plain.rows
    assert frame.loss == pytest.approx(plain.network.loss(rows.X, rows.y), rel=1e-12 if rows.X.dtype == float else 1e-5)
    if plain.validation is not None:
        assert frame.validation_loss == plain.history[-1].validation_loss
        assert frame.curve[-1].validation_loss == plain.history[-1].validation_loss


def test_what_a_tick_trains_is_a_plain_trainers_to_the_bit():
    session = session_of()
    plain = plain_training(session, SMALL)
    frame, arrays = answered(session, Tick(budget=1000.0, grain="epoch", most=4, view=PLAIN))
    assert frame.place.epoch == 4
    assert frame.speed > 0
    frame, arrays = answered(session, Tick(budget=1000.0, grain="batch", most=3, view=PLAIN))
    assert (frame.place.epoch, frame.place.batch) == (4, 3)
    for _ in range(4):
        plain.run_epoch()
    plain.run_batches(3)
    np.testing.assert_array_equal(arrays["parameters"], plain.network.parameters)


@pytest.mark.parametrize("settings", VARIED.values(), ids=VARIED.keys())
def test_the_gradient_is_that_of_the_batch_that_comes_next(settings):
    """By the change that plain gradient descent makes of it, dropout's masks included."""
    steps = {"optimizer": "sgd", "learning_rate": 1.0, "schedule": "constant", "clip_norm": 0.0}
    session = session_of(msgspec.structs.replace(settings, **steps))
    for grain in ("batch", "batch", "epoch"):
        _, before = look(session)
        _, after = answered(session, Step(grain="batch", view=PLAIN))
        tolerance = 1e-12 if settings.dtype == "float64" else 1e-5
        np.testing.assert_allclose(before["gradient"], -after["update"], rtol=1e-6, atol=tolerance)
        answered(session, Step(grain=grain, view=PLAIN))


def test_the_numbers_of_a_row_are_those_of_its_passes_and_of_finite_differences():
    session = session_of()
    network, live = session.state.network, session.state
    for row in (0, 7, 299):
        frame, arrays = look(session, row=row)
        assert frame.row == row
        x, y = live.inputs[row : row + 1], live.targets[row : row + 1]
        trace = network.forward(x)
        np.testing.assert_array_equal(arrays["x"], x[0])
        np.testing.assert_array_equal(arrays["y"], y[0])
        np.testing.assert_array_equal(arrays["z"], np.concatenate([z[0] for z in trace.z]))
        np.testing.assert_array_equal(arrays["a"], np.concatenate([a[0] for a in trace.a]))
        assert arrays["row_loss"][0] == pytest.approx(network.loss(x, y), rel=1e-14)
        for bias in range(3):  # a bias moves its z alone, so that its gradient is delta
            twin, h = network.copy(), 1e-5
            losses = []
            for shift in (h, -h):
                twin.biases[0][bias] = network.biases[0][bias] + shift
                losses.append(twin.loss(x, y))
            assert arrays["delta"][bias] == pytest.approx((losses[0] - losses[1]) / (2 * h), abs=1e-8)


def in_order(network):
    """The article's parameters, neuron by neuron with the bias in front, layer by layer: W row by row, b."""
    flat = []
    for layer in network.parameters:
        rows = np.array(layer)
        flat += [*rows[:, 1:].T.ravel(), *rows[:, 0]]
    return flat


def test_the_articles_network_learns_as_the_articles_program_with_the_gradient_of_its_loss():
    session = session_of()
    _, arrays = answered(session, TakeLesson(name="article", view=PLAIN))
    np.testing.assert_array_equal(arrays["parameters"], in_order(new_network()))
    printed = [0.01822964, 0.00788464, 0.02049715, 0.00897599]  # summed over ten rows, as in docs/article.md
    np.testing.assert_allclose(10 * arrays["gradient"][:4], printed, atol=5e-9)
    for epochs in (1, 2, 3):
        _, arrays = answered(session, Step(grain="epoch", view=PLAIN))
        article = new_network(epochs=epochs, gradient="exact")
        article.fit(ROWS, TARGETS)
        np.testing.assert_allclose(arrays["parameters"], in_order(article), rtol=1e-12)


# -- everything that can be chosen -------------------------------------------------------------------------------------


def goes_round(settings):
    """A tick, then each grain forwards and back, which leads to the same numbers again."""
    session = session_of(settings)
    frame, _ = answered(session, Tick(budget=1.0, grain="batch", most=2, view=PLAIN))
    assert np.isfinite(frame.loss)
    _, there = look(session)
    for grain in ("operation", "layer", "sample", "batch", "epoch"):
        answered(session, Step(grain=grain, view=PLAIN))
        frame, _ = answered(session, Step(grain=grain, direction=-1, view=PLAIN))
        if grain != "epoch":
            assert (frame.place.sample, frame.place.done) == (0, 0)
            same(look(session)[1], there)
    answered(session, Look(view=View(plane=8, maps=4)))
    return session


@pytest.mark.parametrize("name", DATASETS)
def test_every_data_set(name):
    session = goes_round(changed(data=Preset(name=name, rows=60), standardized=name not in ("and", "or")))
    assert session.state.data.task == DATASETS[name].task


@pytest.mark.parametrize(
    "data",
    [
        Drawn(points=[(0.0, 0.5, 0.0), (1.0, -0.5, 1.0), (0.2, 0.1, 2.0)]),
        Drawn(points=[(0.0, 0.5, 0.3), (1.0, -0.5, 1.7)], task="regression"),
        Pasted(text="a;b;kind\n1;2;yes\n2;1;no\n3;5;yes\n"),
        Pasted(text="a\tb\tc\n1\t2\t0.5\n2\t1\t3.25\n3\t5\t1.5\n", task="regression", target="b", inputs=["c"]),
        Divided(),
        Curve(),
    ],
    ids=lambda data: type(data).__name__,
)
def test_every_source_of_rows(data):
    goes_round(changed(data=data))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation(name):
    goes_round(changed(layers=[LayerChoice(units=3, activation=name)], learning_rate=0.001))
    goes_round(changed(output_activation=name, loss="squared_error", learning_rate=0.001))


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("data", ["circles", "blobs3", "plane"])
def test_every_loss(name, data):
    settings = changed(loss=name, data=Preset(name=data, rows=60), learning_rate=0.001)
    if data == "plane" and (LOSSES[name].classification or name == "poisson"):
        assert refused(session_of(), Configure(settings=settings)).field == "loss"
    else:
        goes_round(settings)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer(name):
    goes_round(changed(optimizer=name))


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_schedule(name):
    goes_round(changed(schedule=name, epochs=10))


@pytest.mark.parametrize("name", INITIALIZERS)
def test_every_initializer(name):
    goes_round(changed(initializer=name))


@pytest.mark.parametrize("name", FEATURES)
def test_every_feature(name):
    session = goes_round(changed(features=[name]))
    assert session.state.input_names == [name]
    assert session.state.network.layer_sizes[0] == 1


# -- what cannot be --------------------------------------------------------------------------------------------------

WRONG = {
    "layers.1.activation": ({"layers": [LayerChoice(), LayerChoice(activation="relo")]}, "did you mean 'relu'"),
    "output_activation": ({"output_activation": "softmux"}, "softmux"),
    "loss": ({"loss": "nope"}, "unknown loss 'nope'"),
    "optimizer": ({"optimizer": "lbfgs"}, "choose another optimiser"),
    "schedule": ({"schedule": "never"}, "unknown schedule 'never'"),
    "initializer": ({"initializer": "ones"}, "unknown initializer 'ones'"),
    "features": ({"features": ["x9"]}, "unknown feature 'x9'"),
    "data": ({"data": Given()}, "no rows were given to this lab"),
    "data.name": ({"data": Preset(name="circle")}, "did you mean 'circles'"),
    "data.points": ({"data": Drawn(points=[])}, "no points are drawn"),
    "data.text": ({"data": Pasted(text="a,b\n1,yes\n,no\n")}, "line 3, column 'a'"),
    "data.formula": ({"data": Divided(formula="log(x)")}, "no finite value at x = -"),
    "weights": ({"weights": [1.0]}, "this network has 13 parameters"),
    "learning_rate": ({"learning_rate": -1.0}, "learning_rate must be a finite number > 0, got -1.0"),
    "l2": ({"l2": float("inf")}, "l2 must be a finite number, got inf"),
    "dtype": ({"dtype": "float16"}, "float16"),
    "layers": ({"layers": [LayerChoice(units=1024)] * 4}, "1,000,000 at most"),
}


@pytest.mark.parametrize("field", WRONG)
def test_what_cannot_be_is_refused_with_its_field_and_nothing_changes(field):
    changes, says = WRONG[field]
    session = session_of()
    answered(session, Tick(budget=1000.0, most=2, view=PLAIN))
    before = look(session)[1]
    reply = refused(session, Configure(id=5, settings=changed(**changes)))
    assert (reply.field, reply.id) == (field, 5)
    assert says in reply.message
    same(look(session)[1], before)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("z1[1]", 0.0, "z1[1] is computed"),
        ("W9[1,1]", 0.0, "names nothing in this 2-3-1 network"),
        ("W1[1,1]", float("nan"), "cannot be nan"),
        ("y[2]", 0.0, "there is no y[2]"),
        ("y[1]", 7.0, "needs targets from 0 to 1"),
        ("loss", 0.0, "is computed"),
    ],
)
def test_numbers_that_cannot_be_are_refused(name, value, says):
    session = session_of()
    assert says in refused(session, SetNumber(name=name, value=value)).message
    assert look(session)[0].edited is False


def test_what_a_table_has_is_read_before_it_is_trained_on():
    table, _ = answered(session_of(), ReadTable(text="a;b;kind\n1;2;yes\n2;1;no\n3;5;yes\n"))
    assert (table.rows, table.target, table.task) == (3, "kind", "classification")
    assert [(column.name, column.kind, column.distinct) for column in table.columns] == [
        ("a", "number", 3),
        ("b", "number", 3),
        ("kind", "text", 2),
    ]
    assert "line 3" in refused(session_of(), ReadTable(text="a,b\n1,2\n1\n")).message


# -- opening ---------------------------------------------------------------------------------------------------------


def test_opening_tells_all_there_is():
    session = session_of(SMALL)
    opened, arrays = answered(session, Open(id=3, view=View(plane=16, maps=8)))
    assert opened.id == 3
    assert opened.settings == SMALL
    assert opened.network.sizes == [2, 3, 1]
    assert opened.network.batches == 7
    assert (opened.data.rows, opened.data.trained) == (300, 210)
    assert opened.catalogue is not None
    assert {entry.name for entry in opened.catalogue.optimizers} == set(OPTIMIZERS)
    assert arrays["plane"].shape == (16, 16, 1)
    assert arrays["maps"].shape == (4, 8, 8)
    assert arrays["data.held_out"].sum() == 90
    assert arrays["predicted"].shape == (300,)
    for info, array in zip(opened.arrays, arrays.values(), strict=True):
        assert (info.shape, info.dtype) == (list(array.shape), str(array.dtype))


def test_a_number_is_derived_as_it_stands():
    session = session_of()
    answered(session, Tick(budget=1000.0, most=2, view=PLAIN))
    _, arrays = look(session, row=4)
    derivation, _ = answered(session, Explain(name="delta1[2]", row=4))
    assert derivation.value == pytest.approx(arrays["delta"][1], rel=1e-12)
    derivation, _ = answered(session, Explain(name="W1[1,1]", scope="batch"))
    assert derivation.value == pytest.approx(arrays["gradient"][0], rel=1e-9)
    assert derivation.relative_error < 1e-6


# -- random walks ------------------------------------------------------------------------------------------------------

GRAINS = st.sampled_from(["operation", "layer", "sample", "batch", "epoch"])
CHANGED = st.sampled_from(["W1[1,2]", "b2[1]", "x[1]", "y[1]", "W2[3,1]"])
MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("step"), GRAINS, st.sampled_from([1, -1])),
        st.tuples(st.just("tick"), st.sampled_from(["batch", "epoch"]), st.integers(1, 3)),
        st.tuples(st.just("seek"), st.integers(0, 6), st.integers(0, 5)),
        st.tuples(st.just("set"), CHANGED, st.sampled_from([0.0, 1.0, 0.25])),
    ),
    max_size=14,
)
WALKED = Settings(
    data=Preset(name="gauss", rows=24),
    layers=[LayerChoice(units=3, dropout=0.2)],
    batch_size=6,
    l2=0.01,
    held_out=0.25,
)


@given(MOVES)
@examples(60)
def test_wherever_a_walk_leads_the_frame_is_that_of_a_session_that_goes_straight_there(moves):
    session = session_of(WALKED)
    edits = []
    for what, first, second in moves:
        if what == "step":
            answered(session, Step(grain=first, direction=second, view=PLAIN))
        elif what == "tick":
            answered(session, Tick(budget=1000.0, grain=first, most=second, view=PLAIN))
        elif what == "seek":
            answered(session, Seek(epoch=first, batch=second, view=PLAIN))
        else:
            frame, _ = look(session)
            here = (frame.place.epoch, frame.place.batch)
            answered(session, SetNumber(name=first, value=second, view=View(plane=0, maps=0, row=frame.row)))
            edits = [edit for edit in edits if edit[0] <= here]
            edits.append((here, frame.row, first, second))
    frame, arrays = look(session)
    straight, expected = straight_to(frame, edits)
    for name in ("parameters", "gradient", "update", "x", "y", "z", "a", "delta", "row_loss", "predicted"):
        np.testing.assert_array_equal(arrays[name], expected[name], err_msg=name)
    ignored = {"curve": [], "arrays": [], "place": None}
    assert msgspec.structs.replace(frame, **ignored) == msgspec.structs.replace(straight, **ignored)
    for part in ("epoch", "batch", "sample", "done", "total", "operation"):
        assert getattr(frame.place, part) == getattr(straight.place, part)


def straight_to(frame, edits):
    """The frame of a session that has trained to this place by single batches, the changes by hand on its way."""
    session, place = session_of(WALKED), frame.place
    left = [edit for edit in edits if edit[0] <= (place.epoch, place.batch)]
    here, _ = look(session)
    while True:
        for spot, row, name, value in list(left):
            if spot == (here.place.epoch, here.place.batch):
                answered(session, SetNumber(name=name, value=value, view=View(plane=0, maps=0, row=row)))
                left.remove((spot, row, name, value))
        if (here.place.epoch, here.place.batch) == (place.epoch, place.batch):
            break
        here, _ = answered(session, Step(grain="batch", view=PLAIN))
    while True:
        here, arrays = look(session)
        if (here.place.sample, here.place.done) == (place.sample, place.done):
            return here, arrays
        answered(session, Step(grain="operation", view=PLAIN))


def test_a_training_goes_on_to_the_same_numbers_after_it_was_rewound():
    session = session_of()
    answered(session, Tick(budget=1000.0, most=9, view=PLAIN))
    first = {spot: at(session, *spot) for spot in [(9, 0), (0, 0), (5, 3), (2, 1), (8, 6), (4, 0)]}
    for spot, parameters in reversed(first.items()):
        np.testing.assert_array_equal(at(session, *spot), parameters)
    frame, _ = answered(session, Seek(epoch=3, view=PLAIN))
    assert frame.place.furthest == (9, 0)
    assert [point.epoch for point in frame.curve] == list(range(10))
    frame, arrays = answered(session, Tick(budget=1000.0, most=6, view=PLAIN))
    np.testing.assert_array_equal(arrays["parameters"], first[9, 0])


def test_a_change_by_hand_begins_another_future():
    session = session_of()
    answered(session, Tick(budget=1000.0, most=6, view=PLAIN))
    end = at(session, 6)
    answered(session, Seek(epoch=2, view=PLAIN))
    frame, arrays = answered(session, SetNumber(name="W1[2,3]", value=1.5, view=PLAIN))
    assert frame.edited
    assert frame.place.furthest == (2, 0)
    assert [point.epoch for point in frame.curve] == [0, 1, 2]
    assert frame.curve[-1].loss == frame.loss
    assert arrays["parameters"][5] == 1.5
    frame, arrays = answered(session, Tick(budget=1000.0, most=4, view=PLAIN))
    assert not np.array_equal(arrays["parameters"], end)
    new_end = arrays["parameters"]
    frame, _ = answered(session, Seek(epoch=1, view=PLAIN))
    assert not frame.edited
    frame, arrays = answered(session, Tick(budget=1000.0, most=5, view=PLAIN))
    np.testing.assert_array_equal(arrays["parameters"], new_end)
