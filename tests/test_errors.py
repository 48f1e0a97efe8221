"""Messages that name parameters: in Python's words as they are, in a caller's words where it has some."""

import pickle

import pytest

from clearprop.errors import InputError, Message, Parameter, worded

FLAGS = {"ignore": "--ignore", "task": "--task", "seed": "--seed"}


@pytest.mark.parametrize(
    ("parameter", "in_python", "as_flag"),
    [
        (Parameter("seed"), "seed", "--seed"),
        (Parameter("task", "regression"), "task='regression'", "--task regression"),
        (Parameter("ignore", "'a b'", many=True), "ignore=['a b']", "--ignore 'a b'"),
        (Parameter("epochs", "3"), "epochs='3'", "epochs='3'"),
    ],
)
def test_a_parameter_by_both_names(parameter, in_python, as_flag):
    message = Message("lower ", parameter, ", or not")
    assert message == f"lower {in_python}, or not"
    assert message.worded(FLAGS) == f"lower {as_flag}, or not"
    assert Message("first: ", message, ".").worded(FLAGS) == f"first: lower {as_flag}, or not."


def test_a_plain_text_stays_as_it_is():
    assert worded("pass {ignore} %s ignore", FLAGS) == "pass {ignore} %s ignore"
    assert str(InputError("seed")) == "seed"


def test_the_message_of_an_error_is_printable_in_every_part_and_keeps_its_parameters():
    error = InputError(Message("a\x1b: pass ", Parameter("ignore", "'b\u200b'", many=True)))
    for same in (error, pickle.loads(pickle.dumps(error))):
        assert str(same) == r"a\x1b: pass ignore=['b\u200b']"
        assert same.args[0].worded(FLAGS) == r"a\x1b: pass --ignore 'b\u200b'"
