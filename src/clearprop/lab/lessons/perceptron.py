"""The perceptron: one neuron that learns from its mistakes alone, with the article's points and numbers."""

from __future__ import annotations

import numpy as np

from clearprop.article import blobs
from clearprop.article.reproduction import PERCEPTRON_SEED
from clearprop.lab.lessons.numbers import pair, started, tex
from clearprop.lab.protocol import Lesson, LessonStep, Preset, Settings

_DRAWN = np.random.RandomState(PERCEPTRON_SEED).random(3).tolist()  # the bias first, as the article draws it

SETTINGS = Settings(
    data=Preset(name="article_perceptron"),
    held_out=0.0,
    layers=[],
    loss="perceptron",
    optimizer="sgd",
    learning_rate=0.01,
    batch_size=1,
    shuffle=False,
    epochs=500,
    weights=[*_DRAWN[1:], _DRAWN[0]],
)
HIDDEN = [
    "optimizer", "schedule", "activation", "output_activation", "layers", "units", "dropout", "l1", "l2", "clip_norm",
    "features", "initializer", "dtype", "surface", "race", "batch_size", "loss", "standardized",
]  # fmt: skip


def lesson() -> Lesson:
    """The lesson, its numbers computed."""
    live = started(SETTINGS)
    network, rows = live.network, live.rows
    X, y = rows.X, rows.y[:, 0]
    z = network.predict(X)[:, 0]
    wrong = np.flatnonzero((z > 0) != (y > 0))
    first = int(wrong[0])
    before = network.parameters.copy()
    mistakes: list[int] = []  # by epoch
    while not mistakes or mistakes[-1]:
        mistakes.append(0)
        for _ in range(len(rows)):
            old = network.parameters.copy()
            live.training.run_batch()
            moved = bool((network.parameters != old).any())
            if moved and sum(mistakes) == 0:
                after = network.parameters.copy()
            mistakes[-1] += moved
    learned = len(mistakes) - 1
    w1, w2, b = network.parameters
    test_rows, test_classes = blobs()[1], blobs()[3]
    right = int(((network.predict(test_rows)[:, 0] > 0) == (test_classes > 0)).sum())
    change = after - before
    return Lesson(
        name="perceptron",
        title="The perceptron",
        summary="One neuron draws a line and moves it only when it is wrong. The article's points, its very numbers.",
        sheet="perceptron",
        hidden=HIDDEN,
        steps=[
            LessonStep(
                text=(
                    "This network is a single neuron. It adds up $z = x_1 W_{1,1} + x_2 W_{2,1} + b$ and says blue "
                    f"where $z > 0$, else orange. It begins with the weights {pair(before[:2])} and the bias "
                    f"{tex(before[2])}: the line where $z = 0$ has {len(rows) - len(wrong)} of the {len(rows)} points "
                    "on the side where they belong."
                ),
                do="Click the neuron and read its sum.",
                select="z1[1]",
                question="For which point is a neuron like this least sure?",
                answer="For one on the line itself: there $z = 0$, and the smallest nudge would decide.",
            ),
            LessonStep(
                text=(
                    "Now it learns. It takes the points one by one. If the answer is right, nothing happens. If it is "
                    "wrong, the point is added to the weights, or taken off them: $W \\leftarrow W + \\eta\\, y\\, "
                    f"x$, where $y$ is $1$ or $-1$ and $\\eta = {SETTINGS.learning_rate:g}$."
                ),
                do=f"Look at row {first}, then step forward by batches until the weights move.",
                select="W1[1,1]",
                question=(
                    f"Row {first} is at {pair(X[first])} and is {'blue' if y[first] > 0 else 'orange'}. What is $z$ "
                    "there?"
                ),
                answer=(
                    f"$z = {_term(X[first, 0], before[0])} + {_term(X[first, 1], before[1])} + {before[2]:.4f}$ $= "
                    f"{z[first]:.4f}$: the sign is wrong, so this row is a mistake."
                ),
            ),
            LessonStep(
                text=(
                    f"That one mistake changed $W_{{1,1}}$ from {tex(before[0])} to {tex(after[0])}, $W_{{2,1}}$ from "
                    f"{tex(before[1])} to {tex(after[1])} and $b$ from {tex(before[2])} to {tex(after[2])}. In the "
                    "first epoch it is the only one."
                ),
                do="Compare the step with the point: each weight moves in proportion to its input.",
                select="W1[2,1]",
                question="Why does $W_{2,1}$ move further than $W_{1,1}$?",
                answer=(
                    f"Because the point's inputs are {pair(X[first])}: the step is $\\eta\\, y$ times each of them, "
                    f"{tex(change[0])} and {tex(change[1])}. An input of $0$ would leave its weight alone."
                ),
            ),
            LessonStep(
                text=(
                    f"Epoch after epoch the same point is wrong, and is corrected, until after {learned} epochs none "
                    f"is wrong any more. From then on nothing moves: the weights stay ${_printed(w1)}$ and "
                    f"${_printed(w2)}$, the bias ${_printed(b)}$. The article prints these very digits after its 500 "
                    "epochs."
                ),
                do="Press play and watch the line settle.",
                question="On 25 points that it has never seen, how many does it get right?",
                answer=(
                    f"{right} of 25, which is {right / 25:.2f}: the article's accuracy. That all {len(rows)} points "
                    "of the training are right does not make the line the best one."
                ),
            ),
            LessonStep(
                text=(
                    "A perceptron stops as soon as no point is wrong, however close the line passes. If a line that "
                    "separates the classes exists, it is certain to find one after a finite number of mistakes."
                ),
                do="Try a data set that no line can separate, such as XOR with four points.",
                question="What does it do where no line exists?",
                answer="It never stops: in every epoch there is a mistake, and every mistake moves the line again.",
            ),
        ],
    )


def _term(x: float, weight: float) -> str:
    return f"({x:.4g}) \\cdot {weight:.4f}"


def _printed(number: float) -> str:
    """Eight decimals, as NumPy prints them."""
    return f"{number:.8f}".rstrip("0")
