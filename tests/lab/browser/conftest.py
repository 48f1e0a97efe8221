"""The live page in a browser, and the session behind it."""

from contextlib import contextmanager

import numpy as np
import pytest

from clearprop.lab.protocol import LayerChoice, Preset, Settings
from clearprop.lab.session import Session

from ...outside import import_playwright
from ..asking import look
from ..browsing import visiting
from ..serving import running

SMALL = Settings(data=Preset(name="moons", rows=60), layers=[LayerChoice(units=3)], batch_size=16, seed=1)


class Opened:
    """A page, and what it shows the numbers of."""

    def __init__(self, visit, sessions):
        self.visit, self.page, self._sessions = visit, visit.page, sessions

    @property
    def live(self):
        return self._sessions[-1].state

    def look(self, **view):
        """A frame, and its arrays by name, as Python has them."""
        return look(self._sessions[-1], **{"row": self.live.row} | view)

    @property
    def network(self):
        return self.live.network

    def one(self, selector):
        return self.page.locator(selector)

    def named(self, name, kind=""):
        """What stands on the stage for a number."""
        return self.page.locator(f"{kind}[data-name='{name}']")

    def number(self, name):
        """A number as the stage has it."""
        return float(self.page.locator(f"[data-number='{name}']").first.text_content().replace("\u2212", "-"))

    def choose(self, label):
        self.page.get_by_role("radio", name=label, exact=True).check()

    def trace(self):
        """Both passes of the row that is looked at, by the engine."""
        row = slice(self.live.row, self.live.row + 1)
        trace = self.network.forward(self.live.inputs[row])
        return trace, self.network.backward(trace, self.live.targets[row])

    def pixels(self, selector):
        """A canvas as numbers (height, width, 4)."""
        made = self.one(selector).evaluate(
            """canvas => { const { width, height } = canvas;
                return [height, width, [...canvas.getContext("2d").getImageData(0, 0, width, height).data]]; }"""
        )
        return np.array(made[2]).reshape(made[0], made[1], 4)


@pytest.fixture
def open_page(browser):
    """`with open_page(settings) as opened`: afterwards the page must have had no complaint."""

    @contextmanager
    def opening(settings=SMALL, **context):
        sessions = []

        def make():
            sessions.append(Session(None, settings))
            return sessions[-1]

        with visiting(browser, **context) as visit, running(make) as server:
            visit.page.goto(server.address)
            visit.page.locator(".cp-drawing").wait_for()
            visit.page.keyboard.press("Escape")  # the tour
            yield Opened(visit, sessions)
            assert visit.complaints == []

    return opening


@pytest.fixture
def opened(open_page):
    with open_page() as page:
        yield page


@pytest.fixture(scope="session")
def expect():
    return import_playwright().expect
