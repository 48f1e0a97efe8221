"""The container: exact round trips, and one short error, before anything is made, for whatever else is in a file."""

import os
import random
import struct
import threading
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from clearprop import InputError
from clearprop.files.container import Container, content_of, read_container, write_container
from clearprop.files.frame import SEAL, UNSEALED
from clearprop.files.limits import LONGEST_CONFIG, MOST_TENSORS
from clearprop.files.strict_json import DEEPEST

from ..extent import WHOLE, examples
from .tampering import changed, compact, put_together, sealed, taken_apart

ARRAYS = {
    "W1": np.array([[1.5, -2.0, 0.1], [np.finfo(float).tiny, -np.finfo(float).max, -0.0]]),
    "b1": np.array([3.0, np.nan, -np.inf], np.float32),
    "places": np.array([-(2**63), 2**63 - 1]),
    "small": np.array([[1], [-(2**31)]], np.int32),
    "bytes": np.arange(7, dtype=np.uint8),
    "known": np.array([True, False]),
    "none/of": np.zeros((0, 3)),
    "one": np.array(2.5),
}
CONFIG = {"name": "größe\u2028", "sizes": [2, 3, 2**64 - 1, -(2**63)], "deep": {"a": [None, True, 0.1, 1e308, 5e-324]}}
GOOD = content_of(Container("example", CONFIG, ARRAYS))
SMALL = content_of(Container("e", {"a": 1}, {"W": np.array([1.0, -2.0])}))


@pytest.fixture
def read(tmp_path):
    def read_content(content):
        (tmp_path / "m").write_bytes(content)
        return read_container(tmp_path / "m")

    return read_content


def refused(read, content):
    with pytest.raises(InputError, match="m: ") as error:
        read(content)
    message = str(error.value)
    assert "\n" not in message
    assert len(message) < 800
    assert message.endswith(("`clearprop train --out`", "save the model again", "or train again"))
    return message


# -- what is written ---------------------------------------------------------------------------------------------------


def test_round_trip_is_exact(read):
    same = read(GOOD)
    assert (same.kind, same.config, same.version) == ("example", CONFIG, 2)
    assert same.tensors.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        assert (same.tensors[name].dtype, same.tensors[name].shape) == (array.dtype, array.shape)
        assert same.tensors[name].tobytes() == array.tobytes()
        assert same.tensors[name].flags.writeable
    assert same.versions["numpy"] == np.__version__
    assert sealed(GOOD) == GOOD
    assert same.checksum.encode() in GOOD


def test_it_is_a_file_of_safetensors_like_any_other():
    tensors = load_tensors(GOOD)
    assert {name: tensor.tobytes() for name, tensor in tensors.items()} == {n: a.tobytes() for n, a in ARRAYS.items()}


def test_memory_in_another_order_or_of_another_byte_order_is_written_as_it_counts(read):
    array = np.arange(6.0).reshape(2, 3)
    written = {"F": np.asfortranarray(array), "step": np.arange(12.0).reshape(2, 6)[:, ::2], "big": array.astype(">f8")}
    same = read(content_of(Container("e", {}, written)))
    assert all(np.array_equal(same.tensors[name], tensor) for name, tensor in written.items())


def test_a_long_config_stands_among_the_arrays(read):
    config = {"names": [f"name {number}" for number in range(20_000)]}
    content = content_of(Container("e", config, {"W": np.ones(2)}))
    assert struct.unpack("<Q", content[:8])[0] < 1000
    same = read(content)
    assert same.config == config
    assert list(same.tensors) == ["W"]


@pytest.mark.parametrize(
    ("container", "message"),
    [
        (Container("e", {"a": float("nan")}, {}), "Out of range float values"),
        (Container("e", {"a": 2**64}, {}), "more than 64 bits"),
        (Container("e", {}, {"x": np.zeros(2, complex)}), "no arrays of complex128, as 'x' is"),
        (Container("e", {}, {"x": np.array(["a"])}), "no arrays of <U1"),
        (Container("e", {}, {"config": np.zeros(1)}), "must not be called 'config'"),
        (Container("e", {}, {str(n): np.zeros(1) for n in range(MOST_TENSORS + 1)}), "4,096 arrays at most, got 4,097"),
        (Container("e", {}, {"x" * 2**20: np.zeros(1)}), "1,048,576 bytes at most"),
        (Container("e", {"a": "x" * LONGEST_CONFIG}, {}), "in 16,777,216 bytes at most"),
    ],
)
def test_what_a_reader_would_refuse_is_not_written(tmp_path, container, message):
    with pytest.raises(ValueError, match=message):
        write_container(tmp_path / "m", container)
    assert not (tmp_path / "m").exists()


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@examples(100)
@given(config=st.dictionaries(st.text(max_size=5), PLAIN, max_size=4))
def test_any_plain_config_comes_back(tmp_path_factory, config):
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(content_of(Container("e", config, {})))
    assert read_container(path).config == config


# -- what is damaged ---------------------------------------------------------------------------------------------------


def test_every_truncation_and_every_longer_file_is_refused(read):
    for length in range(len(SMALL)):
        refused(read, SMALL[:length])
    refused(read, SMALL + b"\0")
    refused(read, SMALL + SMALL)


def flips(content, count):
    """So many different bits of a content, those that matter most among them: all of them where there are fewer."""
    bits = [(place, bit) for place in range(len(content)) for bit in range(8)]
    return random.Random(0).sample(bits, min(count, len(bits)))


def test_every_flipped_bit_is_noticed(read):
    for place, bit in flips(GOOD, 10_000 if WHOLE else 300):
        damaged = bytearray(GOOD)
        damaged[place] ^= 1 << bit
        refused(read, damaged)


def test_every_flipped_bit_of_a_number_is_told_of_by_the_checksum(read):
    start = len(SMALL) - 16
    for place in range(start, len(SMALL)):
        damaged = bytearray(SMALL)
        damaged[place] ^= 1 << place % 8
        assert "its content is not what its checksum is of" in refused(read, damaged)


def said(**changes):
    """What a file says of itself, with changes."""
    description, _, _ = taken_apart(SMALL)
    return description | {"checksum": UNSEALED.decode()} | changes


def text(changes=""):
    """The same as text, with something in front of its last sign."""
    return compact(said())[:-1] + changes + "}"


def array(**changes):
    return {"W": {"dtype": "F64", "shape": [2], "data_offsets": [0, 16]} | changes}


DATA = SMALL[-16:]
ENTRIES = taken_apart(SMALL)[1]
RAW = struct.unpack("<Q", SMALL[:8])[0]
MALFORMED = {
    "empty": b"",
    "nothing but a length": struct.pack("<Q", 2),
    "a text": b"age,kind\n1,2\n" * 20,
    "zeros": bytes(1000),
    "a pickle": b"\x80\x04\x95" + bytes(100),
    "an archive": b"PK\x03\x04" + bytes(100),
    "arrays of others": save_tensors({"W": np.zeros(2)}),
    "metadata of others": save_tensors({"W": np.zeros(2)}, metadata={"format": "pt"}),
    "more metadata": save_tensors({"W": np.zeros(2)}, metadata={"clearprop": text(), "format": "pt"}),
    "a space in front": struct.pack("<Q", RAW + 1) + b" " + SMALL[8:],
    "a header beyond its end": struct.pack("<Q", 10**15) + SMALL[8:],
    "a header that is too short": struct.pack("<Q", RAW - 2) + SMALL[8:],
    "a header that is no UTF-8": SMALL[: 8 + len(SEAL) + 70] + b"\xff" + SMALL[8 + len(SEAL) + 71 :],
    "no JSON": put_together("{" + '"checksum":"' + UNSEALED.decode() + '",,}', ENTRIES, DATA),
    "a list": put_together("[1,2]", ENTRIES, DATA),
    "a number": put_together("5", ENTRIES, DATA),
    "deep": put_together(text(',"config":' + "[" * 100_000), ENTRIES, DATA),
    "deeper than may be": put_together(text(',"x":' + "[" * 40 + "]" * 40), ENTRIES, DATA),
    "a key twice": put_together(text(',"kind":"other"'), ENTRIES, DATA),
    "a key twice below": put_together(compact(said(config=None)).replace("null", '{"a":1,"a":2}'), ENTRIES, DATA),
    "NaN": put_together(compact(said(config=None)).replace("null", '{"a":NaN}'), ENTRIES, DATA),
    "Infinity": put_together(compact(said(config=None)).replace("null", '{"a":-Infinity}'), ENTRIES, DATA),
    "1e999": put_together(compact(said(config=None)).replace("null", '{"a":1e999}'), ENTRIES, DATA),
    "10^400": put_together(compact(said(config=None)).replace("null", '{"a":1' + "0" * 400 + "}"), ENTRIES, DATA),
    "2^64": put_together(compact(said(config=None)).replace("null", f'{{"a":{2**64}}}'), ENTRIES, DATA),
    "version true": put_together(said(version=True), ENTRIES, DATA),
    "version 2.0": put_together(compact(said()).replace('"version":2', '"version":2.0'), ENTRIES, DATA),
    "version as text": put_together(said(version="2"), ENTRIES, DATA),
    "version 3": put_together(said(version=3), ENTRIES, DATA),
    "version 1 under a seal": put_together(said(version=1), ENTRIES, DATA),
    "no version": put_together({n: v for n, v in said().items() if n != "version"}, ENTRIES, DATA),
    "an unknown entry": put_together(said(more=1), ENTRIES, DATA),
    "no kind": put_together(said(kind=None), ENTRIES, DATA),
    "kind is long": put_together(said(kind="x" * 2**16), ENTRIES, DATA),
    "versions are a list": put_together(said(versions=["1"]), ENTRIES, DATA),
    "config is a list": put_together(said(config=[1]), ENTRIES, DATA),
    "no config": put_together(said(config=None), ENTRIES, DATA),
    "no checksum": put_together(compact({n: v for n, v in said().items() if n != "checksum"}), ENTRIES, DATA),
    "checksum in capitals": SMALL[: 8 + len(SEAL)] + SMALL[8 + len(SEAL) :][:64].upper() + SMALL[72 + len(SEAL) :],
    "described twice": put_together(said(), {"config": array(dtype="U8", shape=[16])["W"]}, DATA),
    "a long config of numbers": put_together(said(config=None), {"config": array()["W"]}, DATA),
    "a config that is no JSON": put_together(said(config=None), {"config": array(dtype="U8", shape=[16])["W"]}, DATA),
    "another dtype": put_together(said(), array(dtype="F16", data_offsets=[0, 4]), DATA[:4]),
    "a dtype of one's own": put_together(said(), array(dtype="os.system"), DATA),
    "no shape": put_together(said(), {"W": {"dtype": "F64", "data_offsets": [0, 16]}}, DATA),
    "a negative shape": put_together(said(), array(shape=[-2]), DATA),
    "a shape of NaN": put_together(said(), compact(array()).replace("[2]", "[NaN]")[1:-1], DATA),
    "a shape as large as may be": put_together(said(), array(shape=[0, 2**47, 2**47], data_offsets=[0, 0]), b""),
    "a shape of 2^62": put_together(said(), array(shape=[0, 2**62], data_offsets=[0, 0]), b""),
    "nine axes": put_together(said(), array(shape=[1] * 8 + [2]), DATA),
    "shape and place differ": put_together(said(), array(shape=[3]), DATA),
    "a hole in front": put_together(said(), array(data_offsets=[8, 24]), DATA + bytes(8)),
    "a hole between": put_together(said(), {**array(), "b": array(data_offsets=[24, 40])["W"]}, DATA + bytes(24)),
    "two in one place": put_together(said(), {**array(), "b": array()["W"]}, DATA),
    "an overlap": put_together(said(), {**array(), "b": array(data_offsets=[8, 24])["W"]}, DATA + bytes(8)),
    "backwards": put_together(said(), array(data_offsets=[16, 0]), DATA),
    "more bytes than described": put_together(said(), array(), DATA + bytes(8)),
    "fewer bytes than described": put_together(said(), array(), DATA[:8]),
    "an entry more of an array": put_together(said(), array(more=1), DATA),
    "an array twice": put_together(said(), compact(array())[1:-1] + "," + compact(array())[1:-1], DATA),
    "metadata twice": put_together(said(), {"__metadata__": {"clearprop": "{}"}}, b""),
    "truth values of 2": put_together(said(), array(dtype="BOOL", shape=[2], data_offsets=[0, 2]), b"\x01\x02"),
}  # fmt: skip


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed(read, case):
    message = refused(read, MALFORMED[case])
    assert ("checksum is of" in message) == (case == "checksum in capitals")


def test_there_are_enough_of_them():
    assert len(MALFORMED) >= 25
    assert len(set(MALFORMED.values())) == len(MALFORMED)


def test_what_is_changed_on_purpose_is_read_as_it_says(read):
    same = read(changed(SMALL, lambda description: description["config"].update(a=2)))
    assert same.config == {"a": 2}


def test_a_later_version_says_which_are_read(read):
    message = refused(read, MALFORMED["version 3"])
    assert "a model file of version 3, and this clearprop reads versions 1 and 2: use the clearprop that" in message


def test_nesting_up_to_the_bound_is_taken(read):
    config, deep = [], {"a": 0}
    for _ in range(DEEPEST - 3):
        config = [config]
    deep["a"] = config
    assert read(content_of(Container("e", deep, {}))).config == deep
    with pytest.raises(ValueError, match="nested more than 32 deep"):
        content_of(Container("e", {"a": [[[[config]]]]}, {}))


# -- before anything is made of it -------------------------------------------------------------------------------------

MOST_MEMORY = 64 * 2**20


def memory_of(action):
    """The most that Python and NumPy take while something is refused, in bytes; and the refusal.

    A cluster or a browser that other tests hold open takes memory of its own meanwhile, but not three times.
    """
    found = []
    for _ in range(1 if threading.active_count() == 1 else 3):
        tracemalloc.start()
        try:
            with pytest.raises(InputError) as error:
                action()
            found.append((tracemalloc.get_traced_memory()[1], str(error.value)))
        finally:
            tracemalloc.stop()
    return min(found)


def with_holes(path, content, size):
    """A file of this size, of which the disk holds the content alone."""
    with path.open("wb") as file:
        file.write(content)
        file.truncate(size)
    return path


@pytest.fixture(scope="module")
def many():
    """What a header says of 220,000 arrays."""
    return ",".join(f'"t{n}":{{"dtype":"F64","shape":[0],"data_offsets":[0,0]}}' for n in range(220_000))


def test_a_gigabyte_of_holes_is_refused_by_its_first_bytes(tmp_path):
    path = with_holes(tmp_path / "m", b"", 2**30)
    memory, message = memory_of(lambda: read_container(path))
    assert memory < 2**16
    assert "m: not a model file of clearprop: give a file" in message


@pytest.mark.parametrize("header", [2**20 + 1, 2**24, 2**29])
def test_a_header_that_is_too_long_is_not_read(tmp_path, header):
    path = with_holes(tmp_path / "m", struct.pack("<Q", header) + SEAL, 2**30)
    memory, message = memory_of(lambda: read_container(path))
    assert memory < 2**16
    assert "of 1,048,576 at most" in message


def test_a_hole_behind_a_header_is_refused_by_its_length(tmp_path):
    path = with_holes(tmp_path / "m", SMALL, 2**30)
    memory, message = memory_of(lambda: read_container(path))
    assert memory < 2**17
    assert "16 bytes of arrays described, 1,073,741," in message


@pytest.mark.parametrize("first", [False, True], ids=["version 2", "version 1"])
def test_a_header_of_220_000_arrays(tmp_path, many, first):
    (tmp_path / "m").write_bytes(put_together('{"version": 1}' if first else said(), many, b""))
    memory, message = memory_of(lambda: read_container(tmp_path / "m"))
    assert memory < MOST_MEMORY
    assert "more than a description and arrays" in message if first else "at most" in message


@pytest.mark.parametrize("piece", ["[],", "{},", '"a",', "1,", '{"a":[]},'])
def test_a_megabyte_of_small_things(tmp_path, piece):
    inner = compact(said(config=None)).replace("null", '{"a":[' + piece * (2**20 // len(piece) - 400) + "0]}")
    (tmp_path / "m").write_bytes(put_together(inner, {}, b""))
    memory, _ = memory_of(lambda: read_container(tmp_path / "m"))
    assert memory < MOST_MEMORY


@pytest.mark.skipif(os.name != "posix", reason="there are devices and pipes with names there only")
def test_devices_pipes_and_folders(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/dev/zero")
    for path, what in {tmp_path / "pipe": "pipe", tmp_path / "link": "device", tmp_path: "folder|directory"}.items():
        with pytest.raises(InputError, match=f"cannot be read .*({what})"):
            read_container(path)


def test_what_is_not_there_and_names_that_are_none(tmp_path):
    with pytest.raises(InputError, match="no such model file: check the name"):
        read_container(tmp_path / "none")
    with pytest.raises(InputError, match="no such checkpoint"):
        read_container(tmp_path / "none", "checkpoint")
    with pytest.raises(InputError, match="cannot be read"):
        read_container("a\0b")
    with pytest.raises(InputError, match="cannot be read"):
        read_container(tmp_path / ("x" * 300))
