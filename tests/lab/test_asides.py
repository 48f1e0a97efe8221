"""What is asked beside the frames: it says the numbers that the session has, and moves nothing."""

import numpy as np
import pytest

from clearprop import Trainer
from clearprop.lab.doctor import advice
from clearprop.lab.features import FEATURES
from clearprop.lab.presets import DATASETS
from clearprop.lab.protocol import (
    Diagnose,
    Explain,
    LayerChoice,
    Look,
    Open,
    Preset,
    Race,
    Seek,
    SetNumber,
    Settings,
    Step,
    Surface,
    TakeAway,
    Tick,
    View,
)
from clearprop.lab.session import Session
from clearprop.lab.way import MOST_POINTS, Way
from tests.lab.asking import PLAIN, SMALL, answered, look, refused, same, session_of


def trained(settings=SMALL, epochs=5):
    session = session_of(settings)
    answered(session, Tick(budget=1000.0, most=epochs, view=PLAIN))
    return session


ASIDES = {
    "diagnose": Diagnose(),
    "explain": Explain(name="W1[1,1]", scope="batch"),
    "surface": Surface(across="W1[1,1]", up="b2[1]", points=5),
    "race": Race(optimizers=["adam", "sgd"], epochs=2),
    "python": TakeAway(form="python"),
    "svg": TakeAway(form="svg"),
    "link": TakeAway(form="link"),
    "latex": TakeAway(form="latex", name="W1[1,1]"),
    "explanation": TakeAway(form="explanation", name="delta1[2]"),
}


@pytest.mark.parametrize("within", [False, True], ids=["between batches", "within one"])
@pytest.mark.parametrize("request_", ASIDES.values(), ids=ASIDES.keys())
def test_nothing_moves(request_, within):
    session = trained()
    if within:
        answered(session, Step(grain="layer", view=PLAIN))
    place, before = look(session)
    answered(session, request_)
    again, after = look(session)
    assert again == place
    same(before, after)
    _, one = answered(session, Tick(budget=1000.0, most=2, view=PLAIN))
    undisturbed = trained()
    answered(undisturbed, Tick(budget=1000.0, most=2, view=PLAIN))
    np.testing.assert_array_equal(one["parameters"], look(undisturbed)[1]["parameters"])


def run(text):
    names = {}
    exec(compile(text, "network.py", "exec"), names)
    return names["network"].parameters


@pytest.mark.parametrize("place", [(0, 0), (3, 0), (4, 2)])
@pytest.mark.parametrize("by_hand", [(), ("W1[1,2]",), ("x[1]", "y[1]", "b1[2]")])
def test_the_program_comes_to_the_same_bits(place, by_hand, capsys):
    session = session_of(Settings(layers=[LayerChoice(units=3, dropout=0.2)], batch_size=32, l2=0.01))
    answered(session, Tick(budget=1000.0, most=2, view=PLAIN))
    for name in by_hand:
        answered(session, SetNumber(name=name, value=1.0, view=PLAIN))
    answered(session, Tick(budget=1000.0, most=3, view=PLAIN))
    _, arrays = answered(session, Seek(epoch=place[0], batch=place[1], view=PLAIN))
    taken, _ = answered(session, TakeAway(form="python"))
    np.testing.assert_array_equal(run(taken.text), arrays["parameters"])


def test_a_link_leads_another_session_here():
    session = trained()
    _, here = look(session)
    link, _ = answered(session, TakeAway(form="link", hidden=["race"]))
    other = Session()
    opened, there = answered(other, Open(link=link.text, view=PLAIN))
    np.testing.assert_array_equal(here["parameters"], there["parameters"])
    assert opened.settings.hidden == ["race"]
    assert opened.settings.layers == SMALL.layers
    reply = refused(other, Open(link="1.nonsense"))
    assert reply.field == "link"
    same(look(other)[1], {name: there[name] for name in look(other)[1]})


def test_the_way_over_the_surface_is_the_one_that_training_took():
    session = trained(epochs=6)
    answered(session, Seek(epoch=4, batch=2, view=PLAIN))
    _, arrays = answered(session, Surface(across="W1[1,2]", up="b1[3]", points=5))
    expected = []
    for epoch in range(5):
        frame, there = answered(session, Seek(epoch=epoch, view=PLAIN))
        expected.append([there["parameters"][1], there["parameters"][8], frame.loss])
    frame, there = answered(session, Seek(epoch=4, batch=2, view=PLAIN))
    expected.append([there["parameters"][1], there["parameters"][8], frame.loss])
    np.testing.assert_allclose(arrays["path"], expected, rtol=1e-12)


def test_a_race_begins_where_the_settings_do():
    session = trained()
    raced, _ = answered(session, Race(optimizers=["adam", "momentum"], rates=[0.03, 0.01], epochs=3))
    for runner, settings in zip(raced.runners, ("adam", "momentum"), strict=True):
        plain = session_of(
            Settings(**{name: getattr(SMALL, name) for name in ("layers", "batch_size")}, optimizer=settings,
                     learning_rate=runner.rate)
        )  # fmt: skip
        losses = [look(plain)[0].loss]
        losses += [answered(plain, Step(grain="epoch", view=PLAIN))[0].loss for _ in range(3)]
        np.testing.assert_allclose(runner.losses, losses, rtol=1e-12)


def test_a_race_begins_where_a_number_was_changed_by_hand_last():
    session = trained()
    live = session.state
    for name, value in {"W1[1,2]": 3.0, "x[1]": -9.0}.items():
        view = View(plane=0, maps=0, row=int(live.trained[0]))
        answered(session, SetNumber(name=name, value=value, view=view))
    start, X, y = live.network.copy(), live.inputs[live.trained], live.targets[live.trained]
    assert (start.weights[0][0, 1], X[0, 0]) == (3.0, -9.0)
    answered(session, Tick(budget=1000.0, most=2, view=PLAIN))
    raced, _ = answered(session, Race(optimizers=["adam", "momentum"], rates=[0.03, 0.01], epochs=3))
    for runner in raced.runners:
        network = start.copy()
        chosen = {"optimizer": runner.name, "learning_rate": runner.rate, "batch_size": SMALL.batch_size}
        trainer = Trainer(network, **chosen, patience=None, keep_best=False, rng=SMALL.seed)
        training, losses = trainer.start(X, y), [network.loss(X, y)]
        for _ in range(3):
            training.run_epoch()
            losses.append(network.loss(X, y))
        np.testing.assert_allclose(runner.losses, losses, rtol=1e-12)


def test_the_doctor_says_why_numbers_blew_up_and_how_to_mend_it():
    settings = Settings(
        layers=[LayerChoice(units=3, activation="relu")], loss="squared_error", optimizer="sgd", learning_rate=1e6
    )
    session = trained(settings)
    frame, _ = answered(session, Look(view=PLAIN))
    assert frame.alert
    diagnosed, _ = answered(session, Diagnose())
    assert diagnosed.findings[0].name == "rate too high"
    assert diagnosed.findings[0].change["learning_rate"] < 1e6
    assert diagnosed.badges[0].kind == "not finite"


def test_what_the_doctor_finds_is_of_the_very_frame():
    live = [LayerChoice(units=6, activation="relu")]
    session = trained(Settings(data=Preset(name="circles", rows=60), layers=live, learning_rate=5.0, seed=1))
    frame, _ = answered(session, Look(view=PLAIN))
    diagnosed, _ = answered(session, Diagnose())
    assert diagnosed.badges == frame.badges != []
    state = session.state
    before = session_of(state.settings).state
    first = before.network.loss(before.rows.X, before.rows.y)
    assert diagnosed.findings == advice(state.training, state.settings, first_loss=first) != []


def test_what_is_not_selected_cannot_be_taken_away():
    assert "nothing is selected" in refused(trained(), TakeAway(form="latex")).message


def test_the_row_is_the_one_that_was_looked_at_last():
    session = trained()
    look(session, row=11)
    taken, _ = answered(session, TakeAway(form="explanation", name="z1[1]"))
    assert "row 11" in taken.text
    taken, _ = answered(session, TakeAway(form="explanation", name="z1[1]", view=View(row=3)))
    assert "row 3" in taken.text


def test_the_catalogue_has_every_data_set_and_feature_by_its_name():
    opened, _ = answered(session_of(), Open(view=PLAIN))
    assert [entry.name for entry in opened.catalogue.features] == list(FEATURES)
    assert {entry.name for entry in opened.catalogue.datasets} >= set(DATASETS)


def test_the_way_is_thinned_and_cut():
    way = Way(np.zeros(1), 3)
    for epoch in range(4, 5_000):
        way.add(np.full(1, epoch), epoch)
    points = way.up_to(10_000)[:, 0]
    assert len(points) <= MOST_POINTS
    assert (np.diff(points[1:]) == points[2] - points[1]).all()
    way.cut(100)
    assert way.up_to(10_000)[:, 0].max() < 100
    large = Way(np.zeros(1_000_000), 0)
    for epoch in range(1, 40):
        large.add(np.zeros(1_000_000), epoch)
    assert len(large.up_to(50)) <= 4


def test_rows_of_many_columns_are_asked_about_by_their_names():
    session = trained(Settings(data=Preset(name="wine"), layers=[LayerChoice(units=3)], standardized=True))
    taken, _ = answered(session, TakeAway(form="explanation", name="W1[1,1]"))
    assert "alcohol" in taken.text
