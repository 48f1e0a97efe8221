"""What a network prints, shows in a notebook and draws."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clearprop import Activation, Drawing, Network
from clearprop.printable import printable

from ..extent import examples
from .helpers import network_by_hand

SVG = "{http://www.w3.org/2000/svg}"


def test_repr():
    network = Network([2, 30, 1], "relu", loss="binary_cross_entropy", dtype="float32", rng=0)
    assert repr(network) == "<Network 2-30-1: relu, sigmoid; binary_cross_entropy; 121 parameters, float32>"
    assert "1,025 parameters" in repr(Network([1024, 1], rng=0))


def test_info_prints_every_number_of_a_small_network(capsys):
    network = network_by_hand()
    network.biases[1] = 1 / 3
    network.info()
    assert capsys.readouterr().out.splitlines() == [
        "<Network 2-2-1: tanh, identity; squared_error; 9 parameters, float64>",
        "Layer 1: 2 -> 2, tanh, 6 parameters",
        "  neuron 1: bias 0.25, weights [1, 0.5]",
        "  neuron 2: bias -1, weights [-0.5, 2]",
        "Layer 2: 2 -> 1, identity, 3 parameters",
        "  neuron 1: bias 0.33333333, weights [2, -3]",
    ]


def test_info_sums_up_a_large_layer(capsys):
    network = Network([8, 8, 1], rng=0)
    network.weights[0] = np.arange(64).reshape(8, 8)
    network.biases[0] = np.arange(8) / 10
    network.info()
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "Layer 1: 8 -> 8, sigmoid, 72 parameters"
    assert lines[2] == "  weights 0 to 63, mean 31.5, deviation 18.5"
    assert lines[3] == "  biases 0 to 0.7, mean 0.35, deviation 0.229"
    assert lines[5].startswith("  neuron 1: bias 0, weights [")
    Network([7, 8, 1], rng=0).info()  # 64 numbers are few enough
    assert capsys.readouterr().out.splitlines()[9].startswith("  neuron 8: bias 0, weights [")


@dataclass(frozen=True)
class Marked(Activation):
    name = '<b>&"loud"'

    def value(self, z, out=None):
        return np.tanh(z, out=out)

    def slope(self, z, a):
        return 1 - a * a


class Tags(HTMLParser):
    """Opens and closes tags, and fails where they do not match."""

    def __init__(self):
        super().__init__()
        self.open, self.seen, self.text = [], [], []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.seen.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def test_html_parses_and_escapes():
    network = Network([2, 3, 1], Marked(), rng=0)
    html = network._repr_html_()
    parser = Tags()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    assert parser.seen.count("tr") == 3
    assert parser.seen.count("svg") == 1
    assert "b" not in parser.seen
    assert '<b>&"loud"' in parser.text
    assert "2 → 3" in parser.text
    table, svg = html.split("</table>")
    ElementTree.fromstring(f"<div>{table}</table></div>")
    ElementTree.fromstring(svg)


def drawn(picture, kind):
    root = ElementTree.fromstring(picture)
    assert root.tag == f"{SVG}svg"
    return root.findall(f"{SVG}{kind}")


@examples(30)
@given(sizes=st.lists(st.integers(1, 40), min_size=2, max_size=5))
@example(sizes=[10, 11, 1])
def test_drawing_has_a_circle_a_unit_and_a_line_a_weight(sizes):
    network = Network(sizes, rng=0)
    picture = network.draw()
    shown = [size if size <= 10 else 8 for size in sizes]
    assert len(drawn(picture, "circle")) == sum(shown)
    assert len(drawn(picture, "line")) == sum(m * n for m, n in pairwise(shown))
    texts = [element.text for element in drawn(picture, "text")]
    assert sorted(text for text in texts if "more" in text) == sorted(f"⋮ {n - 8:,} more" for n in sizes if n > 10)
    root = ElementTree.fromstring(picture)
    assert root.get("aria-label") == "network of " + ", ".join(map(str, sizes)) + " units"
    width, height = (float(number) for number in root.get("viewBox").split()[2:])
    for circle in drawn(picture, "circle"):
        assert 0 < float(circle.get("cx")) < width
        assert 0 < float(circle.get("cy")) < height


def test_drawing_tells_every_number():
    network = network_by_hand()
    picture = network.draw(["petal", "sepal"], ["species"])
    lines = {line.find(f"{SVG}title").text: line for line in drawn(picture, "line")}
    assert set(lines) == {
        "W1[1,1] = 1", "W1[1,2] = -0.5", "W1[2,1] = 0.5", "W1[2,2] = 2", "W2[1,1] = 2", "W2[2,1] = -3",
    }  # fmt: skip
    for title, line in lines.items():
        negative = "= -" in title
        assert (line.get("stroke-dasharray") is not None) == negative
        assert line.get("stroke") == ("#D55E00" if negative else "#0072B2")
    # the greater the weight within its layer, the wider the line
    assert float(lines["W2[2,1] = -3"].get("stroke-width")) > float(lines["W2[1,1] = 2"].get("stroke-width"))
    circles = [circle.find(f"{SVG}title").text for circle in drawn(picture, "circle")]
    assert circles == ["x[1]", "x[2]", "b1[1] = 0.25", "b1[2] = -1", "b2[1] = 0.125"]
    texts = [element.text for element in drawn(picture, "text")]
    assert {"petal", "sepal", "species", "inputs", "layer 1", "2 tanh", "1 identity", "b 0.25", "-0.5"} <= set(texts)


def test_drawing_of_wide_layers_names_the_units_that_are_shown():
    picture = Network([12, 1], rng=0).draw([f"column {unit}" for unit in range(1, 13)], ["y"])
    texts = [element.text for element in drawn(picture, "text")]
    assert [text for text in texts if text.startswith("column")] == [
        f"column {unit}" for unit in (1, 2, 3, 4, 9, 10, 11, 12)
    ]
    titles = [line.find(f"{SVG}title").text.split(" ")[0] for line in drawn(picture, "line")]
    assert titles == [f"W1[{unit},1]" for unit in (1, 2, 3, 4, 9, 10, 11, 12)]


@examples(60)
@given(name=st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40))
@example(name='<script>alert("1")</script> & co')
@example(name="]]>")
def test_names_with_markup_are_escaped(name):
    picture = Network([1, 1], rng=0).draw([name], ["b"])
    shown = printable(name)
    expected = shown if len(shown) <= 30 else shown[:29] + "…"
    assert expected in [element.text or "" for element in drawn(picture, "text")]
    assert "<script>" not in picture


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("tab\tand\nline", r"tab\tand\nline"),
        ("nul\0", r"nul\x00"),
        ("\x07bell\x1b[0m", r"\x07bell\x1b[0m"),
        ("half \ud800", r"half \ud800"),
        ("\uffff and \ufffe", r"\uffff and \ufffe"),
        ("\N{GRINNING FACE} \x85", "\N{GRINNING FACE} \\x85"),
    ],
)
def test_names_with_characters_that_xml_cannot_hold(name, shown, tmp_path):
    picture = Network([1, 1], rng=0).draw([name], [name])
    picture.save(tmp_path / "network.svg")
    written = (tmp_path / "network.svg").read_text(encoding="utf-8")
    assert written == picture
    assert [element.text for element in drawn(written, "text")].count(shown) == 2


def test_drawing_refuses_names_that_are_not_as_many():
    network = Network([2, 3, 1], rng=0)
    with pytest.raises(ValueError, match="input_names must be 2, one a unit, got 1"):
        network.draw(["a"])
    with pytest.raises(ValueError, match="output_names must be 1, one a unit, got 2"):
        network.draw(output_names=["a", "b"])


def test_drawing_of_weights_that_are_all_0():
    picture = Network([2, 2], initializer="zeros").draw()
    assert {line.get("stroke-width") for line in drawn(picture, "line")} == {"0.600"}
    assert "nan" not in picture


def test_drawing_is_text_that_notebooks_show_and_files_hold(tmp_path):
    picture = network_by_hand().draw(["größe", "b"])
    assert isinstance(picture, Drawing)
    assert isinstance(picture, str)
    assert picture._repr_svg_() == picture
    assert type(picture._repr_svg_()) is str
    picture.save(tmp_path / "network.svg")
    picture.save(str(tmp_path / "again.svg"))
    assert (tmp_path / "network.svg").read_bytes() == picture.encode("utf-8") == (tmp_path / "again.svg").read_bytes()


@pytest.mark.parametrize("name", ["network.png", "network", "svg", "network.svg.txt"])
def test_drawing_is_saved_as_svg_only(name, tmp_path):
    with pytest.raises(ValueError, match=rf"{re.escape(name)}: a drawing is SVG, so its name must end in \.svg"):
        Network([1, 1], rng=0).draw().save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []
    Network([1, 1], rng=0).draw().save(tmp_path / "NETWORK.SVG")
    assert [path.name for path in tmp_path.iterdir()] == ["NETWORK.SVG"]


def test_drawing_tells_what_it_is_where_it_is_not_shown():
    picture = Network([2, 3, 1], rng=0).draw()
    count = f"{len(picture):,}"
    assert "," in count
    assert repr(picture) == (
        f"<Drawing, {count} characters of SVG: a notebook shows it, save('network.svg') writes it>"
    )
    assert str(picture).startswith("<svg ")


def test_a_row_is_written_beside_the_units():
    network = Network([2, 3, 1], "tanh", rng=0)
    X, y = np.array([[0.5, -1.0], [2.0, 0.25]]), [1.0, 0.0]
    trace = network.forward(X)
    gradients = network.backward(trace, y)
    picture = network.draw(trace=trace, gradients=gradients, row=1)
    texts = [element.text for element in drawn(picture, "text")]
    for layer in (0, 1):
        for z, a, delta in zip(trace.z[layer][1], trace.a[layer][1], gradients.deltas[layer][1], strict=True):
            assert f"z {z:.3g} · a {a:.3g}" in texts
            assert f"δ {delta:.3g}" in texts
    assert {"2", "0.25"} <= set(texts)
    titles = [line.find(f"{SVG}title").text for line in drawn(picture, "line")]
    assert titles[0] == f"W1[1,1] = {network.weights[0][0, 0]:.6g}, gradient {gradients.weights[0][0, 0]:.6g}"
    with pytest.raises(ValueError, match="row must be one of the trace's, 0 to 1, got 2"):
        network.draw(trace=trace, row=2)
    with pytest.raises(ValueError, match="the gradients are not of this trace"):
        network.draw(trace=network.forward(X[:1]), gradients=gradients)
    with pytest.raises(ValueError, match="the trace is not of this network"):
        Network([2, 4, 1], rng=0).draw(trace=trace)


def test_a_path_stands_out():
    network = Network([2, 3, 1], rng=0)
    picture = network.draw(path=["W1[2,3]", "W2[3,1]"])
    lines = {line.find(f"{SVG}title").text.split(" ")[0]: line.get("opacity") for line in drawn(picture, "line")}
    assert {name for name, opacity in lines.items() if opacity != "0.12"} == {"W1[2,3]", "W2[3,1]"}
    faded = ElementTree.fromstring(picture).findall(f"{SVG}g")
    assert [group.find(f"{SVG}circle/{SVG}title").text.split(" ")[0] for group in faded] == ["x[1]", "b1[1]", "b1[2]"]
    for wrong in ("W3[1,1]", "z1[4]", "W1[0,1]", "petal", "W1[1]", "W1[1,2"):
        with pytest.raises(ValueError, match="path must name this network's weights and units"):
            network.draw(path=[wrong])


def test_in_a_notebook_it_has_the_colours_of_the_page():
    html = Network([2, 1], rng=0).draw()._repr_html_()
    assert "currentColor" in html
    assert "prefers-color-scheme" not in html
    assert "var(" not in Network([2, 1], rng=0).draw()
