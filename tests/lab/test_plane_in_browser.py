"""The plane by pointer and by keyboard: its ground and its points are the engine's answers and rows."""

import re

import numpy as np
import pytest

from clearprop.lab.protocol import Curve, LayerChoice, Preset, Settings

from .opened_page import expect

CLOUDS = Settings(data=Preset(name="blobs3", rows=60), layers=[LayerChoice(units=4)], seed=2)
SIDE = 64


def ground(opened):
    return opened.pixels(".cp-ground canvas").astype(int)


def grid(opened, side=SIDE):
    """The places of the ground's points, the top left one first, as they are fed."""
    (left, right), (bottom, top) = opened.look()[0].span
    across, up = np.linspace(left, right, side), np.linspace(top, bottom, side)
    return opened.live.feed(np.column_stack([np.tile(across, side), np.repeat(up, side)]))


def spot(opened, row):
    """Where a row's point is on the screen."""
    (left, right), (bottom, top) = opened.look()[0].span
    box = opened.one(".cp-plane-area").bounding_box()
    x, y = opened.live.data.columns[row]
    return box["x"] + (x - left) / (right - left) * box["width"], box["y"] + (top - y) / (top - bottom) * box["height"]


def test_the_ground_is_bluer_the_surer_the_second_class_is(opened):
    answers = opened.network.outputs(grid(opened))[:, 0].reshape(SIDE, SIDE)
    pixels = ground(opened)
    bluer = pixels[..., 2] - pixels[..., 0]
    assert (bluer[answers > 0.55] > 0).all()
    assert (bluer[answers < 0.45] < 0).all()
    order = np.argsort(answers.ravel())
    assert (np.diff(bluer.ravel()[order]) >= -3).all()  # rounding of colours aside


def test_discretised_it_has_two_colours(opened):
    opened.page.get_by_role("switch", name="Discretise").check()
    pixels = ground(opened)
    colours = np.unique(pixels.reshape(-1, 4), axis=0)
    assert len(colours) == 2
    answers = opened.network.outputs(grid(opened, len(pixels)))[:, 0].reshape(len(pixels), -1)
    sure = np.abs(answers - 0.5) > 0.02
    np.testing.assert_array_equal((pixels[..., 2] > pixels[..., 0])[sure], (answers > 0.5)[sure])


def test_of_more_classes_each_has_its_own_colour(open_page):
    with open_page(CLOUDS) as opened:
        opened.page.get_by_role("switch", name="Discretise").check()
        pixels = ground(opened)
        best = opened.network.outputs(grid(opened, len(pixels))).argmax(axis=1)
        colours = {}
        for chosen, pixel in zip(best, map(tuple, pixels.reshape(-1, 4)), strict=True):
            colours.setdefault(chosen, []).append(pixel)
        common = {chosen: max(set(all_of), key=all_of.count) for chosen, all_of in colours.items()}
        assert len(set(common.values())) == len(common) > 1
        for chosen, all_of in colours.items():  # but for the boundary's own points
            assert all_of.count(common[chosen]) > 0.95 * len(all_of)


def test_a_click_on_a_point_looks_at_its_row(opened):
    plane = opened.page.get_by_role("slider", name="Row that is looked at")
    spots = np.array([spot(opened, row) for row in range(60)])
    for row in (7, 23):
        opened.page.mouse.click(*spots[row])
        nearest = np.linalg.norm(spots - spots[row], axis=1)
        expect(plane).to_have_attribute(
            "aria-valuenow", re.compile(rf"^({'|'.join(map(str, np.argsort(nearest)[:3]))})$")
        )
        assert nearest[opened.live.row] < 3  # pixels: of points that lie upon each other any
        for place, value in enumerate(opened.live.inputs[opened.live.row], start=1):
            assert opened.number(f"x[{place}]") == pytest.approx(value, abs=0.0051)


def test_arrow_keys_go_from_row_to_row(opened):
    plane = opened.page.get_by_role("slider", name="Row that is looked at")
    plane.focus()
    for key, row in {"ArrowRight": 1, "ArrowUp": 2, "End": 59, "ArrowLeft": 58, "Home": 0}.items():
        opened.page.keyboard.press(key)
        expect(plane).to_have_attribute("aria-valuenow", str(row))
    columns = opened.live.data.columns[0]
    text = plane.get_attribute("aria-valuetext").replace("\u2212", "-")
    assert text.startswith(f"Row 0: x1 {columns[0]:.2f}, x2 {columns[1]:.2f}, ")


def test_errors_are_told_and_ringed(opened):
    """Those of the table whose answer is not their class are those that the engine gets wrong."""
    opened.one(".cp-plane").get_by_role("button", name="As a table").click()
    rows = [row.split("\t") for row in opened.one(".cp-plane tbody tr").all_inner_texts()]
    wrong = {int(row[0]) for row in rows if row[3] != row[4]}
    answers = opened.network.outputs(opened.live.inputs)[:, 0] > 0.5
    assert wrong == set(np.flatnonzero(answers != (opened.live.targets[:, 0] > 0.5)))
    assert {int(row[0]) for row in rows if row[5] == "yes"} == set(opened.live.held_out)


def test_held_out_rows_can_be_left_out(opened):
    before = opened.pixels(".cp-points")
    opened.page.get_by_role("switch", name="Show held-out rows").uncheck()
    after = opened.pixels(".cp-points")
    assert (after[..., 3] > 0).sum() < (before[..., 3] > 0).sum()


def test_one_input_is_a_curve(open_page):
    settings = Settings(data=Curve(), layers=[LayerChoice(units=3)])
    with open_page(settings) as opened:
        (left, right), (bottom, top) = opened.look()[0].span
        pixels = opened.pixels(".cp-ground canvas").astype(int)
        height, width, _ = pixels.shape
        for share in (0.2, 0.5, 0.8):
            x = left + share * (right - left)
            answer = opened.network.outputs(opened.live.feed(np.array([[x]])))[0, 0]
            column = pixels[:, round(share * width)]
            drawn = np.flatnonzero(column[:, 2] - column[:, 0] > 60)
            expected = (top - answer) / (top - bottom) * height
            assert drawn.mean() == pytest.approx(expected, abs=3)


def test_points_are_drawn_by_pointer_and_by_keyboard(opened):
    opened.choose("Draw")
    plane = opened.page.get_by_role("application")
    expect(plane).to_be_visible()
    said = opened.one("[aria-live=polite]").last
    plane.click(position={"x": 40, "y": 50})
    expect(said).to_contain_text("Point drawn at")
    plane.focus()
    opened.page.keyboard.press("ArrowRight")
    opened.page.keyboard.press("Enter")
    (left, right), (bottom, top) = opened.look()[0].span
    x, y = left + 0.52 * (right - left), (bottom + top) / 2
    expect(said).to_have_text(f"Point drawn at {x:.2f}, {y:.2f}".replace("-", "\u2212"))
