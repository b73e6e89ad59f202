"""A moment of PPO in an environment whose observations have parts and whose actions have bounds of their own, with
whichever RLlib runs this: its checkpoint in SM_MODEL_DIR, and beside it what the trained algorithm does with some
observations, in its environment's units.
"""

import json
import os
import pathlib

import gymnasium
import numpy as np
import ray
from gymnasium.spaces import Box, Dict, Discrete, MultiDiscrete, Tuple
from ray.rllib.algorithms.ppo import PPOConfig
from sagemaker_rl.ray_cluster import RayCluster

OLD = ray.__version__.startswith("2.3")


class Parcels(gymnasium.Env):
    """Nothing is learnt here: observations are chance."""

    observation_space = Dict(
        {
            "where": Box(-5, 5, (2,), np.float32),
            "kind": Discrete(3),
            "load": Tuple([MultiDiscrete([2, 3]), Box(0, 1, (1,), np.float32)]),
        }
    )
    action_space = Box(np.array([-2, 10], np.float32), np.array([4, 30], np.float32))

    def __init__(self, config=None):
        self._steps = 0

    def reset(self, *, seed=None, options=None):
        self._steps = 0
        return self.observation_space.sample(), {}

    def step(self, action):
        self._steps += 1
        return self.observation_space.sample(), float(action[0]), self._steps >= 16, False, {}


def old(folder, rows):
    config = PPOConfig().framework("torch").environment(Parcels).rollouts(num_rollout_workers=0)
    algorithm = config.training(train_batch_size=128, sgd_minibatch_size=64, num_sgd_iter=2).build()
    algorithm.train()
    algorithm.save_checkpoint(str(folder))
    return [algorithm.compute_single_action(row, explore=False) for row in rows]


def new(folder, rows):
    """Has no compute_single_action: what its runner does between the environment and the module, and back."""
    from ray.rllib.connectors.env_to_module import FlattenObservations, MeanStdFilter
    from ray.rllib.env.single_agent_episode import SingleAgentEpisode

    def seen(env=None, spaces=None, device=None):
        return [FlattenObservations(), MeanStdFilter()]

    config = PPOConfig().environment(Parcels).env_runners(num_env_runners=0, env_to_module_connector=seen)
    algorithm = config.training(train_batch_size_per_learner=128, minibatch_size=64, num_epochs=2).build_algo()
    algorithm.train()
    algorithm.save_to_path(str(folder))
    runner = algorithm.env_runner
    for connector in runner._env_to_module.connectors:
        if isinstance(connector, MeanStdFilter):
            connector._update_stats = False
    actions = []
    for row in rows:
        begun = [
            SingleAgentEpisode(
                observations=[row], observation_space=Parcels.observation_space, action_space=Parcels.action_space
            )
        ]
        told = {"episodes": begun, "rl_module": runner.module, "explore": False, "shared_data": {}}
        answer = runner._module_to_env(batch=runner.module.forward_inference(runner._env_to_module(**told)), **told)
        actions.append(answer["actions_for_env"][0])
    return actions


def plain(value):
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    return [plain(part) for part in value] if isinstance(value, tuple) else np.asarray(value).tolist()


if __name__ == "__main__":
    cluster = RayCluster()
    ray.init(**cluster.start())
    model = pathlib.Path(os.environ["SM_MODEL_DIR"])
    folder = model / "checkpoint"
    folder.mkdir()
    Parcels.observation_space.seed(1)
    rows = [Parcels.observation_space.sample() for _ in range(8)]
    actions = (old if OLD else new)(folder, rows)
    said = {"observations": plain(tuple(rows)), "actions": plain(tuple(actions))}
    (model / "expected.json").write_text(json.dumps(said))
    ray.shutdown()
