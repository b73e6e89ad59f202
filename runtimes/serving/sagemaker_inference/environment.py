"""Where things are, and what the variables say."""

import os

from sagemaker_inference import content_types

DEFAULT_MODULE_NAME = "inference.py"

base_dir = os.environ.get("SAGEMAKER_BASE_DIR", os.path.join("/opt", "ml"))
model_dir = os.path.join(base_dir, "model")
code_dir = os.path.join(model_dir, "code")


class Environment:
    @property
    def module_name(self):
        name = os.environ.get("SAGEMAKER_PROGRAM", DEFAULT_MODULE_NAME)
        return name[:-3] if name.endswith(".py") else name

    @property
    def default_accept(self):
        return os.environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", content_types.JSON)
