"""Names, cells, files and models that mean to steer a terminal are shown, not obeyed, by every command."""

import json
import re
import shutil
from xml.etree import ElementTree

import pytest

from clearprop import Ensemble, load, save, write_csv
from clearprop.printable import printable

from ..files.tampering import changed

# A title, a colour, a beep, a return to the line's start, a turn of the writing, nothing to see; and rich's markup.
BAD = "\x1b]0;owned\x07\x1b[31m\x9b1m\r\u202e\u200b[red]:smile:[/]"
SHOWN = printable(BAD)


def seen(*streams):
    """What commands printed, which holds no sign that is not seen."""
    for text in streams:
        assert printable(text.replace("\n", "")) == text.replace("\n", "")
    return "".join(streams)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Where what is trained once is kept for all tests."""
    return tmp_path_factory.mktemp("kept")


@pytest.fixture
def hostile(run, tmp_path, kept):
    """A table, hostile in names, classes and cells, under a hostile name, and a model of it."""
    path = tmp_path / f"table{BAD.replace('/', '')}.csv"
    model = tmp_path / f"model{BAD.replace('/', '')}"
    if not any(kept.iterdir()):
        train_hostile(run, path, model)
        shutil.copytree(tmp_path, kept, dirs_exist_ok=True)
    shutil.copytree(kept, tmp_path, dirs_exist_ok=True)
    return path, model


def train_hostile(run, path, model):
    x = [i % 7 for i in range(40)]
    kind = [f"{BAD}a" if i > 3 else f"{BAD}b" for i in x]
    text = [f"c{BAD}{i % 2}" for i in range(40)]
    write_csv(path, [f"x{BAD}", f"t{BAD}", f"y{BAD}"], [x, text, kind])
    arguments = ("--recipe", "plain", "--target", f"y{BAD}", "--out", model, "--epochs", 2, "--hidden", 3)
    pictures = ("--report", "r.html", "--loss-curve", "l.svg")
    status, out, err = run("train", path, *arguments, *pictures)
    assert status == 0, err
    told = seen(out, err)
    assert f"{printable(path)}: 40 rows" in told
    assert f"model: {printable(model)}" in told
    assert f"{SHOWN}a" in told
    assert "\\[red]" not in told


def test_training_and_what_it_draws(hostile, run, tmp_path):
    report = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert f'<th scope="row">{SHOWN}a</th>' in seen(report)
    svg = re.findall(r"<svg (?!class=\"key).*?</svg>", report, re.DOTALL)  # a key is a line beside a class's name
    assert len(svg) == 5
    assert [ElementTree.fromstring(picture).tag for picture in svg] == ["{http://www.w3.org/2000/svg}svg"] * 5
    two = tmp_path / "two.csv"
    write_csv(two, [f"a{BAD}", f"b{BAD}", "y"], [[1, 2, 3, 4] * 5, [0, 1] * 10, [f"p{BAD}", "q"] * 10])
    assert run("train", two, "--target", "y", "--out", "m2", "--epochs", 1, "--boundary", "b.svg")[0] == 0
    assert ElementTree.parse(tmp_path / "b.svg").getroot().tag.endswith("svg")


def test_evaluate(hostile, run):
    path, model = hostile
    status, out, err = run("evaluate", model, path)
    assert status == 0
    told = seen(out, err)
    assert f"rows of {printable(path)}:" in told
    assert f"{SHOWN}b" in told
    status, out, err = run("evaluate", model, path, "--json")
    assert seen(out, err)
    assert json.loads(out)["classes"] == [f"{BAD}a", f"{BAD}b"]


def test_predict(hostile, run, tmp_path):
    path, model = hostile
    status, out, err = run("predict", model, path, "--out", f"p{BAD.replace('/', '')}.csv", "--keep", f"x{BAD}")
    assert status == 0
    assert "40 predictions" in seen(out, err)
    write_csv(tmp_path / "new.csv", [f"x{BAD}", f"t{BAD}", f"u{BAD}"], [[1], [f"new{BAD}"], [1]])
    status, out, err = run("predict", model, "new.csv", "--out", "p.csv")
    assert status == 0
    assert "not used" in seen(out, err)


@pytest.mark.parametrize("form", ["text", "latex", "markdown", "html", "json"])
def test_explain(hostile, run, form):
    path, model = hostile
    status, out, err = run("explain", model, path, "--row", 1, "--format", form)
    assert status == 0
    assert seen(out, err)
    assert "31m" in out
    status, out, err = run("explain", model, path, "--row", 1, "--format", form, "--out", "e\x1b[31m")
    assert r"e\x1b[31m: The prediction" in seen(out, err)


ERRORS = {
    "no table": ("predict", "{model}", f"no{BAD.replace('/', '')}", "--out", "p.csv"),
    "no model": ("predict", f"no{BAD.replace('/', '')}", "{path}", "--out", "p.csv"),
    "no folder": ("predict", "{model}", "{path}", "--out", f"no{BAD.replace('/', '')}/p.csv"),
    "no column": ("predict", "{model}", "{path}", "--out", "p.csv", "--keep", f"z{BAD}"),
    "no target": ("train", "{path}", "--target", f"z{BAD}", "--out", "n"),
    "no model but a table": ("evaluate", "{path}", "{path}"),
    "no number": ("explain", "{model}", "{path}", "--row", "1", "--parameter", BAD),
    "no plane": ("train", "{path}", "--target", f"y{BAD}", "--out", "n", "--boundary", "b.svg"),
    "no optimiser": ("explain", "{model}", "{path}", "--row", "1", "--optimizer", BAD),
    "no activation": ("train", "{path}", "--target", f"y{BAD}", "--out", "n", "--activation", BAD),
    "no command": (f"c{BAD}",),  # older versions of click take a sign at the front for an option's
    "no option": ("train", f"--{BAD}"),
    "an argument too many": ("evaluate", "a", "b", BAD),
    "no form": ("explain", "{model}", "{path}", "--format", BAD),
}


@pytest.mark.parametrize("case", ERRORS)
def test_errors(hostile, run, case):
    path, model = hostile
    status, out, err = run(*(word.format(path=path, model=model) if "{" in word else word for word in ERRORS[case]))
    assert status == 2
    assert out == ""
    assert re.search(r"31m|\\x1b|\\r", seen(err))


def predictor(description):
    return description["config"]["extra"]["predictor"]


FIELDS = {
    "version": lambda d: d.update(version=BAD),
    "kind": lambda d: d.update(kind=BAD),
    "activation": lambda d: d["config"]["network"]["activations"].__setitem__(0, BAD),
    "dtype": lambda d: d["config"]["network"].update(dtype=BAD),
    "loss": lambda d: d["config"]["network"].update(loss=BAD),
    "sizes": lambda d: d["config"]["network"].update(layer_sizes=[BAD]),
    "unknown entry": lambda d: predictor(d).update({BAD: 1}),
    "target": lambda d: predictor(d)["target"].update(task=BAD),
    "column": lambda d: predictor(d)["preparation"]["parts"][0].update(kind=BAD),
    "number": lambda d: predictor(d)["preparation"]["parts"][0]["scaling"].update(center=BAD),
}


@pytest.mark.parametrize("field", FIELDS)
def test_model_files(hostile, run, field):
    path, model = hostile
    model.write_bytes(changed(model.read_bytes(), FIELDS[field]))
    status, out, err = run("evaluate", model, path)
    assert (status, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert printable(model) in seen(err)
    assert "checksum" not in err
    assert run("inspect", model)[0] == 2


def test_inspect(hostile, run):
    _, model = hostile
    status, out, err = run("inspect", model)
    assert (status, err) == (0, "")
    shown = seen(out)
    for text in (printable(model), f"x{SHOWN}", f"t{SHOWN}", f"y{SHOWN}", f"{SHOWN}a"):
        assert text in shown


def test_bare_network(run, hostile, tmp_path):
    path, model = hostile
    save(load(model).network_, "n\x1b")
    status, _, err = run("evaluate", "n\x1b", path)
    assert status == 2
    assert r"n\x1b: holds a bare network" in seen(err)


def test_an_ensemble(run, hostile):
    path, model = hostile
    save(Ensemble([load(model).network_] * 2), "n")
    status, _, err = run("evaluate", "n", path)
    assert status == 2
    assert "n: holds an ensemble, which knows no columns" in seen(err)


def test_blanks_in_a_name_are_kept(run, tmp_path):
    status, _, err = run("evaluate", "a  b", "c")
    assert status == 2
    assert "a  b: no such model file" in err
