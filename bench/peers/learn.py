"""Stable-Baselines3's environment steps a second of training: learn.py <row> <threads> <warm-up steps> <steps>.

The settings are those of dev.rein.bench.speed.Learn: RL Zoo's, but for `ppo`, which is CleanRL's shape.
"""

import sys

import gymnasium
import numpy
import torch
from rate import rate, show
from stable_baselines3 import DQN, PPO, SAC, TD3
from stable_baselines3.common.noise import NormalActionNoise
from stable_baselines3.common.vec_env import DummyVecEnv

ROWS = {
    "ppo": (PPO, "CartPole-v1", 8, dict(n_steps=128, batch_size=256, n_epochs=4, learning_rate=2.5e-3, gamma=0.99,
                                        gae_lambda=0.95, ent_coef=0.01, clip_range=0.2)),
    "ppo-zoo": (PPO, "CartPole-v1", 8, dict(n_steps=32, batch_size=256, n_epochs=20,
                                            learning_rate=lambda left: 1e-3 * left, gamma=0.98, gae_lambda=0.8,
                                            ent_coef=0.0, clip_range=lambda left: 0.2 * left)),
    "dqn": (DQN, "CartPole-v1", 1, dict(learning_rate=2.3e-3, batch_size=64, buffer_size=100_000, learning_starts=1000,
                                        gamma=0.99, target_update_interval=10, train_freq=256, gradient_steps=128,
                                        exploration_fraction=0.16, exploration_final_eps=0.04,
                                        policy_kwargs=dict(net_arch=[256, 256]))),
    "sac": (SAC, "Pendulum-v1", 1, dict(learning_rate=1e-3)),
    "td3": (TD3, "Pendulum-v1", 1, dict(gamma=0.98, buffer_size=200_000, learning_starts=100, learning_rate=1e-3,
                                        train_freq=1, gradient_steps=1, policy_kwargs=dict(net_arch=[400, 300]),
                                        action_noise=NormalActionNoise(numpy.zeros(1), 0.1 * numpy.ones(1)))),
}

row, threads, warm_up, steps = sys.argv[1], *map(int, sys.argv[2:])
torch.set_num_threads(threads)
algorithm, environment, count, settings = ROWS[row]
environments = DummyVecEnv([lambda: gymnasium.make(environment) for _ in range(count)])
model = algorithm("MlpPolicy", environments, device="cpu", seed=1, **settings)
model.learn(warm_up)


def learn():
    begun = model.num_timesteps
    model.learn(steps, reset_num_timesteps=False)
    return model.num_timesteps - begun


show(rate(learn))
