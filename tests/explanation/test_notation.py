"""Names of a network's numbers."""

import pytest

from clearprop import InputError, Network, explain
from clearprop.explanation.notation import Name, parse_name, valid_names

SIZES = [2, 3, 1]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("W2[3,1]", Name("W", 2, (3, 1), True)),
        (" W2[ 3, 1 ] ", Name("W", 2, (3, 1), True)),
        ("b1[3]", Name("b", 1, (3,), True)),
        ("z2[1]", Name("z", 2, (1,))),
        ("a1[2]", Name("a", 1, (2,))),
        ("dL/da1[2]", Name("a", 1, (2,), True)),
        ("∂L/∂z2[1]", Name("delta", 2, (1,), True)),
        ("delta1[3]", Name("delta", 1, (3,), True)),
        ("δ1[3]", Name("delta", 1, (3,), True)),
        ("x[2]", Name("x", 0, (2,), True)),
        ("loss", Name("loss")),
        ("prediction", Name("prediction")),
    ],
)
def test_names(text, name):
    assert parse_name(text, SIZES) == name
    assert parse_name(str(name), SIZES) == name


@pytest.mark.parametrize(
    "text",
    [
        *("", "W", "W2", "W2[3]", "W2[4,1]", "W2[0,1]", "W3[1,1]", "W0[1,1]", "W[1,1]", "b1[4]", "b2[1,1]", "z0[1]"),
        *("x1[1]", "x[3]", "y[1]", "delta1", "dL/ddelta1[1]", "w2[3,1]", "W2[3,1]]", "W2[-3,1]", None, 3),
    ],
)
def test_what_is_no_name_lists_the_names(text):
    with pytest.raises(InputError, match=r"names nothing in this 2-3-1 network(\.|, did .*\?) There are: ") as refused:
        parse_name(text, SIZES)
    for name in valid_names(SIZES):
        assert name in str(refused.value)


def test_every_parameter_of_the_network_has_its_name():
    network = Network([2, 3, 1], rng=0)
    names = [network.parameter_name(index) for index in range(network.parameters.size)]
    explained = [explain(network, [1.0, 2.0], [1.0], name).name for name in names]
    assert explained == names
