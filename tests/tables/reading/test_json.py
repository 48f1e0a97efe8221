"""JSON, an object a line or a list of objects: no key, value or line is lost, and what would be is refused."""

import json

import pytest

from clearprop.tables.reading import json_files, read_table

from .reading import contents, refusal, written

number, text, boolean = "number", "text", "boolean"


def as_lines(objects):
    return "".join(json.dumps(one) + "\n" for one in objects)


@pytest.mark.parametrize("write", [as_lines, json.dumps], ids=["lines", "list"])
@pytest.mark.parametrize(
    ("late", "expected"),
    [
        ({"a": 2.5}, {"a": (number, [1] * 150 + [2.5])}),
        ({"a": 1, "b": "x"}, {"a": (number, [1] * 151), "b": (text, [None] * 150 + ["x"])}),
        ({"a": 2**64 - 1}, {"a": (number, [1] * 150 + [2**64 - 1])}),
        ({"a": 9007199254740993}, {"a": (number, [1] * 150 + [9007199254740993])}),
        ({"a": None, "b": True}, {"a": (number, [1] * 150 + [None]), "b": (boolean, [None] * 150 + [True])}),
    ],
)
def test_what_comes_late_is_read_as_what_comes_first(tmp_path, write, late, expected):
    assert contents(read_table(written(tmp_path, write([{"a": 1}] * 150 + [late])))) == expected


@pytest.mark.parametrize("write", [as_lines, json.dumps], ids=["lines", "list"])
def test_columns_stand_in_the_order_in_which_their_keys_are_met(tmp_path, write):
    names = [f"k{number * 37 % 101}" for number in range(101)]
    objects = [{name: place for place, name in enumerate(names)}, {"new": 1, 'q"\\é': 2}]
    assert read_table(written(tmp_path, write(objects))).names == (*names, "new", 'q"\\é')


def test_a_key_that_an_object_has_twice_is_refused(tmp_path):
    path = written(tmp_path, '{"a": 1, "b": "\\"b\\": 1, \\"b\\": null"}\n\n{"a": null, "b": "", "a": 2}\n')
    assert refusal(path) == "line 3: an object has the key 'a' twice: give each value a key of its own"
    path = written(tmp_path, '[{"a": 1}, {"a": 1, "\\u0061": 2}]')
    assert refusal(path) == "an object has the key 'a' twice: give each value a key of its own"


def test_blank_lines_and_a_mark_in_front(tmp_path):
    table = read_table(written(tmp_path, '\ufeff{"a": 1}\n\n \r\n{"a": 2}\r\n{"a": "3"}'))
    assert contents(table) == {"a": (number, [1, 2, 3])}
    assert [table.place(row) for row in range(3)] == ["line 1", "line 4", "line 5"]
    assert contents(read_table(written(tmp_path, '\ufeff[{"a": 1}]'))) == {"a": (number, [1])}


@pytest.mark.parametrize("content", ["[1,2]\n[3,4]\n", '["a", "b"]\n[1, 2]\n', '[["a"], [1]]'])
def test_lists_name_no_columns(tmp_path, content):
    path = written(tmp_path, content)
    assert refusal(path) == "this is JSON of lists, which name no columns: write objects, with names"


def test_a_header_in_brackets_is_no_json(tmp_path):
    table = read_table(written(tmp_path, "[id],[name]\n1,x\n"))
    assert contents(table) == {"[id]": (number, [1]), "[name]": (text, ["x"])}


@pytest.mark.parametrize("content", ['{"a": NaN}\n', '{"a": 1}, \n{"a": 2}\n', '{\n"a": 1\n}\n{"a": 2}\n'])
def test_what_is_no_json_is_refused_with_the_remedy(tmp_path, content):
    said = refusal(written(tmp_path, content))
    assert said.startswith("the JSON file cannot be read (")
    assert said.endswith("): write an object a line or a list of objects, and null for what is missing")


def test_a_key_twice_is_found_in_objects_with_returns_in_them(tmp_path):
    path = written(tmp_path, '{"b": 1}\n{"a": 1,\r"a": 2}\n')
    assert refusal(path) == "line 2: an object has the key 'a' twice: give each value a key of its own"


@pytest.mark.parametrize("end", ["", "\\", '"', '": 1}'])
def test_each_letter_of_a_text_is_looked_at_once(tmp_path, end):
    """A hundred thousand quotes within a text that may not be closed, where a look behind each took hours."""
    keys, n_null = json_files._keys(('{"a": null, "' + '\\"' * 100_000 + end).encode())
    assert keys.total() == (2 if end == '": 1}' else 1)
    assert n_null == 1


def test_cells_of_several_values_that_need_not_be_read_are_missing_and_told(tmp_path):
    path = written(tmp_path, '{"a": 1, "b": {"c": 2}}\n{"a": 2, "b": null}\n')
    table = read_table(path, needed=["a"])
    assert contents(table) == {"a": (number, [1, 2]), "b": (text, [None, None])}
    assert table.notes == ("column 'b': cells hold several values: taken as missing",)
