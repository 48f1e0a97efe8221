"""What the benchmark on real tables draws from its results."""

import importlib
import json
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks" / "tables"


@pytest.fixture(autouse=True)
def _programs(monkeypatch):
    """The programs import each other as scripts do, and are forgotten afterwards."""
    if not BENCHMARKS.is_dir():
        pytest.skip("the benchmarks are not there")
    pytest.importorskip("pandas")
    monkeypatch.syspath_prepend(BENCHMARKS)
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if Path(getattr(sys.modules[name], "__file__", None) or "").is_relative_to(BENCHMARKS):
            del sys.modules[name]


def program(name):
    return importlib.import_module(name)


def classes(error, log_loss, seconds=1.0, tested=100):
    return {"error": error, "log_loss": log_loss, "tested": tested, "seconds": seconds, "wall": seconds}


def results():
    """Figures of which all means are known."""
    about = {"package": "a", "task": "classes", "target": "t", "rows": 500, "columns": 4, "categories": 1, "classes": 2}
    cells = {
        "wine": {
            "ours": {"0": classes(0.1, 0.2, 2.0), "1": classes(0.2, 0.4, 2.0)},
            "LightGBM": {"0": classes(0.4, 0.4), "1": classes(0.2, 0.2)},
            "CatBoost": {"0": classes(0.1, 0.2, 8.0), "1": {"limit": 60}},
        },
        "penguins": {
            "ours": {"0": classes(0.0, 0.1)},
            "LightGBM": {"0": classes(0.01, 0.1)},
            "CatBoost": {"0": {"failed": "ValueError: no"}},
        },
    }
    about["without"] = {"id": "identifier"}
    return {"conditions": ["on a day."], "tables": {"wine": about, "penguins": about}, "cells": cells}


def test_ratios_are_geometric_means_over_the_splits_that_both_have_done():
    page, kept = program("page"), results()
    arguments = "classes", "error", kept["tables"], kept["cells"]
    # wine: 0.15 / 0.3 = 1/2; penguins: no error counts as half a row of 100, 0.005 / 0.01 = 1/2.
    assert page.ratio(*arguments, "ours", "LightGBM") == pytest.approx((0.5, 2))
    assert page.ratio(*arguments, "ours", "CatBoost") == pytest.approx((1.0, 1))
    assert page.ratio(*arguments, "ours", "XGBoost") is None


def test_ranks_are_means_over_the_tables_that_all_have_done_and_those_alike_share_theirs():
    page, kept = program("page"), results()
    arguments = "classes", "error", kept["tables"], kept["cells"]
    assert page.ranks(*arguments, ["ours", "LightGBM"]) == ({"ours": 1.0, "LightGBM": 2.0}, 2)
    everyone = ["ours", "LightGBM", "CatBoost"]
    assert page.ranks(*arguments, everyone) == ({"ours": 1.5, "LightGBM": 3.0, "CatBoost": 1.5}, 1)
    assert page.ranks(*arguments, ["ours", "XGBoost"]) == ({}, 0)


def test_page_shows_what_is_lost_and_what_is_missing():
    page = program("page").page(results())
    assert "**ours**, log loss of classes: wine (LightGBM 1.00)" not in page
    assert "- CatBoost: wine: more than 60 s; penguins: ValueError: no." in page
    assert "| wine | a | 2 classes | t | 500 | 4 | 1 | id: identifier |" in page
    assert "Geometric mean of the seconds of ours over those of: LightGBM 1.41 (2), CatBoost 0.25 (1)." in page
    assert page.endswith("on a day.  \n")


def test_results_are_kept_a_cell_a_line_and_added_to(tmp_path):
    kept, path = program("kept"), tmp_path / "results.json"
    assert kept.load(path)["cells"] == {}
    given = results()
    kept.save(given, path)
    assert kept.load(path) == given
    kept.put(path, "on a day.", "wine", given["tables"]["wine"], "CatBoost", 1, classes(0.3, 0.25))
    given["cells"]["wine"]["CatBoost"]["1"] = classes(0.3, 0.25)
    assert kept.load(path) == given
    assert sum('"LightGBM"' in line for line in path.read_text(encoding="utf-8").splitlines()) == 2


def test_page_is_what_the_results_beside_it_give():
    kept = program("kept")
    if not kept.KEPT.exists():
        pytest.skip("no results are kept beside the page: python benchmarks/tables/run.py")
    assert kept.PAGE.read_text(encoding="utf-8") == program("page").page(json.loads(kept.KEPT.read_text("utf-8")))


def test_every_column_left_out_is_said_why_and_half_the_tables_are_of_classes():
    sources = program("sources")
    assert all(why for source in sources.ALL.values() for why in source.without.values())
    tasks = [source.task for source in sources.SOURCES.values()]
    assert len(tasks) >= 24
    assert tasks.count("classes") == tasks.count("numbers")
