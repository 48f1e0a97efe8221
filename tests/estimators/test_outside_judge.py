"""The outside judges: scikit-learn's own test files run against ours, and `check_estimator`, each in a process."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import sklearn

ROOT = Path(__file__).parents[2]
#: How many tests and checks a release of scikit-learn has, so that none is passed over in silence.
COUNTS = {
    "1.7": {"test_mlp": 58, "test_perceptron": 6, "MLPClassifier": 67, "MLPRegressor": 59, "Perceptron": 64},
    "1.9": {"test_mlp": 59, "test_perceptron": 6, "MLPClassifier": 68, "MLPRegressor": 60, "Perceptron": 65},
}[".".join(sklearn.__version__.split(".")[:2])]
CHECKS = """
import collections, json, sys, warnings
warnings.simplefilter("ignore")
import clearprop
from sklearn.utils.estimator_checks import check_estimator
report = {}
for name in ("MLPClassifier", "MLPRegressor", "Perceptron"):
    results = check_estimator(getattr(clearprop, name)(), on_fail=None, on_skip=None)
    report[name] = [(r["check_name"], r["status"], str(r["exception"])) for r in results]
json.dump(report, sys.stdout)
"""


def run(*command, **environment):
    variables = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    return subprocess.run(
        [sys.executable, *command], env=variables | environment, capture_output=True, text=True, timeout=300
    )


@pytest.mark.parametrize(
    ("module", "without_ours"),
    # How many of the tests train none of our estimators.
    [("sklearn.neural_network.tests.test_mlp", 0), ("sklearn.linear_model.tests.test_perceptron", 1)],
)
def test_scikit_learns_own_tests(module, without_ours, tmp_path):
    tests = COUNTS[module.split(".")[-1]]
    report = tmp_path / "used.json"
    done = run(
        *[
            "-m",
            "pytest",
            "-q",
            "-p",
            "tests.estimators.rebinding",
            "-p",
            "no:cacheprovider",
            "--rootdir",
            str(tmp_path),
        ],
        # What is said where scikit-learn is silent, which its tests do not expect.
        *["-W", "ignore::clearprop.estimators.IgnoredParameterWarning"],
        *["-W", "ignore::clearprop.estimators.NotSeparableWarning"],
        *["--pyargs", module],
        CLEARPROP_JUDGE_REPORT=str(report),
    )
    last = done.stdout.strip().splitlines()[-1]
    assert done.returncode == 0, done.stdout[-4000:]
    assert f"{tests} passed" in last
    assert "skipped" not in last
    assert len(json.loads(report.read_text())) == tests - without_ours


def test_check_estimator_has_no_failure_and_no_skip():
    for needed in ("pandas", "array_api_strict"):
        assert find_spec(needed), f"{needed} is missing: without it scikit-learn skips checks in silence"
    done = run("-c", CHECKS, SCIPY_ARRAY_API="1")
    assert done.returncode == 0, done.stderr[-4000:]
    report = json.loads(done.stdout)
    other = {name: [check for check in checks if check[1] != "passed"] for name, checks in report.items()}
    assert other == {"MLPClassifier": [], "MLPRegressor": [], "Perceptron": []}
    assert {name: len(checks) for name, checks in report.items()} == {name: COUNTS[name] for name in report}
