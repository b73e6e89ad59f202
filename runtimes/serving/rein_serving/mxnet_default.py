"""MXNet where the script says nothing: symbol and parameters as `Module.save_checkpoint` and Gluon's `export` write
them, with `model-shapes.json` if there; or `model.onnx`, as Coach's launcher saves it.
"""

import json
import pathlib
import re

import mxnet
import numpy as np
from sagemaker_inference import content_types, encoder, errors, utils
from sagemaker_inference.default_inference_handler import DefaultInferenceHandler

from rein_serving import files
from rein_serving.onnx_model import OnnxModel


class SymbolModel:
    """A network bound for one batch shape after another."""

    def __init__(self, symbol, parameters):
        self.symbol = mxnet.sym.load(str(symbol))
        saved = mxnet.nd.load(str(parameters))
        self._given = {name.split(":", 1)[-1]: value for name, value in saved.items()}
        self._inputs = [name for name in self.symbol.list_inputs() if name not in self._given]
        shapes = symbol.with_name(symbol.name.replace("-symbol.json", "-shapes.json"))
        if shapes.is_file():
            named = [each["name"] for each in json.loads(shapes.read_text())]
            self._inputs = [name for name in named if name in self._inputs]
        else:  # a label is an input of training only
            self._inputs = [name for name in self._inputs if not name.endswith("label")] or self._inputs
        self._bound = {}

    def __call__(self, data):
        arrays = data if isinstance(data, (list, tuple)) else [data]
        if len(arrays) != len(self._inputs):
            raise ValueError(f"{len(arrays)} arrays (expected: one for each input, {self._inputs})")
        arrays = [each if isinstance(each, mxnet.nd.NDArray) else mxnet.nd.array(each) for each in arrays]
        key = tuple(each.shape for each in arrays)
        if key not in self._bound:
            shapes = {name: each.shape for name, each in zip(self._inputs, arrays)}
            executor = self.symbol.simple_bind(mxnet.cpu(), grad_req="null", **shapes)
            for name, value in {**executor.arg_dict, **executor.aux_dict}.items():
                if name in self._given:
                    self._fill(name, value, shapes)
            if len(self._bound) > 16:
                self._bound.clear()
            self._bound[key] = executor
        executor = self._bound[key]
        outputs = executor.forward(is_train=False, **dict(zip(self._inputs, arrays)))
        return outputs[0] if len(outputs) == 1 else outputs

    def _fill(self, name, value, shapes):
        given = self._given[name]
        if given.shape != value.shape:
            raise errors.GenericInferenceToolkitError(
                400,
                f"inputs of the shapes {shapes} do not fit: {name} would have {value.shape} (expected: {given.shape})",
            )
        given.copyto(value)


def handler(model):
    return Handler()


class Handler(DefaultInferenceHandler):
    def default_model_fn(self, model_dir, context=None):
        model = pathlib.Path(model_dir)
        for symbol in files.all_of(model, "*-symbol.json"):
            prefix = symbol.name[: -len("-symbol.json")]
            name = re.compile(re.escape(prefix) + r"-\d{4,}\.params")
            saved = [file for file in symbol.parent.glob("*.params") if name.fullmatch(file.name)]
            if saved:
                return SymbolModel(symbol, max(saved, key=lambda file: file.name))
        for file in files.all_of(model, "*.onnx"):
            return OnnxModel(file)
        raise files.none_fits(
            model, "model-symbol.json with model-0000.params, model.onnx, or a model_fn in code/inference.py"
        )

    def default_input_fn(self, input_data, content_type, context=None):
        data = super().default_input_fn(input_data, content_type)
        if content_type in (content_types.JSON, content_types.CSV) and data.dtype.kind not in "fiub":
            raise ValueError(f"values of the kind {data.dtype} (expected: numbers)")
        return data

    def default_predict_fn(self, data, model, context=None):
        if isinstance(model, mxnet.gluon.Block):
            return model(mxnet.nd.array(data))
        if isinstance(model, mxnet.mod.BaseModule):
            rows = mxnet.nd.array(data)
            wanted = model.data_shapes[0][1]
            if len(wanted) == rows.ndim + 1:
                rows = rows.expand_dims(0)
            model.forward(mxnet.io.DataBatch([rows]), is_train=False)
            outputs = model.get_outputs()
            return outputs[0] if len(outputs) == 1 else outputs
        outputs = model(self._batch(data, model))
        return outputs[0] if isinstance(outputs, list) and len(outputs) == 1 else outputs

    @staticmethod
    def _batch(data, model):
        """A single observation is a batch of one."""
        if isinstance(model, SymbolModel) and isinstance(data, np.ndarray):
            data = data.astype(np.float32)
            return data[None] if data.ndim == 1 else data
        return data

    def default_output_fn(self, prediction, accept, context=None):
        plain = [_numpy(each) for each in prediction] if isinstance(prediction, (list, tuple)) else _numpy(prediction)
        for content_type in utils.parse_accept(accept):
            if content_type in encoder.SUPPORTED_CONTENT_TYPES:
                return encoder.encode(plain, content_type), content_type
        raise errors.UnsupportedFormatError(accept)


def _numpy(value):
    return value.asnumpy() if hasattr(value, "asnumpy") else value
