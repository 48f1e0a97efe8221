"""The check of the built site, on sites of two pages that have one fault each."""

import importlib
import sys
from pathlib import Path

import pytest

SITE = Path(__file__).parents[2] / "docs" / "site"
HEAD = '<html lang="en"><head><title>{title} — clearprop</title></head><body><main>'
WHOLE = HEAD + '<h1 id="top">{title}</h1><p>a</p><a href="other.html#there">on</a></main></body></html>'
OTHER = HEAD.format(title="Other") + '<h1 id="there">Other</h1><a href="index.html">on</a></main></body></html>'
INDEX = WHOLE.format(title="Index")


@pytest.fixture(scope="module")
def read():
    sys.path.insert(0, str(SITE))
    yield importlib.import_module("read")
    sys.path.remove(str(SITE))


def faults(read, folder, index, other=OTHER):
    (folder / "index.html").write_text(index, encoding="utf-8")
    (folder / "other.html").write_text(other, encoding="utf-8")
    return list(read.read(folder, read.pages_of(folder)))


def test_a_whole_site_has_no_fault(read, tmp_path):
    assert faults(read, tmp_path, INDEX) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("other.html#there", "gone.html", "links to gone.html, which is not there"),
        ("other.html#there", "other.html#gone", "links to other.html#gone, and the page has no such place"),
        ("<p>a</p>", '<a href="#id1">x</a>', "links to #id1, and the page has no such place"),
        ("<p>a</p>", '<a href="/index.html">x</a>', "links to /index.html, which is a place of one machine"),
        ("<p>a</p>", '<a href="file:///tmp/x">x</a>', "links to file:///tmp/x, which is a place of one machine"),
        ("<p>a</p>", '<img src="gone.png">', "links to gone.png, which is not there"),
        ("<p>a</p>", '<script src="https://cdn.org/x.js"></script>', "loads https://cdn.org/x.js: put it into"),
        ("<p>a</p>", '<script src="//cdn.org/x.js"></script>', "loads //cdn.org/x.js: put it into"),
        ('<a href="other.html#there">on</a>', "", "has no way on"),
        ('<a href="o', '<a class="left-prev" href="o', "has no way on"),
        ("<p>a</p>", "<h1>b</h1>", "has 2 headings of the first level, not one"),
        ('<html lang="en">', "<html>", "does not say its language"),
        ("<title>Index — clearprop", "<title> — clearprop", "has no title"),
        ("<p>a</p>", "<p>$x^2$</p>", "shows markup: '$x^2$'"),
        ("<p>a</p>", r"<p>\(x\)</p>", r"shows markup: '\\(x\\)'"),
        ("<p>a</p>", "<p>see :doc:`x`</p>", "shows markup: 'see :doc:"),
        ("<p>a</p>", f"<pre>{SITE}</pre>", "names a folder of this machine"),
    ],
)
def test_a_fault_is_told(read, tmp_path, old, new, fault):
    assert old in INDEX
    found = faults(read, tmp_path, INDEX.replace(old, new))
    assert len(found) == 1
    assert fault in found[0]
    assert found[0].startswith("index.html ")


def test_formulas_and_code_may_have_any_sign(read, tmp_path):
    fine = r'<span class="math">\(x\)</span><pre>$ a `b`</pre><code>:doc:`x`</code><a href="https://x.org/">x</a>'
    assert faults(read, tmp_path, INDEX.replace("<p>a</p>", fine)) == []


def test_two_pages_of_one_title_are_told(read, tmp_path):
    found = faults(read, tmp_path, INDEX, OTHER.replace("<title>Other", "<title>Index"))
    assert found == ["index.html and other.html have one title, 'Index — clearprop'"]
