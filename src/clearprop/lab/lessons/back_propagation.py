"""Back-propagation step by step: two inputs, two hidden neurons, one row, every number in reach."""

from __future__ import annotations

from clearprop.lab.lessons.numbers import started, tex
from clearprop.lab.protocol import Drawn, LayerChoice, Lesson, LessonStep, Settings

SETTINGS = Settings(
    data=Drawn(points=[(1.0, 2.0, 0.0)], task="regression"),
    held_out=0.0,
    layers=[LayerChoice(units=2, activation="sigmoid")],
    output_activation="identity",
    loss="squared_error",
    optimizer="sgd",
    learning_rate=0.1,
    batch_size=0,
    shuffle=False,
    # W1 from x1, W1 from x2, b1, W2, b2
    weights=[0.5, -1.0, -0.25, 1.0, 0.0, 0.0, 2.0, -1.0, 0.5],
)
HIDDEN = ["schedule", "l1", "l2", "clip_norm", "held_out", "noise", "rows", "dtype", "batch_size", "standardized",
          "show_test_data", "dropout", "features", "initializer", "seed", "shuffle", "race"]  # fmt: skip


def lesson() -> Lesson:
    """The lesson, its numbers computed."""
    live = started(SETTINGS)
    network, X, y = live.network, live.rows.X, live.rows.y
    trace = network.forward(X)
    gradients = network.backward(trace, y)
    (z1, z2), (a1, a2) = trace.z[0][0], trace.a[0][0]
    z_out = trace.outputs[0, 0]
    before = network.loss(X, y)
    d1, d2 = gradients.deltas[0][0]
    d_out = gradients.deltas[1][0, 0]
    slopes = a1 * (1 - a1), a2 * (1 - a2)
    gradient, weight = gradients.weights[0][1, 0], network.weights[0][1, 0]
    live.training.run_batch()
    moved, after = network.weights[0][1, 0], network.loss(X, y)
    return Lesson(
        name="back_propagation",
        title="Back-propagation, step by step",
        summary="One row through a small network and back again, with every number in sight.",
        sheet="back-propagation",
        hidden=HIDDEN,
        steps=[
            LessonStep(
                text=(
                    "One row, $x = (1, 2)$ with the target $0$. Forward first: each hidden neuron adds up, $z_1^1 = 1 "
                    f"\\cdot 0.5 + 2 \\cdot (-0.25) = {z1:g}$ and $z_2^1 = 1 \\cdot (-1) + 2 \\cdot 1 = {z2:g}$, and "
                    f"sends its sum through the sigmoid: {tex(a1)} and {tex(a2)}."
                ),
                do="Step forward by operations and watch the numbers travel.",
                select="a1[2]",
                question="What is the sigmoid of $0$?",
                answer="$\\frac{1}{1 + e^0} = \\frac12$: the first hidden neuron cannot decide.",
            ),
            LessonStep(
                text=(
                    f"The output adds up what they say: $2 \\cdot {a1:g} - {a2:.4f} + 0.5 = {z_out:.4f}$. The target "
                    f"is $0$, so the loss is $\\frac12 \\cdot {z_out:.4f}^2 = {before:.4f}$."
                ),
                do="Go on until the loss is there.",
                select="loss",
                question="How does the loss change if the output grows by a little?",
                answer=f"By {tex(z_out)} times as much: the slope of $\\frac12 (a - y)^2$ is $a - y$.",
            ),
            LessonStep(
                text=(
                    f"Now backwards. That slope is the output's delta, $\\delta_1^2 = {d_out:.4f}$. Each hidden "
                    "neuron gets its share of it: through its weight, times the slope of its own curve."
                ),
                equations=[
                    rf"\delta_1^1 = a_1^1 (1 - a_1^1) \cdot W_{{1,1}}^2 \cdot \delta_1^2 = {slopes[0]:.4f} \cdot 2 "
                    rf"\cdot "
                    rf"{d_out:.4f} = {d1:.4f}",
                    rf"\delta_2^1 = a_2^1 (1 - a_2^1) \cdot W_{{2,1}}^2 \cdot \delta_1^2 = {slopes[1]:.4f} \cdot (-1) "
                    rf"\cdot {d_out:.4f} = {d2:.4f}",
                ],
                do="Click the delta and follow the path that lights up.",
                select="delta1[1]",
                question="Why is the second delta negative?",
                answer=(
                    "Its weight to the output is $-1$: if that neuron says more, the output, and the loss, become less."
                ),
            ),
            LessonStep(
                text=(
                    "A weight's gradient is what comes in times the delta where it goes to. For the weight from $x_2$ "
                    f"to the first hidden neuron that is $2 \\cdot {d1:.4f} = {gradient:.4f}$."
                ),
                do="Check it: the finite difference stands beside it.",
                select="W1[2,1]",
                question=f"The learning rate is $0.1$ and the weight is ${weight:g}$. What will it be after the step?",
                answer=f"${weight:g} - 0.1 \\cdot {gradient:.4f} = {moved:.4f}$.",
            ),
            LessonStep(
                text=(
                    f"All nine numbers take their step at once, and the loss falls from {tex(before)} to "
                    f"{tex(after)}. That is all there is to it: forward, back, step, again."
                ),
                do=(
                    "Step forward by a batch, then go back and forward again: the numbers are the same to the last "
                    "digit."
                ),
                question="Why must all deltas be computed before any weight moves?",
                answer=(
                    "The gradient is the slope at one point. Were the output's weights to move first, the hidden "
                    "deltas would mix an old point with a new one; the article's program does just that."
                ),
            ),
        ],
    )
