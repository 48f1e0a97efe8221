"""The report of `train` in a real browser: pictures have their size, nothing is loaded, no script is there."""

import pytest

from ..browsing import visiting


@pytest.mark.parametrize("width", [1000, 500])
def test_report(run, houses, tmp_path, browser, width):
    arguments = ("--recipe", "plain", "--epochs", 5, "--report", "r.html")
    assert run("train", houses, "--target", "price", "--out", "m", *arguments)[0] == 0
    with visiting(browser) as visit:
        page = visit.page
        page.set_viewport_size({"width": width, "height": 900})
        page.goto((tmp_path / "r.html").as_uri())
        sizes = page.evaluate("[...document.querySelectorAll('svg')].map(one => [one.clientWidth, one.clientHeight])")
        assert len(sizes) == 7
        assert all(wide > 300 and high > 100 for wide, high in sizes)
        assert len(visit.asked) == 1
        assert page.locator("script").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for words in ("R2", "RMSE", "clearprop train", "size", "age"):
            assert words in page.inner_text("body")
