"""The transport by pointer and by keyboard: every step forwards and back ends where the engine would be."""

import re

import numpy as np
import pytest

from clearprop.lab.protocol import Tick
from clearprop.lab.session import Session

from .asking import answered
from .opened_page import SMALL, expect

GRAINS = ["Operation", "Layer", "Sample", "Batch", "Epoch"]


def place(opened):
    where = opened.look()[0].place
    return where.epoch, where.batch, where.sample, where.done


def stepped(opened, key):
    """Press a key, and wait until the page shows what follows from it."""
    written = "[...document.querySelectorAll('.cp-moment, .cp-figures')].map(one => one.textContent).join()"
    before = opened.page.evaluate(written)
    opened.page.keyboard.press(key)
    opened.page.wait_for_function(f"before => {written} !== before", arg=before)


def trained(epoch, batch=0):
    """The parameters of a session that has gone there without a page."""
    session = Session(None, SMALL)
    for grain, most in (("epoch", epoch), ("batch", batch)):
        for _ in range(most):
            _, arrays = answered(session, Tick(budget=1000, grain=grain, most=1))
    return arrays["parameters"]


def test_space_plays_and_pauses(opened):
    opened.page.keyboard.press("Space")
    expect(opened.page.get_by_role("button", name="Pause")).to_be_visible()
    expect(opened.one(".is-epoch dd")).not_to_have_text(re.compile(r"^[0-4]$"))
    opened.page.keyboard.press("Space")
    expect(opened.page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    # The piece that was under way comes yet; this question is answered after it.
    opened.page.get_by_role("slider", name="Row that is looked at").press("End")
    expect(opened.page.get_by_role("slider", name="Row that is looked at")).to_have_attribute("aria-valuenow", "59")
    frame, arrays = opened.look()
    expect(opened.one(".is-epoch dd")).to_have_text(str(frame.place.epoch))
    np.testing.assert_array_equal(arrays["parameters"], trained(frame.place.epoch, frame.place.batch))


@pytest.mark.parametrize("grain", GRAINS)
def test_each_grain_steps_forwards_and_back_to_the_same_numbers(opened, grain):
    opened.choose(grain)
    stepped(opened, ".")
    first, (_, there) = place(opened), opened.look()
    stepped(opened, ".")
    assert place(opened) > first
    stepped(opened, ",")
    assert place(opened) == first
    for name, array in opened.look()[1].items():
        np.testing.assert_array_equal(array, there[name], err_msg=name)


def test_the_buttons_do_what_the_keys_do(opened):
    opened.choose("Batch")
    opened.page.get_by_role("button", name=re.compile("^Step forward")).click()
    opened.one(".is-batch dd").filter(has_text=re.compile("^1")).wait_for()
    assert place(opened)[:2] == (0, 1)
    opened.page.get_by_role("button", name=re.compile("^Step back")).click()
    opened.one(".is-batch dd").filter(has_text=re.compile("^0")).wait_for()
    assert place(opened)[:2] == (0, 0)


def test_the_phases_of_a_batch_follow_one_another(opened):
    opened.choose("Layer")
    seen = []
    while place(opened)[1] == 0:
        stepped(opened, ".")
        phase = opened.one(".cp-phases .is-now").inner_text()
        if phase not in seen[-1:]:
            seen.append(phase)
    rows = 16
    assert seen == ["Forward", "Loss", "Backward"] * rows + ["Update", "Forward"]
    assert place(opened)[:3] == (0, 1, 0)


def test_an_operations_equation_has_its_numbers(opened):
    opened.choose("Operation")
    stepped(opened, ".")
    operation = opened.look()[0].place.operation
    assert operation.name == "z1[1]"
    assert opened.one(".cp-operation .katex").count() == 1
    linked = opened.one(".cp-operation [data-name]").evaluate_all("all => all.map(one => one.dataset.name)")
    assert {"z1(1)", "W1(1;1)", "W1(2;1)", "b1(1)", "x(1)", "x(2)"} <= set(linked)
    assert operation.says in opened.one(".cp-operation p").inner_text()
    opened.one(".cp-operation [data-name='W1(2;1)']").first.hover()
    assert "is-lit" in opened.named("W1[2,1]", ".cp-edge").get_attribute("class")


def epochs(opened, count):
    for number in range(1, count + 1):
        opened.page.keyboard.press(".")
        opened.one(".is-epoch dd").filter(has_text=re.compile(f"^{number}$")).wait_for()


def test_the_loss_curve_rewinds_by_keyboard(opened):
    epochs(opened, 12)
    curve = opened.page.get_by_role("slider", name=re.compile("^Epoch"))
    curve.focus()
    for key, epoch in {"Home": 0, "ArrowRight": 1, "PageUp": 2, "End": 12, "ArrowLeft": 11}.items():
        opened.page.keyboard.press(key)
        expect(opened.one(".is-epoch dd")).to_have_text(str(epoch))
        expect(curve).to_have_attribute("aria-valuenow", str(epoch))
    np.testing.assert_array_equal(opened.network.parameters, trained(11))


def test_dragging_along_the_loss_curve_rewinds(opened):
    epochs(opened, 12)
    box = opened.page.get_by_role("slider", name=re.compile("^Epoch")).bounding_box()
    middle = box["y"] + box["height"] / 2
    opened.page.mouse.move(box["x"] + box["width"] - 1, middle)
    opened.page.mouse.down()
    opened.page.mouse.move(box["x"] + box["width"] * 0.7, middle)
    opened.page.mouse.move(box["x"] + box["width"] * 3 / 12, middle, steps=4)
    opened.page.mouse.up()
    expect(opened.one(".is-epoch dd")).to_have_text("3")
    np.testing.assert_array_equal(opened.network.parameters, trained(3))
    _, arrays = opened.look()
    assert opened.number("a2[1]") == pytest.approx(arrays["a"][-1], abs=6e-4)


def test_the_curves_table_has_every_epoch(opened):
    epochs(opened, 3)
    opened.one(".cp-loss-chart").get_by_role("button", name="As a table").click()
    rows = [row.split("\t") for row in opened.one(".cp-loss-chart tbody tr").all_inner_texts()]
    frame, _ = opened.look()
    assert [(int(epoch), float(loss)) for epoch, loss, *_ in rows] == [
        (point.epoch, pytest.approx(point.loss, abs=6e-5)) for point in frame.curve
    ]


def test_what_is_typed_into_a_field_moves_nothing(opened):
    field = opened.page.get_by_role("spinbutton", name="Seed of the data")
    field.focus()
    opened.page.keyboard.type("1.")
    opened.page.keyboard.press("ArrowRight")
    assert place(opened) == (0, 0, 0, 0)
