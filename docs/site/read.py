"""What the files of the built site say: where links lead, what is loaded, and what is left of markup."""

import re
from collections import defaultdict
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADS = {"script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src", "link": "href"}
VERBATIM = {"pre", "code", "script", "style", "svg"}
# Tags that are never closed.
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# Markup that was not understood; a backtick begins and ends no word of a text.
LEFT = re.compile(r"`|\\[(\[a-z]|:(?:doc|ref|class|func|meth|obj|math):|\$[^$\s…]+\$|\{(?:code-cell|download|doc)\}")
# Pages that Sphinx writes by itself.
MADE = {"search.html", "genindex.html", "py-modindex.html"}
ROOT = Path(__file__).resolve().parents[2]


class Page(HTMLParser):
    """What a page links to, what it loads, which places in it have a name, its titles and its text."""

    def __init__(self, path):
        super().__init__()
        self.links, self.loads, self.names = [], [], set()
        self.language, self.title, self.headings, self.onward = "", "", 0, set()
        self.text, self.formulas = [], []
        self._open, self._main, self._verbatim, self._math = [], 0, 0, 0
        self.source = path.read_text(encoding="utf-8")
        self.feed(self.source)

    def handle_starttag(self, tag, attributes):
        """Take note of one tag."""
        given = dict(attributes)
        self.names.update(filter(None, (given.get("id"), given.get("name"))))
        kinds = set((given.get("class") or "").split())
        if tag not in VOID:
            self._open.append((tag, "math" in kinds))
            self._count(tag, "math" in kinds, 1)
        if tag == "html":
            self.language = given.get("lang", "")
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
            if self._main and not kinds & {"left-prev", "headerlink"}:
                self.onward.add(given["href"])
        if tag in LOADS and given.get(LOADS[tag]) and given.get("rel") != "canonical":
            self.loads.append(given[LOADS[tag]])
        self.headings += tag == "h1"

    def handle_endtag(self, tag):
        """Back to what is around it."""
        if tag in VOID:
            return
        while self._open:
            closed = self._open.pop()
            self._count(*closed, -1)
            if closed[0] == tag:
                return

    def _count(self, tag, math, by):
        self._main += by * (tag == "main")
        self._verbatim += by * (tag in VERBATIM)
        self._math += by * math

    def handle_data(self, text):
        """Words and formulas of the page; the title."""
        if self._open and self._open[-1][0] == "title" and not self._verbatim:
            self.title += text
        if self._math:
            self.formulas.append(text)
        elif self._main and not self._verbatim:
            self.text.append(text)


def pages_of(site):
    """Every page by its path; of replays, which are pages of the lab, there is a test."""
    paths = [path.resolve() for path in sorted(site.rglob("*.html"))]
    return {
        path: Page(path) for path in paths if path.relative_to(site.resolve()).parts[0] not in ("_static", "replays")
    }


def read(site, pages):
    """A sentence for everything that is wrong."""
    titles = defaultdict(list)
    for path, page in pages.items():
        where = path.relative_to(site.resolve())
        yield from (f"{where} {fault}" for fault in (*loads(page), *links(path, page, pages), *shape(where, page)))
        titles[page.title].append(where.as_posix())
    for title, places in titles.items():
        if len(places) > 1:
            yield f"{' and '.join(places)} have one title, {title!r}"


def loads(page):
    """What comes from elsewhere."""
    for address in page.loads:
        if urlsplit(address).scheme not in ("", "data") or urlsplit(address).netloc:
            yield f"loads {address}: put it into the site"


def links(path, page, pages):
    """What leads nowhere."""
    for address in [*page.links, *page.loads]:
        parts = urlsplit(address)
        if parts.scheme not in ("", "file") or parts.netloc:
            continue
        if parts.scheme or parts.path.startswith("/"):
            yield f"links to {address}, which is a place of one machine"
            continue
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        if not target.exists():
            yield f"links to {address}, which is not there"
        elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].names:
            yield f"links to {address}, and the page has no such place"


def shape(where, page):
    """What a page lacks, and what is left in it of its making."""
    if not page.language:
        yield "does not say its language"
    if page.headings != 1:
        yield f"has {page.headings} headings of the first level, not one"
    if not page.title.partition(" — ")[0].strip():
        yield "has no title"
    if str(where) not in MADE and not any(urlsplit(one).path.endswith(".html") for one in page.onward):
        yield "has no way on"
    if str(ROOT) in page.source:
        yield f"names a folder of this machine, {ROOT}"
    for text in page.text:
        if found := LEFT.search(text):
            yield f"shows markup: {text[max(0, found.start() - 30) : found.end() + 30].strip()!r}"
