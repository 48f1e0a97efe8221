"""What stands around the stage, used by click and by keyboard in a real browser; its numbers are the engine's."""

import re
import subprocess
import sys
import threading

import numpy as np
import pytest

from clearprop import explain
from clearprop.lab.links import settings_of
from clearprop.lab.protocol import LayerChoice, Preset, TakeAway

from .opened_page import Kept, expect
from .serving import running

MINUS = "\u2212"


@pytest.fixture
def sessions():
    return Kept(data=Preset(name="moons", rows=60), layers=[LayerChoice(units=3)], held_out=0.2, seed=3)


@pytest.fixture
def page(sessions, visit):
    """The page, its tour over."""
    with running(sessions) as server:
        visit.page.add_init_script("localStorage.setItem('clearprop-lab-tour', '1')")
        visit.page.goto(server.address)
        expect(visit.page.get_by_role("button", name="Play", exact=True)).to_be_visible()
        yield visit.page
    assert visit.complaints == []


def number(text):
    return float(text.replace(MINUS, "-").replace("\u2009", ""))


def derive(page, name):
    """Choose a number on the stage by its kind of label, with the keyboard."""
    page.locator(f'.cp-centre [data-name="{name}"]').first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".cp-why-name")).to_have_text(name)


def tool(page, name):
    page.get_by_role("tab", name=name, exact=True).click()


def test_every_list_is_the_registrys(page):
    from clearprop import ACTIVATIONS, LOSSES, OPTIMIZERS, SCHEDULES

    tool(page, "Training")
    for label, registry in (("Optimiser", OPTIMIZERS), ("Schedule", SCHEDULES), ("Loss", LOSSES)):
        offered = (
            page.get_by_label(label, exact=True).locator("option").evaluate_all("all => all.map(one => one.value)")
        )
        assert [name for name in offered if name] == list(registry)
    tool(page, "Network")
    offered = page.get_by_label("Output activation", exact=True).locator("option")
    assert [name for name in offered.evaluate_all("all => all.map(one => one.value)") if name] == list(ACTIVATIONS)


def test_what_is_chosen_is_trained_with(page, sessions):
    tool(page, "Training")
    page.get_by_label("Optimiser", exact=True).select_option("momentum")
    rate = page.get_by_label("Learning rate", exact=True)
    rate.fill("0.25")
    rate.press("Enter")
    tool(page, "Network")
    page.get_by_role("button", name="One neuron more in layer 1").press("Enter")
    expect(page.get_by_text("2 – 4 – 1")).to_be_visible()
    page.get_by_role("button", name="Add a layer").press("Space")
    expect(page.get_by_text("2 – 4 – 4 – 1")).to_be_visible()
    training = sessions.live.training
    assert (training.optimizer.name, training.learning_rate) == ("momentum", 0.25)
    assert sessions.live.network.layer_sizes == (2, 4, 4, 1)


def test_what_is_refused_is_said_at_its_field(page, sessions):
    tool(page, "Training")
    field = page.get_by_label("L2", exact=True)
    field.fill("-1")
    field.press("Enter")
    expect(page.get_by_role("alert").filter(has_text=">= 0").first).to_be_visible()
    assert sessions.live.training.penalty.l2 == 0


def test_a_weight_is_derived_and_checked(page, sessions):
    derive(page, "W1[2,3]")
    live = sessions.live
    x, y = live.inputs[live.row], live.targets[live.row]
    value = explain(live.network, x, y, "W1[2,3]").value
    expect(page.locator(".cp-check dd")).to_have_count(3)
    shown = page.locator(".cp-check dd").all_inner_texts()
    assert number(shown[0]) == pytest.approx(value, rel=1e-8)
    assert number(shown[1]) == pytest.approx(value, rel=1e-6)
    assert number(shown[2]) < 1e-6
    assert len(page.locator(".cp-equation").all()) >= 3
    # a factor of the formula lights its neuron on the stage
    page.locator(".cp-equation [data-name]").first.hover()
    expect(page.locator(".cp-centre .is-lit").first).to_be_visible()


def test_the_batch_and_the_step(page, sessions):
    derive(page, "b1[1]")
    page.get_by_role("radio", name="Batch and step").check()
    expect(page.get_by_text("The step that comes next")).to_be_visible()
    live = sessions.live
    batch = live.training.next_batch()
    explanation = explain(live.network, live.rows.X[batch], live.rows.y[batch], "b1[1]", trainer=live.training)
    assert number(page.locator(".cp-step strong").inner_text()) == pytest.approx(explanation.step.new, rel=1e-6)
    assert len(page.locator(".cp-terms li").all()) == len(batch)


def test_what_is_taken_away_as_latex_is_what_is_shown(page, sessions):
    derive(page, "W1[1,1]")
    for label, scope in (("Batch and step", "batch"), ("This row", "sample")):
        page.get_by_role("radio", name=label).check()
        expect(page.get_by_text("The step that comes next")).to_have_count(int(scope == "batch"))
        page.get_by_role("button", name="Take away").click()
        page.get_by_role("radio", name="LaTeX").check()
        taken, _ = sessions.made[-1].answer(TakeAway(form="latex", name="W1[1,1]", scope=scope))
        expect(page.locator(".cp-taken")).to_contain_text("documentclass")
        assert page.locator(".cp-taken").inner_text().split() == taken.text.split()
        page.keyboard.press("Escape")


def test_within_a_batch_the_row_that_is_under_way_is_derived(page, sessions):
    page.locator('.cp-centre [data-name="z1[1]"]').first.click()
    expect(page.locator(".cp-why-name")).to_have_text("z1[1]")
    page.get_by_role("radio", name="Sample").check()
    rows = set()
    for _ in range(3):
        before = page.locator(".cp-moment").inner_text()
        page.get_by_role("button", name=re.compile("^Step forward")).click()
        expect(page.locator(".cp-moment")).not_to_have_text(before)
        live = sessions.live
        for _ in range(3000):  # the page may tell of the step before once more
            if live.row not in rows:
                break
            page.evaluate("new Promise(requestAnimationFrame)")
        rows.add(live.row)
        z = live.network.forward(live.inputs[live.row : live.row + 1]).z[0][0, 0]
        expect(page.locator(".cp-terms-sum strong")).to_have_text(f"{z:.5g}".replace("-", MINUS))
    assert len(rows) == 3


def test_other_rows_are_drawn_by_their_own_columns(page, sessions):
    page.get_by_label("Data set", exact=True).select_option("wine")
    page.get_by_label("Axes: across", exact=True).select_option(label="ash")
    page.get_by_label("Data set", exact=True).select_option("moons")
    plane = page.locator(".cp-plane")
    expect(plane.locator(".cp-axis-name")).to_have_text(["x1", "x2"])
    plane.get_by_role("button", name="As a table").click()
    place = plane.locator("tbody tr").first.locator("td").all_inner_texts()[:2]
    assert [number(text) for text in place] == pytest.approx(sessions.live.data.columns[0], abs=6e-4)


def test_it_says_when_an_answer_takes_long(page, sessions):
    answer, held = sessions.made[-1].answer, threading.Event()
    sessions.made[-1].answer = lambda request: answer(request) if held.wait(60) else None
    page.get_by_role("button", name=re.compile("^Step forward")).click()
    expect(page.get_by_text("This takes a while")).to_be_visible()
    held.set()
    expect(page.get_by_text("This takes a while")).to_have_count(0)
    expect(page.locator(".is-epoch dd")).to_have_text("1")


def test_a_number_is_changed_and_all_follows(page, sessions):
    derive(page, "W2[1,1]")
    before = sessions.live.network.weights[1].copy()
    field = page.get_by_role("spinbutton", name="Change a number: W2[1,1]")
    field.fill("1.5")
    field.press("Enter")
    expect(page.locator(".cp-change output")).to_have_text("1.500")
    after = sessions.live.network.weights[1]
    assert after[0, 0] == 1.5
    np.testing.assert_array_equal(after[1:], before[1:])


def test_the_doctor_names_a_rate_that_is_too_great_and_mends_it(page, sessions):
    tool(page, "Training")
    rate = page.get_by_label("Learning rate", exact=True)
    rate.fill("60")
    rate.press("Enter")
    for _ in range(12):
        page.get_by_role("button", name="Step forward").click()
    tool(page, "Doctor")
    finding = page.locator(".cp-doctor ol > li").filter(has_text=re.compile("rate", re.I)).first
    expect(finding).to_be_visible()
    finding.get_by_role("button", name=re.compile("Do it")).click()
    expect(page.locator(".is-epoch dd")).to_have_text("0")
    assert sessions.live.training.learning_rate < 60


def test_the_loss_surface_and_its_table(page, sessions):
    for _ in range(3):
        page.get_by_role("button", name="Step forward").click()
    tool(page, "Loss surface")
    page.get_by_label("Across").fill("W2[1,1]")
    page.get_by_label("Up", exact=True).fill("b2[1]")
    page.get_by_role("button", name="Draw the surface").click()
    expect(page.get_by_role("heading", name="The loss over W2[1,1] and b2[1]")).to_be_visible()
    page.locator(".cp-surface").get_by_role("button", name="As a table").click()
    last = page.locator(".cp-surface tbody tr").last.locator("th, td").all_inner_texts()
    network = sessions.live.network
    expected = [
        network.weights[1][0, 0],
        network.biases[1][0],
        network.loss(sessions.live.rows.X, sessions.live.rows.y),
    ]
    assert [number(text) for text in last] == pytest.approx(expected, abs=1e-4)


def test_a_race(page):
    tool(page, "Race of optimisers")
    epochs = page.locator(".cp-surface").get_by_label("Epochs")
    epochs.fill("5")
    epochs.press("Tab")
    page.get_by_role("button", name="Start the race").click()
    page.locator(".cp-surface").get_by_role("button", name="As a table").click()
    expect(page.locator(".cp-surface tbody tr")).to_have_count(6)
    first = page.locator(".cp-surface tbody tr").first.locator("td").all_inner_texts()
    assert len(set(first)) == 1  # one start for all


def test_the_program_that_is_taken_away_comes_to_the_same_numbers(page, sessions, tmp_path):
    for epoch in ("1", "2"):
        page.get_by_role("button", name="Step forward").click()
        expect(page.locator(".is-epoch dd")).to_have_text(epoch)
    expect(page.locator(".is-epoch dd")).to_have_text("2")
    page.get_by_role("button", name="Take away").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name=re.compile("Save as .*[.]py")).click()
    program = tmp_path / "taken.py"
    saved.value.save_as(program)
    ran = subprocess.run([sys.executable, program], capture_output=True, text=True, check=True, cwd=tmp_path)
    for parameter in sessions.live.network.parameters:
        assert repr(float(parameter)) in ran.stdout


def test_a_link_begins_where_it_was_made_with_what_its_maker_hid(page, sessions):
    page.get_by_role("button", name="Step forward").click()
    expect(page.locator(".is-epoch dd")).to_have_text("1")
    page.get_by_role("button", name="For teachers").click()
    page.get_by_label("Race", exact=True).uncheck()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Take away").click()
    page.get_by_role("radio", name="Link").check()
    expect(page.locator(".cp-taken")).to_contain_text("#1.")
    expect(page).to_have_url(re.compile("#1[.]"))
    weights = sessions.live.network.parameters.copy()
    assert settings_of(page.url.partition("#")[2]).hidden == ["race"]
    page.evaluate("sessionStorage.clear()")
    page.reload()
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    assert len(sessions.made) == 2
    np.testing.assert_array_equal(sessions.live.network.parameters, weights)
    expect(page.get_by_role("tab", name="Race of optimisers")).to_have_count(0)


def test_a_damaged_link_is_said_and_the_page_begins_as_usual(page):
    page.evaluate("location.hash = '1.garbage'")
    page.reload()
    expect(page.get_by_role("alert").filter(has_text="this link cannot be read")).to_be_visible()
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()


def test_a_lesson_is_gone_through_and_left(page):
    page.get_by_role("button", name="Lessons").press("Enter")
    page.get_by_role("button", name=re.compile("^The perceptron")).click()
    lesson = page.get_by_role("region", name=re.compile("^Lesson:"))
    expect(lesson).to_contain_text("1 of")
    while lesson.get_by_role("button", name="Next").is_enabled():
        if lesson.get_by_role("button", name="Show the answer").count():
            lesson.get_by_role("button", name="Show the answer").press("Enter")
            expect(lesson.get_by_text("Answer.")).to_be_visible()
        lesson.get_by_role("button", name="Next").press("Enter")
    lesson.get_by_role("button", name="End the lesson").click()
    expect(lesson).to_have_count(0)


def test_an_own_table(page, sessions):
    page.get_by_role("radio", name="Table").check()
    rows = "\n".join(f"{i},{i * i},word,{'big' if i > 5 else 'small'}" for i in range(10))
    page.get_by_role("textbox", name="Own table").fill(f"one,two,note,size\n{rows}")
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_text("note (text: left out)")).to_be_visible()
    page.get_by_role("button", name="Learn size from 2 columns").click()
    expect(page.get_by_text("10 rows, 10 of them trained on")).to_be_visible()
    assert list(sessions.live.data.class_names) == ["big", "small"]
    page.get_by_role("textbox", name="Own table").fill("a,b\n1,2\n1")
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_role("alert").filter(has_text="line 3")).to_be_visible()


def test_points_are_drawn_by_keyboard(page, sessions):
    page.get_by_role("radio", name="Draw").check()
    expect(page.get_by_text("0 points: points of two classes are needed")).to_be_visible()
    plane = page.locator(".cp-side [tabindex='0']").first
    plane.focus()
    page.keyboard.press("Enter")
    page.get_by_role("group", name="Class of the next point").get_by_role("radio", name="1").check()
    plane.focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 points", exact=True)).to_be_visible()
    expect(page.get_by_text("2 rows, 2 of them trained on")).to_be_visible()
    assert len(sessions.live.data) == 2


def test_a_formula(page, sessions):
    page.get_by_role("radio", name="Formula").check()
    page.get_by_role("radio", name="The curve").check()
    field = page.get_by_role("textbox", name="Formula: f(x) =")
    field.fill("__import__('os')")
    field.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="__import__").first).to_be_visible()
    field.fill("x**2")
    field.press("Enter")
    expect(page.get_by_text("60 rows,")).to_be_visible()
    assert sessions.live.network.layer_sizes[0] == 1


def test_the_tour_comes_once_and_can_be_asked_for(sessions, visit):
    with running(sessions) as server:
        page = visit.page
        page.goto(server.address)
        tour = page.get_by_role("dialog", name=re.compile("^Tour:"))
        expect(tour).to_be_focused()
        page.keyboard.press("ArrowRight")
        expect(tour).to_contain_text("2 of 5")
        page.keyboard.press("Escape")
        expect(tour).to_have_count(0)
        page.reload()
        expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
        expect(tour).to_have_count(0)
        page.get_by_role("button", name="Help", exact=True).click()
        page.get_by_role("button", name="Take the tour").click()
        expect(tour).to_be_visible()


@pytest.mark.parametrize("width", [1440, 768, 320])
def test_nothing_is_wider_than_the_page(page, width):
    page.set_viewport_size({"width": width, "height": 800})
    derive(page, "W1[1,1]")
    for name in ("Network", "Training", "Data", "Loss surface", "Race of optimisers", "Doctor"):
        tool(page, name)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_projector_and_dark(page):
    page.get_by_role("switch", name="Projector").check()
    expect(page.get_by_role("tab", name="Doctor")).to_be_hidden()
    page.get_by_label("Theme").select_option("dark")
    expect(page.locator(".cp")).to_have_attribute("data-theme", "dark")


def test_changes_that_follow_at_once_are_all_made(page, sessions):
    tool(page, "Network")
    page.locator("body").evaluate(
        """async () => {
            for (let times = 0; times < 4; times += 1) {
                document.querySelector('[aria-label="One neuron more in layer 1"]').click();
                await new Promise((done) => setTimeout(done));
            }
        }"""
    )
    expect(page.get_by_text("2 – 7 – 1")).to_be_visible()
    assert sessions.live.network.layer_sizes == (2, 7, 1)
