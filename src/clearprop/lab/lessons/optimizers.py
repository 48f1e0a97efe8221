"""Optimisers: a rate that is too small, one that is too great, the exact border between, and momentum."""

from __future__ import annotations

import msgspec
import numpy as np

from clearprop.lab.lessons.numbers import loss_after, started, tex
from clearprop.lab.protocol import Lesson, LessonStep, Preset, Settings

SETTINGS = Settings(
    data=Preset(name="plane", noise=0.1),
    held_out=0.0,
    layers=[],
    optimizer="sgd",
    learning_rate=0.001,
    batch_size=0,
    shuffle=False,
)
HIDDEN = ["activation", "output_activation", "layers", "units", "dropout", "l1", "l2", "held_out", "dtype",
          "show_test_data", "initializer", "loss", "discretize"]  # fmt: skip
EPOCHS, BELOW, ABOVE = 50, 0.15, 0.16


def lesson() -> Lesson:
    """The lesson, its numbers computed."""
    live = started(SETTINGS)
    X, before = live.rows.X, live.network.loss(live.rows.X, live.rows.y)
    inputs = np.column_stack([X, np.ones(len(X))])
    steepest = float(np.linalg.eigvalsh(inputs.T @ inputs / len(X))[-1])
    border = 2 / steepest

    def after(rate: float, optimizer: str = "sgd") -> float:
        return loss_after(msgspec.structs.replace(SETTINGS, learning_rate=rate, optimizer=optimizer), EPOCHS)

    small, good, below, above, momentum = after(0.001), after(0.1), after(BELOW), after(ABOVE), after(0.001, "momentum")
    return Lesson(
        name="optimizers",
        title="Optimisers and their rates",
        summary="Too small, too great, and the exact border between them; then a ball that rolls.",
        sheet="optimizers",
        hidden=HIDDEN,
        steps=[
            LessonStep(
                text=(
                    "One neuron without a curve fits a sloping plane: the loss over its weights is a bowl. It begins "
                    f"at {tex(before)}. With the rate $0.001$ it is still at {tex(small)} after {EPOCHS} epochs: "
                    "safe, and slow."
                ),
                do=f"Play for {EPOCHS} epochs, and look at the loss surface over the two weights.",
                select="W1[1,1]",
                question="Why does each step become shorter, though the rate stays the same?",
                answer="A step is the rate times the gradient, and the bowl is flatter towards its bottom.",
            ),
            LessonStep(
                text=(
                    f"With the rate $0.1$ the loss is {tex(good)} after {EPOCHS} epochs, which is the bottom: the "
                    "rest is the noise in the data."
                ),
                do="Set the rate to $0.1$ and play again.",
                question="Would ten times more be ten times better?",
                answer="No. It would not learn at all, as you are about to see.",
            ),
            LessonStep(
                text=(
                    f"This bowl bends by {tex(steepest)} at the most, which is the greatest eigenvalue of the mean of "
                    "$x x^{\\top}$. A step at rate $\\eta$ multiplies the distance to the bottom by $1 - "
                    "\\eta\\lambda$ in that direction, and that is within $\\pm 1$ only for $\\eta < 2 / \\lambda = "
                    f"{border:.4f}$."
                ),
                equations=[rf"|1 - \eta \lambda| < 1 \iff 0 < \eta < \frac{{2}}{{\lambda}} = {border:.4f}"],
                do=f"Try ${BELOW}$, then ${ABOVE}$.",
                question=f"What does ${ABOVE - BELOW:.2f}$ make of a difference?",
                answer=(
                    f"All: after {EPOCHS} epochs the loss is {tex(below)} with ${BELOW}$ and {tex(above)} with "
                    f"${ABOVE}$. On one side of the border every step is a little shorter than the last, on the other "
                    "a little longer."
                ),
            ),
            LessonStep(
                text=(
                    "Momentum lets steps add up like those of a rolling ball: each keeps nine tenths of the last one. "
                    f"With the small rate $0.001$ it comes to {tex(momentum)} in {EPOCHS} epochs, where plain descent "
                    f"was at {tex(small)}."
                ),
                do="Let both race, and Adam beside them.",
                question="A ball that rolls may also roll too far. Where do you see that?",
                answer=(
                    "On the surface its path swings past the bottom and comes back; plain descent at this rate never "
                    "does."
                ),
            ),
        ],
    )
