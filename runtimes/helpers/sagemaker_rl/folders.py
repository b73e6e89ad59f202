"""Where a training job reads and writes: `/opt/ml`, or what the job's variables name instead."""

import os
import pathlib


def base():
    return pathlib.Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))


def model():
    return pathlib.Path(os.environ.get("SM_MODEL_DIR", base() / "model"))


def output_data():
    return pathlib.Path(os.environ.get("SM_OUTPUT_DATA_DIR", base() / "output" / "data"))


def intermediate():
    """Synchronised while the job runs."""
    return pathlib.Path(os.environ.get("SM_OUTPUT_INTERMEDIATE_DIR", base() / "output" / "intermediate"))


def channel(name):
    """Need not be there: an input channel is optional."""
    return pathlib.Path(os.environ.get(f"SM_CHANNEL_{name.upper()}", base() / "input" / "data" / name))


def only_leaf(folder):
    """The folder itself, or the one below it as long as it holds a single folder and no file."""
    folder = pathlib.Path(folder)
    while True:
        entries = [entry for entry in folder.iterdir() if not entry.name.startswith(".")]
        if len(entries) != 1 or not entries[0].is_dir():
            return folder
        folder = entries[0]
