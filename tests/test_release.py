"""What a release is made of: the files that the build would take, what is said of them, and the papers beside them."""

import re
import subprocess
import tomllib
from email.parser import Parser
from pathlib import Path

import pytest
import yaml

import clearprop

builders = pytest.importorskip("hatchling.builders.wheel")
from hatchling.builders.sdist import SdistBuilder  # noqa: E402
from hatchling.metadata.spec import construct_metadata_file_2_4  # noqa: E402

ROOT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT, WORKFLOW = PYPROJECT["project"], ROOT / ".github" / "workflows" / "test.yml"
PAGE = "clearprop/lab/static/"


def read_yaml(path):
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def taken(builder):
    """What the build's own selection takes, by the names that files have in what is built."""
    return {file.distribution_path for file in builder(str(ROOT)).recurse_included_files()}


@pytest.fixture(scope="module")
def tracked():
    """What git keeps; the sources of a release have no more than that, and there nothing can be left out."""
    if not (ROOT / ".git").exists():
        pytest.skip("these are the sources of a release")
    said = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return {name for name in said.split("\0") if name and (ROOT / name).exists()}


def test_all_that_git_keeps_is_in_the_sources_of_a_release(tracked):
    names = taken(SdistBuilder)
    assert tracked - names == set()
    more = names - tracked
    untracked = {name for name in more if not name.startswith(f"src/{PAGE}")}
    ignored = subprocess.run(["git", "check-ignore", *untracked], cwd=ROOT, capture_output=True, text=True).stdout
    assert ignored.split("\n") == [""], "what git ignores"


def test_a_wheel_has_the_package_and_the_page_and_nothing_else(tracked):
    names = {name for name in taken(builders.WheelBuilder) if name.removeprefix("clearprop/") != name}
    assert names == taken(builders.WheelBuilder)
    package = {name.removeprefix("src/") for name in tracked if name.startswith("src/clearprop/")}
    wanted = {name for name in package if not name.startswith("clearprop/lab/frontend/")}
    assert wanted - names == set()
    assert "clearprop/py.typed" in names
    assert {name for name in names if re.search(r"frontend|node_modules|__pycache__|/built/", name)} == set()
    if (ROOT / "src" / PAGE / "lab.js").exists():
        assert {name for name in names if name.startswith(PAGE)} == {
            f"{PAGE}{name}" for name in ("lab.js", "lab.css", "licenses.txt")
        }


def test_what_an_index_shows():
    said = Parser().parsestr(construct_metadata_file_2_4(builders.WheelBuilder(str(ROOT)).metadata))
    assert (said["Name"], said["Version"]) == ("clearprop", clearprop.__version__)
    assert said["Requires-Python"] == ">=3.11"
    assert said["Description-Content-Type"] == "text/markdown"
    assert said["License-Expression"] == "BSD-3-Clause AND MIT AND OFL-1.1"
    assert "LICENSE" in said.get_all("License-File")
    assert PROJECT["scripts"] == {"clearprop": "clearprop.cli:main"}


def test_the_pythons_that_are_said_are_those_that_are_tested():
    said = [one.rpartition(" ")[2] for one in PROJECT["classifiers"] if re.fullmatch(r".* :: 3\.\d+", one)]
    assert read_yaml(WORKFLOW)["jobs"]["package"]["strategy"]["matrix"]["python"] == said
    assert PROJECT["requires-python"] == f">={said[0]}"
    assert [int(version.split(".")[1]) for version in said] == list(range(11, 11 + len(said)))


def test_extras_are_the_same_wherever_they_are_listed():
    """All that a user may ask for, and nothing that only the tests and the site need."""
    extras = set(PROJECT["optional-dependencies"]) - {"docs", "dev"}
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    listed = [
        re.search(r"^EXTRAS := (.*)$", makefile, re.MULTILINE)[1],
        re.search(r'^EXTRAS = "(.*),dev"$', (ROOT / "release/check_installed.py").read_text(), re.MULTILINE)[1],
        re.search(r'pip install "\.\[(.*),dev\]"', WORKFLOW.read_text(encoding="utf-8"))[1],
    ]
    for one in listed:
        assert set(one.split(",")) == extras


def test_the_workflow_may_read_and_no_more_and_runs_what_it_names_alone():
    workflow = read_yaml(WORKFLOW)
    assert workflow["permissions"] == {"contents": "read"}
    assert set(workflow["jobs"]) == {"everything", "package", "dist"}
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    for step in steps:
        assert ("uses" in step) != ("run" in step)
        if "uses" in step:  # a commit, which nobody can put another in the place of
            assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", step["uses"])
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"] == {"persist-credentials": False}
    assert all("permissions" not in job and job["timeout-minutes"] <= 60 for job in workflow["jobs"].values())
    said = WORKFLOW.read_text(encoding="utf-8")
    assert "secrets." not in said
    assert "upload" not in said.replace("actions/upload-artifact@", "")
    assert set(workflow["jobs"]["package"]["strategy"]["matrix"]["system"]) == {
        "ubuntu-latest", "macos-latest", "windows-latest"
    }  # fmt: skip


@pytest.mark.parametrize("path", sorted(ROOT.glob(".github/ISSUE_TEMPLATE/*.yml")), ids=lambda path: path.stem)
def test_templates_of_issues_ask_for_what_they_need(path):
    template = read_yaml(path)
    assert {"name", "description", "body"} <= template.keys()
    for field in template["body"]:
        assert field["type"] in {"textarea", "input", "markdown", "dropdown"}
        assert field["attributes"]["label"]
    assert any(field.get("validations", {}).get("required") for field in template["body"])


def test_what_is_asked_before_a_commit_is_what_make_asks():
    """By the same programs of the same versions: nothing is fetched from elsewhere."""
    (local,) = read_yaml(".pre-commit-config.yaml")["repos"]
    assert local["repo"] == "local"
    entries = [hook["entry"].replace(".venv/bin/", "$(BIN)/") for hook in local["hooks"]]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for entry in entries:
        assert f"\t{entry}\n" in makefile.replace(" .\n", "\n")
    assert [entry.split("/")[-1].split()[0] for entry in entries] == ["ruff", "ruff", "mypy", "lint-imports"]


def test_what_is_cited_is_this_version():
    cited = read_yaml("CITATION.cff")
    assert cited["version"] == clearprop.__version__
    assert cited["license"] == "BSD-3-Clause"
    assert {"cff-version", "message", "title", "authors", "type"} <= cited.keys()
    assert f"\n## {clearprop.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
