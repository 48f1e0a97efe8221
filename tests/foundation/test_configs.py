"""What is wrong in a configuration is told, whatever stands there."""

from typing import Annotated

import msgspec
import pytest
from msgspec import Meta

from clearprop.errors import InputError
from clearprop.foundation.configs import checked


class Config(msgspec.Struct, forbid_unknown_fields=True):
    labels: Annotated[list[Annotated[int | str, Meta(description="a label")]], Meta(description="a list of labels")]
    sizes: Annotated[list[Annotated[float, Meta(gt=0, description="above 0")]], Meta(description="a list of numbers")]


FINE = {"labels": [1, "a"], "sizes": [0.5]}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"labels": [0, [[], 1]]}, "config, labels: [[], 1] is not a label"),
        ({"labels": [0, {}]}, "config, labels: {} is not a label"),
        ({"labels": "a"}, "config, labels: 'a' is not a list of labels"),
        ({"sizes": [1, [2]]}, "config, sizes: [2] is not a number"),
        ({"sizes": [-1.0]}, "config, sizes: -1.0 is not above 0"),
        ({"sizes": [10**400]}, "config, sizes: 1000"),
        ({"sizes": ["\ud800"]}, "config, sizes: '\\ud800' is not a number"),
        ({"sizes": "\ud800"}, "config, sizes: '\\ud800' is not a list of numbers"),
    ],
)
def test_an_entry_that_is_wrong_is_named(changes, words):
    assert checked(FINE, Config, "config").labels == [1, "a"]
    with pytest.raises(InputError) as refused:
        checked({**FINE, **changes}, Config, "config")
    assert str(refused.value).startswith(words)
