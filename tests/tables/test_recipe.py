"""Which settings a table of so many rows and columns is learned with."""

import pytest

from clearprop import Network, Trainer
from clearprop.errors import InputError
from clearprop.inputs import Lookup, Periodic, Scale
from clearprop.tables.recipe import RECIPES, recipe_for

ROWS = (2, 39, 40, 100, 300, 900, 5000, 20_000, 60_000, 500_000)


def recipe(n_rows=1000, task="classification", name="auto", **others):
    return recipe_for(name, task=task, n_rows=n_rows, n_columns=others.pop("n_columns", 10), **others)


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.parametrize("task", ["classification", "regression"])
@pytest.mark.parametrize("n_rows", ROWS)
def test_every_recipe_is_taken_by_network_and_trainer(name, task, n_rows):
    found = recipe(n_rows, task, name)
    inputs = [Periodic(2), Scale(3), Lookup(12, 8)]
    sizes = [sum(one.features for one in inputs), *found.hidden, 1]
    loss = "binary_cross_entropy" if task == "classification" else "squared_error"
    network = Network(
        sizes,
        found.activation,
        loss=loss,
        initializer=found.initializer,
        dtype=found.dtype,
        inputs=inputs,
        **found.network,
    )
    rates, decays = found.factors(network.layer_sizes, network.layout.kinds)
    trainer = Trainer(network, **{**found.trainer, "rates": rates, "decays": decays})
    assert trainer.epochs == found.trainer["epochs"]
    assert trainer.batch_size == found.trainer["batch_size"]


@pytest.mark.parametrize("n_rows", [40, 100, 319, 320, 639, 640, 900, 1300, 5000, 20_000])
def test_batches_are_of_one_size_near_256_and_few_rows_are_one(n_rows):
    trained_on, size = round(0.8 * n_rows), recipe(n_rows).trainer["batch_size"]
    steps = -(-trained_on // size)
    assert steps == max(1, trained_on // 256)
    assert steps * size - trained_on <= steps  # the last batch lacks less than a row for each
    assert size <= 512


def test_epochs_become_fewer_and_steps_more_with_the_rows():
    epochs = [recipe(n_rows).trainer["epochs"] for n_rows in ROWS]
    assert epochs == sorted(epochs, reverse=True)
    assert epochs[0] == epochs[6] == 256
    assert epochs[8] == round(256 * (10 / 48) ** 0.6) == 100
    assert epochs[9] == 28
    steps = [recipe(n).trainer["epochs"] * n // recipe(n).trainer["batch_size"] for n in ROWS[2:]]
    assert steps == sorted(steps)


def test_rates_go_with_the_root_of_what_a_unit_takes_and_decay_times_rate_stays():
    rates, decays = recipe().factors([16, 64, 100, 1], ["W", "b", "p", "c"])
    assert [rates[f"W{layer}"] for layer in (1, 2, 3)] == [1 / 4, 1 / 8, 1 / 10]
    assert [rates[f"W{layer}"] * decays[f"W{layer}"] for layer in (1, 2, 3)] == [1, 1, 1]
    assert set(rates) == {"W1", "W2", "W3", "b", "p", "c"}  # kinds that there are not are not named
    assert decays["b"] == 0


def test_what_counts_chooses_smoothing_and_the_best_epoch():
    assert (recipe().smoothing, recipe().monitor, recipe().trainer["metric"]) == (0.1, "metric", "brier")
    sure = recipe(scoring="neg_log_loss")
    assert (sure.smoothing, sure.monitor) == (0.0, "validation_loss")
    quantity = recipe(task="regression")
    assert (quantity.smoothing, quantity.trainer["metric"], quantity.activation) == (0.0, "r2", "mish")


def test_rare_classes_are_smoothed_less():
    shares = [0.9, 0.07, 0.03]
    assert recipe(n_classes=3).for_shares(shares).smoothing == pytest.approx(0.2 * 0.03 * 3)
    assert recipe(n_classes=3).for_shares([0.3, 0.3, 0.4]).smoothing == 0.1
    assert recipe(n_classes=3).for_shares([0.5, 0.5, 0.0]).smoothing == 0.1  # one that no row has hides nothing
    assert recipe(scoring="neg_log_loss").for_shares([0.5, 0.5]).smoothing == 0.0


def test_periodic_embeddings_are_of_so_many_columns_only():
    assert recipe(n_columns=200).preparation["periodic"]
    assert not recipe(n_columns=201).preparation["periodic"]


def test_quick_waves_are_of_many_rows_a_column_only():
    quick, slow = Periodic(deviation=0.05, spread=20.0), Periodic()
    assert recipe(800, n_columns=10).preparation["periodic"] == quick  # 640 rows are trained on
    assert recipe(799, n_columns=10).preparation["periodic"] == slow
    assert recipe(800, n_columns=11).preparation["periodic"] == slow


def test_unknown_recipe_is_refused_with_the_near_name():
    with pytest.raises(InputError, match=r"unknown recipe 'autos'.*There are: auto, plain"):
        recipe(name="autos")
