"""Inputs in front of the first layer, and activations with a trainable share: the kernel comes to what NumPy comes to.

`test_without_jit.py` runs these tests a second time, with nothing compiled.
"""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearprop import ACTIVATIONS, LOSSES, Network, Penalty, Trainer
from clearprop.engines import CompiledEngine, NumpyEngine, Stretch
from clearprop.engines.compiled import plans, tables
from clearprop.engines.compiled.jit import ENABLED
from clearprop.engines.compiled.training import CompiledPrediction, without_kernels
from clearprop.inputs import INPUTS, Lookup, Periodic, Plain, Scale
from clearprop.training.side_by_side import run_side_by_side

from ...extent import examples
from ...strategies import quiet_network
from .helpers import ROUNDING, Kernel, assert_agreement, difference, job_of, train

DTYPES = ["float64", "float32"]
# Of each input, others than those that it has where nothing is said.
CHANGED = {
    "plain": {"columns": 3},
    "scale": {"columns": 4},
    "lookup": {"categories": 7, "size": 3},
    "periodic": {"columns": 3, "frequencies": 5, "size": 2, "deviation": 0.4, "spread": 3.0},
}


def columns_of(one, rng, n):
    """Columns that an input takes, codes that are not known among them."""
    if isinstance(one, Lookup):
        return rng.integers(-1, one.categories, size=(n, 1)).astype(float)
    return rng.normal(size=(n, one.columns))


def rows(inputs, n=23, k=2, seed=5):
    rng = np.random.default_rng(seed)
    return np.concatenate([columns_of(one, rng, n) for one in inputs], axis=1), rng.normal(size=(n, k))


def network_of(inputs, hidden="tanh", sizes=(9, 4, 2), dtype="float64", share=False, **settings):
    features = sum(one.features for one in inputs)
    network = quiet_network(
        [features, *sizes], hidden, dtype=dtype, rng=1, inputs=inputs, trainable_share=share, **settings
    )
    network.parameters = 0.6 * network.parameters + np.random.default_rng(2).normal(
        scale=0.1, size=network.parameters.size
    )
    return network


MIXED = [Plain(2), Scale(3), Lookup(5, 3), Periodic(2, 4, 2), Lookup(3, 1), Scale(1)]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", INPUTS)
def test_every_input(name, dtype):
    """With the sizes that it has by itself, and with others behind plain columns."""
    for inputs in ([INPUTS[name]()], [Plain(2), INPUTS[name](**CHANGED[name])]):
        moved = assert_agreement(job_of(network_of(inputs, dtype=dtype), *rows(inputs), "momentum"), 0.02)
        assert moved > 1e-3


@pytest.mark.parametrize("name", INPUTS)
def test_every_size_of_an_input_is_another(name):
    assert set(CHANGED[name]) == set(vars(INPUTS[name]()))
    assert all(vars(INPUTS[name]())[size] != value for size, value in CHANGED[name].items())


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_share_of_every_activation(activation, dtype):
    network = network_of([Plain(3)], activation, dtype=dtype, share=True)
    moved = assert_agreement(job_of(network, *rows([Plain(3)])), 0.05)
    assert moved > 1e-3


SETTINGS = {
    "one row a batch": {"batch_size": 1},
    "all rows a batch": {"batch_size": 23},
    "weights, some of them 0": {"weight": np.arange(23) % 4 * 0.7},
    "penalties": {"penalty": Penalty(0.1, 0.2, {"s": 1.0, "c": 0.5, "phi": 2.0, "v": 1.0, "p": 0.3})},
    "decoupled decay": {"decay": 0.5, "penalty": Penalty(decays={"s2": 0.5, "p1": 2.0, "E3": 0.0})},
    "clipping": {"clip_norm": 0.05},
    "dropout": {"dropout": 0.4},
    "all at once": {
        "weight": np.arange(23) % 4 * 0.7, "penalty": Penalty(0.1, 0.2), "decay": 0.1, "clip_norm": 0.3,
        "dropout": 0.2, "optimizer": "adam",
    },
}  # fmt: skip


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("setting", SETTINGS)
def test_every_setting(setting, dtype):
    given_settings = {"optimizer": "momentum", **SETTINGS[setting]}
    job = job_of(network_of(MIXED, ["tanh", "silu"], dtype=dtype, share=True), *rows(MIXED), **given_settings)
    assert_agreement(job, 0.02, threads=2)


def test_rates_of_their_own():
    """Those of one input stay as they are."""
    rates = {"s": 6.0, "E3": 0.0, "c": 0.1, "V": 0.5, "p": 0.1, "phi": 0.0}
    job, given_rows = job_of(network_of(MIXED, share=True), *rows(MIXED), "adam")
    before = job.network.layout.named_views(job.network.parameters.copy())
    job.settings = dataclasses.replace(job.settings, rates=rates)
    assert_agreement((job, given_rows), 0.003)
    after = job.network.layout.named_views(job.network.parameters)
    assert {name for name in before if (after[name] == before[name]).all()} == {"E3", "phi4"}


@st.composite
def inputs_at_random(draw):
    one = st.one_of(
        st.builds(Plain, st.integers(1, 40)),
        st.builds(Scale, st.integers(1, 40)),
        st.builds(Lookup, st.integers(1, 30), st.integers(1, 20)),
        st.builds(Periodic, st.integers(1, 6), st.integers(1, 20), st.integers(1, 9)),
    )
    return draw(st.lists(one, min_size=1, max_size=5))


@st.composite
def cases(draw):
    return {
        "inputs": draw(inputs_at_random()),
        "sizes": draw(st.lists(st.integers(1, 70), min_size=1, max_size=4)),
        "share": draw(st.booleans()),
        "n": draw(st.integers(1, 90)),
        "batch_size": draw(st.integers(1, 90)),
        "dropout": draw(st.sampled_from([0.0, 0.0, 0.3])),
        "l2": draw(st.sampled_from([0.0, 0.1])),
        "decay": draw(st.sampled_from([0.0, 0.3])),
        "clip_norm": draw(st.sampled_from([None, 0.5])),
        "threads": draw(st.integers(1, 3)),
        "optimizer": draw(st.sampled_from(["sgd", "momentum", "rmsprop"])),
        "seed": draw(st.integers(0, 10**6)),
    }


def check(case, dtype, rounding):
    inputs, sizes = case["inputs"], case["sizes"]
    X, y = rows(inputs, case["n"], sizes[-1], case["seed"])
    network = network_of(inputs, sizes=sizes, dtype=dtype, share=case["share"])
    job = job_of(
        network, X, y, case["optimizer"], case["batch_size"], None, Penalty(l2=case["l2"]), case["decay"],
        case["dropout"], case["clip_norm"],
    )  # fmt: skip
    assert_agreement(job, 0.003, case["threads"], rounding)


@examples(60)
@given(case=cases())
def test_any_inputs_in_float64(case):
    check(case, "float64", 1e-11)


@examples(40)
@given(case=cases())
def test_any_inputs_in_float32(case):
    check(case, "float32", 3e-4)


@pytest.mark.skipif(not ENABLED, reason="where nothing is compiled there is one worker")
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("sizes", [(9, 4, 2), (130, 33, 2)], ids=["small", "large"])
@pytest.mark.parametrize("clip_norm", [None, 0.5])
@pytest.mark.parametrize("name", [*INPUTS, "all", "share"])
def test_numbers_do_not_depend_on_how_many_share_the_work(name, clip_norm, sizes, dtype):
    inputs, results = [INPUTS[name](**CHANGED[name])] if name in INPUTS else MIXED, set()
    for threads in (1, 2, 3):
        network = network_of(inputs, "selu", sizes, dtype, share=name == "share")
        penalty = Penalty(0.01, 0.1, {kind: 0.5 for kind in network.layout.kinds if kind in ("s", "phi", "p")})
        job, given_rows = job_of(network, *rows(inputs, 61), "adam", 47, None, penalty, 0.2, 0.1, clip_norm)
        sums = train(Kernel(threads), job, given_rows, 0.01)
        results.add(job.network.parameters.tobytes() + job.slots.tobytes() + sums.tobytes())
    assert len(results) == 1


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_batch_of_more_rows_than_are_made_into_waves_at_a_time(dtype):
    inputs = [Periodic(2, 3, 2), Scale(2)]
    X, y = rows(inputs, 700 if ENABLED else 300)
    assert_agreement(job_of(network_of(inputs, dtype=dtype), X, y, batch_size=len(y)), 0.01, threads=2)


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_table_of_many_blocks(dtype):
    """Of which most rows are met by no row of X: they move on by what Adam remembers of them, as NumPy's do."""
    inputs = [Lookup(2000, 5), Plain(2)]
    network = network_of(inputs, dtype=dtype)
    job, given_rows = job_of(network, *rows(inputs, 200), "adam", 16)
    layers, steps = plans.Layers.of(job.network, job.layout), plans.Steps.of(job, False, False, 1)
    blocks = plans.training_plan(layers, steps).plan.blocks.reshape(-1, tables.BLOCK_COLUMNS)
    of_table = blocks[(blocks[:, tables.KIND] == tables.OF_INPUT)]
    assert len(of_table) > 2
    assert of_table[-1, tables.LAST] == 2000
    assert_agreement((job, given_rows), 0.01, threads=2, epochs=3)


def test_most_blocks_of_a_table():
    layers = plans.Layers.of(network := network_of([Lookup(200_000, 4)]), network.layout)
    blocks = np.array(list(plans._blocks(layers, sparse=False)))
    of_table = blocks[:-1][blocks[:-1, tables.KIND] == tables.OF_INPUT]
    assert len(of_table) == plans.MOST_OF_INPUT
    assert of_table[0, tables.FIRST : tables.START + 1].tolist() == [0, 3125, 0]
    assert of_table[-1, tables.FIRST : tables.START + 1].tolist() == [196_875, 200_000, 787_500]


def test_large_layers_behind_inputs(monkeypatch):
    """Their inputs are laid out for the gradient."""
    outcomes = []
    for large in (1 << 40, 0):
        monkeypatch.setattr(plans, "LARGE_BYTES", large)
        plans.training_plan.cache_clear()
        job, given_rows = job_of(network_of(MIXED, sizes=(70, 90, 2), share=True), *rows(MIXED, 61), "momentum", 37)
        assert_agreement((job, given_rows), 0.01, threads=2)
        outcomes.append(job.network.parameters.tobytes())
    plans.training_plan.cache_clear()
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("share", [False, True])
def test_predictions(share, dtype):
    """By one worker and by several, more rows than a tile has."""
    network = network_of(MIXED, "silu", dtype=dtype, share=share)
    X, _ = rows(MIXED, 3000 if ENABLED else 200)
    expected = network.predict(X)
    for threads in (1, 2, None):
        outputs = CompiledPrediction(network, network.checked_rows(X), threads).predict()
        assert outputs.dtype == dtype
        assert difference(outputs, expected) <= ROUNDING[dtype]


@pytest.mark.parametrize("loss", ["cross_entropy", "binary_cross_entropy"])
@pytest.mark.parametrize("natural", [True, False])
def test_smoothed_labels(loss, natural):
    smoothed = LOSSES[loss](smoothing=0.2)
    output = None if natural else "hard_sigmoid"
    network = network_of([Plain(3)], loss=smoothed, output_activation=output, sizes=(6, 3))
    X, _ = rows([Plain(3)])
    y = np.eye(3)[np.arange(23) % 3]
    moved = assert_agreement(job_of(network, X, y), 0.01)
    assert moved > 1e-4
    plain = job_of(network_of([Plain(3)], loss=loss, output_activation=output, sizes=(6, 3)), X, y)
    assert_agreement(plain, 0.01)
    assert difference(plain[0].network.parameters, network.parameters) > 0


class Factors:
    """An engine that gives another one stretches with factors on dropout and decay, the one of batch 2 being 0."""

    def __init__(self, engine):
        self.engine = engine

    def run(self, job, rows, stretch):
        factors = np.random.default_rng(0).uniform(0, 2, size=stretch.rates.shape)
        factors[0, 2] = 0
        stretch = dataclasses.replace(stretch, dropouts=factors, decays=factors[:, ::-1])
        assert isinstance(stretch, Stretch)
        self.engine.run(job, rows, stretch)


@pytest.mark.parametrize("clip_norm", [None, 0.5])
@pytest.mark.parametrize("dropout", [0.0, 0.3])
def test_factors_of_each_batch_on_dropout_and_decay(dropout, clip_norm):
    def outcome(engine):
        network = network_of([Plain(3)], sizes=(9, 4, 2))
        job, given_rows = job_of(network, *rows([Plain(3)]), "adam", 5, None, None, 3.0, dropout, clip_norm)
        train(engine, job, given_rows, 0.02)
        return job.network.parameters

    expected, shared, alone = (outcome(Factors(engine)) for engine in (NumpyEngine(), Kernel(2), Kernel(1)))
    assert difference(shared, expected) <= ROUNDING["float64"]
    assert shared.tobytes() == alone.tobytes()
    assert difference(outcome(Kernel(1)), expected) > 1e-3


def test_schedules_of_dropout_and_decay():
    outcomes = []
    for engine in (NumpyEngine(), CompiledEngine(2)):
        network = network_of(MIXED, share=True)
        trainer = Trainer(
            network, schedule="coslog4", dropout=0.3, dropout_schedule="flat_cosine", decay_schedule="flat_cosine",
            decoupled_decay=0.5, batch_size=6, epochs=5, learning_rate=0.02, engine=engine, rng=0,
        )  # fmt: skip
        trainer.fit(*rows(MIXED))
        outcomes.append(network.parameters)
    assert difference(outcomes[1], outcomes[0]) <= ROUNDING["float64"]


def test_trainings_side_by_side_are_those_alone():
    def trainings():
        for seed in range(3):
            network = network_of(MIXED, share=True)
            trainer = Trainer(network, dropout=0.2, batch_size=6, epochs=4, engine=CompiledEngine(1), rng=seed)
            yield trainer.start(*rows(MIXED))

    alone, together = list(trainings()), list(trainings())
    for training in alone:
        training.run()
    run_side_by_side(together, workers=2)
    one, other = ([training.network.parameters.tobytes() for training in each] for each in (alone, together))
    assert one == other
    assert len(set(one)) == 3


def test_a_users_own_input_is_trained_by_numpy_with_a_warning():
    @dataclasses.dataclass(frozen=True)
    class Doubled(Plain):
        name = "doubled"

        def value(self, x, parameters, out=None):
            return np.multiply(x, 2, out=out)

        def gradient(self, x, parameters, output_gradient, out=None):
            return 2 * output_gradient

    assert without_kernels(network_of(MIXED, share=True)) is None
    network = Network([3, 4, 2], "tanh", inputs=[Doubled(3)], rng=0)
    assert without_kernels(network) == "the input doubled"
    job, given_rows = job_of(network, *rows([Plain(3)]))
    twin, _ = job_of(network, *rows([Plain(3)]))
    with pytest.warns(UserWarning, match="the input doubled has no compiled form, so the NumPy engine trains"):
        train(CompiledEngine(), job, given_rows, 0.05)
    train(NumpyEngine(), twin, given_rows, 0.05)
    assert job.network.parameters.tobytes() == twin.network.parameters.tobytes()
    np.testing.assert_array_equal(CompiledEngine().predict(network, rows([Plain(3)], 10**5)[0])[:9].shape, (9, 2))


def test_inputs_and_shares_are_of_a_plan():
    made = set()
    for inputs, share in ([[Scale(4)], False], [[Plain(4)], False], [[Scale(2), Scale(2)], False], [[Scale(4)], True]):
        job, _ = job_of(network_of(inputs, share=share), *rows(inputs))
        steps = plans.Steps.of(job, False, False, 1)
        made.add(id(plans.training_plan(plans.Layers.of(job.network, job.layout), steps)))
    assert len(made) == 4
