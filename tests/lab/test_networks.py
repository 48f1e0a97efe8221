"""Networks and rows as they are chosen."""

import numpy as np
import pytest

from clearprop import Perceptron
from clearprop.lab.infos import is_perceptron
from clearprop.lab.live import Accuracy
from clearprop.lab.networks import build, divided, standards
from clearprop.lab.protocol import LayerChoice, Pasted, Preset, Settings, Step
from clearprop.lab.refusals import Refusal
from tests.lab.asking import PLAIN, answered, session_of

pytestmark = pytest.mark.filterwarnings("ignore::clearprop.errors.TrainingWarning", "ignore:no hyperplane")


def live(**settings):
    return build(Settings(**settings))


@pytest.mark.parametrize(
    ("settings", "outputs", "levels"),
    [
        ({}, 1, (0, 1)),
        ({"loss": "hinge"}, 1, (-1, 1)),
        ({"loss": "squared_error"}, 1, (-1, 1)),
        ({"loss": "squared_error", "output_activation": "tanh"}, 1, (-1, 1)),
        ({"loss": "squared_error", "output_activation": "sigmoid"}, 1, (0, 1)),
        ({"loss": "cross_entropy"}, 2, (0, 1)),
        ({"loss": "poisson"}, 1, (0, 1)),
        ({"data": Preset(name="blobs5")}, 5, (0, 1)),
        ({"data": Preset(name="blobs3"), "loss": "hinge"}, 3, (-1, 1)),
    ],
)
def test_classes_become_targets_that_loss_and_output_can_reach(settings, outputs, levels):
    chosen = live(**settings)
    classes = chosen.data.target
    assert chosen.targets.shape == (len(classes), outputs)
    no, yes = levels
    wanted = (classes == 1)[:, None] if outputs == 1 else classes[:, None] == np.arange(outputs)
    np.testing.assert_array_equal(chosen.targets, np.where(wanted, yes, no))
    assert chosen.training.metric(chosen.network.loss_function, chosen.targets, chosen.targets) == 1.0


def test_what_every_picture_would_have_to_wait_for_is_refused():
    """Each shape alone is taken, and so are as many rows as the message says."""
    wide = [LayerChoice(units=600), LayerChoice(units=600)]
    with pytest.raises(Refusal, match=r"5,000 rows and 363,001 parameters: .* takes 2,754 rows at most") as refused:
        live(data=Preset(name="circles", rows=5_000), layers=wide)
    assert refused.value.field == "layers"
    assert len(live(data=Preset(name="circles", rows=2_754), layers=wide).data) == 2_754
    assert len(live(data=Preset(name="circles", rows=5_000)).data) == 5_000


def test_what_is_usual_for_a_task():
    assert live().network.loss_function.name == "binary_cross_entropy"
    assert live(data=Preset(name="blobs3")).network.loss_function.name == "cross_entropy"
    regression = live(data=Preset(name="plane"))
    assert (regression.network.loss_function.name, regression.network.activations[-1].name) == (
        "squared_error",
        "identity",
    )


def test_rows_are_held_out_by_share_and_seed_but_of_few_none():
    trained, held_out = divided(200, 0.3, 5)
    assert (len(trained), len(held_out)) == (140, 60)
    assert sorted([*trained, *held_out]) == list(range(200))
    assert not np.array_equal(held_out, divided(200, 0.3, 6)[1])
    assert len(divided(19, 0.9, 0)[1]) == 0
    assert len(divided(20, 0.9, 0)[0]) == 2
    chosen = live(held_out=0.25)
    np.testing.assert_array_equal(chosen.rows.X, chosen.inputs[chosen.trained])
    np.testing.assert_array_equal(chosen.validation.X, chosen.inputs[chosen.held_out])


def test_standardized_inputs_and_answers_have_mean_0_and_deviation_1_over_the_rows_that_are_trained_on():
    chosen = live(data=Preset(name="diabetes"), standardized=True)
    for numbers in (chosen.rows.X, chosen.rows.y):
        np.testing.assert_allclose(numbers.mean(axis=0), 0, atol=1e-12)
        np.testing.assert_allclose(numbers.std(axis=0), 1, rtol=1e-12)
    np.testing.assert_array_equal(chosen.feed(chosen.data.columns), chosen.inputs)
    assert standards(np.array([[3.0], [3.0]]), True)[1].tolist() == [1.0]


def test_features_feed_the_network():
    chosen = live(features=["x1*x2", "x1^2"])
    columns = chosen.data.columns
    np.testing.assert_array_equal(chosen.inputs, np.column_stack([columns.prod(axis=1), columns[:, 0] ** 2]))
    many = live(features=["x1", "x2"], data=Preset(name="iris"))
    assert (many.settings.features, many.input_names) == ([], list(many.data.column_names))


def test_accuracy_by_the_middle_and_by_the_greatest():
    y = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    assert Accuracy(0.5)(None, y, np.array([[0.1, 0.3, 0.2], [0.1, 0.3, 0.2]])) == 0.5
    assert Accuracy(0.0).classes(np.array([[-0.1], [0.1]])).tolist() == [0, 1]


def test_weights_are_taken_as_they_are():
    weights = np.linspace(-1, 1, 25).tolist()
    assert live(weights=weights).network.parameters.tolist() == weights


PERCEPTRON = Settings(
    data=Preset(name="article_perceptron"),
    layers=[],
    loss="perceptron",
    optimizer="sgd",
    learning_rate=1.0,
    batch_size=1,
    shuffle=False,
    held_out=0.0,
    initializer="zeros",
)


@pytest.mark.parametrize(
    ("data", "rate"), [("article_perceptron", 1.0), ("article_perceptron", 0.05), ("and", 1.0), ("gauss", 0.5)]
)
def test_the_perceptrons_loss_with_batches_of_one_row_is_its_rule(data, rate):
    """At a score of exactly 0 the rule counts a row as wrong, and the loss has the slope from below."""
    import msgspec

    session = session_of(msgspec.structs.replace(PERCEPTRON, data=Preset(name=data), learning_rate=rate))
    chosen = session.state
    assert is_perceptron(chosen)
    classes = np.sign(chosen.targets[:, 0])
    rule = Perceptron(max_iter=1, tol=None, shuffle=False, eta0=rate)
    for _ in range(4):
        _, arrays = answered(session, Step(grain="epoch", view=PLAIN))
        rule.partial_fit(chosen.inputs, classes, classes=[-1.0, 1.0])
        np.testing.assert_allclose(arrays["parameters"], [*rule.coef_[0], rule.intercept_[0]], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    "change",
    [
        {"layers": [LayerChoice()]},
        {"loss": "hinge"},
        {"optimizer": "adam"},
        {"batch_size": 2},
        {"l2": 0.1},
        {"data": Preset(name="blobs3")},
        {"output_activation": "tanh"},
    ],
)
def test_anything_else_is_not_the_rule(change):
    import msgspec

    assert not is_perceptron(build(msgspec.structs.replace(PERCEPTRON, **change)))


def test_a_pasted_table_is_trained_on_by_its_own_names():
    text = "size;kind;weight\n" + "".join(f"{n};{'big' if n > 5 else 'small'};{n * 2}\n" for n in range(10))
    chosen = live(data=Pasted(text=text, target="kind"))
    assert chosen.input_names == ["size", "weight"]
    assert chosen.data.class_names == ("big", "small")
    np.testing.assert_array_equal(chosen.targets[:, 0], [1] * 6 + [0] * 4)
