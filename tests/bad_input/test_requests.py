"""Every field of every request of the lab's page against values that it cannot have: the reply names the field."""

import typing

import msgspec
import pytest

from clearprop.lab.protocol import AnyRequest, Refused
from clearprop.lab.wire import decode

from .judging import MOST

REQUESTS = {kind.__struct_config__.tag: kind for kind in typing.get_args(AnyRequest)}
BAD = [None, "x" * 100_000, -(10**9), 1e308, 10**400, True, [], {}, [[]], {"unknown": 1}, [None]]


def least(kind):
    """A request of this kind that can be read."""
    values = {"settings": {}, "name": "W1[1,1]", "value": 1.0, "epoch": 0, "text": "a,b", "form": "link"}
    values |= {"across": "W1[1,1]", "up": "b1[1]", "optimizers": ["sgd"]}
    required = {field.name: values[field.name] for field in msgspec.structs.fields(kind) if field.required}
    return {"type": kind.__struct_config__.tag, "id": 3, **required}


def answered(request):
    text = msgspec.json.encode(request) if not has_long(request) else str(request).replace("'", '"')
    return decode(text)


def has_long(value):
    return any(one == 10**400 for one in (value.values() if isinstance(value, dict) else [value]))


@pytest.mark.parametrize("name", REQUESTS)
def test_each_field(name):
    kind = REQUESTS[name]
    assert type(answered(least(kind))) is kind
    for field in msgspec.structs.fields(kind):
        refused = 0
        for bad in BAD:
            request = answered({**least(kind), field.name: bad})
            if isinstance(request, Refused):
                refused += 1
                assert len(request.message) <= MOST
                assert field.name in request.message or field.name == "id"
                assert request.id == (0 if field.name == "id" else 3)
        assert refused >= 5, field.name


@pytest.mark.parametrize(
    "text",
    ["", "null", "[]", "3", "{}", '{"type": 3}', '{"type": "unknown"}', '{"type": "look"', "[" * 100_000,
     b"\xff\xfe", '{"type": "look", "more": 1}',
     '{"a":' * 50_000, "x" * (2**20 + 1), '{"type": "' + "x" * 10**6 + '"}'],
)  # fmt: skip
def test_what_is_no_request(text):
    refused = decode(text)
    assert isinstance(refused, Refused)
    assert refused.message
    assert len(refused.message) <= MOST
