"""Names from outside: whatever columns, categories and classes are called, nothing of it is run, and all is found."""

import json
import re

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from clearprop.export import to_c, to_json, to_python
from clearprop.export.c.words import RESERVED
from clearprop.export.names import c_string, identifiers, in_c_comment
from clearprop.tables.spelling import canonical

from ..extent import examples
from . import models
from .running import built, compiled, run_node, run_program

HOSTILE = [
    '"""', "'''", '\\"""\nimport os\n"""', "*/ int x; /*", "??/", "??/\n", "\\", "\\\n", '"; exit(1); "', "%s%n",
    "${p}", "{0}", "\r\n#define double int", "\u202eabc", "\u2028", "</script>", "__proto__", "constructor", "None",
    "NaN", "0", "a\tb", "#include </dev/zero>", "//", "\x1b[31m", "é", "e\u0301", "int", "main",
]  # fmt: skip
TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=12))


@st.composite
def names_of_tables(draw):
    """A column's and a target's name, categories in their one spelling, and classes."""
    categories = draw(st.lists(TEXTS.map(canonical).filter(bool), min_size=2, max_size=5, unique=True))
    classes = draw(st.lists(TEXTS, min_size=2, max_size=4, unique_by=canonical))
    column, target = draw(st.lists(TEXTS, min_size=2, max_size=2, unique=True))
    return column, target, categories, classes


@given(names_of_tables())
@example(("\\", '"""', ["a", "b"], HOSTILE[:4]))
@examples(200)
def test_in_python_and_json(names):
    column, target, categories, classes = names
    model = models.of_texts(categories, classes, column, target)
    expected = models.classes_of_texts(model, column, [*categories, "unknown indeed", ""])
    module = {"__name__": "model"}
    exec(compile(to_python(model, name=column), "model.py", "exec"), module)
    assert [module["predict"]({column: text}) for text in [*categories, "unknown indeed", None]] == expected
    assert module["CLASSES"] == classes
    document = json.loads(to_json(model))
    assert (document["columns"][0]["name"], document["predicts"]) == (column, target)
    assert set(categories) <= set(document["columns"][0]["places"])


def test_in_javascript():
    model = models.of_texts(
        [text for text in HOSTILE if text == canonical(text)], ["__proto__", "constructor", "'\"\\"]
    )
    categories = model.preparation.parts[0].categories
    expected = models.classes_of_texts(model, "colour", categories)
    code = "console.log(JSON.stringify(given[1].map((colour) => predict(given[0], { colour }).label)));"
    assert run_node(code, [json.loads(to_json(model)), list(categories)]) == expected


def test_in_c(tmp_path):
    """All hostile names at once: as columns, as categories and as classes."""
    texts = [text for text in HOSTILE if text == canonical(text)]
    model = models.of_texts(texts, [*HOSTILE, *texts], column="*/ ??/", target="/* \\")
    (field,) = identifiers(["*/ ??/"], "column", RESERVED)
    calls = [
        f"row.{field} = {c_string(text)}; n[{place}] = model_predict(&row, p);" for place, text in enumerate(texts)
    ]
    checks = [f"if (strcmp(model_class({place}), {c_string(text)}) != 0) return 1;"
              for place, text in enumerate(HOSTILE)]  # fmt: skip
    program = ['#include "model.h"', "#include <stdio.h>", "int main(void) {", "struct model_row row;"]
    program += [f"double p[{len(HOSTILE) + len(texts)}]; int n[{len(texts)}];", *calls, *checks]
    program += [f'for (int i = 0; i < {len(texts)}; i++) printf("%d\\n", n[i]);', "return 0; }"]
    (tmp_path / "try.c").write_text("\n".join(program), encoding="utf-8")
    compiled(to_c(model), tmp_path)
    compiled(to_c(model), tmp_path, as_cpp=True)
    found = [int(line[0]) for line in run_program(built(tmp_path / "try.c", tmp_path / "try"), [])]
    labels = model.target.labels.tolist()
    assert [labels[number] for number in found] == models.classes_of_texts(model, "*/ ??/", texts)


@given(st.lists(TEXTS, max_size=8))
@examples(200)
def test_identifiers(names):
    found = identifiers(names, "column", RESERVED)
    assert len(set(found)) == len(names)
    for word in found:
        assert word.isascii()
        assert word.isidentifier()
        assert word == word.lower()
        assert word not in RESERVED
        assert not word.startswith("_")


@given(TEXTS)
@examples(200)
def test_comments_and_strings_of_c(text):
    shown = in_c_comment(text)
    assert not any(pair in shown for pair in ("*/", "/*", "??", "\n", "\r"))
    string = c_string(text)
    assert string.isascii()
    assert "??" not in string
    read = re.sub(r"\\([0-7]{3}|.)", _as_c_reads, string[1:-1])
    assert read.encode("latin-1") == text.encode()


def _as_c_reads(escape):
    return chr(int(escape[1], 8)) if len(escape[1]) == 3 else escape[1]


def test_what_a_name_becomes():
    assert identifiers(["Petal length", "petal-length", "Größe", "大きさ", "int", "2nd"], "column", {"int"}) == [
        "petal_length", "petal_length_2", "grosse", "column_4", "int_", "column_2nd",
    ]  # fmt: skip
    assert identifiers(["a" * 100, "a" * 101], "column") == ["a" * 40, "a" * 40 + "_2"]
    assert np.array(identifiers(["x", "x_2", "x"], "column")).tolist() == ["x", "x_2", "x_3"]
