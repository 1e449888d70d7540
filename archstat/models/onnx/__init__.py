"""Exported models: an .onnx file becomes a graph by its own shape inference, without torch."""
