"""A policy of RLlib from its checkpoint: observations in, actions out, in the words of Rein's own policies. A model
without a checkpoint may be TorchScript or ONNX.

`{"observation": o}` or a bare observation -> `{"action": a}`; `{"observations": [o, ...]}` or a bare list of them ->
`{"actions": [a, ...]}`; TensorFlow Serving's `{"instances": [o, ...]}` -> `{"predictions": [a, ...]}`. An observation
of a `Dict` space is an object with its members, one of a `Tuple` a list, and so are actions.
"""

import json
import pathlib

import numpy as np
from sagemaker_inference import content_types, decoder, encoder, errors, utils
from sagemaker_inference.default_inference_handler import DefaultInferenceHandler

from rein_serving import files, ray_policies, ray_spaces
from rein_serving.settings import Refusal

MODULE = "class_and_ctor_args.pkl"
POLICY = "rllib_checkpoint.json"
WORDS = {"observation": "action", "observations": "actions", "instances": "predictions"}


def handler(model):
    """For what the model holds."""
    exported = any(files.all_of(model, pattern) for pattern in ("*.pt", "*.pth", "*.onnx"))
    if exported and not files.all_of(model, POLICY) and not files.all_of(model, MODULE):
        from rein_serving import pytorch_default

        return pytorch_default.handler(model)
    return Handler()


def _folders(model, marker):
    return [file.parent for file in files.all_of(model, marker)]


def _named(folders):
    """The folder of the only policy, or of RLlib's default one; None if there is none."""
    found = list(folders)
    default = [folder for folder in found if folder.name == "default_policy"]
    if len(default or found) > 1:
        there = ", ".join(folder.name for folder in found)
        raise Refusal(f"the checkpoint holds the policies {there} (expected: one, or default_policy); give a model_fn")
    return (default or found or [None])[0]


class Handler(DefaultInferenceHandler):
    def default_model_fn(self, model_dir, context=None):
        model = pathlib.Path(model_dir)
        module = _named(folder for folder in _folders(model, MODULE) if folder.parent.name == "rl_module")
        if module:
            return ray_policies.ModulePolicy(module)
        policy = _named(folder for folder in _folders(model, POLICY) if folder.parent.name == "policies")
        if policy:
            return ray_policies.OldPolicy(policy)
        raise files.none_fits(
            model,
            "an RLlib checkpoint, TorchScript or ONNX; for a SavedModel choose an image of TensorFlow Serving, such as "
            "rein-tensorflow-serving",
        )

    def default_input_fn(self, input_data, content_type, context=None):
        if content_type != content_types.JSON:
            return "observations", np.atleast_2d(decoder.decode(input_data, content_type))
        body = json.loads(input_data)
        word = next(iter(body)) if isinstance(body, dict) and len(body) == 1 else None
        return (word, body[word]) if word in WORDS else (None, body)

    def default_predict_fn(self, data, model, context=None):
        word, asked = data
        members = ray_spaces.parts(model.space)
        if word is None and isinstance(asked, dict) and set(asked) != set(members or ()):
            words = [word for word in WORDS if word in asked]
            if len(words) != 1:
                more = f", or the members {sorted(members)}" if type(model.space).__name__ == "Dict" else ""
                raise ray_spaces.refused(f"members {sorted(asked)} (expected: one of {', '.join(WORDS)}{more})")
            word, asked = words[0], asked[words[0]]
        single, observations = _numbered(word, asked, model.space) if members is None else _parted(
            word, asked, model.space
        )
        actions = model.actions(observations)
        return word or ("observation" if single else "observations"), actions[0] if single else actions

    def default_output_fn(self, prediction, accept, context=None):
        word, actions = prediction
        numbers = isinstance(actions, np.ndarray | np.generic)
        for content_type in utils.parse_accept(accept):
            if content_type == content_types.JSON:
                return json.dumps({WORDS[word]: actions.tolist() if numbers else actions}), content_type
            if numbers and content_type in encoder.SUPPORTED_CONTENT_TYPES:
                return encoder.encode(np.atleast_1d(actions), content_type), content_type
        raise errors.UnsupportedFormatError(accept)


def _numbered(word, asked, space):
    """Whether one observation was asked, and a batch of them; each is numbers in lists."""
    observations = ray_spaces.numbers(asked, word or "observations")
    single = observations.ndim == len(space.shape) if word is None else word == "observation"
    if single:
        observations = observations[None]
    if observations.ndim == 0 or len(observations) == 0:
        raise ray_spaces.refused("no observations (expected: a list of one at least)")
    return single, ray_spaces.held(space, observations)


def _parted(word, asked, space):
    """As for numbers, of a space of several. A bare list may be one observation of a `Tuple`, or a batch."""
    if isinstance(asked, np.ndarray):
        raise ray_spaces.refused(f"numbers alone for the policy's {space} (expected: JSON)")
    if word == "observation" or isinstance(asked, dict):
        return True, [ray_spaces.one(space, asked)]
    if word is None and type(space).__name__ == "Tuple":
        try:
            return True, [ray_spaces.one(space, asked)]
        except errors.GenericInferenceToolkitError:
            pass  # so it is a batch
    if not isinstance(asked, list) or not asked:
        raise ray_spaces.refused("no observations (expected: a list of one at least)")
    return False, [ray_spaces.one(space, each, f"observations[{i}]") for i, each in enumerate(asked)]
