"""A real browser, in which the page is used: Chromium without a window, and a watch on what it asks of whom."""

from contextlib import contextmanager
from urllib.parse import urlsplit

from .outside import import_playwright, program

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A process less for each page, which would stand by for another that does not come.
    "--renderer-process-limit=1",
    # Were something asked of elsewhere, it would not be found; and the test fails, see `Visit`.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
HERE = {"127.0.0.1", "localhost"}


class Visit:
    """A page, and what it asked for and complained of."""

    def __init__(self, context):
        self.asked, self.complaints = [], []
        context.on("request", lambda request: self.asked.append(request.url))
        self.page = context.new_page()
        self.page.on("websocket", lambda socket: self.asked.append(socket.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._said)

    def _said(self, message):
        if message.type == "error":
            self.complaints.append(message.text)

    @property
    def asked_of_elsewhere(self):
        """What did not stay on this machine."""
        parts = [urlsplit(url) for url in self.asked]
        return [
            part.geturl()
            for part in parts
            if part.scheme not in ("data", "blob", "file", "about") and part.hostname not in HERE
        ]


@contextmanager
def chromium():
    """The browser; a process can have one at a time."""
    path = program("Chromium", "chromium", "chromium-browser", "google-chrome")
    playwright = import_playwright()
    playwright.expect.set_options(timeout=60_000)
    with playwright.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def visiting(browser, **settings):
    """A visit that leaves no cookie behind; afterwards nothing may have been asked of elsewhere."""
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}} | settings)
    context.set_default_timeout(60_000)
    visit = Visit(context)
    try:
        yield visit
        assert visit.asked
        assert visit.asked_of_elsewhere == []
    finally:
        context.close()
