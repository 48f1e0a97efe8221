"""Every control is one of the page's, and the other way round; the latter the page's own types see to."""

import re
from pathlib import Path

import pytest

from clearprop.lab.controls import CONTROLS
from clearprop.lab.lessons import all_lessons

# Which an installed package has no use for.
SOURCES = Path(__file__).parents[2] / "src" / "clearprop" / "lab" / "frontend" / "src"
USED = re.compile(r"""(?:useControl|shows)\("(\w+)"\)|\bname="(\w+)"|\b(?:name|control): "(\w+)\"""")
# Of a control that is shown by its name in a list.
LISTED = re.compile(r"\[([^\]]*)\] as const\)")


def test_each_stands_once_with_its_words():
    names = [control.name for control in CONTROLS]
    assert len(set(names)) == len(names)
    assert all(control.title and control.help.endswith(".") for control in CONTROLS)


def test_each_is_used_on_the_page():
    used = set()
    for path in SOURCES.rglob("*.ts*"):
        text = path.read_text(encoding="utf-8")
        if path.name != "protocol.ts":
            used |= {name for found in USED.findall(text) for name in found if name}
            used |= {name for names in LISTED.findall(text) for name in re.findall(r'"(\w+)"', names)}
    assert {control.name for control in CONTROLS} <= used


@pytest.mark.parametrize("lesson", all_lessons(), ids=lambda lesson: lesson.name)
def test_a_lesson_hides_what_there_is(lesson):
    assert set(lesson.hidden) <= {control.name for control in CONTROLS}
