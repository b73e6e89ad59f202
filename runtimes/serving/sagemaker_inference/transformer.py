"""The way of a request: decode, predict, encode, by the user's functions or the default ones."""

import importlib
import importlib.util
import traceback
from inspect import signature

from sagemaker_inference import content_types, environment, utils
from sagemaker_inference.default_inference_handler import DefaultInferenceHandler
from sagemaker_inference.errors import BaseInferenceToolkitError, GenericInferenceToolkitError, UnsupportedFormatError


class Transformer:
    def __init__(self, default_inference_handler=None):
        self._default_inference_handler = default_inference_handler or DefaultInferenceHandler()
        self._initialized = False
        self._model = None
        self._context = None

    def transform(self, data, context):
        """data: [{"body": bytes}, ...]. Returns the answers' bodies; of an error its text, its status in `context`."""
        try:
            self.validate_and_initialize(context.system_properties.get("model_dir"), context)
            return [self._one(each.get("body"), context) for each in data]
        except Exception as problem:
            return self._refused(problem, context)

    def validate_and_initialize(self, model_dir=environment.model_dir, context=None):
        if self._initialized:
            return
        self._context = context
        self._environment = environment.Environment()
        self._choose(self._user_module())
        if self._pre_model_fn is not None:
            self._run_handler_function(self._pre_model_fn, model_dir)
        self._model = self._run_handler_function(self._model_fn, model_dir)
        if self._model_warmup_fn is not None:
            self._run_handler_function(self._model_warmup_fn, model_dir, self._model)
        self._initialized = True

    def _user_module(self):
        name = self._environment.module_name
        return importlib.import_module(name) if importlib.util.find_spec(name) is not None else None

    def _choose(self, user):
        default = self._default_inference_handler
        self._pre_model_fn = getattr(user, "pre_model_fn", getattr(default, "default_pre_model_fn", None))
        self._model_warmup_fn = getattr(user, "model_warmup_fn", getattr(default, "default_model_warmup_fn", None))
        self._model_fn = getattr(user, "model_fn", default.default_model_fn)
        transform_fn = getattr(user, "transform_fn", None)
        three = [getattr(user, name, None) for name in ("input_fn", "predict_fn", "output_fn")]
        if transform_fn and any(three):
            raise ValueError(
                "Cannot use transform_fn implementation in conjunction with "
                "input_fn, predict_fn, and/or output_fn implementation"
            )
        self._transform_fn = transform_fn or self._default_transform_fn
        self._input_fn = three[0] or default.default_input_fn
        self._predict_fn = three[1] or default.default_predict_fn
        self._output_fn = three[2] or default.default_output_fn

    def _one(self, body, context):
        headers = context.request_processor[0].get_request_properties()
        content_type = utils.retrieve_content_type_header(headers)
        accept = headers.get("Accept") or headers.get("accept")
        if not accept or accept == content_types.ANY:
            accept = self._environment.default_accept
        if content_type in content_types.UTF8_TYPES:
            body = self._told(400, body.decode, "utf-8")
        result = self._run_handler_function(self._transform_fn, self._model, body, content_type, accept)
        if isinstance(result, tuple):
            result, accept = result[0], result[1]
        context.set_response_content_type(0, accept)
        return result

    def _default_transform_fn(self, model, input_data, content_type, accept, context=None):
        if self._input_fn == self._default_inference_handler.default_input_fn:
            data = self._told(400, self._run_handler_function, self._input_fn, input_data, content_type)
        else:
            data = self._run_handler_function(self._input_fn, input_data, content_type)
        prediction = self._run_handler_function(self._predict_fn, data, model)
        try:
            return self._run_handler_function(self._output_fn, prediction, accept)
        except UnsupportedFormatError as problem:
            raise GenericInferenceToolkitError(406, str(problem)) from problem

    @staticmethod
    def _told(status, function, *arguments):
        """The caller's mistakes get a status that says so; Amazon's toolkit answers 500."""
        try:
            return function(*arguments)
        except (UnsupportedFormatError, BaseInferenceToolkitError):
            raise
        except Exception as problem:
            raise GenericInferenceToolkitError(status, f"the body cannot be read: {problem}") from problem

    def _run_handler_function(self, function, *arguments):
        """Each may take the context as one argument more."""
        wanted = len(signature(function).parameters)
        if wanted == len(arguments):
            return function(*arguments)
        if wanted == len(arguments) + 1:
            return function(*arguments, self._context)
        raise TypeError(f"{function.__name__} takes {wanted} arguments but {len(arguments)} were given.")

    @staticmethod
    def _refused(problem, context):
        trace = traceback.format_exc()
        if isinstance(problem, UnsupportedFormatError):
            problem = GenericInferenceToolkitError(415, str(problem))
        elif not isinstance(problem, BaseInferenceToolkitError):
            problem = GenericInferenceToolkitError(500, str(problem))
        context.set_response_status(code=problem.status_code, phrase=utils.remove_crlf(problem.phrase))
        ours = problem.status_code < 500 and isinstance(problem, GenericInferenceToolkitError)
        return [problem.message if ours else f"{problem.message}\n{trace}"]
