"""A recording holds the session's own replies: the file is taken apart here with the standard library alone."""

import base64
import gzip
import hashlib
import json
import re
import struct

import numpy as np
import pytest

from clearprop import InputError, Lab, Network, Trainer
from clearprop.lab import replay
from clearprop.lab.protocol import Diagnose, Explain, Look, Seek, TakeAway, Tick

EPOCHS = 3
KINDS = {"float32": "<f4", "float64": "<f8", "uint8": "u1", "int32": "<i4"}


@pytest.fixture(scope="module")
def lab():
    return Lab(data="xor_points", layers=[2], learning_rate=0.1, seed=1)


@pytest.fixture(scope="module")
def page(lab, tmp_path_factory):
    """The file, with a front end that does nothing."""
    folder = tmp_path_factory.mktemp("static")
    (folder / "lab.js").write_text("var a={},b=0;export{a as default,b as recorded,a as render};\n")
    (folder / "lab.css").write_text("p{color:red}")
    (folder / "licenses.txt").write_text("a font\n\nof somebody --> <script>evil()</script>\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("clearprop.lab.assets.STATIC", folder)
        yield written(lab, folder)


def written(lab, folder):
    lab.to_html(folder / "replay.html", epochs=EPOCHS)
    return (folder / "replay.html").read_text(encoding="utf-8")


def taken_apart(message):
    """A header, and the bytes that follow it."""
    (length,) = struct.unpack_from("<I", message)
    start = 4 + length
    return json.loads(message[4:start]), message[start + -start % 8 :]


def parts_of(page):
    """Of each part its header, and its messages by name: each a header and arrays by name."""
    for text in re.findall(r'<script type="application/gzip">(.*?)</script>', page):
        header, rest = taken_apart(gzip.decompress(base64.b64decode(text)))
        messages = {}
        for entry in header["messages"]:
            body, rest = rest[: entry["size"]], rest[entry["size"] :]
            reply, numbers = taken_apart(body)
            arrays = {}
            for info in reply["arrays"]:
                count = int(np.prod(info["shape"]))
                array = np.frombuffer(numbers, KINDS[info["dtype"]], count)
                arrays[info["name"]] = array.reshape(info["shape"])
                numbers = numbers[array.nbytes + -array.nbytes % 8 :]
            messages[entry["name"]] = reply, arrays
        yield header, messages


def test_each_moment_has_the_sessions_own_numbers(lab, page):
    header, messages = next(parts_of(page))
    session = lab.session.anew()
    session.answer(Tick(budget=1_000, most=EPOCHS))
    whole = [place["epoch"] for place in header["places"] if place["whole"]]
    assert whole == list(range(EPOCHS + 1))
    assert len(header["places"]) > len(whole)  # the first row's operations are there one by one
    for number, place in enumerate(header["places"]):
        frame, arrays = messages[f"frame/{number}"]
        assert frame["place"]["epoch"] == place["epoch"]
        if place["whole"]:
            expected, numbers = session.answer(Seek(epoch=place["epoch"], view=replay.VIEW))
            assert frame["loss"] == expected.loss
            for info, array in zip(expected.arrays, numbers, strict=True):
                exact = info.name not in replay.PICTURED
                np.testing.assert_allclose(arrays[info.name], array, rtol=0 if exact else 2.0**-replay.PICTURED_BITS)
    assert [point["epoch"] for point in header["curve"]] == list(range(EPOCHS + 1))


def test_derivations_are_the_sessions_own(lab, page):
    first, *others = parts_of(page)
    assert [header["epoch"] for header, _ in others] == first[0]["derived"]
    assert sorted(first[0]["derived"]) == list(range(EPOCHS + 1))
    session = lab.session.anew()
    session.answer(Tick(budget=1_000, most=EPOCHS))
    for header, messages in others[:2]:
        session.answer(Seek(epoch=header["epoch"]))
        for name in ("W1[2,1]", "b2[1]", "delta1[2]", "z2[1]"):
            expected, _ = session.answer(Explain(name=name))
            reply, _ = messages[f"sample/{name}"]
            assert (reply["value"], reply["text"], reply["path"]) == (expected.value, expected.text, expected.path)
        expected, _ = session.answer(Explain(name="W1[2,1]", scope="batch"))
        assert messages["batch/W1[2,1]"][0]["text"] == expected.text


def test_the_lab_stays_where_it_is(lab, page):
    frame, _ = lab.session.answer(Look())
    assert frame.place.epoch == 0
    assert frame.place.furthest == (0, 0)


def test_the_same_training_gives_the_same_file(lab, page, tmp_path):
    assert written(lab, tmp_path) == page


def test_its_own_script_and_style_are_all_that_is_let_in(page):
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    (script,) = re.findall(r'<script type="module">(.*?)</script>', page, re.DOTALL)
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    for name, text in (("script-src", script), ("style-src", style)):
        assert rules[name] == f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
    assert rules["default-src"] == "'none'"
    assert script == 'var a={},b=0;a.render({model:b(),el:document.getElementById("lab")});'


def test_whose_the_parts_are_is_said_in_a_comment_that_ends_nowhere_else(page):
    comment = re.match(r"<!doctype html>\n<!--(.*?)-->\n<html", page, re.DOTALL)[1]
    assert "a font\n\nof somebody -- > <script>evil()</script>\n" in comment


def test_derivations_end_where_there_is_no_more_room(lab, monkeypatch):
    monkeypatch.setattr(replay, "MOST_DERIVATION_BYTES", 12_000)
    few = replay.record(lab.session, EPOCHS)
    assert 1 <= len(few) < EPOCHS + 2
    monkeypatch.setattr(replay, "MOST_DERIVATION_BYTES", 10**9)
    monkeypatch.setattr(replay, "MOST_DERIVATIONS", 1)
    assert len(replay.record(lab.session, EPOCHS)) == 2  # one moment's at least


def test_a_wide_network_has_fewer_moments(monkeypatch):
    recorder = replay.Recorder(Lab(data="iris", layers=[48]).session, 40)
    assert len(recorder.moments) < 40
    assert recorder.moments[0] == 0
    assert recorder.moments[-1] == 40
    assert len(recorder.frames([])) * 4 / 3 < 1.5 * replay.MOST_FRAME_BYTES


def test_a_training_that_ends_early_is_recorded_so_far():
    lab = Lab(data="circles", layers=[2], activation="relu", optimizer="sgd", learning_rate=1e6, loss="squared_error",
              output_activation="identity")  # fmt: skip
    recorder = replay.Recorder(lab.session.anew(), 50)
    assert recorder.moments[-1] < 50
    part = base64.b64encode(recorder.frames([])).decode()
    _, messages = next(parts_of(f'<script type="application/gzip">{part}</script>'))
    last, _ = messages[list(messages)[-1]]
    assert last["alert"]


def test_the_training_so_far_is_taken_away(page, lab):
    session = lab.session.anew()
    recordable = replay.Recordable(session)
    recordable.answer(Tick(budget=1_000, most=EPOCHS))
    recordable.answer(Seek(epoch=1))
    taken, arrays = recordable.answer(TakeAway(form="replay", id=5))
    assert (taken.id, taken.file, taken.media, list(arrays)) == (5, "replay.html", "text/html", [])
    assert taken.text == page
    assert session.answer(Look())[0].place.epoch == 1
    assert recordable.answer(TakeAway(form="python"))[0].text == session.answer(TakeAway(form="python"))[0].text


def test_of_a_training_too_long_to_be_trained_once_more_the_first_epochs_are_taken_away(page, lab, monkeypatch):
    session = lab.session.anew()
    session.answer(Tick(budget=1_000, most=EPOCHS))
    monkeypatch.setattr(replay, "MOST_TAKEN_AWAY", 1)
    taken, _ = replay.Recordable(session).answer(TakeAway(form="replay"))
    header, messages = next(parts_of(taken.text))
    assert header["places"][-1]["epoch"] == 1
    assert messages["opened"][0]["title"] == "The first 1 epoch of a training, recorded"
    first, *_ = parts_of(page)
    assert first[1]["opened"][0]["title"] == "A training, recorded"


def test_how_many_epochs_are_trained_once_more_is_by_the_networks_size():
    small, large = (replay.Recordable(Lab(layers=layers).session)._most_epochs() for layers in ([2], [500, 500]))
    assert small == replay.MOST_TAKEN_AWAY
    assert 1 <= large < 1_000


def test_a_run_that_was_taken_over_is_recorded_from_there():
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    trainer = Trainer(Network([2, 2, 1], "tanh", rng=0), batch_size=4, patience=None, rng=0)
    training = trainer.start(X, np.array([0.0, 1.0, 1.0, 0.0]))
    for _ in range(30):
        training.run_epoch()
    recorder = replay.Recorder(Lab(training).session.anew(), 3)
    assert recorder.moments == [30, 31, 32, 33]
    part = base64.b64encode(recorder.frames([])).decode()
    header, _ = next(parts_of(f'<script type="application/gzip">{part}</script>'))
    assert [place["epoch"] for place in header["places"] if place["whole"]] == [30, 31, 32, 33]


def test_without_the_page_nothing_is_recorded(lab, tmp_path, monkeypatch):
    monkeypatch.setattr("clearprop.lab.assets.STATIC", tmp_path / "nowhere")
    with pytest.raises(InputError, match="the lab's page is not built: install Node"):
        lab.to_html(tmp_path / "replay.html")
    assert list(tmp_path.iterdir()) == []


def test_what_the_doctor_says_is_recorded_where_it_is_asked(lab, page):
    session = lab.session.anew()
    expected, _ = session.answer(Diagnose())
    _, *others = parts_of(page)
    (messages,) = [messages for header, messages in others if header["epoch"] == 0]
    assert messages["diagnose"][0]["type"] == ("refused" if not hasattr(expected, "findings") else "diagnosed")
