"""Trained models for elsewhere: as ONNX, as source in Python or C that needs no library, as JSON."""

from clearprop.export.c import to_c
from clearprop.export.json import to_json
from clearprop.export.onnx import to_onnx
from clearprop.export.python import to_python

__all__ = ["to_c", "to_json", "to_onnx", "to_python"]
