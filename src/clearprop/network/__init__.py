"""The network: its parameters, its two passes and the trace that they leave, checked, described and drawn."""

from clearprop.network.drawing import Drawing
from clearprop.network.gradient_check import GradientCheck
from clearprop.network.network import Network
from clearprop.network.trace import Gradients, Trace

__all__ = ["Drawing", "GradientCheck", "Gradients", "Network", "Trace"]
