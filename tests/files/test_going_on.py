"""A training that was killed, or interrupted, at any line goes on from its folder to the very bits of one that was not.

All of it: 50 kills and 50 interrupts of each training, with CLEARPROP_WHOLE=1.
"""

import os
import random
from pathlib import Path

import pytest

from clearprop.files.checkpoint import Checkpoint
from clearprop.files.checkpoint_folder import files_in

from ..extent import SEED, WHOLE
from .going_on import EPOCHS, MORE, TRAININGS, Trainings

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the trainings are forked")

POINTS = 50 if WHOLE else 3
# A checkpoint after each batch, as each is due at once; or after two epochs.
EVERY = ["0.000001s", 2]


@pytest.fixture(scope="module")
def trainings():
    with Trainings() as process:
        yield process


@pytest.mark.parametrize("by", ["kill", "interrupt"])
@pytest.mark.parametrize(("number", "name"), list(enumerate(TRAININGS)))
def test_whatever_line_it_ended_at(trainings, tmp_path, number, name, by):
    every, draw = EVERY[(number + (by == "kill")) % 2], random.Random(SEED + number)
    whole, lines = trainings.ask(tmp_path / "whole", name, every)
    alone, _ = trainings.ask(None, name, every)
    assert whole == alone  # to keep it changes nothing
    more, _ = trainings.ask(tmp_path / "whole", name, every, epochs=EPOCHS + MORE)
    begun_within, ends = 0, set()
    for point in range(POINTS):
        folder = tmp_path / f"{point}"
        line = draw.randint(lines // 10, lines - 1)
        ended, _ = trainings.ask(folder, name, every, line=line, by=by)
        ends.add(ended if isinstance(ended, str) else "whole")
        there = files_in(folder)
        for path in there:
            Checkpoint.read(path)
        begun_within += any("row" in path.name for path in there)
        assert trainings.ask(folder, name, every)[0] == whole, (line, every)
        assert trainings.ask(folder, name, every, epochs=EPOCHS + MORE)[0] == more, (line, every)
        assert not list(Path(folder).glob("*.tmp"))
    assert ends <= ({"signal 9, status 0"} if by == "kill" else {"interrupted", "whole"}), ends
    assert begun_within or not (WHOLE and every == EVERY[0])
