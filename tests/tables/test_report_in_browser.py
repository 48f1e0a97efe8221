"""The report in a real browser: light, dark, narrow and printed, nothing runs over, nothing is asked of anyone."""

import numpy as np
import pytest

from clearprop.lab.assets import STATIC
from clearprop.plots import DecisionBoundaryDisplay
from clearprop.tables.report import write_report

from ..browsing import visiting
from ..outside import missing
from .reported import of_many_classes, of_many_columns, of_table

AXE = STATIC.parent / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
VIOLATIONS = """async () => (await axe.run(document, { resultTypes: ["violations"] })).violations.flatMap(
    ({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 200)}: ${node.failureSummary}`))"""
# What sticks out of the page or of the cell, section or frame that it stands in, those that scroll left aside.
STICKING_OUT = """() => [...document.querySelectorAll("main *, header *")].filter((one) => {
    if (one.closest(".wide, svg, .hidden") || !one.getClientRects().length) return false;
    const { left, right } = one.getBoundingClientRect();
    const box = one.closest("section, header").getBoundingClientRect();
    const runsOver = one.matches("th, td, p, li") && one.scrollWidth > one.clientWidth + 1;
    return runsOver || right > box.right + 1 || left < box.left - 1;
}).map((one) => one.outerHTML.slice(0, 200))"""


def plane():
    points = np.random.default_rng(0).normal(size=(30, 2))
    return DecisionBoundaryDisplay.from_function(lambda p: p[:, 0], points, points[:, 0], ("a", "b"), None, side=20)


CASES = {
    "classes": lambda: of_table("cancer"),
    "quantities": lambda: of_table("diabetes", boundary=plane()),
    "some classes": lambda: of_many_classes(25, 500),
    "many classes": lambda: of_many_classes(70, 500),
    "many columns": lambda: of_many_columns(120),
}


@pytest.fixture(scope="module", params=CASES)
def page(request, browser, tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "r.html"
    write_report(path, CASES[request.param]())
    with visiting(browser) as visit:
        visit.page.goto(path.as_uri())
        visit.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        yield visit.page
        assert visit.asked == [path.as_uri()]
        assert visit.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1000, 360])
def test_nothing_runs_over(page, scheme, width):
    page.emulate_media(color_scheme=scheme, media="screen")
    page.set_viewport_size({"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(STICKING_OUT) == []
    assert page.evaluate("[...document.querySelectorAll('figure svg')].every((one) => one.clientWidth > 250)")


def test_axe_finds_nothing(page):
    if not AXE.exists():
        missing("axe-core, which npm brings,")
    page.set_viewport_size({"width": 1000, "height": 900})
    page.evaluate(AXE.read_text())
    found = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, media="screen")
        found[scheme] = page.evaluate(VIOLATIONS)
    assert found == {"light": [], "dark": []}


def test_print(page):
    """In a dark page, too, on white; nothing wider than the paper (A4 with margins of 14 mm is 688 wide)."""
    page.emulate_media(color_scheme="dark", media="print")
    page.set_viewport_size({"width": 688, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= 688
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(27, 31, 36)"
    assert page.evaluate(STICKING_OUT) == []
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_colours_of_pictures_change_with_the_page(page):
    colours = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, media="screen")
        colours.append(page.evaluate("getComputedStyle(document.querySelector('.picture text')).fill"))
    assert colours == ["rgb(27, 31, 36)", "rgb(230, 237, 243)"]
