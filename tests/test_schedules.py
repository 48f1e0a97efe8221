"""Every schedule against closed formulas, and against scikit-learn's and PyTorch's where they are the same."""

import math
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sklearn.neural_network._stochastic_optimizers import SGDOptimizer

from clearprop import SCHEDULES, Network, Schedule, Trainer
from clearprop.schedules import (
    Adaptive,
    Constant,
    Cosine,
    CosLog,
    Exponential,
    FlatCosine,
    InverseScaling,
    OneCycle,
    Position,
    StepDecay,
    factors_of,
)

from .extent import examples
from .outside import import_torch

BASE, BATCHES, EPOCHS, ROWS = 0.3, 5, 24, 37
TOTAL = BATCHES * EPOCHS


def at(step, total=TOTAL, batches=BATCHES, stalls=0):
    epoch = step // batches
    return Position(step=step, total_steps=total, epoch=epoch, samples=epoch * ROWS, stalls=stalls)


def rates(schedule, total=TOTAL, batches=BATCHES):
    return [schedule.rate(BASE, at(step, total, batches)) for step in range(total)]


def cosine_oracle(step):
    warm = 0.05 * TOTAL
    if step < warm:
        return BASE * (step + 1) / (warm + 1)
    return BASE * 0.5 * (1 + math.cos(math.pi * (step - warm) / (TOTAL - warm)))


def one_cycle_oracle(step):
    top, low, end = 0.3 * TOTAL - 1, BASE / 25, BASE / 25 / 1e4
    if step <= top:
        return BASE - (BASE - low) * (1 + math.cos(math.pi * step / top)) / 2
    return end + (BASE - end) * (1 + math.cos(math.pi * (step - top) / (TOTAL - 1 - top))) / 2


# name: the rate of a step, from scratch, with the default settings
ORACLES = {
    "constant": lambda step: BASE,
    "invscaling": lambda step: BASE if step < BATCHES else BASE / math.sqrt(ROWS * (step // BATCHES) + 1),
    "adaptive": lambda step: BASE,  # while there are no stalls
    "step": lambda step: BASE / 2 ** (step // (10 * BATCHES)),
    "exponential": lambda step: BASE * math.exp(math.log(0.97) * (step // BATCHES)),
    "cosine": cosine_oracle,
    "one_cycle": one_cycle_oracle,
    "coslog4": lambda step: BASE * math.sin(math.pi * math.log(1 + 15 * step / TOTAL) / math.log(2)) ** 2,
    "flat_cosine": lambda step: BASE * (1 if step <= 60 else math.cos(math.pi * (step - 60) / 120) ** 2),
}

# name: the step of the greatest rate, and the least share of the base that the rate comes down to at the end
SHAPES = {
    "constant": (0, 1.0),
    "invscaling": (0, 1 / math.sqrt(ROWS * (EPOCHS - 1) + 1)),
    "adaptive": (0, 1.0),
    "step": (0, 0.25),
    "exponential": (0, 0.97 ** (EPOCHS - 1)),
    "cosine": (6, 0.5 * (1 + math.cos(math.pi * 113 / 114))),
    "one_cycle": (35, 1 / 25 / 1e4),
    "flat_cosine": (0, math.cos(math.pi * 59 / 120) ** 2),
}
# What rises and falls several times.
WAVES = {"coslog4"}


@pytest.fixture
def torch():
    return import_torch()


def torch_rates(torch, make, total):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=BASE, momentum=0.9)
    scheduler = make(optimizer)
    found = []
    for _ in range(total):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if len(found) < total:
            scheduler.step()
    return found


@pytest.mark.parametrize("name", SCHEDULES)
def test_rates_are_the_formulas(name):
    assert set(ORACLES) == {*SHAPES, *WAVES} == set(SCHEDULES)
    expected = [ORACLES[name](step) for step in range(TOTAL)]
    assert rates(SCHEDULES.resolve(name)) == pytest.approx(expected, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("waves", [1, 2, 4])
def test_waves_end_at_0_and_each_is_twice_as_long_as_the_one_before(waves):
    total = (2**waves - 1) * 64
    found = np.array(rates(CosLog(waves), total, 64))
    ends = [(2**wave - 1) * 64 for wave in range(waves)]
    np.testing.assert_allclose(found[ends], 0, atol=1e-15)
    assert CosLog(waves).rate(BASE, at(total, total)) == pytest.approx(0, abs=1e-15)
    for wave, first in enumerate(ends):
        one = found[first : first + 64 * 2**wave]
        # The crest of a wave that begins at 2^w - 1 lies at 2^(w + 1/2) - 1.
        crest = (2 ** (wave + 0.5) - 1) * 64 - first
        assert abs(int(one.argmax()) - crest) <= 0.5
        assert one.max() == pytest.approx(BASE, rel=1e-3)


def test_a_schedules_share_of_1_is_what_others_are_multiplied_by():
    start = at(0, 6, 3)
    assert factors_of(Constant(), start, 2, 3, ROWS) is None
    np.testing.assert_allclose(factors_of(FlatCosine(0.5), start, 2, 3, ROWS), [[1, 1, 1], [1, 0.75, 0.25]], rtol=1e-12)
    np.testing.assert_allclose(factors_of(StepDecay(0.5, 1), start, 2, 3, ROWS), [[1, 1, 1], [0.5, 0.5, 0.5]])


@pytest.mark.parametrize("name", SHAPES)
def test_rises_to_its_peak_and_falls_to_its_end(name):
    peak, end = SHAPES[name]
    found = rates(SCHEDULES.resolve(name))
    assert found[peak] == pytest.approx(BASE, rel=1e-12)
    assert max(found) == found[peak]
    assert found[-1] == pytest.approx(end * BASE, rel=1e-12)
    assert min(found) > 0
    assert (np.diff(found[: peak + 1]) > 0).all()
    assert (np.diff(found[peak:]) <= 0).all()


@pytest.mark.parametrize("name", SCHEDULES)
def test_rates_scale_with_the_base_and_are_plain_floats(name):
    schedule = SCHEDULES.resolve(name)
    for step in (0, 3, 17, 60, TOTAL - 1):
        assert schedule.rate(7 * BASE, at(step)) == pytest.approx(7 * schedule.rate(BASE, at(step)), rel=1e-12)
        assert type(schedule.rate(BASE, at(step))) is float


@pytest.mark.parametrize("name", SCHEDULES)
def test_only_adaptive_goes_on_after_a_stall(name):
    schedule = SCHEDULES.resolve(name)
    assert schedule.continues_after_stall(0.1) == (name == "adaptive")
    assert not schedule.continues_after_stall(1e-6)
    found = [schedule.rate(BASE, at(7, stalls=stalls)) for stalls in range(4)]
    expected = [BASE / 5**stalls for stalls in range(4)] if name == "adaptive" else [found[0]] * 4
    assert found == pytest.approx(expected, rel=1e-14)


# -- scikit-learn ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("power", [0.5, 0.25, 1.0])
def test_invscaling_is_scikit_learns(power):
    theirs = SGDOptimizer([], BASE, "invscaling", power_t=power)
    schedule = InverseScaling(power)
    for epoch in range(EPOCHS):
        for batch in range(BATCHES):
            assert schedule.rate(BASE, at(epoch * BATCHES + batch)) == theirs.learning_rate
        theirs.iteration_ends((epoch + 1) * ROWS)


def test_adaptive_is_scikit_learns_to_its_end():
    theirs, schedule = SGDOptimizer([], BASE, "adaptive"), Adaptive()
    for stalls in range(30):
        rate = schedule.rate(BASE, at(9, stalls=stalls))
        assert rate == theirs.learning_rate
        ends = theirs.trigger_stopping("", False)
        assert schedule.continues_after_stall(rate) == (not ends)
        if ends:
            break
    assert stalls == 8  # 0.3 / 5^8 is the first below 1e-6


def test_constant_is_scikit_learns():
    theirs = SGDOptimizer([], BASE, "constant")
    theirs.iteration_ends(50)
    assert SCHEDULES.resolve("constant").rate(BASE, at(50)) == theirs.learning_rate
    assert theirs.trigger_stopping("", False)


# -- PyTorch -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rise", "start", "end", "total"), [(0.3, 25.0, 1e4, 120), (0.5, 10.0, 100.0, 33), (0.1, 4, 7, 50)]
)
def test_one_cycle_is_pytorchs(torch, rise, start, end, total):
    theirs = torch_rates(
        torch,
        lambda optimizer: torch.optim.lr_scheduler.OneCycleLR(
            optimizer, max_lr=BASE, total_steps=total, pct_start=rise, div_factor=start, final_div_factor=end
        ),
        total,
    )
    assert rates(OneCycle(rise, start, end), total) == pytest.approx(theirs, rel=1e-12)


@pytest.mark.parametrize(("least", "total"), [(0.0, 120), (0.1, 45)])
def test_cosine_without_warm_up_is_pytorchs(torch, least, total):
    """With T_max the number of steps: neither takes a step at the very end, where the rate would be the least."""
    theirs = torch_rates(
        torch,
        lambda optimizer: torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=total, eta_min=least * BASE),
        total,
    )
    assert rates(Cosine(warm_up=0.0, least=least), total) == pytest.approx(theirs, rel=1e-9)


def test_step_and_exponential_are_pytorchs(torch):
    """PyTorch's are told of epochs."""
    lr_scheduler = torch.optim.lr_scheduler
    by_three = torch_rates(torch, lambda optimizer: lr_scheduler.StepLR(optimizer, step_size=3, gamma=0.3), EPOCHS)
    assert rates(StepDecay(factor=0.3, every=3))[::BATCHES] == pytest.approx(by_three, rel=1e-12)
    by_one = torch_rates(torch, lambda optimizer: lr_scheduler.ExponentialLR(optimizer, gamma=0.9), EPOCHS)
    assert rates(Exponential(0.9))[::BATCHES] == pytest.approx(by_one, rel=1e-12)


# -- whatever the settings ---------------------------------------------------------------------------------------------


@examples(300)
@given(
    total=st.integers(1, 200),
    rise=st.one_of(st.sampled_from([0.0, 0.1, 0.2, 0.25, 0.5, 1.0]), st.floats(0, 1)),
)
@example(total=4, rise=0.25)  # a single rising step, which is the peak
@example(total=10, rise=0.1)
@example(total=1, rise=1.0)
def test_one_cycle_stays_between_its_ends(total, rise):
    found = rates(OneCycle(rise=rise), total, 1)
    assert all(BASE / 25 / 1e4 * (1 - 1e-9) <= rate <= BASE * (1 + 1e-12) for rate in found)


@pytest.mark.parametrize(("total", "rise"), [(1, 1.0), (2, 0.5), (4, 0.25), (10, 0.1), (120, 1 / 120)])
def test_one_cycle_with_a_single_rising_step_begins_at_the_peak(total, rise):
    found = rates(OneCycle(rise=rise), total, 1)
    assert found[0] == BASE
    last = BASE / 25 / 1e4
    expected = [last + (BASE - last) * (1 + math.cos(math.pi * step / max(1, total - 1))) / 2 for step in range(total)]
    assert found == pytest.approx(expected, rel=1e-12)


@examples(300)
@given(
    total=st.integers(1, 200),
    warm_up=st.one_of(st.sampled_from([0.0, 0.01, 0.05, 0.5, 0.99]), st.floats(0, 1, exclude_max=True)),
    least=st.floats(0, 1),
)
def test_cosine_stays_between_its_ends(total, warm_up, least):
    found = rates(Cosine(warm_up=warm_up, least=least), total, 1)
    warm = warm_up * total
    for step, rate in enumerate(found):
        assert 0 < rate <= BASE * (1 + 1e-12)
        assert step < warm or rate >= least * BASE * (1 - 1e-12)


@pytest.mark.parametrize("schedule", [Cosine(), OneCycle()])
def test_past_the_planned_end_the_rate_stays_at_its_end(schedule):
    least = 0.0 if schedule == Cosine() else BASE / 25 / 1e4
    for step in (TOTAL, TOTAL + 1, 10 * TOTAL):
        assert schedule.rate(BASE, at(step)) == pytest.approx(least, abs=1e-17)


# -- in the trainer ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Noted(Schedule):
    """Notes all positions that it is asked about."""

    name = "noted"

    def rate(self, base, at):
        NOTED.append(at)
        return base / (1 + at.step)


NOTED = []


def test_the_trainer_asks_for_the_rate_of_each_step():
    NOTED.clear()
    network = Network([1, 1], initializer="zeros", rng=0)
    X, y = np.ones((7, 1)), np.ones(7)
    trainer = Trainer(
        network, optimizer="sgd", learning_rate=0.5, schedule=Noted(), batch_size=3, epochs=2, patience=None, rng=0
    )
    history = trainer.fit(X, y)
    assert [position.step for position in NOTED] == list(range(6))
    assert {position.total_steps for position in NOTED} == {6}
    assert [position.epoch for position in NOTED] == [0, 0, 0, 1, 1, 1]
    assert [position.samples for position in NOTED] == [0, 0, 0, 7, 7, 7]
    assert history.rate == [0.5 / 3, 0.5 / 6]
    # all rows are alike, so each step is w <- w - rate (w + b - 1), and so is b's
    w = b = 0.0
    for step in range(6):
        error = w + b - 1
        w, b = w - 0.5 / (1 + step) * error, b - 0.5 / (1 + step) * error
    assert network.parameters.tolist() == pytest.approx([w, b], rel=1e-13)


@pytest.mark.parametrize("name", SCHEDULES)
def test_rates_of_several_epochs_are_the_rate_of_each_step(name):
    """Bit for bit, from any position on; so a schedule that says that it changes less often does."""
    schedule = SCHEDULES.resolve(name)
    for here in (at(0), at(2 * BATCHES, stalls=2), at(BATCHES + 3)):
        epochs = 1 if here.step % BATCHES else 14
        batches = BATCHES - here.step % BATCHES
        found = schedule.rates(BASE, here, epochs, batches, ROWS)
        later = [[at(here.step + epoch * batches + batch) for batch in range(batches)] for epoch in range(epochs)]
        expected = [[schedule.rate(BASE, one._replace(stalls=here.stalls)) for one in epoch] for epoch in later]
        assert found.tolist() == expected


@pytest.mark.parametrize(("changes", "asked"), [("step", 12), ("epoch", 4), ("stall", 1)])
def test_a_schedule_is_asked_as_often_as_it_may_change(changes, asked):
    class Asked(Noted):
        pass

    Asked.changes = changes
    NOTED.clear()
    found = Asked().rates(BASE, at(0), 4, 3, ROWS)
    assert [position.step for position in NOTED] == list(range(0, 12, 12 // asked))[:asked]
    assert [position.epoch for position in NOTED] == [position.step // 3 for position in NOTED]
    assert [position.samples for position in NOTED] == [position.epoch * ROWS for position in NOTED]
    expected = [BASE / (1 + position.step) for position in NOTED]
    assert found.ravel().tolist() == [rate for rate in expected for _ in range(12 // asked)]


def test_how_often_a_schedule_changes_is_one_of_three():
    with pytest.raises(ValueError, match="changes of Daily must be 'step', 'epoch' or 'stall', got 'day'"):

        class Daily(Noted):
            changes = "day"


@pytest.mark.parametrize("name", SCHEDULES)
def test_history_holds_the_rate_of_each_epochs_last_step(name):
    network = Network([2, 1], rng=0)
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(ROWS, 2)), rng.normal(size=ROWS)
    trainer = Trainer(
        network, learning_rate=BASE, schedule=name, batch_size=8, epochs=EPOCHS, patience=None, optimizer="sgd", rng=0
    )
    assert trainer.fit(X, y).rate == pytest.approx(
        [ORACLES[name](epoch * BATCHES + BATCHES - 1) for epoch in range(EPOCHS)], rel=1e-12
    )


@pytest.mark.parametrize("name", SCHEDULES)
def test_configuration_round_trip(name):
    schedule = SCHEDULES.resolve(name)
    assert SCHEDULES.from_config(SCHEDULES.to_config(schedule)) == schedule
    assert SCHEDULES.resolve(schedule) is schedule


def test_errors():
    with pytest.raises(ValueError, match=r"unknown schedule 'cosin', did you mean 'cosine'\? There are: constant, "):
        SCHEDULES.resolve("cosin")
    with pytest.raises(TypeError, match=r"schedule must be an object, got the class Cosine: write Cosine\(\)"):
        SCHEDULES.resolve(Cosine)


@pytest.mark.parametrize(
    ("name", "setting", "value", "rule"),
    [
        ("adaptive", "divisor", 0, "a finite number > 0"),
        ("adaptive", "divisor", -5.0, "a finite number > 0"),
        ("adaptive", "divisor", math.inf, "a finite number > 0"),
        ("step", "factor", 0.0, "a finite number > 0"),
        ("step", "factor", math.nan, "a finite number > 0"),
        ("step", "every", 0, "a whole number >= 1"),
        ("step", "every", 2.5, "a whole number >= 1"),
        ("cosine", "warm_up", 1.0, "from 0 to below 1"),
        ("cosine", "warm_up", -0.1, "from 0 to below 1"),
        ("cosine", "least", -0.1, "a finite number >= 0"),
        ("one_cycle", "rise", -0.1, "a finite number >= 0"),
        ("one_cycle", "start_divisor", 0.0, "a finite number > 0"),
        ("one_cycle", "end_divisor", -1.0, "a finite number > 0"),
        pytest.param("exponential", "factor", -0.5, "a finite number > 0"),
        pytest.param("invscaling", "power", math.nan, "a finite number >= 0"),
        pytest.param("adaptive", "least", -1.0, "a finite number >= 0"),
    ],
)
def test_settings_out_of_range_are_refused(name, setting, value, rule):
    with pytest.raises(ValueError, match=f"^{setting} must be {rule}, got {value}"):
        SCHEDULES[name](**{setting: value})
    with pytest.raises(ValueError, match=f"^{setting} must be {rule}, got {value}"):
        SCHEDULES.from_config({"name": name, setting: value})


NUMBERS = {
    "adaptive": ["divisor"],
    "step": ["factor"],
    "cosine": ["warm_up", "least"],
    "one_cycle": ["rise", "start_divisor", "end_divisor"],
}


@pytest.mark.parametrize(
    ("name", "setting", "value"),
    [(name, setting, value) for name in NUMBERS for setting in NUMBERS[name] for value in ("0.5", True)]
    + [
        ("cosine", "warm_up", None),
        pytest.param("adaptive", "divisor", None),
        pytest.param("cosine", "least", None),
    ],
)
def test_settings_that_are_no_numbers_are_refused(name, setting, value):
    with pytest.raises(TypeError, match=f"^{setting} must be a number, got {value!r}$"):
        SCHEDULES[name](**{setting: value})


class WarmUp(Exponential):
    """Says nothing of when its rate changes, unlike the schedule that it comes from."""

    name = "warm_up"

    def rate(self, base, at):
        return min(1.0, (at.step + 1) / 7) * super().rate(base, at)


class Slowly(Exponential):
    """With the rate of the schedule that it comes from."""

    name = "slowly"


def test_a_schedule_with_a_rate_of_its_own_is_asked_at_each_step():
    start, expected = at(0), [[WarmUp().rate(BASE, at(5 * epoch + batch)) for batch in range(5)] for epoch in range(3)]
    np.testing.assert_array_equal(WarmUp().rates(BASE, start, epochs=3, batches=5, rows=ROWS), expected)
    assert len(np.unique(expected)) == 8
    assert (WarmUp.changes, Slowly.changes, Exponential.changes) == ("step", "epoch", "epoch")
