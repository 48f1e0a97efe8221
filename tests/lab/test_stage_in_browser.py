"""The stage by pointer and by keyboard: its numbers, lines and maps are the engine's."""

import itertools
import re

import numpy as np
import pytest

from clearprop.lab.protocol import LayerChoice, Preset, Settings

from .opened_page import expect

WIDE = Settings(data=Preset(name="moons", rows=60), layers=[LayerChoice(units=12), LayerChoice(units=3)], seed=2)
POINT_ON_EDGE = """(edge, share) => {
    const path = edge.querySelector(".cp-stroke"), at = path.getPointAtLength(share * path.getTotalLength());
    const box = edge.ownerSVGElement.getBoundingClientRect();
    return [box.left + at.x, box.top + at.y];
}"""


def shown(value):
    """As far from a number as three digits may be."""
    size = abs(value)
    return 0.5 if size >= 100 else 0.051 if size >= 10 else 0.0051 if size >= 1 else max(0.00051, 0.51 * size)


def names_on(page, kind):
    found = page.one(f".cp-drawing svg .{kind}[data-name]").evaluate_all("all => all.map(one => one.dataset.name)")
    return set(found)


def test_each_neurons_numbers_are_the_engines(opened):
    opened.page.keyboard.press("ArrowRight")
    opened.one(".is-epoch dd").filter(has_text="1").wait_for()
    trace, gradients = opened.trace()
    for layer, (z, a, delta) in enumerate(zip(trace.z, trace.a, gradients.deltas, strict=True), start=1):
        for unit in range(z.shape[1]):
            for kind, value in {"z": z, "a": a, "delta": delta}.items():
                value = value[0, unit]
                assert opened.number(f"{kind}{layer}[{unit + 1}]") == pytest.approx(value, abs=shown(value))
    for place, value in enumerate(trace.inputs[0], start=1):
        assert opened.number(f"x[{place}]") == pytest.approx(value, abs=shown(value))


@pytest.mark.parametrize("number", ["Weight", "Gradient", "Update"])
def test_lines_are_as_wide_as_their_numbers_and_dashed_where_negative(opened, number):
    opened.choose("Batch")
    opened.page.keyboard.press(".")
    expect(opened.one(".is-batch dd")).to_contain_text("1")
    opened.choose(number)
    _, arrays = opened.look()
    flat = arrays[{"Weight": "parameters", "Gradient": "gradient", "Update": "update"}[number]]
    sizes = opened.network.layer_sizes
    most = max(np.abs(flat).max(), 1 if number == "Weight" else 0)
    offset = 0
    for layer, (rows, columns) in enumerate(itertools.pairwise(sizes), start=1):
        for place, value in enumerate(flat[offset : offset + rows * columns]):
            line = opened.named(f"W{layer}[{place // columns + 1},{place % columns + 1}]").locator(".cp-stroke")
            width = float(line.get_attribute("stroke-width"))
            assert width == pytest.approx(0.7 + 5.3 * abs(value) / most, abs=0.126)
            dashes = line.evaluate("line => getComputedStyle(line).strokeDasharray")
            assert (dashes != "none") == (value < 0)
        offset += rows * columns + columns


def test_a_click_on_a_line_lights_its_path_to_the_loss(opened):
    edge = opened.named("W1[2,3]", ".cp-edge")
    opened.page.mouse.click(*edge.evaluate(POINT_ON_EDGE, 0.5))
    expect(edge).to_have_class(re.compile(r"is-selected is-on-path"))
    expect(opened.one(".cp-drawing.has-path")).to_be_visible()
    lit = names_on(opened, "is-on-path")
    assert {"W1[2,3]", "a1[3]", "W2[3,1]", "a2[1]", "loss"} <= lit
    assert not lit & {"W1[1,3]", "W1[2,1]", "W2[1,1]", "W2[2,1]", "a1[1]", "a1[2]"}
    expect(opened.named("W1[1,1]", ".cp-edge")).to_have_css("opacity", "0.1")
    opened.page.keyboard.press("Escape")
    expect(opened.one(".cp-drawing.has-path")).to_have_count(0)


def test_of_lines_that_lie_close_the_nearest_is_meant(opened):
    for name in ("W1[1,1]", "W1[1,2]", "W1[2,1]", "W1[2,3]", "W2[1,1]", "W2[3,1]"):
        for share in (0.2, 0.75):
            opened.page.mouse.move(*opened.named(name, ".cp-edge").evaluate(POINT_ON_EDGE, share))
            assert opened.one(".cp-tooltip strong").inner_text() == name


def test_arrow_keys_lead_everywhere_and_enter_derives(opened):
    opened.named("x[1]", ".cp-card").focus()

    def press(key):
        opened.page.keyboard.press(key)
        return opened.page.evaluate("document.activeElement.dataset.name")

    assert press("ArrowRight") == "W1[1,1]"
    assert press("ArrowDown") == "W1[1,2]"
    assert press("ArrowRight") == "a1[2]"
    assert press("ArrowDown") == "a1[3]"
    assert press("ArrowDown") == "a1[1]"
    assert press("ArrowRight") == "W2[1,1]"
    assert press("ArrowUp") == "b2[1]"
    assert press("ArrowRight") == "a2[1]"
    assert press("ArrowRight") == "loss"
    assert press("ArrowLeft") == "a2[1]"
    for key, name in {"Enter": "a2[1]", "z": "z2[1]", "d": "delta2[1]"}.items():
        opened.page.keyboard.press(key)
        expect(opened.named(name).first).to_have_class(re.compile(r"\bis-selected\b"))
    assert opened.one(".cp-drawing [tabindex='0']").count() == 1


def test_what_has_the_focus_tells_its_numbers(opened):
    opened.named("W2[2,1]").focus()
    label = opened.named("W2[2,1]").get_attribute("aria-label").replace("\u2212", "-")
    weight = opened.network.weights[1][1, 0]
    assert label.startswith(f"Weight from neuron 2 of hidden layer 1 to the output: weight {weight:.4f}, gradient ")


def test_a_map_is_blue_where_its_neuron_answers_above_zero(opened):
    """The maps' outer points lie on the plane's edges, their first row at the bottom."""
    side = 24
    pixels = opened.pixels("canvas[data-node='a1[2]']").astype(int)
    assert pixels.shape == (side, side, 4)
    (left, right), (bottom, top) = opened.look()[0].span
    across, up = np.linspace(left, right, side), np.linspace(top, bottom, side)
    points = np.column_stack([np.tile(across, side), np.repeat(up, side)])
    answers = opened.network.forward(opened.live.feed(points)).a[0][:, 1].reshape(side, side)
    redder = pixels[..., 0] - pixels[..., 2]
    assert (redder[answers > 0.1] < 0).all()
    assert (redder[answers < -0.1] > 0).all()


def test_a_wide_layer_is_a_matrix_to_point_at_and_walk_through(open_page):
    with open_page(WIDE) as opened:
        matrix = opened.one(".cp-cells").first
        box = matrix.bounding_box()
        opened.page.mouse.move(box["x"] + box["width"] * 4.5 / 12, box["y"] + box["height"] * 1.5 / 3)
        assert opened.one(".cp-tooltip strong").inner_text() == "W1[2,5]"
        weight = opened.network.weights[0][1, 4]
        expect(opened.one(".cp-tooltip dd").first).to_have_text(f"{weight:.4f}".replace("-", "\u2212"))
        matrix.focus()
        for key in ("ArrowDown", "ArrowRight", "Enter"):
            opened.page.keyboard.press(key)
        expect(opened.one(".cp-derivation")).to_contain_text("b1[6]")
        for _ in range(7):  # six to the last column, and over the edge to the neurons
            opened.page.keyboard.press("ArrowRight")
        label = opened.page.evaluate("document.activeElement.ariaLabel")
        assert label.startswith("What layer 1 answers. Activation a of neuron 12 of hidden layer 1")


def test_numbers_travel_forwards_and_back_or_appear_where_motion_is_not_wanted(open_page):
    with open_page(reduced_motion="reduce") as opened:
        opened.choose("Operation")
        opened.page.keyboard.press(".")
        expect(opened.one(".cp-traveller")).to_have_count(2)  # to z1[1] from both inputs
        texts = [float(text.replace("\u2212", "-")) for text in opened.one(".cp-traveller").all_text_contents()]
        assert texts == [pytest.approx(value, abs=shown(value)) for value in opened.look()[1]["x"]]
        opened.choose("Layer")
        for phase in ("Forward", "Forward", "Loss", "Backward"):  # what is left of layer 1, then 2
            before = opened.one(".cp-moment").text_content()
            opened.page.keyboard.press(".")
            expect(opened.one(".cp-moment")).not_to_have_text(before)
            assert opened.one(".cp-phases .is-now").inner_text() == phase
        expect(opened.one(".cp-phases .is-now")).to_have_text("Backward")
        expect(opened.one(".cp-traveller.is-back")).to_have_count(1)


def test_the_tables_have_all_that_the_stage_has(opened):
    opened.page.get_by_label("The network").get_by_role("button", name="As a table").click()
    cells = dict(row.split("\t")[:2] for row in opened.one(".cp-stage tbody tr").all_inner_texts())
    assert float(cells["W1[2,3]"].replace("\u2212", "-")) == pytest.approx(opened.network.weights[0][1, 2], abs=6e-5)
    assert float(cells["b2[1]"].replace("\u2212", "-")) == pytest.approx(opened.network.biases[1][0], abs=6e-5)


def test_what_ails_a_neuron_is_told_by_a_sign_and_in_words(open_page):
    settings = Settings(
        data=Preset(name="circles", rows=60),
        layers=[LayerChoice(units=6, activation="relu")],
        learning_rate=5.0,
        seed=1,
    )
    with open_page(settings) as opened:
        for number in range(1, 9):
            opened.page.keyboard.press(".")
            opened.one(".is-epoch dd").filter(has_text=re.compile(f"^{number}$")).wait_for()
        badges = {badge.unit: badge for badge in opened.look()[0].badges}
        assert badges
        signs = opened.one(".cp-badge:not([data-kind=''])").evaluate_all(
            "all => all.map(one => [one.dataset.badge, one.dataset.kind])"
        )
        assert dict(signs) == {name: badge.kind for name, badge in badges.items()}
        name = next(iter(badges))
        opened.named(name, ".cp-card").focus()
        assert opened.named(name, ".cp-card").get_attribute("aria-label").endswith(badges[name].says)
        assert badges[name].says in opened.one(".cp-tooltip").inner_text()
