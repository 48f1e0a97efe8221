"""Tables as people paste them: from spreadsheets of several countries, from pages, from this one."""

import numpy as np
import pytest

from clearprop.errors import InputError
from clearprop.lab.pasted import read_table
from clearprop.lab.protocol import Pasted
from clearprop.lab.rows import rows_of
from clearprop.tables.reading import read_table_text

NUMBERS, CLASSES = [[1.5, -2.25], [3.0, 4.0], [0.5, 1e3]], ("x", "y")
PLAIN = "one,two,kind\n1.5,-2.25,x\n3,4,y\n.5,1e3,x\n"
AS_PASTED = {
    "plain": PLAIN,
    "semicolons": PLAIN.replace(",", ";"),
    "decimal commas": PLAIN.replace(",", ";").replace(".", ","),
    "decimal commas, tabs": PLAIN.replace(",", "\t").replace(".", ","),
    "decimal commas, quoted": 'one;two;kind\n"1,5";"-2,25";x\n3;4;y\n"0,5";"1e3";x\n',
    "decimal commas, spaces": "one; two; kind\n1,5 ; -2,25; x\n3; 4; y\n,5; 1,0e3; x\n",
    "Excel's own first line": "sep=;\n" + PLAIN.replace(",", ";").replace(".", ","),
    "byte order mark": "\ufeff" + PLAIN,
    "byte order mark, Excel's own first line": "\ufeffsep=;\r\n" + PLAIN.replace(",", ";").replace("\n", "\r\n"),
    "Windows": PLAIN.replace("\n", "\r\n"),
    "decimal commas, Windows": PLAIN.replace(",", ";").replace(".", ",").replace("\n", "\r\n"),
    "Macintosh of old": PLAIN.replace("\n", "\r"),
    "a minus as pages print it": PLAIN.replace("-", "\u2212"),
    "no last line end": PLAIN.rstrip(),
    "blank lines": "\n\n" + PLAIN.replace("\n", "\n\n"),
}


@pytest.mark.parametrize("text", AS_PASTED.values(), ids=AS_PASTED)
def test_the_same_rows_however_they_are_written(text):
    assert [column.kind for column in read_table(text).columns] == ["number", "number", "text"]
    rows = rows_of(Pasted(text=text))
    np.testing.assert_array_equal(rows.columns, NUMBERS)
    assert (rows.column_names, rows.class_names, rows.target.tolist()) == (("one", "two"), CLASSES, [0, 1, 0])


def test_a_comma_within_text_is_no_decimal_one():
    size, kind = read_table_text("size;kind\n1,5;red, round\n2,5;1,2 or 3\n", "the pasted table").columns
    assert size.values.tolist() == [1.5, 2.5]
    assert kind.texts[kind.values].tolist() == ["red, round", "1,2 or 3"]


def test_lines_are_counted_as_they_were_pasted():
    with pytest.raises(InputError, match="line 4"):
        read_table("sep=;\na;b\n1;2\n3\n")


def test_a_quoted_comma_is_a_decimal_one_where_nothing_else_fits():
    rows = rows_of(Pasted(text='a,b,c\n"1,5",2,x\n"2,5",4,y\n'))
    np.testing.assert_array_equal(rows.columns, [[1.5, 2.0], [2.5, 4.0]])


def test_a_name_that_no_request_could_hold_is_refused():
    with pytest.raises(InputError, match="a name of 201 letters: shorten it to 200 or fewer"):
        read_table(f"{'n' * 201},b\n1,2\n2,3\n")
    assert read_table(f"{'n' * 200},b\n1,2\n2,3\n").columns[0].name == "n" * 200
