"""What the server is told: SageMaker's variables and, from the table of images, REIN_SERVES."""

import dataclasses
import os
import pathlib

KINDS = ("tensorflow", "mxnet", "pytorch", "ray", "python")
MOST_WORKERS = 4


class Refusal(Exception):
    """The model cannot be served; the text says why and is the last line of the log."""


@dataclasses.dataclass(frozen=True)
class Settings:
    kind: str
    base: pathlib.Path
    """Where /opt/ml is."""
    address: str
    port: int
    workers: int
    """Processes, each with a model of its own."""
    most_bytes: int
    """The longest body that is read."""
    seconds: int
    """How long an answer may take; then its worker is ended and another one started."""

    @property
    def model(self):
        return self.base / "model"

    @staticmethod
    def of_environment():
        kind = os.environ.get("REIN_SERVES", "")
        if kind not in KINDS:
            raise Refusal(f'REIN_SERVES: "{kind}" (expected: one of {", ".join(KINDS)}). It is set in images.txt.')
        cores = len(os.sched_getaffinity(0))
        if kind == "tensorflow":
            workers = _number("SAGEMAKER_TFS_INSTANCE_COUNT", 1)
        else:
            workers = _number("SAGEMAKER_MODEL_SERVER_WORKERS", 1 if kind == "ray" else min(cores, MOST_WORKERS))
        # Amazon's server reads the second in minutes, though it says and means seconds. Here both are seconds.
        seconds = _number("SAGEMAKER_MODEL_SERVER_TIMEOUT_SECONDS", _number("SAGEMAKER_MODEL_SERVER_TIMEOUT", 60))
        return Settings(
            kind=kind,
            base=pathlib.Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml")),
            address=os.environ.get("REIN_BIND_ADDRESS", "0.0.0.0"),
            port=_number("SAGEMAKER_BIND_TO_PORT", 8080, least=0),
            workers=workers,
            most_bytes=_number("SAGEMAKER_MAX_PAYLOAD_IN_MB", 6) << 20,
            seconds=seconds,
        )


def _number(name, otherwise, least=1):
    text = os.environ.get(name, "")
    if not text:
        return otherwise
    if not text.isdecimal() or int(text) < least:
        raise Refusal(f'{name}: "{text}" (expected: a whole number from {least})')
    return int(text)
