"""Networks and ensembles: parameters, the two passes and the trace that they leave, checked, described and drawn."""

from clearprop.network.network import Network
from clearprop.network.trace import Gradients, Trace

__all__ = ["Gradients", "Network", "Trace"]
