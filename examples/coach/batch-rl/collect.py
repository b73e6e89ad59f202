"""Plays CartPole at random and writes down what happened, as a system without a policy worth the name would: one row for
each transition, in the columns that Coach's CsvDataset reads.

The file goes to `output/intermediate`, an object of the bucket by itself: the next job takes that folder as its channel.
"""

import argparse
import csv
import os
import pathlib

import gym
import numpy as np


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--transitions", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    random = np.random.default_rng(options.seed)
    world = gym.make("CartPole-v0")
    world.seed(options.seed)
    folder = pathlib.Path(os.environ.get("SM_OUTPUT_INTERMEDIATE_DIR", "."))
    returns = []
    with open(folder / "transitions.csv", "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["action", "all_action_probabilities", "episode_id", "episode_name", "reward", "transition_number"]
                      + [f"state_feature_{i}" for i in range(4)])
        written = 0
        while written < options.transitions:
            state, done, episode = world.reset(), False, []
            while not done:
                action = int(random.integers(2))
                after, reward, done, _ = world.step(action)
                episode.append((action, reward, state))
                state = after
            number = len(returns)
            for step, (action, reward, seen) in enumerate(episode):
                rows.writerow([action, [0.5, 0.5], number, "random", reward, step, *seen])
            returns.append(sum(reward for _, reward, _ in episode))
            written += len(episode)
    print(f"{written} transitions in {len(returns)} episodes, random_return_mean: {np.mean(returns):.1f}")


if __name__ == "__main__":
    main()
