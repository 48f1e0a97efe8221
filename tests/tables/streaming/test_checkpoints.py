"""A training on a table that comes part by part goes on from its checkpoint, to the same bits."""

import pytest

from clearprop import Callback, InputError, TableRegressor

from .tables import frame, written


class Interrupts(Callback):
    """Ends a training after so many of its stretches."""

    def __init__(self, after):
        self.left = after

    def on_batch_end(self, training):
        self.left -= 1
        if not self.left:
            raise KeyboardInterrupt


def model(**settings):
    settings = {"members": 2, "max_epochs": 4, "recipe": "plain", "stream": True, "random_state": 0} | settings
    return TableRegressor(**settings)


@pytest.mark.parametrize("after", [1, 6])
def test_it_goes_on_where_it_was(tmp_path, after):
    folder, kept = written(tmp_path / "t"), tmp_path / "kept"
    expected = model().fit(folder, "price")
    with pytest.raises(KeyboardInterrupt):
        model(checkpoint=kept, callbacks=[Interrupts(after)]).fit(folder, "price")
    again = model(checkpoint=kept).fit(folder, "price")
    assert again.ensemble_.parameters.tobytes() == expected.ensemble_.parameters.tobytes()
    assert [len(history) for history in again.histories_] == [len(history) for history in expected.histories_]


def test_that_of_another_table_is_refused(tmp_path):
    folder, kept = written(tmp_path / "t"), tmp_path / "kept"
    model(checkpoint=kept).fit(folder, "price")
    frame(seed=8).write_parquet(folder / "part-1.parquet")
    with pytest.raises(InputError, match="holds checkpoints of another training: the table holds other values"):
        model(checkpoint=kept).fit(folder, "price")
