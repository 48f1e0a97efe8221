"""Every kind of file that people have: the right values, and what is said of it."""

import re

import pytest

from clearprop.tables.reading import read_table, read_table_text
from clearprop.tables.spelling import as_booleans, cell_text, spelled
from clearprop.tables.targets import Target

from .reading import contents, refusal, written

number, text, boolean, date = "number", "text", "boolean", "date"

CASES = {
    # -- the sign between cells
    "semicolons in quoted names and cells between commas": (
        'a,"b;c","d;e"\n1,"x;y","p;q"\n2,"x;z","p;r"\n',
        {"a": (number, [1, 2]), "b;c": (text, ["x;y", "x;z"]), "d;e": (text, ["p;q", "p;r"])},
        [],
    ),
    # -- the sign of decimals, and that between thousands
    "decimal comma": (
        "a;b\n1,5;x\n2,25;y\n",
        {"a": (number, [1.5, 2.25]), "b": (text, ["x", "y"])},
        ["column 'a': numbers have a decimal comma"],
    ),
    "decimal comma and points between thousands": (
        "a;b\n1.234,56;x\n950;y\n1.234.567;z\n",
        {"a": (number, [1234.56, 950, 1234567]), "b": (text, ["x", "y", "z"])},
        [
            "column 'a': numbers have a decimal comma and points between thousands ('1.234,56' is read as 1234.56)",
        ],
    ),
    "quoted decimal commas between commas": (
        'a,b\n"1,5",x\n"-2,25",y\n',
        {"a": (number, [1.5, -2.25]), "b": (text, ["x", "y"])},
        ["column 'a': numbers have a decimal comma ('1,5' is read as 1.5)"],
    ),
    "quoted thousands between commas": (
        'a,b\n"1,000",x\n950,y\n',
        {"a": (number, [1000, 950]), "b": (text, ["x", "y"])},
        [
            "column 'a': numbers have commas between thousands ('1,000' is read as 1000), as is usual where commas "
            "divide cells"
        ],
    ),
    "thousands that only fit": (
        'a\tb\n1,234,567.5\tx\n950\ty\n"12,345"\tz\n',
        {"a": (number, [1234567.5, 950, 12345]), "b": (text, ["x", "y", "z"])},
        ["column 'a': numbers have commas between thousands ('1,234,567.5' is read as 1234567.5)"],
    ),
    "thousands by numbers below a thousand": (
        "a\tb\n1,234\tx\n950\ty\n",
        {"a": (number, [1234, 950]), "b": (text, ["x", "y"])},
        [
            "column 'a': numbers have commas between thousands ('1,234' is read as 1234), as numbers below a "
            "thousand have none"
        ],
    ),
    "points are thousands where other columns have decimal commas": (
        "a;b\n950;1,5\n1.234;2,5\n",
        {"a": (number, [950, 1234]), "b": (number, [1.5, 2.5])},
        [
            "column 'b': numbers have a decimal comma",
            "column 'a': numbers have points between thousands ('1.234' is read as 1234), as in other columns",
        ],
    ),
    "points are decimal where other columns have decimal points": (
        "a;b\n950;1.5\n1.234;2.25\n",
        {"a": (number, [950, 1.234]), "b": (number, [1.5, 2.25])},
        [],
    ),
    "commas are thousands where other columns have decimal points": (
        "a;b\n9,125;1.5\n1,234;2.25\n",
        {"a": (number, [9125, 1234]), "b": (number, [1.5, 2.25])},
        ["column 'a': numbers have commas between thousands ('9,125' is read as 9125), as in other columns"],
    ),
    "a leading zero makes a point decimal": (
        "a;b\n0.125;x\n1.234;y\n",
        {"a": (number, [0.125, 1.234]), "b": (text, ["x", "y"])},
        [],
    ),
    "blanks and apostrophes between thousands": (
        "a;b;c\n1 234,5;1'234.5;1\u202f234\n3,5;3.5;12\n",
        {"a": (number, [1234.5, 3.5]), "b": (number, [1234.5, 3.5]), "c": (number, [1234, 12])},
        [
            "column 'a': numbers have a decimal comma and blanks between thousands ('1 234,5' is read as 1234.5)",
            "column 'b': numbers have apostrophes between thousands (\"1'234.5\" is read as 1234.5)",
            "column 'c': numbers have blanks between thousands ('1\\u202f234' is read as 1234)",
        ],
    ),
    "groups of two as in India": (
        'a,b\n"12,34,567",x\n"1,00,000.5",y\n',
        {"a": (number, [1234567, 100000.5]), "b": (text, ["x", "y"])},
        ["column 'a': numbers have commas between thousands ('12,34,567' is read as 1234567)"],
    ),
    "a true minus, and one of accounts": (
        "a,b\n\u22121.5,(2.5)\n2,3\n",
        {"a": (number, [-1.5, 2]), "b": (number, [-2.5, 3])},
        ["column 'b': amounts in parentheses are negative ('(2.5)')"],
    ),
    "each note has an example of its own": (
        'a,b\n-$5,50%\n$-6,"1,000%"\n($7),2.5%\n"$1,000.5",3%\n',
        {"a": (number, [-5, -6, -7, 1000.5]), "b": (number, [50, 1000, 2.5, 3])},
        [
            "columns 'a', 'b': numbers have commas between thousands ('$1,000.5' is read as 1000.5)",
            "column 'a': amounts in $, read without it",
            "column 'a': amounts in parentheses are negative ('($7)')",
            "column 'b': per cent, read without its sign ('50%')",
        ],
    ),
    # -- units
    "currencies and per cent": (
        'a,b,c\n$0.99,3%,"1,50 €"\n$1.50,4.5%,"2,25 €"\n0,0%,\n',
        {"a": (number, [0.99, 1.5, 0]), "b": (number, [3, 4.5, 0]), "c": (number, [1.5, 2.25, None])},
        [
            "column 'a': amounts in $, read without it",
            "column 'b': per cent, read without its sign ('3%')",
            "column 'c': numbers have a decimal comma ('1,50 €' is read as 1.5)",
            "column 'c': amounts in €, read without it",
        ],
    ),
    "currencies before thousands": (
        'a,b\n"$1,250",USD 5\n"-$950",USD 7.5\n',
        {"a": (number, [1250, -950]), "b": (number, [5, 7.5])},
        [
            "column 'a': numbers have commas between thousands ('$1,250' is read as 1250), as in other columns",
            "column 'a': amounts in $, read without it",
            "column 'b': amounts in USD, read without it",
        ],
    ),
    # -- what looks like a number and is none
    "postcodes": (
        "zip,x\n00123,1\n10456,2\n",
        {"zip": (text, ["00123", "10456"]), "x": (number, [1, 2])},
        ["column 'zip': read as text, since numbers do not begin with zeros ('00123')"],
    ),
    "formulas that keep zeros": (
        'zip,x\n="00123",1\n"=""10456""",2\n',
        {"zip": (text, ["00123", "10456"]), "x": (number, [1, 2])},
        [
            "column 'zip': read as text, since numbers do not begin with zeros ('00123')",
            "column 'zip': cells are written as =\"...\", and read as what is quoted",
        ],
    ),
    "zero is a number": ("x,y\n0,0.5\n-0,00\n", {"x": (number, [0, 0]), "y": (number, [0.5, 0])}, []),
    "whole numbers beyond 2**53": (
        "a,b,c,d\n9007199254740993,18446744073709551615,184467440737095516150,-9223372036854775808\n,5,7,1\n",
        {
            "a": (number, [9007199254740993, None]),
            "b": (number, [18446744073709551615, 5]),
            "c": (text, ["184467440737095516150", "7"]),
            "d": (number, [-9223372036854775808, 1]),
        },
        ["column 'c': read as text, since '184467440737095516150' is beyond 64 bits"],
    ),
    "kinds that are mostly numbers": (
        "x,y\n" + "0,a\n1,b\n2,c\n1,c\n3+,d\n" * 3,
        {"x": (text, ["0", "1", "2", "1", "3+"] * 3), "y": (text, ["a", "b", "c", "c", "d"] * 3)},
        ["column 'x': read as text, since '3+' is no number"],
    ),
    "codes that are lists": (
        'a,b\nx,1\ny,2\nz,"1,23,4"\nz,"1,2,3,4"\n',
        {"a": (text, ["x", "y", "z", "z"]), "b": (text, ["1", "2", "1,23,4", "1,2,3,4"])},
        [],
    ),
    # -- booleans
    "booleans": (
        "a,b,c,d\ntrue,yes,Y,1\nFalse,No,N,0\n,NA,,\nTRUE,YES,y,1\n",
        {
            "a": (boolean, [True, False, None, True]),
            "b": (boolean, [True, False, None, True]),
            "c": (boolean, [True, False, None, True]),
            "d": (number, [1, 0, None, 1]),
        },
        [],
    ),
    "no booleans": (
        "a,b\nyes,Y\nno,N\nmaybe,U\n",
        {"a": (text, ["yes", "no", "maybe"]), "b": (text, ["Y", "N", "U"])},
        [],
    ),
    # -- dates
    "dates of ISO 8601": (
        "a,b,c\n2024-01-05,2024-01-05 10:30,2024-01-05T10:30:00.25\n2024-12-31,2024-12-31 23:59,\n",
        {
            "a": (date, ["2024-01-05T00:00:00", "2024-12-31T00:00:00"]),
            "b": (date, ["2024-01-05T10:30:00", "2024-12-31T23:59:00"]),
            "c": (date, ["2024-01-05T10:30:00.250000", None]),
        },
        [],
    ),
    "dates with zones": (
        "a,b\n2024-01-05T10:00:00Z,2024-01-05T10:00:00+02:00\n2024-01-06T10:00:00Z,2024-07-05 10:00:00-0530\n",
        {
            "a": (date, ["2024-01-05T10:00:00", "2024-01-06T10:00:00"]),
            "b": (date, ["2024-01-05T08:00:00", "2024-07-05T15:30:00"]),
        },
        [],
    ),
    "day first by one cell": (
        "d,e\n25/12/2024,x\n01/02/2024,y\n",
        {"d": (date, ["2024-12-25T00:00:00", "2024-02-01T00:00:00"]), "e": (text, ["x", "y"])},
        ["column 'd': dates begin with the day ('25/12/2024' is read as 2024-12-25)"],
    ),
    "month first by one cell, in another column": (
        "d,e\n03/04/2024,1/2/2024 3:30 PM\n01/02/2024,12/31/2024 12:00 AM\n",
        {
            "d": (date, ["2024-03-04T00:00:00", "2024-01-02T00:00:00"]),
            "e": (date, ["2024-01-02T15:30:00", "2024-12-31T00:00:00"]),
        },
        ["columns 'd', 'e': dates begin with the month ('03/04/2024' is read as 2024-03-04)"],
    ),
    "day first by the point": (
        "d,e\n12.05.24,x\n01.02.70,y\n",
        {"d": (date, ["2024-05-12T00:00:00", "1970-02-01T00:00:00"]), "e": (text, ["x", "y"])},
        [
            "column 'd': dates begin with the day, years of two digits are those from 1969 to 2068 ('12.05.24' is read "
            "as 2024-05-12)"
        ],
    ),
    "month first as dates rise": (
        "d,e\n" + "".join(f"{month}/{day}/2024,x\n" for month in (3, 4, 5) for day in (2, 6, 9, 12)),
        {
            "d": (date, [f"2024-0{month}-{day:02}T00:00:00" for month in (3, 4, 5) for day in (2, 6, 9, 12)]),
            "e": (text, ["x"] * 12),
        },
        ["column 'd': dates begin with the month ('3/2/2024' is read as 2024-03-02)"],
    ),
    "month first as each is one of twelve": (
        "d,e\n" + "".join(f"{month}/1/{year},x\n" for year in (85, 86) for month in range(1, 13)),
        {
            "d": (date, [f"19{year}-{month:02}-01T00:00:00" for year in (85, 86) for month in range(1, 13)]),
            "e": (text, ["x"] * 24),
        },
        [
            "column 'd': dates begin with the month, years of two digits are those from 1969 to 2068 ('1/1/85' is read "
            "as 1985-01-01)"
        ],
    ),
    "names of months": (
        'a,b,c\n05 Jan 2024,"Jan 5, 2024",5-Jan-24\n17 December 2023,"December 17, 2023",17-DEC-23\n',
        {name: (date, ["2024-01-05T00:00:00", "2023-12-17T00:00:00"]) for name in "abc"},
        [
            "column 'c': years of two digits are those from 1969 to 2068 ('5-Jan-24' is read as 2024-01-05)",
        ],
    ),
    "months": (
        "a,b\n2024-01,1\n2024-12,2\n",
        {"a": (date, ["2024-01-01T00:00:00", "2024-12-01T00:00:00"]), "b": (number, [1, 2])},
        ["column 'a': months are dates, of their first day ('2024-01' is read as 2024-01-01)"],
    ),
    "dates of two forms, neither of which most have": (
        "d,e\n2024-01-05,a\n6.1.2024,b\n2024-01-07 10:30,c\n8.1.24,d\n9 Jan 2024,e\n,f\n",
        {
            "d": (
                date,
                [
                    "2024-01-05T00:00:00",
                    "2024-01-06T00:00:00",
                    "2024-01-07T10:30:00",
                    "2024-01-08T00:00:00",
                    "2024-01-09T00:00:00",
                    None,
                ],
            ),
            "e": (text, ["a", "b", "c", "d", "e", "f"]),
        },
        [
            "column 'd': dates have several forms ('2024-01-05', '6.1.2024', '9 Jan 2024'), each read by itself, "
            "'6.1.2024' with the day first, years of two digits are those from 1969 to 2068"
        ],
    ),
    "dates of two forms, one by a day above 12": (
        "d,e\n2024-01-05,a\n6/13/2024,b\n2024-01-07,c\n8/1/2024,d\n",
        {
            "d": (date, [f"2024-{day}T00:00:00" for day in ("01-05", "06-13", "01-07", "08-01")]),
            "e": (text, ["a", "b", "c", "d"]),
        },
        [
            "column 'd': dates have several forms ('2024-01-05', '6/13/2024'), each read by itself, '6/13/2024' with "
            "the month first"
        ],
    ),
    "dates of two forms, one of which may mean either day": (
        "d,e\n2024-01-05,a\n6/5/2024,b\n2024-01-07,c\n8/1/2024,d\n",
        {"d": (text, ["2024-01-05", "6/5/2024", "2024-01-07", "8/1/2024"]), "e": (text, ["a", "b", "c", "d"])},
        [
            "column 'd': read as text, since dates have several forms ('2024-01-05', '6/5/2024'), and '6/5/2024' "
            "may begin with the day or the month: pass dates='day-first' or dates='month-first'"
        ],
    ),
    "points and strokes are two forms": (
        "d,e\n5.1.2024,a\n6/13/2024,b\n7.1.2024,c\n8/1/2024,d\n",
        {
            "d": (date, [f"2024-{day}T00:00:00" for day in ("01-05", "06-13", "01-07", "08-01")]),
            "e": (text, ["a", "b", "c", "d"]),
        },
        [
            "column 'd': dates have several forms ('6/13/2024', '5.1.2024'), each read by itself, '6/13/2024' with "
            "the month first, '5.1.2024' with the day first"
        ],
    ),
    "short years among dates of several forms": (
        "d,e\n2024-01-05,a\n6.1.24,b\n2024-01-07,c\n8.1.70,d\n",
        {
            "d": (date, [f"{day}T00:00:00" for day in ("2024-01-05", "2024-01-06", "2024-01-07", "1970-01-08")]),
            "e": (text, ["a", "b", "c", "d"]),
        },
        [
            "column 'd': dates have several forms ('2024-01-05', '6.1.24'), each read by itself, '6.1.24' with the day "
            "first, years of two digits are those from 1969 to 2068"
        ],
    ),
    "digits of other alphabets": (
        "d,n,e\n٢٠٢٤-٠١-٠٥,٢,2024-01-05\n٢٠٢٤-٠١-٠٦,٣,2024-01-06\n",
        {
            "d": (text, ["٢٠٢٤-٠١-٠٥", "٢٠٢٤-٠١-٠٦"]),
            "n": (text, ["٢", "٣"]),
            "e": (date, ["2024-01-05T00:00:00", "2024-01-06T00:00:00"]),
        },
        [],
    ),
    "years of four digits are what they say": (
        "d,e,f\n0001-01-01,5 Jan 0068,05.01.0099\n9999-12-31,5 Jan 1968,05.01.1999\n",
        {
            "d": (date, ["0001-01-01T00:00:00", "9999-12-31T00:00:00"]),
            "e": (date, ["0068-01-05T00:00:00", "1968-01-05T00:00:00"]),
            "f": (date, ["0099-01-05T00:00:00", "1999-01-05T00:00:00"]),
        },
        ["column 'f': dates begin with the day ('05.01.0099' is read as 0099-01-05)"],
    ),
    "no dates": (
        "a,b,c\n1920-21,10:30,12.05\n1921-22,11:45,13.06\n",
        {"a": (text, ["1920-21", "1921-22"]), "b": (text, ["10:30", "11:45"]), "c": (number, [12.05, 13.06])},
        [],
    ),
    # -- missing cells
    "spellings of missing": (
        "a;b;c\n1;2.5;x\nNA;NaN;NA\nNAN;null;NULL\nNull;none;None\n?;-;-\n.;n.a.;.\nn/a;NaT;y\n#DIV/0!;#N/A;\\N\n"
        " \t;;\n3;4.5;x\n",
        {
            "a": (number, [1, *[None] * 8, 3]),
            "b": (number, [2.5, *[None] * 8, 4.5]),
            "c": (text, ["x", None, None, None, "-", ".", "y", None, None, "x"]),
        },
        [
            f"column {name!r}: {spelling!r} is taken for a missing cell"
            for name, spelling in zip(
                "bbbbaaaa", ("-", "NaT", "n.a.", "none", "NAN", "Null", ".", "#DIV/0!"), strict=True
            )
        ],
    ),
    "an empty column": (
        "a,b,c\n1,,NA\n2,,\n",
        {"a": (number, [1, 2]), "b": (text, [None] * 2), "c": (text, [None] * 2)},
        [],
    ),
    "NA among codes of two letters": (
        "a,b\nNA,NA\nDE,Ulm\nUS,Bonn\n",
        {"a": (text, [None, "DE", "US"]), "b": (text, [None, "Ulm", "Bonn"])},
        [
            "column 'a': 'NA' is taken for a missing cell, and all others are codes of two letters: if it is one, as "
            "of Namibia, write it otherwise"
        ],
    ),
    # -- lines and names
    "trailing delimiters": (
        "a,b,\n1,2,\n3,4,\n",
        {"a": (number, [1, 3]), "b": (number, [2, 4])},
        ["lines end with a delimiter"],
    ),
    "a trailing delimiter of the names": (
        "a,b,\n1,2\n3,4\n",
        {"a": (number, [1, 3]), "b": (number, [2, 4])},
        ["lines end with a delimiter"],
    ),
    "trailing delimiters of rows": (
        "a,b\n1,2,\n3,4,\n",
        {"a": (number, [1, 3]), "b": (number, [2, 4])},
        ["rows end with a delimiter"],
    ),
    "comments in front": (
        "# made by a program, 3\n\n# on a day\na,b\n1,2\n",
        {"a": (number, [1]), "b": (number, [2])},
        ["2 lines are comments in front of the names: passed over"],
    ),
    "names behind a sign of comments": (
        "#a,b\n1,2\n",
        {"a": (number, [1]), "b": (number, [2])},
        ["line 1 begins with '#' and is taken for the names of the columns"],
    ),
    "a column named #": ("#,b\n7,2\n7,3\n", {"#": (number, [7, 7]), "b": (number, [2, 3])}, []),
    "sep=": ("sep=;\na;b\n1;2\n", {"a": (number, [1]), "b": (number, [2])}, []),
    "row labels of R and pandas": (
        '"","mpg","cyl"\n"Mazda RX4",21,6\n"Merc 230",22.8,4\n',
        {"mpg": (number, [21, 22.8]), "cyl": (number, [6, 4])},
        ["the first column has no name: taken for row labels, and left out"],
    ),
    "row labels written twice": (
        "Unnamed: 0,a\n0,5\n1,6\n",
        {"a": (number, [5, 6])},
        ["the first column has no name: taken for row labels, and left out"],
    ),
    "row labels without a place in the names": (
        '"mpg" "cyl"\n"Mazda RX4" 21 6\n"Merc 230" 22.8 4\n',
        {"mpg": (number, [21, 22.8]), "cyl": (number, [6, 4])},
        [
            "cells are divided by blanks",
            "rows have a field more than the names: the first is taken for row labels, and left out",
        ],
    ),
    "a first column without a name that has no labels": (
        ",a\nx,5\nx,6\ny,7\n",
        {"column 1": (text, ["x", "x", "y"]), "a": (number, [5, 6, 7])},
        ["column 'column 1': had no name, and has its number for one"],
    ),
    "doubled names": (
        "a,a,b,a,a.1\n1,2,3,4,5\n",
        {"a": (number, [1]), "a.2": (number, [2]), "b": (number, [3]), "a.3": (number, [4]), "a.1": (number, [5])},
        ["columns 'a.2', 'a.3': had the name of a column before, told apart"],
    ),
    "years for names": ("2023,2024\n1,2\n", {"2023": (number, [1]), "2024": (number, [2])}, []),
    "a mark within, and signs that are not seen": (
        "\ufeffa,\ufeff\ufeffb,c\n1\u200b,\u200e5/1/2024\u200e,x\n\ufeff2,\u200e31/1/2024,\u200fx\u200f\n",
        {
            "a": (number, [1, 2]),
            "b": (date, ["2024-01-05T00:00:00", "2024-01-31T00:00:00"]),
            "c": (text, ["x", "x"]),
        },
        ["column 'b': dates begin with the day ('5/1/2024' is read as 2024-01-05)"],
    ),
    "one column, all of whose lines are divided by a rare sign": (
        "a^b\n1^2\n3^4\n",
        {"a^b": (text, ["1^2", "3^4"])},
        ["there is one column; all lines have '^' alike: pass delimiter='^' if that divides cells"],
    ),
    "one column of times of day": ("time\n10:30\n11:45\n", {"time": (text, ["10:30", "11:45"])}, []),
    "blanks around cells": (
        'a, b , c\n 1 ,  2.5, "x, y"\n2 , 3 ,z \n',
        {"a": (number, [1, 2]), "b": (number, [2.5, 3]), "c": (text, ["x, y", "z"])},
        [],
    ),
    "aligned by blanks": (
        "x y z\n1 2  3\n 4   5 6 \n",
        {"x": (number, [1, 4]), "y": (number, [2, 5]), "z": (number, [3, 6])},
        ["cells are divided by blanks"],
    ),
    "a line of totals among numbers": (
        "year,sales\n2001,5\n2002,6\nTotal,11\n",
        {"year": (number, [2001, 2002]), "sales": (number, [5, 6])},
        ["line 4 is a line of totals ('Total'): left out"],
    ),
    "a line of totals among texts": (
        "town,sales\nUlm,5\nBonn,6\n\nTotal,11\n",
        {"town": (text, ["Ulm", "Bonn"]), "sales": (number, [5, 6])},
        ["line 5 is a line of totals ('Total'): left out"],
    ),
    "a line of totals of amounts": (
        'town,sales\nUlm,"$1,250.50"\nBonn,$6\nTotal,"$1,256.50"\n',
        {"town": (text, ["Ulm", "Bonn"]), "sales": (number, [1250.5, 6])},
        [
            "line 4 is a line of totals ('Total'): left out",
            "column 'sales': numbers have commas between thousands ('$1,250.50' is read as 1250.5)",
            "column 'sales': amounts in $, read without it",
        ],
    ),
    "a line of totals with decimal commas": (
        "Ort;Umsatz;n\nUlm;1.005,25 €;\nBonn;6,5 €;\nSumme:;1.011,75 €;\n",
        {"Ort": (text, ["Ulm", "Bonn"]), "Umsatz": (number, [1005.25, 6.5]), "n": (text, [None, None])},
        [
            "line 4 is a line of totals ('Summe:'): left out",
            "column 'Umsatz': numbers have a decimal comma and points between thousands ('1.005,25 €' is read as "
            "1005.25)",
            "column 'Umsatz': amounts in €, read without it",
        ],
    ),
    "a line of plain decimal commas with a mean that is rounded": (
        "Ort;x\nUlm;5\nBonn;6\nHof;6\nMittelwert;5,67\n",
        {"Ort": (text, ["Ulm", "Bonn", "Hof"]), "x": (number, [5, 6, 6])},
        ["column 'x': numbers have a decimal comma", "line 5 is a line of totals ('Mittelwert'): left out"],
    ),
    "a text that is no mean, though near it": (
        "town,x,y\nUlm,4.1,1e-6\nBonn,4.2,2e-6\nTotal,4.2,1.5e-7\n",
        {"town": (text, ["Ulm", "Bonn", "Total"]), "x": (number, [4.1, 4.2, 4.2]), "y": (number, [1e-6, 2e-6, 1.5e-7])},
        [],
    ),
    "a text that is no mean of small numbers": (
        "town,x\nUlm,1e-6\nBonn,2e-6\nMean,1.3e-7\n",
        {"town": (text, ["Ulm", "Bonn", "Mean"]), "x": (number, [1e-6, 2e-6, 1.3e-7])},
        [],
    ),
    "a mean of small numbers that is rounded": (
        "town,x\nUlm,1e-6\nBonn,2e-6\nHof,2e-6\nMean,1.67e-6\n",
        {"town": (text, ["Ulm", "Bonn", "Hof"]), "x": (number, [1e-6, 2e-6, 2e-6])},
        ["line 5 is a line of totals ('Mean'): left out"],
    ),
    "rows of tabs alone are rows": (
        "a\tb\n\t\n\t\n",
        {"a": (text, [None, None]), "b": (text, [None, None])},
        [],
    ),
    "a line of totals among dates": (
        "day,sales\n2024-01-05,5\n2024-01-06,6\nTotal,12\n",
        {"day": (date, ["2024-01-05T00:00:00", "2024-01-06T00:00:00"]), "sales": (number, [5, 6])},
        ["line 4 is a line of totals ('Total'): left out"],
    ),
    "a line of totals among decimal commas": (
        "x;y\n1,5;a\n2,25;b\nSumme;\n",
        {"x": (number, [1.5, 2.25]), "y": (text, ["a", "b"])},
        [
            "line 4 is a line of totals ('Summe'): left out",
            "column 'x': numbers have a decimal comma ('1,5' is read as 1.5)",
        ],
    ),
    "a text that is no total among amounts": (
        "town,sales\nUlm,$5\nBonn,$6\nTotal,$12\n",
        {"town": (text, ["Ulm", "Bonn", "Total"]), "sales": (number, [5, 6, 12])},
        ["column 'sales': amounts in $, read without it"],
    ),
    "a text that is no total": (
        "town,sales\nUlm,5\nBonn,6\nTotal,12\n",
        {"town": (text, ["Ulm", "Bonn", "Total"]), "sales": (number, [5, 6, 12])},
        [],
    ),
    "the end of a file of DOS": ("a,b\n1,2\n3,4\n\x1a", {"a": (number, [1, 3]), "b": (number, [2, 4])}, []),
    "a delimiter in texts": (
        "genre,x\nDrama;War,1\nComedy,2\n",
        {"genre": (text, ["Drama;War", "Comedy"]), "x": (number, [1, 2])},
        [],
    ),
    "a comma in names between semicolons": (
        "price, EUR;weight, kg\n1,5;2,5\n2,5;3,5\n",
        {"price, EUR": (number, [1.5, 2.5]), "weight, kg": (number, [2.5, 3.5])},
        ["columns 'price, EUR', 'weight, kg': numbers have a decimal comma"],
    ),
    "one column, a delimiter in one cell": ("c0\nv0\na;b\n", {"c0": (text, ["v0", "a;b"])}, []),
    "a quote within a cell": (
        'a,b\n5" pipe,1\n6" pipe,2\n',
        {"a": (text, ['5" pipe', '6" pipe']), "b": (number, [1, 2])},
        [],
    ),
    "all quoted, missing and lines within": (
        '"a"|"b"|"c"\n"0"|"two\nlines"|"123"\n"1"|"x"|""\n',
        {"a": (number, [0, 1]), "b": (text, ["two\nlines", "x"]), "c": (number, [123, None])},
        [],
    ),
    "whole numbers, then a fraction": (
        "a b\n1 1\n2 2\n3 2.1\n",
        {"a": (number, [1, 2, 3]), "b": (number, [1, 2, 2.1])},
        ["cells are divided by blanks"],
    ),
    "a return in a cell": ("a,b\nx\ry,1\nz,2\n", {"a": (text, ["x\ry", "z"]), "b": (number, [1, 2])}, []),
    "exponents": ("a,b\n1e5,1\n2E-3,1e400\n", {"a": (number, [1e5, 2e-3]), "b": (number, [1, float("inf")])}, []),
}


@pytest.mark.parametrize(("content", "expected", "notes"), CASES.values(), ids=CASES.keys())
def test_what_is_read_how(tmp_path, content, expected, notes):
    table = read_table(written(tmp_path, content))
    assert contents(table) == expected
    assert list(table.notes) == notes


@pytest.mark.parametrize(("content", "expected", "notes"), CASES.values(), ids=CASES.keys())
@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_make_no_difference(tmp_path, content, expected, notes, end):
    if "\r" in content:
        return
    table = read_table(written(tmp_path, content.replace("\n", end)))
    assert contents(table) == {
        name: (kind, [value.replace("\n", end) if isinstance(value, str) else value for value in values])
        for name, (kind, values) in expected.items()
    }
    assert list(table.notes) == notes


@pytest.mark.parametrize(("content", "expected", "notes"), CASES.values(), ids=CASES.keys())
def test_pasted_text_is_read_as_a_file(content, expected, notes):
    table = read_table_text(content, "the pasted table")
    assert contents(table) == expected
    assert list(table.notes) == notes


ENCODED = "name;x\nMüller;1\n„Grün“;2\n"


@pytest.mark.parametrize(
    ("encoding", "note"),
    [
        ("utf-8", None),
        ("utf-8-sig", None),
        ("utf-16", None),
        ("utf-32", None),
        ("utf-16-le", "the file is no UTF-8 and is read as utf-16-le (as 'Müller;1'): pass encoding if that is wrong"),
        ("utf-16-be", "the file is no UTF-8 and is read as utf-16-be (as 'Müller;1'): pass encoding if that is wrong"),
        ("cp1252", "the file is no UTF-8 and is read as cp1252 (as 'Müller;1'): pass encoding if that is wrong"),
    ],
)
def test_encodings(tmp_path, encoding, note):
    path = written(tmp_path, ENCODED.encode(encoding))
    table = read_table(path)
    assert contents(table) == {"name": ("text", ["Müller", "„Grün“"]), "x": ("number", [1, 2])}
    assert list(table.notes) == ([note] if note else [])
    assert contents(read_table(path, encoding=encoding)) == contents(table)
    assert read_table(path, encoding=encoding).notes == ()


def test_latin_1_where_windows_1252_has_no_letter(tmp_path):
    path = written(tmp_path, b"name,x\nM\xfcller\x81,1\n")
    table = read_table(path)
    assert contents(table)["name"] == ("text", ["Müller\x81"])
    assert "iso8859-1" in table.notes[0]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("имя,x\nИван,1\nОльга,2\n", "cp1251"),
        ("имя,x\nИван,1\nОльга,2\n", "koi8-r"),
        ("όνομα,x\nΓιώργος,1\n", "cp1253"),
        ("名称,数量\n北京,1\n上海,2\n", "gb18030"),
        ("処理区分,件数\n東京,2\n", "cp932"),
        ("이름,x\n서울,1\n", "euc-kr"),
    ],
)
def test_letters_of_other_alphabets_are_not_taken_for_western_ones(tmp_path, content, encoding):
    path = written(tmp_path, content.encode(encoding))
    assert re.fullmatch(
        r"the file is no UTF-8, and as (cp1252|iso8859-1) it would have words such as '.*': name its encoding, "
        "such as cp1251, shift_jis or gb18030",
        refusal(path),
    )
    table = read_table(path, encoding=encoding)
    assert contents(table) == contents(read_table_text(content, "text"))
    assert read_table(path, encoding="latin-1").notes == ()


@pytest.mark.parametrize("word", ["Größe", "créée", "„Grün“", "naïve café – déjà vu", "Ærøskøbing", "£5 ± 3°"])
def test_western_words_are_read_as_such(tmp_path, word):
    table = read_table(written(tmp_path, f"name,x\n{word},1\n".encode("cp1252")))
    assert contents(table)["name"] == (text, [word])
    assert table.notes[0].startswith("the file is no UTF-8 and is read as cp1252 (as ")


def test_an_encoding_that_is_given(tmp_path):
    path = written(tmp_path, "имя,x\nИван,1\n".encode("koi8-r"))
    assert contents(read_table(path, encoding="koi8-r")) == {"имя": ("text", ["Иван"]), "x": ("number", [1])}


@pytest.mark.parametrize(
    ("content", "settings", "expected"),
    [
        ("a;b\n950;x\n1.234;y\n", {"decimal": "."}, {"a": ("number", [950, 1.234]), "b": ("text", ["x", "y"])}),
        ("a;b\n950;x\n1.234;y\n", {"decimal": ","}, {"a": ("number", [950, 1234]), "b": ("text", ["x", "y"])}),
        ("a;b\n950;x\n1.234;y\n", {"thousands": "."}, {"a": ("number", [950, 1234]), "b": ("text", ["x", "y"])}),
        ('a,b\n"1,000",x\n"2,500",y\n', {"decimal": ","}, {"a": ("number", [1, 2.5]), "b": ("text", ["x", "y"])}),
        ("a;b\n1 5;x\n1 500;y\n", {"thousands": "space"}, None),
        ("a-b\n1-x\n", {"delimiter": "-"}, {"a": ("number", [1]), "b": ("text", ["x"])}),
        ("a b;c\n1;2\n", {"delimiter": "semicolon"}, {"a b": ("number", [1]), "c": ("number", [2])}),
        ("x,y\n1,-999\n-999,2\n", {"missing": ["-999"]}, {"x": ("number", [1, None]), "y": ("number", [None, 2])}),
        ("x,y\n1,u\nu,a\n", {"missing": ["u"]}, {"x": ("number", [1, None]), "y": ("text", [None, "a"])}),
        ("d,e\n1/2/2024,1\n", {"dates": "day-first"}, {"d": ("date", ["2024-02-01T00:00:00"]), "e": ("number", [1])}),
        ("d,e\n1/2/2024,1\n", {"dates": "month-first"}, {"d": ("date", ["2024-01-02T00:00:00"]), "e": ("number", [1])}),
        (
            "d,e\n2024-01-05,1\n6/5/2024,2\n",
            {"dates": "day-first"},
            {"d": ("date", ["2024-01-05T00:00:00", "2024-05-06T00:00:00"]), "e": ("number", [1, 2])},
        ),
        (
            "d,e\n2024-01-05,1\n6/5/2024,2\n7.5.2024,3\n",
            {"dates": "month-first"},
            {"d": (date, [f"2024-{day}T00:00:00" for day in ("01-05", "06-05", "05-07")]), "e": (number, [1, 2, 3])},
        ),
        (
            "d,e\n2024|05|06,1\n",
            {"dates": "%Y|%m|%d", "delimiter": ","},
            {"d": ("date", ["2024-05-06T00:00:00"]), "e": ("number", [1])},
        ),
        ("a,b,c\n1,2,x\n", {"columns": ["c", "a"]}, {"a": ("number", [1]), "c": ("text", ["x"])}),
        ("a,b,c\n1,2,x\n", {"columns": lambda names: names[1:]}, {"b": ("number", [2]), "c": ("text", ["x"])}),
        ("a,b\n1,02\n", {"categorical_features": ["a"]}, {"a": ("text", ["1"]), "b": ("text", ["02"])}),
        (
            'a;b\n"1,5";x\n2O;y\n3,5;z\n4;z\n5;z\n6;z\n',
            {"unreadable": "keep"},
            {"a": ("text", ["1.5", "2O", "3.5", "4", "5", "6"]), "b": ("text", ["x", "y", "z", "z", "z", "z"])},
        ),
        (
            "d,e\n5.1.2024,1\n6.1.2024,1\n7.1.2024,1\n8.1.2024,1\n31.2.2024,1\n",
            {"unreadable": "keep"},
            {
                "d": ("text", ["2024-01-05", "2024-01-06", "2024-01-07", "2024-01-08", "31.2.2024"]),
                "e": ("number", [1] * 5),
            },
        ),
    ],
)
def test_settings_overrule(tmp_path, content, settings, expected):
    path = written(tmp_path, content)
    if expected is None:
        expected = {"a": ("text", ["1 5", "1 500"]), "b": ("text", ["x", "y"])}
    assert contents(read_table(path, **settings)) == expected


def test_a_line_is_known_for_each_row(tmp_path):
    content = 'sep=,\n# comment\n\na,b\n\n1,"two\nlines"\n2,x\n   \n\n3,"y\n\n"\n4,z\n'
    table = read_table(written(tmp_path, content))
    assert [table.line_of(row) for row in range(4)] == [6, 8, 11, 14]
    assert table.place(3) == "line 14"
    assert table.take([3, 1]).where("b", 0) == f"{table.path}, line 14, column 'b'"


def test_the_names_are_checked_before_the_rows_are_read(tmp_path):
    class NoError(Exception):
        pass

    seen = []

    def check(header):
        seen.append((header.names, header.n_rows))
        raise NoError

    with pytest.raises(NoError):
        read_table(written(tmp_path, "a,b\n1,2\n3\n"), check=check)
    assert seen == [(("a", "b"), 0)]


def test_booleans_keep_their_words_as_classes(tmp_path):
    table = read_table(written(tmp_path, "paid,flag\nYes,TRUE\nNo,false\nYes,true\n"))
    paid, flag = table.columns
    assert paid.texts.tolist() == ["No", "Yes"]
    assert flag.texts.tolist() == []
    target = Target.recognise(paid)
    assert target.classes == ("No", "Yes")
    assert target.encode(paid).tolist() == [1, 0, 1]
    other = read_table(written(tmp_path, "paid,flag\nyes,0\nNO,1\n")).column("paid")
    assert target.encode(other).tolist() == [1, 0]
    assert target.encode(read_table(written(tmp_path, "paid,x\nYes,0\n")).column("paid")).tolist() == [1]
    assert cell_text(paid, 0) == "Yes"
    assert as_booleans(spelled(paid)).values.tolist() == [True, False, True]
