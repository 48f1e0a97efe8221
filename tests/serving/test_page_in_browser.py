"""The page in a real browser: a row is tried without any script, and names like markup are text."""

import pytest

from clearprop.serving.served import ServedTable, served

from ..browsing import visiting
from ..outside import import_playwright
from . import models


def expect(*what):
    return import_playwright().expect(*what)


@pytest.fixture
def visit(browser):
    with visiting(browser, java_script_enabled=False) as one:
        yield one


def test_a_row_is_tried(visit, server, client):
    page = visit.page
    page.goto(server.address)
    assert page.url == f"{server.guard.root}/"
    expect(page.get_by_role("heading", name="y", exact=True)).to_be_visible()
    page.get_by_label("length").fill("4.1")
    page.get_by_label("colour").select_option("red")
    page.get_by_label("picked").select_option("True")
    page.get_by_label("day").fill("")
    page.get_by_role("button", name="Predict").click()
    said = client.predict({"length": 4.1, "colour": "red", "picked": True, "day": None})
    answer = page.get_by_role("status", name="The answer")
    expect(answer).to_contain_text(f"y {said['predicted'][0]}")
    for label, (value,) in said["probabilities"].items():
        expect(answer.get_by_role("row", name=label)).to_contain_text(f"{100 * value:.1f} %")
    expect(answer).to_contain_text("1 cell is missing, and none was in training")
    assert page.get_by_label("length").input_value() == "4.1"
    assert page.get_by_label("colour").input_value() == "red"
    assert page.url == f"{server.guard.root}/"
    assert visit.complaints == []


def test_a_cell_that_cannot_be_taken_is_told_and_kept(visit, server):
    page = visit.page
    page.goto(server.address)
    page.get_by_label("length").fill("long")
    page.get_by_role("button", name="Predict").click()
    wrong = page.get_by_role("alert", name="What is wrong")
    expect(wrong).to_contain_text("column 'length': 'long' is no number, as in training")
    page.get_by_label("length").fill("2")
    page.get_by_role("button", name="Predict").click()
    expect(page.get_by_role("status", name="The answer")).to_be_visible()
    expect(wrong).to_have_count(0)


def test_links_lead_to_what_programs_read(visit, server):
    page = visit.page
    page.goto(server.address)
    for name, text in {
        "health": '{"status":"ok"}',
        "the model": '"kind":"table"',
        "Description": '"openapi":"3.1',
    }.items():
        page.get_by_role("link", name=name).click()
        expect(page.locator("body")).to_contain_text(text)
        page.go_back()


def test_without_the_token_there_is_no_page(visit, server):
    visit.page.goto(server.guard.root)
    expect(visit.page.locator("body")).to_contain_text("The token is missing or wrong")
    assert visit.page.get_by_role("button").count() == 0


@pytest.fixture
def scripting(browser):
    with visiting(browser) as one:
        yield one


def test_names_like_markup_are_text(scripting, serving):
    page = scripting.page
    with serving(ServedTable(models.hostile().predictor_)) as server:
        page.goto(server.address)
        for _ in range(2):
            assert page.evaluate("window.evil ?? 'none'") == "none"
            assert page.locator("img").count() == 0
            assert page.locator("script").count() == 0
            assert "onerror" in page.inner_text("body")
            page.get_by_role("button", name="Predict").click()
        expect(page.get_by_role("status", name="The answer")).to_contain_text("window.evil='class'")
    assert scripting.complaints == []


def test_a_quantity_is_told(visit, serving, houses_model):
    with serving(served(houses_model)) as server:
        visit.page.goto(server.address)
        visit.page.get_by_label("size").fill("1e3")
        visit.page.get_by_role("button", name="Predict").click()
        expect(visit.page.get_by_role("status", name="The answer").get_by_role("heading")).to_contain_text("y ")


def test_of_very_many_columns_no_form_is_made(visit, serving):
    from clearprop import Network
    from clearprop.serving.served import ServedNetwork

    with serving(ServedNetwork(Network([500, 2, 1], rng=0))) as server:
        visit.page.goto(server.address)
        expect(visit.page.locator("main")).to_contain_text("Its 500 columns are too many for a form")
        expect(visit.page.locator("code")).to_contain_text("openapi.json")


def test_nothing_is_asked_of_a_page_of_another_port(scripting, server, serving, loaded):
    """Another port of this machine is of the same site, so that browsers send the cookie along."""
    with serving(loaded) as other:
        scripting.page.goto(server.address)
        scripting.page.goto(other.address)
        said = scripting.page.evaluate(
            """async (root) => {
                const asked = [["/model", {}], ["/predict", {method: "POST", body: "{}"}]].map(([path, how]) =>
                    fetch(root + path, {credentials: "include", ...how}).then(() => "read", () => "refused"));
                return Promise.all(asked);
            }""",
            server.guard.root,
        )
    assert said == ["refused", "refused"]
