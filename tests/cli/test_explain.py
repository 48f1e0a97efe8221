"""`clearprop explain` and `clearprop article --derivation`, run as a user runs them."""

import json

import jsonschema
import pytest

from clearprop import load, read_table
from clearprop.explanation import SCHEMA


@pytest.fixture
def trained(run, flowers):
    status, _, errors = run(
        "train", flowers, "--recipe", "plain", "--target", "kind", "--out", "f.model", "--hidden", "4", "--epochs", "5"
    )
    assert status == 0, errors
    return "f.model"


def test_a_weight_for_one_row(run, flowers, trained):
    status, out, _ = run("explain", trained, flowers, "--row", "5", "--parameter", "W2[3,1]", "--optimizer", "adam")
    assert status == 0
    assert out.startswith("The gradient of W2[3,1]\n")
    assert "The optimiser's step (adam)" in out
    model, table = load(trained), read_table(flowers)
    row = table.take([4])
    features, target = model.predictor_.prepared(row.drop(["kind"])), model.to_targets(row.column("kind"))
    gradient = model.network_.backward(model.network_.forward(features), target).weights[1][2, 0]
    status, out, _ = run("explain", trained, flowers, "--row", "5", "--parameter", "W2[3,1]", "--format", "json")
    content = json.loads(out)
    jsonschema.validate(content, SCHEMA)
    assert content["value"] == gradient


def test_the_learning_rate_of_the_step(run, flowers, trained):
    arguments = ("explain", trained, flowers, "--row", "2", "--parameter", "b2[1]", "--format", "json")
    steps = []
    for rate in ("0.5", "0.25"):
        status, out, _ = run(*arguments, "--optimizer", "sgd", "--learning-rate", rate)
        assert status == 0
        steps.append(json.loads(out)["step"])
    assert [step["rate"] for step in steps] == [0.5, 0.25]
    assert [step["new"] for step in steps] == [step["old"] - step["rate"] * step["gradient"] for step in steps]


def test_all_rows(run, flowers, trained):
    status, out, _ = run("explain", trained, flowers, "--parameter", "b1[2]")
    assert status == 0
    assert "ℓ[i] is the loss of row i (from 1 to 300)" in " ".join(out.split())


def test_a_prediction_without_targets(run, trained, tmp_path):
    (tmp_path / "new.csv").write_text("length,width,colour\n1.0,2.0,red\n")
    status, out, _ = run("explain", trained, "new.csv")
    assert status == 0
    assert out.startswith("The prediction\n")


@pytest.mark.parametrize("kinds", [",", "rose,", "tulip,rose"])
def test_a_prediction_where_the_target_s_column_does_not_tell(run, refused, trained, tmp_path, kinds):
    """New rows often have the column of what is to be predicted, and nothing in it."""
    first, second = kinds.split(",")
    (tmp_path / "new.csv").write_text(f"length,width,colour,kind\n1.0,2.0,red,{first}\n1.5,0.5,blue,{second}\n")
    (tmp_path / "bare.csv").write_text("length,width,colour\n1.0,2.0,red\n1.5,0.5,blue\n")
    told = [run("explain", trained, f"{name}.csv", "--row", 2, "--format", "json") for name in ("new", "bare")]
    assert [status for status, _, _ in told] == [0, 0]
    values = [json.loads(out)["value"] for _, out, _ in told]
    assert values[0] == values[1]
    if not second:
        said = refused("explain", trained, "new.csv", "--row", 2, "--parameter", "b1[1]")
        assert "needs targets" in said


@pytest.mark.parametrize("form", ["text", "latex", "markdown", "html", "json"])
def test_forms_and_files(run, flowers, trained, form, tmp_path):
    arguments = ("explain", trained, flowers, "--row", "1", "--parameter", "x[1]", "--format", form)
    status, printed, _ = run(*arguments)
    assert status == 0
    status, said, _ = run(*arguments, "--out", "it")
    assert status == 0
    assert said.startswith("it: The gradient of x[1]")
    assert (tmp_path / "it").read_text(encoding="utf-8").rstrip("\n") == printed.rstrip("\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--parameter", "W9[1,1]"), "'W9[1,1]' names nothing in this 6-4-3 network. There are: W1["),
        (("--row", "301"), "--row 301: "),
        (("--row", "0"), "has the rows 1 to 300"),
        ((), "prediction is a number of one row"),
        (("--parameter", "delta1[2]"), "add --row 1"),
        (("--row", "1", "--parameter", "b1[1]", "--optimizer", "magic"), "unknown optimizer 'magic'"),
        (("--row", "1", "--out", "no/such/folder"), "does not exist"),
        (("--row", "1", "--learning-rate", "0.1"), "a learning_rate needs an optimizer"),
        (("--row", "1", "--optimizer", "sgd", "--learning-rate", "-1"), "learning_rate must be a finite number > 0"),
    ],
)
def test_bad_input_is_one_line(refused, flowers, trained, arguments, message):
    assert message in refused("explain", trained, flowers, *arguments)


def test_targets_are_needed_for_gradients(refused, trained, tmp_path):
    (tmp_path / "new.csv").write_text("length,width,colour\n1.0,2.0,red\n")
    assert "needs targets" in refused("explain", trained, "new.csv", "--parameter", "b1[1]")


def test_a_terminal_without_unicode(run, flowers, trained, monkeypatch, capsys):
    monkeypatch.setattr("clearprop.cli.formats.encoding", lambda: "ascii")
    status, out, _ = run("explain", trained, flowers, "--row", "1")
    assert status == 0
    assert out.isascii()


def test_the_article_s_derivation(run):
    status, out, _ = run("article", "--derivation")
    assert status == 0
    assert all(f"({number})  " in out for number in range(1, 47))
    status, out, _ = run("article", "--derivation", "--json")
    assert status == 0
    assert [line["number"] for line in json.loads(out)["equations"]] == list(range(1, 47))
    status, out, _ = run("article", "--derivation", "--format", "latex")
    assert out.startswith("\\documentclass")
    status, _, _ = run("article", "--derivation", "--errors")
    assert status == 2


def test_a_gradient_of_all_rows_may_be_written_as_one(run, flowers, trained):
    _, plain, _ = run("explain", trained, flowers, "--parameter", "W1[2,1]")
    status, out, _ = run("explain", trained, flowers, "--parameter", "dL/dW1[2,1]")
    assert status == 0
    assert out == plain
