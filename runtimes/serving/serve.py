"""The model server of Python runtimes, run as `serve`: GET /ping and POST /invocations, as Amazon's containers answer.

REIN_SERVES says what the image stands for: `tensorflow` (TensorFlow Serving and SageMaker's mapping to it), `mxnet`,
`pytorch`, `ray` (the Python handler contract, with what each framework does by default) or `python` (the contract
alone). A front process talks HTTP; worker processes hold the model, so a handler that hangs or dies takes no more than
its own request with it.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from rein_serving import front, settings  # noqa: E402

if __name__ == "__main__":
    try:
        sys.exit(front.serve(settings.Settings.of_environment()))
    except settings.Refusal as refusal:
        print(refusal, flush=True)
        sys.exit(1)
