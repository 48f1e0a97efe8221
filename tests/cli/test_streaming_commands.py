"""`clearprop train`, `evaluate` and `predict` on tables that are read bit by bit: as on those in memory."""

import json

import numpy as np
import polars as pl
import pytest

from ..tables.streaming.tables import written
from .conftest import *  # noqa: F403
