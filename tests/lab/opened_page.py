"""A page that is open, what it shows, and the session behind it."""

import base64

import numpy as np

from clearprop.lab.protocol import LayerChoice, Preset, Settings
from clearprop.lab.session import Session

from ..outside import import_playwright
from .asking import look

SMALL = Settings(data=Preset(name="moons", rows=60), layers=[LayerChoice(units=3)], batch_size=16, seed=1)


def expect(*what):
    """Playwright's; a test that has it must have the browser too."""
    return import_playwright().expect(*what)


class Kept:
    """Sessions that the test can look into."""

    def __init__(self, **settings):
        self.settings, self.made = settings, []

    def __call__(self):
        self.made.append(Session(None, Settings(**self.settings)))
        return self.made[-1]

    @property
    def live(self):
        return self.made[-1].state

    @property
    def network(self):
        return self.live.network


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
        """A canvas as numbers (height, width, 4); a list of a million of them would take many seconds."""
        height, width, text = self.one(selector).evaluate(
            """canvas => { const { width, height } = canvas;
                const { data } = canvas.getContext("2d").getImageData(0, 0, width, height), some = 8192;
                let text = "";
                for (let at = 0; at < data.length; at += some)
                    text += String.fromCharCode(...data.subarray(at, at + some));
                return [height, width, btoa(text)]; }"""
        )
        return np.frombuffer(base64.b64decode(text), np.uint8).reshape(height, width, 4)
