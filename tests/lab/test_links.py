"""Links: any settings survive, weights to the bit, and nothing else is taken for a link."""

import base64
import math
import random
import zlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import settings as tried
from hypothesis import strategies as st

from clearprop.errors import InputError
from clearprop.lab.links import LARGEST, LONGEST, VERSION, fragment_of, settings_of
from clearprop.lab.protocol import Curve, Divided, Drawn, Given, LayerChoice, Pasted, Preset, Settings

words = st.text(st.characters(codec="utf-8"), max_size=40)
shares = st.floats(0, 0.9)
finite = st.floats(allow_nan=False, allow_infinity=False)
rows = st.integers(4, 5_000)
seeds = st.integers(0, 2**53)
choices = st.one_of(
    st.builds(Preset, name=words, rows=rows, noise=st.floats(0, 1), seed=seeds),
    st.builds(Drawn, points=st.lists(st.tuples(finite, finite, finite), max_size=20)),
    st.builds(Pasted, text=words, inputs=st.lists(words, max_size=3), target=words),
    st.builds(Divided, formula=words, rows=rows, seed=seeds),
    st.builds(Curve, formula=words, rows=rows, noise=st.floats(0, 1)),
)
layers = st.builds(LayerChoice, units=st.integers(1, 1_024), activation=words, dropout=shares)
any_settings = st.builds(
    Settings,
    data=choices,
    features=st.lists(words, max_size=4),
    standardized=st.booleans(),
    held_out=shares,
    layers=st.lists(layers, max_size=12),
    output_activation=words,
    loss=words,
    initializer=words,
    optimizer=words,
    learning_rate=st.floats(0, 1e6, exclude_min=True),
    schedule=words,
    batch_size=st.integers(0, 5_000),
    epochs=st.integers(1, 1_000_000),
    l1=st.floats(0, 1e6),
    l2=st.floats(0, 1e6),
    clip_norm=st.floats(0, 1e300),
    shuffle=st.booleans(),
    dtype=st.sampled_from(["float64", "float32"]),
    seed=seeds,
    weights=st.none() | st.lists(finite, max_size=60),
)


@tried(deadline=None, max_examples=200)
@given(any_settings)
def test_any_settings_survive(chosen: Settings) -> None:
    fragment = fragment_of(chosen)
    assert settings_of(fragment) == chosen
    assert settings_of("#" + fragment) == chosen
    assert set(fragment) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")


@tried(deadline=None)
@given(st.lists(finite, min_size=1, max_size=50))
def test_weights_survive_to_the_bit(weights: list[float]) -> None:
    back = settings_of(fragment_of(Settings(), weights)).weights
    assert back is not None
    assert [number.hex() for number in back] == [number.hex() for number in weights]


@tried(deadline=None, max_examples=300)
@given(
    st.one_of(st.text(max_size=200), st.binary(max_size=200).map(lambda b: f"1.{base64.urlsafe_b64encode(b).decode()}"))
)
def test_garbage_gives_one_clear_error(garbage: str) -> None:
    with pytest.raises(InputError, match=r"^this link (cannot be read|is of version)"):
        settings_of(garbage)


def packed(text: bytes) -> str:
    return f"{VERSION}." + base64.urlsafe_b64encode(zlib.compress(text)).decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    [
        b"{}x",
        b"[]",
        b'{"learning_rate": -1}',
        b'{"learning_rate": NaN}',
        b'{"weights": [null]}',
        b'{"what": 1}',
        b'{"data": {"type": "unknown"}}',
        b'{"layers": ' + b'[{"units": 1}, ' * 12 + b'{"units": 1}' + b"]" * 12 + b"}",
        b"[" * 100_000,
        b'{"data": {"type": "given"}}',
    ],
    ids=lambda text: repr(text[:30]),
)
def test_settings_that_cannot_be_are_refused(text: bytes) -> None:
    with pytest.raises(InputError, match="this link cannot be read"):
        settings_of(packed(text))


def test_one_that_is_cut_off_or_changed_is_refused() -> None:
    rng = random.Random(0)
    fragment = fragment_of(Settings(weights=[rng.gauss(0, 1) for _ in range(50)]))
    for end in range(2, len(fragment), 37):
        with pytest.raises(InputError, match="cannot be read"):
            settings_of(fragment[:end])
    with pytest.raises(InputError, match="cannot be read"):
        settings_of(fragment + "AAAA")


def test_a_small_text_that_unpacks_to_a_huge_one_is_not_unpacked() -> None:
    bomb = packed(b" " * (10 * LARGEST) + b"{}")
    assert len(bomb) < LONGEST
    with pytest.raises(InputError, match="cut off, or holds more than settings"):
        settings_of(bomb)


def test_another_version_is_named() -> None:
    with pytest.raises(InputError, match="this link is of version 7, and this lab reads version 1"):
        settings_of("7.abc")


def test_what_stands_in_no_link_is_said() -> None:
    with pytest.raises(InputError, match="stand in no link"):
        fragment_of(Settings(data=Given()))
    rng = random.Random(0)
    many = [rng.gauss(0, 1) for _ in range(9_000)]
    with pytest.raises(InputError, match=r"the link would have [\d,]+ letters"):
        fragment_of(Settings(), many)
    with pytest.raises(InputError, match="this network has 100,001 parameters, and a link holds 100,000 at most"):
        fragment_of(Settings(), [0.0] * 100_001)
    assert len(settings_of(fragment_of(Settings(), [0.0] * 100_000)).weights or []) == 100_000


def test_a_link_of_a_small_network_is_short() -> None:
    assert len(fragment_of(Settings())) < 500
    assert len(fragment_of(Settings(), [math.sin(k) for k in range(105)])) < 2_200


def test_settings_are_plain_json_in_it() -> None:
    chosen = Settings(seed=3)
    text = zlib.decompress(base64.urlsafe_b64decode(fragment_of(chosen).partition(".")[2] + "=="))
    assert msgspec.json.decode(text) == msgspec.to_builtins(chosen)
