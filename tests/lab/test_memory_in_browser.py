"""However long it trains, the page keeps no more of it: elements, listeners and the heap stay as many and as large."""

import re

from clearprop.lab.protocol import LayerChoice, Preset, Settings

from .opened_page import expect

SETTINGS = Settings(
    data=Preset(name="moons", rows=100), layers=[LayerChoice(units=4)], batch_size=0, epochs=1_000_000, seed=1
)
EPOCH = "() => Number(document.querySelector('.is-epoch dd').textContent.replace(/\\D/g, ''))"


def counted(session):
    """After a collection: elements, listeners, and megabytes of the heap."""
    session.send("HeapProfiler.collectGarbage")
    found = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    return found["Nodes"], found["JSEventListeners"], found["JSHeapUsedSize"] / 2**20


def train(page, more):
    """Let it run until so many more epochs have passed, and pause."""
    page.get_by_role("button", name="Play", exact=True).click()
    start = page.evaluate(EPOCH)
    page.wait_for_function(f"least => ({EPOCH})() >= least", arg=start + more)
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()


def test_memory_stays_flat(open_page):
    with open_page(SETTINGS) as opened:
        page = opened.page
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable")
        opened.named("W1[1,1]").first.focus()
        page.keyboard.press("Enter")
        expect(opened.one(".cp-why-lines")).to_be_visible()
        train(page, 1_500)  # by then the curve has all the points that it is ever drawn with
        before = counted(session)
        for _ in range(3):
            train(page, 1_500)
            page.get_by_role("button", name=re.compile("^Step back")).click()
        after = counted(session)
        assert after[0] < 1.15 * before[0]
        assert after[1] < 1.15 * before[1]
        assert after[2] < before[2] + 1
