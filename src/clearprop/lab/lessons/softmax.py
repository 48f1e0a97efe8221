"""Softmax and cross-entropy: two formulas whose product is a − y, and what happens without that."""

from __future__ import annotations

import math

import numpy as np

from clearprop.explanation.derivations import derive
from clearprop.explanation.writing.latex import equation_latex
from clearprop.lab.lessons.numbers import pair, started, tex
from clearprop.lab.protocol import Lesson, LessonStep, Preset, Settings
from clearprop.network.network import Network

# Each class's weights point away from where its cloud is, so that row 0 is sure, and wrong.
SETTINGS = Settings(
    data=Preset(name="blobs3", rows=90),
    held_out=0.0,
    layers=[],
    optimizer="sgd",
    learning_rate=0.1,
    batch_size=0,
    weights=[-1.0, 0.5, 0.5, 0.0, -0.8, 0.8, 0.0, 0.0, 0.0],
)
HIDDEN = ["schedule", "l1", "l2", "clip_norm", "held_out", "dtype", "standardized", "show_test_data", "dropout",
          "features", "initializer", "race", "surface"]  # fmt: skip


def lesson() -> Lesson:
    """The lesson, its numbers computed."""
    live = started(SETTINGS)
    network, X, y = live.network, live.rows.X[:1], live.rows.y[:1]
    trace = network.forward(X)
    z, a = trace.z[0][0], trace.a[0][0]
    delta = network.backward(trace, y).deltas[0][0]
    squared = Network([2, 3], loss="squared_error", output_activation="softmax")
    squared.parameters[:] = network.parameters
    flat = squared.backward(squared.forward(X), y).deltas[0][0]
    cancelling = derive("cross_entropy").delta_equation
    assert cancelling is not None
    loss = -math.log(a[0])
    return Lesson(
        name="softmax",
        title="Softmax and cross-entropy",
        summary="Why classification has these two together: all that is complicated cancels.",
        hidden=HIDDEN,
        steps=[
            LessonStep(
                text=(
                    f"Three classes, three outputs. Row 0 has the sums {pair(z)}. Softmax makes them positive by "
                    f"$e^z$ and divides by their total: {pair(a)}. They add up to $1$: probabilities."
                ),
                do="Click an output and look at the formula: every sum is in it.",
                select="a1[1]",
                question="What becomes of the probabilities if $1$ is added to all three sums?",
                answer="Nothing: each $e^z$ is multiplied by $e$, and so is their total.",
            ),
            LessonStep(
                text=(
                    f"Row 0 is of the first class, and the network gives that only {tex(a[0])}. Cross-entropy is the "
                    f"surprise at it: $-\\ln {a[0]:.4g} = {loss:.4f}$."
                ),
                do="Derive the loss of this row.",
                select="loss",
                question="And if the network had been certain, and right?",
                answer="$-\\ln 1 = 0$: no surprise, no loss.",
            ),
            LessonStep(
                text=(
                    "Now the slope. Cross-entropy alone has $-\\frac{1}{a}$, which is huge here; softmax has a whole "
                    "matrix of slopes, which are tiny here. Multiplied, everything complicated cancels and $a - y$ is "
                    f"left: {pair(delta)}."
                ),
                equations=[equation_latex(cancelling, 6)],
                do="Open the delta: no logarithm and no exponential is left in it.",
                select="delta1[1]",
                question="Why do the three deltas add up to $0$?",
                answer=f"Both the $a$ and the $y$ of a row add up to $1$. Here: $1 - 1 = {abs(np.sum(delta)):.0f}$.",
            ),
            LessonStep(
                text=(
                    "With the squared error in the place of cross-entropy nothing cancels. The first delta would then "
                    f"be {tex(flat[0])}, where it is {tex(delta[0])} now: this row, as wrong as it can be, would "
                    "hardly teach anything."
                ),
                do=(
                    "Choose the squared error as the loss, with softmax as the output activation, and look at row 0 "
                    "again."
                ),
                question="How many times smaller is that slope?",
                answer=(
                    f"About {delta[0] / flat[0]:,.0f} times. Who is sure and wrong learns slowest with the squared "
                    "error, and quickest with cross-entropy."
                ),
            ),
        ],
    )
