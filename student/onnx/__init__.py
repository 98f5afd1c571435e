"""Students as ONNX graphs, and the runtime that needs no torch."""
