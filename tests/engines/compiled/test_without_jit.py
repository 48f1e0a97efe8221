"""The same tests where nothing is compiled: the kernels as the Python that they are written in."""

import json
import re
from pathlib import Path

from .helpers import run_python

TESTS = Path(__file__).parents[2]
# How many tests of these files pass at least, so that none is passed over in silence.
FILES = {
    ("engines/compiled/test_registries.py",): 300,
    ("engines/compiled/test_inputs.py",): 70,
    ("engines/compiled/test_elementary.py", "engines/compiled/test_products.py", "perceptron/test_rule.py"): 100,
}
CODE = """
import json, sys
import pytest
from clearprop.engines.compiled import machine_code
assert not machine_code.ENABLED
root, *groups = sys.argv[1:]
for group in groups:
    if failed := pytest.main(["-q", "-p", "no:cacheprovider", "--rootdir", root, *json.loads(group)]):
        sys.exit(failed)
assert not machine_code.ORIGINS, "it is compiled all the same"
"""


def test_kernels_agree_where_nothing_is_compiled():
    groups = [json.dumps([str(TESTS / name) for name in files]) for files in FILES]
    said = run_python(CODE, str(TESTS.parent), *groups, NUMBA_DISABLE_JIT="1")
    passed = list(map(int, re.findall(r"(\d+) passed", said)))
    assert len(passed) == len(FILES)
    assert all(number > least for number, least in zip(passed, FILES.values(), strict=True)), passed
