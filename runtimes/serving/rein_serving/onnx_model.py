"""A model in ONNX, run by onnxruntime where the runtime has it, else by ONNX's own reference in numpy."""

import numpy as np


class OnnxModel:
    def __init__(self, file):
        try:
            import onnxruntime

            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = 1
            session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
            inputs = [(each.name, each.shape, each.type) for each in session.get_inputs()]
        except ImportError:
            import onnx.reference

            model = onnx.load(str(file))
            session = onnx.reference.ReferenceEvaluator(model)
            weights = {each.name for each in model.graph.initializer}
            inputs = [
                (
                    each.name,
                    [d.dim_value if d.HasField("dim_value") else None for d in each.type.tensor_type.shape.dim],
                    "tensor(float)" if each.type.tensor_type.elem_type == 1 else "other",
                )
                for each in model.graph.input
                if each.name not in weights
            ]
        if len(inputs) != 1:
            names = [name for name, _, _ in inputs]
            raise ValueError(f"{file.name} has the inputs {names} (expected: one; else give a model_fn)")
        self._run = session.run
        self._input, self._shape, kind = inputs[0]
        self._floats = kind == "tensor(float)"

    def __call__(self, data):
        """One array for each output. A batch goes through row by row where the file knows batches of one only."""
        data = np.asarray(data)
        if self._floats:
            data = data.astype(np.float32)
        if data.ndim == len(self._shape) - 1:
            data = data[None]
        if self._shape and self._shape[0] == 1 and len(data) > 1:
            rows = [self._run(None, {self._input: data[i : i + 1]}) for i in range(len(data))]
            return [np.concatenate(parts) for parts in zip(*rows)]
        return self._run(None, {self._input: data})
