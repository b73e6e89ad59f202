"""SageMaker's mapping of /invocations to TensorFlow Serving's REST API, as Amazon's TensorFlow Serving container has it
(aws/sagemaker-tensorflow-serving-container). For the front: text goes in and out, TensorFlow is elsewhere.
"""

import json
import os
import re

from rein_serving import files
from rein_serving.settings import Refusal

ATTRIBUTES = "x-amzn-sagemaker-custom-attributes"
JSON_TYPES = ("application/json", "application/jsonlines", "application/jsons")
METHODS = ("predict", "classify", "regress")


def models_of(folder):
    """Models by name: `<name>/<version>/saved_model.pb` anywhere below. A version at the top belongs to `model`."""
    models = {}
    for file in files.all_of(folder, "saved_model.pb"):
        version = file.parent
        if version.name.isdecimal():
            models.setdefault(version.parent.name, {})[int(version.name)] = version
    return models


class Service:
    """Chooses the pool that answers a request."""

    def __init__(self, settings, pools):
        models = models_of(settings.model)
        if not models:
            raise self._without_a_model(settings.model)
        self._default = os.environ.get("SAGEMAKER_TFS_DEFAULT_MODEL_NAME") or next(iter(models))
        if self._default not in models:
            raise Refusal(f'SAGEMAKER_TFS_DEFAULT_MODEL_NAME: "{self._default}" (expected: one of {", ".join(models)})')
        os.environ["REIN_TFS_DEFAULT_MODEL"] = self._default
        self._pools = pools
        print(f"models: {', '.join(f'{name} {sorted(models[name])}' for name in models)}", flush=True)

    @staticmethod
    def _without_a_model(folder):
        if files.all_of(folder, "saved_model.pb"):
            return Refusal(
                f"{folder}: saved_model.pb is not in a folder named by its version (expected: such as 1/saved_model.pb)"
            )
        if files.all_of(folder, "rllib_checkpoint.json"):
            return Refusal(
                f"{folder} holds an RLlib checkpoint and no SavedModel (expected: such as 1/saved_model.pb). Deploy it "
                "with the image rein-ray:2.3.1 or rein-ray:latest, or export the policy in training."
            )
        return files.none_fits(folder, "a SavedModel in a folder named by its version, such as 1/saved_model.pb")

    def answer(self, method, path, headers, body):
        if path.startswith("/v1/models/"):
            return self._pools["models"].ask((method, path, headers, body))
        if path != "/invocations":
            return None
        if method != "POST":
            return _error(405, "Method Not Allowed")
        if "handlers" in self._pools:
            return self._pools["handlers"].ask((method, path, headers, body))
        return self._invoke(headers, body)

    def _invoke(self, headers, body):
        content_type = headers.get("content-type")
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError as problem:
            return _error(400, f"the body is no UTF-8 text: {problem}")
        if content_type in JSON_TYPES:
            sent = of_json(text)
        elif content_type == "text/csv":
            sent = of_csv(text)
        else:
            return _error(415, "Unsupported Media Type: " + (content_type or "Unknown"))
        attributes = attributes_of(headers)
        if attributes.get("tfs-method", "predict") not in METHODS:
            return _error(400, f"tfs-method: {attributes['tfs-method']} (expected: one of {', '.join(METHODS)})")
        place = rest_path(attributes, self._default)
        status, answered, answer = self._pools["models"].ask(("POST", place, {}, sent.encode()))
        accepted = headers.get("accept", "").replace(" ", "").split(",")
        if set(accepted) & {"application/json", "application/jsonlines"}:
            answered = {**answered, "Content-Type": accepted[0]}
        return status, answered, answer


def attributes_of(headers):
    pairs = (found.split("=") for found in re.findall(r"tfs-[a-z\-]+=[^,]+", headers.get(ATTRIBUTES, "")))
    return {pair[0]: pair[1].strip() for pair in pairs if len(pair) == 2}


def rest_path(attributes, default):
    path = "/v1/models/" + attributes.get("tfs-model-name", default)
    if "tfs-model-version" in attributes:
        path += "/versions/" + attributes["tfs-model-version"]
    return path + ":" + attributes.get("tfs-method", "predict")


def of_json(text):
    """A request of TensorFlow Serving goes through; several values are instances; one value is one instance, or the
    list of them.
    """
    if re.search(r'"(instances|inputs|examples)"\s*:', text):
        return text
    if re.search(r"[}\]]\s*[\[{]", text):
        lines = [line.strip() for line in text.strip().splitlines()]
        if len(lines) == 1:
            return '{"instances":' + lines[0] + "}"
        return '{"instances":[' + ",".join(line for line in lines if line) + "]}"
    if not re.match(r"\s*\[\s*\[", text):
        text = "[" + text + "]"
    return '{"instances":' + text + "}"


def of_csv(text):
    """A line is an instance: a value, or a list of them. Amazon's script escapes a line's first quote and comma only;
    here it is all of them.
    """
    quoted = not re.search(r'^\s*("|[\d.Ee+\-]+)', text)
    rows = []
    for line in (line.strip() for line in text.strip().splitlines()):
        if line:
            cells = json.dumps(line, ensure_ascii=False).replace(",", '","') if quoted else line
            rows.append(f"[{cells}]" if "," in line else cells)
    return '{"instances":[' + ",".join(rows) + "]}"


def _error(status, text):
    return status, {"Content-Type": "application/json"}, json.dumps({"error": text}).encode()
