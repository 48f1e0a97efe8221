"""The page for everybody: axe finds nothing serious in any part, and the newcomer's path goes by keyboard alone."""

import re
import subprocess
import sys

import pytest

from clearprop.lab.assets import STATIC
from clearprop.lab.protocol import LayerChoice, Preset

from ..extent import crossed
from ..outside import missing
from .opened_page import Kept, expect
from .serving import running

AXE = STATIC.parent / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
VIOLATIONS = """async () => {
    const { violations } = await axe.run(document, { resultTypes: ["violations"] });
    return violations.filter(({ impact }) => impact === "serious" || impact === "critical").flatMap(({ id, nodes }) =>
        nodes.map((node) => `${id}: ${node.target.join(" ")}: ${node.html.slice(0, 200)}: ${node.failureSummary}`));
}"""


@pytest.fixture
def sessions():
    return Kept(data=Preset(name="moons", rows=60), layers=[LayerChoice(units=3), LayerChoice(units=2)], seed=3)


@pytest.fixture
def opened(sessions, visit):
    """The page at first opening, its tour shown."""
    with running(sessions) as server:
        visit.page.goto(server.address)
        expect(visit.page.get_by_role("dialog", name=re.compile("^Tour:"))).to_be_focused()
        yield visit.page
    assert visit.complaints == []


class Looked:
    """What axe finds in each part, gathered so that all of it is told at once."""

    def __init__(self, page):
        if not AXE.exists():
            missing("axe-core, which npm brings,")
        page.evaluate(AXE.read_text())
        self.page, self.found = page, {}

    def at(self, part):
        self.page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished.catch(() => 0)))")
        for violation in self.page.evaluate(VIOLATIONS):
            self.found.setdefault(violation, part)


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


@pytest.mark.parametrize(("theme", "width"), crossed(["light", "dark"], [1440, 320]))
def test_axe_finds_nothing_serious(opened, theme, width):
    page = opened
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    looked = Looked(page)
    looked.at("tour")
    page.keyboard.press("Escape")
    looked.at("first opening")

    press(page, "Play")
    expect(page.locator(".is-epoch dd")).not_to_have_text("0")
    press(page, "Pause")
    looked.at("after training")
    page.locator('.cp-centre [data-name="W2[3,1]"]').first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".cp-check")).to_be_visible()
    looked.at("derivation")
    page.get_by_role("radio", name="Batch and step").check()
    expect(page.locator(".cp-step")).to_be_visible()
    page.get_by_role("radio", name="Operation").check()
    for _ in range(2):
        page.get_by_role("button", name=re.compile("^Step forward")).click()
    expect(page.locator(".cp-operation-equation")).to_be_visible()
    looked.at("derivation of a batch, within an operation")
    press(page, "Close the derivation")

    for tab in ("Network", "Training", "Data"):
        page.get_by_role("tab", name=tab, exact=True).click()
        for layer in page.locator(".cp-layer summary").all():
            layer.click()
        looked.at(tab)
    for source in ("Draw", "Table", "Formula", "Ready"):
        page.get_by_role("radio", name=source, exact=True).check()
        if source == "Table":
            page.get_by_role("textbox", name="Own table").fill("a,b,c\n1,2,x\n3,4,y\n5,6,x")
            press(page, "Look at it")
            expect(page.get_by_role("button", name=re.compile("^Learn c"))).to_be_visible()
        looked.at(source)
    for tool in ("Loss surface", "Race of optimisers", "Doctor"):
        page.get_by_role("tab", name=tool, exact=True).click()
        if tool.startswith("Race"):
            press(page, "Start the race")
            expect(page.get_by_role("heading", name="Loss after each epoch")).to_be_visible()
        looked.at(tool)
    for _ in range(page.get_by_role("button", name="As a table").count()):
        page.get_by_role("button", name="As a table").first.click()
    looked.at("tables")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for dialog in ("Take away", "For teachers", "Help", "Lessons"):
        press(page, dialog)
        looked.at(dialog)
        page.keyboard.press("Escape")
    press(page, "Lessons")
    page.get_by_role("button", name=re.compile("^The article's network")).click()
    expect(page.get_by_role("region", name=re.compile("^Lesson:"))).to_be_visible()
    looked.at("lesson")
    press(page, "End the lesson")
    page.get_by_role("switch", name="Projector").check()
    looked.at("projector")
    assert looked.found == {}


STANDS = """async (frames) => {
    const scrubber = document.querySelector(".cp-scrubber");
    const isThere = () => Number(scrubber.ariaValueNow) < Number(scrubber.ariaValueMax);
    for (let frame = 0; frame < frames && !isThere(); frame += 1) await new Promise(requestAnimationFrame);
    return isThere();
}"""


def step_back_before_the_furthest_epoch(page):
    """Once to where the present epoch began, if it stands within one, and once more; a key while it plays is lost."""
    for _ in range(20):
        page.keyboard.press("ArrowLeft")
        if page.evaluate(STANDS, 300):
            return
    raise AssertionError("it does not step back")


def tab_to(page, wanted):
    """Tab until what has the focus is this; from the end of the page on from its beginning."""
    for _ in range(250):
        page.keyboard.press("Tab")
        if wanted.count() and wanted.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError(f"Tab never came to {wanted}")


def write(page, text):
    """Into the field that has the focus."""
    page.keyboard.press("Control+a")
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def test_a_newcomers_path_by_keyboard_alone(opened, sessions, tmp_path):
    page, keys = opened, opened.keyboard
    keys.press("Escape")  # the tour

    keys.press("Space")
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    expect(page.locator(".is-epoch dd")).not_to_have_text(re.compile("^[0-2]$"))
    keys.press("Space")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    step_back_before_the_furthest_epoch(page)

    tab_to(page, page.locator('.cp-centre [data-name="x[1]"][tabindex="0"]'))
    keys.press("ArrowRight")  # from the input to its first weight, and on to the next but one
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    keys.press("Enter")
    expect(page.locator(".cp-why-name")).to_have_text("W1[1,3]")
    expect(page.locator(".cp-check")).to_contain_text("It agrees")

    tab_to(page, page.get_by_role("spinbutton", name="Change a number: W1[1,3]"))
    write(page, "-0.75")
    expect(page.locator(".cp-change output")).to_have_text("\u22120.750")
    assert sessions.live.network.weights[0][0, 2] == -0.75

    tab_to(page, page.get_by_role("tab", name="Data", exact=True))
    keys.press("End")
    tab_to(page, page.get_by_label("Learning rate", exact=True))
    write(page, "60")
    expect(page.locator(".is-epoch dd")).to_have_text("0")
    assert sessions.live.training.learning_rate == 60
    tab_to(page, page.get_by_role("button", name=re.compile("^Step forward")))
    for number in range(1, 13):
        keys.press("Enter")
        expect(page.locator(".is-epoch dd")).to_have_text(str(number))

    remedy = page.locator(".cp-doctor ol > li").filter(has_text=re.compile("rate", re.I)).first
    expect(remedy).to_be_visible()
    tab_to(page, remedy.get_by_role("button", name=re.compile("^Do it")))
    keys.press("Enter")
    expect(page.locator(".is-epoch dd")).to_have_text("0")
    assert sessions.live.training.learning_rate < 60

    keys.press("ArrowRight")
    expect(page.locator(".is-epoch dd")).to_have_text("1")
    tab_to(page, page.get_by_role("button", name="Take away"))
    keys.press("Enter")
    expect(page.get_by_role("dialog", name="Take away")).to_be_visible()
    save = page.get_by_role("button", name=re.compile("Save as .*[.]py"))
    expect(save).to_be_visible()
    tab_to(page, save)
    with page.expect_download() as saved:
        keys.press("Enter")
    program = tmp_path / "taken.py"
    saved.value.save_as(program)
    ran = subprocess.run([sys.executable, program], capture_output=True, text=True, check=True, cwd=tmp_path)
    for parameter in sessions.live.network.parameters:
        assert repr(float(parameter)) in ran.stdout
    keys.press("Escape")
    expect(page.get_by_role("button", name="Take away")).to_be_focused()
