"""Stable-Baselines3's side of ppo_cartpole.sh: ppo_cartpole.py <cleanrl|zoo> <steps> prints steps_per_second=..."""

import sys
import time

import gymnasium
import torch
from stable_baselines3 import PPO
from stable_baselines3.common.vec_env import DummyVecEnv

SETTINGS = {
    "cleanrl": dict(n_steps=128, batch_size=256, n_epochs=4, learning_rate=2.5e-3, gamma=0.99, gae_lambda=0.95,
                    ent_coef=0.01, clip_range=0.2),
    "zoo": dict(n_steps=32, batch_size=256, n_epochs=20, learning_rate=lambda left: 1e-3 * left, gamma=0.98,
                gae_lambda=0.8, ent_coef=0.0, clip_range=lambda left: 0.2 * left),
}

torch.set_num_threads(1)
environments = DummyVecEnv([lambda: gymnasium.make("CartPole-v1") for _ in range(8)])
model = PPO("MlpPolicy", environments, device="cpu", seed=1, **SETTINGS[sys.argv[1]])
steps = int(sys.argv[2])
model.learn(2 * 8 * model.n_steps)  # warm-up
began = time.perf_counter()
model.learn(steps)
print(f"steps_per_second={steps / (time.perf_counter() - began):.0f}")
