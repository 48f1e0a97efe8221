"""The report in a real browser: pictures have their size, nothing is loaded, no script is there."""

import pytest

from ..browser import measured


@pytest.mark.parametrize("width", [1000, 500])
def test_report(run, houses, tmp_path, width):
    arguments = ("--epochs", 5, "--report", "r.html")
    assert run("train", houses, "--target", "price", "--out", "m", *arguments)[0] == 0
    page = measured((tmp_path / "r.html").read_text(encoding="utf-8"), tmp_path, width)
    assert len(page["images"]) == 3
    assert all(wide > 300 and high > 100 for wide, high in page["images"])
    assert page["loaded"] == 0
    assert page["scripts"] == 0
    assert page["width"] <= page["window"]
    for words in ("R2", "RMSE", "clearprop train", "size", "age"):
        assert words in page["text"]
