"""The article's equations 1 to 46: numbered as there, and each true in numbers."""

import math
from dataclasses import replace

import pytest

from clearprop.article import NeuralNetwork
from clearprop.explanation import ArticleDerivation
from clearprop.explanation.article_derivation import BIASES, ETA, ROW, TARGET, WEIGHTS, _by_differences
from clearprop.explanation.writing.evaluation import evaluate
from clearprop.explanation.writing.expressions import Negate


@pytest.fixture(scope="module")
def derivation():
    return ArticleDerivation()


def test_all_46_are_there_and_true(derivation):
    assert [line.number for line in derivation.lines] == list(range(1, 47))
    assert derivation.worst_error() <= 1e-12
    assert derivation.worst_difference() <= 1e-6


def test_every_form_of_every_equation(derivation):
    for line in derivation.lines:
        for form in line.equation.forms:
            assert evaluate(form) == pytest.approx(line.value, rel=1e-12), line.number


def test_by_plain_arithmetic(derivation):
    """The whole network in loops of its own."""

    def sigmoid(z):
        return 1 / (1 + math.exp(-z))

    a, sums = [list(ROW)], []
    for W, b in zip(WEIGHTS, BIASES, strict=True):
        z = [b[k] + sum(W[j][k] * a[-1][j] for j in (0, 1)) for k in (0, 1)]
        sums.append(z)
        a.append([sigmoid(value) for value in z])
    delta = [[(a[3][k] - TARGET[k]) * a[3][k] * (1 - a[3][k]) for k in (0, 1)]]
    for layer in (2, 1):
        above = delta[0]
        delta.insert(
            0,
            [a[layer][j] * (1 - a[layer][j]) * sum(WEIGHTS[layer][j][k] * above[k] for k in (0, 1)) for j in (0, 1)],
        )
    values = {line.number: line.value for line in derivation.lines}
    assert values[6] == pytest.approx(sum((a[3][k] - TARGET[k]) ** 2 / 2 for k in (0, 1)), rel=1e-14)
    assert values[9] == pytest.approx(sums[0][0], rel=1e-14)
    for number, layer in ((17, 3), (33, 2), (44, 1)):
        assert values[number] == pytest.approx(delta[layer - 1][0], rel=1e-13)
    for numbers, layer in (((5, 12, 18), 3), ((21, 22, 27, 34), 2), ((37, 38, 39, 45), 1)):
        for number in numbers:
            assert values[number] == pytest.approx(a[layer - 1][0] * delta[layer - 1][0], rel=1e-13)
    for numbers, layer in (((14, 16, 19), 3), ((29, 30, 32, 35), 2), ((41, 42, 43, 46), 1)):
        for number in numbers:
            assert values[number] == pytest.approx(delta[layer - 1][0], rel=1e-13)
    for number, layer in ((4, 3), (20, 2), (36, 1)):
        step = ETA * a[layer - 1][0] * delta[layer - 1][0]
        assert values[number] == pytest.approx(WEIGHTS[layer - 1][0][0] - step, rel=1e-14)


def test_as_the_article_s_own_system_computes_it(derivation):
    def layer(index):
        return [[BIASES[index][k], WEIGHTS[index][0][k], WEIGHTS[index][1][k]] for k in (0, 1)]

    network = NeuralNetwork(
        2, [2, 2], 2, hidden_weights=[layer(0), layer(1)], output_weights=layer(2), encoding="prose"
    )
    gradient = network.loss_gradient([list(ROW)], [0])
    values = {line.number: line.value for line in derivation.lines}
    for index, (weight, bias) in enumerate(((45, 46), (34, 35), (18, 19))):
        assert values[bias] == pytest.approx(gradient[index][0][0], rel=1e-12)
        assert values[weight] == pytest.approx(gradient[index][0][1], rel=1e-12)


def test_corrections_are_said_and_no_others(derivation):
    corrected = {line.number for line in derivation.lines if line.corrected}
    # And of a mean over rows 6, 12, 16 and 17. Of 3 only the lines before it are wrong, and 7 is right for one row.
    single_path = {21, 22, 27, 29, 30, 32, 33, 34, 35, 37, 38, 39, 41, 42, 43, 44, 45, 46}
    assert corrected == single_path | {6, 12, 16, 17}
    text = derivation.to_text()
    assert text.count("(corrected: ") == len(corrected)
    assert all(f"({number})  " in text for number in range(1, 47))


def test_what_delta_leaves_out_is_said(derivation):
    corrected = {line.number: line.corrected for line in derivation.lines}
    assert "leaves δ3 out" in corrected[33]
    assert "leaves δ2 and δ3 out" in corrected[44]
    for number in (38, 39, 42, 43):
        assert "δ2 has δ3 in it" in corrected[number]
    assert "for any neuron" in derivation.lines[8].equation.note


def test_equation_2_and_the_lines_below_it_are_checked_by_differences(derivation):
    z = derivation.row.z_symbol(3, 1).value
    h = 1e-6
    slope = (1 / (1 + math.exp(-z - h)) - 1 / (1 + math.exp(-z + h))) / (2 * h)
    forms = [*derivation.lines[1].equation.forms[:2], *derivation.chain_rule.forms]
    assert len(derivation.chain_rule.forms) == len(derivation.chain_rule.reasons) == 5
    for form in forms:
        assert evaluate(_by_differences(form)) == pytest.approx(slope, rel=1e-8)
    wrong = replace(derivation.chain_rule, forms=(Negate(derivation.chain_rule.forms[0]),))
    other = ArticleDerivation()
    other.chain_rule = wrong
    assert other.worst_difference() > 1
    text = " ".join(derivation.to_text().split())
    assert text.index("(2) ") < text.index("chain rule: the power first") < text.index("(3) ")
    assert "exponents of −1 in their denominators that should not be there" in text
