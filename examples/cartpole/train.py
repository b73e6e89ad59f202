"""Balances CartPole with four numbers found by random search: a training script for plain Python.

Needs the standard library only. A training job starts it (`entry_point="train.py"`); it runs by itself too:
`python3 train.py --tries 200 --seed 3`.
"""

import argparse
import json
import math
import os
import random


def play(weights, rng):
    """One episode of CartPole-v1 (Barto, Sutton & Anderson 1983), at most 500 steps; the return is its length."""
    x, speed, angle, spin = (rng.uniform(-0.05, 0.05) for _ in range(4))
    for step in range(500):
        push = 10.0 if sum(w * v for w, v in zip(weights, (x, speed, angle, spin))) > 0 else -10.0
        shove = (push + 0.05 * spin**2 * math.sin(angle)) / 1.1
        turn = (9.8 * math.sin(angle) - math.cos(angle) * shove) / (0.5 * (4 / 3 - 0.1 * math.cos(angle) ** 2 / 1.1))
        slide = shove - 0.05 * turn * math.cos(angle) / 1.1
        x, speed, angle, spin = x + 0.02 * speed, speed + 0.02 * slide, angle + 0.02 * spin, spin + 0.02 * turn
        if abs(x) > 2.4 or abs(angle) > math.radians(12):
            return step + 1
    return 500


def mean_return(weights, episodes, rng):
    return sum(play(weights, rng) for _ in range(episodes)) / episodes


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tries", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model_dir", default=os.environ.get("SM_MODEL_DIR", "model"))
    options = parser.parse_args()

    rng = random.Random(options.seed)
    best, best_return = [0.0] * 4, 0.0
    for attempt in range(1, options.tries + 1):
        weights = [w + rng.gauss(0, 1) for w in best]
        reached = mean_return(weights, 10, rng)
        if reached > best_return:
            best, best_return = weights, reached
            print(f"try={attempt} episode_return_mean={best_return:.1f}")
        if best_return == 500:
            break
    print(f"evaluation_return_mean={mean_return(best, 100, rng):.1f} evaluation_episodes=100")

    os.makedirs(options.model_dir, exist_ok=True)
    with open(os.path.join(options.model_dir, "policy.json"), "w") as file:
        json.dump({"weights": best}, file)


if __name__ == "__main__":
    main()
