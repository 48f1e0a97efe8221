"""An outside judge: scikit-learn's `check_estimator`, in a process in which it can check arrays of other libraries."""

import json
from importlib.util import find_spec

import sklearn

from ..engines.compiled.helpers import run_python

#: How many checks a release of scikit-learn has, so that none is passed over in silence.
COUNTS = {
    "1.7": {"MLPClassifier": 67, "MLPRegressor": 59, "Perceptron": 64},
    "1.9": {"MLPClassifier": 68, "MLPRegressor": 60, "Perceptron": 65},
}[".".join(sklearn.__version__.split(".")[:2])]
CHECKS = """
import json, sys, warnings
warnings.simplefilter("ignore")
import clearprop
from sklearn.utils.estimator_checks import check_estimator
report = {}
for name in sys.argv[1:]:
    results = check_estimator(getattr(clearprop, name)(), on_fail=None, on_skip=None)
    report[name] = [(r["check_name"], r["status"], str(r["exception"])) for r in results]
json.dump(report, sys.stdout)
"""


def test_check_estimator_has_no_failure_and_no_skip():
    for needed in ("pandas", "array_api_strict"):
        assert find_spec(needed), f"{needed} is missing: without it scikit-learn skips checks in silence"
    report = json.loads(run_python(CHECKS, *COUNTS, timeout=300, SCIPY_ARRAY_API="1"))
    other = {name: [check for check in checks if check[1] != "passed"] for name, checks in report.items()}
    assert other == {"MLPClassifier": [], "MLPRegressor": [], "Perceptron": []}
    assert {name: len(checks) for name, checks in report.items()} == COUNTS
