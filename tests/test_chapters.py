"""The book's chapters: what each must have, and that its notebook is the chapter.

The build of the site runs every cell of a chapter. Its notebook has the same cells, so that it runs as well.
"""

import ast
import re
import sys
from pathlib import Path

import pytest

from .outside import missing

DOCS = Path(__file__).parent.parent / "docs"
CHAPTERS = [DOCS / "back-propagation.md", *sorted(set((DOCS / "learn").glob("*.md")) - {DOCS / "learn" / "index.md"})]
CELL = re.compile(r"^```\{code-cell\} python3\n((?::tags: [^\n]*\n)?)\n*(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def as_notebook():
    for library in ("jupytext", "nbformat"):
        try:
            __import__(library)
        except ImportError:
            missing(f"{library}, which comes with the extra `docs`,")
    sys.path.insert(0, str(DOCS / "site"))
    try:
        from downloads import as_notebook
    finally:
        sys.path.remove(str(DOCS / "site"))
    return as_notebook


def chapters():
    return pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


@chapters()
def test_a_chapter_has_what_all_have(path):
    text = path.read_text(encoding="utf-8")
    _, _, body = text.partition("\n# ")
    assert re.search(r"\n\nAfter this\s+chapter\s+you\s+can\s", body[:200])
    assert "\n## Play with it\n" in body
    assert 'replay("' in body
    assert "\n## Where it goes on\n" in body
    assert f"notebooks/{path.stem}.ipynb>`" in body
    exercises = body[body.index("\n## Exercises\n") :]
    questions = re.findall(r"^\*\*(\d+)\.\*\* ", exercises, re.MULTILINE)
    assert questions == [str(number) for number in range(1, len(questions) + 1)]
    assert len(questions) >= 3
    assert exercises.count(":::{dropdown} Answer\n") == len(questions)


@chapters()
def test_its_notebook_has_its_cells(path, as_notebook):
    text = path.read_text(encoding="utf-8")
    notebook = as_notebook(text)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    for tags, source in CELL.findall(text):
        if "remove-cell" in tags:
            assert source.strip() not in code
        elif "replay(" in source:
            assert "replay" not in "".join(code)
            assert sum(one.startswith("from clearprop import Lab\n\nLab(") for one in code) == 1
        else:
            assert source.strip() in code
    for cell in notebook.cells:
        if cell.cell_type == "code":
            ast.parse(cell.source)
            assert not cell.outputs
        else:
            assert not re.search(r":::|\{\w+\}`|\.md\)|^>>> ", cell.source, re.MULTILINE), cell.source


@chapters()
def test_examples_at_the_prompt_are_cells_of_the_notebook(path, as_notebook):
    text = path.read_text(encoding="utf-8")
    code = "\n".join(cell.source for cell in as_notebook(text).cells if cell.cell_type == "code")
    for line in re.findall(r"^(?:>>>|\.\.\.) (.*)$", text, re.MULTILINE):
        assert line in code
