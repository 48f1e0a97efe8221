from contextlib import contextmanager

import pytest

import clearprop.lab.assets
from clearprop.lab.recording import Recording
from clearprop.lab.session import Session

from ..browsing import visiting
from .built_page import need_page
from .opened_page import SMALL, Opened
from .serving import running


@pytest.fixture(autouse=True)
def as_many_epochs_as_are_asked_for(monkeypatch):
    """Who gives a training the most time there is has all of them, on a busy machine, too."""
    run_for = Recording.run_for
    monkeypatch.setattr(
        Recording, "run_for", lambda self, seconds, *most: run_for(self, 1e9 if seconds >= 1 else seconds, *most)
    )


@pytest.fixture
def page(tmp_path, monkeypatch):
    """A front end that does nothing, where the real one may not be built."""
    (tmp_path / "lab.js").write_text("export const nothing = 0;\n")
    (tmp_path / "lab.css").write_text("main { color: black }\n")
    monkeypatch.setattr(clearprop.lab.assets, "STATIC", tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def browser(browser):
    """The browser, where the page was built."""
    need_page()
    return browser


@pytest.fixture
def visit(browser):
    """A page of it, from which nothing may have left this machine."""
    with visiting(browser) as one:
        yield one


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
