"""Models as ONNX, and converters by which skl2onnx takes pipelines that have one of clearprop's estimators."""

from clearprop.export.onnx.pipelines import register_converters
from clearprop.export.onnx.writing import to_onnx

__all__ = ["register_converters", "to_onnx"]
