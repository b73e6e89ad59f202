"""A policy of RLlib from its checkpoint, without a Ray cluster: observations in, actions out, in the words of Rein's
own policies. A model without a checkpoint may be TorchScript or ONNX.

`{"observation": o}` or a bare observation -> `{"action": a}`; `{"observations": [o, ...]}` or a bare list of them ->
`{"actions": [a, ...]}`; TensorFlow Serving's `{"instances": [o, ...]}` -> `{"predictions": [a, ...]}`.
"""

import json
import pathlib

import numpy as np
from sagemaker_inference import content_types, decoder, encoder, errors, utils
from sagemaker_inference.default_inference_handler import DefaultInferenceHandler

from rein_serving import files
from rein_serving.settings import Refusal

MODULE = "class_and_ctor_args.pkl"
POLICY = "rllib_checkpoint.json"
COUNTED = ("Discrete", "MultiDiscrete", "MultiBinary")
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
            return ModulePolicy(module)
        policy = _named(folder for folder in _folders(model, POLICY) if folder.parent.name == "policies")
        if policy:
            return OldPolicy(policy)
        raise files.none_fits(
            model,
            "an RLlib checkpoint, TorchScript or ONNX; for a SavedModel choose an image of TensorFlow Serving, such as "
            "rein-tensorflow-serving",
        )

    def default_input_fn(self, input_data, content_type, context=None):
        if content_type != content_types.JSON:
            return "observations", np.atleast_2d(decoder.decode(input_data, content_type))
        body = json.loads(input_data)
        if not isinstance(body, dict):
            return None, np.asarray(body, dtype=None)
        words = [word for word in WORDS if word in body]
        if len(words) != 1:
            raise ValueError(f"members {sorted(body)} (expected: one of {', '.join(WORDS)})")
        return words[0], np.asarray(body[words[0]])

    def default_predict_fn(self, data, model, context=None):
        word, observations = data
        if observations.dtype.kind not in "fiub":
            raise errors.GenericInferenceToolkitError(400, "the observations are no numbers in lists of equal lengths")
        shape = model.shape
        single = observations.ndim == len(shape) if word is None else word == "observation"
        if single:
            observations = observations[None]
        if observations.ndim == 0 or len(observations) == 0:
            raise errors.GenericInferenceToolkitError(400, "no observations (expected: a list of one at least)")
        if observations.shape[1:] != shape:
            raise errors.GenericInferenceToolkitError(
                400, f"observations of the shape {list(observations.shape[1:])} (expected: {list(shape)})"
            )
        actions = np.asarray(model.actions(_held(observations, model.space)))
        return word or ("observation" if single else "observations"), actions[0] if single else actions

    def default_output_fn(self, prediction, accept, context=None):
        word, actions = prediction
        for content_type in utils.parse_accept(accept):
            if content_type == content_types.JSON:
                return json.dumps({WORDS[word]: actions.tolist()}), content_type
            if content_type in encoder.SUPPORTED_CONTENT_TYPES:
                return encoder.encode(np.atleast_1d(actions), content_type), content_type
        raise errors.UnsupportedFormatError(accept)


def _held(observations, space):
    """The observations in their space's type. Bounds are not looked at: a network answers beyond them too."""
    with np.errstate(all="ignore"):
        rows = observations.astype(space.dtype)
        held = np.isfinite(rows).all() and (rows.dtype.kind == "f" or (rows == observations).all())
    if not held or type(space).__name__ in COUNTED and not all(space.contains(row) for row in rows):
        raise errors.GenericInferenceToolkitError(
            400, f"an observation is out of the policy's {space} (expected: finite numbers; whole ones where it counts)"
        )
    return rows


class ModulePolicy:
    """RLModule of the new API stack (Ray 2.40 and later): the action its distribution thinks best."""

    def __init__(self, folder):
        import torch
        from ray.rllib.core.rl_module.rl_module import RLModule

        self._torch = torch
        self._module = RLModule.from_checkpoint(str(folder))
        self._distribution = self._module.get_inference_action_dist_cls()
        self.space = self._module.observation_space
        self.shape = tuple(self.space.shape)

    def actions(self, observations):
        torch = self._torch
        with torch.no_grad():
            batch = {"obs": torch.as_tensor(observations, dtype=torch.float32)}
            answer = self._module.forward_inference(batch)
            if "actions" in answer:
                return answer["actions"].numpy()
            chosen = self._distribution.from_logits(answer["action_dist_inputs"]).to_deterministic()
            return _numpy(chosen.sample())


class OldPolicy:
    """Policy of RLlib as it was before, on TensorFlow or PyTorch."""

    def __init__(self, folder):
        self._eager_off()
        from ray.rllib.policy.policy import Policy

        self._policy = Policy.from_checkpoint(str(folder))
        space = self._policy.observation_space
        self.space = getattr(space, "original_space", space)
        self._preprocess = self._preprocessor(self.space)
        self.shape = tuple(self.space.shape)

    @staticmethod
    def _eager_off():
        """Checkpoints of `framework: tf` are graphs. Harmless for the others but tf2, which asks for it itself."""
        try:
            import tensorflow
        except ImportError:
            return
        tensorflow.compat.v1.disable_eager_execution()

    @staticmethod
    def _preprocessor(space):
        from ray.rllib.models.catalog import ModelCatalog

        made = ModelCatalog.get_preprocessor_for_space(space)
        made.check_shape = lambda observation: None  # it looks at one in a hundred, and refuses what is out of bounds
        return lambda rows: np.stack([made.transform(row) for row in rows])

    def actions(self, observations):
        return self._policy.compute_actions(self._preprocess(observations), explore=False)[0]


def _numpy(value):
    return value.numpy() if hasattr(value, "numpy") else value
