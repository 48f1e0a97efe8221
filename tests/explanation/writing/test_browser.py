"""The HTML of explanations in a real browser: formulas are laid out as formulas, nothing is loaded, text stays text."""

import pytest

from clearprop import Network, explain
from clearprop.explanation import ArticleDerivation

from ...browser import measured

ROWS, TARGETS = [[0.5, -1.0], [1.0, 2.0]], [1, 0]


@pytest.mark.parametrize("width", [1000, 400])
def test_a_gradient(tmp_path, width):
    network = Network([2, 3, 2], "tanh", loss="cross_entropy", rng=0)
    explanation = explain(network, ROWS, TARGETS, "W1[2,3]", feature_names=["<b>age</b>", "<script>alert(1)</script>"])
    page = measured(explanation.to_html(), tmp_path, width)
    assert len(page["math"]) > 10
    assert all(wide > 4 and high > 4 for wide, high in page["math"])
    # A fraction is at least as high as two lines of what stands in it: it was laid out, not printed in a row.
    assert len(page["fractions"]) > 3
    assert all(high > 18 for _, high in page["fractions"])
    assert page["loaded"] == 0
    assert page["scripts"] == 0
    assert page["width"] <= page["window"]


def test_the_articles_derivation(tmp_path):
    page = measured(ArticleDerivation().to_html(), tmp_path)
    assert len(page["math"]) >= 46
    assert all(wide > 4 and high > 4 for wide, high in page["math"])
    for number in range(1, 47):
        assert f"({number})" in page["text"]
    assert page["loaded"] == 0
