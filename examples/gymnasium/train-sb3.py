"""Trains a CartPole policy with Stable-Baselines3: a script of one's own, no launcher, no helper modules.

Needs Gymnasium and Stable-Baselines3, which the image `rein-gymnasium` stands for; what else a script needs goes into
`requirements.txt` beside it.
"""

import argparse
import os

import torch
from stable_baselines3 import PPO
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.evaluation import evaluate_policy


class Network(torch.nn.Module):
    """From observations to the action it favours, and the logits of all."""

    def __init__(self, policy):
        super().__init__()
        self.policy = policy

    def forward(self, observation):
        logits = self.policy.get_distribution(observation).distribution.logits
        return logits.argmax(dim=-1), logits


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=25_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model_dir", default=os.environ.get("SM_MODEL_DIR", "model"))
    options = parser.parse_args()

    torch.set_num_threads(1)
    environments = make_vec_env("CartPole-v1", n_envs=8, seed=options.seed)
    model = PPO("MlpPolicy", environments, n_steps=32, batch_size=256, gae_lambda=0.8, gamma=0.98, n_epochs=20,
                ent_coef=0.0, learning_rate=1e-3, clip_range=0.2, seed=options.seed)  # RL Zoo's
    every = 5_000
    for step in range(0, options.steps, every):
        model.learn(min(every, options.steps - step), reset_num_timesteps=step == 0)
        reached, _ = evaluate_policy(model, environments, n_eval_episodes=16)
        print(f"steps={model.num_timesteps} episode_reward_mean={reached:.1f}", flush=True)

    os.makedirs(options.model_dir, exist_ok=True)
    model.save(os.path.join(options.model_dir, "policy.zip"))
    network = Network(model.policy.eval())
    example = torch.zeros((2, 4))
    with torch.no_grad():
        torch.onnx.export(
            network, (example,), os.path.join(options.model_dir, "policy.onnx"), dynamo=False,
            input_names=["observation"], output_names=["action", "logits"],
            dynamic_axes={name: {0: "batch"} for name in ("observation", "action", "logits")},
        )


if __name__ == "__main__":
    main()
