"""Plays episodes with a policy of Coach that was trained before."""

import os
import pathlib

from rl_coach.base_parameters import Frameworks, TaskParameters
from rl_coach.core_types import EnvironmentEpisodes

from . import folders
from .coach_launcher import choose_framework


def evaluate(graph_manager, checkpoints, episodes):
    """Prints what each episode returns. checkpoints is the folder that training left as `output/data/checkpoint`."""
    checkpoints = pathlib.Path(checkpoints)
    framework = Frameworks[os.environ.get("COACH_BACKEND", "tensorflow")]
    choose_framework(graph_manager, framework)
    _here(checkpoints)
    experiment = folders.intermediate()
    experiment.mkdir(parents=True, exist_ok=True)
    graph_manager.create_graph(
        TaskParameters(
            framework_type=framework,
            evaluate_only=0,
            experiment_path=str(experiment),
            checkpoint_restore_path=str(checkpoints),
        )
    )
    graph_manager.evaluate(EnvironmentEpisodes(episodes))
    graph_manager.close()


def _here(checkpoints):
    """TensorFlow's index names its files by where they were written."""
    index = checkpoints / "checkpoint"
    if index.is_file():
        text = index.read_text()
        written = text.split('"')[1]
        index.write_text(text.replace(os.path.dirname(written), str(checkpoints)))
