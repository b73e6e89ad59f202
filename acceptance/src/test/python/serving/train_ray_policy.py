"""A moment of PPO with whichever RLlib runs this: its checkpoint in SM_MODEL_DIR, and beside it what the trained
algorithm itself does with some observations, and by which logits. The hyperparameter `framework` is for the old API
stack; on TensorFlow a SavedModel is left too.
"""

import argparse
import json
import os
import pathlib

import numpy as np
import ray
from ray.rllib.algorithms.ppo import PPOConfig
from sagemaker_rl.ray_cluster import RayCluster
from sagemaker_rl.tf_serving_utils import export_tf_serving

SPREAD = np.array([4, 3, 0.4, 3], np.float32)  # within the space, and wide enough for a young network to do both
ROWS = SPREAD * np.random.default_rng(1).uniform(-1, 1, (24, 4)).astype(np.float32)
OLD = ray.__version__.startswith("2.3")


def old(framework, folder):
    few = {"sgd_minibatch_size": 64, "num_sgd_iter": 2}
    config = PPOConfig().framework(framework).environment("CartPole-v1").rollouts(num_rollout_workers=0)
    algorithm = config.training(train_batch_size=256, **few).build()
    algorithm.train()
    algorithm.save_checkpoint(str(folder))
    if framework == "tf":
        export_tf_serving(algorithm, folder.parent)
    logits = algorithm.get_policy().compute_actions(ROWS, explore=False)[2]["action_dist_inputs"]
    return [int(algorithm.compute_single_action(row, explore=False)) for row in ROWS], logits


def new(folder):
    import torch

    config = PPOConfig().environment("CartPole-v1").env_runners(num_env_runners=0)
    algorithm = config.training(train_batch_size_per_learner=256, minibatch_size=64, num_epochs=2).build_algo()
    algorithm.train()
    algorithm.save_to_path(str(folder))
    with torch.no_grad():
        logits = algorithm.get_module().forward_inference({"obs": torch.from_numpy(ROWS)})["action_dist_inputs"]
    return logits.argmax(-1).tolist(), logits


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--framework", default="torch")
    options = parser.parse_args()
    cluster = RayCluster()
    ray.init(**cluster.start())
    model = pathlib.Path(os.environ["SM_MODEL_DIR"])
    folder = model / "checkpoint"
    folder.mkdir()
    actions, logits = old(options.framework, folder) if OLD else new(folder)
    said = {"observations": ROWS.tolist(), "actions": actions, "logits": logits.tolist()}
    (model / "expected.json").write_text(json.dumps(said))
    ray.shutdown()
