"""How the page is laid out: nothing is cut off or lies upon another, and what was asked for comes into sight."""

import re

import pytest

from clearprop.lab.protocol import LayerChoice, Preset, Settings

from .opened_page import expect

# Of all that is seen in these places: what is wider than its box, and what lies upon its neighbour.
CUT_OR_OVERLAPPED = """(places) => {
    const seen = (one) => one.getClientRects().length > 0 && getComputedStyle(one).visibility !== "hidden";
    const found = [];
    for (const place of places) {
        const parts = [...document.querySelectorAll(place)].filter(seen);
        for (const one of parts) {
            const { left, right, top, bottom } = one.getBoundingClientRect(), { scrollWidth, clientWidth } = one;
            if (clientWidth && scrollWidth > clientWidth + 1) found.push(`cut: ${place} ${one.textContent}`);
            if (left < -0.5 || right > innerWidth + 0.5) found.push(`beyond the page: ${place} ${one.textContent}`);
            for (const other of parts) {
                if (other === one || one.contains(other) || other.contains(one)) continue;
                const box = other.getBoundingClientRect();
                const isBeside = box.left >= right - 1 || box.right <= left + 1;
                const isAbove = box.top >= bottom - 1 || box.bottom <= top + 1;
                if (!isBeside && !isAbove) found.push(`overlap: ${one.textContent} and ${other.textContent}`);
            }
        }
    }
    return found;
}"""
PLACES = [
    ".cp-head h1, .cp-head-tools .cp-button, .cp-head-tools .cp-switch, .cp-head-tools select",
    ".cp-transport-buttons button, .cp-transport .cp-segments label, .cp-speed select, .cp-figure:not([hidden])",
    ".cp-phases li",
    ".cp-stage > header h2, .cp-stage > header label, .cp-stage > header .cp-button",
    ".cp-plane > header h2, .cp-plane > header .cp-button, .cp-loss-chart > header h2",
]
HEADINGS = """() => {
    const headings = [...document.querySelectorAll(".cp-heading")];
    const boxes = headings.map((one) => [one.textContent, one.getBoundingClientRect()]);
    const stage = document.querySelector(".cp-stage-box").getBoundingClientRect();
    return boxes.filter(([, { left, right }], at) => right > stage.right + 1 || left < stage.left - 1
        || (at > 0 && boxes[at - 1][1].right > left)).map(([text]) => text);
}"""


@pytest.mark.parametrize("projector", [False, True], ids=["usual", "projector"])
@pytest.mark.parametrize("width", [1440, 1180, 1024, 800, 600, 390, 320])
def test_nothing_is_cut_off_or_lies_upon_another(open_page, width, projector):
    settings = Settings(layers=[LayerChoice(units=4), LayerChoice(units=2)])
    with open_page(settings, viewport={"width": width, "height": 800}) as opened:
        page = opened.page
        if projector:
            page.get_by_role("switch", name="Projector").check()
            expect(opened.one(".cp")).to_have_attribute("data-projector", "true")
        page.evaluate("document.fonts.ready")
        page.evaluate("new Promise(requestAnimationFrame)")
        assert page.evaluate(CUT_OR_OVERLAPPED, PLACES) == []
        assert page.evaluate(HEADINGS) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_at_the_projector_the_network_has_the_page_and_settings_stand_below(open_page):
    with open_page(viewport={"width": 1440, "height": 900}) as opened:
        before = opened.one(".cp-centre").bounding_box()
        opened.page.get_by_role("switch", name="Projector").check()
        opened.page.wait_for_function("document.querySelector('.cp-rail').getBoundingClientRect().left < 30")
        after, rail = opened.one(".cp-centre").bounding_box(), opened.one(".cp-rail").bounding_box()
        assert after["width"] > before["width"] + 150
        assert rail["y"] >= after["y"] + after["height"]


@pytest.mark.parametrize("key", [None, "Enter"], ids=["click", "keyboard"])
@pytest.mark.parametrize("size", [(1280, 640), (390, 700)], ids=["a low window", "a telephone"])
def test_what_is_clicked_is_derived_in_sight_and_its_path_is_not_hidden(open_page, size, key):
    with open_page(viewport=dict(zip(("width", "height"), size, strict=True))) as opened:
        bias = opened.named("b2[1]", ".cp-bias")
        if key:
            bias.focus()
            opened.page.keyboard.press(key)
        else:
            bias.click()
        lines = opened.one(".cp-why-lines")
        expect(lines).to_be_in_viewport(ratio=0.99)
        expect(opened.one(".cp-loss-node")).to_be_in_viewport()
        expect(opened.one(".cp-tooltip")).to_have_count(0)
        assert opened.page.evaluate("document.activeElement.dataset.name") == "b2[1]"


def test_a_lesson_that_chooses_a_number_stays_where_it_is(open_page):
    with open_page(viewport={"width": 1280, "height": 640}) as opened:
        opened.page.get_by_role("button", name="Lessons").click()
        opened.page.get_by_role("button", name=re.compile("^The article's network")).click()
        expect(opened.one(".cp-why-lines")).to_be_attached()
        expect(opened.page.get_by_role("region", name=re.compile("^Lesson:"))).to_be_in_viewport()


@pytest.mark.parametrize(
    ("name", "amounts"),
    [
        ("circles", {"Rows", "Noise", "Seed of the data"}),
        ("and", set()),
        ("article", set()),
        ("iris", {"Rows", "Seed of the data"}),
    ],
)
def test_of_a_data_set_that_is_given_there_is_nothing_to_set(open_page, name, amounts):
    with open_page(Settings(data=Preset(name=name), layers=[LayerChoice(units=2)])) as opened:
        found = {
            label
            for label in ("Rows", "Noise", "Seed of the data")
            if opened.page.get_by_label(label, exact=True).count()
        }
        assert found == amounts


def test_on_a_narrow_page_the_metric_is_shown_with_and_without_batches(open_page):
    for batch_size in (0, 16):
        settings = Settings(data=Preset(name="moons", rows=60), layers=[], batch_size=batch_size)
        with open_page(settings, viewport={"width": 390, "height": 800}) as opened:
            expect(opened.one(".cp-figure dt >> visible=true")).to_have_text(["Epoch", "Loss", "Held-out accuracy"])


def test_classes_that_are_drawn_are_chosen_by_their_signs(opened):
    opened.choose("Draw")
    classes = opened.page.get_by_role("group", name="Class of the next point")
    paths = classes.locator("path").evaluate_all("all => all.map((one) => one.getAttribute('d'))")
    assert len(set(paths)) == 5


def test_the_tours_end_is_where_one_begins(open_page):
    with open_page() as opened:
        opened.page.get_by_role("button", name="Help", exact=True).click()
        opened.page.get_by_role("button", name="Take the tour").click()
        tour = opened.page.get_by_role("dialog", name=re.compile("^Tour:"))
        for number in range(2, 6):
            tour.get_by_role("button", name="Next").click()
            expect(tour).to_contain_text(f"{number} of 5")
        tour.get_by_role("button", name="Begin").click()
        expect(tour).to_have_count(0)
