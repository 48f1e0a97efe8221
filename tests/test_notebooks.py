"""The notebooks of the lessons are run from top to bottom by a real kernel, and each ends with a lab."""

import json
from pathlib import Path

import pytest

from .outside import missing

NOTEBOOKS = sorted((Path(__file__).parent.parent / "docs" / "notebooks").glob("*.ipynb"))
WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(scope="module")
def nbclient():
    try:
        import nbclient
    except ImportError:
        missing("nbclient, which comes with JupyterLab,")
    return nbclient


@pytest.mark.filterwarnings("ignore")  # those of Jupyter's own
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs(path, nbclient, monkeypatch):
    import nbformat

    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    monkeypatch.delenv("MPLBACKEND", raising=False)  # the kernel shows pictures in the notebook
    notebook = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    shown = [kind for cell in notebook.cells for output in cell.get("outputs", []) for kind in output.get("data", {})]
    assert WIDGET in shown
    assert path.stem == "back-propagation" or "image/png" in shown


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_kept_without_outputs(path):
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


def test_each_lesson_sheet_has_its_notebook():
    sheets = {path.stem for path in (NOTEBOOKS[0].parent.parent / "lessons").glob("*.md")} - {"README"}
    assert sheets == {path.stem for path in NOTEBOOKS}
    assert len(sheets) == 5


def test_the_labs_lessons_name_sheets_that_there_are():
    from clearprop.lab.lessons import all_lessons

    sheets = {path.stem for path in (NOTEBOOKS[0].parent.parent / "lessons").glob("*.md")}
    assert {lesson.sheet for lesson in all_lessons() if lesson.sheet} == sheets - {"README"}
