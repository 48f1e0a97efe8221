"""Fitted models, made once for all tests of a process."""

import warnings

import pytest

from . import models


@pytest.fixture(scope="session")
def tables():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return models.fitted_tables()


@pytest.fixture(scope="session")
def other_rows():
    return models.other_rows()


@pytest.fixture(scope="session")
def estimators():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return models.fitted_estimators()
