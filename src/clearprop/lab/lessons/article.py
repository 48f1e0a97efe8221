"""The article's network, with its own numbers, and the errors that can be seen in them."""

from __future__ import annotations

from itertools import chain

from clearprop.article import ROWS, TARGETS, NeuralNetwork, new_network
from clearprop.article.mistakes.update import steps_taken
from clearprop.lab.lessons.numbers import started, tex
from clearprop.lab.protocol import LayerChoice, Lesson, LessonStep, Preset, Settings

ETA, ROW_COUNT = 0.05, len(ROWS)


def in_our_order(network: NeuralNetwork) -> list[float]:
    """The article's parameters, a list a neuron with the bias in front, in the order of the flat vector."""
    flat: list[float] = []
    for layer in network.parameters:
        biases, weights = [neuron[0] for neuron in layer], [neuron[1:] for neuron in layer]
        flat += [*chain.from_iterable(zip(*weights, strict=True)), *biases]
    return flat


# The article sums over the rows where clearprop has their mean, so that its rate is ten times as great here.
SETTINGS = Settings(
    data=Preset(name="article_outputs"),
    held_out=0.0,
    layers=[LayerChoice(units=2, activation="sigmoid")],
    output_activation="sigmoid",
    loss="squared_error",
    optimizer="sgd",
    learning_rate=ETA * ROW_COUNT,
    batch_size=0,
    shuffle=False,
    weights=in_our_order(new_network()),
)
HIDDEN = ["schedule", "l1", "l2", "clip_norm", "held_out", "noise", "rows", "dtype", "show_test_data", "dropout",
          "features", "initializer", "seed", "shuffle", "race"]  # fmt: skip


def lesson() -> Lesson:
    """The lesson, its numbers computed."""
    live = started(SETTINGS)
    network, X, y = live.network, live.rows.X, live.rows.y
    trace = network.forward(X)
    gradient = network.backward(trace, y).weights[0][0, 0] * ROW_COUNT
    stepped = new_network(epochs=1)
    stepped.fit(ROWS, TARGETS)
    article = steps_taken(stepped)[0][0][1]
    slopes = trace.a[0][:, 0] * (1 - trace.a[0][:, 0])
    last = -1
    alone = network.backward(network.forward(X[:1]), y[:1])
    first_slope = float(slopes[0])
    through = [float(network.weights[1][0, k] * alone.deltas[1][0, k]) * first_slope for k in (0, 1)]
    loss = network.loss(X, y)
    return Lesson(
        name="article",
        title="The article's network and its errors",
        summary=(
            "Two inputs, two hidden neurons, two outputs, ten rows: the article's numbers, and what is wrong in them."
        ),
        hidden=HIDDEN,
        steps=[
            LessonStep(
                text=(
                    "These are the article's ten rows, its network of 2-2-2 units and the twelve numbers that it "
                    f"begins with, such as $W_{{1,1}}^1 = {network.weights[0][0, 0]:.8f}$. Each class has an output, "
                    f"which should come to $0.95$ or $0.05$. The loss, half the squared error, is {tex(loss)} a row."
                ),
                do="Click a weight and find it among the article's.",
                select="W1[1,1]",
                question=(
                    "The article's program prints the sum of the ten rows and calls it the average. What is that sum?"
                ),
                answer=(
                    f"{tex(loss * ROW_COUNT)}, ten times the mean. Give every row twice, and it doubles, though the "
                    "network is as good or as bad as before."
                ),
            ),
            LessonStep(
                text=(
                    "To sum a gradient over rows, each row's whole product must be summed. The article's equation 12 "
                    "takes the activations out of the sum, and its program goes back only once, with the numbers of "
                    f"the last row. The true sum for $W_{{1,1}}^1$ is {tex(gradient, 7)}; the article's is "
                    f"{tex(article, 7)}."
                ),
                equations=[
                    r"\text{printed:}\quad \frac{\partial L}{\partial W_{1,1}^3} = a_1^2 \, \sigma(z_1^3) "
                    r"\bigl(1 - \sigma(z_1^3)\bigr) \cdot \tfrac{2}{n} \sum_{i} (a_1^3 - y_1)",
                    r"\text{right:}\quad \frac{\partial L}{\partial W_{1,1}^3} = \tfrac{2}{n} \sum_{i} a_1^2 \, "
                    r"\sigma(z_1^3) \bigl(1 - \sigma(z_1^3)\bigr) (a_1^3 - y_1)",
                ],
                do=(
                    "Derive the weight for the batch: each row has a part, and the finite difference agrees with "
                    "their mean."
                ),
                select="W1[1,1]",
                question="By how much is the article's step too small?",
                answer=(
                    f"By a factor of {gradient / article:.0f}: in the last row the hidden neuron is at its upper end, "
                    "and its tiny slope stands in for the larger ones of the other rows."
                ),
            ),
            LessonStep(
                text=(
                    "A hidden delta is a sum over all neurons of the next layer. Equations 33 and 44 follow one path "
                    f"only. Of the first row, $\\delta_1^1$ has two paths: {tex(through[0])} through the first output "
                    f"and {tex(through[1])} through the second."
                ),
                equations=[
                    r"\text{one path:}\quad \delta_1^1 = \sigma'(z_1^1) \, W_{1,1}^2 \, \delta_1^2",
                    r"\text{all paths:}\quad \delta_1^1 = \sigma'(z_1^1) \sum_{k} W_{1,k}^2 \, \delta_k^2",
                ],
                do="Look at row 0 and open the delta: both paths light up.",
                select="delta1[1]",
                question="What is the whole delta?",
                answer=(
                    f"{tex(float(alone.deltas[0][0, 0]))}: both paths together. The article's program does sum them."
                ),
            ),
            LessonStep(
                text=(
                    "All weights are drawn from $0$ to $1$ and the inputs are positive, so every sum is large and "
                    f"positive. For the last row $z_1^1 = {trace.z[0][last, 0]:.4f}$ and $a_1^1 = "
                    f"{trace.a[0][last, 0]:.6f}$: the slope is {tex(float(slopes[last]))}, where $0.25$ would be the "
                    "most."
                ),
                do="Step through the rows and compare $a_1^1$: only the rows with small inputs leave it a slope.",
                select="a1[1]",
                question="What two changes bring the slopes back?",
                answer="First weights on both sides of $0$, and inputs with mean $0$ and deviation $1$.",
            ),
            LessonStep(
                text=(
                    "The program encodes class $0$ as $(0.05, 0.95)$, yet takes the greater output for the class: "
                    "just the wrong way round. With the true gradient it learns that, too. After 1,000 epochs the "
                    "greater output is right for $0$ of the ten rows."
                ),
                do="Play for 1,000 epochs, then look at the two outputs of any row.",
                question="Why, then, are the article's three printed predictions right?",
                answer=(
                    "One error hides the other. Its step sees only the sum of the ten errors, which is the same in "
                    "either encoding, so it cannot tell which row is which; $8$ of its own ten rows come out right by "
                    "the draw of the first weights."
                ),
            ),
        ],
    )
