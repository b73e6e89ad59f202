"""A name that handlers import."""

from sagemaker_inference.transformer import Transformer


class DefaultHandlerService:
    def __init__(self, transformer=None):
        self._service = transformer or Transformer()

    def handle(self, data, context):
        return self._service.transform(data, context)

    def initialize(self, context):
        self._service.validate_and_initialize(context.system_properties.get("model_dir"), context)
