"""The page that the server gives out, in a real browser: it plays, and its numbers are the engine's."""

import re

import numpy as np
import pytest

from clearprop.lab.assets import STATIC
from clearprop.lab.protocol import Preset, Settings
from clearprop.lab.session import Session

from .built_page import need_page
from .opened_page import Kept, expect
from .serving import running


@pytest.fixture
def sessions():
    return Kept(data=Preset(name="moons"), seed=3)


@pytest.fixture
def opened(sessions, visit):
    with running(sessions) as server:
        visit.server = server
        visit.page.goto(server.address)
        expect(visit.page.get_by_role("button", name="Play", exact=True)).to_be_visible()
        yield visit


def epoch(page):
    return int(page.locator(".is-epoch dd").inner_text().replace(",", "").replace("\u202f", ""))


def button(page, name):
    return page.get_by_role("button", name=re.compile(name))


def test_it_loads_with_no_complaint_and_shows_no_token(opened):
    assert opened.page.url == f"http://127.0.0.1:{opened.server.guard.port}/"
    assert opened.server.guard.token not in opened.page.content()
    assert opened.page.evaluate("document.cookie") == ""
    assert opened.complaints == []


def test_it_plays_pauses_and_goes_back(opened, sessions):
    page = opened.page
    button(page, "^Play").click()
    expect(page.locator(".is-epoch dd")).not_to_have_text("0")
    button(page, "^Pause").click()
    expect(button(page, "^Play")).to_be_visible()
    button(page, "^Rewind").click()
    expect(page.locator(".is-epoch dd")).to_have_text("0")
    start = Session(None, Settings(**sessions.settings)).state.network.parameters
    np.testing.assert_array_equal(sessions.network.parameters, start)
    assert opened.complaints == []


def numbers_of_stage(page):
    """What the table behind the network has: text by row."""
    page.get_by_label("The network").get_by_role("button", name="As a table").click()
    rows = page.get_by_label("The network").get_by_role("row").all()
    return [row.inner_text() for row in rows]


def test_its_numbers_are_the_engines(opened, sessions):
    page = opened.page
    button(page, "^Step forward").click()
    expect(page.locator(".is-epoch dd")).to_have_text("1")
    texts = re.findall(r"[-\u2212]?\d+\.\d+", " ".join(numbers_of_stage(page)))
    shown = [float(text.replace("\u2212", "-")) for text in texts]
    network, live = sessions.network, sessions.made[-1].state
    trace = network.forward(live.inputs[live.row : live.row + 1])
    for number in np.concatenate([a[0] for a in trace.a]):
        assert np.isclose(shown, number, atol=0.006).any(), (number, shown)
    y, p = live.targets[live.trained], network.predict(live.inputs[live.trained])
    loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
    expect(page.locator(".cp-figure", has_text="Loss").first.locator("dd")).to_have_text(f"{loss:.4f}")


def test_a_reload_finds_the_session_again(opened, sessions):
    page = opened.page
    for number in (1, 2):
        button(page, "^Step forward").click()
        expect(page.locator(".is-epoch dd")).to_have_text(str(number))
    page.reload()
    expect(page.locator(".is-epoch dd")).to_have_text("2")
    assert len(sessions.made) == 1


def test_a_page_whose_server_has_gone_says_so_and_finds_another(sessions, visit):
    with running(sessions) as server:
        visit.page.goto(server.address)
        expect(visit.page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    expect(visit.page.get_by_role("alert").filter(has_text="clearprop lab")).to_be_visible()


def test_a_second_tab_takes_the_session_over(opened, sessions):
    other = opened.page.context.new_page()
    other.goto(opened.page.url)
    expect(other.get_by_role("button", name="Play", exact=True)).to_be_visible()
    assert len(sessions.made) == 2  # each tab has a session of its own
    name = opened.page.evaluate("sessionStorage.getItem('clearprop-lab-session')")
    other.evaluate("name => sessionStorage.setItem('clearprop-lab-session', name)", name)
    other.reload()
    expect(opened.page.get_by_role("alert").filter(has_text="another tab")).to_be_visible()
    assert len(sessions.made) == 2


def test_another_site_gets_nothing(opened, browser):
    """A page of another origin in the same browser, with the cookie there: neither files, nor socket, nor frame."""
    other = opened.page.context.new_page()
    other.route("http://localhost:1/**", lambda route: route.fulfill(body="<p>evil</p>", content_type="text/html"))
    other.goto("http://localhost:1/evil")
    own = f"127.0.0.1:{opened.server.guard.port}"
    seen = other.evaluate(
        """async (own) => {
            const socket = new Promise((done) => {
                const one = new WebSocket(`ws://${own}/socket?session=${"a".repeat(32)}`);
                one.onopen = () => done("open"); one.onerror = () => done("refused");
            });
            const read = fetch(`http://${own}/lab.js`, { credentials: "include" });
            const file = await read.then(() => "read", () => "refused");
            const script = new Promise((done) => {
                const one = document.createElement("script");
                one.type = "module"; one.src = `http://${own}/lab.js`;
                one.onload = () => done("run"); one.onerror = () => done("refused");
                document.head.append(one);
            });
            return [await socket, file, await script];
        }""",
        own,
    )
    assert seen == ["refused", "refused", "refused"]


def test_the_bundle_is_small():
    need_page()
    assert sum((STATIC / name).stat().st_size for name in ("lab.js", "lab.css")) <= 1_000_000
