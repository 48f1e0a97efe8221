"""Lessons and what is taken away, asked of a session as the page asks them."""

import json

import pytest

from clearprop.explanation.notation import parse_name
from clearprop.lab.lessons import all_lessons, lesson
from clearprop.lab.protocol import (
    Explain,
    LayerChoice,
    Open,
    Preset,
    SetNumber,
    Settings,
    Step,
    TakeAway,
    TakeLesson,
    Tick,
    View,
)
from clearprop.lab.session import Session
from tests.lab.asking import PLAIN, answered, look, refused, session_of
from tests.lab.test_take_away import run

NAMES = [one.name for one in all_lessons()]


def test_the_first_reply_has_them_all() -> None:
    opened, _ = answered(Session(), Open(view=PLAIN))
    assert [one.name for one in opened.catalogue.lessons] == NAMES
    assert "lesson" in opened.can


@pytest.mark.parametrize("name", NAMES)
def test_one_is_begun_with_its_numbers(name: str) -> None:
    session = session_of()
    opened, arrays = answered(session, TakeLesson(name=name, view=View(plane=8, maps=4)))
    found, settings = lesson(name)
    assert opened.lesson == found
    assert opened.settings == settings
    assert opened.frame.place.epoch == 0
    if settings.weights is not None:
        assert arrays["parameters"].tolist() == settings.weights
    for step in found.steps:
        if step.select:
            parse_name(step.select, opened.network.sizes)
            for scope in ("sample", "batch"):
                answered(session, Explain(name=step.select, scope=scope))
    answered(session, Step(grain="operation", view=PLAIN))
    answered(session, Tick(budget=5, view=PLAIN))


def test_there_is_no_other() -> None:
    assert "there is no lesson 'xorr', did you mean 'xor'?" in refused(Session(), TakeLesson(name="xorr")).message


@pytest.mark.parametrize("edits", [0, 1, 2])
def test_the_program_has_the_pages_numbers_after_steps_back_and_changes_by_hand(edits: int, tmp_path) -> None:
    session = session_of(Settings(data=Preset(rows=60), layers=[LayerChoice(units=3)]))
    answered(session, Tick(budget=1_000, most=4, view=PLAIN))
    for edit in range(edits):
        answered(session, SetNumber(name="W1[1,2]", value=0.5 + edit, view=PLAIN))
        answered(session, SetNumber(name="x[2]", value=1.25, view=View(plane=0, maps=0, row=edit)))
        answered(session, Tick(budget=1_000, most=2 - edit, view=PLAIN))
        answered(session, Step(grain="batch", view=PLAIN))
    answered(session, Step(grain="batch", direction=-1, view=PLAIN))
    frame, arrays = look(session)
    taken, _ = answered(session, TakeAway(form="python"))
    printed = run(taken.text, tmp_path)
    assert printed.pop("loss") == frame.loss
    assert list(printed.values()) == arrays["parameters"].tolist()


def test_words_of_a_row_and_of_the_batch() -> None:
    session = session_of()
    row, _ = answered(session, TakeAway(form="explanation", name="W1[1,2]", view=View(row=4)))
    batch, _ = answered(session, TakeAway(form="explanation", name="W1[1,2]", scope="batch"))
    assert "row 4 (counted" in row.text.replace("\n", " ")
    assert "Row by row" in batch.text
    assert "The optimiser's step (adam)" in batch.text
    derived, _ = answered(session, Explain(name="W1[1,2]", scope="batch"))
    assert json.loads(bytes(derived.explanation))["name"] == "W1[1,2]"
