"""What a browser makes of the built site: a page of each kind in light and dark, wide and narrow; and its search."""

import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from searches import SEARCHES
from tests.browsing import chromium, visiting
from tests.outside import import_playwright, missing

AXE = Path(__file__).resolve().parents[2] / "src/clearprop/lab/frontend/node_modules/axe-core/axe.min.js"
# One of each kind.
PAGES = [
    "index.html",
    "learn/index.html",
    "learn/one-hidden-layer.html",
    "back-propagation.html",
    "lessons/xor.html",
    "do/a-search.html",
    "gallery/index.html",
    "gallery/tables/plot_missing_and_categories.html",
    "reference/index.html",
    "reference/api/index.html",
    "reference/api/generated/clearprop.MLPClassifier.html",
    "reference/api/generated/clearprop.activations.Gelu.html",
    "reference/formulas.html",
    "reference/command-line.html",
    "reference/glossary.html",
    "benchmarks-peers.html",
    "scaling.html",
    "genindex.html",
    "search.html?q=dropout",
]
REPLAY = "learn/one-hidden-layer.html"
NARROW, WIDE = 320, 1280
# By the rules that hold whatever a table says; the list of all pages is looked at once.
VIOLATIONS = """async (left_out) => (await axe.run(
    { exclude: left_out },
    { resultTypes: ["violations"], iframes: false, rules: { "empty-table-header": { enabled: false } } },
)).violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 120)}`))"""
LIST = ".bd-sidebar-primary"
# By how much the page is wider than the window, or what stands in a part of it than the part, which would scroll.
OVER = """Math.max(
    ...[document.documentElement, ...document.querySelectorAll("main, main > *, .bd-article-container, article")]
    .map((one) => one.scrollWidth - one.clientWidth))"""
# Another search in the page of searches, whose first result stands there at once.
FIRST = """(words) => {
    history.replaceState(null, "", `?q=${encodeURIComponent(words)}`);
    document.getElementById("search-results").replaceChildren();
    Search.performSearch(words);
    return document.querySelector("ul.search li > a")?.getAttribute("href") ?? "nothing";
}"""
UNREADABLE = """(formulas) => formulas.flatMap((one) => {
    try { katex.renderToString(one, { throwOnError: true, strict: "ignore" }); return []; }
    catch (error) { return [`${one.slice(0, 80)}: ${error.message.slice(0, 160)}`]; }
})"""


class Files(SimpleHTTPRequestHandler):
    """The site's files, without a line for each that was asked for."""

    def log_message(self, *arguments):
        """Nothing."""


@contextmanager
def served(site):
    """The site at an address of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Files, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


def browsed(site, pages):
    """A sentence for everything that is wrong; where there is no browser, that it was not looked at."""
    try:
        if not AXE.exists():
            missing("axe-core, which npm brings,")
        with chromium() as browser, served(site) as address:
            return [
                *(fault for scheme in ("light", "dark") for fault in looked_at(browser, address, scheme)),
                *searched(browser, address),
                *typeset(browser, address, pages),
            ]
    except pytest.skip.Exception as skipped:
        print(f"{skipped}: no page was looked at in a browser")
        return []


def looked_at(browser, address, scheme):
    """A page of each kind: no wider than the window, readable to all, without complaint and from here alone."""
    with visiting(browser, color_scheme=scheme) as visit:
        page = visit.page
        for name in PAGES:
            page.set_viewport_size({"width": NARROW, "height": 900})
            page.goto(address + name)
            if "?" in name:
                page.wait_for_selector("ul.search li p.context")
            if (over := page.evaluate(OVER)) > 0:
                yield f"{name} is {over} pixels wider than {NARROW}"
            page.set_viewport_size({"width": WIDE, "height": 900})
            page.evaluate(AXE.read_text(encoding="utf-8"))
            left_out = ["iframe"] if name == "reference/index.html" else ["iframe", LIST]
            yield from (f"{name} in {scheme}: {one}" for one in page.evaluate(VIOLATIONS, left_out))
            if page.locator("html").get_attribute("data-theme") != scheme:
                yield f"{name} is not {scheme} where the reader has it {scheme}"
        if scheme == "light":
            yield from played(page, address)
        yield from (f"a page says in {scheme}: {one}" for one in visit.complaints)


def played(page, address):
    """The replay in a page can be played."""
    page.goto(address + REPLAY)
    page.locator("iframe.replay").scroll_into_view_if_needed()
    frame = page.frame_locator("iframe.replay")
    shown, button = frame.locator("body"), frame.get_by_role("button", name="Play").first
    button.wait_for()
    before = shown.inner_text()
    button.click()
    try:
        import_playwright().expect(shown).not_to_have_text(before, use_inner_text=True)
    except AssertionError:
        yield f"{REPLAY}: its replay does not move"


def searched(browser, address):
    """What is found first for what newcomers type."""
    with visiting(browser) as visit:
        visit.page.goto(f"{address}search.html?q=network")
        visit.page.wait_for_selector("ul.search li > a")
        # Each result has its page fetched, of which nothing is needed here.
        visit.page.evaluate("() => { window.fetch = () => new Promise(() => {}); }")
        for words, expected in SEARCHES.items():
            leads = visit.page.evaluate(FIRST, words)
            if leads.partition("#")[0] != f"{expected}.html":
                yield f"a search for {words!r} finds {leads} first, not {expected}.html"


def typeset(browser, address, pages):
    """Every formula of every page is one that KaTeX reads."""
    formulas = {
        text[2:-2]
        for page in pages.values()
        for text in page.formulas
        if text[:2] in (r"\(", r"\[") and text[-2:] in (r"\)", r"\]")
    }
    with visiting(browser) as visit:
        visit.page.goto(f"{address}reference/formulas.html")
        visit.page.wait_for_function("typeof katex === 'object'")
        yield from (f"a formula is not typeset: {one}" for one in visit.page.evaluate(UNREADABLE, sorted(formulas)))
    if not formulas:
        yield "no page has a formula"
