"""What goes over the wire: requests, what is wrong with others, and replies whose bytes can be taken apart."""

import json
import struct

import numpy as np
import pytest

from clearprop.lab.protocol import ArrayInfo, Diagnose, Diagnosed, Look, Refused, Settings, View
from clearprop.lab.wire import MOST_BYTES, answered, decode, joined


class Doctor:
    def __init__(self, arrays):
        self.arrays = arrays

    def answer(self, request):
        infos = [ArrayInfo(name=name, dtype=array.dtype.name, shape=array.shape) for name, array in self.arrays.items()]
        return Diagnosed(id=request.id, findings=[], badges=[], arrays=infos), list(self.arrays.values())


ARRAYS = {
    "plane": np.arange(6.0, dtype=np.float32).reshape(2, 3),
    "big endian": np.array([1.5, np.nan, -np.inf], dtype=">f8"),
    "bytes": np.array([1, 0, 1], dtype=np.uint8),
    "columns": np.asfortranarray(np.arange(6, dtype=np.int32).reshape(2, 3)),
    "none": np.empty((0, 2)),
}
KINDS = {"float32": "f", "float64": "d", "uint8": "B", "int32": "i"}


def test_a_reply_is_taken_apart_with_nothing_but_its_header():
    message = joined(*answered(Doctor(ARRAYS), '{"type": "diagnose", "id": 5}'))
    (length,) = struct.unpack_from("<I", message)
    header = json.loads(message[4 : 4 + length])
    assert (header["type"], header["id"]) == ("diagnosed", 5)
    assert [info["name"] for info in header["arrays"]] == list(ARRAYS)
    offset = 4 + length
    for info, expected in zip(header["arrays"], ARRAYS.values(), strict=True):
        offset += -offset % 8
        count = int(np.prod(info["shape"]))
        numbers = struct.unpack_from(f"<{count}{KINDS[info['dtype']]}", message, offset)
        offset += struct.calcsize(f"<{count}{KINDS[info['dtype']]}")
        assert info["shape"] == list(expected.shape)
        np.testing.assert_array_equal(numbers, expected.ravel())
    assert len(message) == offset + -offset % 8


def test_a_request_is_what_was_asked():
    assert decode('{"type": "diagnose", "id": 3}') == Diagnose(id=3)
    assert decode(b'{"type": "look", "view": {"plane": 32, "axes": [1, 0]}}') == Look(view=View(plane=32, axes=(1, 0)))
    settings = decode('{"type": "configure", "settings": {"data": {"type": "given"}, "weights": [1, 2.5]}}').settings
    assert settings.weights == [1.0, 2.5]
    assert settings.layers == Settings().layers


DEEP = 100_000


@pytest.mark.parametrize(
    ("text", "number", "field", "says"),
    [
        ("", 0, "", "truncated"),
        ("no JSON", 0, "", "malformed"),
        ("[1]", 0, "", "Expected `object`"),
        ('{"type": "format", "id": 2}', 2, "", "Invalid value 'format'"),
        ('{"type": "look", "id": 4, "view": {"plane": 1000}}', 4, "", "view.plane: Expected `int` <= 128"),
        ('{"type": "look", "id": 4, "more": 1}', 4, "", "unknown field `more`"),
        (
            '{"type": "configure", "id": 9, "settings": {"layers": [{"units": 0}]}}',
            *(9, "layers.0.units", "settings.layers.0.units: Expected `int` >= 1"),
        ),
        ('{"type": "configure", "settings": {"learning_rate": 1e999}}', 0, "learning_rate", "out of range"),
        ('{"type": "configure", "settings": {"learning_rate": NaN}}', 0, "", "malformed"),
        ('{"type": "look", "id": -1}', 0, "", "id: Expected `int` >= 0"),
        (b'{"type": "look", "id": 1, "view": "\xff"}', 1, "", "view: Expected `object`"),
        ("[" * DEEP + "]" * DEEP, 0, "", "Expected `object`"),
        ('{"type":' + "[" * DEEP, 0, "", "recursion depth"),
        ('{"more":' * DEEP + "1" + "}" * DEEP, 0, "", ""),
        ('{"type": "look", "id": 1, "view": ' + '{"a":' * DEEP + "1" + "}" * (DEEP + 1), 0, "", "unknown field `a`"),
        ('{"type": "explain", "name": "' + "x" * 201 + '"}', 0, "", "name: Expected `str` of length <= 200"),
        ('{"type": "read_table", "text": "' + "x" * MOST_BYTES + '"}', 0, "", "at most 1,048,576 bytes"),
    ],
)
def test_what_is_none_is_refused_with_its_place(text, number, field, says):
    refused = decode(text)
    assert isinstance(refused, Refused)
    assert (refused.id, refused.field) == (number, field)
    assert says.lower() in refused.message.lower()


def test_whatever_goes_wrong_is_a_reply(monkeypatch):
    class Broken:
        def answer(self, request):
            raise KeyError("W9\x1b[2J")

    monkeypatch.delenv("CLEARPROP_TRACEBACK", raising=False)
    header, arrays = answered(Broken(), '{"type": "diagnose", "id": 6}')
    reply = json.loads(header)
    assert (reply["type"], reply["id"], arrays) == ("refused", 6, [])
    assert "KeyError" in reply["message"]
    assert "\x1b" not in reply["message"]
