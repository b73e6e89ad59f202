"""Trains a CartPole policy with the current RLlib (image `rein-ray`), on one host or several.

The new API stack, PyTorch; no launcher. On several hosts the first one learns, and Ray spreads the environment runners
over all of them.
"""

import argparse
import os

import ray
import torch
from ray.rllib.algorithms.ppo import PPOConfig
from sagemaker_rl.ray_cluster import RayCluster


class Network(torch.nn.Module):
    """From observations to the action it favours, and the logits of all."""

    def __init__(self, module):
        super().__init__()
        self.module = module

    def forward(self, observation):
        logits = self.module.forward_inference({"obs": observation})["action_dist_inputs"]
        return logits.argmax(dim=-1), logits


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--iterations", type=int, default=20)
    parser.add_argument("--runners", type=int, default=0, help="0: one for each core but one")
    parser.add_argument("--reward", type=float, default=150)
    RayCluster.add_arguments(parser)
    options = parser.parse_args()

    cluster = RayCluster()
    if not cluster.is_head:
        return cluster.follow()
    ray.init(**cluster.start())
    cluster.wait()
    cores = int(ray.cluster_resources()["CPU"])
    config = (
        PPOConfig()
        .environment("CartPole-v1")
        .env_runners(num_env_runners=options.runners or max(1, cores - 1), num_envs_per_env_runner=8)
        .training(lr=1e-3, train_batch_size_per_learner=2000, minibatch_size=256, num_epochs=8, vf_clip_param=1e4)
        .rl_module(model_config={"fcnet_hiddens": [64, 64], "vf_share_layers": False})
    )
    algorithm = config.build_algo()
    for _ in range(options.iterations):
        result = algorithm.train()
        reached = result["env_runners"].get("episode_return_mean", float("nan"))
        print(f"episode_reward_mean: {reached:.2f} steps: {result['num_env_steps_sampled_lifetime']:.0f}", flush=True)
        if reached >= options.reward:
            break

    folder = os.environ.get("SM_MODEL_DIR", os.path.abspath("model"))
    algorithm.save_to_path(os.path.join(folder, "checkpoint"))
    network = Network(algorithm.get_module()).eval()
    with torch.no_grad():
        torch.onnx.export(
            network, (torch.zeros((2, 4)),), os.path.join(folder, "policy.onnx"), dynamo=False,
            input_names=["observation"], output_names=["action", "logits"],
            dynamic_axes={name: {0: "batch"} for name in ("observation", "action", "logits")},
        )
    ray.shutdown()
    cluster.stop()


if __name__ == "__main__":
    main()
