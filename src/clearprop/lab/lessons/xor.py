"""Why one neuron cannot do XOR: a line cannot, and learning ends in not deciding at all."""

from __future__ import annotations

import math

from clearprop.lab.lessons.numbers import started, tex
from clearprop.lab.protocol import Lesson, LessonStep, Preset, Settings

SETTINGS = Settings(
    data=Preset(name="xor_points"),
    held_out=0.0,
    layers=[],
    optimizer="sgd",
    learning_rate=0.5,
    batch_size=0,
    weights=[1.0, 1.0, -0.5],
)
HIDDEN = [
    "optimizer", "schedule", "output_activation", "dropout", "l1", "l2", "clip_norm", "held_out", "noise", "rows",
    "initializer", "dtype", "race", "batch_size", "loss", "standardized", "show_test_data",
]  # fmt: skip
EPOCHS = 500


def lesson() -> Lesson:
    """The lesson, its numbers computed."""
    live = started(SETTINGS)
    network, rows = live.network, live.rows
    a = network.predict(rows.X)[:, 0]
    right = int(((a > 0.5) == (rows.y[:, 0] > 0.5)).sum())
    shares = rows.X[:, 0] * (a - rows.y[:, 0])
    before = network.loss(rows.X, rows.y)
    return Lesson(
        name="xor",
        title="Why one neuron cannot do XOR",
        summary="Four points, one line, and a proof in four short lines that it cannot be done.",
        sheet="xor",
        hidden=HIDDEN,
        steps=[
            LessonStep(
                text=(
                    "XOR says yes where exactly one of two inputs is $1$. The neuron begins with the weights $1$ and "
                    f"$1$ and the bias $-0.5$. That is OR, nearly: {right} of the four answers are right, and only at "
                    f"$(1, 1)$, where it says {tex(a[3])}, it should say no."
                ),
                do="Look at each of the four rows and read $a$.",
                select="a1[1]",
                question="Could another line get all four right?",
                answer="Try a little before you go on: change the weights by hand and watch the plane.",
            ),
            LessonStep(
                text=(
                    "The mean gradient of $W_{1,1}$ is the mean of what the four rows say: $\\frac14 "
                    f"({shares[2]:.4f} + {shares[3]:.4f}) = {shares.mean():.4f}$. The rows with $x_1 = 0$ say "
                    "nothing; the other two disagree."
                ),
                do="Derive the weight for the whole batch and look at the rows' parts.",
                select="W1[1,1]",
                question="Which row pulls the weight down, and which up?",
                answer=(
                    f"$(1, 1)$ adds {tex(shares[3])}, and against a positive gradient the weight goes down; $(1, 0)$ "
                    f"adds {tex(shares[2])} and pulls it up."
                ),
            ),
            LessonStep(
                text=(
                    f"Let it learn. The loss falls from {tex(before)} to $\\ln 2 = {math.log(2):.4f}$ and no further: "
                    "all weights go to $0$, and every answer to $0.5$."
                ),
                do=f"Play for {EPOCHS} epochs.",
                question="At the start three of four were right, now none is decided. How can the loss be lower?",
                answer=(
                    "The loss counts how sure each answer is. One answer that is sure and wrong costs more than four "
                    f"that are undecided: $(1, 1)$ alone cost $-\\ln(1 - {a[3]:.4f}) = {-math.log(1 - a[3]):.4f}$."
                ),
            ),
            LessonStep(
                text=(
                    "And here is the proof that no line does it. For the four points to be right, $b \\le 0$, "
                    "$W_{1,1} + b > 0$, $W_{2,1} + b > 0$ and $W_{1,1} + W_{2,1} + b \\le 0$. Add the two in the "
                    "middle: $W_{1,1} + W_{2,1} + 2b > 0$."
                ),
                equations=[
                    r"W_{1,1} + W_{2,1} + b \;>\; -b \;\ge\; 0",
                ],
                do="Compare that with the last of the four conditions.",
                question="What is wrong with it?",
                answer=(
                    "It says $W_{1,1} + W_{2,1} + b > 0$, while the last condition says it is $0$ or less. Both "
                    "cannot be, so there is no such line. A hidden layer is needed: that is the next lesson."
                ),
            ),
        ],
    )
