"""What a Ray script leaves, without the training: an RLlib policy's checkpoint in SM_MODEL_DIR, and beside it what the
policy itself does with some observations.
"""

import json
import os
import pathlib

import gymnasium
import numpy as np
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.algorithms.ppo.ppo_torch_policy import PPOTorchPolicy

OBSERVATIONS = [[0.1, 0.2, 0.3, 0.4], [1.0, -2.0, 3.0, -4.0], [0.0, 1.0, 0.0, 0.0], [0.0, -1.0, 0.0, 0.0]]

if __name__ == "__main__":
    environment = gymnasium.make("CartPole-v1")
    config = PPOConfig().framework("torch").to_dict()
    policy = PPOTorchPolicy(environment.observation_space, environment.action_space, config)
    model = pathlib.Path(os.environ["SM_MODEL_DIR"])
    policy.export_checkpoint(str(model / "checkpoint" / "policies" / "default_policy"))
    actions = policy.compute_actions(np.float32(OBSERVATIONS), explore=False)[0].tolist()
    (model / "expected.json").write_text(json.dumps({"observations": OBSERVATIONS, "actions": actions}))
