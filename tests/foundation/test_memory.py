"""What would take more memory than there is is refused before it is made, in words."""

import subprocess
import sys
import warnings

import numpy as np
import pytest
from scipy.sparse import csr_array

from clearprop import (
    OPTIMIZERS,
    MLPClassifier,
    MLPRegressor,
    Network,
    Perceptron,
    TableClassifier,
    TableRegressor,
    Trainer,
)
from clearprop.errors import TrainingWarning
from clearprop.estimators import perceptron_outputs
from clearprop.foundation import memory
from clearprop.foundation.memory import check_memory, free_memory
from clearprop.optimizers import LBfgs
from clearprop.tables.frames import as_table
from clearprop.tables.preparation import Preparation
from clearprop.training.memory_check import check_room

GIB = 2**30


@pytest.fixture
def little(monkeypatch):
    """A machine with 64 MiB left, on which nothing is too small to be judged."""
    monkeypatch.setattr(memory, "free_memory", lambda: 2**26)
    monkeypatch.setattr(memory, "SMALL", 0)


def test_the_message_names_need_place_and_remedy(monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: 3 * GIB)
    check_memory(3 * GIB, "it", "do without")
    with pytest.raises(ValueError, match=r"^it would take 4.5 GiB of memory, and 3.0 GiB are free: do without$"):
        check_memory(9 * GIB // 2, "it", "do without")
    with pytest.raises(ValueError, match=r"would take 1,000 GiB"):
        check_memory(1000 * GIB, "it", "do without")
    with pytest.raises(ValueError, match=r"would take 93,132,257,461,547,851,562,500,000,000,000 GiB"):
        check_memory(10**41, "it", "do without")
    monkeypatch.setattr(memory, "free_memory", lambda: None)
    check_memory(10**30, "it", "do without")


ROWS = np.zeros((4000, 1))
TOO_LARGE = {
    "classes": (
        lambda: MLPClassifier().fit(ROWS, np.arange(4000)),
        r"the targets of 4,000 rows in 4,000 classes",
    ),
    "classes called first": (
        lambda: MLPClassifier().partial_fit(ROWS, np.arange(4000), classes=np.arange(4000)),
        "the targets of 4,000 rows in 4,000 classes",
    ),
    "parameters": (lambda: Network([3000, 3000]), r"the 9,003,000 parameters that layer_sizes \[3000, 3000\] make"),
    "hidden layers": (
        lambda: MLPClassifier((3000, 3000)).fit([[0.0], [1.0]], [0, 1]),
        r"the 9,012,001 parameters that layer_sizes \[1, 3000, 3000, 1\] make",
    ),
    "numbers of classes": (
        lambda: Network([1, 4000], loss="cross_entropy").loss(ROWS[:3000], np.arange(3000)),
        "every z and a of these rows",
    ),
    "targets": (
        lambda: Network([1, 4000], loss="cross_entropy").targets(np.arange(4000), 4000),
        "the targets of 4,000 rows at 4,000 outputs",
    ),
    "outputs": (lambda: Network([1, 4000]).predict(ROWS), "the outputs of these rows"),
    "jacobian": (
        lambda: (n := Network([2000, 2000], initializer="zeros", dtype="float32")).jacobian(
            n.forward(np.zeros((5, 2000)))
        ),
        r"a jacobian of shape \(5, 2000, 2000\)",
    ),
    "slots": (
        lambda: Trainer(Network([2000, 2000], initializer="zeros")),
        "the gradient and what adam remembers of 4,002,000 parameters",
    ),
    "perceptron": (
        lambda: Perceptron().fit(np.zeros((4000, 4000)), np.arange(4000)),
        "the weights of 4,000 classes at 4,000 features",
    ),
    "columns": (
        lambda: Preparation.fit(table := wide_table()).transform(table),
        "the table: 12,000 rows of 1,000 numbers",
    ),
    "past steps": (
        lambda: Trainer(Network([2000, 2000], initializer="zeros"), optimizer="lbfgs"),
        "the gradient and what lbfgs remembers of 4,002,000 parameters",
    ),
    "classes named first": (
        lambda: MLPClassifier((500,)).partial_fit(ROWS[:2], [0, 1], classes=np.arange(10_000)),
        r"the 5,011,000 parameters that layer_sizes \[1, 500, 10000\] make, trained by adam,",
    ),
    "settings": (
        lambda: TableRegressor(recipe="plain", hidden_layer_sizes=[10_000, 10_000]).choices(),
        r"layer_sizes \[1, 10000, 10000, 1\]",
    ),
}


def wide_table():
    values = np.random.default_rng(0).normal(size=12_000)
    return as_table({f"c{number}": values for number in range(1000)})


@pytest.mark.filterwarnings("ignore:The number of unique classes")  # of older versions of scikit-learn
@pytest.mark.parametrize("case", TOO_LARGE)
def test_what_is_too_large_is_refused_where_it_is_made(little, case):
    make, message = TOO_LARGE[case]
    with pytest.raises(ValueError, match=f"{message}.* would take .* [GM]iB of memory, and 64 MiB are free: "):
        make()


# float64: a parameter, its gradient and the slots; SciPy keeps 2 * 10 + 5 vectors.
VECTORS = {
    **{name: 2 + len(optimizer.slots) for name, optimizer in OPTIMIZERS.items()},
    "lbfgs": 2 + 25,
}


@pytest.mark.parametrize("optimizer", VECTORS)
def test_a_training_is_judged_by_all_that_it_takes(monkeypatch, optimizer):
    """What is enough for the network alone, by a byte too little for its training, is refused before it is made."""
    count = 101 * 50 + 51 * 2
    by = LBfgs() if optimizer == "lbfgs" else OPTIMIZERS.resolve(optimizer)
    monkeypatch.setattr(memory, "SMALL", 0)
    monkeypatch.setattr(memory, "free_memory", lambda: 8 * VECTORS[optimizer] * count)
    check_room([100, 50, 2], np.dtype("float64"), by)
    monkeypatch.setattr(memory, "free_memory", lambda: 8 * VECTORS[optimizer] * count - 1)
    with pytest.raises(ValueError, match=f"the 5,152 parameters .* trained by {optimizer}, would take"):
        check_room(
            [100, 50, 2], np.dtype("float64"), LBfgs() if optimizer == "lbfgs" else OPTIMIZERS.resolve(optimizer)
        )


@pytest.mark.parametrize("make", [MLPClassifier, MLPRegressor])
def test_an_estimator_draws_no_weights_that_it_could_not_train(monkeypatch, make):
    monkeypatch.setattr(memory, "SMALL", 0)
    count = 2 * 1000 + 1001
    monkeypatch.setattr(memory, "free_memory", lambda: 8 * 4 * count - 1)
    monkeypatch.setattr(Network, "initialize", lambda *_: pytest.fail("weights were drawn"))
    with pytest.raises(ValueError, match=r"the 3,001 parameters .* trained by adam, would take"):
        make(hidden_layer_sizes=(1000,)).fit([[0.0], [1.0]], [0, 1])


@pytest.mark.parametrize(("trainer", "vectors"), [({}, 4), ({"optimizer": "sgd"}, 2), ({"optimizer": "lbfgs"}, 27)])
def test_settings_of_a_table_are_judged_by_its_training(monkeypatch, trainer, vectors):
    monkeypatch.setattr(memory, "SMALL", 0)
    monkeypatch.setattr(memory, "free_memory", lambda: 8 * vectors * 3001)
    estimator = TableRegressor(recipe="plain", hidden_layer_sizes=[1000], trainer=trainer)
    estimator.choices()
    monkeypatch.setattr(memory, "free_memory", lambda: 8 * vectors * 3001 - 1)
    with pytest.raises(ValueError, match=r"the 3,001 parameters .* would take"):
        estimator.choices()


def test_epochs_of_hours_are_said_before_they_begin(monkeypatch):
    X, y = np.eye(6), np.arange(6)
    monkeypatch.setattr(perceptron_outputs, "LONG_EPOCH", 6 * 6 * 6)
    with warnings.catch_warnings():
        warnings.simplefilter("error", TrainingWarning)
        Perceptron().fit(X, y)
    monkeypatch.setattr(perceptron_outputs, "LONG_EPOCH", 6 * 6 * 6 - 1)
    told = "each epoch shows 6 rows to the perceptrons of 6 classes: 2e\\+02 products.*Merge rare classes"
    with pytest.warns(TrainingWarning, match=told):
        Perceptron().fit(X, y)
    with pytest.warns(TrainingWarning, match=told):
        Perceptron().partial_fit(X, y, classes=y)
    with warnings.catch_warnings():  # of sparse rows what is there counts
        warnings.simplefilter("error", TrainingWarning)
        Perceptron().fit(csr_array(X), y)


def test_class_numbers_become_the_same_targets_as_before():
    network = Network([1, 5], loss="cross_entropy", dtype="float32")
    targets = network.targets(np.array([4.0, 0.0, 2.0]), 3)
    assert targets.dtype == np.float32
    np.testing.assert_array_equal(targets, np.eye(5)[[4, 0, 2]])


def test_as_many_classes_as_rows_take_no_square_of_them():
    """100,000 classes by the identity matrix took 75 GiB, for however few rows."""
    network = Network([1, 100_000], loss="cross_entropy", initializer="zeros")
    assert network.targets([99_999, 0], 2).nonzero()[1].tolist() == [99_999, 0]


def test_the_limit_of_a_process_is_the_memory_there_is():
    """As `ulimit -v` sets it; without the check this is NumPy's MemoryError."""
    pytest.importorskip("resource")
    program = (
        "import resource, numpy as np; from clearprop import MLPClassifier\n"
        "import clearprop.foundation.memory as memory, pathlib\n"
        "size = int(pathlib.Path('/proc/self/statm').read_text().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (size + 2**30,) * 2)\n"
        "assert memory.free_memory() <= 2**30\n"
        "MLPClassifier().fit(np.zeros((20_000, 1)), np.arange(20_000))\n"
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith(
        "ValueError: the targets of 20,000 rows in 20,000 classes would take 3.3 GiB of memory, and "
    )
    assert "merge rare classes" in last


def files(root, **contents):
    for place, content in contents.items():
        path = root / place.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def test_what_machine_and_container_leave(monkeypatch, tmp_path):
    process, groups = tmp_path / "proc", tmp_path / "groups"
    monkeypatch.setattr(memory, "_PROCESS", process)
    monkeypatch.setattr(memory, "_GROUPS", groups)
    files(process, meminfo="MemTotal: 900 kB\nMemAvailable:  600 kB\nSwapFree: 100 kB\n", self__cgroup="0::/app/run\n")
    assert free_memory() == 700 * 1024
    # The group above leaves least; what only caches files can be had.
    (groups / "app" / "run").mkdir(parents=True)
    (groups / "app" / "run" / "memory.max").write_text("max\n")
    (groups / "app" / "run" / "memory.current").write_text("100\n")
    (groups / "app" / "memory.max").write_text("5000\n")
    (groups / "app" / "memory.current").write_text("3000\n")
    (groups / "app" / "memory.stat").write_text("anon 2000\ninactive_file 700\nactive_file 50\n")
    assert free_memory() == 2750
    # The older kind of groups, seen from inside a container, whose own path is not there.
    files(process, self__cgroup="4:cpu,memory:/docker/1234\n3:cpuset:/\n")
    (groups / "memory").mkdir()
    (groups / "memory" / "memory.limit_in_bytes").write_text("4000\n")
    (groups / "memory" / "memory.usage_in_bytes").write_text("3500\n")
    assert free_memory() == 500


def test_a_table_model_of_usual_size_is_not_judged(monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: pytest.fail("looked at the memory"))
    model = TableClassifier(recipe="plain", max_epochs=1, random_state=0)
    model.fit({"x": list(range(40))}, ["a", "b"] * 20)
