"""Columns and classes that are named like markup are shown as text, on the page and in the replay."""

import numpy as np
import pytest

from clearprop import Lab
from clearprop.lab.data import DataSet
from clearprop.lab.protocol import Given, Settings
from clearprop.lab.session import Session

from .opened_page import expect
from .serving import running

EVIL = "<img src=x onerror=\"window.evil='{0}'\">"
CLOSING = "</script></style><script>window.evil='{0}'</script>"
NAMES = (EVIL.format("column"), CLOSING.format("column"))
CLASSES = (EVIL.format("class"), CLOSING.format("class"))
COLUMNS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
ROWS = DataSet(COLUMNS, np.array([0, 1, 1, 0]), NAMES, CLASSES)


def assert_all_is_text(visit):
    page = visit.page
    expect(page.locator(".cp-play")).to_be_visible()
    page.locator('[data-name="b1[1]"]').first.click()
    expect(page.get_by_role("region", name="Derivation")).to_contain_text("finite difference")
    page.get_by_role("button", name="As a table").first.click()
    assert page.evaluate("window.evil ?? 'none'") == "none"
    assert page.locator("img").count() == 0
    assert "onerror" in page.inner_text("body")
    assert visit.complaints == []


def test_on_the_page(visit):
    with running(lambda: Session(ROWS, Settings(data=Given()))) as server:
        visit.page.goto(server.address)
        assert_all_is_text(visit)


@pytest.fixture
def lab():
    lab = Lab(layers=[2])
    lab._session = Session(ROWS, Settings(data=Given()))
    return lab


def test_in_the_replay(visit, lab, tmp_path):
    lab.to_html(tmp_path / "replay.html", epochs=2)
    visit.page.goto((tmp_path / "replay.html").as_uri())
    assert_all_is_text(visit)
