"""Stable-Baselines3's side of the learning table: trains one cell with Rein's settings, in the same files.

learning_sb3.py <cell> <folder> [seeds=10] reads name=value lines (what `bench/learning settings` prints) and appends
to <folder>/<cell>.csv, seed by seed; seeds that are there are not trained again. A setting that Stable-Baselines3
does not have ends the run, unless it is off.
"""

import inspect
import os
import pathlib
import sys
import time
from concurrent.futures import ProcessPoolExecutor

import gymnasium
import numpy as np
import sb3_contrib
import stable_baselines3 as sb3
import torch
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.noise import NormalActionNoise
from stable_baselines3.common.vec_env import VecNormalize

ALGORITHMS = {
    "ppo": sb3.PPO,
    "a2c": sb3.A2C,
    "dqn": sb3.DQN,
    "sac": sb3.SAC,
    "td3": sb3.TD3,
    "ddpg": sb3.DDPG,
    "qrdqn": sb3_contrib.QRDQN,
    "tqc": sb3_contrib.TQC,
    "ars": sb3_contrib.ARS,
}
# Ours, where the name or its place is another one there.
POLICY = {"net_arch", "activation", "log_std_init", "ortho_init", "n_quantiles", "n_critics"}
OFF = {"", "0", "0.0", "false", "none"}
# What does nothing unless another setting is on, which then ends the run itself.
IDLE = {"priority_alpha", "priority_beta", "noisy_sigma", "v_min", "v_max"}
# What is so there, and cannot be set.
FIXED = {"adam_eps": "1.0E-8", "n_atoms": "1", "n_steps": "1"}
POINTS = 20


def value(text):
    """A number, a truth, a schedule lin_x, or a word."""
    if text.startswith("lin_"):
        start = float(text[4:])
        return lambda left: start * left
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text


def arguments(algorithm, settings, environments):
    """Keyword arguments of the constructor, and what is left over."""
    known = inspect.signature(algorithm.__init__).parameters
    given, policy = {}, {}
    for name, text in settings.items():
        if name == "log_std_init" and settings.get("use_sde") == "false" and "auto_entropy" in settings:
            continue  # soft actors have a deviation of their own then
        if name == "ent_coef" and "auto_entropy" in settings:
            given["ent_coef"] = f"auto_{text}" if settings["auto_entropy"] == "true" else float(text)
        elif name == "auto_entropy":
            continue
        elif name == "target_entropy":
            given["target_entropy"] = "auto" if text in OFF else float(text)
        elif name == "net_arch":
            policy["net_arch"] = [int(width) for width in text.split(",") if width]
        elif name == "activation":
            policy["activation_fn"] = {"tanh": torch.nn.Tanh, "relu": torch.nn.ReLU}[text]
        elif name == "action_noise_std" and float(text) > 0:
            size = environments.action_space.shape
            given["action_noise"] = NormalActionNoise(np.zeros(size), float(text) * np.ones(size))
        elif name in POLICY and name not in known:
            policy[name] = value(text)
        elif name in ("clip_range_vf", "target_kl") and text in OFF:
            continue
        elif name in known:
            given[name] = value(text)
        elif text not in OFF and name not in IDLE and FIXED.get(name) != text:
            sys.exit(f"{algorithm.__name__} has no {name} (given: {text})")
    return given, policy


class Curve(BaseCallback):
    """Ten deterministic episodes about every twentieth of the budget."""

    def __init__(self, held, every, learned):
        super().__init__()
        self.held, self.every, self.learned, self.points, self.last = held, every, learned, [], 0

    def _on_step(self):
        if self.num_timesteps - self.last >= self.every:
            self.last = self.num_timesteps
            self.points.append((self.num_timesteps, time.perf_counter() - self.began, 10, *self.evaluate(10)))
        return True

    def _on_training_start(self):
        self.began = time.perf_counter()

    def evaluate(self, episodes):
        if isinstance(self.held, VecNormalize):
            self.held.obs_rms = self.learned.obs_rms
        return evaluate_policy(self.model, self.held, n_eval_episodes=episodes, deterministic=True)


def train(cell, settings, seed):
    torch.set_num_threads(1)
    name, environment = cell.split("_", 1)
    settings = dict(settings)
    steps = int(settings.pop("steps"))
    algorithm = ALGORITHMS[name]
    learned = make_vec_env(environment, int(settings.pop("n_envs", 1)), seed=seed)
    held = make_vec_env(environment, 1, seed=1_000_000 + seed)
    observations = settings.pop("normalize_observations", "false") == "true"
    rewards = settings.pop("normalize_rewards", "false") == "true"
    if observations or rewards:
        learned = VecNormalize(
            learned, norm_obs=observations, norm_reward=rewards, gamma=float(settings.get("gamma", 0.99))
        )
        held = VecNormalize(held, training=False, norm_obs=observations, norm_reward=False)
    given, policy = arguments(algorithm, settings, learned)
    kind = "MlpPolicy"
    if name == "ars" and not policy["net_arch"]:
        kind, policy = "LinearPolicy", {}
    model = algorithm(kind, learned, device="cpu", seed=seed, policy_kwargs=policy, **given)
    curve = Curve(held, max(1, steps // POINTS), learned)
    model.learn(steps, callback=curve)
    seconds = time.perf_counter() - curve.began
    return seed, [*curve.points, (model.num_timesteps, seconds, 100, *curve.evaluate(100))]


def main():
    cell, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    seeds = int(sys.argv[3]) if len(sys.argv) > 3 else 10
    settings = dict(line.rstrip("\n").split("=", 1) for line in sys.stdin)
    file = folder / f"{cell}.csv"
    folder.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        text = f"# {cell} in stable-baselines3 {sb3.__version__}, gymnasium {gymnasium.__version__}; {settings}\n"
        file.write_text(text + "seed,steps,seconds,episodes,return_mean,return_std\n")
    there = {line.split(",")[0] for line in file.read_text().splitlines()}
    missing = [seed for seed in range(1, seeds + 1) if str(seed) not in there]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for future in [pool.submit(train, cell, settings, seed) for seed in missing]:
            seed, points = future.result()
            with file.open("a") as out:
                for steps, seconds, episodes, mean, std in points:
                    out.write(f"{seed},{steps},{seconds:.1f},{episodes},{mean:.4f},{std:.4f}\n")
            print(f"{cell} seed {seed}: {points[-1][3]:.1f} after {points[-1][1]:.0f} s (Stable-Baselines3)", flush=True)


if __name__ == "__main__":
    main()
