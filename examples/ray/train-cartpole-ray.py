"""Trains a CartPole policy with RLlib's PPO through the launcher of the SageMaker RL examples, on one host or several.

`rl.training.config.framework=torch` takes PyTorch instead of TensorFlow; `rl.training.config.num_workers` is the number
of rollout workers, which Ray spreads over the hosts of the job.
"""

import gym
from ray.tune.registry import register_env
from sagemaker_rl.ray_launcher import SageMakerRayLauncher


def create_environment(env_config):
    return gym.make("CartPole-v1")


class Launcher(SageMakerRayLauncher):
    def register_env_creator(self):
        register_env("CartPole-v1", create_environment)

    def get_experiment_config(self):
        return {
            "training": {
                "env": "CartPole-v1",
                "run": "PPO",
                "stop": {"episode_reward_mean": 150, "timesteps_total": 100_000},
                "config": {
                    "num_workers": max(1, self.num_cpus * len(self.hosts_info) - 1),
                    "num_gpus": self.num_gpus,
                    "lr": 0.0003,
                    "train_batch_size": 2000,
                    "sgd_minibatch_size": 128,
                    "num_sgd_iter": 10,
                    "kl_coeff": 1.0,
                    "vf_loss_coeff": 0.5,
                    "vf_clip_param": 10_000.0,
                    "model": {"fcnet_hiddens": [64, 64]},
                },
            }
        }


if __name__ == "__main__":
    Launcher.train_main()
