"""The file that replays a training, opened from disk in a real browser: no server, no request, the recorded numbers."""

import re

import pytest

from clearprop import Lab
from clearprop.lab.protocol import Explain, Tick

from .built_page import need_page
from .opened_page import expect

EPOCHS = 6


@pytest.fixture(scope="module")
def lab():
    return Lab(data="xor_points", layers=[2], learning_rate=0.1, seed=1)


@pytest.fixture(scope="module")
def path(lab, tmp_path_factory):
    need_page()
    path = tmp_path_factory.mktemp("replay") / "replay.html"
    lab.to_html(path, epochs=EPOCHS)
    return path


@pytest.fixture
def opened(visit, path):
    visit.page.goto(path.as_uri())
    expect(visit.page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    return visit


def epoch(page):
    return page.locator(".is-epoch dd")


def test_the_lab_itself_stays_where_it_is(lab, path):
    assert repr(lab).endswith("epoch 0")


def test_it_asks_for_nothing_and_complains_of_nothing(opened, path):
    assert opened.asked == [path.as_uri()]
    assert opened.complaints == []


def test_no_other_script_runs_in_it(opened):
    page = opened.page
    assert page.evaluate("document.querySelectorAll('script:not([type=\"application/gzip\"])').length") == 1
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.evil = 1\">')")
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), { text: 'window.evil = 2' }))")
    page.evaluate("new Promise(requestAnimationFrame)")
    assert page.evaluate("window.evil ?? 0") == 0


def test_it_holds_the_licences_of_the_fonts_and_programs_in_it(path):
    text = path.read_text(encoding="utf-8")
    for owner in ("The Inter Project Authors", "SIL OPEN FONT LICENSE", "Khan Academy", "Jason Miller", "Leon Sorokin"):
        assert owner in text.partition("-->")[0], owner


def test_it_plays_to_the_end_of_the_recording_and_rewinds(opened, lab):
    page = opened.page
    page.get_by_role("button", name="Play", exact=True).click()
    expect(epoch(page)).to_have_text(str(EPOCHS))
    frame, _ = lab.session.anew().answer(Tick(budget=1_000, most=EPOCHS))
    expect(page.locator(".cp-figure", has_text="Loss").first.locator("dd")).to_have_text(f"{frame.loss:.4f}")
    expect(page.get_by_text("The recording ends here")).to_be_visible()
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    page.get_by_role("button", name=re.compile("^Rewind")).click()
    expect(epoch(page)).to_have_text("0")


def test_it_steps_epochs_forwards_and_back(opened):
    page = opened.page
    for name, expected in (("Step forward", "1"), ("Step forward", "2"), ("Step back", "1")):
        page.get_by_role("button", name=re.compile(f"^{name}")).click()
        expect(epoch(page)).to_have_text(expected)


def as_shown(number):
    return f"{number:.10f}".replace("-", "\u2212")


def test_a_click_on_a_bias_derives_its_gradient(opened, lab):
    page = opened.page
    page.locator('[data-name="b1[1]"]').first.click()
    derivation, _ = lab.session.anew().answer(Explain(name="b1[1]"))
    expect(page.get_by_role("region", name="Derivation")).to_contain_text(
        f"{derivation.value:.10f}".replace("-", "\u2212")
    )
    page.get_by_role("button", name=re.compile("^Step forward")).click()
    expect(epoch(page)).to_have_text("1")
    session = lab.session.anew()
    session.answer(Tick(budget=1_000, most=1))
    derivation, _ = session.answer(Explain(name="b1[1]"))
    expect(page.get_by_role("region", name="Derivation")).to_contain_text(
        f"{derivation.value:.10f}".replace("-", "\u2212")
    )


def test_the_first_row_is_stepped_by_operation(opened):
    page = opened.page
    page.get_by_role("radio", name="Operation").check()
    for number in (1, 2, 3):
        page.get_by_role("button", name=re.compile("^Step forward")).click()
        expect(page.get_by_text(f"operation {number} of")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Step back")).click()
    expect(page.get_by_text("operation 2 of")).to_be_visible()
