"""scikit-learn's names for the parameters: `coefs_` and `intercepts_`, views into the network."""

from dataclasses import dataclass
from typing import Any

from clearprop.network.network import Network
from clearprop.network.trace import Views


@dataclass
class OwnWeights:
    """Weights and biases that the user set before the first training."""

    coefs: Any = None
    intercepts: Any = None

    def write_into(self, network: Network) -> None:
        """Let the network begin with them.

        Raises
        ------
        ValueError
            They are not of its shapes.
        """
        if self.coefs is not None:
            _coefs(network).write(self.coefs)
        if self.intercepts is not None:
            _intercepts(network).write(self.intercepts)


class Coefficients:
    """What has a `network_` once it is fitted, or `OwnWeights` where those were set before."""

    network_: Network

    @property
    def coefs_(self) -> Any:
        """The weights by layer, of shape (fan_in, fan_out): views into the network.

        They may be set before the first training, which then begins there.
        """
        if "network_" in self.__dict__:
            return _coefs(self.network_)
        return self._own("coefs")

    @coefs_.setter
    def coefs_(self, values: Any) -> None:
        if "network_" not in self.__dict__:
            self.__dict__.setdefault("_own_weights", OwnWeights()).coefs = values
            return
        _coefs(self.network_).write(values)

    @property
    def intercepts_(self) -> Any:
        """The biases by layer, of shape (fan_out,): views into the network."""
        if "network_" in self.__dict__:
            return _intercepts(self.network_)
        return self._own("intercepts")

    @intercepts_.setter
    def intercepts_(self, values: Any) -> None:
        if "network_" not in self.__dict__:
            self.__dict__.setdefault("_own_weights", OwnWeights()).intercepts = values
            return
        _intercepts(self.network_).write(values)

    def _own(self, name: str) -> Any:
        given = getattr(self.__dict__.get("_own_weights"), name, None)
        if given is None:
            raise AttributeError(f"{type(self).__name__} has no {name}_ yet: call fit first")
        return given


def _coefs(network: Network) -> Views:
    return Views(network.weights, "coefs_")


def _intercepts(network: Network) -> Views:
    return Views(network.biases, "intercepts_")
