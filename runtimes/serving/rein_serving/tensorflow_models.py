"""SavedModels behind TensorFlow Serving's REST API (tensorflow/serving, g3doc/api_rest.md): predict, classify, regress,
status and metadata of named models in several versions. For a worker.

A model runs as TensorFlow Serving runs it: the graph of the tag `serve` in a session, fed and fetched by the names of a
signature.
"""

import base64
import inspect
import json
import os
import re
import sys
import traceback

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
# A runtime for old scripts makes `tensorflow` look like TensorFlow 1 when it is imported; not here.
sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != "rein_coach"]

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from google.protobuf import json_format  # noqa: E402

from rein_serving import tensorflow_sagemaker  # noqa: E402
from rein_serving.settings import Refusal  # noqa: E402

ANY_JSON = {"Content-Type": "application/json"}
PATH = re.compile(
    r"/v1/models/(?P<model>[^/:]+)(/versions/(?P<version>\d+))?((?P<metadata>/metadata)|:(?P<method>\w+))?"
)
DEFAULT_SIGNATURE = "serving_default"
# What protobuf of the one and the other runtime calls the printing of fields that hold their default.
PRINTED = next(
    name
    for name in ("always_print_fields_with_no_presence", "including_default_value_fields")
    if name in inspect.signature(json_format.MessageToDict).parameters
)


class Bad(Exception):
    """A request that cannot be answered: a status and TensorFlow Serving's kind of text."""

    def __init__(self, status, text):
        super().__init__(text)
        self.status = status


class SavedModel:
    def __init__(self, folder):
        self._graph = tf.Graph()
        options = tf.compat.v1.ConfigProto(
            allow_soft_placement=True,  # a graph may name the devices of the machine that trained it
            intra_op_parallelism_threads=int(os.environ.get("SAGEMAKER_TFS_INTRA_OP_PARALLELISM", "0")),
            inter_op_parallelism_threads=int(os.environ.get("SAGEMAKER_TFS_INTER_OP_PARALLELISM", "0")),
        )
        self._session = tf.compat.v1.Session(graph=self._graph, config=options)
        with self._graph.as_default():
            graph = tf.compat.v1.saved_model.load(self._session, ["serve"], str(folder))
        self.signatures = dict(graph.signature_def)

    def signature(self, name):
        name = name or DEFAULT_SIGNATURE
        if name not in self.signatures:
            there = ", ".join(sorted(self.signatures))
            raise Bad(400, f'Serving signature name: "{name}" not found in signature def (has: {there})')
        return self.signatures[name]

    def run(self, signature, inputs):
        """Arrays by input name to arrays by output name."""
        feeds = {signature.inputs[name].name: value for name, value in inputs.items()}
        try:
            return self._session.run({name: info.name for name, info in signature.outputs.items()}, feeds)
        except (ValueError, tf.errors.InvalidArgumentError) as problem:
            raise Bad(400, str(problem).splitlines()[0]) from problem


def load(settings):
    models = {}
    for name, versions in tensorflow_sagemaker.models_of(settings.model).items():
        for version, folder in versions.items():
            try:
                models.setdefault(name, {})[version] = SavedModel(folder)
            except Exception as problem:
                traceback.print_exc()
                reason = str(problem).splitlines()[0]
                raise Refusal(f"{folder}: TensorFlow {tf.__version__} cannot load it: {reason}") from problem

    def answer(method, path, headers, body):
        try:
            return 200, ANY_JSON, json.dumps(_answered(models, method, path, body)).encode()
        except Bad as problem:
            return problem.status, ANY_JSON, json.dumps({"error": str(problem)}).encode()
        except Exception as problem:
            traceback.print_exc()
            return 500, ANY_JSON, json.dumps({"error": str(problem)}).encode()

    return answer


def _answered(models, method, path, body):
    match = PATH.fullmatch(path)
    if not match:
        raise Bad(404, f"Malformed request: {method} {path}")
    name, version, asked = match["model"], match["version"], match["method"]
    versions = models.get(name, {})
    if not versions or version and int(version) not in versions:
        wanted = f"Specific({name}, {version})" if version else f"Latest({name})"
        raise Bad(404, f"Servable not found for request: {wanted}")
    number = int(version) if version else max(versions)
    if asked is None:
        if method != "GET":
            raise Bad(405, f"Malformed request: {method} {path}")
        return _metadata(name, number, versions[number]) if match["metadata"] else _status(versions, version)
    if method != "POST" or asked not in tensorflow_sagemaker.METHODS:
        raise Bad(400 if method == "POST" else 405, f"Malformed request: {method} {path}")
    try:
        request = json.loads(body)
    except ValueError as problem:
        raise Bad(400, f"JSON Parse error: {problem}") from problem
    if not isinstance(request, dict):
        raise Bad(400, "JSON Value: not an object (expected: an object)")
    signature = versions[number].signature(request.get("signature_name"))
    if asked == "predict":
        return _predict(versions[number], signature, request)
    return _of_examples(versions[number], signature, request, asked)


def _status(versions, version):
    return {
        "model_version_status": [
            {"version": str(each), "state": "AVAILABLE", "status": {"error_code": "OK", "error_message": ""}}
            for each in sorted(versions, reverse=True)
            if not version or each == int(version)
        ]
    }


def _metadata(name, number, model):
    signatures = {
        key: json_format.MessageToDict(
            value, preserving_proto_field_name=True, **{PRINTED: True}
        )
        for key, value in model.signatures.items()
    }
    return {
        "model_spec": {"name": name, "signature_name": "", "version": str(number)},
        "metadata": {"signature_def": {"signature_def": signatures}},
    }


def _predict(model, signature, request):
    rows = "instances" in request
    if rows == ("inputs" in request):
        raise Bad(400, "Missing 'inputs' or 'instances' key" if not rows else "'inputs' and 'instances' are both given")
    infos = signature.inputs
    if rows:
        inputs = _of_instances(request["instances"], infos)
    else:
        inputs = _named(request["inputs"], infos, "'inputs'")
    arrays = {name: _array(value, infos[name], name) for name, value in inputs.items()}
    outputs = model.run(signature, arrays)
    if not rows:
        plain = {name: _plain(name, value) for name, value in outputs.items()}
        return {"outputs": next(iter(plain.values())) if len(plain) == 1 else plain}
    count = len(request["instances"])
    for name, value in outputs.items():
        if value.ndim == 0 or len(value) != count:
            raise Bad(
                400,
                f"Tensor name: {name} has inconsistent batch size: shape {list(value.shape)} (expected: {count} rows). "
                "Ask by 'inputs' instead of 'instances'.",
            )
    plain = {name: _plain(name, value) for name, value in outputs.items()}
    if len(plain) == 1:
        return {"predictions": next(iter(plain.values()))}
    return {"predictions": [dict(zip(plain, row)) for row in zip(*plain.values())]}


def _of_instances(instances, infos):
    if not isinstance(instances, list) or not instances:
        raise Bad(400, "'instances' must be a list, and not an empty one")
    named = isinstance(instances[0], dict) and set(instances[0]) != {"b64"}
    if not named:
        if len(infos) != 1:
            raise Bad(400, f"instances is a plain list (expected: objects, since there are the inputs {sorted(infos)})")
        return {next(iter(infos)): instances}
    rows = [_named(row, infos, f"element {i} of 'instances'") for i, row in enumerate(instances)]
    return {name: [row[name] for row in rows] for name in infos}


def _named(value, infos, where):
    if len(infos) == 1 and not (isinstance(value, dict) and set(value) == set(infos)):
        if isinstance(value, dict) and set(value) != {"b64"}:
            raise Bad(400, f"Failed to process {where}: has {sorted(value)} (expected: {sorted(infos)})")
        return {next(iter(infos)): value}
    if not isinstance(value, dict) or set(value) != set(infos):
        has = sorted(value) if isinstance(value, dict) else "no names"
        raise Bad(400, f"Failed to process {where}: has {has} (expected: {sorted(infos)})")
    return value


def _array(value, info, name):
    dtype = tf.dtypes.as_dtype(info.dtype)
    if dtype == tf.string:
        return np.array(_decoded(value, name), dtype=object)
    try:
        array = np.array(value)
    except ValueError:
        array = None
    # Numpy before 1.24 makes an array of lists.
    if array is None or array.dtype.kind == "O" and any(isinstance(each, list) for each in array.ravel()):
        raise Bad(400, f"Failed to process input {name}: its lists have different lengths")
    kind = array.dtype.kind
    fits = kind == "b" if dtype.is_bool else kind in "iu" if dtype.is_integer else kind in "iuf"
    if array.size and not fits:
        raise Bad(400, f"Failed to process input {name}: JSON values of kind {array.dtype} (expected: {dtype.name})")
    return array.astype(dtype.as_numpy_dtype)


def _decoded(value, name):
    if isinstance(value, list):
        return [_decoded(each, name) for each in value]
    if isinstance(value, str):
        return value.encode("utf-8")
    if isinstance(value, dict) and set(value) == {"b64"}:
        try:
            return base64.b64decode(value["b64"], validate=True)
        except (ValueError, TypeError) as problem:
            raise Bad(400, f"Failed to process input {name}: b64: {problem}") from problem
    raise Bad(400, f'Failed to process input {name}: {value!r} (expected: a string or {{"b64": ...}})')


def _plain(name, value):
    """An array as lists; floats by the fewest digits that name them in their own precision."""
    value = np.asarray(value)
    if value.dtype.kind == "f":
        if value.dtype == np.float64:
            return value.tolist()
        flat = np.array([float(digits) for digits in value.ravel().astype(str)], dtype=float)
        return flat.reshape(value.shape).tolist()
    if value.dtype.kind in "OSU":
        return _encoded(value.tolist(), name.endswith("_bytes"))
    return value.tolist()


def _encoded(value, binary):
    if isinstance(value, list):
        return [_encoded(each, binary) for each in value]
    data = value if isinstance(value, bytes) else str(value).encode()
    if not binary:
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            pass
    return {"b64": base64.b64encode(data).decode("ascii")}


def _of_examples(model, signature, request, asked):
    examples = request.get("examples")
    if not isinstance(examples, list) or not examples:
        raise Bad(400, "'examples' must be a list of objects, and not an empty one")
    wanted = f"tensorflow/serving/{asked}"
    if signature.method_name != wanted or len(signature.inputs) != 1:
        raise Bad(400, f"Expected {asked} signature method_name to be {wanted}. Was: {signature.method_name}")
    context = request.get("context", {})
    serialized = np.array(
        [_example({**context, **each}, i).SerializeToString() for i, each in enumerate(examples)], dtype=object
    )
    outputs = model.run(signature, {next(iter(signature.inputs)): serialized})
    if asked == "regress":
        return {"results": np.asarray(_plain("", outputs["outputs"])).reshape(-1).tolist()}
    blank = np.full(len(examples), None)
    classes = _plain("", outputs["classes"]) if "classes" in outputs else blank
    scores = _plain("", outputs["scores"]) if "scores" in outputs else blank
    results = []
    for row_of_classes, row_of_scores in zip(classes, scores):
        size = len(row_of_classes if row_of_classes is not None else row_of_scores)
        results.append([list(pair) for pair in zip(row_of_classes or [""] * size, row_of_scores or [0.0] * size)])
    return {"results": results}


def _example(features, index):
    if not isinstance(features, dict):
        raise Bad(400, f"Example {index} is not an object")
    example = tf.train.Example()
    for name, value in features.items():
        values = value if isinstance(value, list) else [value]
        feature = example.features.feature[name]
        try:
            if all(isinstance(each, (str, dict)) for each in values):
                feature.bytes_list.value.extend(_decoded(values, name))
            elif all(isinstance(each, int) for each in values):
                feature.int64_list.value.extend(values)
            else:
                feature.float_list.value.extend(values)
        except (TypeError, ValueError) as problem:
            raise Bad(400, f"Example {index}: feature {name}: {problem}") from problem
    return example
