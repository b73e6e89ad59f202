"""Trains a preset of Coach for a moment, and leaves beside the policy what Coach's own network says to some observations.

RLCOACH_PRESET names the preset: a file beside this one, as coach-train.py, or one of Coach's own, as CartPole_DQN.
"""

import json
import os
import pathlib

import numpy as np
from sagemaker_rl.coach_export import first_agent
from sagemaker_rl.coach_launcher import SageMakerCoachPresetLauncher

OBSERVATIONS = [[0.1, 0.2, 0.3, 0.4], [1.0, -2.0, 3.0, -4.0]]


class Launcher(SageMakerCoachPresetLauncher):
    def default_preset_name(self):
        return "coach-train"

    def save_policy(self, graph_manager, framework):
        super().save_policy(graph_manager, framework)
        said = [coachs_own(first_agent(graph_manager), row) for row in OBSERVATIONS]
        (pathlib.Path(os.environ["SM_MODEL_DIR"]) / "expected.json").write_text(json.dumps(said))


def coachs_own(agent, observation):
    """What the agent chooses its action by, as it does when it acts."""
    state = {"observation": np.array(observation)}
    state = agent.run_pre_network_filter_for_inference(state)
    said = agent.networks["main"].online_network.predict(agent.prepare_batch_for_inference(state, "main"))
    return np.array(said[-1] if isinstance(said, (list, tuple)) else said).reshape(-1).tolist()


if __name__ == "__main__":
    Launcher.train_main()
