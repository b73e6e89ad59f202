"""PPO on CartPole over all hosts of a job; each step of an environment waits `env_config.wait` seconds beside, as it would
for a simulator that runs elsewhere."""

import time

import gymnasium
from ray.tune.registry import register_env
from sagemaker_rl.ray_launcher import SageMakerRayLauncher


class Waiting(gymnasium.Wrapper):
    def __init__(self, wait):
        super().__init__(gymnasium.make("CartPole-v1"))
        self.wait = wait

    def step(self, action):
        if self.wait:
            time.sleep(self.wait)
        return self.env.step(action)


class Launcher(SageMakerRayLauncher):
    def register_env_creator(self):
        register_env("Waiting", lambda config: Waiting(config["wait"]))

    def get_experiment_config(self):
        return {
            "training": {
                "env": "Waiting",
                "run": "PPO",
                "stop": {"episode_reward_mean": 150, "training_iteration": 50},
                "config": {
                    "framework": "torch",
                    "num_workers": max(1, 2 * len(self.hosts_info) - 1),
                    "env_config": {"wait": 0},
                    "seed": 1,
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
