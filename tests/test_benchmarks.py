"""What the peer benchmark draws from its results: the page, and the README's sentence."""

import importlib
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BENCHMARKS = ROOT / "benchmarks"


@pytest.fixture(autouse=True)
def _programs(monkeypatch):
    """The programs import each other as scripts do, and are forgotten afterwards."""
    if not BENCHMARKS.is_dir():
        pytest.skip("the benchmarks are not there")
    monkeypatch.syspath_prepend(BENCHMARKS)
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if Path(getattr(sys.modules[name], "__file__", None) or "").is_relative_to(BENCHMARKS):
            del sys.modules[name]


def program(name):
    return importlib.import_module(name)


def figures(seconds, peak=100, setting=None, result=0.5, **by_setting):
    by_setting = by_setting or {str(setting): seconds}
    same = {"first": 2 * seconds, "growth": 3.0, "peak": peak, "runs": [seconds], "result": result}
    return {"setting": setting, "seconds": seconds, **same, "by_setting": by_setting}


def results():
    """Figures of which all quotients are known."""
    tiny = {
        "clearprop": figures(0.01),
        "its Trainer": figures(0.02, result=0.7),
        "scikit-learn": figures(2.5, 79, 1),
        "PyTorch": figures(3.0),
        "JAX": "failed",
        "Keras": "not installed",
        "bare products": figures(0.01),
    }
    wide = {"clearprop": figures(1.0), "its Trainer": figures(0.5), "scikit-learn": figures(0.9, 80)}
    wide |= {"PyTorch": figures(1.5), "JAX": figures(1.2), "bare products": figures(0.8)}
    jobs = {"1 process": 2.0, "2 threads": 1.0, "2 processes": 1.25}
    search = {"clearprop": figures(1.0, setting="2 threads", **jobs)}
    held = {"clearprop": figures(2.0), "scikit-learn": figures(3.0), "bare products": figures(1.0)}
    return {
        "conditions": "on a day.",
        "processor": "A Processor",
        "cores": 2,
        "runs": 5,
        "quick": False,
        "sets": {"AVX-512": {"tiny": tiny, "wide": wide, "search": search}, "AVX2": {"wide": held}},
        "imports": {"clearprop": 0.011},
        "first_fits": {"AVX-512": {"clearprop": 0.625, "its Trainer": 0.5, "PyTorch": 2.0}, "AVX2": {"clearprop": 0.5}},
    }


def test_the_sentence_has_both_ends_of_every_range_and_says_where_and_on_what():
    assert program("sentence").sentence(results()).replace("\n", " ") == (
        "On 2 cores of A Processor, as it comes, it trained the workloads tiny, wide so many times as fast as "
        "others (least to most; less than 1 is slower): with AVX-512, scikit-learn 0.9 (wide) to 125 (tiny), "
        "PyTorch 1.5 (wide) to 150 (tiny), JAX 1.2 (wide) to 1.2 (wide), in at most 1.25 times (wide) what the "
        "bare matrix products take; with AVX2, scikit-learn 1.5 (wide) to 1.5 (wide), in at most 2 times (wide) "
        "what the bare matrix products take. The first fit after installation took 0.62 s."
    )


def test_the_sentence_goes_between_the_readmes_marks_and_nowhere_else():
    sentence = program("sentence")
    assert max(map(len, sentence.sentence(results()).splitlines())) <= 120
    readme = f"before\n{sentence.BEGIN}\nwhat was\nthere\n{sentence.END}\nbehind\n"
    drawn = sentence.put_into(readme, results())
    assert drawn == f"before\n{sentence.BEGIN}\n{sentence.sentence(results())}\n{sentence.END}\nbehind\n"
    assert sentence.drawn_in(drawn) == sentence.sentence(results())
    assert sentence.put_into(drawn, results()) == drawn
    with pytest.raises(ValueError, match="has no '<!-- drawn by"):
        sentence.put_into("before\nbehind\n", results())


def row(page, section, first):
    """The cells of a section's row."""
    lines = page.partition(f"## {section}\n")[2].partition("\n## ")[0].splitlines()
    return next(line for line in lines if line.startswith(f"| {first} |")).strip("| ").split(" | ")


def test_the_page_shows_the_slower_of_ours_losing_rows_and_missed_targets():
    page = program("peers_page").page(results())
    peers = ["clearprop", "its Trainer", "scikit-learn", "PyTorch", "JAX", "Keras", "bare products"]
    assert row(page, "Milliseconds, AVX-512", "workload") == ["workload", *peers]
    assert row(page, "Milliseconds, AVX-512", "tiny") == [
        *("tiny", "10", "20", "2,500 (1)", "3,000", "-", "not installed", "10"),
    ]
    assert "- JAX on tiny: failed." in page
    assert row(page, "Times as fast, AVX-512", "tiny") == ["tiny", "125 (≥ 120)", "150 (≥ 200) ✗", "-", "2"]
    assert row(page, "Times as fast, AVX-512", "wide") == [
        *("wide", "0.9 (≥ 1.4) ✗", "1.5 (≥ 1.1)", "1.2 (≥ 1.1)", "1.25 (≤ 1.1) ✗"),
    ]
    assert row(page, "Times as fast, AVX2", "wide") == ["wide", "1.5 (≥ 1.4)", "2 (≤ 1.1) ✗"]
    assert "\nLosing: wide to scikit-learn (0.9).\n" in page
    assert "\nLosing: none.\n" in page
    assert row(page, "Many models at a time", "clearprop") == [
        *("clearprop", "2,000", "1,000 (2 ≥ 1.8)", "1,250 (1.6 ≥ 1.8 ✗)"),
    ]
    assert row(page, "Memory of the first run, MB", "tiny")[1] == "3 (100) ✗"
    assert row(page, "Memory of the first run, MB", "wide")[1] == "3 (100)"
    assert row(page, "What came of it", "tiny")[1:4] == ["0.5000", "0.7000 ≠", "0.5000"]
    assert row(page, "A new process, seconds", "clearprop") == ["clearprop", "0.01"]
    assert "| clearprop | 0.625 (≤ 0.6) ✗ | 0.5 (≤ 0.6) |" in page
    assert "| PyTorch | 2 | - |" in page
    assert program("sentence").sentence(results()) in page


def test_results_are_kept_as_they_are(tmp_path):
    kept = program("results")
    kept.keep(results(), tmp_path / "results.json")
    assert kept.kept(tmp_path / "results.json") == results()


def test_every_target_is_of_a_workload_and_of_a_peer_that_does_it():
    targets, peers, workloads = program("targets"), program("peers").PEERS, program("workloads").WORKLOADS
    for table in (targets.AT_LEAST, targets.AT_MOST):
        for workload, wanted in table.items():
            for peer in wanted:
                assert workloads[workload].kind in peers[peer].settings


def test_readme_and_page_are_what_the_results_beside_the_page_give():
    kept = program("results")
    if not kept.KEPT.exists():
        pytest.skip("no results are kept beside the page: python benchmarks/peers_benchmark.py")
    results = kept.kept()
    assert not results["quick"]
    sentence = program("sentence")
    assert sentence.drawn_in(kept.README.read_text(encoding="utf-8")) == sentence.sentence(results)
    assert kept.PAGE.read_text(encoding="utf-8") == program("peers_page").page(results)
