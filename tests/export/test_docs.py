"""The programs in C and JavaScript that docs/export.md shows are run; its Python is run as all examples are."""

import re
import subprocess
import warnings

import pytest
from sklearn.datasets import load_iris

from clearprop import TableClassifier
from clearprop.export import to_c, to_json

from ..outside import program
from .running import DOCS, built, run_program

TEXT = (DOCS / "export.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def flowers():
    iris = load_iris(as_frame=True)
    X = iris.data.set_axis(["sepal length", "sepal width", "petal length", "petal width"], axis=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = TableClassifier(recipe="plain", hidden_layer_sizes=[6], learning_rate=0.02, random_state=0)
        return model.fit(X, iris.target_names[iris.target])


def shown(language):
    (block,) = re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    return block


def test_the_program_in_c(flowers, tmp_path):
    (tmp_path / "flowers.h").write_text(to_c(flowers, "flowers"), encoding="utf-8")
    (tmp_path / "main.c").write_text(shown("c"), encoding="utf-8")
    ((line,),) = run_program(built(tmp_path / "main.c", tmp_path / "main"), [])
    assert re.fullmatch(r"setosa, \d+ %", line)


def test_the_page(flowers, tmp_path):
    (tmp_path / "flowers.json").write_text(to_json(flowers), encoding="utf-8")
    (tmp_path / "predict.mjs").write_text((DOCS / "predict.mjs").read_text(encoding="utf-8"), encoding="utf-8")
    # Node's `fetch` takes no files.
    read = "const fetch = async (path) => ({ json: () => JSON.parse(fs.readFileSync(path)) });"
    page = f'import fs from "node:fs";\n{read}\n{shown("js")}'
    (tmp_path / "page.mjs").write_text(page, encoding="utf-8")
    done = subprocess.run(
        [program("Node", "node"), "page.mjs"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("setosa 3\n", "")
