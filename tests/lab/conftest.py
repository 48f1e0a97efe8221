import pytest

import clearprop.lab.assets

from .browsing import chromium, need_page, visiting


@pytest.fixture
def page(tmp_path, monkeypatch):
    """A front end that does nothing, where the real one may not be built."""
    (tmp_path / "lab.js").write_text("export const nothing = 0;\n")
    (tmp_path / "lab.css").write_text("main { color: black }\n")
    monkeypatch.setattr(clearprop.lab.assets, "STATIC", tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def browser():
    """Chromium, for all tests of a process."""
    need_page()
    with chromium() as one:
        yield one


@pytest.fixture
def visit(browser):
    """A page of it, from which nothing may have left this machine."""
    with visiting(browser) as one:
        yield one
