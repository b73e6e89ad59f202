"""`code/inference.py` of a TensorFlow model: `handler`, or `input_handler` and `output_handler`, which meet TensorFlow
Serving at `context.rest_uri`. For a worker, which needs no TensorFlow of its own.
"""

import collections
import importlib.util
import io
import json
import os
import traceback

from rein_serving import tensorflow_sagemaker
from rein_serving.settings import Refusal

Context = collections.namedtuple(
    "Context",
    "model_name, model_version, method, rest_uri, grpc_port, channel, custom_attributes, request_content_type, "
    "accept_header, content_length",
)


def load(settings):
    handle = _handler(settings.model / "code" / "inference.py")

    def answer(method, path, headers, body):
        attributes = tensorflow_sagemaker.attributes_of(headers)
        place = tensorflow_sagemaker.rest_path(attributes, os.environ["REIN_TFS_DEFAULT_MODEL"])
        context = Context(
            attributes.get("tfs-model-name"),
            attributes.get("tfs-model-version"),
            attributes.get("tfs-method"),
            f"http://localhost:{settings.port}{place}",
            None,  # there is no gRPC here
            None,
            headers.get(tensorflow_sagemaker.ATTRIBUTES),
            headers.get("content-type") or "application/json",
            headers.get("accept") or "application/json",
            len(body),
        )
        try:
            result, content_type = handle(io.BytesIO(body), context)
            result = result.encode("utf-8") if isinstance(result, str) else bytes(result)
            return 200, {"Content-Type": content_type}, result
        except Exception as problem:
            traceback.print_exc()
            return 500, {"Content-Type": "application/json"}, json.dumps({"error": str(problem)}).encode()

    return answer


def _handler(script):
    spec = importlib.util.spec_from_file_location("inference", script)
    inference = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(inference)
    if hasattr(inference, "handler"):
        return inference.handler
    if not hasattr(inference, "input_handler") or not hasattr(inference, "output_handler"):
        raise Refusal(f"{script} defines neither handler nor input_handler and output_handler (expected: one or both)")

    def handler(data, context):
        import requests

        sent = inference.input_handler(data, context)
        return inference.output_handler(requests.post(context.rest_uri, data=sent), context)

    return handler
