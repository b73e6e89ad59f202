"""A problem of one's own for RLlib: the newsvendor with lead time, in the gym API of 2019.

Each day of an episode of 40: demand is Poisson; what the stock cannot meet is lost at a cost; what is left costs
storage; an order arrives two days later and is paid when it is made. The policy sees prices, mean demand, stock and
what is under way (cf. Zipkin, Foundations of Inventory Management, section 9; Balaji et al. 2019, "ORL").
"""

import gym
import numpy as np
from ray.tune.registry import register_env
from sagemaker_rl.ray_launcher import SageMakerRayLauncher

DAYS, LEAD, MOST = 40, 2, 60


class Newsvendor(gym.Env):
    def __init__(self, config=None):
        self.observation_space = gym.spaces.Box(0.0, np.inf, (5 + LEAD,), np.float32)
        self.action_space = gym.spaces.Box(0.0, 1.0, (1,), np.float32)
        self.random = np.random.default_rng((config or {}).get("seed"))

    def seed(self, seed=None):
        self.random = np.random.default_rng(seed)
        return [seed]

    def reset(self):
        self.price = self.random.uniform(20, 40)
        self.cost = self.random.uniform(0.3, 0.7) * self.price
        self.storage = self.random.uniform(0.01, 0.1) * self.price
        self.mean = self.random.uniform(10, 30)
        self.stock, self.coming, self.day = 0.0, [0.0] * LEAD, 0
        return self.observation()

    def observation(self):
        prices = np.array([self.price, self.cost, self.storage * 10]) / 40
        amounts = np.array([self.mean, self.stock, *self.coming]) / MOST
        return np.concatenate([prices, amounts]).astype(np.float32)

    def step(self, action):
        order = float(np.clip(action[0], 0, 1)) * MOST
        self.stock += self.coming.pop(0)
        self.coming.append(order)
        demand = self.random.poisson(self.mean)
        sold = min(self.stock, demand)
        self.stock -= sold
        paid_for = self.cost * order if self.day < DAYS - LEAD else 0.0  # what would come too late is not ordered
        reward = self.price * sold - paid_for - self.storage * self.stock - 0.1 * self.price * (demand - sold)
        self.day += 1
        return self.observation(), reward / 100, self.day == DAYS, {}


class Launcher(SageMakerRayLauncher):
    def register_env_creator(self):
        register_env("Newsvendor", Newsvendor)

    def get_experiment_config(self):
        return {
            "training": {
                "env": "Newsvendor",
                "run": "PPO",
                "stop": {"timesteps_total": 40_000},
                "config": {
                    "use_pytorch": True,
                    "num_workers": 1,
                    "lr": 0.001,
                    "train_batch_size": 2000,
                    "sgd_minibatch_size": 250,
                    "num_sgd_iter": 10,
                    "sample_batch_size": 200,
                    "vf_clip_param": 10_000.0,
                    "gamma": 0.98,
                    "model": {"fcnet_hiddens": [64, 64]},
                },
            }
        }


if __name__ == "__main__":
    Launcher.train_main()
