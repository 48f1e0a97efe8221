"""What a command waits for: the libraries that it loads, and how often it computes a loss. No clock is asked."""

import ast
import subprocess
import sys

import pytest

import clearprop.explanation.checking
from clearprop import Network, explain

COMPILER = {"numba", "llvmlite"}
PICTURES = {"matplotlib", "PIL", "jinja2"}
# scikit-learn loads scipy.stats and, where it is installed, pandas: more than a second.
LEARNING = {"sklearn", "scipy", "pandas", "joblib"}
PRINT_LOADED = """
import sys
from clearprop.cli import main
try:
    main()
finally:
    print({name.split(".")[0] for name in sys.modules}, file=sys.stderr)
"""


def loaded_by(folder, *arguments):
    """The top-level packages that a command loads."""
    command = [sys.executable, "-c", PRINT_LOADED, *map(str, arguments)]
    done = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return ast.literal_eval(done.stderr.splitlines()[-1])


@pytest.fixture
def trained(run, flowers):
    status, _, errors = run("train", flowers, "--target", "kind", "--out", "f.model", "--hidden", "4", "--epochs", "5")
    assert status == 0, errors
    return flowers.parent


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["train", "--help"], ["article", "--help"]])
def test_help_loads_no_numbers(tmp_path, arguments):
    assert loaded_by(tmp_path, *arguments) & {"numpy", "msgspec", *LEARNING, *COMPILER, *PICTURES} == set()


def test_the_librarys_public_names_load_no_msgspec():
    """Nor does help or a training, whose file is written without it; it is loaded where a file is read."""
    program = "import sys, clearprop; names = [getattr(clearprop, name) for name in clearprop.__all__]"
    program += "; print('msgspec' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout == "False\n"


@pytest.mark.parametrize("arguments", [[], ["--json"], ["--derivation"]])
def test_the_article_needs_numpy_alone(tmp_path, arguments):
    loaded = loaded_by(tmp_path, "article", *arguments)
    assert "numpy" in loaded
    assert loaded & {"safetensors", *LEARNING, *COMPILER, *PICTURES} == set()


@pytest.mark.parametrize(
    "arguments",
    [
        ["explain", "f.model", "flowers.csv", "--row", "5"],
        ["explain", "f.model", "flowers.csv", "--row", "5", "--parameter", "W2[3,1]", "--optimizer", "adam"],
        ["explain", "f.model", "flowers.csv", "--parameter", "b1[2]", "--format", "html"],
        ["predict", "f.model", "flowers.csv", "--out", "answers.csv"],
    ],
)
def test_a_trained_model_is_applied_without_scikit_learn(trained, arguments):
    loaded = loaded_by(trained, *arguments)
    assert loaded & {*LEARNING, *COMPILER, *PICTURES} == set()
    assert "msgspec" in loaded


@pytest.mark.parametrize(
    ("arguments", "reads_a_model"),
    [
        (["train", "flowers.csv", "--target", "kind", "--out", "g.model", "--epochs", "2"], False),
        (["evaluate", "f.model", "flowers.csv"], True),
    ],
)
def test_what_draws_nothing_and_is_short_loads_no_plots_and_no_compiler(trained, arguments, reads_a_model):
    loaded = loaded_by(trained, *arguments)
    assert loaded & {*COMPILER, *PICTURES} == set()
    assert ("msgspec" in loaded) == reads_a_model


@pytest.mark.parametrize("sizes", [[2, 2, 1], [20, 60, 40, 1]])
@pytest.mark.parametrize("name", ["W2[2,1]", "b1[1]", "x[2]", "delta1[2]"])
def test_an_explanation_checks_the_one_number_that_it_explains(monkeypatch, sizes, name):
    """However large the network: the loss is computed four times for each step that is tried, here the first."""
    counts = []
    check_gradient = clearprop.explanation.checking.check_gradient

    def counting(evaluate, *arguments):
        calls = []

        def counted():
            calls.append(1)
            return evaluate()

        check = check_gradient(counted, *arguments)
        counts.append((len(arguments[2]), len(calls)))
        return check

    monkeypatch.setattr(clearprop.explanation.checking, "check_gradient", counting)
    network = Network(sizes, "tanh", loss="binary_cross_entropy", rng=0)
    assert "agrees (relative error" in explain(network, [0.5, -1.0] * (sizes[0] // 2), [1], name).to_text()
    assert counts == [(1, 4)]
