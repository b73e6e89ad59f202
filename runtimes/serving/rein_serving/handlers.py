"""The Python handler contract: model_fn, input_fn, predict_fn, output_fn or transform_fn of the user's script, and what
the framework does where one is missing. For a worker.
"""

import importlib
import importlib.util
import os
import pathlib
import sys
import traceback

from sagemaker_inference.transformer import Transformer

from rein_serving.settings import Refusal

DEFAULTS = {
    "mxnet": "rein_serving.mxnet_default",
    "pytorch": "rein_serving.pytorch_default",
    "ray": "rein_serving.ray_default",
}


class Context:
    """What MMS hands to a handler beside the body: the request's headers in, status and headers of the answer out."""

    def __init__(self, model):
        self.system_properties = {"model_dir": str(model), "gpu_id": None, "batch_size": 1, "server_name": "Rein"}
        self.model_name = "model"
        self.manifest = {}
        self.request_processor = [self]
        self.request_ids = {0: ""}
        self.begin({})

    def begin(self, headers):
        self._request = headers
        self.status = 200
        self.response = {}

    def get_request_properties(self):
        return self._request

    def get_request_header(self, index, key):
        return self._request.get(key.lower())

    def get_all_request_header(self, index):
        return self._request

    def get_response_content_type(self, index):
        return self.response.get("Content-Type")

    def get_response_headers(self, index):
        return self.response

    def set_response_content_type(self, index, value):
        self.response["Content-Type"] = value

    def set_response_header(self, index, key, value):
        self.response[key] = value

    def set_response_status(self, code=200, phrase="", idx=0):
        self.status = code

    def set_all_response_status(self, code=200, phrase=""):
        self.status = code


class _Script(Transformer):
    """Finds the user's module by its file: names such as `coach-train.py` are no module names."""

    def _user_module(self):
        file = os.environ.get("REIN_USER_SCRIPT", "")
        if not file:
            return None
        script = pathlib.Path(file)
        spec = importlib.util.spec_from_file_location(script.stem, script)
        module = importlib.util.module_from_spec(spec)
        sys.modules[script.stem] = module
        spec.loader.exec_module(module)
        return module


def load(settings):
    context = Context(settings.model)
    try:
        default = DEFAULTS.get(settings.kind)
        transformer = _Script(importlib.import_module(default).handler(settings.model) if default else None)
        transformer.validate_and_initialize(str(settings.model), context)
    except (Refusal, MemoryError):
        raise
    except Exception as problem:
        traceback.print_exc()
        where = os.environ.get("REIN_USER_SCRIPT") or f"the default handlers for {settings.kind}"
        raise Refusal(f"the model cannot be loaded by {where}: {type(problem).__name__}: {problem}") from problem

    def answer(method, path, headers, body):
        context.begin(headers)
        result = transformer.transform([{"body": body}], context)[0]
        if context.status >= 500:
            print(result, file=sys.stderr, flush=True)
        if context.status != 200:
            context.response["Content-Type"] = "text/plain"
        try:
            return context.status, context.response, _bytes(result)
        except TypeError as problem:
            print(problem, file=sys.stderr, flush=True)
            return 500, {"Content-Type": "text/plain"}, str(problem).encode()

    return answer


def _bytes(result):
    if isinstance(result, str):
        return result.encode("utf-8")
    if isinstance(result, (bytes, bytearray, memoryview)):
        return bytes(result)
    raise TypeError(
        f"the handler answered with {type(result).__name__} "
        "(expected: str or bytes, or one of them and its content type)"
    )
