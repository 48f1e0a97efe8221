"""`clearprop article`, run as a user runs it."""

import ast
import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import clearprop.article
from clearprop.article import reproduction
from clearprop.cli.commands import app


def run(*arguments):
    return CliRunner().invoke(app, ["article", *arguments], env={"COLUMNS": "80"})


def tamper(monkeypatch):
    fifth = reproduction.PRINTED[5] | {"a2": ["0.5008113543918223", "0.5018043276694745"]}
    monkeypatch.setitem(reproduction.PRINTED, 5, fifth)


def test_plain():
    result = run()
    assert result.exit_code == 0
    for number in range(1, 7):
        assert f"Output {number}: " in result.stdout
    for digits in ("0.07630829", "0.8253873, 0.32945949", "0.84", "0.6852769816973125", "-0.46007404797898116"):
        assert digits in result.stdout
    assert "✗" not in result.stdout
    assert result.stdout.count("✓") == 55
    assert "6 of 6 outputs are the article's" in result.stdout
    assert max(len(line) for line in result.stdout.splitlines()) <= 80
    assert "\x1b" not in result.stdout


def test_plain_with_a_wrong_digit(monkeypatch):
    tamper(monkeypatch)
    result = run()
    assert result.exit_code == 1
    wrong = [line for line in result.stdout.splitlines() if "✗" in line]
    assert wrong[0].split() == ["a2[2]", "0.5018043276694744", "0.5018043276694745", "✗"]
    assert wrong[1].startswith("✗ 5 of 6 outputs")
    assert len(wrong) == 2


def test_json():
    result = run("--json")
    assert result.exit_code == 0
    records = json.loads(result.stdout)
    assert [record["output"] for record in records] == [1, 2, 3, 4, 5, 6]
    assert all(set(record) == {"output", "values", "matches"} for record in records)
    assert all(record["matches"] is True for record in records)
    assert records[0]["values"]["weights"] is None
    assert round(records[0]["values"]["bias"][0], 8) == 0.07630829
    assert records[2]["values"] == {"accuracy": 0.84}
    assert records[4]["values"]["z2"] == [0.0032454204158872714, 0.007217342007028449]
    assert records[5]["values"]["predicted"] == [1, 0, 1]


def test_json_with_a_wrong_digit(monkeypatch):
    tamper(monkeypatch)
    result = run("--json")
    assert result.exit_code == 1
    assert [record["matches"] for record in json.loads(result.stdout)] == [True, True, True, True, False, True]


@pytest.fixture
def computed(monkeypatch, mistakes):
    """Let the command show the demonstrations that the session has computed already."""
    monkeypatch.setattr(
        clearprop.article, "DEMONSTRATIONS", tuple(lambda mistake=mistake: mistake for mistake in mistakes)
    )
    return mistakes


def test_errors(computed):
    result = run("--errors")
    assert result.exit_code == 0
    for mistake in computed:
        assert f"Error {mistake.number}: {mistake.title}" in result.stdout
        for table in mistake.tables:
            assert table.title in result.stdout
    assert result.stdout.count("✓ Shown by these numbers.") == 9
    assert "0.01822964" in result.stdout
    assert max(len(line) for line in result.stdout.splitlines()) <= 80
    assert "…" not in result.stdout


def test_errors_as_json(computed):
    result = run("--errors", "--json")
    assert result.exit_code == 0
    records = json.loads(result.stdout)
    assert [record["error"] for record in records] == list(range(1, 10))
    keys = {"error", "title", "article", "right", "tables", "shown"}
    assert all(set(record) == keys and record["shown"] is True for record in records)
    assert records[1]["tables"][0]["columns"][0] == "gradient"


@pytest.mark.parametrize("arguments", [["--errors"], ["--errors", "--json"]])
def test_errors_with_one_that_is_not_shown(monkeypatch, mistakes, arguments):
    failed = dataclasses.replace(mistakes[0], shown=False)
    monkeypatch.setattr(clearprop.article, "DEMONSTRATIONS", (lambda: failed,))
    result = run(*arguments)
    assert result.exit_code == 1
    assert ('"shown": false' in result.stdout) or ("✗ NOT shown" in result.stdout)


def test_output_that_cannot_carry_the_signs():
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "COLUMNS": "80"}
    command = [sys.executable, "-c", "from clearprop.cli import main; main()", "article"]
    result = subprocess.run(command, capture_output=True, env=environment, check=True)
    assert b"ok 6 of 6 outputs" in result.stdout
    assert result.stderr == b""


def test_heavy_imports_wait():
    tree = ast.parse(Path(sys.modules["clearprop.cli.article"].__file__).read_text(encoding="utf-8"))
    modules = {node.module for node in tree.body if isinstance(node, ast.ImportFrom)}
    modules |= {alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names}
    assert modules == {"__future__", "typing", "typer", "clearprop.cli.formats"}
