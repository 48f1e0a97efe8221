"""The tree: what CONTRIBUTING.md shows of it, the contracts that hold it in layers, and the tests that mirror it."""

import re
import tomllib
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
ROOT = TESTS.parent
PACKAGE = ROOT / "src" / "clearprop"
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
LAYERS = [contract for contract in CONTRACTS if contract["type"] == "layers"]


def children(folder):
    """What stands in a package: its modules by file name, its packages with a slash."""
    modules = {path.name for path in folder.glob("*.py")} - {"__init__.py"}
    return modules | {f"{path.parent.name}/" for path in folder.glob("*/__init__.py")}


PACKAGES = [
    path.parent.relative_to(PACKAGE.parent).as_posix().replace("/", ".") for path in PACKAGE.rglob("__init__.py")
]


def shown():
    """Name and words of each line of the tree that CONTRIBUTING.md shows, packages' own contents aside."""
    (tree,) = re.findall(r"^```text\nsrc/clearprop/\n(.*?)^```$", CONTRIBUTING, re.MULTILINE | re.DOTALL)
    lines = [line.strip() for line in tree.splitlines() if re.match(r" {2}\S", line)]
    return [(name, words.strip()) for name, _, words in (line.partition(" ") for line in lines)]


def test_the_tree_in_contributing_is_the_root():
    names = [name for name, _ in shown()]
    assert sorted(names) == sorted(children(PACKAGE)), "CONTRIBUTING.md, Where things are"


@pytest.mark.parametrize(("name", "words"), shown())
def test_each_line_of_the_tree_says_what_is_there(name, words):
    assert len(words.split()) > 1, name


def test_the_root_is_layered_with_nothing_left_out():
    (root,) = [contract for contract in LAYERS if contract["containers"] == ["clearprop"]]
    layered = [name.strip() for layer in root["layers"] for name in re.split(r"[|:]", layer)]
    assert sorted(layered) == sorted(name.removesuffix(".py").removesuffix("/") for name in children(PACKAGE))


@pytest.mark.parametrize("contract", LAYERS, ids=lambda contract: contract["name"])
def test_layers_are_exhaustive_and_without_exceptions(contract):
    assert contract["exhaustive"] is True
    assert contract.keys() & {"ignore_imports", "exhaustive_ignores"} == set()


@pytest.mark.parametrize("package", PACKAGES)
def test_no_package_may_have_a_circle_of_files(package):
    (contract,) = [contract for contract in CONTRACTS if contract["type"] == "acyclic_siblings"]
    assert package in contract["ancestors"] or "clearprop.**" in contract["ancestors"]
    assert contract.keys() == {"name", "type", "ancestors"}  # and so there are no exceptions
    assert set(contract["ancestors"]) == {"clearprop", "clearprop.**"}


# Of every way in at once, whatever package it is in; and of the site, which is no package.
ACROSS_ALL = {Path("bad_input"), Path("site")}


def test_tests_stand_in_folders_named_like_what_they_test():
    folders = {path.parent.relative_to(TESTS) for path in TESTS.rglob("test_*.py")}
    assert {folder for folder in folders if not (PACKAGE / folder).is_dir()} == ACROSS_ALL
    assert {folder for folder in folders if not (TESTS / folder / "__init__.py").exists()} == set()
