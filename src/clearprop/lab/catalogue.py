"""All that can be chosen, out of the registries: what is registered appears, with a sentence and its formula.

Here stand words for newcomers; of what has none, the first sentence of its docstring is taken, so that nothing that is
registered is ever missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from clearprop.activations import ACTIVATIONS
from clearprop.explanation.optimizer_step import SYMBOLS
from clearprop.explanation.writing.document import Equation
from clearprop.explanation.writing.expressions import Expression, Number, Symbol
from clearprop.explanation.writing.formulas import fill, parse_formula, settings
from clearprop.explanation.writing.latex import equation_latex
from clearprop.foundation.registry import Named, Registry
from clearprop.initializers import INITIALIZERS
from clearprop.lab.controls import CONTROLS
from clearprop.lab.features import FEATURES
from clearprop.lab.presets import DATASETS, Amount
from clearprop.lab.protocol import Catalogue, Entry, Lesson
from clearprop.losses import LOSSES
from clearprop.optimizers import OPTIMIZERS, Optimizer
from clearprop.schedules import SCHEDULES

# By name: title, sentence, and a formula in LaTeX where the registry states none.
_DATASETS = {
    "circles": ("Circles", "A disc of one class within a ring of the other: no line separates them."),
    "xor": ("XOR", "Four quarters, of which opposite ones belong together: one neuron cannot tell them apart."),
    "gauss": ("Two clouds", "Two round clouds, one a class: a single line does it."),
    "spiral": ("Spiral", "Two arms wound around each other: the hardest of the plane's classics."),
    "plane": ("Plane", "A number that rises steadily in one direction: a regression that one neuron solves."),
    "multi_gauss": ("Hills", "A number with hills and hollows over the plane: a regression that needs hidden neurons."),
    "and": ("AND", "Four points: yes only where both inputs are 1. One line separates them."),
    "or": ("OR", "Four points: yes where at least one input is 1. One line separates them."),
    "xor_points": ("XOR, four points", "Four points: yes where exactly one input is 1. No line separates them."),
    "blobs3": ("Three clouds", "Three clouds, one a class: with softmax each output is a probability."),
    "blobs5": ("Five clouds", "Five clouds, one a class."),
    "moons": ("Moons", "Two half moons that reach into each other."),
    "article": ("The article's ten rows", "The ten rows on which the article trains its network of two layers."),
    "article_outputs": (
        "The article's two outputs",
        "The same rows with a number a class, as the article's program has them.",
    ),
    "article_perceptron": ("The article's two clouds", "The 75 points that the article's perceptron learns from."),
    "iris": ("Iris", "Petals and sepals of 150 irises: four measures, three species."),
    "wine": ("Wine", "A chemist's look at 178 wines: thirteen measures of very different size, three growers."),
    "breast_cancer": ("Breast cancer", "569 tumours by thirty measures of their cells: benign or malignant."),
    "digits": ("Digits", "1,797 handwritten digits as 64 grey values: ten classes."),
    "diabetes": ("Diabetes", "442 patients by ten measures; the target is how far the disease went a year later."),
}
_FEATURES = {
    "x1": ("x₁", "The first coordinate."),
    "x2": ("x₂", "The second coordinate."),
    "x1^2": ("x₁²", "The square of the first coordinate: alike on both sides of 0."),
    "x2^2": ("x₂²", "The square of the second coordinate: alike above and below 0."),
    "x1*x2": ("x₁x₂", "The product of both: its sign is XOR."),
    "sin(x1)": ("sin x₁", "A wave along the first coordinate."),
    "sin(x2)": ("sin x₂", "A wave along the second coordinate."),
    "cos(x1)": ("cos x₁", "A wave along the first coordinate, with its crest at 0."),
    "cos(x2)": ("cos x₂", "A wave along the second coordinate, with its crest at 0."),
    "|x1|": ("|x₁|", "The first coordinate without its sign."),
    "|x2|": ("|x₂|", "The second coordinate without its sign."),
    "x1^3": ("x₁³", "The cube of the first coordinate."),
    "x2^3": ("x₂³", "The cube of the second coordinate."),
    "r": ("r", "How far the point is from the centre: it solves the circles by itself."),
}
_ACTIVATIONS = {
    "identity": ("Identity", "The sum itself. Layers of it come to no more than one layer."),
    "step": ("Step", "1 where the sum is above 0, else 0: the perceptron's. Its slope is 0, so no hidden layer learns "
             "through it."),
    "sigmoid": ("Sigmoid", "Squeezes any sum into 0 to 1; far from 0 it is flat, and learning slows down there."),
    "tanh": ("Tanh", "Squeezes any sum into −1 to 1, centred at 0: a good first choice for small networks."),
    "relu": ("ReLU", "Cuts off what is below 0 and leaves the rest: quick to learn, but a neuron may die."),
    "leaky_relu": ("Leaky ReLU", "A ReLU that leaks a little below 0, so that no neuron dies."),
    "elu": ("ELU", "Straight above 0, a smooth bend towards −1 below."),
    "selu": ("SELU", "A scaled ELU that keeps sums at mean 0 and variance 1 from layer to layer."),
    "gelu": ("GELU", "A smooth ReLU that dips a little below 0, as transformers have it."),
    "silu": ("SiLU (swish)", "The sum times its own sigmoid: a smooth ReLU."),
    "mish": ("Mish", "A smooth ReLU, rounder than SiLU."),
    "softplus": ("Softplus", "A smooth ReLU that never is quite 0."),
    "softsign": ("Softsign", "Like tanh, but it comes to its ends slowly."),
    "hard_sigmoid": ("Hard sigmoid", "A sigmoid of straight pieces; its ends are wholly flat."),
    "exponential": ("Exponential", "Any sum becomes a positive number: the output for counts."),
    "softmax": ("Softmax", "Outputs that are positive and add up to 1: a probability for each class."),
}  # fmt: skip
_LOSSES = {
    "squared_error": ("Half squared error", "Half the square of the distance: for numbers; far misses count most."),
    "absolute_error": ("Absolute error", "The distance itself: for numbers; a few wild rows do little harm."),
    "huber": ("Huber", "Squared near the target, straight far off: for numbers with a few wild rows."),
    "log_cosh": ("Log cosh", "Like Huber, but smooth everywhere."),
    "quantile": ("Quantile", "Charges misses above and below differently, and so leads to a quantile; at one half, to "
                 "the median."),
    "poisson": ("Poisson", "For counts: how unlikely the count is, were the output its mean."),
    "binary_cross_entropy": ("Binary cross-entropy", "For yes or no: how surprised the network is by the truth."),
    "cross_entropy": ("Cross-entropy", "For one class of several: how surprised the network is by the right one."),
    "hinge": ("Hinge", "For two classes: charges all that is not clearly on its side of the line."),
    "perceptron": ("Perceptron", "Charges only what is on the wrong side: the perceptron's rule as a loss."),
}  # fmt: skip
_OPTIMIZERS = {
    "sgd": ("Gradient descent", "Each weight moves against its gradient, as far as the rate says."),
    "momentum": ("Momentum", "Steps gather speed like a ball that rolls downhill."),
    "nesterov": ("Nesterov", "Momentum that looks where it is about to be."),
    "adagrad": ("Adagrad", "Each weight has a rate of its own, which shrinks as its gradients add up."),
    "rmsprop": ("RMSprop", "Each weight's step is divided by how large its gradients were of late."),
    "adam": ("Adam", "Momentum and a scale of its own for each weight: a good first choice."),
    "adamw": ("AdamW", "Adam, and each step also shrinks the weights a little."),
    "amsgrad": ("AMSGrad", "Adam whose steps never grow again once they have shrunk."),
    "nadam": ("Nadam", "Adam that looks where it is about to be."),
    "lion": ("Lion", "Every weight moves by the same length; only the sign of the gradient counts."),
}
_SCHEDULES = {
    "constant": ("Constant", "The same rate throughout.", r"\eta_t = \eta"),
    "invscaling": ("Inverse scaling", "The rate falls with the root of the rows seen.",
                   r"\eta_t = \frac{\eta}{(n_{\text{seen}} + 1)^{0.5}}"),
    "adaptive": ("Adaptive", "The rate is divided by 5 whenever the loss no longer falls.",
                 r"\eta \leftarrow \frac{\eta}{5}"),
    "step": ("Stairs", "The rate is halved every 10 epochs.", r"\eta_t = \eta \cdot 0.5^{\lfloor e / 10 \rfloor}"),
    "exponential": ("Exponential", "The rate falls by 3 % after each epoch.", r"\eta_t = \eta \cdot 0.97^{e}"),
    "cosine": ("Cosine", "A short warm-up, then down along half a cosine to 0 at the last epoch.",
               r"\eta_t = \frac{\eta}{2} \left(1 + \cos \pi s\right)"),
    "one_cycle": ("One cycle", "Up to the rate over the first third, and down to almost 0 at the last epoch.",
                  r"\eta_t = \eta_0 + (\eta_1 - \eta_0) \frac{1 - \cos \pi s}{2}, \quad (\eta_0, \eta_1) = "
                  r"\begin{cases}(\eta / 25, \eta) & \text{if } t \le 0.3 \\ (\eta, \eta / 250000) & "
                  r"\text{else}\end{cases}"),
    "coslog4": ("Four waves", "Up to the rate and down to 0, four times, each wave twice as long as the one before.",
                r"\eta_t = \frac{\eta}{2} \left(1 - \cos\left(2 \pi \log_2(1 + 15 t)\right)\right)"),
    "flat_cosine": ("Flat, then cosine", "The rate for half of the time, then down to 0 along half a cosine.",
                    r"\eta_t = \frac{\eta}{2} \left(1 + \cos\left(\pi \max(0, 2 t - 1)\right)\right)"),
}  # fmt: skip
_INITIALIZERS = {
    "zeros": ("Zeros", "All 0: the neurons of a hidden layer stay alike for ever.", "W = 0"),
    "uniform": ("Uniform", "Weights and biases between 0 and 1, all positive, as the article draws them.",
                r"W, b \sim U(0, 1)"),
    "normal": ("Normal", "Small normal numbers, whatever the layer's size.", r"W \sim N(0, 0.05^2)"),
    "glorot_uniform": ("Glorot, uniform", "Scaled to the layer's inputs and outputs: suits tanh and sigmoid.",
                       r"W \sim U(-r, r), \quad r = \sqrt{\frac{6}{n_{\text{in}} + n_{\text{out}}}}"),
    "glorot_uniform_with_biases": ("Glorot with biases", "As scikit-learn draws them: the biases, too.",
                                   r"W, b \sim U(-r, r), \quad r = \sqrt{\frac{6}{n_{\text{in}} + n_{\text{out}}}}"),
    "glorot_normal": ("Glorot, normal", "Normal numbers scaled to the layer's inputs and outputs.",
                      r"W \sim N\!\left(0, \frac{2}{n_{\text{in}} + n_{\text{out}}}\right)"),
    "he_uniform": ("He, uniform", "Scaled to the layer's inputs: suits ReLU, which cuts off half.",
                   r"W \sim U(-r, r), \quad r = \sqrt{\frac{6}{n_{\text{in}}}}"),
    "he_normal": ("He, normal", "Normal numbers scaled to the layer's inputs: suits ReLU.",
                  r"W \sim N\!\left(0, \frac{2}{n_{\text{in}}}\right)"),
    "lecun_uniform": ("LeCun, uniform", "Scaled so that sums keep the variance of the inputs.",
                      r"W \sim U(-r, r), \quad r = \sqrt{\frac{3}{n_{\text{in}}}}"),
    "lecun_normal": ("LeCun, normal", "Normal numbers, so that sums keep the variance of the inputs: suits SELU.",
                     r"W \sim N\!\left(0, \frac{1}{n_{\text{in}}}\right)"),
    "orthogonal": ("Orthogonal", "Directions at right angles to each other, none longer than another.",
                   r"W^{\top} W = I"),
}  # fmt: skip


def catalogue(lessons: Iterable[Lesson], functions: Iterable[str]) -> Catalogue:
    """All that can be chosen.

    Parameters
    ----------
    lessons : iterable of Lesson
    functions : iterable of str
        What formulas of x may use.

    Examples
    --------
    >>> found = catalogue([], ["sin"])
    >>> next(entry.formula for entry in found.activations if entry.name == "sigmoid")
    'a = \\\\frac{1}{1 + \\\\exp(-z)}'
    """
    return Catalogue(
        datasets=[
            _entry(name, _DATASETS, drawing.title, amounts=drawing.amounts) for name, drawing in DATASETS.items()
        ],
        features=[_entry(name, _FEATURES, name, feature.formula) for name, feature in FEATURES.items()],
        activations=list(_entries(ACTIVATIONS, _ACTIVATIONS)),
        losses=list(_entries(LOSSES, _LOSSES)),
        optimizers=list(_entries(OPTIMIZERS, _OPTIMIZERS)),
        schedules=list(_entries(SCHEDULES, _SCHEDULES)),
        initializers=list(_entries(INITIALIZERS, _INITIALIZERS)),
        lessons=list(lessons),
        controls=CONTROLS,
        functions=list(functions),
    )


def _entry(
    name: str,
    words: Mapping[str, tuple[str, str]],
    otherwise: str,
    latex: str = "",
    amounts: Sequence[Amount] = (),
) -> Entry:
    title, help = words.get(name, (otherwise, ""))
    return Entry(name=name, title=title, help=help, formula=latex, amounts=list(amounts))


def _entries(registry: Registry[Any], words: Mapping[str, tuple[str, ...]]) -> Iterable[Entry]:
    for name in registry:
        item = registry.resolve(name)
        title, help, *latex = words.get(name) or (name.replace("_", " ").capitalize(), _first_sentence(item))
        number = item.learning_rate if isinstance(item, Optimizer) else None
        yield Entry(name=name, title=title, help=help, formula=latex[0] if latex else formula(item), number=number)


def _first_sentence(item: Named) -> str:
    """What a docstring begins with, up to its first full stop at the end of a word."""
    text = " ".join((item.__doc__ or "").split())
    return text.partition(". ")[0].rstrip(".") + "." if text else ""


def formula(item: Named) -> str:
    """The formula that an activation, loss or optimiser states, in LaTeX; "" where it states none.

    Its parameters are filled in, an optimiser's stay letters.
    """
    if isinstance(item, Optimizer):
        return _optimizer_formula(item)
    text = getattr(item, "formula", "")
    if not text:
        return ""
    letter = "ℓ" if item.name in LOSSES else "a"
    left = Symbol(letter, ("j",)) if item.name == "softmax" else Symbol(letter)
    numbers = {name: _exact(number) for name, number in settings(item).items()}
    return equation_latex(Equation(left, (fill(parse_formula(text), numbers),)), 6)


def _exact(number: Expression) -> Expression:
    """The same, but 1 as a whole number: a factor of that falls away."""
    return Number(1) if number == Number(1.0) else number


def _optimizer_formula(optimizer: Optimizer) -> str:
    """What an optimiser does to a parameter p with gradient g, a line each."""
    names = {*optimizer.slots, *settings(optimizer), "rate", *(name for name, _ in optimizer.formulas)}
    letters: dict[str, Expression] = {name: Symbol(SYMBOLS.get(name, name)) for name in names}
    lines = [
        Equation(letters[name], (fill(parse_formula(text), letters),), sign="←" if name in optimizer.slots else "=")
        for name, text in optimizer.formulas
    ]
    if not lines:
        return ""
    lines.append(Equation(Symbol("p"), (fill(parse_formula("p + change"), letters),), sign="←"))
    return r"\begin{gathered}" + r" \\ ".join(equation_latex(line, 6) for line in lines) + r"\end{gathered}"
