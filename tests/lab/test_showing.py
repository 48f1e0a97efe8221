"""`Lab`: settings by name, what it is in words, and its widget, which answers as the session does."""

import json
import sys

import msgspec
import numpy as np
import pytest

from clearprop import InputError, Lab, Network
from clearprop.errors import MissingExtraError
from clearprop.lab.protocol import Open, Tick


def test_settings_are_given_by_name():
    lab = Lab(data="moons", layers=[8, {"units": 3, "activation": "silu"}], optimizer="sgd", learning_rate=0.5, seed=3)
    assert [(layer.units, layer.activation) for layer in lab.settings.layers] == [(8, "tanh"), (3, "silu")]
    assert (lab.settings.data.name, lab.settings.optimizer, lab.settings.learning_rate) == ("moons", "sgd", 0.5)
    assert lab.network.layer_sizes == (2, 8, 3, 1)


def test_an_activation_is_that_of_all_hidden_layers():
    lab = Lab(layers=[2, 2], activation="relu")
    assert [one.name for one in lab.network.activations] == ["relu", "relu", "sigmoid"]


def test_other_layers_than_the_networks_begin_anew():
    network = Network([2, 3, 1], "tanh", loss="binary_cross_entropy", rng=0)
    lab = Lab(network, [[0, 1], [1, 0]], [0, 1], layers=[4])
    assert lab.network.layer_sizes == (2, 4, 1)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"lerning_rate": 1}, "no setting 'lerning_rate', did you mean 'learning_rate'"),
        ({"layers": [0]}, "layers\\[0\\].units: Expected `int` >= 1"),
        ({"learning_rate": "fast"}, "learning_rate: Expected `float`, got `str`"),
        ({"data": "mons"}, "data.name: unknown data set 'mons', did you mean 'moons'"),
        ({"optimizer": "adm"}, "optimizer: unknown optimizer 'adm', did you mean 'adam'"),
        ({"activation": "rleu"}, "layers.0.activation: .*'rleu'"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(settings, says):
    with pytest.raises(InputError, match=says):
        Lab(**settings)


def test_it_says_what_it_is_and_where_it_stands():
    lab = Lab(data="xor_points", layers=[2])
    assert repr(lab) == "Lab: 2-2-1, tanh, sigmoid; binary_cross_entropy, adam; 4 rows; epoch 0"
    lab.session.answer(Tick(budget=1_000, most=3))
    assert repr(lab).endswith("epoch 3")


def test_a_model_is_left_as_it_is():
    network = Network([2, 3, 1], "tanh", loss="binary_cross_entropy", rng=0)
    before = network.parameters.copy()
    lab = Lab(network, [[0, 1], [1, 0]], [0, 1])
    lab.session.answer(Tick(budget=1_000, most=3))
    np.testing.assert_array_equal(network.parameters, before)
    assert not np.array_equal(lab.network.parameters, before)


@pytest.fixture
def widget(page):
    pytest.importorskip("anywidget")
    widget = Lab(data="xor_points", layers=[2], seed=1).widget
    widget.sent = []
    widget.send = lambda content, buffers: widget.sent.append((content, buffers))
    yield widget
    widget.close()


def test_the_widget_answers_as_the_session_does(widget):
    widget._handle_custom_msg({"type": "open", "id": 4}, [])
    ((content, buffers),) = widget.sent
    expected, arrays = Lab(data="xor_points", layers=[2], seed=1).session.answer(Open())
    assert (content["type"], content["id"]) == ("opened", 4)
    assert content["settings"] == json.loads(msgspec.json.encode(expected.settings))
    assert [info["name"] for info in content["arrays"]] == [info.name for info in expected.arrays]
    for buffer, array in zip(buffers, arrays, strict=True):
        assert bytes(buffer) == array.tobytes()


def test_the_widget_refuses_what_is_no_request(widget):
    for request in ({"type": "format", "id": 3}, {"type": "look", "id": 3, "more": 1}, [], "open", None):
        widget._handle_custom_msg(request, [])
    assert {content["type"] for content, _ in widget.sent} == {"refused"}
    assert [content["id"] for content, _ in widget.sent] == [3, 3, 0, 0, 0]


def test_it_shows_itself_in_a_notebook(page):
    pytest.importorskip("anywidget")
    lab = Lab(data="xor_points", layers=[2])
    data = lab._repr_mimebundle_()
    data = data[0] if isinstance(data, tuple) else data
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == lab.widget.model_id
    assert lab._display_() is lab.widget
    assert lab.widget._esm == (page / "lab.js").read_text()
    json.dumps(data)
    lab.widget.close()


def test_without_anywidget_it_says_how_to_have_it(monkeypatch):
    monkeypatch.delitem(sys.modules, "clearprop.lab.widget", raising=False)
    monkeypatch.setitem(sys.modules, "anywidget", None)
    lab = Lab(data="xor_points", layers=[2])
    with pytest.raises(MissingExtraError, match=r"run  pip install 'clearprop\[notebook\]'"):
        lab.widget  # noqa: B018
    text = lab._repr_mimebundle_()["text/plain"]
    assert text.startswith("Lab: 2-2-1")
    assert "pip install 'clearprop[notebook]'" in text
