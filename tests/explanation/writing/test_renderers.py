"""Text, LaTeX, Markdown, HTML and JSON: whole, valid, and names with markup in them stay text."""

import io
import json
import re
import subprocess
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import numpy as np
import pytest
from markdown_it import MarkdownIt
from rich.console import Console

from clearprop import ACTIVATIONS, LOSSES, Network, Penalty, attribute, derive, explain
from clearprop.explanation import SCHEMA, ArticleDerivation
from clearprop.explanation.writing.document import Equation
from clearprop.explanation.writing.expressions import Add, Multiply, Symbol
from clearprop.explanation.writing.markdown import escape_markdown
from clearprop.explanation.writing.text import equation_lines, to_ascii

from ...extent import seeds
from ...outside import program
from ..cases import random_case

DOCS = Path(__file__).parents[3] / "docs"
FEATURES = ["<script>alert(1)</script>", "*age* [bold red]x[/bold red] | $x_1$ & 50% \\alpha {#} ~^ `c`"]
CLASSES = ["<b>no</b>", "$yes$ \\end{document} _ü_ 日本"]
ROWS = [[0.05, 0.10], [1.0, 2.0], [-1.0, 3.0]]
TARGETS = [[0.01, 0.99], [1.0, 0.0], [0.0, 1.0]]


def network():
    made = Network([2, 2, 2], loss="squared_error", output_activation="sigmoid")
    made.parameters[:] = [0.15, 0.25, 0.2, 0.3, 0.35, 0.35, 0.4, 0.5, 0.45, 0.55, 0.6, 0.6]
    return made


def mixed(hidden="softmax"):
    return Network([3, 5, 6, 4], [hidden, "gelu"], loss="cross_entropy", rng=1)


SHOWN = {
    "weight": lambda: explain(network(), ROWS[0], TARGETS[0], "W1[1,1]", optimizer="adam", feature_names=FEATURES),
    "bias": lambda: explain(network(), ROWS[0], TARGETS[0], "b2[1]", penalty=Penalty(0.1, 0.2)),
    "batch": lambda: explain(
        network(), ROWS, TARGETS, "W1[2,1]", penalty=Penalty(0.1, 0.2), optimizer="nadam",
        sample_weight=[1.0, 2.0, 0.5], feature_names=FEATURES, class_names=CLASSES,
    ),
    "input": lambda: explain(network(), ROWS[0], TARGETS[0], "x[2]", feature_names=FEATURES),
    "softmax": lambda: explain(mixed(), [1.0, 2.0, -1.0], [2], "W1[2,3]", optimizer="lion"),
    "wide": lambda: explain(Network([3, 20, 9, 12], "elu", loss="cross_entropy", rng=0), [1, 2, 3], [2], "b1[3]"),
    "prediction": lambda: explain(network(), ROWS[0], feature_names=FEATURES, class_names=CLASSES),
    "loss": lambda: explain(network(), ROWS, TARGETS, "loss", penalty=Penalty(0.1, 0.2)),
    "hinge": lambda: explain(Network([2, 1], loss="hinge", rng=0), ROWS, [1, -1, 1], "W1[1,1]", optimizer="amsgrad"),
}  # fmt: skip
OTHERS = {
    "attribution": lambda: attribute(network(), ROWS[0], feature_names=FEATURES, class_names=CLASSES),
    "derivation": lambda: derive("cross_entropy"),
    "article": ArticleDerivation,
}
ALL = {**SHOWN, **OTHERS}


@pytest.fixture(params=ALL)
def shown(request):
    return ALL[request.param]()


class Page(HTMLParser):
    """What a page is made of: its elements, their nesting, and its words."""

    VOID = ("meta",)

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes, self.words = [], [], [], []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)


def test_html_is_whole_and_loads_nothing(shown):
    page = Page(shown.to_html())
    assert page.tags.count("math") > 3
    assert not {"script", "img", "link", "iframe", "b", "object"} & set(page.tags)
    assert not [value for name, value in page.attributes if name in ("src", "href", "onload")]
    assert "http" not in shown.to_html().replace("http://www.w3.org", "")
    ElementTree.fromstring(shown.to_html(standalone=False).replace("&#x2061;", "").replace("&#xA0;", " "))


def test_html_knows_only_mathml_that_browsers_know(shown):
    known = {"math", "mrow", "mi", "mn", "mo", "mtext", "mfrac", "msup", "msub", "msubsup", "munder", "msqrt", "mtable"}
    known |= {"mtr", "mtd"}
    maths = {tag for tag in Page(shown.to_html()).tags if tag.startswith("m")} - {"meta", "main"}
    assert maths <= known


def test_names_stay_text():
    for key in ("prediction", "batch"):
        words = "".join(Page(SHOWN[key]().to_html()).words)
        assert all(name in words for name in CLASSES)
    words = "".join(Page(SHOWN["prediction"]().to_html()).words)
    assert all(name in words for name in FEATURES)
    words = "".join(Page(OTHERS["attribution"]().to_html()).words)
    assert all(name in words for name in FEATURES)
    markdown = SHOWN["prediction"]().to_markdown()
    assert "<script" not in markdown
    assert r"\*age\*" in markdown
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(SHOWN["prediction"]())
    printed = " ".join(console.export_text().split())
    assert "[bold red]x[/bold red]" in printed


def test_text_is_at_most_80_columns(shown):
    assert max(map(len, shown.to_text().splitlines())) <= 80
    assert str(shown) == shown.to_text()


def test_text_of_the_gradient():
    assert (
        SHOWN["weight"]()
        .to_text()
        .startswith(
            "The gradient of W1[1,1]\n═══════════════════════\n\n"
            "Network 2-2-2 (sigmoid, sigmoid), loss squared_error.\n"
            "∂L/∂W1[1,1] = x[1]·δ1[1] = 0.05·0.00877135 = 0.000438568\n\n"
            "Path by path\n────────────\n2 paths lead to the loss; largest first:\n"
            "P₁ = x[1]·a1[1]·(1 − a1[1])·W2[1,1]·a2[1]·(1 − a2[1])·(a2[1] − y[1])\n"
            "   = 0.05·0.241301·0.4·0.186816·0.741365 = 0.000668396   (z1[1] → z2[1])\n"
        )
    )


def test_ascii(shown):
    plain = to_ascii(shown.to_text())
    assert plain.isascii()
    assert "?" not in plain.replace("日本", "") or any(name in shown.to_text() for name in CLASSES)


def balanced(text):
    depth = 0
    for brace in re.findall(r"(?<!\\)(?:\\\\)*([{}])", text):
        depth += 1 if brace == "{" else -1
        assert depth >= 0
    return depth == 0


def test_latex_is_balanced(shown):
    latex = shown.to_latex(standalone=True)
    assert balanced(latex)
    begun, ended = re.findall(r"\\begin\{([\w*]+)\}", latex), re.findall(r"\\end\{([\w*]+)\}", latex)
    assert sorted(begun) == sorted(ended)
    assert latex.count(r"\Bigl(") == latex.count(r"\Bigr)")
    assert latex.count(r"\bigl(") == latex.count(r"\bigr)")
    assert latex.count(r"\end{document}") == 1
    assert latex.isprintable() or "\n" in latex


@pytest.mark.parametrize("key", ALL)
def test_latex_compiles(key, tmp_path):
    (tmp_path / "it.tex").write_text(ALL[key]().to_latex(standalone=True), encoding="utf-8")
    command = [program("TeX (pdflatex)", "pdflatex"), "-interaction=nonstopmode", "-halt-on-error", "it.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout[-1500:]
    assert (tmp_path / "it.pdf").stat().st_size > 1000


def test_latex_has_the_article_s_notation():
    latex = SHOWN["weight"]().to_latex()
    assert r"\frac{\partial L}{\partial W_{1,1}^{1}}" in latex
    assert r"\delta_{1}^{2}" in latex


@pytest.mark.parametrize("key", SHOWN)
def test_json_obeys_its_schema(key):
    explanation = SHOWN[key]()
    content = json.loads(explanation.to_json())
    jsonschema.Draft202012Validator(SCHEMA).validate(content)
    assert content["value"] == explanation.value
    assert content["sum"] == explanation.sum
    for term in content["terms"]:
        assert np.prod([factor["value"] for factor in term["factors"]]) == pytest.approx(term["value"], rel=1e-12)
    if explanation.step:
        assert content["step"]["new"] == explanation.step.new


@pytest.mark.parametrize("made", [*OTHERS.values(), *(partial(derive, name) for name in (*ACTIVATIONS, *LOSSES))])
def test_json_of_attributions_and_derivations_obeys_it_too(made):
    shown = made()
    content = json.loads(shown.to_json())
    jsonschema.Draft202012Validator(SCHEMA).validate(content)
    assert content["version"] == 5
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**content, "extra": 1}, SCHEMA)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**content, "version": 1}, SCHEMA)


def test_json_keeps_the_reasons_of_a_derivation():
    content = json.loads(derive("cross_entropy").to_json())
    assert content["kind"] == "loss"
    assert content["equations"][1]["reasons"][-1] == "the targets of a row sum to 1"
    assert content["equations"][1]["forms"][-1]["text"] == "a[k] − y[k]"
    assert all(len(equation["forms"]) == len(equation["reasons"]) for equation in content["equations"])


@pytest.mark.parametrize("name", ["W1[2,1]", "loss"])
def test_json_has_every_row_s_contribution_and_says_what_it_leaves_out(name):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(300, 2)), rng.random((300, 2))
    explanation = explain(network(), X, y, name, penalty=Penalty(0.1, 0.2), first_row=1)
    content = json.loads(explanation.to_json())
    jsonschema.validate(content, SCHEMA)
    assert content["term_count"] == 302
    assert content["rest"]["count"] == 102
    listed = sum(term["value"] for term in content["terms"])
    assert listed + content["rest"]["value"] == pytest.approx(content["sum"], rel=1e-12)
    by_row = {term["label"]: term["value"] for term in content["terms"]}
    contributions = content["contributions"]
    assert len(contributions) == 300
    assert content["network"]["first_row"] == 1
    assert all(by_row.get(f"row {row}", part) == part for row, part in enumerate(contributions, start=1))
    own = sum(term.value for term in explanation.penalty)
    assert sum(contributions) + own == pytest.approx(content["value"], rel=1e-12)


def test_the_schema_is_strict():
    content = json.loads(SHOWN["weight"]().to_json())
    for wrong in (
        {**content, "extra": 1},
        {**content, "kind": "x"},
        {k: v for k, v in content.items() if k != "terms"},
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, SCHEMA)


def test_the_schema_stands_in_the_docs():
    assert json.loads((DOCS / "explanation.schema.json").read_text(encoding="utf-8")) == SCHEMA


def test_json_has_no_number_that_json_has_not():
    huge = Network([1, 1], "exponential", output_activation="exponential", rng=0)
    huge.parameters[:] = [800.0, 0.0]
    with np.errstate(all="ignore"):
        content = json.loads(explain(huge, [1.0], name="prediction").to_json())
    assert content["value"] is None


def test_notebooks(shown):
    assert shown._repr_html_().startswith("<article")
    latex = shown._repr_latex_()
    assert latex.startswith("$")
    assert latex.endswith("$")
    assert balanced(latex)


@pytest.mark.parametrize("digits", [2, 9, 15])
def test_digits(digits):
    text = explain(network(), ROWS[0], TARGETS[0], "W2[1,1]").to_text(digits=digits, width=200)
    value = f"{0.08216704056423077:.{digits}g}"
    assert f"= {value}" in text


@pytest.mark.parametrize("seed", seeds(50))
def test_random_networks_in_every_form(seed):
    network, X, y, weight, trainer = random_case(seed)
    rng = np.random.default_rng(seed)
    layer = int(rng.integers(1, len(network.weights) + 1))
    parameter = network.parameter_name(int(rng.integers(network.parameters.size)))
    explained = [explain(network, X, y, parameter, sample_weight=weight, trainer=trainer)]
    explained += [explain(network, X, y, name, row=0) for name in ("prediction", f"dL/da{layer}[1]", "loss", "x[1]")]
    for explanation in explained:
        assert max(map(len, explanation.to_text().splitlines())) <= 80
        assert balanced(explanation.to_latex())
        assert Page(explanation.to_html()).tags.count("math") > 3
        jsonschema.validate(json.loads(explanation.to_json()), SCHEMA)


def test_wide_tables_are_cut_in_their_words_never_in_their_numbers():
    made = Network([2, 1], rng=0)
    made.parameters[:] = [1.5, -2.25, 0.5]
    text = explain(made, [1.0, 2.0], feature_names=["a" * 200, "b"]).to_text()
    row = next(line for line in text.splitlines() if line.startswith("x[1] aaa"))
    assert "…" in row
    assert row.endswith("1.5")
    assert len(row) <= 80


HOSTILE = [
    *("[a](http://b.c)", "![i](http://b.c/d)", "# head", "1. one", "- two", "a | b", "[x]: http://b.c"),
    "c:\\d *e* _f_",
]


@pytest.mark.parametrize("name", [*HOSTILE, *FEATURES])
def test_markdown_names_stay_text(name):
    assert markdown_text(escape_markdown(name)) == " ".join(name.split())
    assert markdown_text("- " + escape_markdown(name)) == " ".join(name.split())
    assert "W1[1,2]" in escape_markdown("The gradient of W1[1,2]")


def markdown_text(text):
    """The words that a Markdown reader shows, where it makes nothing but paragraphs and one list of them."""
    tokens = MarkdownIt().parse(text)
    assert {token.type.removesuffix("_open").removesuffix("_close") for token in tokens} <= {
        *("paragraph", "inline", "bullet_list", "list_item")
    }
    inline = [child for token in tokens for child in token.children or ()]
    assert {child.type for child in inline} <= {"text", "text_special"}
    return "".join(child.content for child in inline)


def test_text_breaks_outside_brackets_first():
    summed = Add(tuple(Symbol("W", (str(i), "1"), "2") for i in range(1, 7)))
    wide = Multiply((Symbol("x", ("1",)), summed, Symbol("δ", ("1",), "1")))
    lines = equation_lines(Equation(Symbol("P1"), (wide,)), 6, 68)
    assert lines == [
        "P₁ = x[1]",
        "       ·(W2[1,1] + W2[2,1] + W2[3,1] + W2[4,1] + W2[5,1] + W2[6,1])",
        "       ·δ1[1]",
    ]


@pytest.mark.parametrize("key", ALL)
def test_no_line_of_text_ends_in_blanks(key):
    for most in (4, None):
        assert not [line for line in ALL[key]().to_text(most=most).splitlines() if line != line.rstrip()]


def test_numbers_are_written_as_one_would():
    made = Network([1, 1, 1], "sigmoid", rng=0)
    made.parameters[:] = [-0.25, -0.03, 1.0, 0.0]
    text = explain(made, [1.0], [0.5], "a1[1]").to_text()
    assert "exp(0.28)" in text
    assert "−(−" not in text
    step = explain(made, [1.0], [0.5], "b1[1]", optimizer="adam").to_text(sections=["The optimiser's step (adam)"])
    assert "√(1 − 0.999)/(1 − 0.9)" in step
    assert "^1" not in step
    gelu = Network([1, 1, 1], "gelu", rng=0)
    assert "√(2·π)" in explain(gelu, [1.0], [0.5], "b1[1]").to_text()


def test_latex_aligns_neighbours_and_tears_no_equation():
    latex = SHOWN["weight"]().to_latex()
    paths = latex[latex.index("Path by path") : latex.index("Delta by delta")]
    assert paths.count(r"\begin{align*}") == 1
    lines = paths[paths.index(r"\begin{align*}") : paths.index(r"\end{align*}")].splitlines()[1:]
    ends = [line.rsplit(r"\\", 1)[1] for line in lines if r"\\" in line]
    # Within an equation no page ends; between equations it may.
    assert ends == ["*", "[6pt]", "*", "[6pt]"]


def test_html_may_break_long_formulas():
    html = SHOWN["weight"]().to_html()
    assert "<wbr/>" in html
    assert html.count('<table class="equations"') < html.count("<tbody>")


def test_the_baseline_of_an_attribution_can_be_written_in_latex():
    latex = OTHERS["attribution"]().to_latex()
    completeness = latex[latex.index("Completeness") :]
    assert "?" not in completeness
    assert r"\operatorname{F}(x) - \operatorname{F}(x')" in completeness
