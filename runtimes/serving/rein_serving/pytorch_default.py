"""PyTorch where the script says nothing: one TorchScript file, or one in ONNX."""

import pathlib

import torch
from sagemaker_inference import content_types, decoder, encoder, errors, utils
from sagemaker_inference.default_inference_handler import DefaultInferenceHandler

from rein_serving import files
from rein_serving.onnx_model import OnnxModel
from rein_serving.settings import Refusal

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def handler(model):
    return Handler()


class Handler(DefaultInferenceHandler):
    def default_model_fn(self, model_dir, context=None):
        model = pathlib.Path(model_dir)
        scripts = [*files.all_of(model, "*.pt"), *files.all_of(model, "*.pth")]
        named = [file for file in scripts if file.name == "model.pt"]
        if len(named or scripts) == 1:
            file = (named or scripts)[0]
            try:
                return torch.jit.load(str(file), map_location=DEVICE).eval()
            except RuntimeError as problem:
                raise Refusal(
                    f"{file.name} is no TorchScript (expected: what torch.jit.save wrote; for a state_dict give a "
                    f"model_fn in code/inference.py): {str(problem).splitlines()[0]}"
                ) from problem
        if not scripts:
            for file in files.all_of(model, "*.onnx"):
                return OnnxModel(file)
        raise files.none_fits(
            model, "one TorchScript file *.pt or *.pth, one *.onnx, or a model_fn in code/inference.py"
        )

    def default_input_fn(self, input_data, content_type, context=None):
        array = decoder.decode(input_data, content_type)
        if content_type in content_types.UTF8_TYPES:
            return torch.tensor(array, dtype=torch.float32, device=DEVICE)
        return torch.from_numpy(array).to(DEVICE)

    def default_predict_fn(self, data, model, context=None):
        if isinstance(model, OnnxModel):
            outputs = model(data.cpu().numpy())
            return outputs[0] if len(outputs) == 1 else outputs
        with torch.no_grad():
            return model(data)

    def default_output_fn(self, prediction, accept, context=None):
        plain = [_numpy(each) for each in prediction] if isinstance(prediction, (list, tuple)) else _numpy(prediction)
        for content_type in utils.parse_accept(accept):
            if content_type in encoder.SUPPORTED_CONTENT_TYPES:
                return _encoded(plain, content_type), content_type
        raise errors.UnsupportedFormatError(accept)


def _encoded(plain, content_type):
    try:
        return encoder.encode(plain, content_type)
    except ValueError as problem:  # outputs of different shapes are no single array
        if not isinstance(plain, list):
            raise
        text = f"the model's {len(plain)} outputs cannot be written as {content_type} (expected: application/json)"
        raise errors.GenericInferenceToolkitError(406, text) from problem


def _numpy(value):
    return value.detach().cpu().numpy() if isinstance(value, torch.Tensor) else value
