"""An outside judge: scikit-learn's own test files, run against ours in a process."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import sklearn

ROOT = Path(__file__).parents[2]
#: How many tests a release of scikit-learn has, so that none is passed over in silence.
COUNTS = {
    "1.7": {"test_mlp": 58, "test_perceptron": 6},
    "1.9": {"test_mlp": 59, "test_perceptron": 6},
}[".".join(sklearn.__version__.split(".")[:2])]


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
        *("-m", "pytest", "-q", "-p", "tests.estimators.rebinding"),
        *("-p", "no:cacheprovider", "--rootdir", str(tmp_path)),
        # What is said where scikit-learn is silent, which its tests do not expect.
        *("-W", "ignore::clearprop.estimators.IgnoredParameterWarning"),
        *("-W", "ignore::clearprop.estimators.NotSeparableWarning"),
        *("--pyargs", module),
        CLEARPROP_JUDGE_REPORT=str(report),
    )
    last = done.stdout.strip().splitlines()[-1]
    assert done.returncode == 0, done.stdout[-4000:]
    assert f"{tests} passed" in last
    assert "skipped" not in last
    assert len(json.loads(report.read_text())) == tests - without_ours
