"""The toolkit's logger."""

import logging


def get_logger():
    return logging.getLogger("sagemaker-inference")
