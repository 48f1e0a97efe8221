"""Networks and ensembles: parameters, the two passes and the trace that they leave, checked, described and drawn."""

from clearprop.network.drawing import Drawing
from clearprop.network.ensemble import Ensemble
from clearprop.network.gradient_check import GradientCheck
from clearprop.network.network import Network
from clearprop.network.trace import Gradients, Trace

__all__ = ["Drawing", "Ensemble", "GradientCheck", "Gradients", "Network", "Trace"]
