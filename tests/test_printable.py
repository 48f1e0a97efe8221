"""Text from outside is shown with every sign visible, in whatever it is shown."""

import io
import sys
import unicodedata
import warnings
from xml.etree import ElementTree

import numpy as np
import pytest

from clearprop import (
    History,
    InputError,
    MLPClassifier,
    MLPRegressor,
    Network,
    NetworkDisplay,
    Perceptron,
    TableClassifier,
    explain,
)
from clearprop.plots import ActivationHistogramDisplay, DecisionBoundaryDisplay
from clearprop.printable import printable
from clearprop.tables.frames import as_column, as_table

# Titles, colours, cursors and links of a terminal; turns of the writing; what has no width; what is no text.
HOSTILE = {
    "title": ("\x1b]0;owned\x07", r"\x1b]0;owned\x07"),
    "colour": ("\x1b[31mred", r"\x1b[31mred"),
    "one-byte colour": ("\x9b31mred", r"\x9b31mred"),
    "line start": ("good\rbad", r"good\rbad"),
    "lines": ("1\n2\x0b\x0c\x853\u20284", r"1\n2\x0b\x0c\x853\u20284"),
    "right to left": ("a\u202etxt.exe", r"a\u202etxt.exe"),
    "isolated": ("a\u2066b\u2069", r"a\u2066b\u2069"),
    "no width": ("p\u200bass\ufeff\u2060", r"p\u200bass\ufeff\u2060"),
    "no ink": ("a\u3164b\ufe0fc\u115f", r"a\u3164b\ufe0fc\u115f"),
    "tags": ("a\U000e0041", r"a\U000e0041"),
    "half a pair": ("a\udc80", r"a\udc80"),
    "deleted": ("a\x7f\x00", r"a\x7f\x00"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_what_cannot_be_seen_is_an_escape(case):
    text, shown = HOSTILE[case]
    assert printable(text) == shown
    assert printable(shown) == shown


@pytest.mark.parametrize(
    "text", ["", "größe [m²]", "大きさ", "عدد", "1\u202f234\u00a0€", r"C:\new", "🌷", "a\u0301", "[red]:smile:"]
)
def test_what_can_be_seen_stays(text):
    assert printable(text) == text


def test_no_control_or_format_sign_is_left_of_all_there_are():
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    left = {unicodedata.category(sign) for sign in set(printable(every))}
    assert not left & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@pytest.mark.parametrize("case", HOSTILE)
def test_errors_show_it(case):
    text, shown = HOSTILE[case]
    assert str(InputError(f"{text}: no")) == f"{shown}: no"


def svg_of(figure):
    content = io.BytesIO()
    figure.savefig(content, format="svg")
    return content.getvalue()


@pytest.mark.parametrize("case", HOSTILE)
def test_pictures_are_xml_with_any_name(case):
    text, shown = HOSTILE[case]
    network = Network([2, 1], rng=0)
    drawn = ElementTree.fromstring(network.draw([text, "b"], [text]))
    assert [element.text for element in drawn.iter("{http://www.w3.org/2000/svg}text")].count(shown) == 2
    points, classes = np.array([[0.0, 0.0], [1.0, 1.0]]), np.array([0, 1])
    display = DecisionBoundaryDisplay.from_function(
        lambda plane: np.zeros(len(plane)), points, classes, (text, "b"), [text, "c"]
    )
    boundary = display.plot(title=text).ax_
    assert boundary.get_xlabel() == boundary.get_title() == shown
    assert boundary.get_legend().get_texts()[0].get_text() == shown
    histogram = ActivationHistogramDisplay([np.zeros(3)], [text]).plot()
    assert histogram.axes_[0].get_title() == f"layer 1: {shown}"
    display = NetworkDisplay.from_network(network, [text, "b"]).plot()
    for figure in (boundary.figure, histogram.figure_, display.figure_):
        assert ElementTree.fromstring(svg_of(figure)).tag.endswith("svg")


@pytest.mark.parametrize("case", [case for case in HOSTILE if case != "half a pair"])
def test_reports_show_it(case, tmp_path):
    from clearprop.tables.evaluating import evaluate_training
    from clearprop.tables.report import write_report
    from clearprop.tables.reporting import report_data

    text, shown = HOSTILE[case]
    name, label = f"n{text}n", f"l{text}l"
    table, column = as_table({name: [1, 2, 8, 9] * 5}), as_column([label, label, "z", "z"] * 5, "kind")
    learned = TableClassifier(recipe="plain", max_epochs=1, random_state=0).fit(table, column)
    evaluation, command = evaluate_training(learned, table, column), f"clearprop train {text}"
    data = report_data(learned, table, column, evaluation, title=f"t{text}t", notes=[], command=command)
    write_report(tmp_path / "r.html", data)
    report = (tmp_path / "r.html").read_text(encoding="utf-8")
    for part in (f"n{shown}n", f">l{shown}l</th>", f"<h1>t{shown}t</h1>", f"clearprop train {shown}"):
        assert part in report
    assert printable(report.replace("\n", "")) == report.replace("\n", "")
    assert isinstance(learned.history_, History)


@pytest.mark.parametrize("bad", ["z\x1b[2m", "two\nlines", "cba\u202e", "- a\n- b\r"])
@pytest.mark.parametrize("make", [MLPClassifier, MLPRegressor, Perceptron])
def test_names_of_columns_in_errors_can_be_seen(make, bad):
    pandas = pytest.importorskip("pandas")
    X, y = np.array([[0.0, 1.0], [1.0, 0.0]] * 5), [0, 1] * 5
    good, hostile = pandas.DataFrame(X, columns=["x", "y"]), pandas.DataFrame(X, columns=["x", bad])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model, other = make(max_iter=2).fit(good, y), make(max_iter=2).fit(hostile, y)
    for ask in (model.predict, lambda rows: model.score(rows, y), lambda rows: explain(model, rows.iloc[:1])):
        with pytest.raises(ValueError, match="unseen at fit time:") as error:
            ask(hostile)
        assert f"unseen at fit time:\n- {printable(bad)}\nFeature names seen" in str(error.value)
        assert error.value.__cause__ is None
        assert error.value.__suppress_context__
    with pytest.raises(ValueError, match="now missing:") as error:
        other.predict(good)
    assert f"now missing:\n- {printable(bad)}\n" in str(error.value)
