"""What a link hides is nowhere on the page, neither to be seen nor to be reached by keys."""

import pytest

from clearprop.lab.controls import CONTROLS
from clearprop.lab.protocol import LayerChoice, Preset, Settings

from .opened_page import expect

NAMES = [control.name for control in CONTROLS]
# What is no control: parts of the page that are looked at in turn, and the numbers behind each picture.
LEFT = {"As a table", "Data", "Network", "Training", "Log"}


def settings(hidden):
    return Settings(data=Preset(name="moons", rows=60), layers=[LayerChoice(units=3)], seed=1, hidden=hidden)


def reachable(page):
    """The names of all that can be worked with and is seen, the numbers of the stage aside."""
    return {
        one.inner_text().strip() or one.get_attribute("aria-label") or one.evaluate("one => one.labels?.[0]?.innerText")
        for one in page.locator("button, input, select, textarea, summary, [role=slider]").all()
        if one.is_visible()
    }


def test_where_all_is_hidden_nothing_is_left_but_the_stage(open_page):
    with open_page(settings([name for name in NAMES if name != "stage"])) as opened:
        found = set()
        for tab in ("Data", "Network", "Training"):
            opened.page.get_by_role("tab", name=tab, exact=True).click()
            found |= reachable(opened.page)
        assert found <= LEFT
        for key in (".", " ", "ArrowRight", "r"):
            opened.page.keyboard.press(key)
        opened.named("W1[1,1]").first.focus()
        opened.page.keyboard.press("Enter")
        assert opened.look()[0].place.epoch == 0
        expect(opened.one(".cp-why")).to_have_count(0)


@pytest.mark.parametrize("name", ["stage", "plane", "loss_curve"])
def test_each_picture_can_be_hidden(open_page, name):
    boxes = {"stage": ".cp-stage", "plane": ".cp-plane", "loss_curve": ".cp-loss-chart"}
    with open_page(settings([])) as opened:
        opened.page.get_by_role("button", name="For teachers").click()
        title = next(control.title for control in CONTROLS if control.name == name)
        opened.page.get_by_role("dialog").get_by_label(title, exact=True).uncheck()
        expect(opened.one(boxes[name])).to_have_count(0)
        for other in boxes.keys() - {name}:
            expect(opened.one(boxes[other])).to_have_count(1)
