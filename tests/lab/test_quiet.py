"""Warnings are silent while sessions work side by side, and heard again afterwards."""

import threading
import warnings

from clearprop.lab.quiet import quiet


def test_of_two_that_overlap_the_last_sets_the_filters_back():
    before = list(warnings.filters)
    first, second = quiet(), quiet()
    first.__enter__()
    other = threading.Thread(target=second.__enter__)
    other.start()
    other.join()
    first.__exit__(None, None, None)
    assert warnings.filters[0][0] == "ignore"
    second.__exit__(None, None, None)
    assert warnings.filters == before


def test_they_are_set_back_after_an_error():
    before = list(warnings.filters)
    try:
        with quiet():
            raise KeyError
    except KeyError:
        pass
    assert warnings.filters == before
