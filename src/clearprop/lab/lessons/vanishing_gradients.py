"""Vanishing gradients: what is left of a slope that has come through five sigmoids."""

from __future__ import annotations

import msgspec
import numpy as np

from clearprop.lab.lessons.numbers import started, tex
from clearprop.lab.protocol import LayerChoice, Lesson, LessonStep, Preset, Settings

DEPTH = 5


def with_activation(name: str) -> Settings:
    """The same network with other hidden activations."""
    layers = [LayerChoice(units=6, activation=name) for _ in range(DEPTH)]
    return Settings(data=Preset(name="circles"), layers=layers, optimizer="sgd", learning_rate=0.1, batch_size=0)


SETTINGS = with_activation("sigmoid")
HIDDEN = ["schedule", "l1", "l2", "held_out", "dtype", "standardized", "show_test_data", "dropout", "race", "surface",
          "output_activation", "clip_norm"]  # fmt: skip


def sizes(settings: Settings) -> list[float]:
    """The root of the mean square of each layer's gradient, before the first step."""
    live = started(settings)
    gradients = live.network.backward(live.network.forward(live.rows.X), live.rows.y)
    return [float(np.sqrt(np.mean(W * W))) for W in gradients.weights]


def lesson() -> Lesson:
    """The lesson, its numbers computed."""
    sigmoid, tanh, relu = (sizes(with_activation(name)) for name in ("sigmoid", "tanh", "relu"))
    live = started(SETTINGS)
    a = live.network.forward(live.rows.X).a[0]
    slope = float((a * (1 - a)).mean())
    doubled = sizes(msgspec.structs.replace(SETTINGS, layers=SETTINGS.layers[:2]))
    return Lesson(
        name="vanishing_gradients",
        title="Vanishing gradients",
        summary="Why deep networks of sigmoids do not learn, and what is done about it.",
        hidden=HIDDEN,
        steps=[
            LessonStep(
                text=(
                    "Five hidden layers of sigmoids. In the last layer a weight's gradient is about "
                    f"{tex(sigmoid[-1], 2)} in size, in the first one {tex(sigmoid[0], 2)}: "
                    f"{sigmoid[-1] / sigmoid[0]:,.0f} times smaller."
                ),
                do="Let the lines show the gradient.",
                select="W1[1,1]",
                question="Which layers will learn first?",
                answer="The last ones. The first hardly move, and what they throw away is lost to all the others.",
            ),
            LessonStep(
                text=(
                    "Going back through a layer, a delta is multiplied by weights and by the slope of the curve. The "
                    f"sigmoid's slope $a(1 - a)$ is $\\frac14$ at most; in the first layer it is {tex(slope, 3)} on "
                    "average."
                ),
                equations=[rf"\left(\tfrac14\right)^{{{DEPTH}}} = {0.25**DEPTH:.6f}"],
                do="Open a delta of the first layer and count the factors on a path.",
                select="delta1[1]",
                question="What is left of a slope after five sigmoids, if every weight were $1$?",
                answer=f"At best one part in {4**DEPTH:,}: $4^{DEPTH}$.",
            ),
            LessonStep(
                text=(
                    "Tanh has the slope $1$ at $0$. In the same network with tanh the first layer's gradients are "
                    f"about {tex(tanh[0], 2)} in size and the last one's {tex(tanh[-1], 2)}: nearly alike. With ReLU "
                    f"they are {tex(relu[0], 2)} and {tex(relu[-1], 2)}."
                ),
                do="Choose tanh for all hidden layers and play.",
                question="Does a larger learning rate help the sigmoids instead?",
                answer=(
                    "Not really: the last layer would have to take steps that are far too large for it before the "
                    "first moves at all."
                ),
            ),
            LessonStep(
                text=(
                    "Depth is the trouble, not the sigmoid by itself: with two hidden layers the first layer's "
                    f"gradients are {tex(doubled[0], 2)} in size, and the last one's {tex(doubled[-1], 2)}."
                ),
                do="Take away hidden layers until it learns.",
                question="What else keeps gradients alive?",
                answer=(
                    "First weights of the right size, inputs with mean $0$ and deviation $1$, and optimisers such as "
                    "Adam that give each weight a scale of its own."
                ),
            ),
        ],
    )
