"""The page in rough hands: clicked while it trains, cut off, resized, given odd numbers; and nothing breaks."""

import re

import numpy as np
import pytest

from clearprop.lab.links import fragment_of, settings_of
from clearprop.lab.protocol import LayerChoice, Preset, Settings

from .opened_page import Kept, expect
from .serving import running

EPOCH, OTHER_EPOCH = ".is-epoch dd", re.compile("^(?!0$)")


@pytest.fixture
def sessions():
    return Kept(data=Preset(name="moons", rows=60), layers=[LayerChoice(units=3)], seed=3)


@pytest.fixture
def opened(sessions, visit):
    with running(sessions) as server:
        visit.server = server
        visit.page.add_init_script("localStorage.setItem('clearprop-lab-tour', '1')")
        visit.page.goto(server.address)
        expect(visit.page.get_by_role("button", name="Play", exact=True)).to_be_visible()
        yield visit
    assert visit.complaints == []


@pytest.fixture
def page(opened):
    return opened.page


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def play(page):
    press(page, "Play")
    expect(page.locator(EPOCH)).to_have_text(OTHER_EPOCH)


def goes_on(page):
    """Training runs: the epoch becomes another one."""
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    expect(page.locator(EPOCH)).not_to_have_text(page.locator(EPOCH).inner_text())


def test_numbers_are_clicked_fast_while_it_trains(page):
    play(page)
    page.evaluate(
        """async () => {
            const all = [...document.querySelectorAll(".cp-centre [data-name][tabindex]")];
            for (let at = 0; at < 120; at += 1) {
                all[(7 * at) % all.length].dispatchEvent(new MouseEvent("click", { bubbles: true, detail: 1 }));
                await new Promise(requestAnimationFrame);
            }
        }"""
    )
    goes_on(page)


def test_settings_lessons_and_links_while_it_trains(page, sessions):
    play(page)
    page.get_by_role("tab", name="Training", exact=True).click()
    for name in ("sgd", "momentum", "adam"):
        page.get_by_label("Optimiser", exact=True).select_option(name)
    goes_on(page)
    page.get_by_role("tab", name="Network", exact=True).click()
    for _ in range(4):
        press(page, "Add a layer")
    expect(page.get_by_text("2 – 3 – 3 – 3 – 3 – 3 – 1")).to_be_visible()
    goes_on(page)
    press(page, "Lessons")
    page.get_by_role("button", name=re.compile("^One hidden layer")).click()
    expect(page.get_by_role("region", name=re.compile("^Lesson:"))).to_be_visible()
    assert np.isfinite(sessions.live.network.parameters).all()


def test_seeking_while_it_trains_pauses_there(page):
    play(page)
    box = page.locator(".cp-scrubber").bounding_box()
    page.mouse.move(box["x"] + box["width"] - 8, box["y"] + 20)
    page.mouse.down()
    for share in np.linspace(0.95, 0, 20):
        page.mouse.move(box["x"] + share * box["width"], box["y"] + 20)
    page.mouse.up()
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    expect(page.locator(EPOCH)).to_have_text("0")


def test_a_reload_while_it_trains_goes_on_there(page, sessions):
    play(page)
    page.reload()
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    expect(page.locator(EPOCH)).to_have_text(OTHER_EPOCH)
    assert len(sessions.made) == 1


def test_a_connection_that_is_cut_while_it_trains_is_found_again(opened, sessions):
    page = opened.page
    play(page)
    (seat,) = opened.server.seats.seats.values()
    stream = seat.page.ws_connection.stream
    stream.io_loop.add_callback(stream.close)
    expect(page.locator(".lab-connection")).to_be_visible()
    expect(page.locator(".lab-connection")).to_have_count(0)
    goes_on(page)
    assert len(sessions.made) == 1


def test_it_is_resized_while_it_trains(page):
    play(page)
    for width in (320, 1440, 500, 2200, 640, 320):
        page.set_viewport_size({"width": width, "height": 700})
    goes_on(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("grain", ["Operation", "Layer", "Sample", "Batch", "Epoch"])
def test_a_number_is_changed_at_every_grain(page, sessions, grain):
    page.get_by_role("radio", name=grain, exact=True).check()
    page.get_by_role("button", name=re.compile("^Step forward")).click()
    page.locator('.cp-centre [data-name="W1[1,1]"]').first.focus()
    page.keyboard.press("Enter")
    field = page.get_by_role("spinbutton", name="Change a number: W1[1,1]")
    field.fill("0.125")
    field.press("Enter")
    expect(page.locator(".cp-change output")).to_have_text("0.125")
    assert sessions.live.network.weights[0][0, 0] == 0.125
    for name in ("^Step forward", "^Step back"):
        page.get_by_role("button", name=re.compile(name)).click()
    expect(page.locator(".cp-change output")).to_have_text("0.125")


@pytest.mark.parametrize(
    ("typed", "said"),
    [("1e300", "Learning rate must be <= 1,000,000"), ("-1", "Learning rate must be > 0"), ("0", "must be > 0")],
)
def test_what_no_number_may_be_is_said_in_words(page, sessions, typed, said):
    page.get_by_role("tab", name="Training", exact=True).click()
    field = page.get_by_label("Learning rate", exact=True)
    field.fill(typed)
    field.press("Enter")
    expect(page.locator(".cp-rail .cp-error")).to_contain_text(said)
    assert sessions.live.training.learning_rate == 0.03


def test_it_is_broken_by_a_huge_weight_and_says_so(page):
    page.locator('.cp-centre [data-name="W2[1,1]"]').first.focus()
    page.keyboard.press("Enter")
    field = page.get_by_role("spinbutton", name="Change a number: W2[1,1]")
    field.fill("1e308")
    field.press("Enter")
    expect(field).to_have_value("1e+308")
    press(page, "Play")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    expect(page.locator(".cp-centre")).not_to_contain_text("NaN")


def test_all_controls_are_hidden_and_can_be_had_again(page):
    press(page, "For teachers")
    boxes = page.get_by_role("dialog", name="For teachers").get_by_role("checkbox")
    for box in boxes.all():
        box.uncheck()
    page.keyboard.press("Escape")
    for name in ("Play", "Lessons", "Take away"):
        expect(page.get_by_role("button", name=name, exact=True)).to_have_count(0)
    press(page, "For teachers")
    boxes.first.check()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()


# -- links -----------------------------------------------------------------------------------------------------------

SENT = fragment_of(Settings(data=Preset(name="xor", seed=5), layers=[LayerChoice(units=7)], learning_rate=0.25))


@pytest.mark.parametrize("pasted", [SENT, f"#{SENT}", f" http://127.0.0.1:1/#{SENT}\n"])
def test_a_link_that_was_sent_is_opened(page, sessions, pasted):
    press(page, "Take away")
    page.get_by_label("Open a link that you were sent").fill(pasted)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Take away")).to_have_count(0)
    assert (sessions.live.network.layer_sizes, sessions.live.training.learning_rate) == ((2, 7, 1), 0.25)


def test_a_link_that_is_none_is_said_and_all_stays(page, sessions):
    press(page, "Take away")
    page.get_by_label("Open a link that you were sent").fill("https://example.org/")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="this link cannot be read")).to_be_visible()
    assert sessions.live.network.layer_sizes == (2, 3, 1)


def test_a_link_in_the_address_of_an_open_page_is_opened(page, sessions):
    page.evaluate("link => { location.hash = link; }", SENT)
    page.get_by_role("tab", name="Network", exact=True).click()
    expect(page.get_by_text("2 – 7 – 1")).to_be_visible()


def test_a_link_is_taken_without_a_step_in_the_history_and_a_reload_goes_on(page, sessions):
    before = page.evaluate("history.length")
    press(page, "Take away")
    page.get_by_role("radio", name="Link").check()
    expect(page).to_have_url(re.compile("#1[.]"))
    page.keyboard.press("Escape")
    assert page.evaluate("history.length") == before
    page.get_by_role("button", name=re.compile("^Step forward")).click()
    expect(page.locator(EPOCH)).to_have_text("1")
    page.reload()
    expect(page.locator(EPOCH)).to_have_text("1")
    assert settings_of(page.url.partition("#")[2]).layers == [LayerChoice(units=3)]


# -- the plane -------------------------------------------------------------------------------------------------------


def test_of_several_outputs_one_is_shown_by_its_colour(page, sessions):
    press(page, "Lessons")
    page.get_by_role("button", name=re.compile("^The article's network")).click()
    expect(page.get_by_role("heading", name="What it answers")).to_be_visible()
    pixel = """() => {
        const canvas = document.querySelector(".cp-ground canvas");
        return [...canvas.getContext("2d").getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data.slice(0, 3)];
    }"""
    red, _, blue = page.evaluate(pixel)
    assert blue > red + 40  # both outputs answer with more than a half
    page.locator(".cp-plane-axes").get_by_label("Output").select_option(label="output 2")
    expect(page.locator(".cp-scale-name")).to_have_text("output 2")
    assert page.evaluate(pixel) != [red, _, blue]


def test_drawn_points_show_before_there_are_enough(page):
    page.get_by_role("radio", name="Draw").check()
    area = page.locator(".cp-plane-area")
    for place in (40, 80, 120):
        area.click(position={"x": place, "y": 60})
    expect(page.locator(".cp-pending")).to_have_count(3)
    expect(page.get_by_text("3 points: points of two classes are needed")).to_be_visible()


def test_a_number_that_is_dragged_goes_where_the_pointer_is(page, sessions):
    page.locator('.cp-centre [data-name="W1[1,1]"]').first.focus()
    page.keyboard.press("Enter")
    slider = page.get_by_role("slider", name="Drag W1[1,1]")
    box = slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, middle)
    page.mouse.down()
    for share in np.linspace(0.5, 1, 40):  # asked faster than it can be answered
        page.mouse.move(box["x"] + share * box["width"], middle)
    for _ in range(5):
        page.mouse.move(box["x"] + box["width"], middle)
    expect(page.locator(".cp-change output")).to_have_text("2.000")
    page.mouse.up()
    expect(page.locator(".cp-change output")).to_have_text("2.000")
    page.get_by_role("button", name=re.compile("^Step forward")).click()
    expect(page.locator(EPOCH)).to_have_text("1")
    assert sessions.live.network.weights[0][0, 0] < 4


def test_a_number_can_be_typed_while_it_trains(page, sessions):
    page.locator('.cp-centre [data-name="W1[1,1]"]').first.focus()
    page.keyboard.press("Enter")
    field = page.get_by_role("spinbutton", name="Change a number: W1[1,1]")
    expect(field).to_be_visible()
    play(page)
    before = page.locator(EPOCH).inner_text()
    field.press("Control+a")
    page.keyboard.type("12")
    expect(page.locator(EPOCH)).not_to_have_text(before)
    page.keyboard.type("5.5")
    page.keyboard.press("Enter")
    expect(page.locator(".cp-change output")).to_have_text(re.compile("^12[0-9]"))
    assert 100 < sessions.live.network.weights[0][0, 0] < 150
