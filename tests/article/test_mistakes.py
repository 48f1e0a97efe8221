"""The nine mistakes: each is shown, and by the figures known beforehand."""

import json

import pytest

from clearprop.article import ROWS, TARGETS, new_network
from clearprop.article.mistakes.update import steps_taken


def rows_of(mistake, table=0):
    return mistake.tables[table].rows


def test_all_nine_are_shown(mistakes):
    assert [mistake.number for mistake in mistakes] == list(range(1, 10))
    assert [mistake.number for mistake in mistakes if not mistake.shown] == []


@pytest.mark.parametrize("number", range(1, 10))
def test_records_are_complete_and_plain(mistakes, number):
    mistake = mistakes[number - 1]
    record = mistake.as_dict()
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    for table in mistake.tables:
        assert table.rows
        assert {len(row) for row in table.rows} == {len(table.columns)}
        assert all(cell.isascii() for cells in table.cells() for cell in cells)
        assert {type(cell) for row in table.rows for cell in row} <= {str, int, float}
    assert (mistake.title + mistake.article + mistake.right).isascii()


def test_1_gradient_figures(mistakes):
    rows = {name: numbers for name, *numbers in rows_of(mistakes[0])}
    true = [[0.01822964, 0.00788464], [0.02049715, 0.00897599]]
    article = [[0.00065008, 0.00024238], [0.00048006, 0.00017899]]
    for i in (1, 2):
        for j in (1, 2):
            difference, exact, step, ratio = rows[f"W1[{i},{j}]"]
            assert round(difference, 8) == round(exact, 8) == true[i - 1][j - 1]
            assert round(step, 8) == article[i - 1][j - 1]
            assert 28 <= ratio < 50.2
    assert len(rows) == 12


def test_1_shares_add_up_to_the_gradient(mistakes):
    *shares, total = (row[-1] for row in rows_of(mistakes[0], table=1))
    assert sum(shares) == pytest.approx(total, rel=1e-14)
    assert round(total, 8) == 0.01822964


def test_1_steps_taken_are_what_the_parameters_moved_by():
    network = new_network(epochs=1)
    before = network.parameters
    network.fit(ROWS, TARGETS)
    moved = [
        (old - new) / network.eta
        for old_layer, new_layer in zip(before, network.parameters, strict=True)
        for old_neuron, new_neuron in zip(old_layer, new_layer, strict=True)
        for old, new in zip(old_neuron, new_neuron, strict=True)
    ]
    taken = [number for layer in steps_taken(network) for neuron in layer for number in neuron]
    assert moved == pytest.approx(taken, abs=1e-14)


def test_2_encoding_figures(mistakes):
    found = {tuple(row[:3]): row[3:] for row in rows_of(mistakes[1])}
    assert [found["exact", "article", epochs][1] for epochs in (100, 1_000, 10_000)] == [0.5, 0.0, 0.0]
    assert [found["exact", "prose", epochs][1] for epochs in (100, 1_000, 10_000)] == [0.5, 1.0, 1.0]
    losses = [found["exact", "prose", epochs][0] for epochs in (100, 1_000, 10_000)]
    assert [f"{loss:.5g}" for loss in losses[:1]] == ["2.0164"]
    assert [f"{loss:.4g}" for loss in losses[1:2]] == ["0.1879"]
    assert [f"{loss:.3g}" for loss in losses[2:]] == ["0.00252"]
    assert found["article", "article", 100][1] == 0.8
    assert rows_of(mistakes[1], table=1) == (
        ("output 6's three rows", "1 0 1", "1 0 1"),
        ("the ten rows of fit", "0 1 1 1 1 1 0 1 0 1", "0 1 0 1 0 1 0 1 0 1"),
    )


def test_2_with_balanced_classes_the_article_cannot_see_them(mistakes):
    (name, *blind), (_, *seeing) = rows_of(mistakes[1], table=2)
    assert name == "article"
    assert max(blind) < 1e-12
    assert min(seeing) > 0.01


def test_3_late_deltas(mistakes):
    for eta, _, difference, early, late in rows_of(mistakes[2]):
        assert difference == pytest.approx(early, rel=1e-6)
        assert abs(late / early - 1) > (0.01 if eta == 0.05 else 0.2)


def test_4_paths(mistakes):
    paths, chain, exponents = (rows_of(mistakes[3], table) for table in range(3))
    for _, _, written, right, difference in (*paths, *chain):
        assert right == pytest.approx(difference, rel=1e-6)
        assert abs(written / right - 1) > 0.3
    assert [row[1] for row in chain] == ["21", "37", "41", "45"]
    for x, first, second, right, difference in exponents:
        assert right == pytest.approx(difference, abs=1e-9)
        assert right <= 0.25
        if x == 0.0:
            assert (first, second, right) == (4.0, -2.0, 0.25)


def test_5_sum(mistakes):
    (_, *once), (_, *twice) = rows_of(mistakes[4])
    assert twice[:2] == pytest.approx([2 * loss for loss in once[:2]], rel=1e-14)
    assert twice[2:] == pytest.approx(once[2:], rel=1e-14)


def test_6_overflow(mistakes):
    written = {z: outcome for z, outcome, _ in rows_of(mistakes[5])}
    assert [z for z, outcome in written.items() if outcome == "OverflowError"] == [-710.0, -745.0, -1000.0]
    assert rows_of(mistakes[5], table=1) == ((0.0, "NameError"),)


def test_7_step(mistakes):
    step, sigmoid = rows_of(mistakes[6])
    assert step[1:5] == (0.0, 1.0, 0.0, 0.0)
    assert min(step[5], sigmoid[4], sigmoid[5]) > 0.1


def test_8_saturation(mistakes):
    assert f"{rows_of(mistakes[7])[-1][4]:.4f}" == "0.9998"
    as_drawn, centred, both = (row[1] for row in rows_of(mistakes[7], table=1))
    assert as_drawn < 0.02 < centred < both <= 0.25


def test_9_times(mistakes):
    times = [milliseconds for _, milliseconds in rows_of(mistakes[8])]
    assert min(times) > 0
    assert times[2] > times[3]
