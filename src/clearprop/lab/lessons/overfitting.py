"""Overfitting: rows that are learned by heart, and the held-out rows that give it away."""

from __future__ import annotations

import msgspec

from clearprop.lab.protocol import LayerChoice, Lesson, LessonStep, Preset, Settings

SETTINGS = Settings(
    data=Preset(name="moons", rows=40, noise=0.3),
    held_out=0.5,
    layers=[LayerChoice(units=16), LayerChoice(units=16)],
    optimizer="adam",
    learning_rate=0.03,
    batch_size=10,
)
HIDDEN = ["schedule", "clip_norm", "dtype", "output_activation", "loss", "initializer", "standardized", "race"]
EPOCHS, STRENGTH = 150, 0.3
PENALISED = msgspec.structs.replace(SETTINGS, l2=STRENGTH)


def lesson() -> Lesson:
    """The lesson; its numbers take 300 epochs to compute, so they stand here, and the tests compute them."""
    return Lesson(
        name="overfitting",
        title="Overfitting and the rows held out",
        summary="A network that knows its rows by heart, and how rows that it has never seen give it away.",
        sheet="overfitting",
        hidden=HIDDEN,
        steps=[
            LessonStep(
                text=(
                    "Forty points on two noisy moons. Twenty are trained on; the other twenty, hollow ones, are only "
                    "looked at. The network has 337 weights and biases: far more than it has points."
                ),
                do="Switch the held-out rows on.",
                question="Why not train on all forty?",
                answer="Then nobody would know whether it has understood the moons or memorised the points.",
            ),
            LessonStep(
                text=(
                    "Let it learn. After 150 epochs all twenty training rows are right, and their loss is $0.017$. "
                    "The held-out rows tell another story: of them only $80\\,\\%$ are right, and their loss is "
                    "$0.85$."
                ),
                do=f"Play for {EPOCHS} epochs and watch both curves.",
                question="Look at the boundary. What does it do near single points?",
                answer=(
                    "It bends around each of them. That is noise that it has learned, and noise does not come again."
                ),
            ),
            LessonStep(
                text=(
                    "The held-out loss was least after epoch 61, at $0.291$, and rose after that, while the training "
                    "loss fell and fell. Where the two part, learning by heart begins."
                ),
                do="Drag along the loss curve back to epoch 61 and compare the boundaries.",
                question="What is it called to stop there?",
                answer="Early stopping. The trainer does it by itself where it has held-out rows and patience.",
            ),
            LessonStep(
                text=(
                    "Another remedy makes large weights expensive. With $L2 = 0.3$ the training loss ends at $0.377$ "
                    "and the held-out loss at $0.391$: hardly any difference between them."
                ),
                do="Set L2 to $0.3$ and play again: the boundary stays smooth.",
                question="The training loss is far greater now. Why is that no loss?",
                answer="What counts is how it does on new points, and there $0.391$ is much better than $0.85$.",
            ),
        ],
    )
