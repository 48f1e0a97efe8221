"""What is looked up: every public name has its entry, whatever is registered its formula, every command its heading."""

import ast
import importlib
import re
import sys
from pathlib import Path

import pytest
import typer
from typer.main import get_command

import clearprop
from clearprop import ACTIVATIONS, INITIALIZERS, INPUTS, LOSSES, OPTIMIZERS, SCHEDULES
from clearprop.cli.commands import app

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
API = DOCS / "reference" / "api"
REGISTRIES = {
    "activations": ACTIVATIONS,
    "losses": LOSSES,
    "inputs": INPUTS,
    "optimizers": OPTIMIZERS,
    "schedules": SCHEDULES,
    "initializers": INITIALIZERS,
}
# Packages from which users import, all of whose names are theirs.
PACKAGES = ["article", "cluster", "export", "explanation", "training", "estimators", "plots", "metrics"]
METRICS = ["accuracy", "r2", "brier"]
# Of which pages show how they were measured, or what they come to; users have no need of them.
INNER = {
    "clearprop.serving.answering.reply",
    "clearprop.serving.served.served",
    "clearprop.tables.frames.as_table",
    "clearprop.tables.preparation.Preparation",
    "clearprop.training.side_by_side.run_side_by_side",
}


@pytest.fixture(scope="module")
def site():
    """The modules by which the site is made and looked through."""
    sys.path.insert(0, str(DOCS / "site"))
    yield importlib.import_module
    sys.path.remove(str(DOCS / "site"))


def thing_of(path):
    """What stands at a dotted path."""
    module, _, name = path.rpartition(".")
    try:
        return getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError):
        return importlib.import_module(path)


def entries():
    """The dotted paths that the pages of names list."""
    for page in sorted(API.glob("*.md")):
        module, listing = "", False
        for line in page.read_text(encoding="utf-8").splitlines():
            if found := re.match(r"\.\. currentmodule:: (\S+)", line):
                module, listing = found[1], False
            elif found := re.match(r"\.\. py:(?:data|module):: (\S+)", line):
                yield found[1] if found[1].startswith("clearprop") else f"{module}.{found[1]}"
            elif line.startswith(".. autosummary::"):
                listing = True
            elif listing and (found := re.match(r"   ([A-Za-z]\S*)$", line)):
                yield f"{module}.{found[1]}"
            elif found := re.match(r" {13}(\S+)$", line):
                yield f"clearprop.article.{found[1]}"


ENTRIES = list(entries())
LISTED = [thing_of(path) for path in ENTRIES]


def is_listed(thing):
    return any(one is thing for one in LISTED)


def imported_by_pages():
    """What README, pages and examples import from the package's parts."""
    pages = [ROOT / "README.md", *DOCS.glob("*.md"), *DOCS.glob("[dlr]*/*.md")]
    texts = [path.read_text(encoding="utf-8") for path in pages]
    texts += [path.read_text(encoding="utf-8") for path in (ROOT / "examples").rglob("*.py")]
    for line in re.findall(
        r"^(?:>>> |\.\.\. )?(from clearprop\.[\w.]+ import [\w, ]+)", "\n".join(texts), re.MULTILINE
    ):
        (statement,) = ast.parse(line.strip()).body
        yield from (f"{statement.module}.{alias.name}" for alias in statement.names)


def test_the_entries_are_found():
    assert len(ENTRIES) > 150
    assert len(set(ENTRIES)) == len(ENTRIES)


@pytest.mark.parametrize("name", clearprop.__all__)
def test_every_public_name_has_an_entry(name):
    assert is_listed(getattr(clearprop, name)), f"docs/reference/api lists no clearprop.{name}"


@pytest.mark.parametrize("package", PACKAGES)
def test_so_have_the_names_of_packages_that_users_import_from(package):
    module = importlib.import_module(f"clearprop.{package}")
    names = METRICS if package == "metrics" else [name for name in module.__all__ if name[0] != "_"]
    inner = {"check_extra", "new_figure"}
    assert [name for name in names if name not in inner and not is_listed(getattr(module, name))] == []


def test_so_has_whatever_a_page_imports():
    paths = sorted(set(imported_by_pages()) - INNER)
    assert len(paths) > 20
    assert [path for path in paths if not is_listed(thing_of(path))] == []


@pytest.mark.parametrize("kind", REGISTRIES)
def test_all_that_is_registered_has_an_entry_and_a_formula(kind, site):
    registry = REGISTRIES[kind]
    page = (API / f"{kind}.md").read_text(encoding="utf-8")
    rows = site("formula_index").sections()[kind].splitlines()[2:]
    assert len(rows) == len(registry)
    for (name, cls), row in zip(registry.items(), rows, strict=True):
        assert f"   {cls.__name__}\n" in page
        link, formula = [cell.strip() for cell in row.strip("|").split(" | ")][:2]
        assert link == f"[{name}](api/generated/{cls.__module__}.{cls.__name__}.rst)"
        assert re.fullmatch(r"\$[^$]+\$", formula), row
        assert formula.count("{") == formula.count("}")


def test_the_formula_of_the_penalty_is_in_the_index(site):
    page = (DOCS / "reference" / "formulas.md").read_text(encoding="utf-8")
    assert r"\lambda_1 \sum_w |w| + \frac{\lambda_2}{2} \sum_w w^2" in site("generated").filled(page)
    assert set(re.findall(r"<!-- made: (\w+) -->", page)) == {*REGISTRIES, "penalty"}


def test_every_command_and_option_is_in_the_page_of_commands(site):
    page = site("generated").filled((DOCS / "reference" / "command-line.md").read_text(encoding="utf-8"))
    sections = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL))
    group = get_command(app)
    context = typer.Context(group)
    assert list(sections) == group.list_commands(context)
    for name, section in sections.items():
        for parameter in group.get_command(context, name).params:
            for option in parameter.opts:
                # Older versions of typer write an argument in capitals.
                shown = {option, option.upper()} if parameter.param_type_name == "argument" else {option}
                assert getattr(parameter, "hidden", False) or any(one in section for one in shown), f"{name} {option}"


def test_words_lead_to_pages_that_there_are_each_to_one(site):
    pytest.importorskip("sphinx", reason="Sphinx, which builds the site, is not installed")
    words = site("words")
    listed = words.tomllib.loads(words.WORDS.read_text(encoding="utf-8"))
    pages = {where.partition("#")[0] for where in listed} - {"gallery/index"}
    assert [page for page in pages if not (DOCS / f"{page}.md").exists()] == []
    every = [word for found in listed.values() for word in found]
    assert sorted({word for word in every if every.count(word) > 1}) == []
    assert [word for word in every if word != word.lower()] == []


def test_newcomers_searches_are_many_and_lead_to_pages(site):
    searches = site("searches").SEARCHES
    assert len(searches) >= 40
    assert [page for page in searches.values() if not (DOCS / f"{page}.md").exists()] == []
